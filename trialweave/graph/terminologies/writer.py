"""Records of a terminology or of a set of mappings as lines of N-Triples, for a named graph of its own.

Terms of OBO and OWL are written as the OBO Foundry's translation of OBO to OWL has them
(`rdfs:subClassOf`, `oio:hasExactSynonym`, `obo:IAO_0000115`); SKOS concepts in SKOS; MeSH in NLM's layout
with further names as `skos:altLabel` of the record itself. A mapping is the direct triple, unless it says
that it does not hold, and a `sssom:Mapping`; the labels of its ends are those of their terms. Statements
that a publisher gives as RDF stay as they are, but for blank nodes, which get names of ours (RDF 1.1,
section 3.5).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal

import pyoxigraph

from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import NamedNode, decimal_lexical
from trialweave.ontology.prefixes import namespace
from trialweave.records import Mapping, MappingSet, Relation, Synonym, Term, Terminology

FORM = 1
"""Raised whenever what is written of the same records changes, so that stores are written anew."""

OBO = namespace("obo")
OIO = namespace("oio")
OWL = namespace("owl")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
SSSOM = namespace("sssom")
XSD = namespace("xsd")

_SYNONYM = {
    "exact": OIO["hasExactSynonym"],
    "narrow": OIO["hasNarrowSynonym"],
    "broad": OIO["hasBroadSynonym"],
    "related": OIO["hasRelatedSynonym"],
}


def graph_name(header: Terminology | MappingSet) -> str:
    """The graph of one version of a terminology, or of a set of mappings.

    >>> from trialweave.records import Source
    >>> source = Source(file="hp.obo", format="obo", position=1, sha256="ab" * 32)
    >>> graph_name(Terminology(key="hp", source=source, version="2025-01-16"))
    'https://w3id.org/trialweave/graph/ontology/hp-2025-01-16'
    """
    if isinstance(header, MappingSet):
        return TWGRAPH[f"mappings/{_name(header.key)}"]
    return TWGRAPH[f"ontology/{_name(header.key)}-{_name(header.version or 'unversioned')}"]


def _name(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).strip("-") or "unnamed"


# ── terms ────────────────────────────────────────────────────────────────────────────────


def term_lines(term: Term) -> Iterator[str]:
    """The lines of one term. Raises ValueError for an IRI that is none.

    >>> from trialweave.ontology.prefixes import expand
    >>> term = Term(iri=expand("HP:0000822"), path="x", label="Hypertension", parents=(expand("HP:0032263"),))
    >>> [line.split()[1] for line in term_lines(term)][1:]
    ['<http://www.w3.org/2000/01/rdf-schema#label>', '<http://www.w3.org/2000/01/rdf-schema#subClassOf>']
    """
    if SKOS["Concept"] in term.types:
        yield from _skos(term)
    else:
        yield from _owl(term)


def read_lines(term: Term) -> Iterator[str]:
    """What reading has made of a term whose file is RDF: names, parents and relations, said plainly.

    All else stands in the statements of the file. Raises ValueError for an IRI that is none.
    """
    node = _iri(term.iri)
    skos = SKOS["Concept"] in term.types
    for synonym in term.synonyms:
        exact = skos and synonym.scope == "exact"
        yield _line(node, SKOS["altLabel"] if exact else _SYNONYM[synonym.scope], _text(synonym))
    above = RDFS["subPropertyOf"] if any(kind.endswith("Property") for kind in term.types) else None
    for parent in term.parents:
        yield _line(node, above or (SKOS["broader"] if skos else RDFS["subClassOf"]), _iri(parent))
    yield from _relations(node, term.relations)


def _owl(term: Term) -> Iterator[str]:
    node = _iri(term.iri)
    for kind in term.types or (OWL["Class"],):
        yield _line(node, RDF["type"], _iri(kind))
    if term.label is not None:
        yield _line(node, RDFS["label"], literal(term.label))
    if term.definition is not None:
        yield _line(node, OBO["IAO_0000115"], literal(term.definition))
    yield from read_lines(term)
    for notation in term.notations:
        yield _line(node, SKOS["notation"], literal(notation))
    yield from _notes(node, term)
    for other in term.alternative_ids:
        yield _line(node, OIO["hasAlternativeId"], literal(other))
    yield from _deprecated(node, term)


def _skos(term: Term) -> Iterator[str]:
    node = _iri(term.iri)
    for kind in term.types:
        yield _line(node, RDF["type"], _iri(kind))
    if term.label is not None:
        yield _line(node, SKOS["prefLabel"], literal(term.label))
    if term.definition is not None:
        yield _line(node, SKOS["definition"], literal(term.definition))
    yield from read_lines(term)
    for notation in (*term.notations, *term.alternative_ids):
        yield _line(node, SKOS["notation"], literal(notation))
    yield from _notes(node, term)
    yield from _deprecated(node, term)


def _relations(node: str, relations: tuple[Relation, ...]) -> Iterator[str]:
    for relation in relations:
        yield _line(node, relation.predicate, _iri(relation.target))


def _notes(node: str, term: Term) -> Iterator[str]:
    for note in term.notes:
        yield _line(node, SKOS["note"], literal(f"{note.kind}: {note.text}" if note.kind else note.text))
    for xref in term.xrefs:
        yield _line(node, OIO["hasDbXref"], literal(xref))


def _deprecated(node: str, term: Term) -> Iterator[str]:
    if term.deprecated:
        yield _line(node, OWL["deprecated"], f'"true"^^<{XSD["boolean"]}>')
    for other in term.replaced_by:
        yield _line(node, OBO["IAO_0100001"], _iri(other))


def _text(synonym: Synonym) -> str:
    return literal(synonym.text, synonym.language)


# ── mappings ─────────────────────────────────────────────────────────────────────────────


def mapping_lines(mapping: Mapping, key: str) -> Iterator[str]:
    """The lines of one mapping of the set `key`. Raises ValueError for an IRI that is none.

    >>> from trialweave.ontology.prefixes import expand
    >>> mapping = Mapping(
    ...     subject=expand("MONDO:0005044"),
    ...     predicate=expand("skos:exactMatch"),
    ...     object=expand("mesh:D006973"),
    ...     path="line 9",
    ...     justification=expand("semapv:ManualMappingCuration"),
    ... )
    >>> next(mapping_lines(mapping, "mondo")).split()[1]
    '<http://www.w3.org/2004/02/skos/core#exactMatch>'
    """
    subject, target = _iri(mapping.subject), _iri(mapping.object)
    if not mapping.negated:
        yield _line(subject, mapping.predicate, target)
    told = (
        mapping.subject,
        mapping.predicate,
        mapping.object,
        mapping.negated,
        mapping.justification,
        mapping.tool,
    )
    digest = hashlib.sha256("\x1f".join(map(str, told)).encode()).hexdigest()
    node = _iri(TWID[f"mapping/{_name(key)}/{digest[:16]}"])
    yield _line(node, RDF["type"], _iri(SSSOM["Mapping"]))
    yield _line(node, SSSOM["subject_id"], subject)
    yield _line(node, SSSOM["predicate_id"], _iri(mapping.predicate))
    yield _line(node, SSSOM["object_id"], target)
    yield _line(node, SSSOM["mapping_justification"], _iri(mapping.justification))
    if mapping.negated:
        yield _line(node, SSSOM["predicate_modifier"], literal("Not"))
    for predicate, number in (
        ("confidence", mapping.confidence),
        ("reviewer_agreement", mapping.reviewer_agreement),
    ):
        if number is not None:
            yield _line(node, SSSOM[predicate], _decimal(number))
    for predicate, text in (
        ("author_label", mapping.author),
        ("mapping_tool", mapping.tool),
        ("comment", mapping.comment),
    ):
        if text is not None:
            yield _line(node, SSSOM[predicate], literal(text))


def _decimal(value: Decimal) -> str:
    return f'"{decimal_lexical(value)}"^^<{XSD["decimal"]}>'


# ── N-Triples ────────────────────────────────────────────────────────────────────────────

# https://www.w3.org/TR/n-triples/#n-triples-grammar, the plain part of it: what else is lawful is parsed
_CHARACTERS = rb"[A-Za-z0-9._~/?!$&'()*+,;=:@-]*+"
_PLAIN_IRI = rb"<[A-Za-z][A-Za-z0-9+.-]*+:" + _CHARACTERS + rb"(?:#" + _CHARACTERS + rb")?+>"
_PLAIN_LITERAL = (
    rb"\"(?:[^\"\\\r\n]++|\\[tbnrf\"'\\])*+\""
    rb"(?:@[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*+|\^\^" + _PLAIN_IRI + rb")?+"
)
_PLAIN = (
    rb"(?>" + _PLAIN_IRI + rb" " + _PLAIN_IRI + rb" (?:" + _PLAIN_IRI + rb"|" + _PLAIN_LITERAL + rb") \.\n)*+"
)
_PLAIN_LINES = re.compile(_PLAIN)
_IS_PLAIN_IRI = re.compile(_PLAIN_IRI.decode())

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def literal(text: str, language: str | None = None) -> str:
    r"""A text as an N-Triples literal.

    >>> print(literal('a "b"\n', "en"))
    "a \"b\"\n"@en
    """
    tag = f"@{language}" if language else ""
    return f'"{text.translate(_ESCAPES)}"{tag}'


def _iri(iri: str) -> str:
    """An IRI in its brackets; raises ValueError where it is none."""
    written = f"<{iri}>"
    if not _IS_PLAIN_IRI.fullmatch(written):
        NamedNode(iri)  # raises for what an IRI cannot be
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
            raise ValueError(f"{iri!r} is no IRI")
    return written


def _line(node: str, predicate: str, value: str) -> str:
    return f"{node} {_iri(predicate)} {value} .\n"


class StatementLines:
    """Checks published N-Triples, chunk by chunk, and gives blank nodes names below `name`.

    The names count from the file's first blank node, so that the same bytes give the same graph.
    """

    def __init__(self, name: str) -> None:
        self._base = TWID[f"genid/{name}/"]
        self._names: dict[bytes, bytes] = {}

    def checked(self, lines: bytes) -> tuple[bytes, list[tuple[bytes, str]]]:
        """The lines that can be stored, and each that cannot with the reason."""
        if _PLAIN_LINES.fullmatch(lines) and _is_utf8(lines):
            return lines, []
        good, bad = [], []
        for line in lines.splitlines(keepends=True):
            named = self._named(line)
            try:
                list(pyoxigraph.parse(named, pyoxigraph.RdfFormat.N_TRIPLES))
            except SyntaxError as error:
                bad.append((line, f"no N-Triples: {error.msg}"))
            else:
                good.append(named)
        return b"".join(good), bad

    def _named(self, line: bytes) -> bytes:
        if b"_:" not in line:
            return line
        line = _BLANK_SUBJECT.sub(lambda found: self._name(found[1]), line)
        return _BLANK_OBJECT.sub(lambda found: found[1] + self._name(found[2]), line)

    def _name(self, label: bytes) -> bytes:
        number = len(self._names) + 1
        return self._names.setdefault(label, f"<{self._base}{number}>".encode())


_BLANK_SUBJECT = re.compile(rb"^_:(\S+)(?=\s)")
_BLANK_OBJECT = re.compile(rb"^(<[^>]*>\s+<[^>]*>\s+)_:([^\s\"]+?)(?=\s*\.\s*$)")


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
