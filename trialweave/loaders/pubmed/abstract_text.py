"""PubMed's "Abstract (text)" export, of today ("1. ") and of before 2010 ("1: ").

A record is a row of paragraphs: citation, title, language, authors, collaborators, author information,
notes (Comment in, Erratum in, …), abstract, other abstracts, copyright, ids, conflict of interest.
Only some are labelled, so the rest is known by its place:

- a record begins at a numbered line with an empty line above it. After the ids of the record before
  it, the line has the next number or reads like a citation (so that cut and joined files load); where
  that record has no ids, it has the next number, reads like a citation and has two empty lines above
  it. A numbered list in an abstract is neither.
- the abstract is the first unlabelled paragraph after the authors, with the paragraphs that follow it
  as long as they open with a section label (`METHODS: `). Copyright lines come after it; an abstract of
  another kind opens with its name (`Plain Language Summary: `) and is left out.

`text` is the record as it stands, to its last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from trialweave.errors import LoadError
from trialweave.loaders.decoding import LONGEST_RECORD, Piece, lines, utf8_chunks, utf8_text
from trialweave.loaders.pubmed.citation import Citation, find_doi, read_citation
from trialweave.loaders.pubmed.layout import Block, block, lines_of, paragraphs
from trialweave.loaders.registry_ids import find_registry_ids, first_mentions
from trialweave.loaders.set_aside import load_each
from trialweave.records import Publication, Rejected, Source, Span, Stated

FORMAT = "pubmed-abstract"

_NUMBERED = re.compile(rb"(\d{1,7})([.:]) +\S")
_START = re.compile(r"^\d{1,7}[.:] +(?=\S)", re.MULTILINE)
_IDS = re.compile(r"(?:DOI|PMCID|PMID|PMC): ?\S")
_IDS_BYTES = re.compile(rb"(?:DOI|PMCID|PMID): ?\S|PMID - ")
_PMID = re.compile(r"^PMID: *(\d{1,9})\b", re.MULTILINE)
_PMCID = re.compile(r"^PMCID: *(PMC\d+)\b", re.MULTILINE)
_NOTE = re.compile(
    r"(?:Comment|Erratum|Update|Retraction|Partial retraction|Republished|Corrected and republished|"
    r"Expression of concern|Original report|Summary for patients|Reprint|Retracted and republished|"
    r"Associated data|Dataset|Dataset described|Cites|Review|Publication)"
    r"(?: in| on| of| for| from)?:?[ \t]*(?:\r\n|\n|\r|$)",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"(?:Publication Types?|MeSH Terms?|Substances?|Grant Support|Personal Name as Subject):", re.IGNORECASE
)
_LABEL = re.compile(
    r"Author information:|Collaborators:|Conflict of interest statement:|\[Article in |\[Indexed for "
)
_BOOK = re.compile(r"In: \S")
_OTHER_ABSTRACT = re.compile(
    r"(?:Publisher|Plain Language Summary|plain-language-summary|AIDS|KIE|PIP|NASA|AAMC):\s"
)
_COPYRIGHT = re.compile(
    r"(?:\(?©\)?|\(c\)|copyright\b|crown copyright|published by|this is an open access article|"
    r"licensed under|the author\(s\)\.|[^.\n]{0,80}all rights reserved|[^.\n]{0,40}©)",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:[A-Z][A-Z0-9 ,/&()'-]{2,80}|(?:Clinical )?[Tt]rials?[ -][Rr]egist[a-z]+[^:\n]{0,30}): "
)
_NAME = re.compile(
    r"[^\d\s,;.:][^\d,;:]{0,60}? [A-Z][A-Za-z-]{0,4}(?: (?:Jr|Sr|[2-4](?:nd|rd|th)|I{2,3}|IV))?(?:\(\d+\))*"
)
_ADDRESS = re.compile(
    r"(?:From |The )?(?:\S+ ){0,3}(?:Department|Dept\b|Division|Institut|School|Faculty|Cent(?:er|re)\b|"
    r"Laborator|Service|Clinic\b|Hospital|Universit|Unit\b|College|Section|Klinik|Servicio|Abteilung)"
)


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is an "Abstract (text)" export."""
    first = next(paragraphs(head), None)
    if first is None:
        return False
    start = _START.match(first.words)
    if start is None or re.search(r"PMID:\s*\d", first.words):
        return False
    return read_citation(first.words[start.end() :]) is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[Publication | Rejected]:
    r"""The records of one "Abstract (text)" stream, in file order.

    >>> import io
    >>> export = b"1. J Try. 2021 Mar;1(1):1-9.\n\nA trial.\n\nDoe J(1).\n\nIt worked.\n\nPMID: 1\n"
    >>> [record] = read(io.BytesIO(export), file="abstracts.txt")
    >>> record.title, record.text[slice(*record.abstract_span)], record.date
    ('A trial.', 'It worked.', '2021-03')
    """
    yield from load_each(
        _records(lines(utf8_chunks(stream))),
        _publication,
        file=file,
        member=member,
        format_name=FORMAT,
        pmid=_pmid_of_bytes,
    )


