"""What a folder holds and where it came from: `.fetch/manifest.jsonl`, in the folder that is fetched into.

One JSON object a line, written behind the files that it names; whatever is cut off leaves either the whole
line or none. The `.fetch` folder is hidden, so that `trialweave build STORE DIR` sees only records.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from trialweave.errors import LoadError, StoreError
from trialweave.records import Record

SourceName = Literal["ctgov", "pubmed", "ontology"]

WHOLE = "whole"
"""The part of a listing that stands for all of it: it was listed to its end."""


class SavedFile(Record, frozen=True):
    """A file as it was written: `versions` has each record's id and own revision date (None: not stated).

    `aliases` are former ids of its record, which the registry answers with this one.
    """

    file: str
    sha256: str
    bytes: int
    versions: dict[str, str | None]
    aliases: tuple[str, ...] = ()


class Batch(Record, frozen=True, tag="fetched", tag_field="kind"):
    """One request for records, and the files that its answer became."""

    source: SourceName
    url: str
    params: dict[str, str]
    time: str
    status: int
    files: tuple[SavedFile, ...] = ()
    not_found: tuple[str, ...] = ()


class Listed(Record, frozen=True, tag="listed", tag_field="kind"):
    """One page of what matches a query: ids with their versions where the listing tells them.

    `part` names the page: empty for the first, which begins the listing anew, `WHOLE` for all of it.
    `next` is the token of the page after it; `total` what the server says that the listing holds.
    """

    source: SourceName
    query: str
    part: str
    url: str
    params: dict[str, str]
    time: str
    status: int
    versions: dict[str, str | None]
    total: int | None = None
    next: str | None = None
    notes: tuple[str, ...] = ()


_decode = msgspec.json.Decoder(Batch | Listed).decode


class Manifest:
    """The manifest of one folder, open for one writer: see `open_manifest`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / ".fetch" / "manifest.jsonl"
        self._batches: list[Batch] = []
        self._listings: dict[tuple[SourceName, str], list[Listed]] = {}
        self._held: dict[tuple[SourceName, str], SavedFile] = {}
        self._missing: set[tuple[SourceName, str]] = set()
        self._intact: dict[str, bool] = {}
        for line in self._lines():
            self._take(line)

    def held(self, source: SourceName, identifier: str) -> SavedFile | None:
        """The file that was written with this record (or with the one that a former id now means)."""
        return self._held.get((source, identifier))

    def is_intact(self, saved: SavedFile) -> bool:
        """Whether a file is still as it was written, byte for byte."""
        if saved.file not in self._intact:
            try:
                found = digest_of(self.folder / saved.file)
            except OSError:
                found = ""
            self._intact[saved.file] = found == saved.sha256
        return self._intact[saved.file]

    def is_missing(self, source: SourceName, identifier: str) -> bool:
        """Whether the source, when last asked for this record, did not have it (a file may hold it still)."""
        return (source, identifier) in self._missing

    def listing(self, source: SourceName, query: str) -> list[Listed]:
        """The pages listed so far; a single one named `WHOLE` if the listing came to its end."""
        return self._listings.get((source, query), [])

    def forget_listing(self, source: SourceName, query: str) -> None:
        """Begin a listing anew; its lines go when the next first page is noted."""
        self._listings.pop((source, query), None)

    def note_listed(self, page: Listed) -> None:
        """Keep a page of a listing. A first page, or the whole, takes the place of what was there."""
        self._append(page)
        self._take(page)

    def keep(self, batch: Batch, contents: Mapping[str, bytes]) -> None:
        """Write the files of a batch, then its line."""
        for saved in batch.files:
            self._write(self.folder / saved.file, contents[saved.file])
            self._intact[saved.file] = True
        self._append(batch)
        self._take(batch)

    def keep_download(self, batch: Batch, part: Path) -> None:
        """Move a file that was written beside the manifest to its place, then write its line."""
        [saved] = batch.files
        place = self.folder / saved.file
        place.parent.mkdir(parents=True, exist_ok=True)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(place)
        self._intact[saved.file] = True
        self._append(batch)
        self._take(batch)

    def tidy(self) -> None:
        """Write the manifest anew with only what holds: the same for the same state, whatever led to it.

        Files of ours whose records are all in newer files are removed.
        """
        lines: list[Batch | Listed] = [page for key in sorted(self._listings) for page in self._listings[key]]
        for batch in self._batches:
            files = tuple(saved for saved in batch.files if self._is_current(batch.source, saved))
            not_found = tuple(one for one in batch.not_found if (batch.source, one) in self._missing)
            if files or not_found:
                lines.append(msgspec.structs.replace(batch, files=files, not_found=not_found))
        current = {saved.file for line in lines if isinstance(line, Batch) for saved in line.files}
        for stale in {saved.file for batch in self._batches for saved in batch.files} - current:
            (self.folder / stale).unlink(missing_ok=True)
        self._write(self._path, b"".join(msgspec.json.encode(line) + b"\n" for line in lines))

    def _take(self, line: Batch | Listed) -> None:
        if isinstance(line, Listed):
            pages = self._listings.setdefault((line.source, line.query), [])
            if line.part in ("", WHOLE):
                pages.clear()
            pages.append(line)
            return
        self._batches.append(line)
        for one in line.not_found:
            self._missing.add((line.source, one))
        for saved in line.files:
            for one in (*saved.aliases, *saved.versions):
                self._held[line.source, one] = saved
                self._missing.discard((line.source, one))

    def _lines(self) -> Iterator[Batch | Listed]:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):  # the last line was cut off while it was written
            self._write(self._path, whole)
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                yield _decode(line)
            except msgspec.DecodeError as error:
                raise LoadError(
                    f"{self._path}, line {number}: not a line of a manifest ({error}); "
                    "remove the file to fetch everything again"
                ) from error

    def _is_current(self, source: SourceName, saved: SavedFile) -> bool:
        """Whether a record is here through this file, be it one that the source no longer has.

        Where its other records have moved to another file, one that is no longer there does not keep it.
        """
        found = [one for one in saved.versions if not self.is_missing(source, one)]
        return any(self.held(source, one) is saved for one in found or saved.versions)

    def _append(self, line: Batch | Listed) -> None:
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _write(self, path: Path, data: bytes) -> None:
        part = self._path.with_name("part")
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


@contextmanager
def open_manifest(folder: Path) -> Iterator[Manifest]:
    """The manifest of `folder`, which is made if it is not there; nobody else fetches into it meanwhile.

    Raises StoreError where the folder cannot be written or another run fetches into it, and LoadError where
    the manifest is damaged.
    """
    try:
        (folder / ".fetch").mkdir(parents=True, exist_ok=True)
        with (folder / ".fetch" / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(
                    f"{folder}: another run fetches into this folder; wait for it, or name another"
                ) from None
            yield Manifest(folder)
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder}: cannot be written ({error.strerror or error}); name another folder"
        ) from error


def saved_file(
    file: str, data: bytes, versions: Mapping[str, str | None], aliases: Sequence[str] = ()
) -> SavedFile:
    """The entry of a file that is about to be written.

    >>> saved_file("pubmed/1.xml", b"<a/>", {"1": "2024-05-01"}).bytes
    4
    """
    return SavedFile(
        file=file, sha256=digest(data), bytes=len(data), versions=dict(versions), aliases=tuple(aliases)
    )


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
