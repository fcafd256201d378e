"""What MeSH says of a term, from whichever MeSH a store holds: NLM's own, or the part that comes with us.

Where a whole MeSH is loaded, only its graph counts. Else the graph holds what the records reach of the
bundled MeSH (`ontology/mesh`), and what depends on all of MeSH is read from there.
"""

from __future__ import annotations

from trialweave.graph.catalog import CATALOG
from trialweave.graph.quads import NamedNode, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies.catalog import Held, read_held
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
MESHV = namespace("meshv")
RDFS = namespace("rdfs")
TW = namespace("tw")


def whole_mesh(graph: Graph) -> Held | None:
    """The whole MeSH that a store holds; None where it makes do with the bundled one."""
    if not any(words(quad.object) == "mesh" for quad in graph.quads_in(CATALOG, TW["terminologyKey"])):
        return None
    every = (held for held in read_held(graph).values() if held.kind == "terminology")
    return next((held for held in every if held.key == "mesh" and not held.partial), None)


def label(graph: Graph, ui: str) -> str | None:
    """The label of a term; None where the store's MeSH does not have it."""
    found = graph.quads_of(subject=NamedNode(MESH[ui]), predicate=RDFS["label"])
    return min((words(quad.object) for quad in found), default=None)


def mapped_to(graph: Graph, ui: str) -> tuple[str, ...]:
    """The UIs of the descriptors that a supplementary record is mapped to, sorted."""
    return tuple(sorted(_uis(graph, ui, MESHV["preferredMappedTo"]) | _uis(graph, ui, MESHV["mappedTo"])))


def is_disease(graph: Graph, ui: str) -> bool:
    """Whether a descriptor stands in branch C (diseases) or F03 (mental disorders)."""
    return any(number.startswith(("C", "F03")) for number in _uis(graph, ui, MESHV["treeNumber"]))


def is_specific_drug(graph: Graph, ui: str) -> bool:
    """Whether a descriptor names one drug: the reading of `mesh.is_specific_drug`, in the store's MeSH."""
    if whole_mesh(graph) is None:
        return mesh.label(ui) is not None and mesh.is_specific_drug(ui)
    numbers = _uis(graph, ui, MESHV["treeNumber"])
    if not any(number.startswith("D") for number in numbers):
        return False
    if not _uis(graph, ui, MESHV["pharmacologicalAction"]):
        return False
    below = (graph.quads_of(predicate=MESHV["parentTreeNumber"], value=NamedNode(MESH[n])) for n in numbers)
    if all(next(quads, None) is None for quads in below):
        return True
    name = label(graph, ui) or ""
    return name.isalpha() and not name.endswith("s")


def _uis(graph: Graph, ui: str, predicate: str) -> set[str]:
    """The UIs (or tree numbers) that a term is related to."""
    found = graph.quads_of(subject=NamedNode(MESH[ui]), predicate=predicate)
    return {q.object.value.removeprefix(MESH[""]) for q in found if isinstance(q.object, NamedNode)}
