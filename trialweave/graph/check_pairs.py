"""Headings with a qualifier that NLM does not allow there, as the MeSH that a store holds tells.

Each descriptor of NLM's own MeSH lists the qualifiers that it may have (`meshv:allowableQualifier`). The
bundled MeSH has no such lists, nor have all copies of NLM's: then nothing is said. They cannot be made up
from the trees: the lists of single descriptors differ from those of their category.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialweave.graph.derive.terminology import SUBJECT_TERMS, mesh_uis
from trialweave.graph.quads import NamedNode, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies.mesh_terms import label, whole_mesh
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

MESH = namespace("mesh")
MESHV = namespace("meshv")
RDF = namespace("rdf")


class JudgedPair(Record, frozen=True):
    """A heading with a qualifier, in a publication; `message` says what is wrong with it, if anything."""

    publication: str
    message: str | None


def judged_pairs(graph: Graph) -> Iterator[JudgedPair]:
    """Every heading with a qualifier that can be judged.

    >>> list(judged_pairs(Graph.in_memory()))
    []
    """
    whole = whole_mesh(graph)
    complete = whole is not None and _lists_qualifiers(graph, whole.graph)
    allowed: dict[str, set[str] | None] = {}
    for predicate in SUBJECT_TERMS:
        for quad in graph.quads_of(predicate=predicate):
            uis = mesh_uis(quad.object)
            if uis is None:
                continue
            descriptor, qualifier = uis
            if qualifier is None:
                continue
            if descriptor not in allowed:
                allowed[descriptor] = _allowed(graph, descriptor, complete=complete)
            may_have = allowed[descriptor]
            if may_have is not None:
                wrong = qualifier not in may_have
                message = _message(graph, descriptor, qualifier, may_have) if wrong else None
                yield JudgedPair(publication=words(quad.subject), message=message)


def _lists_qualifiers(graph: Graph, name: str) -> bool:
    return next(graph.quads_in(name, MESHV["allowableQualifier"]), None) is not None


def _allowed(graph: Graph, descriptor: str, *, complete: bool) -> set[str] | None:
    """The qualifiers that a descriptor may have; None where the store does not tell."""
    node = NamedNode(MESH[descriptor])
    listed = graph.quads_of(subject=node, predicate=MESHV["allowableQualifier"])
    found = {words(quad.object).removeprefix(MESH[""]) for quad in listed}
    if found:
        return found
    known = next(graph.quads_of(subject=node, predicate=RDF["type"]), None) is not None
    return set() if complete and known else None


def _message(graph: Graph, descriptor: str, qualifier: str, allowed: set[str]) -> str:
    heading = f"{label(graph, descriptor) or descriptor}/{label(graph, qualifier) or qualifier}"
    if not allowed:
        return f"NLM allows no qualifier with this heading: {heading} ({descriptor}{qualifier})"
    return f"NLM does not allow this qualifier with this heading: {heading} ({descriptor}{qualifier})"
