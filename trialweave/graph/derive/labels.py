"""One `skos:Concept` for each distinct drug name, condition and event label of the records."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode
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


def local_concepts(graph: Graph) -> Iterator[tuple[str, str, str]]:
    """IRI, kind and label of every local concept in use, sorted."""
    found = set()
    for kind, (predicate, _) in KINDS.items():
        base = TWID[f"concept/{kind}/"]
        for quad in graph.quads_of(predicate=predicate):
            if isinstance(quad.object, NamedNode) and quad.object.value.startswith(base):
                iri = quad.object.value
                found.add((iri, kind, unquote(iri[len(base) :])))
    yield from sorted(found)


def write(graph: Graph) -> None:
    """Replace the graph of labels."""
    writer = GraphWriter(LABELS)
    for iri, kind, label in local_concepts(graph):
        node = writer.node(iri, SKOS["Concept"], KINDS[kind][1])
        writer.add(node, SKOS["prefLabel"], label)
    graph.replace_graph(LABELS, writer.quads())
