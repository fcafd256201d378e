"""Which counts of a publication the registry record of the same trial lists too.

The two may count the same people, so a question that adds up takes the registry's alone. One link each,
from the publication's count to one of the registry's; few, so that questions need not search all counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import GraphWriter, NamedNode, words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

SKOS = namespace("skos")
TW = namespace("tw")

TOLD = TWGRAPH["derived/told-in-registry"]


def write(graph: Graph) -> None:
    """Replace the graph of links from counts of publications to counts of registry records."""
    writer = GraphWriter(TOLD)
    for trial, counts in sorted(_published(graph).items(), key=lambda item: item[0].value):
        listed: dict[NamedNode, NamedNode] = {}
        for count, event in _registered(graph, trial):
            for meaning in _meanings(graph, event):
                listed[meaning] = min(count, listed.get(meaning, count), key=words)
        for count, event in counts:
            for meaning in _meanings(graph, event):
                writer.add(count, TW["toldInRegistry"], listed.get(meaning))
    graph.replace_graph(TOLD, writer.quads())


def _published(graph: Graph) -> dict[NamedNode, list[tuple[NamedNode, NamedNode]]]:
    """By trial, the counts that were read from words, each with its event."""
    query = f"""
    SELECT DISTINCT ?trial ?count ?event WHERE {{
      ?count a <{TW["AdverseEventCount"]}> ; <{TW["evidence"]}> ?span ;
             <{TW["event"]}> ?event ; <{TW["ofTrial"]}> ?trial .
    }} ORDER BY ?count"""
    found: dict[NamedNode, list[tuple[NamedNode, NamedNode]]] = defaultdict(list)
    for row in graph.select(query):
        found[row["trial"]].append((row["count"], row["event"]))
    return found


def _registered(graph: Graph, trial: NamedNode) -> Iterator[tuple[NamedNode, NamedNode]]:
    """The counts of a trial's registry record, each with its event."""
    query = f"""
    SELECT DISTINCT ?count ?event WHERE {{
      ?group <{TW["ofTrial"]}> {trial} . ?count <{TW["ofGroup"]}> ?group ; <{TW["event"]}> ?event .
      FILTER(NOT EXISTS {{ ?count <{TW["evidence"]}> ?span }})
    }}"""
    for row in graph.select(query):
        yield row["count"], row["event"]


def _meanings(graph: Graph, event: NamedNode) -> list[NamedNode]:
    """The terms that an event is linked to as the same; where there is none, the words themselves."""
    terms = [quad.object for quad in graph.quads_of(subject=event, predicate=SKOS["exactMatch"])]
    return [term for term in terms if isinstance(term, NamedNode)] or [event]
