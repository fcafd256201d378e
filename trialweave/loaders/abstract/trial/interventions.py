"""The interventions of a trial with their regimens, and which arm is given which."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from trialweave.loaders.abstract import Reading
from trialweave.records import Fact, Intervention, Regimen, Span

_SLUG = re.compile(r"[^a-z0-9]+")


def main_span(fact: Fact) -> Span:
    """The span of a fact's own words."""
    return Span(start=fact.start, end=fact.end, quote=fact.quote, section=fact.section)


def slug(name: str) -> str:
    """A key from a name.

    >>> slug("VFL + BSC"), slug("β-blocker")
    ('vfl-bsc', 'blocker')
    """
    return _SLUG.sub("-", name.lower()).strip("-") or "unnamed"


def unique_keys(names: Iterable[str]) -> dict[str, str]:
    """A key for each name, unique among them."""
    keys: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        if name in keys:
            continue
        base = key = slug(name)
        number = 2
        while key in used:
            key, number = f"{base}-{number}", number + 1
        used.add(key)
        keys[name] = key
    return keys


_PARTS = re.compile(
    r" (?:plus|and|with|combined with|in combination with|followed by) | ?\+ ?", re.IGNORECASE
)
_NOT_GIVEN = re.compile(
    r"\b(?:arm|group|alone|control|regimen|monotherapy|therapy alone|only)\b|\b(?:no|without)\b.*",
    re.IGNORECASE,
)


def interventions(reading: Reading) -> tuple[tuple[Intervention, ...], dict[str, tuple[str, ...]]]:
    """The interventions of the arms, with their regimens, and which arm gets which."""
    evidence: dict[str, Span] = {}
    of_arm: dict[str, list[str]] = {}
    for arm in reading.arms:
        for part in _PARTS.split(arm.name):
            name = _NOT_GIVEN.sub("", part).strip(" -,")
            if len(name) > 1 and not re.fullmatch(r"[A-Z0-9]{1,2}", name):
                of_arm.setdefault(arm.name, []).append(name)
                if isinstance(arm.evidence, Span):
                    evidence.setdefault(name.lower(), arm.evidence)
    regimens: dict[str, list[Regimen]] = {}
    drugs: dict[str, str] = {name.lower(): name for names in of_arm.values() for name in names}
    for fact in reading.facts:
        if fact.kind != "dose" or not fact.endpoint or not isinstance(fact.value, Decimal):
            continue
        low = fact.endpoint.lower()
        drugs.setdefault(low, fact.endpoint)
        regimens.setdefault(low, []).append(
            Regimen(
                evidence=main_span(fact),
                context=tuple(
                    Span(start=cue.start, end=cue.end, quote=cue.quote, section=fact.section)
                    for cue in fact.cues
                ),
                dose=fact.value,
                high=fact.high,
                unit=fact.unit,
                schedule=fact.schedule,
                route=_route(fact.schedule),
            )
        )
        drug = next((cue for cue in fact.cues if cue.role == "drug"), None)
        if drug:
            evidence.setdefault(
                low, Span(start=drug.start, end=drug.end, quote=drug.quote, section=fact.section)
            )
        if fact.arm in {arm.name for arm in reading.arms} and not any(
            low in name.lower() for name in of_arm.get(fact.arm or "", [])
        ):
            of_arm.setdefault(fact.arm or "", []).append(fact.endpoint)
        shared = next((cue for cue in fact.cues if cue.role == "shared schedule"), None)
        if shared and fact.arm != "placebo" and "placebo" in drugs:
            span = Span(start=shared.start, end=shared.end, quote=shared.quote, section=fact.section)
            regimens.setdefault("placebo", []).append(
                Regimen(evidence=span, schedule=fact.schedule, route=_route(fact.schedule))
            )
    keys = unique_keys(drugs.values())
    interventions = tuple(
        Intervention(
            key=keys[name], name=name, regimens=tuple(regimens.get(low, ())), evidence=evidence.get(low)
        )
        for low, name in drugs.items()
    )
    given = {
        arm: tuple(dict.fromkeys(keys[drugs[name.lower()]] for name in names))
        for arm, names in of_arm.items()
    }
    return interventions, given


def _route(schedule: str | None) -> str | None:
    found = re.search(
        r"oral|intravenous|subcutaneous|intramuscular|\bIV\b|by mouth|topical", schedule or "", re.IGNORECASE
    )
    return (
        {"iv": "intravenous", "by mouth": "oral"}.get(found[0].lower(), found[0].lower()) if found else None
    )
