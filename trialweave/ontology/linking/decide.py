"""From a label to its links: whole names only, on stated grounds, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

from trialweave.ontology.linking import curated, drugs, findings
from trialweave.ontology.linking.forms import Form, Kind, Reading
from trialweave.ontology.linking.index import Index, Name, find, find_loosely, keys
from trialweave.ontology.linking.mappings import NONE, Mappings, Partner, same
from trialweave.ontology.linking.spelling import joined, key, steps_between, words

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


class _Found(NamedTuple):
    """What one form met in one terminology: the terms, of which only one may stay."""

    form: Form
    names: tuple[Name, ...]

    @property
    def iris(self) -> frozenset[str]:
        return frozenset(name.iri for name in self.names)


def read(label: str, kind: Kind) -> Reading:
    """The forms in which a label of this kind is looked up."""
    return drugs.reading(label) if kind == "drug" else Reading(findings.forms(label))


def asked(labels: Iterable[tuple[str, Kind]]) -> frozenset[str]:
    """The keys that an index must hold for `link` to answer for these labels."""
    wanted: set[str] = set()
    for label, kind in labels:
        reading = read(label, kind)
        wanted |= keys(reading.forms)
        for part in reading.parts:
            wanted |= keys(part)
        if kind == "drug":
            wanted |= keys(Form(name) for name in drugs.in_brackets(label))
        else:
            wanted |= keys(Form(part) for part in (*_listed(label), *findings.in_brackets(label)))
    return frozenset(wanted)


def link(label: str, kind: Kind, known: Index, *, guard: Guard, mapped: Mappings = NONE) -> Decision:
    """All links of a label, at most one exact one in each terminology, and what is left open.

    The index must have been asked for the label (`asked`), and know the labels of curated terms. A link
    made by hand stands before all that rules find in its terminology. A regimen whose drugs are all known is
    linked to each of them as a part; one with a drug that is not known, to none.
    """
    by_hand = [
        Link(terminology, row.term, known.labels[row.term], row.predicate, "ManualMappingCuration",
             TRUST["curated link"], row.label, ("curated link",))
        for row in curated.find(label, kind)
        if row.term in known.labels and (terminology := known.terminology(row.term)) is not None
    ]  # fmt: skip
    found = _link(label, kind, known, guard, mapped)
    decided = {link.terminology for link in by_hand}
    rest = [link for link in found.links if link.terminology not in decided or link.predicate == "part"]
    return found._replace(links=(*by_hand, *rest))


def _link(label: str, kind: Kind, known: Index, guard: Guard, mapped: Mappings) -> Decision:
    """What the rules find."""
    reading = read(label, kind)
    gloss = _gloss(label, kind, known, guard) or _same_twice(label, kind, known, guard)
    if kind != "drug" and gloss:
        first, *others = reading.forms
        reading = Reading((first, gloss, *others))
    decision = _decide(label, reading.forms, kind, known, guard, mapped)
    in_brackets = all(drugs.IN_BRACKETS in part[0].rules for part in reading.parts)
    known_whole = any(link.predicate in ("exact", "close") for link in decision.links)
    if not reading.parts or (in_brackets and known_whole):
        return decision
    parts = [_decide(part[0].text, part, kind, known, guard, mapped) for part in reading.parts]
    if not all(any(found.predicate == "exact" for found in part.links) for part in parts):
        return decision._replace(candidates=_all_candidates([decision, *parts]))
    links = list(decision.links)
    taken = {found.iri for found in links}
    for part in parts:
        for found in part.links:
            if found.predicate == "exact" and found.iri not in taken:
                taken.add(found.iri)
                links.append(found._replace(predicate="part", rules=("part of a combination", *found.rules)))
    return Decision(tuple(links), _all_candidates([decision, *parts]))


def _decide(
    label: str, forms: tuple[Form, ...], kind: Kind, known: Index, guard: Guard, mapped: Mappings
) -> Decision:
    met: dict[str, _Found] = {}
    for form in forms:
        if findings.HEAD in form.rules and any(found.form.sense == "exact" for found in met.values()):
            continue  # what is known exactly needs no such help
        for found in find_loosely(known, form.text):
            for terminology, names in _by_terminology(form, found, kind, known, guard).items():
                met.setdefault(terminology, _Found(form, names))
    if kind == "drug" and (other := _another_drug(label, met, known, guard)):
        return Decision(candidates=other)
    links, open_ = _one_each(met, known, mapped)
    links, contradicted = _without_contradictions(links, known, mapped)
    links = [_as_wide_as_said(found, label) for found in links]
    closed = {candidate.terminology for candidate in contradicted}
    chained = _through_mappings(links, known, kind, guard, mapped)
    links = [
        _as_wide_as_said(found, label)
        for found in chained
        if found in links or found.terminology not in closed
    ]
    return Decision(tuple(links), (*open_, *contradicted))


def _same_twice(label: str, kind: Kind, known: Index, guard: Guard) -> Form | None:
    """What a label with slashes means, where all its parts name one term ("Pruritus/itching")."""
    parts = [part.strip() for part in label.split("/")]
    if len(parts) < 2 or not all(parts):
        return None
    meant = [
        {name.iri for name in find(known, part) if name.role in ("label", "exact") and guard(name, kind)}
        for part in parts
    ]
    return Form(parts[0], ("said twice",)) if set.intersection(*meant) else None


def _gloss(label: str, kind: Kind, known: Index, guard: Guard) -> Form | None:
    """What a label with brackets means, where they say the same in other words ("Dyspnea (shortness of
    breath)"), or hold the one name that is known ("Taste alteration (dysgeusia)")."""
    insides = findings.in_brackets(label)
    outside = findings.without_brackets(label)
    if len(insides) != 1 or not outside:
        return None
    meant, same_said = (
        {
            name.iri
            for name in find(known, text)
            if name.role in ("label", "exact") and guard(name, kind) and not _too_short(name.text)
        }
        for text in (outside, insides[0])
    )
    if meant & same_said:
        return Form(outside, ("gloss in brackets",))
    return Form(insides[0], ("name in brackets",)) if same_said and not meant and kind == "event" else None


