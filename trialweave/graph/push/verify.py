"""What another store can hold, and whether it holds what it was sent.

Stores alter terms without a word: Virtuoso writes `true` as 1, cuts decimals after 15 digits, long IRIs and
long texts. Before a push, terms beyond a store's limits are found; after it, triples are counted in every
graph, and the terms of a sample of graphs are compared one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Context, Decimal, InvalidOperation

import pyoxigraph

from trialweave.graph.endpoint import Endpoint
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.push.presets import Preset
from trialweave.graph.quads import INTEGER_TYPES, Literal, NamedNode, Term
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

XSD = namespace("xsd")

_PAGE = 5_000
"""Rows asked for at a time, below what stores give at most (Virtuoso: 10,000 unless told otherwise)."""

_SAMPLE = 20
_LARGEST_SAMPLED = 5_000  # triples

_EXACT = INTEGER_TYPES | {XSD["decimal"]}


def unfit(lines: list[bytes], preset: Preset) -> str | None:
    """Why a store cannot hold these lines of N-Triples as they are; None if nothing speaks against it."""
    longest = min(preset.longest_iri or 1 << 62, preset.longest_literal or 1 << 62)
    for line in lines:
        if line.startswith(b"_:") or (b" _:" in line and _has_blank_node(line)):
            return "a blank node, which has another name after each load"
        if len(line) > longest and (problem := _too_long(line, preset)):
            return problem
    return None


def _has_blank_node(line: bytes) -> bool:
    return any(isinstance(term, pyoxigraph.BlankNode) for term in _terms(line))


def _terms(line: bytes) -> list[Term]:
    quad = next(iter(pyoxigraph.parse(line, pyoxigraph.RdfFormat.N_TRIPLES)))
    return [quad.subject, quad.predicate, quad.object]


def _too_long(line: bytes, preset: Preset) -> str | None:
    for term in _terms(line):
        length = len(term.value) if isinstance(term, NamedNode | Literal) else 0
        limit = preset.longest_iri if isinstance(term, NamedNode) else preset.longest_literal
        if limit is not None and length > limit:
            kind = "an IRI" if isinstance(term, NamedNode) else "a text"
            return f"{kind} of {length:,} characters, where it takes {limit:,} at most ({str(term)[:60]}…)"
    return None


def held_sizes(endpoint: Endpoint) -> dict[str, int]:
    """Triples of every graph of ours in another store."""
    query = f"""
    SELECT ?graph (COUNT(*) AS ?n) WHERE {{
      GRAPH ?graph {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?graph), "{TWGRAPH[""]}"))
    }} GROUP BY ?graph"""
    return {row["graph"].value: int(row["n"].value) for row in paged(endpoint, query, by="?graph")}


def paged(endpoint: Endpoint, query: str, *, by: str) -> Iterator[pyoxigraph.QuerySolution]:
    """All rows of a query, in pages, as stores limit the rows of one answer."""
    page = 0
    while True:
        rows = list(endpoint.select(f"{query} ORDER BY {by} LIMIT {_PAGE} OFFSET {page * _PAGE}"))
        yield from rows
        if len(rows) < _PAGE:
            return
        page += 1


def differences(graph: Graph, endpoint: Endpoint, sizes: dict[str, int], preset: Preset) -> list[str]:
    """Where the other store does not hold what this graph holds, in words."""
    there = held_sizes(endpoint)
    found = [
        f"{name}: {there.get(name, 0):,} triples there, {size:,} here"
        for name, size in sizes.items()
        if there.get(name, 0) != size
    ]
    return found or [
        problem for name in _sample(sizes) for problem in _altered(graph, endpoint, name, preset)
    ]


def _sample(sizes: dict[str, int]) -> list[str]:
    """Some graphs, always the same ones, not the first."""
    small = [name for name, size in sizes.items() if size <= _LARGEST_SAMPLED]
    return sorted(small, key=lambda name: hashlib.sha256(name.encode()).digest())[:_SAMPLE]


def _altered(graph: Graph, endpoint: Endpoint, name: str, preset: Preset) -> Iterator[str]:
    """The terms of one graph that are not there as they are here."""
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {NamedNode(name)} {{ ?s ?p ?o }} }}"
    found = endpoint.query(query)
    if not isinstance(found, pyoxigraph.QueryTriples):
        raise TypeError("a CONSTRUCT gives triples")
    there = {_canonical(triple.subject, triple.predicate, triple.object, preset) for triple in found}
    for quad in graph.quads(name):
        if _canonical(quad.subject, quad.predicate, quad.object, preset) not in there:
            yield f"{name}: {quad.subject} {quad.predicate} {quad.object} is not there as it was sent"


def _canonical(subject: Term, predicate: NamedNode, value: Term, preset: Preset) -> tuple[str, str, str]:
    return str(subject), predicate.value, _canonical_object(value, preset)


def _canonical_object(value: Term, preset: Preset) -> str:
    """A term as all stores may write it: numbers by their value, truth as 1, languages in small letters."""
    if not isinstance(value, Literal):
        return str(value)
    datatype = value.datatype.value
    if datatype in _EXACT:
        try:
            number = Decimal(value.value)
        except InvalidOperation:
            return str(value)
        return str(
            Context(prec=preset.digits).plus(number).normalize() if preset.digits else number.normalize()
        )
    if datatype == XSD["boolean"]:
        return "1" if value.value in ("true", "1") else "0"
    return str(Literal(value.value, language=value.language.lower())) if value.language else str(value)
