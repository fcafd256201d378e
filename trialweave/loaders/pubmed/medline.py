"""MEDLINE text, also known as `.nbib`: one tag a line, continuation lines indented.

Tags: https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format. A record begins with its `PMID-` line, or after
an empty line. `text` is the title, an empty line, and the abstract; lines are joined by one space.
The evidence of a field is its tag and ordinal (`MH[2]`), of a qualifier its place in that (`MH[2]/1`).

Left out: other abstracts (OAB), the transliterated title (TT), investigators (IR), grants, comments, and
accession numbers (SI) of data banks that are no trial registry.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from trialweave.errors import LoadError
from trialweave.loaders.dates import iso_date
from trialweave.loaders.decoding import LONGEST_RECORD, Piece, lines, utf8_chunks, utf8_text
from trialweave.loaders.registry_ids import as_registry_id, find_registry_ids, first_mentions
from trialweave.loaders.set_aside import load_each
from trialweave.records import Field, MeshHeading, Publication, Qualifier, Rejected, Source, Stated, Substance

FORMAT = "medline"

_PMID_LINE = re.compile(r"^PMID- *\d+\s*$", re.MULTILINE)
_OWNER_LINE = re.compile(r"^(?:OWN |STAT)- ", re.MULTILINE)
_OTHER_LINE = re.compile(r"^(?:FAU|AU  |DP  |TA  |PT  )- ", re.MULTILINE)
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_RN = re.compile(r"(\S+(?: \d+(?:\.[\d-]+)*)?) \((.*)\)")
_ARTICLE_ID = re.compile(r"(.+) \[(\w+)\]")


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is MEDLINE text."""
    if _PMID_LINE.search(head):
        return True
    return _OWNER_LINE.search(head) is not None and _OTHER_LINE.search(head) is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[Publication | Rejected]:
    r"""The records of one MEDLINE stream, in file order.

    >>> import io
    >>> [record] = read(io.BytesIO(b"PMID- 1\nTI  - A.\nMH  - Indoles/*therapeutic use\n"), file="a.nbib")
    >>> record.headings[0].label, record.headings[0].qualifiers[0].evidence.path
    ('Indoles', 'MH[1]/1')
    """
    yield from load_each(
        _records(lines(utf8_chunks(stream))),
        _publication,
        file=file,
        member=member,
        format_name=FORMAT,
        pmid=_first_pmid,
    )


def _records(numbered: Iterable[Piece]) -> Iterator[Piece]:
    held: list[bytes] = []
    offset = size = 0
    for line in numbered:
        blank = not line.data.strip()
        if held and (blank or line.data.startswith(b"PMID-")):
            yield Piece(offset, b"".join(held))
            held, size = [], 0
        if blank:
            continue
        if not held:
            offset = line.offset
        held.append(line.data)
        size += len(line.data)
        if size > LONGEST_RECORD:
            raise LoadError(f"a record of more than {LONGEST_RECORD:,} bytes begins at byte {offset}")
    if held:
        yield Piece(offset, b"".join(held))


def _first_pmid(data: bytes) -> str | None:
    found = re.match(rb"PMID- *(\d+)", data)
    return found[1].decode("ascii") if found else None


_Values = dict[str, list[str]]


def _values(text: str) -> _Values:
    """Every value of every tag, in order, continuation lines joined by one space."""
    values: _Values = defaultdict(list)
    parts: list[str] = []
    tag = None
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        opening = _TAG.match(line)
        if opening is None and line.strip() and (not line.startswith("  ") or tag is None):
            raise LoadError(
                f"line {number} of the record is neither a tag (`TI  - …`) nor an indented "
                f"continuation: {line[:60]!r}"
            )
        if opening is not None:
            if tag is not None:
                values[tag].append(" ".join(parts))
            tag, parts = opening[1], []
        words = opening[2].strip() if opening else line.strip()
        if words:
            parts.append(words)
    if tag is not None:
        values[tag].append(" ".join(parts))
    return values


