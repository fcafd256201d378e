"""The ATC classification, from files that the user is licensed for: WHO's XML, or a CSV of codes and names.

https://atcddd.fhi.no/atc_ddd_index/. The XML is that of WHO's own distribution (`<z:row ATCCode= Name=/>`);
a CSV has the columns `atc_code` and `atc_name` (or WHO's: `ATC code`, `ATC level name`), one row a code, or
one for each defined daily dose. What stands above a code follows from the code itself: C08 above C08C above
C08CA. Left out: defined daily doses, comments. ATC may not be passed on without WHO's leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from lxml import etree

from trialweave.errors import LoadError
from trialweave.loaders.decoding import Piece, lines, utf8_chunks, utf8_text
from trialweave.loaders.pubmed.xml_records import xml_records
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.rows import Row, rows
from trialweave.ontology.prefixes import namespace
from trialweave.records import Rejected, Source, Term, Terminology

FORMAT = "atc"

ATC = namespace("atc")
SKOS = namespace("skos")

_COLUMNS = (("atc_code", "atc_name"), ("atc code", "atc level name"), ("atccode", "name"))
_XML = re.compile(r"""<z:row\s(?=[^<]*ATCCode\s*=)(?=[^<]*\bName\s*=)""")
_CODE = re.compile(r"[A-Z](?:\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?)?")
_LEVELS = (1, 3, 4, 5, 7)
_DATED = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_](\d\d)[-_](\d\d))?(?!\d)")


def matches(head: str) -> bool:
    """Whether a file that begins with `head` holds ATC's codes and names.

    >>> matches("atc_code,atc_name,ddd,uom,adm_r,note"), matches("<r><z:row ATCCode='A' Name='X'/></r>")
    (True, True)
    """
    return _XML.search(head) is not None or _columns(_cells(head.lstrip().partition("\n")[0])) is not None


def read(
    stream: BinaryIO, *, file: str, member: str | None = None
) -> Iterator[Terminology | Term | Rejected]:
    """The header, then one term a code; the version is the year or day in the file's name.

    >>> import io
    >>> table = b"atc_code,atc_name\\nL01FG,VEGF inhibitors\\nL01FG01,bevacizumab\\nL01FG01,bevacizumab\\n"
    >>> header, group, drug = read(io.BytesIO(table), file="WHO ATC-DDD 2024-07-31.csv")
    >>> header.version, header.redistributable, drug.label, drug.parents == (group.iri,)
    ('2024-07-31', False, 'bevacizumab', True)
    """
    dated = _DATED.search(member or "") or _DATED.search(file)
    version = "-".join(part for part in dated.groups() if part) if dated else None
    with laid_out(stream) as whole:
        yield Terminology(
            key="atc",
            source=Source(
                file=file, format=FORMAT, position=1, sha256=whole.sha256, member=member, version=version
            ),
            version=version,
            iri=ATC[""],
            title="Anatomical Therapeutic Chemical classification",
            licence="https://atcddd.fhi.no/copyright_disclaimer/",
            notice=(
                "© WHO Collaborating Centre for Drug Statistics Methodology, Oslo. Not to be copied or "
                "distributed for commercial purposes, nor changed."
            ),
            homepage="https://atcddd.fhi.no/atc_ddd_index/",
            redistributable=False,
        )
        head = whole.data.read(1 << 16)
        whole.data.seek(0)
        chunks = utf8_chunks(whole.data)
        found = _of_xml(chunks) if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _of_csv(chunks)
        names: dict[str, str] = {}
        try:
            for one in found:
                try:
                    term = _term(one, names)
                except LoadError as error:
                    yield Rejected(
                        file=file,
                        member=member,
                        position=one.position,
                        reason=str(error),
                        excerpt=one.text[:200],
                    )
                    continue
                if term is not None:
                    yield term
        except LoadError as error:
            yield Rejected(file=file, member=member, position=0, reason=str(error))
        if whole.problem is not None:
            yield Rejected(file=file, member=member, position=0, reason=whole.problem)


class _Found(NamedTuple):
    """A code and its name as they stand; `place` is where, `text` the row."""

    position: int
    place: str
    code: str | None
    name: str | None
    text: str
    problem: str | None = None


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"').casefold() for cell in line.lstrip("\ufeff").split(",")]


def _columns(cells: list[str]) -> tuple[int, int] | None:
    for code, name in _COLUMNS:
        if code in cells and name in cells:
            return cells.index(code), cells.index(name)
    return None


def _of_csv(chunks: Iterable[Piece]) -> Iterator[_Found]:
    table = rows(lines(chunks), delimiter=",")
    places = _columns([cell.strip().casefold() for cell in next(table, Row(1, [], "")).cells])
    if places is None:
        raise LoadError("a CSV without the columns atc_code and atc_name")
    for row in table:
        code, name = (row.cells[place] if place < len(row.cells) else None for place in places)
        yield _Found(row.line, f"line {row.line}", code, name, row.text.rstrip(), row.problem)


def _of_xml(chunks: Iterator[Piece]) -> Iterator[_Found]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for position, piece in enumerate(xml_records(chunks, names=("z:row",)), 1):
        place = f"z:row[{position}]"
        text = piece.data.decode("utf-8", "backslashreplace")
        try:
            whole = f'<r xmlns:z="#RowsetSchema">{utf8_text(piece.data, offset=piece.offset)}</r>'
            row = etree.fromstring(whole.encode(), parser)[0]
        except (LoadError, etree.XMLSyntaxError) as error:
            yield _Found(position, place, None, None, text, f"{place}: {error}")
            continue
        yield _Found(position, place, row.get("ATCCode"), row.get("Name"), text)


def _term(found: _Found, names: dict[str, str]) -> Term | None:
    """The term of a row; None where an earlier row has said the same."""
    if found.problem is not None:
        raise LoadError(found.problem)
    code, name = (found.code or "").strip(), (found.name or "").strip()
    if not _CODE.fullmatch(code):
        raise LoadError(
            f'{found.place}: the code is "{code}", expected one like C, C08, C08C, C08CA or C08CA01'
        )
    if not name:
        raise LoadError(f"{found.place}: {code} has no name")
    if code in names:
        if names[code] != name:
            raise LoadError(f'{found.place}: {code} is "{name}" here, "{names[code]}" in an earlier row')
        return None
    names[code] = name
    above = [code[:length] for length in _LEVELS if length < len(code)]
    return Term(
        iri=ATC[code],
        path=found.place,
        label=name,
        types=(SKOS["Concept"],),
        parents=(ATC[above[-1]],) if above else (),
        notations=(code,),
    )
