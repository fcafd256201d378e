"""What a path holds: a file, a folder, a glob, a zip, a gz, as named streams of bytes.

Streams are never held whole in memory, and nothing is unpacked to disk but zips inside archives. What
decompresses to more than `LARGEST_RATIO` times its size (beyond `ALWAYS_FINE` bytes) is refused:
PubMed's XML shrinks 10 to 20 times.
"""

from __future__ import annotations

import glob
import gzip
import io
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from trialweave.errors import LoadError
from trialweave.loaders.decoding import CHUNK

LARGEST_RATIO = 400
ALWAYS_FINE = 1 << 26
DEEPEST = 3

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


class Document(NamedTuple):
    """One stream of bytes with its name: `member` is the path inside an archive.

    `stream` is open until the next document is asked for. It is None where `problem` says why there
    is nothing to read. A workbook (xlsx) is one document, not an archive.
    """

    file: str
    member: str | None
    stream: io.BufferedReader | None
    problem: str | None = None


def find_files(source: str | Path) -> list[tuple[str, Path]]:
    """The files of `source`, sorted, each with its name: a file, a folder (with all below), or a glob.

    The name is the file's own, or its path below the folder or the fixed part of the glob. Hidden files
    and folders are left out.
    Raises LoadError where there is nothing.
    """
    path = Path(source)
    if path.is_dir():
        found = []
        for folder, folders, names in os.walk(path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            below = [Path(folder) / name for name in names if not name.startswith(".")]
            found += [(one.relative_to(path).as_posix(), one) for one in below if one.is_file()]
        if not found:
            raise LoadError(f"{source}: the folder holds no file; give one that holds PubMed exports")
        return sorted(found)
    if path.is_file():
        return [(path.name, path)]
    pattern = str(source)
    found = sorted(_matching(pattern)) if glob.has_magic(pattern) else []
    if not found:
        raise LoadError(f"{source}: no such file, folder or glob; check the path")
    return found


def _matching(pattern: str) -> list[tuple[str, Path]]:
    parts = Path(pattern).parts
    fixed = Path(*takewhile(lambda part: not glob.has_magic(part), parts))
    matches = (Path(one) for one in glob.glob(pattern, recursive=True))  # noqa: PTH207 (may be absolute)
    return [(one.relative_to(fixed).as_posix(), one) for one in matches if one.is_file()]


def documents(name: str, path: Path) -> Iterator[Document]:
    """The streams of one file: itself, or the members of a zip (sorted by name), gz unpacked.

    What cannot be opened is a Document with a problem, and the rest goes on.
    """
    try:
        with path.open("rb") as raw:
            yield from _open(raw, name, None, size=path.stat().st_size, depth=0)
    except OSError as error:
        yield Document(name, None, None, f"cannot be read: {error.strerror or error}")


def piped(name: str, stream: IO[bytes]) -> Iterator[Document]:
    """The streams of what comes through a pipe, which is laid out first, as `documents` gives them."""
    with tempfile.SpooledTemporaryFile(max_size=ALWAYS_FINE) as whole:
        shutil.copyfileobj(stream, whole)
        size = whole.tell()
        whole.seek(0)
        yield from _open(whole, name, None, size=size, depth=0)


def _open(raw: IO[bytes], file: str, member: str | None, *, size: int, depth: int) -> Iterator[Document]:
    with ExitStack() as stack:
        stream = stack.enter_context(_buffered(raw, size))
        head = _head(stream)
        layers = 0
        while head.startswith(_GZIP) and layers < DEEPEST:
            stream = stack.enter_context(_buffered(gzip.GzipFile(fileobj=stream), size))
            head = _head(stream)
            layers += 1
        if not head.startswith(_ZIP):
            yield Document(file, member, stream)
        elif depth >= DEEPEST:
            yield Document(file, member, None, f"zips inside zips more than {DEEPEST} deep; unpack it")
        elif depth == 0 and not layers:
            yield from _members(raw, file, member, depth=depth)
        else:
            # a zip is read from its end: one inside another archive is laid out first, under the same bound
            whole = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=ALWAYS_FINE))
            try:
                shutil.copyfileobj(stream, whole)
            except LoadError as error:
                yield Document(file, member, None, str(error))
                return
            yield from _members(whole, file, member, depth=depth)


