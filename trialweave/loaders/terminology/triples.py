"""From the triples of an RDF file to its ontology, its terms and its statements.

The triples are read twice, in flat memory but for names and class expressions: the first reading finds the
ontology and what its blank nodes are, the second gives the terms and all triples as they stand. Blank nodes
are numbered as they come, under the file's hash, so that the same bytes give the same names in every store.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

import pyoxigraph as ox

from trialweave.loaders.terminology import TerminologyItem, heading
from trialweave.loaders.terminology.laid_out import LaidOut
from trialweave.loaders.terminology.obo_ids import iri_of, local_name
from trialweave.loaders.terminology.rdf_terms import (
    SYNONYMS,
    TERMS,
    WANTED,
    Said,
    Structure,
    term,
)
from trialweave.ontology.prefixes import namespace
from trialweave.records import Rejected, Statements, Term

OIO = namespace("oio")
OWL = namespace("owl")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")

CHUNK = 10_000
"""Triples in one Statements."""

_ONTOLOGY = (OWL["Ontology"], SKOS["ConceptScheme"])
_OF_ONTOLOGY = {OWL["versionIRI"], *heading.LICENCE, *heading.TITLE, *heading.HOMEPAGE, *heading.VERSION}
_TYPE, _LABEL = RDF["type"], RDFS["label"]
_ANNOTATED = {
    OWL["annotatedSource"]: 0,
    OWL["annotatedProperty"]: 1,
    OWL["annotatedTarget"]: 2,
    OIO["hasSynonymType"]: 3,
}


Target: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Parse(Protocol):
    """Reads the file from its beginning; `lenient` lets IRIs and language tags pass that are none.

    Raises SyntaxError.
    """

    def __call__(self, *, lenient: bool) -> Iterable[ox.Quad]:
        """The triples in file order."""


def items(
    whole: LaidOut, parse: Parse, *, file: str, member: str | None, format_name: str
) -> Iterator[TerminologyItem]:
    """The ontology, its terms and statements. A file that is not well-formed is one Rejected.

    A triple with an IRI or a language tag that is none is set aside, and the rest goes on.
    """

    def set_aside(reason: str, position: int = 0) -> Rejected:
        return Rejected(file=file, member=member, position=position, reason=reason)

    if whole.problem is not None:
        yield set_aside(f"{whole.problem}; an ontology in RDF is read whole or not at all")
        return
    lenient = False
    try:
        try:
            first = _First(parse(lenient=False), whole.sha256)
        except SyntaxError:
            lenient = True
            first = _First(map(_checked, parse(lenient=True)), whole.sha256)
    except SyntaxError as error:
        yield set_aside(f"not well-formed: {error.msg}")
        return
    if not first.declares_terms:
        yield set_aside("RDF without a class, property or concept in it")
        return
    iri = first.ontology
    header = heading.terminology(
        whole,
        file=file,
        member=member,
        format_name=format_name,
        iri=iri,
        version=next(iter(first.about.get(iri or "", {}).get(OWL["versionIRI"], ())), None),
        stated=first.about.get(iri or "", {}),
    )
    yield header
    expand = iri_of(header.key, spaces={}, relations={})
    quads: Iterable[ox.Quad | str] = parse(lenient=lenient)
    for item in _second_reading(map(_checked, quads) if lenient else quads, first, expand, whole.sha256):
        yield set_aside(item.reason, item.position) if isinstance(item, _Problem) else item


class _Problem(NamedTuple):
    position: int
    reason: str


class _First:
    """The first reading: what the ontology says of itself, and what is needed to understand a term.

    `scattered` are the subjects whose triples do not stand together.
    """

    def __init__(self, quads: Iterable[ox.Quad | str], sha256: str) -> None:
        self.about: dict[str, dict[str, list[str]]] = {}
        self.scattered: set[str] = set()
        self.declares_terms = False
        self.structure = Structure({}, {}, {}, {}, {}, {})
        self._ontologies: list[str] = []
        self._axioms: dict[int, list[str | None]] = {}
        seen: set[str] = set()
        number = Numbers(sha256)
        current = None
        for quad in quads:
            if isinstance(quad, str):
                continue
            subject, predicate, target = quad.subject, quad.predicate.value, quad.object
            node = number(subject) if isinstance(subject, ox.BlankNode) else None
            other = number(target) if isinstance(target, ox.BlankNode) else None
            if node is not None:
                self._take_blank(node, predicate, target, other)
            elif isinstance(subject, ox.NamedNode):
                if subject.value != current:
                    current = subject.value
                    (self.scattered if current in seen else seen).add(current)
                self._take_named(current, predicate, target)
        self._name_kinds()

    @property
    def ontology(self) -> str | None:
        """The ontology's IRI: the first that states a version, else the first."""
        versioned = [one for one in self._ontologies if OWL["versionIRI"] in self.about.get(one, {})]
        return next(iter([*versioned, *self._ontologies]), None)

    def _take_named(self, iri: str, predicate: str, target: Target) -> None:
        if isinstance(target, ox.BlankNode | ox.Triple):
            return
        value = target.value
        if predicate == _TYPE:
            if value in _ONTOLOGY:
                self._ontologies.append(iri)
            elif value in TERMS:
                self.declares_terms = True
        elif predicate in _OF_ONTOLOGY and (predicate != _LABEL or iri in self._ontologies):
            self.about.setdefault(iri, {}).setdefault(predicate, []).append(value)

    def _take_blank(self, node: int, predicate: str, target: Target, other: int | None) -> None:
        structure = self.structure
        value = None if isinstance(target, ox.BlankNode | ox.Triple) else target.value
        slot = _ANNOTATED.get(predicate)
        if slot is not None:
            if slot == 1 and value not in SYNONYMS:
                self._axioms.pop(node, None)
            elif value is not None:
                self._axioms.setdefault(node, [None] * 4)[slot] = value
        elif predicate == RDF["first"]:
            found = other if value is None else value
            if found is not None:
                structure.first[node] = found
        elif predicate == RDF["rest"] and other is not None:
            structure.rest[node] = other
        elif predicate == OWL["intersectionOf"] and other is not None:
            structure.intersection[node] = other
        elif predicate == OWL["onProperty"] and value is not None:
            structure.on_property[node] = value
        elif predicate == OWL["someValuesFrom"] and value is not None:
            structure.some_values[node] = value

    def _name_kinds(self) -> None:
        for source, predicate, text, kind in self._axioms.values():
            if source is not None and predicate is not None and text is not None and kind is not None:
                self.structure.kinds[(source, predicate, text)] = local_name(kind)
        self._axioms.clear()


