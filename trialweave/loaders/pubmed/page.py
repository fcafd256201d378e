"""A PubMed web page copied as text, one page a file.

Two orders are read: title above the citation, and PubMed's own (journal, citation, title, authors,
affiliations, ids, abstract). A page is a row of headings, each alone on its line; what stands under
"Similar articles", "References", "Figures" and the like belongs to other papers or to the site and is
never read. Lists have bullets or plain lines. After the MeSH terms, a second bullet list apart from the
first, without a heading, is the substances.

`text` is the whole file. A line "X / qualifier*" is one qualifier of heading X, with its own star.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import BinaryIO, NamedTuple

from trialweave.errors import LoadError
from trialweave.loaders.decoding import Piece, utf8_chunks, utf8_text
from trialweave.loaders.pubmed.citation import Citation, find_doi, read_citation
from trialweave.loaders.pubmed.layout import Block, block, lines_of
from trialweave.loaders.registry_ids import find_registry_ids, first_mentions
from trialweave.loaders.set_aside import load_each
from trialweave.records import MeshHeading, Publication, Qualifier, Rejected, Source, Span, Stated, Substance

FORMAT = "pubmed-page"
LONGEST_PAGE = 1 << 24

_LISTS = ("publication types", "mesh terms", "substances", "associated data", "secondary source id")
_ABOUT = ("abstract", "affiliations", "affiliation", "keywords")
_NOT_THE_RECORD = (
    "supplementary concepts", "conflict of interest statement", "figures", "similar articles", "cited by",
    "references", "related information", "grants and funding", "grant support", "linkout - more resources",
    "full text links", "full text sources", "other literature sources", "medical", "research materials",
    "miscellaneous", "molecular biology databases", "all related articles", "actions", "share",
    "page navigation", "comment in", "comment on", "erratum in", "erratum for", "update in", "update of",
    "retraction in", "collaborators", "plain language summary",
)  # fmt: skip
_HEADINGS = frozenset((*_LISTS, *_ABOUT, *_NOT_THE_RECORD))
_BUTTON = re.compile(r"Actions|Search in PubMed|Search in MeSH|Add to Search", re.IGNORECASE)
_CHROME = re.compile(
    r"(?:Actions|Search in PubMed|Search in MeSH|Add to Search|See all [\w ]{3,30}|Show all \d* ?[\w ]{3,20}|"
    r"Expand|Collapse|Free (?:PMC )?article|Free (?:full )?text|No abstract available|\[Article in .*\]|"
    r"Skip to .*|Save|Email|Send to|Display options?|Format|Cite|Share|Clipboard|Item in Clipboard|PubMed|"
    r"Online ahead of print\.?|Search results|Review|Meta-Analysis|Systematic Review|Case Reports|Editorial|"
    r"Letter|Comment|(?:Practice )?Guideline|Clinical Trial(?:, Phase [IV]+| Protocol)?|Multicenter Study|"
    r"Randomized Controlled Trial|Controlled Clinical Trial|Observational Study|Comparative Study)"
    r"(?: collapse)?",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:\.\s*)?((?:1[5-9]|20)\d\d\b[^\n]*[;:.][^\n]*)")
_IDS = re.compile(r"(?:PMID|PMCID|DOI): ?\S")
_PMID = re.compile(r"\bPMID: *(\d{1,9})\b")
_PMCID = re.compile(r"\bPMCID: *(PMC\d+)\b")
_BULLET = re.compile(r"(?:[•*·‣◦▪–-]|o(?=\t))[ \t\u00a0]*(?=\S)")
_KEYWORDS = re.compile(r"Keywords?:[ \t\u00a0]*", re.IGNORECASE)
_COPYRIGHT = re.compile(r"(?:copyright\b|\(?©|\(c\) |© |crown copyright)", re.IGNORECASE)
_SIGNS = re.compile(
    r"^(?:Abstract|Publication types|MeSH terms|Substances|Affiliations?|"
    r"Keywords:.*|PMID: \d+(?: PMCID.*| DOI.*)?)\s*$",
    re.M,
)


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is a PubMed page copied as text."""
    return _SIGNS.search(head) is not None and _find_citation(lines_of(head)) is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[Publication | Rejected]:
    r"""The one record of a page.

    >>> import io
    >>> page = b"A trial\n\nJ Try. 2021 Mar;1(1):1.\n\nYes.\n\nMeSH terms\n\n  * Indoles / therapeutic use*\n"
    >>> [record] = read(io.BytesIO(page), file="page.txt")
    >>> record.title, record.headings[0].qualifiers[0].major
    ('A trial', True)
    """
    yield from load_each(
        _whole(stream),
        _publication,
        file=file,
        member=member,
        format_name=FORMAT,
        pmid=_pmid_of_bytes,
    )


