"""Local concepts linked to terms of every terminology that a store holds, as SSSOM mappings.

`ontology/linking` decides; here its names, places and mappings are read from the store, and its links are
written: the direct triple, and a `sssom:Mapping` that says why. Of MeSH, the bundled names count where no
whole MeSH is loaded. What a user states of a label himself (`…/graph/mappings/user`) stands there and goes
before all that is found here: his terms take the place of ours in the same terminology, and what he denies
is not linked.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import cast

from trialweave.graph.derive.labels import local_concepts
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies import MAPPING_SETS, names, parents
from trialweave.graph.terminologies.catalog import Held, read_held
from trialweave.graph.terminologies.mesh_terms import mapped_to, whole_mesh
from trialweave.ontology import drug_names, mesh
from trialweave.ontology.linking import Decision, Index, Kind, Name, asked, index, link, mappings
from trialweave.ontology.linking import curated as by_hand
from trialweave.ontology.linking.decision import Guard
from trialweave.ontology.linking.index import namespace_of
from trialweave.ontology.linking.kinds import ROOTS, below, guard
from trialweave.ontology.prefixes import namespace
from trialweave.records import Mapping

DCTERMS = namespace("dcterms")
MESH = namespace("mesh")
MESHV = namespace("meshv")
OWL = namespace("owl")
SEMAPV = namespace("semapv")
SKOS = namespace("skos")
SSSOM = namespace("sssom")
TW = namespace("tw")

LINKS = TWGRAPH["derived/links"]
USER = TWGRAPH["mappings/user"]

PREDICATES = {
    "exact": SKOS["exactMatch"],
    "close": SKOS["closeMatch"],
    "broad": SKOS["broadMatch"],
    "part": DCTERMS["hasPart"],
}
"""What a link says: the term means the same, nearly the same, more; or is a drug of the regimen."""


def write(graph: Graph) -> None:
    """Replace the graph of links."""
    concepts = [(iri, cast("Kind", kind), label) for iri, kind, label in local_concepts(graph)]
    decide = _Decider(graph, frozenset((label, kind) for _, kind, label in concepts))
    stated, denied = _of_the_user(graph)
    writer = GraphWriter(LINKS)
    for iri, kind, label in concepts:
        taken = {namespace_of(term) for term in stated[iri]}
        decision = decide(label, kind)
        for found in decision.links:
            if namespace_of(found.iri) in taken or found.iri in denied[iri]:
                continue
            subject, term = NamedNode(iri), NamedNode(found.iri)
            writer.add(subject, PREDICATES[found.predicate], term)
            digest = hashlib.sha256(f"{iri} {found.predicate} {found.iri}".encode()).hexdigest()
            mapping = writer.node(TWID[f"mapping/{digest[:12]}"], SSSOM["Mapping"])
            writer.add(mapping, SSSOM["subject_id"], subject)
            writer.add(mapping, SSSOM["subject_label"], label)
            writer.add(mapping, SSSOM["predicate_id"], NamedNode(PREDICATES[found.predicate]))
            writer.add(mapping, SSSOM["object_id"], term)
            writer.add(mapping, SSSOM["object_label"], found.label)
            writer.add(mapping, SSSOM["mapping_justification"], NamedNode(SEMAPV[found.justification]))
            writer.add(mapping, SSSOM["confidence"], found.confidence)
            writer.add(mapping, SSSOM["match_string"], found.match)
            writer.add(mapping, SSSOM["comment"], "; ".join(found.rules) or "as written")
        for candidate in decision.candidates:
            writer.add(NamedNode(iri), TW["linkCandidate"], NamedNode(candidate.iri))
    graph.replace_graph(LINKS, writer.quads())


def mesh_drug(label: str) -> str | None:
    """The UI of the one drug of the bundled MeSH that a label names; None where none does, or several.

    >>> mesh_drug("Sorafenib (Nexavar, BAY43-9006)"), mesh_drug("sunitinib malate")
    ('D000077157', 'D000077210')
    >>> mesh_drug("Taxol (or Sorafenib)"), mesh_drug("Anlotinib + placebo"), mesh_drug("headache")
    (None, None, None)
    """
    known = _bundled_mesh()
    found = link(label, "drug", known, guard=_bundled_guard()).links
    uis = {one.iri.removeprefix(MESH[""]) for one in found if one.predicate == "exact"}
    return uis.pop() if len(uis) == 1 else None


class _Decider:
    """What links a label, with all that a store holds read once."""

    def __init__(self, graph: Graph, labels: frozenset[tuple[str, Kind]]) -> None:
        terminologies = [held for held in read_held(graph).values() if held.kind == "terminology"]
        whole = whole_mesh(graph)
        read = [held for held in terminologies if held.key != "mesh" or held == whole]
        self._published = mappings(_published(graph))
        wanted = asked(labels)
        terms = self._published.partners.keys() | {row.term for row in by_hand.rows()}
        of_mesh = _curated_names() if whole else _bundled_names(wanted, terms)
        self._known = index(chain(_names(graph, read), of_mesh), asked=wanted, labelled=terms)
        self._guard = _guard(graph, read, whole)

    def __call__(self, label: str, kind: Kind) -> Decision:
        return link(label, kind, self._known, guard=self._guard, mapped=self._published)


# ── names ────────────────────────────────────────────────────────────────────────────────


def _names(graph: Graph, terminologies: list[Held]) -> Iterator[Name]:
    """The names of all terms that are not withdrawn."""
    for held in terminologies:
        withdrawn = {
            words(quad.subject)
            for quad in graph.quads_in(held.graph, OWL["deprecated"])
            if words(quad.object) in ("true", "1")
        }
        for name in names(graph, held.graph):
            if name.iri not in withdrawn:
                yield Name(held.key, name.iri, name.text, name.role)


def _curated_names() -> Iterator[Name]:
    """Brands and codes of our own table."""
    for name, ui in drug_names.rows():
        yield Name("mesh", MESH[ui], name, "exact", curated=True)


@cache
def _bundled_mesh() -> Index:
    """All names of the bundled MeSH, ours beside them."""
    of_terms = (
        Name("mesh", MESH[ui], name, "label" if place == 0 else "exact")
        for ui in mesh.uis()
        for place, name in enumerate((mesh.label(ui) or "", *mesh.entry_terms(ui)))
    )
    return index(chain(of_terms, _curated_names()))


def _bundled_names(wanted: frozenset[str], terms: set[str]) -> Iterator[Name]:
    """The names of the bundled MeSH that are asked for, and the labels of terms that are spoken of."""
    known = _bundled_mesh()
    found = {name for made in wanted for name in known.names.get(made, ())}
    for iri in {name.iri for name in found} | (terms & known.labels.keys()):
        yield Name("mesh", iri, known.labels[iri], "label")
    yield from sorted(found)


# ── where terms stand ────────────────────────────────────────────────────────────────────


def _guard(graph: Graph, read: list[Held], whole: Held | None) -> Guard:
    if whole is None:
        trees = _bundled_trees
    else:

        @cache
        def trees(iri: str) -> tuple[str, ...]:
            return _trees(graph, iri)

    under = {
        held.key: below(ROOTS[held.key], parents(graph, held.graph)) for held in read if held.key in ROOTS
    }
    return guard(under, trees)


@cache
def _bundled_guard() -> Guard:
    return guard({}, _bundled_trees)


@cache
def _bundled_trees(iri: str) -> tuple[str, ...]:
    ui = iri.removeprefix(MESH[""])
    if mesh.label(ui) is None:
        return ()
    heads = (ui,) if ui.startswith("D") else mesh.mapped_to(ui)
    return tuple(number for head in heads for number in mesh.tree_numbers(head))


def _trees(graph: Graph, iri: str) -> tuple[str, ...]:
    """Tree numbers of a descriptor, or of the headings that a supplementary record is mapped to."""
    ui = iri.removeprefix(MESH[""])
    heads = (ui,) if ui.startswith("D") else tuple(head.partition("Q")[0] for head in mapped_to(graph, ui))
    return tuple(
        words(quad.object).removeprefix(MESH[""])
        for head in heads
        for quad in graph.quads_of(subject=NamedNode(MESH[head]), predicate=MESHV["treeNumber"])
    )


# ── mappings ─────────────────────────────────────────────────────────────────────────────


def _published(graph: Graph) -> Iterator[Mapping]:
    """The mappings of all sets but the user's."""
    for name in graph.graph_names():
        if name.startswith(MAPPING_SETS) and name != USER:
            yield from _mappings(graph, name)


def _mappings(graph: Graph, name: str) -> Iterator[Mapping]:
    """The mappings of one set, from their nodes."""
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for column in (
        "subject_id",
        "predicate_id",
        "object_id",
        "mapping_justification",
        "predicate_modifier",
        "confidence",
    ):
        for quad in graph.quads_in(name, SSSOM[column]):
            told[words(quad.subject)][column] = words(quad.object)
    for node, cells in told.items():
        if not {"subject_id", "predicate_id", "object_id", "mapping_justification"} <= cells.keys():
            continue  # not a mapping that a loader has written
        yield Mapping(
            subject=cells["subject_id"],
            predicate=cells["predicate_id"],
            object=cells["object_id"],
            path=node,
            justification=cells["mapping_justification"],
            negated="predicate_modifier" in cells,
            confidence=Decimal(cells["confidence"]) if "confidence" in cells else None,
        )


def _of_the_user(graph: Graph) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Terms that the user links a concept to, and terms that he denies it."""
    stated: dict[str, set[str]] = defaultdict(set)
    denied: dict[str, set[str]] = defaultdict(set)
    for mapping in _mappings(graph, USER):
        (denied if mapping.negated else stated)[mapping.subject].add(mapping.object)
    return stated, denied