def _publication(piece: Piece, source: Source) -> Publication:
    values = _values(utf8_text(piece.data, offset=piece.offset))
    title = _first(values, "TI") or _first(values, "BTI")
    if title is None:
        raise LoadError("the record has no title (neither TI nor BTI)")
    abstract = "\n".join(value for value in values.get("AB", ()) if value)
    text = f"{title}\n\n{abstract}" if abstract else title
    revised = _first(values, "LR")
    issued = _first(values, "DP")
    return Publication(
        source=msgspec.structs.replace(source, version=iso_date(revised) if revised else None),
        text=text,
        title=title,
        title_span=(0, len(title)),
        abstract_span=(len(title) + 2, len(text)) if abstract else None,
        pmid=next(iter(_stated(values, "PMID")), None),
        doi=_doi(values),
        pmcid=next(iter(_stated(values, "PMC")), None),
        journal=_first(values, "TA") or _first(values, "JT"),
        citation=_first(values, "SO"),
        date=iso_date(issued) if issued else None,
        language=tuple(filter(None, values.get("LA", ()))),
        authors=_authors(values),
        publication_types=_stated(values, "PT"),
        keywords=tuple(
            Stated(value=stated.value.removeprefix("*"), evidence=stated.evidence)
            for stated in _stated(values, "OT")
        ),
        headings=_headings(values),
        substances=_substances(values),
        registry_ids=first_mentions((*_banked_ids(values), *find_registry_ids(text))),
    )


def _first(values: _Values, tag: str) -> str | None:
    return next(filter(None, values.get(tag, ())), None)


def _stated(values: _Values, tag: str) -> tuple[Stated, ...]:
    return tuple(
        Stated(value=value, evidence=Field(path=f"{tag}[{number}]", quote=value))
        for number, value in enumerate(values.get(tag, ()), 1)
        if value
    )


def _doi(values: _Values) -> Stated | None:
    for stated in (*_stated(values, "AID"), *_stated(values, "LID")):
        found = _ARTICLE_ID.fullmatch(stated.value)
        if found is not None and found[2] == "doi":
            return Stated(value=found[1], evidence=stated.evidence)
    return None


def _authors(values: _Values) -> tuple[str, ...]:
    # AU and CN are kept each in its own order: how they interleave carries no meaning here
    return tuple(value for tag in ("AU", "CN") for value in values.get(tag, ()) if value)


def _headings(values: _Values) -> tuple[MeshHeading, ...]:
    headings = []
    for stated in _stated(values, "MH"):
        where = stated.evidence.path if isinstance(stated.evidence, Field) else ""
        descriptor, *qualifiers = stated.value.split("/")
        headings.append(
            MeshHeading(
                label=descriptor.removeprefix("*"),
                evidence=stated.evidence,
                major=descriptor.startswith("*"),
                qualifiers=tuple(
                    Qualifier(
                        label=words.removeprefix("*"),
                        evidence=Field(path=f"{where}/{number}", quote=words),
                        major=words.startswith("*"),
                    )
                    for number, words in enumerate(qualifiers, 1)
                ),
            )
        )
    return tuple(headings)


def _substances(values: _Values) -> tuple[Substance, ...]:
    substances = []
    for stated in (*_stated(values, "RN"), *_stated(values, "NM")):
        found = _RN.fullmatch(stated.value)
        number, label = (found[1], found[2]) if found else (None, stated.value)
        substances.append(
            Substance(
                label=label, evidence=stated.evidence, registry_number=number if number != "0" else None
            )
        )
    return tuple(substances)


def _banked_ids(values: _Values) -> Iterator[Stated]:
    for stated in _stated(values, "SI"):
        value = as_registry_id(stated.value.partition("/")[2])
        if value is not None:
            yield Stated(value=value, evidence=stated.evidence)
