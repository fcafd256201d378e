"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from trialweave.errors import StoreError


@contextmanager
def whole_file(file: Path) -> Iterator[IO[bytes]]:
    """A file to write bytes to, in gzip where its name ends in `.gz`; it takes its name at the end.

    The same bytes written make the same file: gzip's header holds no name and no time. Raises
    StoreError if it cannot be written; then nothing is left behind.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as raw:
            if file.suffix.lower() == ".gz":
                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield raw
        part.replace(file)
    except OSError as error:
        raise StoreError(f"{file}: cannot be written ({error.strerror or error})") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes its name at the end.

    A folder that an earlier export made (it holds `MARKER`) is replaced; one that holds other files is not.
    Raises StoreError if that is so, or if something cannot be written; then nothing is left behind.
    """
    if not folder.name:
        raise StoreError(f"{folder}: name a new folder")
    if folder.exists() and not _may_be_replaced(folder):
        raise StoreError(f"{folder}: is there and is no earlier export; name a new or an empty folder")
    part = folder.with_name(f".{folder.name}.part")
    old = folder.with_name(f".{folder.name}.old")
    try:
        if old.exists() and not folder.exists():  # an export was killed between its last two steps
            old.replace(folder)
        shutil.rmtree(part, ignore_errors=True)  # what a killed export left behind
        shutil.rmtree(old, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        (part / MARKER).write_text("Written by trialweave export, which may replace this folder.\n")
        if folder.exists():
            folder.replace(old)
        part.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.replace(folder)
        raise StoreError(f"{folder}: cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


MARKER = ".trialweave-export"
"""The file by which a folder is known to be an export of ours."""


def _may_be_replaced(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return (folder / MARKER).is_file() or not any(folder.iterdir())