def _second_reading(
    quads: Iterable[ox.Quad | str], first: _First, expand: Callable[[str], str], sha256: str
) -> Iterator[Term | Statements | _Problem]:
    waiting: list[ox.Triple] = []
    collected: dict[str, list[Said]] = {}
    number = Numbers(sha256)
    current: str | None = None

    def finished(iri: str | None) -> Iterator[Term]:
        if iri in collected:
            found = term(iri, collected.pop(iri), first.structure, expand)
            if found is not None:
                yield found

    for position, quad in enumerate(quads, start=1):
        if isinstance(quad, str):
            yield _Problem(position, f"triple {position}: {quad}")
            continue
        subject, predicate, target = quad.subject, quad.predicate.value, quad.object
        if isinstance(subject, ox.NamedNode):
            if subject.value != current:
                if current not in first.scattered:
                    yield from finished(current)
                current = subject.value
            if predicate in WANTED and not isinstance(target, ox.Triple):
                said = (
                    Said(predicate, None, number(target))
                    if isinstance(target, ox.BlankNode)
                    else Said(predicate, target)
                )
                collected.setdefault(current, []).append(said)
        waiting.append(number.named(quad))
        if len(waiting) == CHUNK:
            yield _statements(waiting)
            waiting = []
    for iri in list(collected):
        yield from finished(iri)
    if waiting:
        yield _statements(waiting)


class Numbers:
    """The blank nodes of one file, numbered as they come."""

    def __init__(self, sha256: str) -> None:
        self._prefix = f"f{sha256[:16]}n"
        self._numbers: dict[str, int] = {}

    def __call__(self, node: ox.BlankNode) -> int:
        """The number of `node`, from 1."""
        return self._numbers.setdefault(node.value, len(self._numbers) + 1)

    def _name(self, node: ox.BlankNode) -> ox.BlankNode:
        return ox.BlankNode(f"{self._prefix}{self(node)}")

    def named(self, quad: ox.Quad) -> ox.Triple:
        """The triple with our names for its blank nodes."""
        subject, target = quad.subject, quad.object
        if isinstance(subject, ox.BlankNode):
            subject = self._name(subject)
        elif not isinstance(target, ox.BlankNode):
            return quad.triple
        if isinstance(target, ox.BlankNode):
            target = self._name(target)
        return ox.Triple(subject, quad.predicate, target)


def _statements(triples: list[ox.Triple]) -> Statements:
    lines = io.BytesIO()
    ox.serialize(triples, lines, format=ox.RdfFormat.N_TRIPLES)
    return Statements(lines=lines.getvalue())


def _checked(quad: ox.Quad | str) -> ox.Quad | str:
    """The triple itself, or what is wrong with it: built anew, each of its parts is checked."""
    if isinstance(quad, str):
        return quad
    for part in (quad.subject, quad.predicate, quad.object):
        try:
            if isinstance(part, ox.NamedNode):
                ox.NamedNode(part.value)
            elif isinstance(part, ox.Literal):
                ox.NamedNode(part.datatype.value)
                if part.language is not None:
                    ox.Literal(part.value, language=part.language)
        except ValueError as error:
            return f"{part}: {error}"
    return quad
