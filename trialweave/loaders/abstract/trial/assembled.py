"""A trial from the facts of its abstract: people, endpoints, results, effects, event counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import msgspec

from trialweave.loaders.abstract import Reading
from trialweave.loaders.abstract.trial.design import (
    allocation,
    control,
    countries,
    masking,
    phase,
    primary_endpoints,
    site_count,
)
from trialweave.loaders.abstract.trial.interventions import interventions, main_span, unique_keys
from trialweave.loaders.registry_ids import find_registry_ids, first_mentions
from trialweave.records import (
    AdverseEventCount,
    Arm,
    ArmResult,
    EffectEstimate,
    Endpoint,
    Evidence,
    Fact,
    ParticipantCount,
    Publication,
    Span,
    Stated,
    Trial,
)

_RESULT_KINDS = frozenset(
    {"median_time", "median", "mean", "rate", "incidence_rate", "event_count", "follow_up"}
)
_EFFECT_KINDS = frozenset(
    {
        "hazard_ratio",
        "odds_ratio",
        "risk_ratio",
        "rate_ratio",
        "mean_ratio",
        "risk_difference",
        "mean_difference",
        "median_difference",
        "regression_coefficient",
        "p_value",
    }
)
_T = TypeVar("_T")


def trial_of(publication: Publication, reading: Reading) -> Trial:
    """The trial that a publication reports, from what was read in its abstract."""
    text = publication.text
    spans = [span for span in (publication.title_span, publication.abstract_span) if span]
    facts = reading.facts
    names = {arm.name: arm for arm in reading.arms}
    ratios = [fact for fact in facts if fact.kind == "randomisation_ratio"]
    given_things, given = interventions(reading)
    keys = unique_keys(arm.name for arm in reading.arms)
    ids = (
        *publication.registry_ids,
        *(one for span in spans for one in find_registry_ids(text, start=span[0], end=span[1])),
    )
    endpoints, endpoint_keys = _endpoints(text, spans, facts)
    return Trial(
        registry_ids=first_mentions(ids),
        phase=_first(phase, text, spans, publication),
        allocation=_first(allocation, text, spans, publication),
        allocation_ratio=Stated(value=str(ratios[0].value), evidence=main_span(ratios[0]))
        if ratios
        else None,
        masking=_first(masking, text, spans, publication),
        control=_first(control, text, spans, publication),
        site_count=_first(site_count, text, spans, publication),
        countries=tuple(one for span in spans for one in countries(text, *span)),
        interventions=given_things,
        arms=tuple(
            Arm(
                key=keys[arm.name],
                name=arm.name,
                aliases=arm.aliases,
                role=arm.role,
                interventions=given.get(arm.name, ()),
                evidence=arm.evidence,
            )
            for arm in reading.arms
        ),
        participants=_participants(facts, keys),
        endpoints=endpoints,
        arm_results=tuple(
            _arm_result(fact, keys, endpoint_keys)
            for fact in facts
            if fact.kind in _RESULT_KINDS and (fact.kind != "event_count" or fact.endpoint)
        ),
        effect_estimates=tuple(
            _effect(fact, keys, endpoint_keys, names) for fact in facts if fact.kind in _EFFECT_KINDS
        ),
        event_counts=tuple(
            _event(fact, keys) for fact in facts if fact.kind in ("ae_count", "deaths") and fact.endpoint
        ),
    )


def _first(
    find: Callable[..., Stated | None], text: str, spans: list[tuple[int, int]], publication: Publication
) -> Stated | None:
    """What the title or the abstract states, in this order; else the publication types."""
    return next((found for start, end in spans if (found := find(text, start, end))), None) or _from_types(
        find, publication
    )


def _from_types(find: Callable[..., Stated | None], publication: Publication) -> Stated | None:
    for kind in publication.publication_types:
        if find is phase and (found := re.search(r"Phase ([IV]+)", kind.value)):
            return Stated(
                value={"I": "1", "II": "2", "III": "3", "IV": "4"}.get(found[1], found[1]),
                evidence=kind.evidence,
            )
        if find is allocation and kind.value.startswith("Randomized Controlled Trial"):
            return Stated(value="randomised", evidence=kind.evidence)
    return None


def _evidence(fact: Fact) -> tuple[Evidence, ...]:
    """The fact's own words first, then the words that its arm, event and grade were read from."""
    return (
        main_span(fact),
        *(Span(start=cue.start, end=cue.end, quote=cue.quote, section=fact.section) for cue in fact.cues),
    )


