"""One source's share of a run: what is wanted, what of it is here, and the rest in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from trialweave.fetch.http import Client
from trialweave.fetch.manifest import WHOLE, Batch, Listed, Manifest, SavedFile, SourceName
from trialweave.records import Record

Outcome = Literal["new", "replaced", "unchanged", "held"]


class Remote(NamedTuple):
    """A source: its server, how its queries are listed, and how its records are fetched by id."""

    name: SourceName
    base: str
    client: Client
    list_ids: Callable[[Client, str, str, Manifest], Listed]
    fetch_ids: Callable[[Client, str, Sequence[str]], tuple[Batch, dict[str, bytes]]]
    batch: int


class Step(Record, frozen=True):
    """How far a run has come with one source: records that are settled, of those that are wanted."""

    source: SourceName
    done: int
    wanted: int


class Run:
    """Fetches what one source is asked for; `counts`, `not_found` and `notes` tell what came of it."""

    def __init__(self, remote: Remote, manifest: Manifest, *, refresh: bool) -> None:
        self.remote = remote
        self.counts: Counter[Outcome] = Counter()
        self.not_found: tuple[str, ...] = ()
        self.notes: tuple[str, ...] = ()
        self._manifest = manifest
        self._refresh = refresh

    def steps(self, ids: Iterable[str], query: str | None) -> Iterator[Step]:
        """Fetch the records of `ids` and of a query, batch by batch; each batch is kept before its step."""
        name = self.remote.name
        wanted: dict[str, str | None] = dict.fromkeys(ids)
        if query is not None:
            listing = self._listing(query)
            self.notes = listing.notes
            wanted |= listing.versions
        batches = self._batches(wanted)
        asked = {one for batch in batches for one in batch}
        self.counts["held"] = sum(
            one not in asked and not self._manifest.is_missing(name, one) for one in wanted
        )
        done = sum(one not in asked for one in wanted)
        yield Step(source=name, done=done, wanted=len(wanted))
        for batch in batches:
            mine = [one for one in batch if one in wanted]
            before = {one: self._manifest.held(name, one) for one in mine}
            self._manifest.keep(*self.remote.fetch_ids(self.remote.client, self.remote.base, batch))
            for one in mine:
                after = self._manifest.held(name, one)
                if after is not None and not self._manifest.is_missing(name, one):
                    self.counts[_outcome(one, before[one], after)] += 1
            done += len(mine)
            yield Step(source=name, done=done, wanted=len(wanted))
        self.not_found = tuple(one for one in wanted if self._manifest.is_missing(name, one))
        self.notes += tuple(
            f"{one} is now {next(iter(saved.versions))}"
            for one in wanted
            if (saved := self._manifest.held(name, one)) is not None and one in saved.aliases
        )

    def _listing(self, query: str) -> Listed:
        pages = self._manifest.listing(self.remote.name, query)
        if pages and pages[0].part == WHOLE and not self._refresh:
            as_of = f"what matches the query was listed at {pages[0].time}; a refresh lists it again"
            return msgspec.structs.replace(pages[0], notes=(*pages[0].notes, as_of))
        return self.remote.list_ids(self.remote.client, self.remote.base, query, self._manifest)

    def _batches(self, wanted: dict[str, str | None]) -> list[list[str]]:
        """The ids to ask for: files that must be fetched again as they are, then ids that are new."""
        name = self.remote.name
        new: list[tuple[str, ...]] = []
        again: dict[str, tuple[str, ...]] = {}
        for one, version in wanted.items():
            saved = self._manifest.held(name, one)
            if saved is None:
                if self._refresh or not self._manifest.is_missing(name, one):
                    new.append((one,))
            elif (self._refresh and (version is None or version != saved.versions.get(one))) or (
                not self._manifest.is_intact(saved)
            ):
                again[saved.file] = (*saved.versions, *saved.aliases)
        return _packed([*again.values(), *new], self.remote.batch)


def _packed(units: Iterable[tuple[str, ...]], size: int) -> list[list[str]]:
    """Units joined to lists of at most `size`, in order; a unit is never divided.

    >>> _packed([("1", "2"), ("3",), ("4",), ("5",)], 3)
    [['1', '2', '3'], ['4', '5']]
    """
    batches: list[list[str]] = []
    for unit in units:
        if not batches or len(batches[-1]) + len(unit) > size:
            batches.append([])
        batches[-1] += unit
    return batches


def _outcome(identifier: str, before: SavedFile | None, after: SavedFile) -> Outcome:
    """By the record's own version; where it states none, by the bytes of its file."""
    if before is None:
        return "new"
    own = identifier if identifier in after.versions else next(iter(after.versions))
    if after.versions[own] is not None:
        same = before.versions.get(own) == after.versions[own]
    else:
        same = before.sha256 == after.sha256
    return "unchanged" if same else "replaced"
