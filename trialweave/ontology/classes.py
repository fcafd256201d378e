"""Which drugs we hold to belong to which class, on whose word: the curated table `drug_classes.tsv`.

Terminologies are incomplete: of the antiangiogenic drugs MeSH 2024 gives the action to some only.
The table fills the gap by rows that each cite their source. It is a basis of its own, "curated",
and never mixed silently with what a terminology states. A file of the same form extends it.

Columns: drug, mesh_ui, class_label, class_ui, target, basis (how the drug acts on the target),
citation (`pmid:…`, `doi:…`, a term that states it, `mesh:…` or `CHEBI:…`, or `label:` and the section of a
drug label), date (of the row).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from trialweave.errors import LoadError
from trialweave.records import Record

_CITATION = re.compile(r"pmid:\d+|doi:10\.\S+|mesh:[CD]\d+|CHEBI:\d+|label:.+")
_UI = re.compile(r"[CD]\d+")


class DrugClass(Record, frozen=True):
    """One row: `drug` belongs to the class, because it does `basis` to `target`, says `citation`."""

    drug: str
    mesh_ui: str
    class_label: str
    class_ui: str
    target: str
    basis: str
    citation: str
    date: str


@cache
def rows() -> tuple[DrugClass, ...]:
    """The rows that come with the package, in the order of their drugs.

    >>> [(row.drug, row.target) for row in rows() if row.mesh_ui == "D000068258"]
    [('bevacizumab', 'VEGF-A')]
    """
    text = files(__package__).joinpath("drug_classes.tsv").read_text("utf-8")
    return tuple(_rows(text, "drug_classes.tsv"))


def read(path: Path) -> tuple[DrugClass, ...]:
    """The rows of a user's file of the same form.

    Raises LoadError where the file cannot be read, or at its first wrong line.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LoadError(f"{path}: cannot be read as a table of drug classes: {error}") from error
    return tuple(_rows(text, path.name))


def _rows(text: str, file: str) -> Iterator[DrugClass]:
    header = list(DrugClass.__struct_fields__)
    lines = text.splitlines()
    if not lines or lines[0].split("\t") != header:
        raise LoadError(f"{file}: the first line must name the columns {', '.join(header)}, between tabs")
    for number, line in enumerate(lines[1:], start=2):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != len(header) or not all(cells):
            raise LoadError(f"{file}, line {number}: expected {len(header)} filled cells between tabs")
        row = DrugClass(**dict(zip(header, cells, strict=True)))
        _check(row, f"{file}, line {number}")
        yield row


def _check(row: DrugClass, where: str) -> None:
    for ui in (row.mesh_ui, row.class_ui):
        if not _UI.fullmatch(ui):
            raise LoadError(f"{where}: {ui!r} is not the UI of a MeSH descriptor or substance")
    if not _CITATION.fullmatch(row.citation):
        ways = "pmid:…, doi:…, mesh:…, CHEBI:… or label:…"
        raise LoadError(f"{where}: cite {row.drug} by {ways}, not {row.citation!r}")
    try:
        datetime.date.fromisoformat(row.date)
    except ValueError as error:
        raise LoadError(f"{where}: {row.date!r} is not a date such as 2026-11-22") from error
