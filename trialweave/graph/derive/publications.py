"""Which publication goes with which registry trial, in what way, and on what basis.

The kinds of link:

- `reports results of`          the publication reports this trial alone
- `reports results of several`  it belongs to this trial's results, but names or serves others too
- `protocol`                    it describes how the trial is to be run
- `background`, `derived`       the registry's own words for a reference of its record; its legacy XML
                                does not tell the two apart: `background or derived`
- `cites the registry id`       it names the trial's number, and reports no trial of its own

A publication often names no number, or another than the one the registry goes by (a EudraCT number,
an obsolete one): its trial then has a name of its own. Where its number, or the registry's list of result
references, leads to exactly one registry trial, `tw:sameTrial` joins the two, and what the publication says
of its trial is said of the registry's trial too, in this graph. The record's own graph stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from trialweave.graph.catalog import is_registry, read_entries
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode, graph_of, words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

DCTERMS = namespace("dcterms")
NCT = namespace("nct")
RDF = namespace("rdf")
TW = namespace("tw")

PUBLICATIONS = TWGRAPH["derived/publications"]

REPORTS = "reports results of"
SEVERAL = "reports results of several"

_REFERENCES = {
    TW["backgroundReference"]: "background",
    TW["derivedReference"]: "derived",
    TW["reference"]: "background or derived",
}
_NCT = re.compile(r"NCT[0-9]{8}")
_PROTOCOL_TYPE = re.compile(r"\bprotocol\b", re.IGNORECASE)
_PROTOCOL_TITLE = re.compile(
    r"\b(?:study|trial) protocol\b|\bprotocol (?:for|of) (?:a|an|the)\b|\brationale and design\b"
    r"|\bdesign and rationale\b|\bstatistical analysis plan\b",
    re.IGNORECASE,
)


class Link(Record, frozen=True):
    """A publication, a trial, how they go together, and why we say so."""

    publication: str
    trial: str
    kind: str
    basis: str


class Named(Record, frozen=True):
    """What is known of a publication before it is linked.

    `ids` are the registry ids that it names with the trials that each leads to; `reports` is the trial
    of its record, under whatever name; `results` are the registry trials that list it for results.
    """

    publication: str
    ids: dict[str, tuple[str, ...]]
    reports: str | None
    is_protocol: bool
    results: tuple[str, ...] = ()

    @property
    def trials(self) -> tuple[str, ...]:
        """The trials that its ids lead to; an id that leads to several leads to none."""
        return tuple(sorted({found[0] for found in self.ids.values() if len(found) == 1}))


def links(named: Named) -> Iterator[Link]:
    """The links of one publication that its ids and the registry's result references make."""
    involved = sorted({*named.trials, *named.results})
    for trial in involved:
        own = sorted(registry_id for registry_id, trials in named.ids.items() if trials == (trial,))
        listed = trial in named.results
        because = [f"names {', '.join(own)}"] if own else []
        because += ["is a result reference of the registry's record"] if listed else []
        if len(involved) > 1:
            because.append(f"goes with {len(involved)} trials")
        if named.is_protocol:
            kind = "protocol"
            because.append("is a protocol by its title or type")
        elif listed or named.reports is not None:
            kind = REPORTS if len(involved) == 1 else SEVERAL
        else:
            kind = "cites the registry id"
        yield Link(publication=named.publication, trial=trial, kind=kind, basis="; ".join(because))


def joined(named: Named) -> str | None:
    """The registry trial that a publication's own trial is the same as, where it has another name."""
    involved = {*named.trials, *named.results}
    if named.is_protocol or named.reports is None or len(involved) != 1:
        return None
    trial = involved.pop()
    return trial if trial != named.reports else None


