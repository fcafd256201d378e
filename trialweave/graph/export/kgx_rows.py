"""The rows of a KGX export while they are collected: nodes and edges, by id."""

from __future__ import annotations

import hashlib

from trialweave.graph.catalog import Entry, is_registry
from trialweave.graph.export import biolink
from trialweave.graph.export.described import Described
from trialweave.graph.quads import NamedNode, words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")

Slot = str | list[str] | None
Row = dict[str, Slot]

REGISTRY, PUBMED, OURS = "infores:clinicaltrials", "infores:pubmed", biolink.OURS


def _fill(row: Row, slots: dict[str, Slot]) -> None:
    """Add to a row what it lacks; lists grow."""
    for slot, value in slots.items():
        held = row.get(slot)
        if isinstance(held, list) and isinstance(value, list):
            row[slot] = held + value
        elif value and not held:
            row[slot] = value


class Nodes:
    """The nodes, by id."""

    def __init__(self, graph: Graph) -> None:
        self.rows: dict[str, Row] = {}
        self._graph = graph
        self._terms: dict[str, str] = {}
        joined = graph.quads_of(predicate=TW["sameTrial"])
        self._joined = {words(quad.subject): words(quad.object) for quad in joined}

    def add(self, iri: str, category: str, slots: dict[str, Slot]) -> str:
        """Add a node, or to one that is there what it lacks; its id."""
        identifier = biolink.curie(iri)
        row = self.rows.setdefault(identifier, {"id": identifier, "iri": iri, "provided_by": OURS})
        _fill(row, {"category": [category]})
        _fill(row, slots)
        return identifier

    def trial(self, iri: str, slots: dict[str, Slot] | None = None) -> str:
        """A trial, under its name in the registry where it has two names."""
        return self.add(self._joined.get(iri, iri), biolink.TRIAL, slots or {})

    def concept(self, iri: str, category: str) -> str:
        """A local concept, or a term: under the id of its preferred term, where it has one."""
        if iri in self._terms:
            return self.add(self._terms[iri], category, {})
        told = Described(self._graph.quads_of(subject=NamedNode(iri)))
        term = told.one(iri, TW["preferredTerm"]) or iri
        of_term = Described(self._graph.quads_of(subject=NamedNode(term)))
        name = told.one(iri, TW["preferredName"])
        name = name or of_term.one(term, SKOS["prefLabel"]) or of_term.one(term, RDFS["label"])
        same = [biolink.curie(other) for other in told.all(iri, SKOS["exactMatch"]) if other != term]
        self._terms[iri] = term
        return self.add(term, category, {"name": name, "xref": list(same)})


class Edges:
    """The edges, by id."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def add(
        self, triple: tuple[str, str, str], category: str, slots: dict[str, Slot], *, key: str = ""
    ) -> None:
        """Add an edge; one that several records state has the first one's source and all publications."""
        subject, predicate, object_ = triple
        key = key or f"{OURS}:edge-{hashlib.sha256(' '.join(triple).encode()).hexdigest()[:16]}"
        row = self.rows.setdefault(
            key,
            {"id": key, "subject": subject, "predicate": predicate, "object": object_, "category": category},
        )
        _fill(row, slots)


def source_slots(entry: Entry, level: str = "knowledge_assertion") -> dict[str, Slot]:
    """Who says so: people who fill in a registry, or our reading of an abstract."""
    if is_registry(entry.source):
        return {"knowledge_level": level, "agent_type": "manual_agent", "primary_knowledge_source": REGISTRY}
    return {
        "knowledge_level": level,
        "agent_type": "text_mining_agent",
        "primary_knowledge_source": PUBMED,
        "publications": [biolink.curie(entry.topic)],
    }
