"""Why one thing counts as within another: the single steps from a name to a class, whatever says so.

From the concept of a label to the terms that it is linked to, then up within one terminology:

- a tree of MeSH, by tree numbers (to follow broader descriptors instead would find too many); from a term
  itself also its pharmacological actions, and the headings that a supplementary record is mapped to (the
  actions of such a heading count for a biosimilar alone);
- `rdfs:subClassOf` and `skos:broader`; and the roles of ChEBI (`has role`), which hold of all that is below;
- a row of the curated table of drug classes, or of a user's own, then up the trees;
- once, from a term or any class above it, a mapping to the same thing in another terminology: exact, made
  by a person, not denied by another mapping; then up that one. Never from a mapped heading, which is near
  the record and not the same.

`tw:within` (derive/closure) and `why` (queries/why) both follow these steps, and no others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from trialweave.graph.drug_classes import CURATED, USER
from trialweave.graph.iris import TWID
from trialweave.graph.quads import NamedNode, Quad, graph_of, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies import MAPPING_SETS, mesh_terms, terminology_of
from trialweave.ontology.mesh import BIOSIMILARS
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
MESHV = namespace("meshv")
OBO = namespace("obo")
RDFS = namespace("rdfs")
SEMAPV = namespace("semapv")
SKOS = namespace("skos")
SSSOM = namespace("sssom")
TW = namespace("tw")

HAS_ROLE = OBO["RO_0000087"]

CONCEPTS = TWID["concept/"]
"""What the IRIs of local concepts begin with."""

NO_TERMINOLOGY: dict[str, str] = {"label": "label", "mapped": "mapped", "curated": "curated", "user": "user"}
"""Bases that are no terminology: the words themselves, mappings, our curated table, the user's own."""

BY_HAND = {SEMAPV["ManualMappingCuration"], SEMAPV["MappingReview"]}
"""Justifications of mappings that a person has made or looked at."""

State = Literal["concept", "itself", "above", "place", "heading", "original", "beyond"]
"""What a node on the way up is: the concept of a label; a term that it is; a class above; a place in a
tree of MeSH; a heading that a record is mapped to, or the drug that it is a biosimilar of; a place beyond."""

Kind = Literal[
    "link", "broader link", "tree", "is a", "has role", "action", "mapped heading", "curated row", "mapping"
]


class Node(NamedTuple):
    """A stop on the way up; `basis` is what the way rests on so far."""

    iri: str
    state: State
    basis: str


class Step(NamedTuple):
    """One step up; `kind` is absent where it only turns a descriptor into its place in a tree."""

    kind: Kind | None
    to: Node


def start(iri: str) -> Node:
    """The node of a local concept or of a term.

    >>> start("http://purl.obolibrary.org/obo/HP_0000822")
    Node(iri='http://purl.obolibrary.org/obo/HP_0000822', state='itself', basis='hp')
    """
    if iri.startswith(CONCEPTS):
        return Node(iri, "concept", "label")
    return Node(iri, "itself", terminology_of(iri))


def steps(graph: Graph, node: Node) -> Iterator[Step]:
    """The steps from one node, sorted within each kind."""
    if node.state == "concept":
        yield from _links(graph, node.iri)
    elif node.state in ("place", "beyond"):
        for upper in _objects(graph, node.iri, MESHV["parentTreeNumber"]):
            yield Step("tree", Node(upper, node.state, node.basis))
        if node.state == "place" and _may_cross(node):
            for descriptor in descriptors_at(graph, node.iri):
                yield from _mappings(graph, descriptor, "above")
    elif node.state in ("heading", "original"):
        yield from _places(graph, node, "beyond")
        if node.state == "original":
            yield from _actions(graph, node)
    else:
        yield from _up(graph, node)
        if node.state == "itself":
            yield from _of_the_term_itself(graph, node)
        if _may_cross(node):
            yield from _mappings(graph, node.iri, node.state)


def classes_at(graph: Graph, node: Node) -> list[str]:
    """The IRIs that a node stands for: a place in a tree is that of a descriptor."""
    return descriptors_at(graph, node.iri) if node.state in ("place", "beyond") else [node.iri]


def descriptors_at(graph: Graph, place: str) -> list[str]:
    """The descriptors with this tree number (one, in a MeSH that is right), sorted."""
    found = graph.quads_of(predicate=MESHV["treeNumber"], value=NamedNode(place))
    return sorted({quad.subject.value for quad in found if isinstance(quad.subject, NamedNode)})


