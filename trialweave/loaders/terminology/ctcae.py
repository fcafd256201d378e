"""CTCAE: the workbook of the U.S. National Cancer Institute (xlsx), a row a term with its five grades.

https://ctep.cancer.gov/protocolDevelopment/electronic_applications/ctc.htm. Terms, definitions and grades
are a work of the US government. The MedDRA codes and the system organ classes that stand beside them are
MedDRA's: they are not read, so the terms have no parents here. What a grade means is a note of its term
("grade 3"); a dash means that the term has no such grade.

NCI's RDF of CTCAE names terms by NCI's codes, which the workbook does not hold: terms have IRIs of ours,
made from their names, the same in every version. Left out: what has changed since the version before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import python_calamine

from trialweave.errors import LoadError
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.ontology.prefixes import namespace
from trialweave.records import Note, Rejected, Source, Term, Terminology

FORMAT = "ctcae-xlsx"

CTCAE = namespace("ctcae")
SKOS = namespace("skos")

_TERM = re.compile(r"CTCAE(?: v[\d.]+)? Term")
_DEFINITION = re.compile(r"(?:CTCAE(?: v[\d.]+)? )?(?:AE Term )?Definition")
_NOTE = re.compile(r"Grade [1-5]|Navigational Note")
_VERSION = re.compile(r"CTCAE v(\d+(?:\.\d+)*)")


def matches(head: bytes) -> bool:
    """Whether a file that begins with `head` is a workbook; `read` says whether it is CTCAE's."""
    return head.startswith(b"PK\x03\x04")


def read(
    stream: BinaryIO, *, file: str, member: str | None = None
) -> Iterator[Terminology | Term | Rejected]:
    """The header, then one term a row. A workbook without a sheet of CTCAE terms is one Rejected."""
    with laid_out(stream) as whole:
        try:
            sheet, rows = _sheet(whole.data)
        except LoadError as error:
            yield Rejected(file=file, member=member, position=0, reason=str(error))
            return
        columns = [_words(cell) or "" for cell in rows[0]]
        stated = _VERSION.search(f"{sheet} {' '.join(columns)}")
        version = stated[1] if stated else None
        yield Terminology(
            key="ctcae",
            source=Source(
                file=file, format=FORMAT, position=1, sha256=whole.sha256, member=member, version=version
            ),
            version=version,
            iri=CTCAE[""],
            title="Common Terminology Criteria for Adverse Events",
            licence="https://www.usa.gov/government-works",
            notice=(
                "CTCAE, U.S. Department of Health and Human Services, National Cancer Institute. The MedDRA "
                "codes and system organ classes of the workbook are MedDRA's and are not included."
            ),
            homepage="https://ctep.cancer.gov/protocolDevelopment/electronic_applications/ctc.htm",
            redistributable=True,
        )
    seen: set[str] = set()
    for number, row in enumerate(rows[1:], 2):
        if not any(_words(cell) for cell in row):
            continue
        try:
            yield _term(number, columns, row, seen)
        except LoadError as error:
            yield Rejected(file=file, member=member, position=number, reason=str(error))


def _sheet(data: BinaryIO) -> tuple[str, list[list[object]]]:
    """The name of the first sheet that has CTCAE's columns, and its rows from the header down."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(data)
        for name in book.sheet_names:
            rows: list[list[object]] = [list(row) for row in book.get_sheet_by_name(name).to_python()]
            for number, row in enumerate(rows[:20]):
                words = [_words(cell) or "" for cell in row]
                if any(map(_TERM.fullmatch, words)) and "Grade 1" in words:
                    return name, rows[number:]
    except python_calamine.CalamineError as error:
        raise LoadError(f"the workbook cannot be read: {error}") from error
    raise LoadError("a workbook without a sheet of CTCAE terms (columns CTCAE Term and Grade 1 to Grade 5)")


def _term(number: int, columns: list[str], row: list[object], seen: set[str]) -> Term:
    cells = {name: words for name, cell in zip(columns, row, strict=False) if (words := _words(cell))}
    label = next((cells[name] for name in columns if _TERM.fullmatch(name) and name in cells), None)
    if label is None:
        raise LoadError(f"row {number} has no CTCAE term")
    slug = re.sub(r"[^a-z0-9]+", "-", label.casefold()).strip("-")
    if not slug or slug in seen:
        raise LoadError(f'row {number}: "{label}" gives no IRI that no earlier row has')
    seen.add(slug)
    definition = next(
        (cells[name] for name in columns if _DEFINITION.fullmatch(name) and name in cells), None
    )
    return Term(
        iri=CTCAE[slug],
        path=f"row {number}",
        label=label,
        types=(SKOS["Concept"],),
        definition=definition,
        notes=tuple(
            Note(text=cells[name], kind=name.casefold())
            for name in columns
            if _NOTE.fullmatch(name) and name in cells
        ),
    )


def _words(cell: object) -> str | None:
    """The words of a cell, spaces of every kind as one; None for an empty cell or a dash."""
    words = " ".join(str(cell).split())
    return None if words in ("", "-", "–", "--") else words
