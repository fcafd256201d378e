"""Where a registry record and a publication of the same trial agree, differ, or cannot be compared.

Each comparison is a `tw:Difference` with both facts, both values, a verdict and its reason. Nothing is
forced: what differs in population, grade, cause or time is "not comparable", and says so. What one record
does not state is not compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from trialweave.graph.catalog import Entry, is_registry, read_entries
from trialweave.graph.derive.reconcile import design, events, results, status
from trialweave.graph.derive.reconcile.matching import arm_of_group, match_arms
from trialweave.graph.derive.reconcile.sides import Comparison, Side
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode, graph_of, words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

DCTERMS = namespace("dcterms")
MESH = namespace("mesh")
SKOS = namespace("skos")
TW = namespace("tw")

DIFFERENCES = TWGRAPH["derived/differences"]


def compare(registry: Side, publication: Side) -> Iterator[Comparison]:
    """All that can be said of one registry record beside one publication of its trial."""
    matches = match_arms(registry, publication)
    arm_of = arm_of_group(registry, publication, matches)
    yield from design.enrolment(registry, publication)
    yield from design.arms(registry, publication, matches)
    yield from design.primary_endpoints(registry, publication)
    yield from results.estimates(registry, publication, arm_of)
    yield from results.medians(registry, publication, arm_of)
    yield from events.events(registry, publication, arm_of)
    yield from status.status(registry, publication)
    yield from status.design(registry, publication)


def write(graph: Graph) -> None:
    """Replace the graph of differences."""
    writer = GraphWriter(DIFFERENCES)
    terms = _one_term_each(graph)
    entries = read_entries(graph)
    registry = {entry.topic: entry for entry in entries.values() if is_registry(entry.source)}
    for entry in sorted(entries.values(), key=lambda entry: entry.graph):
        if is_registry(entry.source):
            continue
        for own, trial in _reported(graph, entry):
            if trial in registry:
                record = registry[trial]
                ours = Side(
                    graph.quads(record.graph),
                    trial,
                    terms=terms,
                    form=record.source.format,
                    date=record.source.version,
                )
                theirs = Side(graph.quads(entry.graph), own, terms=terms, date=_issued(graph, entry))
                for comparison in compare(ours, theirs):
                    _write(comparison, trial, entry.topic, writer)
    graph.replace_graph(DIFFERENCES, writer.quads())


def _one_term_each(graph: Graph) -> dict[str, str]:
    """One of the terms that each concept is linked to as the same: MeSH's, else the first by its IRI."""
    links = graph.quads_of(predicate=SKOS["exactMatch"])
    pairs = sorted({(words(quad.subject), words(quad.object)) for quad in links}, reverse=True)
    by_mesh = sorted(pairs, key=lambda pair: pair[1].startswith(MESH[""]))
    return dict(by_mesh)


def _reported(graph: Graph, entry: Entry) -> Iterator[tuple[str, str]]:
    """The trial of a publication's record, and the registry trial that it is (often the same node)."""
    for quad in graph.quads_of(subject=NamedNode(entry.topic), predicate=TW["reportsTrial"]):
        if graph_of(quad) == entry.graph and isinstance(quad.object, NamedNode):
            own = quad.object
            same = [words(each.object) for each in graph.quads_of(subject=own, predicate=TW["sameTrial"])]
            yield own.value, next(iter(same), own.value)


def _issued(graph: Graph, entry: Entry) -> str | None:
    for quad in graph.quads_of(subject=NamedNode(entry.topic), predicate=DCTERMS["issued"]):
        return words(quad.object)
    return None


def _write(comparison: Comparison, trial: str, publication: str, writer: GraphWriter) -> None:
    told = msgspec.json.encode([trial, publication, comparison])
    name = f"difference/{trial.rpartition('/')[2]}/{hashlib.sha256(told).hexdigest()[:12]}"
    node = writer.node(TWID[name], TW["Difference"])
    writer.add(node, TW["comparedTrial"], NamedNode(trial))
    writer.add(node, TW["inPublication"], NamedNode(publication))
    writer.add(node, TW["differenceKind"], comparison.kind)
    writer.add(node, TW["comparedItem"], comparison.item)
    writer.add(node, TW["verdict"], comparison.verdict)
    writer.add(node, TW["reason"], comparison.reason)
    writer.add(node, TW["registryValue"], comparison.registry_value)
    writer.add(node, TW["publicationValue"], comparison.publication_value)
    for predicate, fact in (
        (TW["registryFact"], comparison.registry_fact),
        (TW["publicationFact"], comparison.publication_fact),
    ):
        writer.add(node, predicate, NamedNode(fact) if fact else None)
