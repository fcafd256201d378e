"""What published mappings say of two terms: the same, close, broader, or not the same at all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

from trialweave.ontology.prefixes import namespace
from trialweave.records.terminology import Mapping

SEMAPV = namespace("semapv")
SKOS = namespace("skos")

Relation = Literal["exact", "close", "broad"]

_RELATIONS: dict[str, tuple[Relation, Relation | None]] = {
    SKOS["exactMatch"]: ("exact", "exact"),
    SKOS["closeMatch"]: ("close", "close"),
    SKOS["broadMatch"]: ("broad", None),
}
_INVERSE: dict[str, Relation] = {SKOS["narrowMatch"]: "broad"}
_BY_PEOPLE = {
    SEMAPV["ManualMappingCuration"],
    SEMAPV["MappingReview"],
    SEMAPV["BackgroundKnowledgeBasedMatching"],
}


class Partner(NamedTuple):
    """A term that a mapping leads to, and how far the mapping can be trusted."""

    iri: str
    relation: Relation
    curated: bool
    confidence: Decimal | None
    justification: str


class Mappings(NamedTuple):
    """Partners of each term, in both directions, without those that a negative mapping denies."""

    partners: dict[str, tuple[Partner, ...]]
    denied: frozenset[tuple[str, str]]


NONE = Mappings({}, frozenset())


def mappings(published: Iterable[Mapping]) -> Mappings:
    """All mappings of all sets as one. A pair that any set denies is out, whatever the others say."""
    partners: dict[str, list[Partner]] = {}
    denied: set[tuple[str, str]] = set()
    for mapping in published:
        one, other = mapping.subject, mapping.object
        if mapping.negated:
            denied |= {(one, other), (other, one)}
            continue
        there, back = _RELATIONS.get(mapping.predicate, (None, _INVERSE.get(mapping.predicate)))
        curated = mapping.justification in _BY_PEOPLE
        for start, end, relation in ((one, other, there), (other, one, back)):
            if relation is not None:
                partner = Partner(end, relation, curated, mapping.confidence, mapping.justification)
                partners.setdefault(start, []).append(partner)
    return Mappings(
        {iri: tuple(p for p in found if (iri, p.iri) not in denied) for iri, found in partners.items()},
        frozenset(denied),
    )


def same(known: Mappings, iri: str, *, steps: int = 1) -> frozenset[str]:
    """Terms that curated exact mappings make the same as this one, at most so many steps away."""
    found = {iri}
    edge = {iri}
    for _ in range(steps):
        edge = {
            partner.iri
            for one in edge
            for partner in known.partners.get(one, ())
            if partner.relation == "exact" and partner.curated
        } - found
        found |= edge
    return frozenset(found - {iri})
