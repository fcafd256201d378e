"""Publications of PubMed: NCBI's E-utilities (https://www.ncbi.nlm.nih.gov/books/NBK25499/).

A query is listed by esearch, records come by efetch in batches of ids, and each batch is one XML file in
PubMed's own bytes. The history server is left out on purpose: it forgets, it clamps pages without a word, and
an answer can be held against the ids that were asked for, not against a place in a list. Everything
is sent by POST, so that long queries and keys stay out of addresses.

esearch gives the first 9,999 PMIDs of a query and no more. A longer listing is cut by the dates on which
records entered PubMed, until every piece is short enough.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import takewhile
from typing import Any
from xml.etree import ElementTree

from trialweave.errors import LoadError, RemoteError
from trialweave.fetch.http import Answer, Client, TryAgain, said
from trialweave.fetch.manifest import WHOLE, Batch, Listed, Manifest, saved_file

URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
TOOL = "trialweave"
INTERVAL = 0.35
INTERVAL_WITH_KEY = 0.105
"""Seconds between requests: a little under the 3 a second that NCBI allows, and 10 with a key."""

BATCH = 200  # the most ids that NCBI wants in one request
LONGEST_LISTING = 9_999
FIRST_ENTRY = date(1700, 1, 1)  # PubMed's oldest records are entered under the dates of their papers
ASK_AGAIN = 3


def as_id(given: str) -> str:
    """A PMID without leading zeros. Raises LoadError for anything else.

    >>> as_id(" PMID: 033586360")
    '33586360'
    """
    found = re.fullmatch(r"\s*(?:PMID:?\s*)?0*([1-9][0-9]{0,8})\s*", given, re.IGNORECASE)
    if found is None:
        raise LoadError(f"{given!r} is no PMID; one is a number of up to nine digits")
    return found[1]


def list_ids(client: Client, base: str, query: str, manifest: Manifest) -> Listed:
    """The PMIDs of all records that match a query, in PubMed's own syntax.

    Pieces that the manifest has are not asked for again. Raises RemoteError where PubMed refuses the
    query, or where one day has more records than esearch lists.
    """
    known = {page.part: page for page in manifest.listing("pubmed", query) if page.part != WHOLE}
    if "" not in known:
        known = {}
    listing = _Listing(client, f"{base}/esearch.fcgi", query, manifest, known)
    first = listing.piece(None)
    if (first.total or 0) <= LONGEST_LISTING:
        versions = first.versions
    else:
        versions = listing.between(FIRST_ENTRY, date.fromisoformat(first.time[:10]) + timedelta(days=2))
    notes = first.notes
    if len(versions) != first.total:
        notes = (*notes, f"PubMed counts {first.total:,} records for this query and listed {len(versions):,}")
    whole = Listed(
        source="pubmed",
        query=query,
        part=WHOLE,
        url=first.url,
        params=first.params,
        time=first.time,
        status=first.status,
        versions=dict(sorted(versions.items(), key=lambda pair: int(pair[0]))),
        total=first.total,
        notes=notes,
    )
    manifest.note_listed(whole)
    return whole


class _Listing:
    """The pieces of one query's listing, asked for or known."""

    def __init__(
        self, client: Client, url: str, query: str, manifest: Manifest, known: dict[str, Listed]
    ) -> None:
        self._client = client
        self._url = url
        self._query = query
        self._manifest = manifest
        self._known = known

    def between(self, first: date, last: date) -> dict[str, str | None]:
        """The ids of all records that entered PubMed between two days, both included."""
        piece = self.piece((first, last))
        if (piece.total or 0) <= LONGEST_LISTING:
            return piece.versions
        if first == last:
            raise RemoteError(
                f"{self._url}: {piece.total:,} records of the query {self._query!r} entered PubMed on "
                f"{first}, and esearch lists {LONGEST_LISTING:,}; narrow the query"
            )
        middle = first + (last - first) // 2
        return self.between(first, middle) | self.between(middle + timedelta(days=1), last)

    def piece(self, days: tuple[date, date] | None) -> Listed:
        """One answer of esearch, for the whole query or for records that entered PubMed in some days."""
        part = f"{days[0]}/{days[1]}" if days else ""
        if part in self._known:
            return self._known[part]
        params = {"db": "pubmed", "term": self._query, "retmode": "json", "retmax": str(LONGEST_LISTING)}
        if days:
            mindate, maxdate = (day.strftime("%Y/%m/%d") for day in days)
            params |= {"datetype": "edat", "mindate": mindate, "maxdate": maxdate}
        total, ids, notes = self._client.ask(self._url, params, read=_read_search, post=True)
        listed = Listed(
            source="pubmed",
            query=self._query,
            part=part,
            url=self._url,
            params=params,
            time=self._client.timing.stamp(),
            status=200,
            versions=dict.fromkeys(ids) if total <= LONGEST_LISTING else {},
            total=total,
            notes=notes,
        )
        self._manifest.note_listed(listed)
        return listed


