"""Studies of ClinicalTrials.gov: API v2, `GET /studies` (https://clinicaltrials.gov/data-api/api).

A query is listed first (ids and update dates, 1,000 a page, by `nextPageToken`), then studies are fetched by
their ids: so a page token that has expired costs a listing and no study, and nothing is fetched twice.
Each study is one file, in the registry's own bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from trialweave.errors import LoadError, RemoteError
from trialweave.fetch.http import Answer, Client, TryAgain
from trialweave.fetch.manifest import WHOLE, Batch, Listed, Manifest, saved_file

URL = "https://clinicaltrials.gov/api/v2"
INTERVAL = 1.2
"""Seconds between requests: 50 a minute, below which the registry was never seen to complain."""

BATCH = 50  # studies a request: the largest have some megabytes each
PAGE = 1000  # ids a page of a listing, the most that the API gives
RESTARTS = 3

_FIELDS = "NCTId|NCTIdAlias|LastUpdateSubmitDate|LastUpdatePostDate"
_NCT_ID = re.compile(r"NCT(?!0{8})[0-9]{8}")


def as_id(given: str) -> str:
    """An NCT number in the registry's own form. Raises LoadError for anything else.

    >>> as_id(" nct02649361 ")
    'NCT02649361'
    """
    identifier = given.strip().upper()
    if not _NCT_ID.fullmatch(identifier):
        raise LoadError(f"{given!r} is no ClinicalTrials.gov id; one is NCT and eight digits")
    return identifier


class _Day(msgspec.Struct):
    date: str | None = None


class _Status(msgspec.Struct, rename="camel"):
    last_update_submit_date: str | None = None
    last_update_post_date_struct: _Day | None = None


class _Identification(msgspec.Struct, rename="camel"):
    nct_id: str
    nct_id_aliases: tuple[str, ...] = ()


class _Protocol(msgspec.Struct, rename="camel"):
    identification_module: _Identification
    status_module: _Status | None = None


class _Study(msgspec.Struct, rename="camel"):
    protocol_section: _Protocol

    @property
    def nct_id(self) -> str:
        return self.protocol_section.identification_module.nct_id

    @property
    def aliases(self) -> tuple[str, ...]:
        return self.protocol_section.identification_module.nct_id_aliases

    @property
    def version(self) -> str | None:
        """The day its last update was submitted, or posted: what the loader goes by, too."""
        status = self.protocol_section.status_module or _Status()
        posted = status.last_update_post_date_struct or _Day()
        return status.last_update_submit_date or posted.date


class _Page(msgspec.Struct, rename="camel"):
    studies: list[msgspec.Raw]
    next_page_token: str | None = None
    total_count: int | None = None


class _TokenRefused(Exception):
    """The server does not know the page token (any more)."""


def list_ids(client: Client, base: str, query: str, manifest: Manifest) -> Listed:
    """All studies that match a query (`query.term`, Essie syntax), with the dates of their last update.

    Goes on behind the last page that the manifest has. A page token that the server refuses begins the
    listing anew. Raises RemoteError where the server refuses the query, or every token.
    """
    params = {
        "format": "json",
        "query.term": query,
        "fields": _FIELDS,
        "countTotal": "true",
        "pageSize": str(PAGE),
    }
    for _ in range(RESTARTS + 1):
        try:
            pages = _remaining_pages(client, f"{base}/studies", params, query, manifest)
        except _TokenRefused:
            continue
        versions = {one: version for page in pages for one, version in page.versions.items()}
        total = pages[0].total
        notes = (
            (f"the registry counts {total:,} studies for this query and listed {len(versions):,}",)
            if total is not None and total != len(versions)
            else ()
        )
        whole = msgspec.structs.replace(
            pages[0], part=WHOLE, versions=dict(sorted(versions.items())), next=None, notes=notes
        )
        manifest.note_listed(whole)
        return whole
    raise RemoteError(
        f"{base}/studies: the server refused its own page tokens {RESTARTS + 1} times; "
        "try later: studies that were fetched are kept"
    )


def _remaining_pages(
    client: Client, url: str, params: Mapping[str, str], query: str, manifest: Manifest
) -> list[Listed]:
    pages = [*manifest.listing("ctgov", query)]
    if pages and pages[0].part == WHOLE:
        pages = []
    seen = {page.part for page in pages}
    token = pages[-1].next if pages else ""
    while token is not None:
        if token in seen:
            raise RemoteError(f"{url}: the page token {token!r} leads back to itself; try later")
        seen.add(token)
        asked = {**params, "pageToken": token} if token else dict(params)
        try:
            page, studies = client.ask(url, asked, read=_read_page, accept=(400,) if token else ())
        except _TokenRefused:
            manifest.forget_listing("ctgov", query)
            raise
        listed = Listed(
            source="ctgov",
            query=query,
            part=token,
            url=url,
            params=asked,
            time=client.timing.stamp(),
            status=200,
            versions={study.nct_id: study.version for study, _ in studies},
            total=page.total_count,
            next=page.next_page_token or None,
        )
        manifest.note_listed(listed)
        pages.append(listed)
        token = listed.next
    return pages


def fetch_ids(client: Client, base: str, ids: Sequence[str]) -> tuple[Batch, dict[str, bytes]]:
    """The studies of at most `BATCH` ids (`filter.ids`), and the bytes of their files.

    A former id (`nctIdAliases`) is answered by the study that it became. Ids that the registry does not
    have are the batch's `not_found`. Raises RemoteError where the answer never becomes whole.
    """
    params = {"format": "json", "filter.ids": ",".join(ids), "countTotal": "true", "pageSize": str(PAGE)}
    wanted = set(ids)

    def read(answer: Answer) -> dict[str, tuple[_Study, bytes]]:
        page, studies = _read_page(answer)
        found = {study.nct_id: (study, raw) for study, raw in studies}
        if page.next_page_token or page.total_count not in (None, len(found)):
            raise TryAgain(f"{len(found)} of {page.total_count or 'more'} studies in the answer")
        for study, _ in found.values():
            if wanted.isdisjoint((study.nct_id, *study.aliases)):
                raise TryAgain(f"the answer holds {study.nct_id}, which was not asked for")
        return found

    found = client.ask(f"{base}/studies", params, read=read)
    contents: dict[str, bytes] = {}
    files = []
    known: set[str] = set()
    for nct_id, (study, raw) in sorted(found.items()):
        aliases = [one for one in study.aliases if one in wanted]
        file = f"ctgov/{nct_id}.json"
        contents[file] = raw
        files.append(saved_file(file, raw, {nct_id: study.version}, aliases))
        known.update({nct_id, *aliases})
    batch = Batch(
        source="ctgov",
        url=f"{base}/studies",
        params=params,
        time=client.timing.stamp(),
        status=200,
        files=tuple(files),
        not_found=tuple(one for one in ids if one not in known),
    )
    return batch, contents


def _read_page(answer: Answer) -> tuple[_Page, list[tuple[_Study, bytes]]]:
    """A page and its studies, each with its own bytes; every one must have an id."""
    if answer.status == 400:
        raise _TokenRefused
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
        studies = [(msgspec.json.decode(raw, type=_Study), bytes(raw)) for raw in page.studies]
    except msgspec.DecodeError as error:
        raise TryAgain(f"the answer is no page of studies ({error})") from error
    for study, _ in studies:
        if not _NCT_ID.fullmatch(study.nct_id):  # it becomes a file's name
            raise TryAgain(f"the answer holds a study of the id {study.nct_id!r}")
    return page, studies