def _participants(facts: tuple[Fact, ...], keys: dict[str, str]) -> tuple[ParticipantCount, ...]:
    return tuple(
        ParticipantCount(
            n=int(fact.value),
            evidence=main_span(fact),
            arm=keys.get(fact.arm) if fact.arm else None,
            population=fact.population,
            findings=fact.findings,
        )
        for fact in facts
        if fact.kind in ("total_n", "arm_size")
        and isinstance(fact.value, Decimal)
        and (fact.kind == "total_n" or fact.arm in keys)
    )


def _endpoints(
    text: str, spans: list[tuple[int, int]], facts: tuple[Fact, ...]
) -> tuple[tuple[Endpoint, ...], dict[str, str]]:
    """The endpoints: those that the abstract calls primary or secondary, and those with results."""
    stated = [one for start, end in spans for one in primary_endpoints(text, start, end)]
    roles = {one.name.lower(): one for one in reversed(stated)}
    first: dict[str, Endpoint] = {}
    for one in stated:
        first.setdefault(one.name.lower(), one)
    for fact in facts:
        if (
            fact.kind in _RESULT_KINDS | _EFFECT_KINDS
            and fact.endpoint
            and fact.endpoint.lower() not in first
        ):
            cue = next((cue for cue in fact.cues if cue.role == "endpoint"), None)
            span = (
                Span(start=cue.start, end=cue.end, quote=cue.quote, section=fact.section)
                if cue
                else main_span(fact)
            )
            first[fact.endpoint.lower()] = Endpoint(key="", name=fact.endpoint, evidence=span)
    keys = unique_keys(first)
    endpoints = tuple(
        msgspec.structs.replace(one, key=keys[low], role=roles[low].role if low in roles else one.role)
        for low, one in first.items()
    )
    return endpoints, keys


def _arm_key(fact: Fact, keys: dict[str, str]) -> str | None:
    return keys.get(fact.arm) if fact.arm else None


def _number(value: Decimal | str | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _arm_result(fact: Fact, keys: dict[str, str], endpoint_keys: dict[str, str]) -> ArmResult:
    return ArmResult(
        kind=fact.kind,
        evidence=_evidence(fact),
        endpoint=endpoint_keys.get(fact.endpoint.lower()) if fact.endpoint else None,
        arm=_arm_key(fact, keys),
        value=_number(fact.value),
        not_reached=fact.value == "NR",
        unit=fact.unit,
        ci_low=_number(fact.ci_low),
        ci_high=_number(fact.ci_high),
        ci_level=fact.ci_level,
        interval=fact.interval,
        sd=fact.sd,
        n=fact.n,
        denom=fact.denom,
        timepoint=fact.timepoint,
        population=fact.population,
        p=fact.p,
        rule=fact.rule,
        findings=fact.findings,
    )


def _effect(
    fact: Fact, keys: dict[str, str], endpoint_keys: dict[str, str], names: dict[str, Arm]
) -> EffectEstimate:
    one, _, other = (fact.arm or "").partition(" vs ")
    return EffectEstimate(
        measure=fact.kind,
        evidence=_evidence(fact),
        endpoint=endpoint_keys.get(fact.endpoint.lower()) if fact.endpoint else None,
        arm=keys[one] if one in names and other in names else None,
        comparator=keys[other] if one in names and other in names else None,
        value=None if fact.kind == "p_value" else _number(fact.value),
        unit=fact.unit,
        ci_low=_number(fact.ci_low),
        ci_high=_number(fact.ci_high),
        ci_level=fact.ci_level,
        p=fact.p,
        p_sided=fact.p_sided,
        timepoint=fact.timepoint,
        population=fact.population,
        rule=fact.rule,
        findings=fact.findings,
    )


def _event(fact: Fact, keys: dict[str, str]) -> AdverseEventCount:
    low, high = _grades(fact.grade)
    return AdverseEventCount(
        event="death" if fact.kind == "deaths" else fact.endpoint or "",
        evidence=_evidence(fact),
        arm=_arm_key(fact, keys),
        affected=fact.n,
        at_risk=fact.denom,
        percent=_number(fact.value) if fact.unit == "%" else None,
        grade_low=low,
        grade_high=high,
        attribution=fact.attribution,
        seriousness=fact.seriousness,
        population=fact.population,
        timepoint=fact.timepoint,
        rule=fact.rule,
        findings=fact.findings,
    )


def _grades(band: str | None) -> tuple[int | None, int | None]:
    """The lowest and highest grade of a band; no highest for "or worse".

    >>> _grades("3-4"), _grades(">=3"), _grades("5"), _grades("any")
    ((3, 4), (3, None), (5, 5), (None, None))
    """
    digits = [int(one) for one in re.findall(r"[0-5]", band or "")]
    if not band or not digits:
        return None, None
    if band.startswith(">="):
        return digits[0], None
    if band.startswith("<="):
        return None, digits[0]
    return digits[0], digits[-1]