def _pmid_of_bytes(data: bytes) -> str | None:
    found = _PMID.search(data.decode("utf-8", errors="replace"))
    return found[1] if found else None


def _whole(stream: BinaryIO) -> Iterator[Piece]:
    data = bytearray()
    offset = None
    for chunk in utf8_chunks(stream):
        offset = chunk.offset if offset is None else offset
        data += chunk.data
        if len(data) > LONGEST_PAGE:
            raise LoadError(f"more than {LONGEST_PAGE:,} bytes: too long for one PubMed page")
    if data:
        yield Piece(offset or 0, bytes(data))


class _Cited(NamedTuple):
    """The citation: its lines are `first` to `last`; `split` where the journal has a line of its own."""

    first: int
    last: int
    citation: Citation
    split: bool


def _publication(piece: Piece, source: Source) -> Publication:
    text = utf8_text(piece.data, offset=piece.offset)
    rows = lines_of(text)
    cited = _find_citation(rows)
    if cited is None:
        raise LoadError('no citation found; expected a line such as "Cancer Med. 2021 Mar;10(5):1681-1689."')
    sections = _sections(rows, cited.last + 1)
    title = _title_above(text, rows, cited)
    body = sections.pop("", [])
    if title is None:
        title, body = _title_below(body)
    if title is None:
        raise LoadError("the page has no title above or below its citation")
    abstract = _abstract_rows(sections.get("abstract", []), body, headed="abstract" in sections)
    front = [
        row
        for row in (*body, *sections.get("affiliations", ()), *sections.get("affiliation", ()))
        if _IDS.match(row.words)
    ]
    mesh, apart = _split_list(sections.get("mesh terms", []))
    substances = _items(text, sections.get("substances", [])) or [
        item for item in _items(text, apart) if item.bulleted
    ]
    spans = [(title.start, title.end), *([(abstract[0].start, abstract[-1].end)] if abstract else [])]
    data = [*sections.get("associated data", ()), *sections.get("secondary source id", ())]
    spans += [(row.start, row.end) for row in data if row.words]
    cited_block = block(text, rows[cited.first].start, rows[cited.last].end)
    return Publication(
        source=source,
        text=text,
        title=title.folded(),
        title_span=(title.start, title.end),
        abstract_span=(abstract[0].start, abstract[-1].end) if abstract else None,
        pmid=_stated(_PMID, text, front),
        doi=next(
            filter(None, (find_doi(text, start=r.start, end=r.end) for r in (cited_block, *front))), None
        ),
        pmcid=_stated(_PMCID, text, front),
        journal=cited.citation.journal,
        citation=re.sub(r"\s+\.", ".", cited_block.folded(), count=1),
        date=cited.citation.date,
        authors=_authors(body),
        publication_types=_values(_items(text, sections.get("publication types", []))),
        keywords=_keywords(text, rows, cited.last, sections.get("keywords", [])),
        headings=_headings(text, mesh),
        substances=tuple(Substance(label=item.words, evidence=item.span) for item in substances),
        registry_ids=first_mentions(
            stated for first, last in spans for stated in find_registry_ids(text, start=first, end=last)
        ),
    )


# ── the frame of the page ────────────────────────────────────────────────────────────────────


