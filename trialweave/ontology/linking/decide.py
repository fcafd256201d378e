"""From a label to its links: whole names only, on stated grounds, or not at all."""

from __future__ import annotations

from collections.abc import Iterable

from trialweave.ontology.linking import curated, drugs, findings
from trialweave.ontology.linking.by_mapping import as_wide_as_said, through_mappings, without_contradictions
from trialweave.ontology.linking.by_name import (
    Found,
    another_drug,
    by_terminology,
    listed,
    one_each,
    too_short,
)
from trialweave.ontology.linking.decision import TRUST, Candidate, Decision, Guard, Link
from trialweave.ontology.linking.forms import Form, Kind, Reading
from trialweave.ontology.linking.index import Index, find, find_loosely, keys
from trialweave.ontology.linking.mappings import NONE, Mappings


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
            wanted |= keys(Form(part) for part in (*listed(label), *findings.in_brackets(label)))
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
    met: dict[str, Found] = {}
    for form in forms:
        if findings.HEAD in form.rules and any(found.form.sense == "exact" for found in met.values()):
            continue  # what is known exactly needs no such help
        for found in find_loosely(known, form.text):
            for terminology, names in by_terminology(form, found, kind, known, guard).items():
                met.setdefault(terminology, Found(form, names))
    if kind == "drug" and (other := another_drug(label, met, known, guard)):
        return Decision(candidates=other)
    links, open_ = one_each(met, known, mapped)
    links, contradicted = without_contradictions(links, known, mapped)
    links = [as_wide_as_said(found, label) for found in links]
    closed = {candidate.terminology for candidate in contradicted}
    chained = through_mappings(links, known, kind, guard, mapped)
    links = [
        as_wide_as_said(found, label)
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
            if name.role in ("label", "exact") and guard(name, kind) and not too_short(name.text)
        }
        for text in (outside, insides[0])
    )
    if meant & same_said:
        return Form(outside, ("gloss in brackets",))
    return Form(insides[0], ("name in brackets",)) if same_said and not meant and kind == "event" else None


def _all_candidates(decisions: Iterable[Decision]) -> tuple[Candidate, ...]:
    return tuple(dict.fromkeys(one for decision in decisions for one in decision.candidates))
