"""One name for each local concept, under which questions put together what means the same.

A concept may be linked to a term in each of several terminologies, and several labels to one term. Its
`tw:preferredTerm` is one of the terms that it is linked to as the same; its `tw:preferredName` the label of
that term, or, where there is none, its own label in lower case.
"""

from __future__ import annotations

from trialweave.graph.derive.labels import local_concepts
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import GraphWriter, Literal, NamedNode
from trialweave.graph.store import Graph
from trialweave.graph.terminologies import NAMES, preference
from trialweave.ontology.prefixes import namespace

SKOS = namespace("skos")
TW = namespace("tw")

PREFERRED = TWGRAPH["derived/names"]

_LABELS = [predicate for predicate, role in NAMES.items() if role == "label"]


def write(graph: Graph) -> None:
    """Replace the graph of preferred terms and names."""
    writer = GraphWriter(PREFERRED)
    for iri, _, label in local_concepts(graph):
        concept = NamedNode(iri)
        term = _preferred(graph, concept)
        writer.add(concept, TW["preferredTerm"], term)
        writer.add(concept, TW["preferredName"], (term and _label(graph, term)) or label.lower())
    graph.replace_graph(PREFERRED, writer.quads())


def _preferred(graph: Graph, concept: NamedNode) -> NamedNode | None:
    """The first of the terms that a concept is linked to as the same."""
    terms = [quad.object for quad in graph.quads_of(subject=concept, predicate=SKOS["exactMatch"])]
    named = (term for term in terms if isinstance(term, NamedNode))
    return min(named, key=lambda term: preference(term.value), default=None)


def _label(graph: Graph, term: NamedNode) -> str | None:
    """The label of a term: the English one, or one without a language, before others."""
    for predicate in _LABELS:
        labels = [quad.object for quad in graph.quads_of(subject=term, predicate=predicate)]
        found = sorted(
            (label.language not in (None, "en"), label.value)
            for label in labels
            if isinstance(label, Literal)
        )
        if found:
            return found[0][1]
    return None