def _find_citation(rows: Sequence[Block]) -> _Cited | None:
    navigation = False
    for number, row in enumerate(rows):
        heading = row.words.rstrip(":").lower()
        navigation = navigation or heading == "page navigation"
        if heading in ("similar articles", "cited by", "references") and not navigation:
            return None  # from here on, citations are of other papers
        place = _PLACE.fullmatch(row.words)
        above = rows[number - 1].words if number else ""
        if place is not None and above and not _CHROME.fullmatch(above):
            citation = read_citation(f"{above}. {place[1]}")
            if citation is not None:
                return _Cited(number - 1, _last_of_citation(rows, number), citation, True)
        citation = read_citation(row.words) if re.search(r"\d[;:]|doi:|\d\.\s*$", row.words) else None
        if citation is not None and citation.journal and len(citation.journal) <= 120:
            return _Cited(number, _last_of_citation(rows, number), citation, False)
    return None


def _last_of_citation(rows: Sequence[Block], number: int) -> int:
    """The site breaks the line before `doi:`, `Epub` and `eCollection`."""
    while number + 1 < len(rows) and re.match(
        r"doi: ?10\.|Epub |eCollection |Online ahead", rows[number + 1].words
    ):
        number += 1
    return number


def _is_heading(words: str) -> bool:
    return words.rstrip(":").lower() in _HEADINGS


def _sections(rows: Sequence[Block], start: int) -> dict[str, list[Block]]:
    """The rows under each heading; those before the first one stand under "".

    Raises LoadError where a list of the record stands twice: the file holds more than one page.
    """
    sections: dict[str, list[Block]] = {"": []}
    name = ""
    for row in rows[start:]:
        heading = row.words.removesuffix(" collapse").rstrip(":").lower()
        if heading == "page navigation":  # a list of the page's headings
            break
        if heading in _HEADINGS:
            name = heading
            if name in (*_LISTS, "abstract") and any(one.words for one in sections.get(name, ())):
                raise LoadError(
                    f"{row.words!r} stands twice: the file holds several pages; save one page a file"
                )
            sections.setdefault(name, [])
        else:
            sections[name].append(row)
    return sections


def _title_above(text: str, rows: Sequence[Block], cited: _Cited) -> Block | None:
    above = [
        row for row in rows[: cited.first] if not _CHROME.fullmatch(row.words) and not _is_heading(row.words)
    ]
    while above and not above[-1].words:
        above.pop()
    if cited.split or not above:
        return None
    first = len(above) - 1
    while first and above[first - 1].words:
        first -= 1
    return block(text, above[first].start, above[-1].end)


def _title_below(body: list[Block]) -> tuple[Block | None, list[Block]]:
    rest = list(body)
    while rest and (not rest[0].words or _CHROME.fullmatch(rest[0].words)):
        rest.pop(0)
    if not rest or _IDS.match(rest[0].words):
        return None, rest
    title = rest.pop(0)
    return title, rest


def _abstract_rows(headed_rows: list[Block], body: list[Block], *, headed: bool) -> list[Block]:
    """The rows of the abstract, up to keywords, copyright or ids."""
    rows = headed_rows if headed else _after_front(body)
    abstract: list[Block] = []
    for row in rows:
        if _KEYWORDS.match(row.words) or _COPYRIGHT.match(row.words) or _IDS.match(row.words):
            break
        if row.words and row.words != "No abstract available":
            abstract.append(row)
    return abstract


def _after_front(body: list[Block]) -> list[Block]:
    """What follows authors and ids where no heading says where the abstract begins."""
    last_front = -1
    for number, row in enumerate(body):
        if _IDS.match(row.words) or _CHROME.fullmatch(row.words):
            last_front = number
        elif row.words and (not _names_people(row.words) or number > 6):
            break
        elif row.words:
            last_front = number
    return body[last_front + 1 :]


def _names_people(words: str) -> bool:
    """Whether a row is a list of names: `Jane Doe 1 , Max Moe 2 3` or `Doe J, Moe M.`"""
    names = [re.sub(r"[\d\s#*†‡]+$", "", name).strip() for name in re.split(r"[,;]", words.rstrip("."))]
    named = [name for name in names if name]
    like = sum(
        1 <= name.count(" ") <= 4 and all(part[:1].isupper() or part in _PARTICLES for part in name.split())
        for name in named
    )
    return (
        bool(named)
        and ": " not in words
        and ". " not in re.sub(r"\b[A-Z]\. ", "", words)
        and like == len(named)
    )