def _read_search(answer: Answer) -> tuple[int, list[str], tuple[str, ...]]:
    try:
        # not strict: esearch puts bare line ends into the text of its errors
        found: Any = json.loads(answer.body.decode("utf-8"), strict=False)
        result: Any = found["esearchresult"]
        error = result.get("ERROR") or result.get("error")
        total, ids = (0, []) if error else (int(result["count"]), [as_id(one) for one in result["idlist"]])
    except (UnicodeDecodeError, ValueError, LookupError, TypeError, AttributeError, LoadError) as wrong:
        raise TryAgain(f"the answer is no esearch result ({wrong})") from wrong
    if error:
        raise TryAgain(f"esearch says: {' '.join(str(error).split())}")
    if len(ids) != total <= LONGEST_LISTING:
        raise TryAgain(f"{len(ids):,} of {total:,} ids in the answer")
    return (
        total,
        ids,
        (
            *_notes(result, "errorlist", "phrasesnotfound", "does not know the words"),
            *_notes(result, "warninglist", "quotedphrasesnotfound", "does not know as one phrase"),
        ),
    )


def _notes(result: Any, place: str, kind: str, words: str) -> tuple[str, ...]:
    """What PubMed says of words that it did not search as they stand."""
    return tuple(f"PubMed {words}: {phrase}" for phrase in (result.get(place) or {}).get(kind) or ())


def fetch_ids(client: Client, base: str, ids: Sequence[str]) -> tuple[Batch, dict[str, bytes]]:
    """The records of at most `BATCH` PMIDs as one file, and its bytes.

    What an answer leaves out is asked for once more by itself: ids that PubMed does not have are the
    batch's `not_found`; if it has one of them after all, the answer was short, and all is asked again.
    """
    url = f"{base}/efetch.fcgi"
    params = {"db": "pubmed", "id": ",".join(ids), "rettype": "xml", "retmode": "xml"}
    for _ in range(ASK_AGAIN):
        body, versions = client.ask(url, params, read=_read_articles, post=True, accept=(400,))
        missing = [one for one in ids if one not in versions]
        if not missing:
            break
        alone = {**params, "id": ",".join(missing)}
        if not client.ask(url, alone, read=_read_articles, post=True, accept=(400,))[1]:
            break
    else:
        raise RemoteError(
            f"{url}: left out some of {len(ids)} records {ASK_AGAIN} times, and had them when they were "
            "asked for by themselves; try later: what was fetched is kept"
        )
    contents = {}
    if versions:
        name = hashlib.sha256(",".join(sorted(versions)).encode("ascii")).hexdigest()[:12]
        contents[f"pubmed/{min(versions, key=int)}-{name}.xml"] = body
    batch = Batch(
        source="pubmed",
        url=url,
        params=params,
        time=client.timing.stamp(),
        status=200,
        files=tuple(saved_file(file, data, versions) for file, data in contents.items()),
        not_found=tuple(missing),
    )
    return batch, contents


def _read_articles(answer: Answer) -> tuple[bytes, dict[str, str | None]]:
    """The bytes of a whole PubmedArticleSet, and each record's PMID with its date of revision."""
    try:
        root = ElementTree.fromstring(answer.body)
    except (ElementTree.ParseError, LookupError, ValueError) as wrong:  # the last two: an unknown encoding
        if answer.status == 400 and answer.body.lstrip().startswith(b"{"):
            raise RemoteError(f"{answer.url}: 400{said(answer.body)}; check the API key") from wrong
        kind = "an HTML page" if b"<html" in answer.body[:2000].lower() else f"no whole XML ({wrong})"
        raise TryAgain(f"the answer is {kind}, status {answer.status}") from wrong
    if root.tag == "eFetchResult":
        error = " ".join((root.findtext("ERROR") or "nothing").split())
        if error.startswith("ID list is empty"):  # none of the ids is PubMed's
            return b"", {}
        raise TryAgain(f"efetch says, with status {answer.status}: {error[:200]}")
    if root.tag != "PubmedArticleSet" or answer.status != 200:
        raise TryAgain(f"the answer is <{root.tag}>, status {answer.status}, not a PubmedArticleSet")
    versions: dict[str, str | None] = {}
    for citation in (*root.iterfind("PubmedArticle/MedlineCitation"), *root.iterfind("*/BookDocument")):
        try:
            versions[as_id(citation.findtext("PMID") or "")] = _revised(citation)
        except LoadError as error:
            raise TryAgain(f"the answer holds a record without a PMID ({error})") from error
    return answer.body, versions


def _revised(citation: ElementTree.Element) -> str | None:
    """The date of revision, as precise as it is given."""
    parts = [citation.findtext(f"DateRevised/{name}", "").strip() for name in ("Year", "Month", "Day")]
    given = takewhile(bool, parts)
    return "-".join(part.zfill(2) for part in given) or None
