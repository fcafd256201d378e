"""Which triples tell of one trial, over all the records that the store holds of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from trialweave.graph.catalog import is_registry, read_entries
from trialweave.graph.iris import TWGRAPH, TWID, audit_graph_name
from trialweave.graph.quads import NamedNode, Term, Triple, graph_of, words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")

DERIVED = TWGRAPH["derived/"]
CONCEPT = TWID["concept/"]

SPEAKS_OF = (RDF["subject"], TW["comparedTrial"], TW["inPublication"])
"""Properties by which a derived statement points to the trial or publication that it is about."""

_NO_LABEL = {RDF["type"], RDF["predicate"], TW["anticipated"]}

FOLLOWS_FROM_TERMS = {TW["within"], TW["linkCandidate"]}
"""Properties of a concept that say more of the terminologies than of the trial."""


def trials_and_records(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Each trial, sorted, with the names of the record graphs that tell of it.

    A trial that a publication has under a name of its own, and the registry under another, is one: under
    the registry's. A publication that reports no trial is in none.
    """
    joined = {words(q.subject): words(q.object) for q in graph.quads_of(predicate=TW["sameTrial"])}
    found: dict[str, set[str]] = defaultdict(set)
    for name, entry in read_entries(graph).items():
        if is_registry(entry.source):
            trials = [entry.topic]
        else:
            trials = [words(quad.object) for quad in graph.quads_in(name, TW["reportsTrial"])]
        for trial in trials:
            found[joined.get(trial, trial)].add(name)
    return {trial: tuple(sorted(found[trial])) for trial in sorted(found)}


def trial_triples(graph: Graph, trial: str, records: Iterable[str]) -> set[Triple]:
    """The triples of a trial's document:

    - all of its records, and of what the number audit says of them
    - what derived graphs say of their nodes and of the concepts that they point to, but for the classes
      that contain a concept
    - the derived statements about the trial or a publication of it, whole
    - the label of each term that any of these points to, classes and properties aside
    """
    triples: set[Triple] = set()
    for record in records:
        for name in (record, audit_graph_name(record)):
            triples.update(quad.triple for quad in graph.quads(name))
    topics = {NamedNode(trial)} | {t.subject for t in triples if t.predicate.value == TW["reportsTrial"]}
    for topic in sorted(topics, key=str):
        for predicate in SPEAKS_OF:
            for found in graph.quads_of(predicate=predicate, value=topic):
                if (graph_of(found) or "").startswith(DERIVED):
                    triples.update(quad.triple for quad in graph.quads_of(subject=found.subject))
    nodes: set[Term] = {*(t.subject for t in triples), *topics}
    nodes |= {
        t.object for t in triples if isinstance(t.object, NamedNode) and t.object.value.startswith(CONCEPT)
    }
    for node in nodes:
        triples.update(_derived(graph, node))
    pointed_to = {t.object for t in triples if t.predicate.value not in _NO_LABEL}
    for term in pointed_to - nodes:
        triples.update(_labels(graph, term))
    return triples


def _derived(graph: Graph, node: Term) -> Iterator[Triple]:
    if isinstance(node, NamedNode):
        for quad in graph.quads_of(subject=node):
            if (graph_of(quad) or "").startswith(DERIVED) and quad.predicate.value not in FOLLOWS_FROM_TERMS:
                yield quad.triple


def _labels(graph: Graph, node: Term) -> Iterator[Triple]:
    if isinstance(node, NamedNode):
        for predicate in (RDFS["label"], SKOS["prefLabel"]):
            for quad in graph.quads_of(subject=node, predicate=predicate):
                yield quad.triple
