"""`tw:within`: from each term and local concept to itself and to every class that contains it.

Two graphs, never mixed: what MeSH says (tree, mapped heading, pharmacological action), and what our
curated table of drug classes says.
"""

from __future__ import annotations

from trialweave.graph.derive.labels import local_concepts
from trialweave.graph.derive.terminology import terms_in_use
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology import classes, mesh
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
SKOS = namespace("skos")
TW = namespace("tw")

WITHIN_MESH = TWGRAPH["derived/within/mesh"]
WITHIN_CURATED = TWGRAPH["derived/within/curated"]


def write(graph: Graph) -> None:
    """Replace both graphs of the closure."""
    by_mesh, curated = GraphWriter(WITHIN_MESH), GraphWriter(WITHIN_CURATED)
    classes_of: dict[str, set[str]] = {}
    for row in classes.rows():
        classes_of.setdefault(row.mesh_ui, set()).update(mesh.within(row.class_ui))
    for ui in sorted(terms_in_use(graph)[0]):
        _write(by_mesh, MESH[ui], set(mesh.within(ui)))
        _write(curated, MESH[ui], classes_of.get(ui, set()) - set(mesh.within(ui)))
    for iri, _, _ in local_concepts(graph):
        concept = NamedNode(iri)
        by_mesh.add(concept, TW["within"], concept)
        for quad in graph.quads_of(subject=concept, predicate=SKOS["exactMatch"]):
            if isinstance(quad.object, NamedNode) and quad.object.value.startswith(MESH[""]):
                ui = quad.object.value.removeprefix(MESH[""])
                _write(by_mesh, iri, set(mesh.within(ui)))
                _write(curated, iri, classes_of.get(ui, set()) - set(mesh.within(ui)))
    graph.replace_graph(WITHIN_MESH, by_mesh.quads())
    graph.replace_graph(WITHIN_CURATED, curated.quads())


def _write(writer: GraphWriter, iri: str, uis: set[str]) -> None:
    for ui in sorted(uis):
        writer.add(NamedNode(iri), TW["within"], NamedNode(MESH[ui]))
