"""`tw:within`: from each term and local concept to itself and to every class that contains it.

Two graphs, never mixed: what MeSH says (tree, mapped heading, pharmacological action), and what our
curated table of drug classes says.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialweave.graph.derive.labels import local_concepts
from trialweave.graph.derive.terminology import mesh_uis, terms_in_use
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode, Quad, date_literal
from trialweave.graph.store import Graph
from trialweave.ontology import classes, mesh
from trialweave.ontology.prefixes import namespace

DCTERMS = namespace("dcterms")
MESH = namespace("mesh")
RDF = namespace("rdf")
SKOS = namespace("skos")
TW = namespace("tw")

WITHIN_MESH = TWGRAPH["derived/within/mesh"]
WITHIN_CURATED = TWGRAPH["derived/within/curated"]
CURATED = TWGRAPH["drug-classes"]


def write(graph: Graph) -> None:
    """Replace both graphs of the closure."""
    by_mesh, curated = GraphWriter(WITHIN_MESH), GraphWriter(WITHIN_CURATED)
    classes_of: dict[str, set[str]] = {}
    for row in classes.rows():
        classes_of.setdefault(row.mesh_ui, set()).update(_containing(row.class_ui))

    def place(iri: str, ui: str) -> None:
        stated = _containing(ui)
        by_mesh.add_all(NamedNode(iri), TW["within"], _nodes(stated))
        curated.add_all(NamedNode(iri), TW["within"], _nodes(classes_of.get(ui, set()) - stated))

    for ui in sorted(terms_in_use(graph)[0]):
        place(MESH[ui], ui)
    for iri, _, _ in local_concepts(graph):
        by_mesh.add(NamedNode(iri), TW["within"], NamedNode(iri))
        for quad in graph.quads_of(subject=NamedNode(iri), predicate=SKOS["exactMatch"]):
            if uis := mesh_uis(quad.object):
                place(iri, uis[0])

    graph.replace_graph(CURATED, _curated(terms_in_use(graph)[0]))
    graph.replace_graph(WITHIN_MESH, by_mesh.quads())
    graph.replace_graph(WITHIN_CURATED, curated.quads())


def _curated(in_use: set[str]) -> Iterator[Quad]:
    """The rows of the curated table that are in use, each with its reason and its citation."""
    writer = GraphWriter(CURATED)
    for row in classes.rows():
        if row.mesh_ui not in in_use:
            continue
        drug, group = NamedNode(MESH[row.mesh_ui]), NamedNode(MESH[row.class_ui])
        writer.add(drug, TW["inDrugClass"], group)
        statement = writer.node(TWID[f"drug-class/{row.mesh_ui}-{row.class_ui}"], RDF["Statement"])
        writer.add(statement, RDF["subject"], drug)
        writer.add(statement, RDF["predicate"], NamedNode(TW["inDrugClass"]))
        writer.add(statement, RDF["object"], group)
        writer.add(statement, TW["basis"], f"{row.basis} {row.target}")
        writer.add(statement, DCTERMS["source"], row.citation)
        writer.add(statement, DCTERMS["date"], date_literal(row.date))
    return writer.quads()


def _containing(ui: str) -> set[str]:
    """UIs of a term and of all that contains it; a term that our MeSH does not know contains itself."""
    return {member.ui for member in mesh.within(ui)} if mesh.label(ui) is not None else {ui}


def _nodes(uis: set[str]) -> list[NamedNode]:
    return [NamedNode(MESH[ui]) for ui in sorted(uis)]