def _members(raw: IO[bytes], file: str, member: str | None, *, depth: int) -> Iterator[Document]:
    raw.seek(0)
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Document(file, member, None, f"a damaged zip ({error}); fetch it again")
        return
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not _is_hidden(info.filename)]
        names = {info.filename for info in infos}
        if "xl/workbook.xml" in names:
            yield _workbook(raw, infos, file, member)
            return
        if "[Content_Types].xml" in names:
            yield Document(
                file, member, None, "an Office document, not a PubMed export; save the text as UTF-8 .txt"
            )
            return
        if not infos:
            yield Document(file, member, None, "an empty zip")
        for info in sorted(infos, key=lambda one: one.filename):
            inner = info.filename if member is None else f"{member}/{info.filename}"
            try:
                opened = archive.open(info)
            except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error) as error:
                yield Document(file, inner, None, f"cannot be unpacked: {error}")
                continue
            with opened:
                yield from _open(opened, file, inner, size=max(info.compress_size, 1), depth=depth + 1)


def _workbook(raw: IO[bytes], infos: list[zipfile.ZipInfo], file: str, member: str | None) -> Document:
    """A spreadsheet (xlsx) is one document, though it is a zip; its reader may seek."""
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)  # zipfile reads no more than this of a member
    if unpacked > max(ALWAYS_FINE, LARGEST_RATIO * packed):
        problem = f"a workbook that unpacks to {unpacked:,} bytes, more than {LARGEST_RATIO} times its size"
        return Document(file, member, None, problem)
    raw.seek(0)
    stream = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, raw))
    return Document(file, member, stream)


def _is_hidden(member: str) -> bool:
    parts = PurePosixPath(member).parts
    return any(part.startswith(".") for part in parts) or parts[:1] == ("__MACOSX",)


def _head(stream: io.BufferedReader) -> bytes:
    try:
        return stream.peek(CHUNK)
    except LoadError:  # whoever reads it will meet it again, and say so
        return b""


class _Bounded(io.RawIOBase):
    """Reads on until the data break off or grow out of bounds; what came before is handed out first."""

    def __init__(self, inner: IO[bytes] | gzip.GzipFile, size: int) -> None:
        # read1: one step at a time, so that nothing is lost where the data break off
        self._read: Callable[[int], bytes] = getattr(inner, "read1", inner.read)
        self._limit = max(ALWAYS_FINE, LARGEST_RATIO * size)
        self._given = 0
        self._problem: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._problem is not None:
            raise LoadError(self._problem)
        filled = 0
        while filled < len(buffer):
            chunk = self._next(len(buffer) - filled)
            if not chunk:
                break
            buffer[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
        self._given += filled
        if self._given > self._limit:
            self._problem = (
                f"it unpacks to more than {LARGEST_RATIO} times its size (stopped after "
                f"{self._given:,} bytes); no PubMed export does: if it is one, unpack it first"
            )
        if not filled and self._problem is not None:
            raise LoadError(self._problem)
        return filled

    def _next(self, count: int) -> bytes:
        if self._problem is not None:
            return b""
        try:
            return self._read(count)
        except EOFError:
            problem = "the compressed data break off"
        except (zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
            problem = f"the compressed data are damaged ({error})"
        except OSError as error:
            problem = f"cannot be read on ({error.strerror or error})"
        self._problem = f"{problem} after {self._given:,} bytes unpacked; fetch the file again for the rest"
        return b""


def _buffered(inner: IO[bytes] | gzip.GzipFile, size: int) -> io.BufferedReader:
    return io.BufferedReader(_Bounded(inner, size), buffer_size=CHUNK)
