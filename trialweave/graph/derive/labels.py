"""One `skos:Concept` for each distinct drug name, condition and event label of the records."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

SKOS = namespace("skos")
TW = namespace("tw")

LABELS = TWGRAPH["derived/labels"]

KINDS = {
    "condition": (TW["condition"], TW["ConditionLabel"]),
    "drug": (TW["drug"], TW["DrugLabel"]),
    "event": (TW["event"], TW["EventLabel"]),
}
"""Kind of label: the property that points to its concepts, and their class."""


def label_of(concept: str) -> str:
    """The label of a local concept, which its IRI holds.

    >>> from trialweave.graph.iris import concept_iri
    >>> label_of(concept_iri("event", "decreased appetite"))
    'decreased appetite'
    """
    return unquote(concept.rpartition("/")[2])


def write(graph: Graph) -> None:
    """Replace the graph of labels."""
    writer = GraphWriter(LABELS)
    for kind, (predicate, label_class) in KINDS.items():
        base = TWID[f"concept/{kind}/"]
        pointed_to = {words(quad.object) for quad in graph.quads_of(predicate=predicate)}
        for iri in sorted(iri for iri in pointed_to if iri.startswith(base)):
            node = writer.node(iri, SKOS["Concept"], label_class)
            writer.add(node, SKOS["prefLabel"], unquote(iri.removeprefix(base)))
    graph.replace_graph(LABELS, writer.quads())


def local_concepts(graph: Graph) -> Iterator[tuple[str, str, str]]:
    """IRI, kind and label of every local concept, as `write` left them, sorted."""
    kinds = {TWID[f"concept/{kind}/"]: kind for kind in KINDS}
    found = []
    for quad in graph.quads(LABELS):
        if quad.predicate.value == SKOS["prefLabel"]:
            iri = words(quad.subject)
            kind = next(kind for base, kind in kinds.items() if iri.startswith(base))
            found.append((iri, kind, words(quad.object)))
    yield from sorted(found)