# ── by name ──────────────────────────────────────────────────────────────────────────────


def _by_terminology(
    form: Form, names: Iterable[Name], kind: Kind, known: Index, guard: Guard
) -> dict[str, tuple[Name, ...]]:
    """Of names that a form meets, the best of each terminology: preferred labels, else exact synonyms."""
    found: dict[str, list[Name]] = {}
    for name in names:
        if guard(name, kind) and not _is_list(form.text, name.text, kind, known, guard):
            found.setdefault(name.terminology, []).append(name)
    best: dict[str, tuple[Name, ...]] = {}
    for terminology, several in found.items():
        for role in ("label", "exact", "narrow"):
            of_role = tuple(name for name in several if name.role == role)
            if role == "exact":
                of_role = tuple(
                    name
                    for name in of_role
                    if name.curated or not (_too_short(name.text) or _is_wider(name, kind, known))
                )
            if of_role:
                best[terminology] = of_role
                break
    return best


def _is_wider(name: Name, kind: Kind, known: Index) -> bool:
    """Whether a synonym is its term's label without a word that narrows it: then it means more than the term.

    HP calls "Recurrent urinary tract infections" also "Urinary tract infections", NCIT "Adult Solid
    Neoplasm" also "Solid Tumor".
    """
    label = known.labels.get(name.iri)
    if kind == "drug" or label is None or name.curated:
        return False
    narrowed = findings.without_qualifiers(label)
    return narrowed != label and key(narrowed) == key(name.text)


def _too_short(text: str) -> bool:
    """Whether a synonym is an abbreviation of three letters or fewer, which may stand for anything."""
    return sum(c.isalnum() for c in text) <= 3 and not any(c.isdigit() for c in text)


def _listed(label: str) -> list[str]:
    """The parts of a label between commas, slashes and semicolons, where there are several."""
    parts = [part.strip() for part in label.replace(";", ",").replace("/", ",").split(",")]
    return [part for part in parts if part] if len(parts) > 1 else []


def _is_list(text: str, name: str, kind: Kind, known: Index, guard: Guard) -> bool:
    """Whether a text lists things, each with a name of its own, where the term's name lists nothing.

    "Depression, Anxiety" is two things; "Anemia, Aplastic" is one.
    """
    parts = _listed(text)
    if not parts or " and " in name or "/" in name or joined(words(text)) == joined(words(name)):
        return False
    return all(any(guard(found, kind) for found in find(known, part)) for part in parts)


