"""Rows of drug classes as quads: our curated table and a user's own, each in a graph of its own.

Each row is the triple drug `tw:inDrugClass` class, and a statement with its reason, citation and date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode, Quad, date_literal
from trialweave.graph.store import Graph
from trialweave.ontology import classes
from trialweave.ontology.prefixes import namespace

DCTERMS = namespace("dcterms")
MESH = namespace("mesh")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
TW = namespace("tw")

CURATED = TWGRAPH["drug-classes"]
"""The rows that come with the package."""

USER = TWGRAPH["drug-classes/user"]
"""The rows of the user's own file."""


def curated_quads() -> Iterator[Quad]:
    """The rows that come with the package."""
    return row_quads(classes.rows(), graph=CURATED)


def replace_user_classes(graph: Graph, rows: Iterable[classes.DrugClass]) -> None:
    """Put the rows of a user's file (`classes.read`) in place of those that the store holds.

    They count as the basis "user", beside ours and never among them, once the closure is made anew.
    """
    graph.replace_graph(USER, row_quads(rows, graph=USER))


def row_quads(rows: Iterable[classes.DrugClass], *, graph: str) -> Iterator[Quad]:
    """The quads of rows in one named graph."""
    writer = GraphWriter(graph)
    kind = graph.removeprefix(TWGRAPH[""])
    for row in rows:
        drug, group = NamedNode(MESH[row.mesh_ui]), NamedNode(MESH[row.class_ui])
        writer.add(drug, TW["inDrugClass"], group)
        statement = writer.node(TWID[f"{kind}/{row.mesh_ui}-{row.class_ui}"], RDF["Statement"])
        writer.add(statement, RDF["subject"], drug)
        writer.add(statement, RDF["predicate"], NamedNode(TW["inDrugClass"]))
        writer.add(statement, RDF["object"], group)
        writer.add(statement, TW["basis"], f"{row.basis} {row.target}")
        writer.add(statement, DCTERMS["source"], row.citation)
        writer.add(statement, DCTERMS["date"], date_literal(row.date))
    return writer.quads()
