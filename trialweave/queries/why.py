"""Why: on what ways a drug, a condition or an event counts as within a class, step by step.

One shortest way for each basis, made of the same steps as `tw:within` (graph/membership), and of each step
who says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from trialweave.graph.drug_classes import CURATED, USER
from trialweave.graph.membership import CONCEPTS, HAS_ROLE, Node, Step, classes_at, start, steps
from trialweave.graph.quads import Literal, NamedNode, Quad, Term, graph_of, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies import MAPPING_SETS, NAMES, ONTOLOGIES
from trialweave.ontology.hierarchy import closure, shortest_path
from trialweave.ontology.prefixes import compact, namespace
from trialweave.queries.concepts import resolve_concept
from trialweave.queries.table import Table

DCTERMS = namespace("dcterms")
MESHV = namespace("meshv")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
SSSOM = namespace("sssom")
TW = namespace("tw")

COLUMNS = ("way", "basis", "step", "from", "how", "to", "to_name", "says")

_PREDICATES = {
    "is a": (RDFS["subClassOf"], SKOS["broader"]),
    "has role": (HAS_ROLE,),
    "action": (MESHV["pharmacologicalAction"],),
    "mapped heading": (MESHV["preferredMappedTo"], MESHV["mappedTo"]),
    "tree": (MESHV["parentTreeNumber"],),
}


def why(graph: Graph, term: str, containing: str) -> Table:
    """The ways on which `term` counts as within the class `containing`, one row a step.

    Both are labels, CURIEs or IRIs. A label that sources use starts from its local concept (one for each
    kind: drug, condition, event), so that the link is part of the way; anything else from the term itself.
    Columns: `way` (its number), `basis`, `step` (from 1), `from`, `how`, `to`, `to_name`, `says` (who says
    so: terminology and version, or justification and confidence, or citation and date). No rows: no way.

    Raises QueryError where a name cannot be resolved.
    """
    goal = resolve_concept(graph, containing).value
    rows: list[tuple[Term | None, ...]] = []
    for iri in _starts(graph, term):
        for basis, path in _ways(graph, start(iri), goal):
            number = len({row[0] for row in rows}) + 1
            for step, (lower, how, upper, says) in enumerate(_told(graph, path), start=1):
                rows.append(
                    (
                        Literal(number),
                        Literal(basis),
                        Literal(step),
                        NamedNode(lower),
                        Literal(how),
                        NamedNode(upper),
                        _name(graph, upper),
                        Literal(says),
                    )
                )
    return Table(columns=COLUMNS, rows=tuple(rows))


def _starts(graph: Graph, given: str) -> list[str]:
    """The local concepts with this label, one of each kind (spelt as given before others); else the term."""
    wanted = " ".join(given.split())
    query = f"""
    SELECT DISTINCT ?concept ?label WHERE {{
      ?concept <{SKOS["prefLabel"]}> ?label ; a <{SKOS["Concept"]}> .
      VALUES ?wanted {{ {Literal(wanted.lower())} }}
      FILTER(LCASE(?label) = ?wanted && STRSTARTS(STR(?concept), "{CONCEPTS}"))
    }}"""
    found = [(row["label"].value != wanted, row["concept"].value) for row in graph.select(query)]
    by_kind: dict[str, str] = {}
    for _, concept in sorted(found):
        by_kind.setdefault(concept.removeprefix(CONCEPTS).partition("/")[0], concept)
    return sorted(by_kind.values()) or [resolve_concept(graph, given).value]


def _ways(graph: Graph, first: Node, goal: str) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """A shortest way to the goal for each basis that has one, in the order of the bases."""

    def above(node: Node) -> list[Node]:
        return [step.to for step in steps(graph, node)]

    def is_goal(node: Node) -> bool:
        return node.state != "concept" and goal in classes_at(graph, node)

    reached = closure([first], above)[first]
    for basis in sorted({node.basis for node in reached if is_goal(node)}):
        goals = {node for node in reached if is_goal(node) and node.basis == basis}
        path = shortest_path(first, above, is_goal=goals.__contains__)
        if path is not None:
            yield basis, path


def _told(graph: Graph, path: tuple[Node, ...]) -> Iterator[tuple[str, str, str, str]]:
    """From, how, to and who says so, for each step; a term and its place in a tree are one."""
    for lower, upper in pairwise(path):
        step = next(step for step in steps(graph, lower) if step.to == upper)
        if step.kind is not None:
            yield _iri(graph, lower), step.kind, _iri(graph, upper), _says(graph, lower, step)


def _iri(graph: Graph, node: Node) -> str:
    return classes_at(graph, node)[0]


def _says(graph: Graph, lower: Node, step: Step) -> str:
    if step.kind in ("link", "broader link"):
        return _mapping_says(graph, lower.iri, step.to.iri)
    if step.kind == "mapping":
        return _mapping_says(graph, _iri(graph, lower), step.to.iri)
    if step.kind == "curated row":
        return _row_says(graph, lower.iri, step.to)
    quads = (
        quad
        for predicate in _PREDICATES[step.kind or "tree"]
        for quad in graph.quads_of(
            subject=NamedNode(lower.iri), predicate=predicate, value=NamedNode(step.to.iri)
        )
    )
    sources = ", ".join(sorted({_short(quad) for quad in quads}))
    if step.kind == "tree":
        return f"{sources}: {compact(lower.iri)} is below {compact(step.to.iri)}"
    return sources


def _short(quad: Quad) -> str:
    """The terminology and version, or the mapping set, that a quad stands in."""
    return (graph_of(quad) or "").removeprefix(ONTOLOGIES).removeprefix(MAPPING_SETS)


def _mapping_says(graph: Graph, one: str, other: str) -> str:
    """Justification, confidence, rule and source of the mapping between two, in either direction."""
    found: set[str] = set()
    for subject, target in ((one, other), (other, one)):
        for quad in graph.quads_of(predicate=SSSOM["subject_id"], value=NamedNode(subject)):
            if not isinstance(quad.subject, NamedNode):
                continue
            said = {q.predicate.value: words(q.object) for q in graph.quads_of(subject=quad.subject)}
            if said.get(SSSOM["object_id"]) != target or SSSOM["predicate_modifier"] in said:
                continue
            parts = [compact(said.get(SSSOM["mapping_justification"], "no justification stated"))]
            if SSSOM["confidence"] in said:
                parts.append(f"confidence {said[SSSOM['confidence']]}")
            parts += [
                said[SSSOM[name]] for name in ("match_string", "comment", "author_id") if SSSOM[name] in said
            ]
            if _short(quad) and not subject.startswith(CONCEPTS):
                parts.append(_short(quad))
            found.add(", ".join(parts))
    return "; ".join(sorted(found))


def _row_says(graph: Graph, drug: str, to: Node) -> str:
    """Reason, citation and date of the row that puts a drug in a class, in the table that the step names."""
    wanted = {"curated": CURATED, "user": USER}[to.basis]
    for quad in graph.quads_of(predicate=RDF["subject"], value=NamedNode(drug)):
        if graph_of(quad) != wanted or not isinstance(quad.subject, NamedNode):
            continue
        said = {q.predicate.value: words(q.object) for q in graph.quads_of(subject=quad.subject)}
        if said.get(RDF["object"]) == to.iri:
            return f"{said[TW['basis']]}: {said[DCTERMS['source']]}, row of {said[DCTERMS['date']]}"
    return ""


def _name(graph: Graph, iri: str) -> Literal | None:
    """The label of a term, as its terminology spells it."""
    for predicate, role in NAMES.items():
        if role == "label":
            found = sorted(
                quad.object.value
                for quad in graph.quads_of(subject=NamedNode(iri), predicate=predicate)
                if isinstance(quad.object, Literal)
            )
            if found:
                return Literal(found[0])
    return None
