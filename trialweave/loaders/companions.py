"""Files that only make sense together: MedDRA's tables, and a set of mappings with its metadata beside it.

All else is told by content; here only the names tell which file belongs to which.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from trialweave.errors import LoadError
from trialweave.loaders.detect import Item
from trialweave.loaders.files import Document
from trialweave.loaders.terminology import meddra

_LARGEST = 1 << 28
_TABLES = (".sssom.tsv", ".sssom.tsv.gz")
_METADATA = (".sssom.yml", ".sssom.yaml")


def metadata_beside(table: Path) -> bytes | None:
    """The metadata file that stands beside a table of mappings, as SSSOM names it; None without one."""
    for ending in _TABLES:
        if table.name.endswith(ending):
            for other in _METADATA:
                beside = table.with_name(table.name.removesuffix(ending) + other)
                if beside.is_file():
                    return beside.read_bytes()
    return None


def is_metadata(path: Path) -> bool:
    """Whether a file is the metadata of a table of mappings that stands beside it."""
    return any(
        path.name.endswith(ending)
        and any(path.with_name(path.name.removesuffix(ending) + table).is_file() for table in _TABLES)
        for ending in _METADATA
    )


class MeddraTables:
    """The tables of MedDRA met so far, by the folder or archive that holds them."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None], dict[str, bytes]] = {}

    def take(self, document: Document) -> bool:
        """Take a document up, if it is one of the tables and can be read to its end."""
        name = document.file if document.member is None else document.member
        if document.stream is None or not meddra.is_table(name):
            return False
        try:
            data = document.stream.read(_LARGEST + 1)
        except LoadError:  # whoever reads on will meet it again, and say so
            return False
        if len(data) > _LARGEST:
            return False
        folder = PurePosixPath(name).parent.as_posix()
        where = (folder, None) if document.member is None else (document.file, folder)
        self._found.setdefault(where, {})[PurePosixPath(name).name] = data
        return True

    def read(self) -> Iterator[Item]:
        """The terminologies that the tables make."""
        for (file, member), tables in self._found.items():
            yield from meddra.read_tables(tables, file=file, member=member)
