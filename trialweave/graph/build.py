"""From sources to a store: read, map, judge each record against the one that is held, derive, switch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec

from trialweave import loaders
from trialweave.errors import LoadError
from trialweave.graph import study_writer
from trialweave.graph.catalog import CATALOG, Entry, Verdict, entry_quads, judge, read_entries
from trialweave.graph.derive import derive
from trialweave.graph.iris import audit_graph_name, publication_iri
from trialweave.graph.publication import graph_name, publication_quads
from trialweave.graph.quads import Quad, content_hash
from trialweave.graph.registry import study_quads
from trialweave.graph.store import Graph, NothingChanged, current_generation, next_generation
from trialweave.graph.terminologies.catalog import held_quads
from trialweave.graph.terminologies.intake import TerminologyIntake
from trialweave.loaders import Item
from trialweave.loaders.abstract.report import with_trial
from trialweave.records import (
    MappingSet,
    Publication,
    Record,
    RegistryStudy,
    Rejected,
    Stated,
    Terminology,
)

REJECTED = "rejected.jsonl"

_BATCH = 200_000
"""Quads that wait in memory before they are written."""

_REASON = {
    "older": "the store holds a newer or dated version of this record ({held.version}, {where}); "
    "this one ({offered.version}) is kept out",
    "duplicate": "differs from the record of the same id in {where}, and no version date says which is newer",
}

Progress = Callable[[Iterator[Item]], Iterable[Item]]


class BuildReport(Record, frozen=True):
    """What a build did, in numbers of records.

    `unchanged` were in the store already, `repeated` came more than once in this build, word for word;
    the `rejected` ones stand in the store's `rejected.jsonl` with their reasons. `terminologies` (and sets
    of mappings) were loaded with so many `terms`, `mappings` and lines of
    `statements`; none of them is a record. Of a file in RDF only statements are counted.
    """

    new: int
    replaced: int
    unchanged: int
    repeated: int
    rejected: tuple[Rejected, ...]
    trials: int
    quads: int
    folder: str
    terminologies: int = 0
    terminologies_unchanged: int = 0
    terms: int = 0
    mappings: int = 0
    statements: int = 0

    @property
    def records(self) -> int:
        """Records read and kept."""
        return self.new + self.replaced + self.unchanged


def build(folder: Path, sources: Iterable[str | Path], *, progress: Progress | None = None) -> BuildReport:
    """Load sources into the store at `folder`, which is made if it is not there.

    The new state appears whole or not at all. A record that is already there in the same form is left
    alone; a newer version replaces it; a bad one is set aside in `rejected.jsonl`. Of a terminology one
    version is held: the one that was loaded last.

    Raises LoadError if nothing could be read, and StoreError if the store cannot be written.
    """
    items: Iterable[Item] = loaders.read(*sources, skip=lambda header: intake.terminologies.is_held(header))
    if progress is not None:
        items = progress(iter(items))
    with next_generation(folder) as (graph, generation):
        intake = _Intake(graph, generation / "waiting")
        for item in items:
            intake.take(item)
        intake.finish()
        if not intake.met and not intake.terminologies.met:
            raise LoadError(_nothing_loaded(intake.rejected))
        rejects = _standing_rejects(folder, intake)
        if intake.changed or not graph.holds(CATALOG):
            derive(graph)
        elif rejects == _read_rejects(current_generation(folder)):
            report = intake.report(folder)
            raise NothingChanged
        report = intake.report(folder)
        _write_rejects(generation / REJECTED, rejects)
        summary = msgspec.structs.asdict(report) | {"rejected": len(rejects), "folder": None}
        (generation / "build.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary)) + b"\n")
    return report


class _Intake:
    """Takes records one by one, keeps count, and writes them in batches."""

    def __init__(self, graph: Graph, waiting: Path) -> None:
        self.graph = graph
        self.terminologies = TerminologyIntake(graph, waiting)
        self.entries = read_entries(graph)
        self.met: set[str] = set()
        self._rejected: list[Rejected] = []
        self.files: set[tuple[str, str | None]] = set()
        self.verdicts: dict[str, Verdict] = {}
        self.telling: set[str] = set()
        self.repeated = 0
        self._waiting: dict[str, list[Quad]] = {}
        self._stale: list[str] = []
        self._waiting_quads = 0

    @property
    def changed(self) -> bool:
        return self.terminologies.changed or any(verdict != "same" for verdict in self.verdicts.values())

    @property
    def rejected(self) -> list[Rejected]:
        return self._rejected + self.terminologies.rejected

    def take(self, item: Item) -> None:
        if isinstance(item, Rejected):
            self.files.add((item.file, item.member))
            self._rejected.append(item)
            if item.position == 0:  # a file is refused: if its header has come, it broke off behind it
                self.terminologies.refuse(item)
            return
        if isinstance(item, Terminology | MappingSet):
            if not self.terminologies.is_held(item):  # else it is not read again, and its rejects stand
                self.files.add((item.source.file, item.source.member))
            self.terminologies.begin(item)
            return
        if not isinstance(item, Publication | RegistryStudy):
            self.terminologies.add(item)
            return
        self.terminologies.end()
        self.files.add((item.source.file, item.source.member))
        try:
            mapped = _mapped(item)
        except ValueError as error:  # an id or a path that makes no IRI
            self._reject(item, f"cannot be named in RDF: {error}")
            return
        entry, quads, is_trial = mapped
        name = entry.graph
        held = self.entries.get(name)
        verdict = judge(held, entry, met=name in self.met)
        if held is not None and verdict in ("older", "duplicate"):
            where = held.source.member or held.source.file
            self._reject(item, _REASON[verdict].format(held=held.source, offered=entry.source, where=where))
            self.met.add(name)
            return
        if verdict == "same" and name in self.met:
            self.repeated += 1
        else:
            self._count(name, verdict, is_trial=is_trial)
        self.met.add(name)
        if verdict != "same":
            self.entries[name] = entry
            if verdict == "replace":
                self._stale += [name, audit_graph_name(name)]
            self._waiting[name] = quads
            self._waiting_quads += len(quads)
            if self._waiting_quads > _BATCH:
                self.write()

    def _count(self, name: str, verdict: Verdict, *, is_trial: bool) -> None:
        """One record is counted once, however many versions of it came; a new one stays new."""
        if self.verdicts.get(name) != "new":
            self.verdicts[name] = verdict
        (self.telling.add if is_trial else self.telling.discard)(name)

    def _reject(self, item: Publication | RegistryStudy, reason: str) -> None:
        source = item.source
        if isinstance(item, RegistryStudy):
            stated: Stated | None = item.nct_id
            title = item.brief_title.value if item.brief_title else None
        else:
            stated, title = item.pmid or item.doi, item.title
        self._rejected.append(
            Rejected(
                file=source.file,
                member=source.member,
                position=source.position,
                id=stated.value if stated else None,
                reason=reason,
                excerpt=title,
            )
        )

    def write(self) -> None:
        """Write what waits: replaced graphs go first, then everything new in one batch."""
        for name in self._stale:
            self.graph.remove_graph(name)
        self.graph.extend(quad for quads in self._waiting.values() for quad in quads)
        self._waiting.clear()
        self._stale.clear()
        self._waiting_quads = 0

    def finish(self) -> None:
        """Write what still waits, and the catalog."""
        self.write()
        self.terminologies.finish()
        if self.changed:
            records = (quad for entry in self.entries.values() for quad in entry_quads(entry))
            others = (quad for held in self.terminologies.held for quad in held_quads(held))
            self.graph.replace_graph(CATALOG, chain(records, others))

    def report(self, folder: Path) -> BuildReport:
        counts = Counter(self.verdicts.values())
        return BuildReport(
            new=counts["new"],
            replaced=counts["replace"],
            unchanged=counts["same"],
            repeated=self.repeated,
            rejected=tuple(self.rejected),
            trials=len(self.telling),
            quads=len(self.graph),
            folder=str(folder),
            terminologies=self.terminologies.loaded,
            terminologies_unchanged=self.terminologies.unchanged,
            terms=self.terminologies.terms,
            mappings=self.terminologies.mappings,
            statements=self.terminologies.statements,
        )


def _mapped(item: Publication | RegistryStudy) -> tuple[Entry, list[Quad], bool]:
    """The catalog's entry of a record, its quads, and whether it tells of a trial."""
    if isinstance(item, RegistryStudy):
        name, topic, quads = (
            study_writer.graph_name(item),
            study_writer.trial_iri(item),
            list(study_quads(item)),
        )
        is_trial = True
    else:
        publication = with_trial(item)
        name, topic = graph_name(publication), publication_iri(publication)
        quads = list(publication_quads(publication))
        is_trial = publication.trial is not None
    entry = Entry(graph=name, topic=topic, source=item.source, content_hash=content_hash(quads))
    return entry, quads, is_trial


def _nothing_loaded(rejected: list[Rejected]) -> str:
    if not rejected:
        return (
            "no records in what was named; name a file, folder, zip or glob of PubMed or registry records, "
            "or of terminologies"
        )
    reasons = [f"{reject.member or reject.file}: {reject.reason}" for reject in rejected[:5]]
    more = f"\n… and {len(rejected) - 5} more" if len(rejected) > 5 else ""
    return "not one record could be read\n" + "\n".join(reasons) + more


def _read_rejects(generation: Path | None) -> list[Rejected]:
    if generation is None or not (generation / REJECTED).exists():
        return []
    lines = (generation / REJECTED).read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Rejected) for line in lines]


def _standing_rejects(folder: Path, intake: _Intake) -> list[Rejected]:
    """Rejects of earlier builds stand until their file is loaded again."""
    earlier = _read_rejects(current_generation(folder))
    return [
        reject for reject in earlier if (reject.file, reject.member) not in intake.files
    ] + intake.rejected


def _write_rejects(path: Path, rejects: list[Rejected]) -> None:
    with path.open("wb") as file:
        for reject in rejects:
            file.write(msgspec.json.encode(reject) + b"\n")
