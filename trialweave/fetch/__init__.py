"""How records get here: ClinicalTrials.gov and PubMed, politely, and never the same thing twice.

```
DIR/
  ctgov/NCT02649361.json      one study a file, in the registry's bytes
  pubmed/33586360-….xml       up to 200 records a file, in PubMed's bytes
  .fetch/manifest.jsonl       request, time, hash, version of each file; hidden, so that DIR is a source
```

`trialweave build STORE DIR` takes the folder as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path

from trialweave.errors import LoadError
from trialweave.fetch import pubmed, registry
from trialweave.fetch.http import Client, Timing
from trialweave.fetch.manifest import SourceName, open_manifest
from trialweave.fetch.run import Remote, Run, Step
from trialweave.records import Record

__all__ = ["BOTH", "FetchReport", "SourceName", "SourceReport", "Step", "Timing", "fetch"]

BOTH: tuple[SourceName, ...] = ("ctgov", "pubmed")

Progress = Callable[[Iterator[Step]], Iterable[Step]]


class SourceReport(Record, frozen=True):
    """What a run did with one source; counts are of records that were asked for.

    `held` were here before and not fetched; `unchanged` were fetched again and are of the same version.
    `not_found` are ids that the source does not have; `notes` what else it said.
    """

    source: SourceName
    new: int
    replaced: int
    unchanged: int
    held: int
    requests: int
    not_found: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class FetchReport(Record, frozen=True):
    """What a run did, source by source."""

    folder: str
    sources: tuple[SourceReport, ...]

    @property
    def not_found(self) -> tuple[str, ...]:
        """The ids that their source does not have."""
        return tuple(one for source in self.sources for one in source.not_found)


def fetch(
    folder: str | Path,
    *,
    nct: Iterable[str] = (),
    pmid: Iterable[str] = (),
    query: str | None = None,
    sources: Collection[SourceName] = BOTH,
    refresh: bool = False,
    email: str | None = None,
    api_key: str | None = None,
    ctgov_url: str = registry.URL,
    eutils_url: str = pubmed.URL,
    timeout: float = 60.0,
    timing: Timing | None = None,
    progress: Progress | None = None,
) -> FetchReport:
    """Fetch studies and publications by id, and what matches a query in `sources`, into a folder.

    What the folder has is not asked for again, a query that was listed to its end included; `refresh`
    asks again (of a query's studies only for those with another update date). A run that breaks off goes
    on where it stopped. A file that is no longer as it was fetched is fetched again. NCBI asks for the
    `email` of whoever runs this, and allows 10 requests a second with an `api_key` in place of 3.
    `timeout` is that of a silence, in seconds.

    Ids that a source does not have are in the report. Raises LoadError for an id that cannot be one
    (before anything is asked), RemoteError where a server fails for good, and StoreError where the folder
    cannot be written; whatever was fetched until then is kept.

    >>> fetch("unused", nct=["02649361"])
    Traceback (most recent call last):
    trialweave.errors.LoadError: '02649361' is no ClinicalTrials.gov id; one is NCT and eight digits
    """
    if query is not None and not query.strip():
        raise LoadError("the query is empty; say what to look for")
    ids: dict[SourceName, list[str]] = {
        "ctgov": sorted({registry.as_id(one) for one in nct}),
        "pubmed": sorted({pubmed.as_id(one) for one in pmid}, key=int),
    }
    asked = [one for one in BOTH if ids[one] or (query is not None and one in sources)]
    if not asked:
        raise LoadError("nothing to fetch; give NCT numbers, PMIDs or a query")
    timing = timing or Timing()
    with ExitStack() as stack:
        manifest = stack.enter_context(open_manifest(Path(folder)))
        runs = []
        for source in asked:
            remote = (
                _registry(ctgov_url, timing, timeout)
                if source == "ctgov"
                else _pubmed(eutils_url, timing, timeout, email=email, api_key=api_key)
            )
            stack.enter_context(closing(remote.client))
            runs.append(Run(remote, manifest, refresh=refresh))
        steps = chain.from_iterable(
            run.steps(ids[run.remote.name], query if run.remote.name in sources else None) for run in runs
        )
        for _ in progress(steps) if progress is not None else steps:
            pass
        manifest.tidy()
    return FetchReport(folder=str(folder), sources=tuple(_report(run) for run in runs))


def _registry(url: str, timing: Timing, timeout: float) -> Remote:
    client = Client(interval=registry.INTERVAL, timing=timing, timeout=timeout)
    return Remote("ctgov", url.rstrip("/"), client, registry.list_ids, registry.fetch_ids, registry.BATCH)


def _pubmed(url: str, timing: Timing, timeout: float, *, email: str | None, api_key: str | None) -> Remote:
    client = Client(
        interval=pubmed.INTERVAL_WITH_KEY if api_key else pubmed.INTERVAL,
        timing=timing,
        timeout=timeout,
        identity={"tool": pubmed.TOOL, "email": email, "api_key": api_key},
    )
    return Remote("pubmed", url.rstrip("/"), client, pubmed.list_ids, pubmed.fetch_ids, pubmed.BATCH)


def _report(run: Run) -> SourceReport:
    return SourceReport(
        source=run.remote.name,
        new=run.counts["new"],
        replaced=run.counts["replaced"],
        unchanged=run.counts["unchanged"],
        held=run.counts["held"],
        requests=run.remote.client.requests,
        not_found=run.not_found,
        notes=run.notes,
    )