def _another_drug(label: str, met: dict[str, _Found], known: Index, guard: Guard) -> tuple[Candidate, ...]:
    """The terms that names in brackets lead to, where they are not those that the label leads to."""
    if any(not found.form.rules for found in met.values()):
        return ()  # the label as a whole is a name
    clashes: list[Candidate] = []
    for inside in drugs.in_brackets(label):
        for name in find(known, inside):
            found = met.get(name.terminology)
            if name.role not in ("label", "exact") or not guard(name, "drug") or _too_short(name.text):
                continue
            if found is not None and name.iri not in found.iris:
                reason = "brackets name another drug"
                clashes.append(
                    Candidate(name.terminology, name.iri, known.labels.get(name.iri), name.text, reason)
                )
    return tuple(clashes)


def _one_each(
    met: dict[str, _Found], known: Index, mapped: Mappings
) -> tuple[list[Link], tuple[Candidate, ...]]:
    """A link where one term was met; where several were, the one that the others' mappings choose."""
    links, left = [], {}
    for terminology, found in met.items():
        if len(found.iris) == 1:
            links.append(_made(found, found.names, known))
        else:
            left[terminology] = found
    named = frozenset(iri for link in links if link.predicate == "exact" for iri in same(mapped, link.iri))
    open_: list[Candidate] = []
    for terminology, found in left.items():
        chosen = found.iris & named
        if len(chosen) == 1 and found.form.sense == "exact":
            names = tuple(name for name in found.names if name.iri in chosen)
            links.append(_made(found, names, known, "chosen by mapping"))
        else:
            several = {name.iri: name for name in found.names}
            open_ += [
                Candidate(terminology, iri, known.labels.get(iri), name.text, "several terms have this name")
                for iri, name in several.items()
            ]
    return links, tuple(open_)


def _made(found: _Found, names: tuple[Name, ...], known: Index, *more: str) -> Link:
    """The link that a form makes to the one term which all of these names are of."""
    steps, name = min(
        ((steps_between(found.form.text, name.text) or (), name) for name in names),
        key=lambda pair: (pair[1].curated, len(pair[0]), pair[1].text),
    )
    rules = [*found.form.rules, *steps]
    if name.role == "narrow":
        rules.append("narrow synonym")
    elif name.curated:
        rules.append("curated name")
    elif name.role == "exact":
        rules.append("synonym")
        if _is_abbreviation(name.text):
            rules.append("abbreviation")
    rules.extend(more)
    broad = found.form.sense == "broad" or name.role == "narrow"
    salt_of = name.terminology == "chebi" and "without salt" in found.form.rules
    justification: Justification = "LexicalMatching"
    if name.curated:
        justification = "ManualMappingCuration"
    if more:
        justification = "CompositeMatching"
    return Link(
        name.terminology,
        name.iri,
        known.labels.get(name.iri),
        "broad" if broad else "close" if salt_of else "exact",
        justification,
        _trust(rules),
        name.text,
        tuple(rules),
    )


def _is_abbreviation(text: str) -> bool:
    return len(text) <= 6 and text.upper() == text and any(c.isalpha() for c in text)


def _trust(rules: Iterable[str]) -> Decimal:
    confidence = Decimal(1)
    for rule in rules:
        confidence *= TRUST.get(rule, Decimal(1))
    return confidence.quantize(Decimal("0.001"))


# ── by mapping ───────────────────────────────────────────────────────────────────────────


def _without_contradictions(
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


def _through_mappings(
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
    confidence = _trust(rules)
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


def _as_wide_as_said(found: Link, label: str) -> Link:
    """A cancer is a neoplasm, a carcinoma is a cancer, and neither is the same, whatever synonyms say."""
    if found.predicate not in ("exact", "close") or found.label is None:
        return found
    if _MALIGNANT.search(label) and _MAYBE_BENIGN.search(found.label) and not _MALIGNANT.search(found.label):
        return found._replace(predicate="broad", rules=(*found.rules, "a cancer is a neoplasm"))
    if (
        found.predicate == "exact"
        and "cancer" in label.casefold()
        and "carcinoma" not in label.casefold()
        and "carcinoma" in found.label.casefold()
    ):
        return found._replace(predicate="close", rules=(*found.rules, "a carcinoma is a cancer"))
    return found


def _all_candidates(decisions: Iterable[Decision]) -> tuple[Candidate, ...]:
    return tuple(dict.fromkeys(one for decision in decisions for one in decision.candidates))