def _records(numbered: Iterable[Piece]) -> Iterator[Piece]:
    held: list[bytes] = []
    offset = size = number = 0
    empty = 2  # empty lines above; the beginning of a file counts as two
    ids_seen = True
    for line in numbered:
        if not line.data.strip():
            empty += 1
        else:
            opening = _NUMBERED.match(line.data) if empty else None
            if opening is not None and _opens(opening, line.data, number + 1, ids_seen=ids_seen, empty=empty):
                if held:
                    yield Piece(offset, b"".join(held))
                held, size, number, ids_seen = [], 0, int(opening[1]), False
            if _IDS_BYTES.match(line.data):
                ids_seen = True
            empty = 0
        if not held:
            if not line.data.strip():
                continue
            offset = line.offset
        held.append(line.data)
        size += len(line.data)
        if size > LONGEST_RECORD:
            raise LoadError(f"a record of more than {LONGEST_RECORD:,} bytes begins at byte {offset}")
    if held:
        yield Piece(offset, b"".join(held))


def _opens(opening: re.Match[bytes], line: bytes, expected: int, *, ids_seen: bool, empty: int) -> bool:
    is_next = int(opening[1]) == expected
    cites = read_citation(line[opening.end() :].decode("utf-8", errors="replace").strip()) is not None
    return (ids_seen and (is_next or cites)) or (empty >= 2 and is_next and cites)


def _pmid_of_bytes(data: bytes) -> str | None:
    found = _PMID.search(data.decode("utf-8", errors="replace"))
    return found[1] if found else None


def _publication(piece: Piece, source: Source) -> Publication:
    whole = utf8_text(piece.data, offset=piece.offset)
    text = whole[: len(whole.rstrip())]
    found = list(paragraphs(text))
    start = _START.match(text)
    if start is None:
        raise LoadError(
            'no record begins here: expected a numbered citation, such as "1. Cancer Med. 2021 Mar;10(5):…"'
        )
    cited = block(text, start.end(), found[0].end)
    parts = _parts(text, found[1:])
    if parts.book is not None and read_citation(cited.words) is None:
        # a chapter: its title stands where journals stand, and the book follows the authors
        parts = _parts(text, found)._replace(title=cited)
        citation = _book_citation(parts.book or cited)
        cited = parts.book or cited
    else:
        citation = read_citation(cited.words)
    if parts.title is None:
        raise LoadError("the record has no title")
    title, abstract = parts.title, parts.abstract
    spans = [(title.start, title.end)]
    if abstract:
        spans.append((abstract[0].start, abstract[-1].end))
    return Publication(
        source=source,
        text=text,
        title=title.folded(),
        title_span=(title.start, title.end),
        abstract_span=(abstract[0].start, abstract[-1].end) if abstract else None,
        pmid=_stated(_PMID, text, parts.ids),
        doi=_doi(text, cited, parts.ids),
        pmcid=_stated(_PMCID, text, parts.ids),
        journal=citation.journal if citation else None,
        citation=cited.folded(),
        date=citation.date if citation else None,
        authors=_names(parts.authors),
        registry_ids=first_mentions(
            stated for first, last in spans for stated in find_registry_ids(text, start=first, end=last)
        ),
    )


