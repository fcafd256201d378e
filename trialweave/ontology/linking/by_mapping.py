"""What mappings add to the links that names make, and what they take away."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.ontology.linking.decision import Candidate, Guard, Link, Predicate, trusted
from trialweave.ontology.linking.forms import Kind
from trialweave.ontology.linking.index import Index, Name
from trialweave.ontology.linking.mappings import Mappings, Partner, same


def without_contradictions(
    links: list[Link], known: Index, mapped: Mappings
) -> tuple[list[Link], tuple[Candidate, ...]]:
    """Leave out a link by synonym where mappings say that another terminology's link means something else.

    A synonym may be loose or wrong. Where curated mappings lead from its term to a term of another
    terminology in which the label is the *preferred* name of a different one, the synonym gives way.
    """
    exact = [link for link in links if link.predicate == "exact"]
    out: dict[str, Link] = {}
    for loose in exact:
        if "synonym" not in loose.rules:
            continue
        there = same(mapped, loose.iri, steps=2)
        for firm in exact:
            if "synonym" in firm.rules or firm.terminology == loose.terminology or firm.iri in there:
                continue
            if (loose.iri, firm.iri) in mapped.denied or any(
                iri for iri in there if known.terminology(iri) == firm.terminology
            ):
                out[loose.iri] = firm
    reason = "mappings say that its preferred name elsewhere means something else"
    left_out = tuple(
        Candidate(link.terminology, link.iri, link.label, link.match, reason)
        for link in exact
        if link.iri in out
    )
    return [link for link in links if link.predicate != "exact" or link.iri not in out], left_out


def through_mappings(
    links: list[Link], known: Index, kind: Kind, guard: Guard, mapped: Mappings
) -> list[Link]:
    """Add what mappings lead to, in terminologies where the label has no exact link yet."""
    exact = [link for link in links if link.predicate == "exact"]
    have = {link.terminology for link in exact}
    reached: dict[str, dict[str, tuple[Partner, Link]]] = {}
    for link in exact:
        for partner in mapped.partners.get(link.iri, ()):
            terminology = known.terminology(partner.iri)
            if terminology is None or terminology in have:
                continue
            label = known.labels.get(partner.iri)
            if (
                label is None
                or _narrows(label, link.match)
                or not guard(Name(terminology, partner.iri, label, "label"), kind)
            ):
                continue  # withdrawn since, narrower than what was said, or no such thing
            kept = reached.setdefault(terminology, {})
            if partner.iri not in kept or _rank(partner) < _rank(kept[partner.iri][0]):
                kept[partner.iri] = (partner, link)
    added = []
    for terminology, found in reached.items():
        first = min(_rank(partner) for partner, _ in found.values())
        best = [(partner, link) for partner, link in found.values() if _rank(partner) == first]
        if len(best) == 1:
            added.append(_chained(terminology, *best[0], known))
    replaced = {link.terminology for link in added if link.predicate == "exact"}
    return [
        *(link for link in links if link.predicate == "exact" or link.terminology not in replaced),
        *added,
    ]


_NARROWING = re.compile(
    r"\b(?:congenital|familial|hereditary|inherited|primary|acquired|recurrent|atopic)\b", re.IGNORECASE
)


def _narrows(label: str, said: str) -> bool:
    """Whether a term's label has a word that narrows what was said, which mappings at times pass over.

    >>> _narrows("congenital mitral valve insufficiency", "Mitral Valve Insufficiency")
    True
    """
    added = {word.casefold() for word in _NARROWING.findall(label)}
    return not added <= {word.casefold() for word in _NARROWING.findall(said)}


def _rank(partner: Partner) -> tuple[int, bool]:
    return ("exact", "close", "broad").index(partner.relation), not partner.curated


def _chained(terminology: str, partner: Partner, link: Link, known: Index) -> Link:
    rules = [*link.rules, f"{partner.relation} mapping"]
    if not partner.curated:
        rules.append("predicted mapping")
    relation: Predicate = partner.relation
    if relation == "exact" and not partner.curated:
        relation = "close"
    confidence = trusted(rules)
    if partner.confidence is not None:
        confidence = (confidence * partner.confidence).quantize(Decimal("0.001"))
    return Link(
        terminology,
        partner.iri,
        known.labels.get(partner.iri),
        relation,
        "MappingChaining",
        confidence,
        link.match,
        tuple(rules),
    )


_MALIGNANT = re.compile(
    r"cancer|malignan|carcino|sarcoma|blastoma|lymphoma|leuk|myeloma|metasta", re.IGNORECASE
)
_MAYBE_BENIGN = re.compile(r"neoplasm|tumou?r|mass\b", re.IGNORECASE)


def as_wide_as_said(found: Link, label: str) -> Link:
    """A cancer is a neoplasm, a carcinoma is a cancer, and neither is the same, whatever synonyms say."""
    if found.predicate not in ("exact", "close") or found.label is None:
        return found
    if _MALIGNANT.search(label) and _MAYBE_BENIGN.search(found.label) and not _MALIGNANT.search(found.label):
        return _lessened(found, "broad", "a cancer is a neoplasm")
    if (
        found.predicate == "exact"
        and "cancer" in label.casefold()
        and "carcinoma" not in label.casefold()
        and "carcinoma" in found.label.casefold()
    ):
        return _lessened(found, "close", "a carcinoma is a cancer")
    return found


def _lessened(found: Link, predicate: Predicate, rule: str) -> Link:
    confidence = (found.confidence * trusted([rule])).quantize(Decimal("0.001"))
    return found._replace(predicate=predicate, rules=(*found.rules, rule), confidence=confidence)
