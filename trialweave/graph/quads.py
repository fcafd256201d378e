"""Terms and quads, and the one way to write a named graph.

RDF terms are pyoxigraph's; the rooms above take them from here. A `GraphWriter` collects the
triples of one named graph, without duplicates, and leaves out whatever is absent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from trialweave.ontology.prefixes import namespace

__all__ = [
    "BlankNode",
    "GraphWriter",
    "Literal",
    "NamedNode",
    "Quad",
    "Term",
    "Triple",
    "content_hash",
    "graph_of",
    "words",
]

Term = NamedNode | BlankNode | Literal | Triple

XSD = namespace("xsd")
RDF = namespace("rdf")

INTEGER_TYPES = frozenset(
    XSD[name] for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger")
)
"""IRIs of the datatypes whose values are whole numbers."""

DECIMAL_TYPES = frozenset(XSD[name] for name in ("decimal", "double", "float"))
"""IRIs of the datatypes of other numbers."""

NUMBER_TYPES = INTEGER_TYPES | DECIMAL_TYPES

_INTEGER = NamedNode(XSD["integer"])
_DECIMAL = NamedNode(XSD["decimal"])
_BOOLEAN = NamedNode(XSD["boolean"])
_TYPE = NamedNode(RDF["type"])

_DATE_TYPES = (
    (re.compile(r"\d{4}-\d\d-\d\d"), NamedNode(XSD["date"])),
    (re.compile(r"\d{4}-\d\d"), NamedNode(XSD["gYearMonth"])),
    (re.compile(r"\d{4}"), NamedNode(XSD["gYear"])),
)


def date_literal(value: str) -> Literal:
    """A date, typed as precisely as it is given; free text ("2020 Spring") stays a string.

    >>> date_literal("2021-03").datatype.value
    'http://www.w3.org/2001/XMLSchema#gYearMonth'
    >>> date_literal("2020 Spring").datatype.value
    'http://www.w3.org/2001/XMLSchema#string'
    """
    for pattern, datatype in _DATE_TYPES:
        if pattern.fullmatch(value):
            return Literal(value, datatype=datatype)
    return Literal(value)


def decimal_lexical(value: Decimal) -> str:
    """The canonical xsd:decimal form, without exponent or trailing zeros.

    >>> decimal_lexical(Decimal("0.50")), decimal_lexical(Decimal("1E+2")), decimal_lexical(Decimal("12"))
    ('0.5', '100', '12')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def words(term: Term) -> str:
    """The IRI, the blank node's label or the text of a term.

    >>> words(NamedNode("http://example.org/a")), words(Literal(3))
    ('http://example.org/a', '3')
    """
    return str(term) if isinstance(term, Triple) else term.value


def graph_of(quad: Quad) -> str | None:
    """The IRI of the named graph that a quad stands in; None for the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else None


Value = Term | str | int | Decimal | bool


def to_term(value: Value) -> Term:
    """The RDF term of a Python value; a plain `str` is a string literal, never an IRI."""
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=_BOOLEAN)
    if isinstance(value, int):
        return Literal(str(value), datatype=_INTEGER)
    if isinstance(value, Decimal):
        return Literal(decimal_lexical(value), datatype=_DECIMAL)
    if isinstance(value, str):
        return Literal(value)
    return value


class GraphWriter:
    """Collects the triples of one named graph.

    >>> graph = GraphWriter("http://example.org/g")
    >>> arm = graph.node("http://example.org/arm", "http://example.org/Arm")
    >>> graph.add(arm, "http://example.org/size", 110)
    >>> graph.add(arm, "http://example.org/dose", None)      # absent: nothing is written
    >>> len(list(graph.quads()))
    2
    """

    def __init__(self, name: str) -> None:
        self.name = NamedNode(name)
        self._quads: dict[Quad, None] = {}

    def add(self, subject: NamedNode, predicate: str, value: Value | None) -> None:
        """Write one triple; an absent value writes nothing."""
        if value is not None:
            self._quads[Quad(subject, NamedNode(predicate), to_term(value), self.name)] = None

    def add_all(self, subject: NamedNode, predicate: str, values: Iterable[Value]) -> None:
        """Write one triple a value."""
        for value in values:
            self.add(subject, predicate, value)

    def node(self, iri: str, *types: str) -> NamedNode:
        """The node of an IRI, with its types."""
        node = NamedNode(iri)
        for type_iri in types:
            self._quads[Quad(node, _TYPE, NamedNode(type_iri), self.name)] = None
        return node

    def quads(self) -> Iterator[Quad]:
        """The quads, in the order of writing."""
        return iter(self._quads)

    def __len__(self) -> int:
        return len(self._quads)


def content_hash(quads: Iterable[Quad]) -> str:
    """SHA-256 of the sorted N-Quads lines: the same for the same set of quads.

    Blank nodes are hashed by their label: graphs that hold them are made stable before.
    """
    digest = hashlib.sha256()
    for line in sorted(str(quad) for quad in quads):
        digest.update(line.encode())
        digest.update(b"\n")
    return digest.hexdigest()
