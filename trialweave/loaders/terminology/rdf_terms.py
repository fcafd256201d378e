"""From what an RDF file says of one subject to its term.

Parents are the named classes right above (`rdfs:subClassOf`, `rdfs:subPropertyOf`, `skos:broader`) and the
named parts of a logical definition; relations are the restrictions `owl:someValuesFrom` of both. What a file
means otherwise is in its statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from trialweave.errors import LoadError
from trialweave.loaders.terminology.obo_ids import MATCHES
from trialweave.ontology.prefixes import namespace
from trialweave.records import Relation, Scope, Synonym, Term

DCTERMS = namespace("dcterms")
OBO = namespace("obo")
OIO = namespace("oio")
OWL = namespace("owl")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
XSD = namespace("xsd")

TYPE = RDF["type"]
TERMS = {
    OWL[name]
    for name in ("AnnotationProperty", "Class", "DatatypeProperty", "NamedIndividual", "ObjectProperty")
} | {RDFS["Class"], RDF["Property"], SKOS["Concept"]}
"""Of what type a subject must be to be a term."""

SYNONYMS: dict[str, tuple[Scope, str | None]] = {
    OIO["hasExactSynonym"]: ("exact", None),
    OIO["hasNarrowSynonym"]: ("narrow", None),
    OIO["hasBroadSynonym"]: ("broad", None),
    OIO["hasRelatedSynonym"]: ("related", None),
    SKOS["altLabel"]: ("exact", None),
    OBO["IAO_0000111"]: ("exact", "editor preferred term"),
    OBO["IAO_0000118"]: ("related", "alternative term"),
}
"""Predicates that give another name, with its scope and what the vocabulary calls it."""

_LABELS = (RDFS["label"], SKOS["prefLabel"])
_DEFINITIONS = (OBO["IAO_0000115"], SKOS["definition"])
_PARENTS = {RDFS["subClassOf"], RDFS["subPropertyOf"], SKOS["broader"]}
_ABOVE = {RDFS["subClassOf"], OWL["equivalentClass"]}
_REPLACED_BY = {OBO["IAO_0100001"], DCTERMS["isReplacedBy"]}
_RELATED = {OIO["consider"], OWL["equivalentClass"], OWL["disjointWith"], *MATCHES}
_THING = OWL["Thing"]
_NOTATION, _XREF = SKOS["notation"], OIO["hasDbXref"]
_ALTERNATIVE, _DEPRECATED = OIO["hasAlternativeId"], OWL["deprecated"]

WANTED = (
    {TYPE, *_LABELS, *_DEFINITIONS, *SYNONYMS, _NOTATION, _XREF, _ALTERNATIVE, _DEPRECATED}
    | _PARENTS
    | _ABOVE
    | _REPLACED_BY
    | _RELATED
)
"""The predicates from which terms are made."""


class Said(NamedTuple):
    """One thing said of a subject; a blank node has its number in `blank`."""

    predicate: str
    value: ox.NamedNode | ox.Literal | None
    blank: int | None = None


class Structure(NamedTuple):
    """What the blank nodes of a file are, by their numbers: restrictions, intersections, lists.

    `kinds` are the types of synonyms, by (term, predicate, text).
    """

    on_property: dict[int, str]
    some_values: dict[int, str]
    intersection: dict[int, int]
    first: dict[int, str | int]
    rest: dict[int, int]
    kinds: dict[tuple[str, str, str], str]

    def parts(self, node: int) -> Iterator[str | Relation]:
        """The named classes and the relations that a class expression is made of, as far as it says `and`."""
        target = self.some_values.get(node)
        if node in self.on_property and target is not None and not target.startswith(XSD.iri):
            yield Relation(predicate=self.on_property[node], target=target)
        at = self.intersection.get(node)
        met = {node}
        while at is not None and at not in met:
            met.add(at)
            one = self.first.get(at)
            if isinstance(one, str):
                yield one
            elif one is not None and one not in self.intersection:
                yield from self.parts(one)
            at = self.rest.get(at)


def term(iri: str, said: Sequence[Said], structure: Structure, expand: Callable[[str], str]) -> Term | None:
    """The term, or None where the subject is not declared to be one; `expand` makes IRIs of CURIEs."""
    types = [one.value.value for one in said if one.predicate == TYPE and one.value is not None]
    if TERMS.isdisjoint(types):
        return None
    labels = _texts(said, _LABELS)
    parents: list[str] = []
    relations: list[Relation] = []
    for one in said:
        if isinstance(one.value, ox.NamedNode):
            if one.predicate in _PARENTS and one.value.value != _THING:
                parents.append(one.value.value)
            elif one.predicate in _RELATED:
                relations.append(Relation(predicate=one.predicate, target=one.value.value))
        elif one.blank is not None and one.predicate in _ABOVE:
            for part in structure.parts(one.blank):
                if isinstance(part, str):
                    parents.append(part)
                else:
                    relations.append(part)
    return Term(
        iri=iri,
        path=iri,
        label=labels[0].value if labels else None,
        types=tuple(types),
        definition=next((one.value for one in _texts(said, _DEFINITIONS)), None),
        synonyms=tuple(_synonyms(iri, said, labels[1:], structure)),
        parents=tuple(dict.fromkeys(parents)),
        relations=tuple(dict.fromkeys(relations)),
        notations=_values(said, _NOTATION),
        xrefs=_values(said, _XREF),
        alternative_ids=_values(said, _ALTERNATIVE),
        deprecated=any(value in ("true", "1") for value in _values(said, _DEPRECATED)),
        replaced_by=tuple(dict.fromkeys(_replacements(said, expand))),
    )


def _texts(said: Sequence[Said], predicates: tuple[str, ...]) -> list[ox.Literal]:
    """The texts, those in English or in no stated language first, else in the order of the predicates."""
    texts = [
        one.value
        for predicate in predicates
        for one in said
        if one.predicate == predicate and isinstance(one.value, ox.Literal) and one.value.value
    ]
    return sorted(texts, key=lambda text: not (text.language or "en").lower().startswith("en"))


def _synonyms(
    iri: str, said: Sequence[Said], labels: Sequence[ox.Literal], structure: Structure
) -> Iterator[Synonym]:
    found = [Synonym(text=one.value, kind="label", language=one.language) for one in labels]
    for one in said:
        known = SYNONYMS.get(one.predicate)
        if known is not None and isinstance(one.value, ox.Literal) and one.value.value:
            scope, name = known
            kind = structure.kinds.get((iri, one.predicate, one.value.value), name)
            found.append(Synonym(text=one.value.value, scope=scope, kind=kind, language=one.value.language))
    yield from dict.fromkeys(found)


def _values(said: Sequence[Said], predicate: str) -> tuple[str, ...]:
    values = (one.value.value for one in said if one.predicate == predicate and one.value is not None)
    return tuple(dict.fromkeys(values))


def _replacements(said: Sequence[Said], expand: Callable[[str], str]) -> Iterator[str]:
    for one in said:
        if one.predicate not in _REPLACED_BY or one.value is None:
            continue
        if isinstance(one.value, ox.NamedNode):
            yield one.value.value
        elif ":" in one.value.value and " " not in one.value.value:
            try:
                yield expand(one.value.value)
            except LoadError:
                continue  # a text that names no term; it stands among the statements