class _Parts(NamedTuple):
    title: Block | None
    authors: Block | None
    abstract: list[Block]
    ids: list[Block]
    book: Block | None


def _parts(text: str, found: list[Block]) -> _Parts:
    """What each paragraph after the citation is."""
    found = [part for one in found for part in _ids_apart(text, one)]
    title = found[0] if found and not _IDS.match(found[0].words) else None
    rest = found[1:] if title is not None else found
    ids = [one for one in rest if _IDS.match(one.words)]
    book = next((one for one in rest if _BOOK.match(one.words)), None)
    plain = [one for one in rest if not _labelled(one.words)]
    authors = None
    if plain and _are_authors(plain[0], rest):
        authors = plain.pop(0)
    if plain and _is_address(
        plain[0].words, followed=len(plain) > 1 and not _COPYRIGHT.match(plain[1].words)
    ):
        plain.pop(0)
    abstract: list[Block] = []
    for one in plain:
        if _COPYRIGHT.match(one.words) or (abstract and not _SECTION.match(one.words)):
            break
        abstract.append(one)
    if abstract and _OTHER_ABSTRACT.match(abstract[0].words):
        abstract = []
    return _Parts(title, authors, abstract, ids, book)


def _ids_apart(text: str, paragraph: Block) -> list[Block]:
    """A paragraph, with the id lines at its end apart: some exports leave no empty line above them."""
    rows = lines_of(paragraph.words)
    first = len(rows)
    while first and _IDS.match(rows[first - 1].words):
        first -= 1
    if first in (0, len(rows)):
        return [paragraph]
    cut = paragraph.start + rows[first].start
    return [block(text, paragraph.start, cut), block(text, cut, paragraph.end)]


def _book_citation(book: Block) -> Citation | None:
    found = re.search(r";\s*((?:1[5-9]|20)\d\d)", book.words)
    return Citation(None, found[1]) if found else None


def _labelled(words: str) -> bool:
    return any(label.match(words) for label in (_IDS, _LABEL, _NOTE, _LISTS, _BOOK))


def _are_authors(first: Block, rest: list[Block]) -> bool:
    """Whether the first unlabelled paragraph after the title names the authors."""
    words = first.folded()
    after = rest[rest.index(first) + 1 :]
    if words == "[No authors listed]":
        return True
    if after and after[0].words.startswith(("Author information:", "Collaborators:")):
        return True
    if _SECTION.match(words) or _COPYRIGHT.match(words):
        return False
    names = [name.strip() for name in re.split(r"[,;] ", words.rstrip("."))]
    if 2 * sum(_NAME.fullmatch(name) is not None for name in names) >= len(names):
        return True
    # a group alone ("Trial Study Group.") stands before an abstract, and is one short sentence
    return len(words) <= 200 and ". " not in words and bool(after) and not _labelled(after[0].words)


def _is_address(words: str, *, followed: bool) -> bool:
    """Whether a paragraph is the one address that exports of before 2014 give, unlabelled."""
    if len(words) > 600:
        return False
    return ("@" in words or followed) and _ADDRESS.match(words) is not None


def _names(authors: Block | None) -> tuple[str, ...]:
    if authors is None or authors.words == "[No authors listed]":
        return ()
    words = re.sub(r"(?:\(\d+\))+", "", authors.folded()).removesuffix(".")
    return tuple(name.strip() for name in re.split(r"[,;] +", words) if name.strip())


def _stated(pattern: re.Pattern[str], text: str, ids: list[Block]) -> Stated | None:
    for one in ids:
        found = pattern.search(text, one.start, one.end)
        if found is not None:
            return Stated(value=found[1], evidence=Span.of(text, *found.span(1)))
    return None


def _doi(text: str, cited: Block, ids: list[Block]) -> Stated | None:
    for one in (*ids, cited):
        doi = find_doi(text, start=one.start, end=one.end)
        if doi is not None:
            return doi
    return None
