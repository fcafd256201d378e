"""The tables of the set, one `.rq` file each, whose header is its contract.

As in a saved question, the header is YAML behind `#+ `, and SPARQL 1.1 stands below it. `key` names the
columns that tell rows apart; a column has a meaning, a type (text where none is given), a unit where it has
one, and `refers` to the table whose key it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from trialweave.errors import QueryError
from trialweave.queries.catalogue import header_of
from trialweave.records import Record

TABLES = Path(str(files(__package__).joinpath("tables")))
"""The folder of our tables."""

Type = Literal["text", "integer", "decimal", "boolean"]


class TableColumn(Record, frozen=True):
    """What a column holds. `refers`: the table whose key it holds, or null."""

    meaning: str
    type: Type = "text"
    unit: str | None = None
    refers: str | None = None


class _Header(Record, frozen=True, forbid_unknown_fields=True):
    summary: str
    key: tuple[str, ...]
    columns: dict[str, TableColumn]


class TableLayout(Record, frozen=True):
    """One table of the set: its name is its file's name."""

    name: str
    summary: str
    key: tuple[str, ...]
    columns: dict[str, TableColumn]
    sparql: str


def read_layout(path: Path) -> TableLayout:
    """Read one file. Raises QueryError, naming it, if its header is missing or not valid."""
    loaded, sparql = header_of(path)
    try:
        header = msgspec.convert(loaded, type=_Header)
    except msgspec.ValidationError as error:
        raise QueryError(f"{path}: the header is not valid: {error}") from error
    return TableLayout(
        name=path.stem, summary=header.summary, key=header.key, columns=header.columns, sparql=sparql
    )


def layouts(folder: Path = TABLES) -> Mapping[str, TableLayout]:
    """All tables, by name, sorted.

    >>> layouts()["event_counts"].key
    ('fact',)
    """
    return {path.stem: read_layout(path) for path in sorted(folder.glob("*.rq"))}