_PARTICLES = frozenset(
    ("al", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "la", "le", "ten",
     "ter", "van", "von", "y", "zu")
)  # fmt: skip


def _authors(body: list[Block]) -> tuple[str, ...]:
    for row in body:
        if _names_people(row.words):
            bare = (
                re.sub(r"[\d\s#*†‡\u00a0]+$", "", name).strip()
                for name in re.split(r"[,;]", row.words.rstrip("."))
            )
            return tuple(name for name in bare if name)
        if row.words and not _CHROME.fullmatch(row.words):
            return ()
    return ()


# ── lists ────────────────────────────────────────────────────────────────────────────────────


class _Item(NamedTuple):
    span: Span
    words: str
    bulleted: bool


def _items(text: str, rows: Sequence[Block]) -> list[_Item]:
    items = []
    for row in rows:
        if not row.words or _BUTTON.fullmatch(row.words):
            continue
        bullet = _BULLET.match(row.words)
        start = row.start + (bullet.end() if bullet else 0)
        items.append(_Item(Span.of(text, start, row.end), text[start : row.end], bullet is not None))
    return items


def _split_list(rows: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """A list, and the rows after the first gap that is wider than the one usual between its items.

    Of two items, a gap of two empty lines or more is such a gap.
    """
    filled = [number for number, row in enumerate(rows) if row.words]
    gaps = [later - earlier for earlier, later in pairwise(filled)]
    usual = min(gaps, default=0) if len(gaps) > 1 else 2
    wide = next((place for place, gap in enumerate(gaps) if gap > usual), None)
    if wide is None:
        return list(rows), []
    cut = filled[wide + 1]
    return list(rows[:cut]), list(rows[cut:])


def _values(items: Sequence[_Item]) -> tuple[Stated, ...]:
    return tuple(Stated(value=item.words, evidence=item.span) for item in items)


def _headings(text: str, rows: Sequence[Block]) -> tuple[MeshHeading, ...]:
    """The lines gathered by descriptor, in the order of its first line."""
    own: dict[str, tuple[bool, Span | None]] = {}
    qualifiers: dict[str, list[Qualifier]] = {}
    for item in _items(text, rows):
        descriptor, slash, words = item.words.partition(" / ")
        label = descriptor.removesuffix("*").rstrip()
        major, evidence = own.get(label, (False, None))
        own[label] = (major or descriptor.endswith("*"), evidence if slash else evidence or item.span)
        if slash:
            qualifier = words.removesuffix("*").rstrip()
            qualifiers.setdefault(label, []).append(
                Qualifier(label=qualifier, evidence=item.span, major=words.endswith("*"))
            )
    return tuple(
        MeshHeading(label=label, evidence=evidence, major=major, qualifiers=tuple(qualifiers.get(label, ())))
        for label, (major, evidence) in own.items()
    )


def _keywords(text: str, rows: Sequence[Block], after: int, headed: Sequence[Block]) -> tuple[Stated, ...]:
    """`Keywords: one; two.`, with its wrapped lines, or the row under a heading of that name."""
    block_rows = [row for row in headed if row.words]
    start = block_rows[0].start if block_rows else 0
    for number, row in enumerate(rows[after + 1 :], after + 1):
        if row.words.lower().rstrip(":") in _NOT_THE_RECORD:
            break
        opening = _KEYWORDS.match(row.words)
        if opening is not None and opening.end() < len(row.words):
            wrapped = takewhile(lambda one: one.words and not _is_heading(one.words), rows[number:])
            block_rows, start = list(wrapped), row.start + opening.end()
            break
    if not block_rows:
        return ()
    end = block_rows[-1].end - text[: block_rows[-1].end].endswith(".")
    return tuple(
        Stated(value=one.folded(), evidence=Span.of(text, one.start, one.end))
        for found in re.compile(r"[^;]+").finditer(text, start, end)
        if (one := block(text, *found.span())).words
    )


def _stated(pattern: re.Pattern[str], text: str, rows: Sequence[Block]) -> Stated | None:
    for row in rows:
        found = pattern.search(text, row.start, row.end)
        if found is not None:
            return Stated(value=found[1], evidence=Span.of(text, *found.span(1)))
    return None
