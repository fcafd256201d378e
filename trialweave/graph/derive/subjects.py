"""What a trial studies, drug and condition, each on a stated basis.

A drug: an arm receives it. Or a MeSH heading of the publication says "X / therapeutic use" (or
administration & dosage), and X is a specific drug, or the heading that a substance of the record
maps to, which is then the drug. A condition: a heading says "Y / drug therapy" (or another therapy).
The registry states conditions itself, and NLM's MeSH terms for them and for interventions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from trialweave.graph.derive.indexing import Indexing, indexing_of
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
RDF = namespace("rdf")
TW = namespace("tw")

SUBJECTS = TWGRAPH["derived/subjects"]

THERAPY = {"drug therapy", "therapy", "radiotherapy", "surgery", "diet therapy", "prevention & control"}
"""Qualifiers that make the heading the condition that is treated."""

USE = {"therapeutic use", "administration & dosage"}
"""Qualifiers that make the heading the drug that is given."""


def conditions(indexing: Indexing) -> Iterator[tuple[str, str]]:
    """UI of each treated condition, and the heading line that says so."""
    for line in indexing.lines:
        if line.qualifier in THERAPY and line.is_disease:
            yield line.descriptor, f"MeSH heading {line}"


def drugs(indexing: Indexing) -> Iterator[tuple[str, str]]:
    """UI of each drug in therapeutic use, and the heading line that says so."""
    for line in indexing.lines:
        if line.qualifier not in USE:
            continue
        meant = indexing.meant_by(line.descriptor)
        for substance in meant:
            yield substance.ui, f"MeSH heading {line}, to which the substance {substance.label} maps"
        if not meant and line.is_specific_drug:
            yield line.descriptor, f"MeSH heading {line}"


def write(graph: Graph) -> None:
    """Replace the graph of what trials study."""
    writer = GraphWriter(SUBJECTS)
    for report in graph.quads_of(predicate=TW["reportsTrial"]):
        trial = _node(report.object)
        indexing = indexing_of(graph, _node(report.subject))
        for ui, basis in conditions(indexing):
            _state(writer, trial, TW["studiesCondition"], NamedNode(MESH[ui]), basis)
        for ui, basis in drugs(indexing):
            _state(writer, trial, TW["studiesDrug"], NamedNode(MESH[ui]), basis)
    for trial, drug in _drugs_given(graph):
        _state(writer, trial, TW["studiesDrug"], drug, "given in an arm")
    for predicate, of_registry, basis in (
        (TW["studiesCondition"], TW["condition"], "condition in the registry"),
        (TW["studiesCondition"], TW["conditionTerm"], "MeSH term of the registry"),
        (TW["studiesDrug"], TW["interventionTerm"], "MeSH term of the registry"),
    ):
        for quad in graph.quads_of(predicate=of_registry):
            _state(writer, _node(quad.subject), predicate, _node(quad.object), basis)
    graph.replace_graph(SUBJECTS, writer.quads())


def _drugs_given(graph: Graph) -> Iterator[tuple[NamedNode, NamedNode]]:
    """Each trial with each drug that an arm of it gets, or that it lists without saying for which arm."""
    query = f"""
    SELECT DISTINCT ?trial ?drug WHERE {{
      ?intervention <{TW["drug"]}> ?drug .
      ?holder <{TW["hasIntervention"]}>|<{TW["listsIntervention"]}> ?intervention .
      OPTIONAL {{ ?holder <{TW["ofTrial"]}> ?of }}
      BIND(COALESCE(?of, ?holder) AS ?trial)
    }} ORDER BY ?trial ?drug"""
    for row in graph.select(query):
        yield _node(row["trial"]), _node(row["drug"])


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
