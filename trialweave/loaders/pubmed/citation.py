"""PubMed's one-line citation: `Cancer Med. 2021 Mar;10(5):1681-1689. doi: 10.1002/cam4.3771.`"""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.dates import iso_date
from trialweave.records import Span, Stated

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter)"
_DATE = rf"(?:1[5-9]|20)\d\d(?:[ \n\r\t/-]+(?:{_MONTH}[a-z]*|\d{{1,4}}))*"
_CITATION = re.compile(rf"(?P<journal>.{{1,250}}?)\.\s+(?P<date>{_DATE})\s*(?=[;:.\[]|$)", re.DOTALL)
_DOI = re.compile(r"(?<![\w/])(10\.\d{4,9}/[^\s\"<>]+)")


class Citation(NamedTuple):
    """What a citation says: the journal's abbreviation, and the date (ISO 8601) as precise as given."""

    journal: str | None
    date: str


def read_citation(words: str) -> Citation | None:
    """The parts of a citation, or None where `words` is none.

    >>> read_citation("Cancer Med. 2021 Mar;10(5):1681-1689. doi: 10.1002/cam4.3771. Epub 2021 Feb 14.")
    Citation(journal='Cancer Med', date='2021-03')
    >>> read_citation("2. Patients who had surgery in 2021 were excluded") is None
    True
    """
    found = _CITATION.match(words)
    if found is None:
        return None
    date = iso_date(" ".join(found["date"].split()))
    return Citation(" ".join(found["journal"].split()), date) if date else None


def find_doi(text: str, *, start: int, end: int) -> Stated | None:
    """The first DOI in `text[start:end]`, without the full stop or bracket that ends its sentence.

    >>> find_doi("doi: 10.1002/cam4.3771.", start=0, end=23).value
    '10.1002/cam4.3771'
    """
    found = _DOI.search(text, start, end)
    if found is None:
        return None
    doi = found[1].rstrip(".,;:")
    while doi.endswith((")", "]")) and doi.count(doi[-1]) > doi.count("(" if doi[-1] == ")" else "["):
        doi = doi[:-1].rstrip(".,;:")
    return Stated(value=doi, evidence=Span.of(text, found.start(1), found.start(1) + len(doi)))