def write(graph: Graph) -> None:
    """Replace the graph of publications and their trials."""
    graph.remove_graph(PUBLICATIONS)  # what it said before is no evidence
    entries = read_entries(graph).values()
    registry = {entry.topic: entry.graph for entry in entries if is_registry(entry.source)}
    publications = {entry.topic: entry.graph for entry in entries if not is_registry(entry.source)}
    writer = GraphWriter(PUBLICATIONS)
    trials_of_id = _trials_of_ids(graph, registry)
    results = _references(graph, TW["resultReference"], publications)
    for publication, record in sorted(publications.items()):
        named = _named(graph, publication, results.get(publication, ()), trials_of_id)
        for link in links(named):
            _write_link(link, writer)
        trial = joined(named)
        if trial in registry and named.reports is not None:
            _join(graph, record, NamedNode(named.reports), NamedNode(trial), writer)
    for predicate, kind in _REFERENCES.items():
        for publication, trials in sorted(_references(graph, predicate, publications).items()):
            basis = f"is a {kind} reference of the registry's record"
            for trial in trials:
                _write_link(Link(publication=publication, trial=trial, kind=kind, basis=basis), writer)
    graph.extend(writer.quads())


def _trials_of_ids(graph: Graph, registry: Mapping[str, str]) -> dict[str, set[str]]:
    """For each id that a registry record bears, the trials that bear it."""
    found: dict[str, set[str]] = defaultdict(set)
    for predicate in (TW["registryId"], TW["secondaryId"]):
        for quad in graph.quads_of(predicate=predicate):
            trial = words(quad.subject)
            if registry.get(trial) == graph_of(quad):
                found[words(quad.object)].add(trial)
    return found


def _references(graph: Graph, predicate: str, publications: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each publication in the store, the trials whose records cite it by this property."""
    held = set(publications)
    found: dict[str, set[str]] = defaultdict(set)
    for quad in graph.quads_of(predicate=predicate):
        if words(quad.object) in held:
            found[words(quad.object)].add(words(quad.subject))
    return {publication: tuple(sorted(trials)) for publication, trials in found.items()}


def _named(
    graph: Graph, publication: str, results: tuple[str, ...], trials_of_id: dict[str, set[str]]
) -> Named:
    def values(predicate: str) -> list[str]:
        found = graph.quads_of(subject=NamedNode(publication), predicate=predicate)
        return sorted(words(quad.object) for quad in found)

    ids = {}
    for registry_id in values(TW["registryId"]):
        trials = tuple(sorted(trials_of_id.get(registry_id, ())))
        if not trials and _NCT.fullmatch(registry_id):
            trials = (NCT[registry_id],)  # its record is not in the store
        if trials:
            ids[registry_id] = trials
    return Named(
        publication=publication,
        ids=ids,
        reports=next(iter(values(TW["reportsTrial"])), None),
        is_protocol=any(_PROTOCOL_TYPE.search(kind) for kind in values(TW["publicationType"]))
        or any(_PROTOCOL_TITLE.search(title) for title in values(DCTERMS["title"])),
        results=results,
    )


def _write_link(link: Link, writer: GraphWriter) -> None:
    """The triple, and a statement that keeps its kind and basis."""
    publication, trial = NamedNode(link.publication), NamedNode(link.trial)
    writer.add(publication, TW["linkedTrial"], trial)
    digest = hashlib.sha256(f"{link.publication} {link.trial} {link.kind}".encode()).hexdigest()
    statement = writer.node(TWID[f"publication-link/{digest[:12]}"], RDF["Statement"])
    writer.add(statement, RDF["subject"], publication)
    writer.add(statement, RDF["predicate"], NamedNode(TW["linkedTrial"]))
    writer.add(statement, RDF["object"], trial)
    writer.add(statement, TW["linkKind"], link.kind)
    writer.add(statement, TW["basis"], link.basis)


def _join(graph: Graph, record: str, own: NamedNode, trial: NamedNode, writer: GraphWriter) -> None:
    """Say of the registry's trial what the publication's record says of its own."""
    writer.add(own, TW["sameTrial"], trial)
    for quad in graph.quads(record):
        if own in (quad.subject, quad.object) and isinstance(quad.subject, NamedNode):
            subject = trial if quad.subject == own else quad.subject
            value = trial if quad.object == own else quad.object
            writer.add(subject, quad.predicate.value, value)
