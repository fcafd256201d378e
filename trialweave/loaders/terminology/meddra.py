"""MedDRA, from a licensed user's own folder or zip of ASCII files (`llt.asc`, `pt.asc`, `hlt_pt.asc`, …).

MedDRA Distribution File Format Document, https://www.meddra.org/. The tables make one terminology, so they
are read together; which is which, only their names tell. Each level is a term: system organ class, high
level group term, high level term, preferred term, lowest level term; a lowest level term that is a preferred
term stands once. One that is not current is deprecated. Left out: primary system organ class,
abbreviations, codes of other classifications, SMQs, history. MedDRA may not be passed on.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from trialweave.errors import LoadError
from trialweave.loaders.decoding import Piece, lines, utf8_text
from trialweave.ontology.prefixes import namespace
from trialweave.records import Note, Rejected, Source, Term, Terminology

FORMAT = "meddra-ascii"

MEDDRA = namespace("meddra")
SKOS = namespace("skos")

LEVELS = {
    "soc.asc": "system organ class",
    "hlgt.asc": "high level group term",
    "hlt.asc": "high level term",
    "pt.asc": "preferred term",
    "llt.asc": "lowest level term",
}
LINKS = ("soc_hlgt.asc", "hlgt_hlt.asc", "hlt_pt.asc")
RELEASE = "meddra_release.asc"

_CODE = re.compile(r"\d{8}")
_PREFERRED, _CURRENT = 2, 9  # of a lowest level term: the code of its preferred term, Y or N


def is_table(name: str) -> bool:
    """Whether a file of that name is one of MedDRA's tables that are read.

    >>> is_table("MedAscii/llt.asc"), is_table("MedAscii/smq_list.asc")
    (True, False)
    """
    return PurePosixPath(name).name.casefold() in {*LEVELS, *LINKS, RELEASE}


def read_tables(
    tables: Mapping[str, bytes], *, file: str, member: str | None = None
) -> Iterator[Terminology | Term | Rejected]:
    """The header, then the terms from the system organ classes down; `tables` goes from name to content.

    A row that cannot be read, names no known term above it, or repeats a code is set aside.

    >>> tables = dict.fromkeys([*LEVELS, *LINKS], b"")
    >>> tables |= {"pt.asc": b"90000001$Purple thumb$$90000009$\\n", "meddra_release.asc": b"27.0$"}
    >>> tables |= {"llt.asc": b"90000002$Thumb gone purple$90000001$$$$$$$Y$$\\n"}
    >>> header, preferred, lowest = read_tables(tables, file="MedDRA_27_0_English.zip")
    >>> header.version, lowest.label, lowest.parents == (preferred.iri,)
    ('27.0', 'Thumb gone purple', True)
    """
    by_name = {PurePosixPath(name).name.casefold(): data for name, data in tables.items()}
    missing = [name for name in (*LEVELS, *LINKS) if name not in by_name]
    if missing:
        reason = f"MedDRA without {', '.join(missing)}; give the whole folder MedAscii, or the zip it came in"
        yield Rejected(file=file, member=member, position=0, reason=reason)
        return
    digest = hashlib.sha256()
    for name in sorted(by_name):
        digest.update(name.encode() + b"\0" + by_name[name])
    version = by_name.get(RELEASE, b"").partition(b"$")[0].decode("ascii", "replace").strip() or None
    yield Terminology(
        key="meddra",
        source=Source(
            file=file, format=FORMAT, position=1, sha256=digest.hexdigest(), member=member, version=version
        ),
        version=version,
        iri=MEDDRA[""],
        title="Medical Dictionary for Regulatory Activities",
        licence="https://www.meddra.org/subscription",
        notice=(
            "MedDRA® is a registered trademark of IFPMA on behalf of ICH; for holders of a MedDRA "
            "subscription only, not to be passed on."
        ),
        homepage="https://www.meddra.org/",
        redistributable=False,
    )
    parents: dict[str, list[str]] = defaultdict(list)
    problems: list[Rejected] = []

    def aside(row: _Row, reason: str) -> Rejected:
        return Rejected(
            file=file,
            member=_inside(member, row.table),
            position=row.line,
            reason=reason,
            excerpt=row.text[:200],
        )

    for name in LINKS:
        for row in _rows(name, by_name[name]):
            problem = row.problem or _not_codes(row, 2)
            if problem is not None:
                problems.append(aside(row, problem))
            elif row.cells[0] not in parents[row.cells[1]]:
                parents[row.cells[1]].append(row.cells[0])
    seen: set[str] = set()
    for name, level in LEVELS.items():
        for row in _rows(name, by_name[name]):
            try:
                term = _term(row, level, parents, seen)
            except LoadError as error:
                yield aside(row, str(error))
                continue
            if term is not None:
                yield term
    yield from problems


class _Row(NamedTuple):
    """One line of a table."""

    table: str
    line: int
    cells: list[str]
    text: str
    problem: str | None = None


def _inside(member: str | None, table: str) -> str:
    return f"{member}/{table}" if member else table


def _rows(table: str, data: bytes) -> Iterator[_Row]:
    for line, piece in enumerate(lines([Piece(0, data)]), 1):
        try:
            text = utf8_text(piece.data, offset=piece.offset).strip("\r\n\ufeff")
        except LoadError as error:
            yield _Row(table, line, [], piece.data.decode("utf-8", "backslashreplace"), str(error))
            continue
        if text.strip():
            yield _Row(table, line, [cell.strip() for cell in text.split("$")], text)


def _not_codes(row: _Row, count: int) -> str | None:
    if len(row.cells) >= count and all(_CODE.fullmatch(cell) for cell in row.cells[:count]):
        return None
    return f"{row.table}, line {row.line}: expected {count} codes of eight digits, each ended by $"


def _term(row: _Row, level: str, parents: Mapping[str, list[str]], seen: set[str]) -> Term | None:
    """The term of a row; None for a lowest level term that is a preferred term."""
    problem = row.problem or _not_codes(row, 1)
    if problem is not None:
        raise LoadError(problem)
    where = f"{row.table}, line {row.line}"
    code, name = row.cells[0], row.cells[1] if len(row.cells) > 1 else ""
    if not name:
        raise LoadError(f"{where}: {code} has no name")
    above = parents.get(code, [])
    current = True
    if level == "lowest level term":
        preferred = row.cells[_PREFERRED] if len(row.cells) > _PREFERRED else ""
        if preferred == code:
            return None
        current = len(row.cells) <= _CURRENT or row.cells[_CURRENT] != "N"
        above = [preferred]
    if unknown := [one for one in above if one not in seen]:
        raise LoadError(f"{where}: {code} stands below {', '.join(unknown) or 'nothing'}, which no row names")
    if code in seen:
        raise LoadError(f"{where}: {code} stands in an earlier row too")
    seen.add(code)
    return Term(
        iri=MEDDRA[code],
        path=where,
        label=name,
        types=(SKOS["Concept"],),
        parents=tuple(MEDDRA[one] for one in above),
        notations=(code,),
        notes=(Note(text=level, kind="level"),),
        deprecated=not current,
    )
