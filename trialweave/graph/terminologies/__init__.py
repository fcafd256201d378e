"""Terminologies in the store: which there are, and their names, parents and mappings, whatever their form.

Each version of a terminology stands in a named graph of its own, each set of mappings too, in the
vocabulary that its publisher uses. The tables below say which predicates mean the same here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import Literal as RdfLiteral
from trialweave.graph.quads import NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import compact, namespace

MESHV = namespace("meshv")
OBO = namespace("obo")
OIO = namespace("oio")
RDFS = namespace("rdfs")
SKOS = namespace("skos")

ONTOLOGIES = TWGRAPH["ontology/"]
"""What the name of each terminology's graph begins with: `…/graph/ontology/<key>-<version>`."""

MAPPING_SETS = TWGRAPH["mappings/"]
"""What the name of each published mapping set's graph begins with."""

Role = Literal["label", "exact", "narrow", "broad", "related"]

NAMES: dict[str, Role] = {
    RDFS["label"]: "label",
    SKOS["prefLabel"]: "label",
    SKOS["altLabel"]: "exact",
    OIO["hasExactSynonym"]: "exact",
    OIO["hasNarrowSynonym"]: "narrow",
    OIO["hasBroadSynonym"]: "broad",
    OIO["hasRelatedSynonym"]: "related",
}
"""Predicates that give a term a name, and what kind of name."""

PARENTS = (RDFS["subClassOf"], SKOS["broader"], MESHV["broaderDescriptor"])
"""Predicates from a term to the terms right above it. MeSH's tree numbers say more: see `derive/closure`."""


class Name(NamedTuple):
    """One name of a term."""

    iri: str
    text: str
    role: Role


def names(graph: Graph, terminology: str) -> Iterator[Name]:
    """All names of all terms of one terminology's graph, in no order."""
    for predicate, role in NAMES.items():
        for quad in graph.quads_in(terminology, predicate):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, RdfLiteral):
                yield Name(quad.subject.value, quad.object.value, role)


def parents(graph: Graph, terminology: str) -> Iterator[tuple[str, str]]:
    """Each term with each term right above it, in no order; anonymous classes are left out."""
    for predicate in PARENTS:
        for quad in graph.quads_in(terminology, predicate):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                yield quad.subject.value, quad.object.value


def terminology_of(term: str) -> str:
    """The key of the terminology that an IRI belongs to, by its namespace; the IRI where none is known.

    >>> terminology_of("http://id.nlm.nih.gov/mesh/D006973"), terminology_of(OBO["UBERON_0000948"])
    ('mesh', 'uberon')
    """
    if term.startswith(OBO[""]):
        return term.removeprefix(OBO[""]).partition("_")[0].lower()
    prefix, colon, _ = compact(term).partition(":")
    return prefix.lower() if colon and not term.startswith(f"{prefix}:") else term


_FIRST = ("mesh", "hp", "mondo", "chebi", "ncit")
"""Terminologies in the order of preference; others follow by the alphabet."""


def preference(term: str) -> tuple[int, str, str]:
    """Where a term stands among others that mean the same: the least is taken.

    >>> min([OBO["CHEBI_50924"], "http://id.nlm.nih.gov/mesh/D000077157"], key=preference)
    'http://id.nlm.nih.gov/mesh/D000077157'
    """
    key = terminology_of(term)
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST), key, term)