def _may_cross(node: Node) -> bool:
    return node.basis not in NO_TERMINOLOGY


def _links(graph: Graph, concept: str) -> Iterator[Step]:
    for term in _objects(graph, concept, SKOS["exactMatch"]):
        yield Step("link", Node(term, "itself", terminology_of(term)))
    for term in _objects(graph, concept, SKOS["broadMatch"]):
        yield Step("broader link", Node(term, "above", terminology_of(term)))


def _up(graph: Graph, node: Node) -> Iterator[Step]:
    """What holds of all that is below as well."""
    if node.iri.startswith(MESH[""]):
        yield from _places(graph, node, "place")
        return
    for predicate in (RDFS["subClassOf"], SKOS["broader"]):
        for upper in _objects(graph, node.iri, predicate):
            yield Step("is a", Node(upper, "above", node.basis))
    for role in _objects(graph, node.iri, HAS_ROLE):
        yield Step("has role", Node(role, "above", node.basis))


def _of_the_term_itself(graph: Graph, node: Node) -> Iterator[Step]:
    yield from _actions(graph, node)
    if node.iri.startswith(MESH[""]):
        yield from _mapped_headings(graph, node)
    for name, basis in ((CURATED, "curated"), (USER, "user")):
        rows = graph.quads_of(subject=NamedNode(node.iri), predicate=TW["inDrugClass"])
        for upper in sorted({words(row.object) for row in rows if _stands_in(row, name)}):
            yield Step("curated row", Node(upper, "above", basis))


def _mapped_headings(graph: Graph, node: Node) -> Iterator[Step]:
    """What a supplementary record is mapped to; of a biosimilar, the one drug that it is another make of."""
    headings = mesh_terms.mapped_to(graph, node.iri.removeprefix(MESH[""]))
    drugs = (
        [ui for ui in headings if mesh_terms.is_specific_drug(graph, ui)] if BIOSIMILARS in headings else []
    )
    for ui in headings:
        state: State = "original" if drugs == [ui] else "heading"
        yield Step("mapped heading", Node(MESH[ui], state, node.basis))


def _actions(graph: Graph, node: Node) -> Iterator[Step]:
    for action in _objects(graph, node.iri, MESHV["pharmacologicalAction"]):
        yield Step("action", Node(action, "above", node.basis))


def _places(graph: Graph, node: Node, state: State) -> Iterator[Step]:
    for place in _objects(graph, node.iri, MESHV["treeNumber"]):
        yield Step(None, Node(place, state, node.basis))


def _mappings(graph: Graph, term: str, state: State) -> Iterator[Step]:
    for other in same_elsewhere(graph, term):
        yield Step("mapping", Node(other, state, "mapped"))


def same_elsewhere(graph: Graph, term: str) -> list[str]:
    """The terms that published mappings hold to be the same thing as this one, sorted.

    Exact ones that a person has made or looked at, in either direction, and that none denies.
    """
    claimed: set[str] = set()
    denied: set[str] = set()
    for mine, other in ((SSSOM["subject_id"], SSSOM["object_id"]), (SSSOM["object_id"], SSSOM["subject_id"])):
        for quad in graph.quads_of(predicate=mine, value=NamedNode(term)):
            if not _stands_in(quad, MAPPING_SETS) or not isinstance(quad.subject, NamedNode):
                continue
            said = {q.predicate.value: words(q.object) for q in graph.quads_of(subject=quad.subject)}
            if said.get(SSSOM["predicate_id"]) != SKOS["exactMatch"]:
                continue
            if SSSOM["predicate_modifier"] in said:
                denied.add(said[other])
            elif said.get(SSSOM["mapping_justification"]) in BY_HAND:
                claimed.add(said[other])
    return sorted(other for other in claimed - denied - {term} if not other.startswith(CONCEPTS))


def _objects(graph: Graph, subject: str, predicate: str) -> list[str]:
    """The IRIs that a term is related to, sorted; anonymous classes are left out."""
    found = graph.quads_of(subject=NamedNode(subject), predicate=predicate)
    return sorted({quad.object.value for quad in found if isinstance(quad.object, NamedNode)})


def _stands_in(quad: Quad, name: str) -> bool:
    """Whether a quad stands in the graph of this name, or, of a name with `/` behind, in one below it."""
    graph = graph_of(quad) or ""
    return graph == name or (name.endswith("/") and graph.startswith(name))
