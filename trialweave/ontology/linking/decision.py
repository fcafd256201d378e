"""What is decided of a label: its links, each with its grounds and how far they are trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

from trialweave.ontology.linking import findings
from trialweave.ontology.linking.forms import Kind
from trialweave.ontology.linking.index import Name

Predicate = Literal["exact", "close", "broad", "part"]
Justification = Literal["LexicalMatching", "ManualMappingCuration", "CompositeMatching", "MappingChaining"]
Guard = Callable[[Name, Kind], bool]
"""Whether a term can be what a label of this kind names at all."""


class Link(NamedTuple):
    """A label linked to a term.

    `predicate`: the term means the same ("exact"), nearly the same ("close"), more ("broad"), or it is
    one of the drugs that the label names ("part"). `rules` are what it took to get from the label to
    `match`, the term's name that it met. `confidence` is an estimate of how often links made by these
    rules are right, the product of one figure for each (`TRUST`).
    """

    terminology: str
    iri: str
    label: str | None
    predicate: Predicate
    justification: Justification
    confidence: Decimal
    match: str
    rules: tuple[str, ...]


class Candidate(NamedTuple):
    """A term that a label may name, why it was considered, and why it was not linked."""

    terminology: str
    iri: str
    label: str | None
    match: str
    reason: str


class Decision(NamedTuple):
    """The links of a label, and the terms between which nothing decides."""

    links: tuple[Link, ...] = ()
    candidates: tuple[Candidate, ...] = ()


TRUST: dict[str, Decimal] = {
    "synonym": Decimal("0.98"),
    "narrow synonym": Decimal("0.9"),
    "curated name": Decimal("0.99"),
    "curated link": Decimal("0.99"),
    "possessive": Decimal("0.99"),
    "spelling": Decimal("0.99"),
    "plural": Decimal("0.99"),
    "numerals": Decimal("0.99"),
    "word order": Decimal("0.97"),
    "abbreviation": Decimal("0.95"),
    "NOS": Decimal("0.98"),
    "abbreviation in brackets": Decimal("0.98"),
    "without brackets": Decimal("0.97"),
    "gloss in brackets": Decimal("0.98"),
    "said twice": Decimal("0.97"),
    "before the colon": Decimal("0.93"),
    "name in brackets": Decimal("0.95"),
    "abbreviation before": Decimal("0.98"),
    "laboratory wording": Decimal("0.97"),
    findings.HEAD: Decimal("0.93"),
    "protocol of this name": Decimal("0.97"),
    "recombinant": Decimal("0.97"),
    "a carcinoma is a cancer": Decimal("0.95"),
    "generic name in brackets": Decimal("0.97"),
    "without dose, route and form": Decimal("0.98"),
    "without salt": Decimal("0.97"),
    "without formulation": Decimal("0.95"),
    "without qualifiers": Decimal("0.97"),
    "without what it comes with": Decimal("0.93"),
    "without the eye": Decimal("0.98"),
    "chosen by mapping": Decimal("0.97"),
    "exact mapping": Decimal("0.97"),
    "close mapping": Decimal("0.9"),
    "broad mapping": Decimal("0.95"),
    "predicted mapping": Decimal("0.8"),
}
"""How far each rule is trusted: judged by us on the part of the sample that rules were tuned on."""


def trusted(rules: Iterable[str]) -> Decimal:
    """The product of the figures of these rules."""
    confidence = Decimal(1)
    for rule in rules:
        confidence *= TRUST.get(rule, Decimal(1))
    return confidence.quantize(Decimal("0.001"))
