"""What a trial studies, drug and condition, each on a stated basis.

A drug: an arm receives it. Or, where the abstract's arms name none, a MeSH heading of the publication
says "X / therapeutic use" (or administration & dosage) and X is a drug, or the heading that one of
the record's substances maps to. A condition: a heading says "Y / drug therapy" (or another therapy).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from trialweave.graph.derive.terminology import SUBJECT_TERMS, mesh_uis
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
RDF = namespace("rdf")
TW = namespace("tw")

SUBJECTS = TWGRAPH["derived/subjects"]

THERAPY = {"drug therapy", "therapy", "radiotherapy", "surgery", "diet therapy", "prevention & control"}
"""Qualifiers that make the heading the condition that is treated."""

USE = {"therapeutic use", "administration & dosage"}
"""Qualifiers that make the heading the drug that is given."""


class _Indexing:
    """The MeSH headings and substances of one publication, by UI."""

    def __init__(self, graph: Graph, publication: NamedNode) -> None:
        self.pairs: set[tuple[str, str]] = set()
        for predicate in SUBJECT_TERMS:
            for quad in graph.quads_of(subject=publication, predicate=predicate):
                found = mesh_uis(quad.object)
                if found and found[1]:
                    self.pairs.add((found[0], mesh.label(found[1]) or found[1]))
        self.substances = {
            found[0]
            for quad in graph.quads_of(subject=publication, predicate=TW["mentionsSubstance"])
            if (found := mesh_uis(quad.object))
        }

    def conditions(self) -> Iterator[tuple[str, str]]:
        """UI of each treated condition, and the heading line that says so."""
        for descriptor, qualifier in sorted(self.pairs):
            if qualifier in THERAPY and mesh.is_disease(descriptor):
                yield descriptor, f"MeSH heading {mesh.label(descriptor)} / {qualifier}"

    def drugs(self) -> Iterator[tuple[str, str]]:
        """UI of each drug in therapeutic use, and the heading line that says so."""
        for descriptor, qualifier in sorted(self.pairs):
            if qualifier not in USE:
                continue
            line = f"MeSH heading {mesh.label(descriptor)} / {qualifier}"
            mapped = sorted(ui for ui in self.substances if descriptor in mesh.mapped_to(ui))
            for ui in mapped:
                yield ui, f"{line}, to which the substance {mesh.label(ui)} maps"
            if not mapped and mesh.is_specific_drug(descriptor):
                yield descriptor, line


def write(graph: Graph) -> None:
    """Replace the graph of what trials study."""
    writer = GraphWriter(SUBJECTS)
    for report in graph.quads_of(predicate=TW["reportsTrial"]):
        publication, trial = report.subject, report.object
        if not isinstance(publication, NamedNode) or not isinstance(trial, NamedNode):
            continue
        indexing = _Indexing(graph, publication)
        for ui, basis in indexing.conditions():
            _state(writer, trial, TW["studiesCondition"], NamedNode(MESH[ui]), basis)
        drugs = list(_drugs_of_arms(graph, trial))
        for drug in drugs:
            _state(writer, trial, TW["studiesDrug"], drug, "given in an arm")
        for ui, basis in indexing.drugs():
            _state(writer, trial, TW["studiesDrug"], NamedNode(MESH[ui]), basis)
    graph.replace_graph(SUBJECTS, writer.quads())


def _drugs_of_arms(graph: Graph, trial: NamedNode) -> Iterator[NamedNode]:
    for arm in graph.quads_of(subject=trial, predicate=TW["hasArm"]):
        for given in graph.quads_of(subject=_node(arm.object), predicate=TW["hasIntervention"]):
            for drug in graph.quads_of(subject=_node(given.object), predicate=TW["drug"]):
                yield _node(drug.object)


def _node(term: object) -> NamedNode:
    if not isinstance(term, NamedNode):
        raise TypeError(f"expected an IRI in our own graph, found {term}")
    return term


def _state(writer: GraphWriter, trial: NamedNode, predicate: str, value: NamedNode, basis: str) -> None:
    """The triple, and a statement that keeps its basis."""
    writer.add(trial, predicate, value)
    digest = hashlib.sha256(f"{trial} {predicate} {value} {basis}".encode()).hexdigest()
    statement = writer.node(TWID[f"subject/{digest[:12]}"], RDF["Statement"])
    writer.add(statement, RDF["subject"], trial)
    writer.add(statement, RDF["predicate"], NamedNode(predicate))
    writer.add(statement, RDF["object"], value)
    writer.add(statement, TW["basis"], basis)
