"""The results section of a decoded API v2 study: participant flow, outcomes, adverse events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from trialweave.loaders import ctgov_wire as wire
from trialweave.loaders.ctgov_groups import Column, fold
from trialweave.loaders.ctgov_values import dispersion, measure, number, p_value, text, whole, word
from trialweave.records import (
    AdverseEvents,
    Analysis,
    EffectEstimate,
    Endpoint,
    EventCount,
    EventTotal,
    Evidence,
    Field,
    FlowPeriod,
    FlowRow,
    GroupCount,
    Measurement,
    Number,
    ParticipantFlow,
    PostedOutcome,
    Problem,
    ReportedEvent,
    ResultGroup,
    Stated,
)

ReadGroups = Callable[[Sequence[Column]], tuple[ResultGroup, ...]]

_FLOW = "/resultsSection/participantFlowModule"
_OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
_EVENTS = "/resultsSection/adverseEventsModule"


def columns(
    raw: Iterable[tuple[str, object, object, int | None]], problems: list[Problem]
) -> tuple[list[Column], dict[object, str]]:
    """The columns of a table from (place, id, title, people), and their keys by id."""
    found: list[Column] = []
    keys: dict[object, str] = {}
    for key, written, title, people in raw:
        name = text(written)
        if name is None or name in keys:
            reason = "a group without an id" if name is None else f"two groups have the id {name!r}"
            problems.append(Problem(path=key, reason=reason))
            continue
        keys[name] = key
        found.append(Column(key, name, text(title), people))
    return found, keys


def group_of(raw: object, keys: Mapping[object, str], path: str, problems: list[Problem]) -> str | None:
    """The key of the group with this id; an id that the table does not have is a problem."""
    key = keys.get(raw) if isinstance(raw, str) else keys.get(text(raw))
    if key is None:
        problems.append(Problem(path=path, reason=f"no group of this table has the id {raw!r}"))
    return key


def count(raw: object, path: str, problems: list[Problem]) -> int | None:
    """A number of people or events; what is there and is none is a problem."""
    if type(raw) is int and raw >= 0:
        return raw
    if raw is None or raw == "":
        return None
    n = whole(raw)
    if n is None:
        problems.append(Problem(path=path, reason=f"not a count: {raw!r}"))
    return n


def measured(raw: object, path: str, problems: list[Problem], *, counted: bool = False) -> Number | None:
    """A number of an outcome table; one that can be read in two ways is a problem."""
    if raw is None:
        return None
    found = number(raw, counted=counted)
    if found is not None and found.value is None and found.reported.upper() not in ("NA", "N/A"):
        problems.append(Problem(path=path, reason=f"not one number: {found.reported!r}"))
    return found


# ── participant flow ─────────────────────────────────────────────────────────────────────


def flow(
    module: wire.ParticipantFlow | None, read_groups: ReadGroups, problems: list[Problem]
) -> ParticipantFlow | None:
    """Who started, who completed, who left and why."""
    if module is None:
        return None
    found, keys = columns(
        ((f"{_FLOW}/groups/{i}", g.id, g.title, None) for i, g in enumerate(module.groups or ())), problems
    )

    def row(at: str, name: object, listed: str, cells: tuple[wire.Achievement, ...] | None) -> FlowRow:
        counts = []
        for k, cell in enumerate(cells or ()):
            path = f"{at}/{listed}/{k}/numSubjects"
            n = count(cell.num_subjects, path, problems)
            if n is not None:
                counts.append(GroupCount(n=n, path=path, group=group_of(cell.group_id, keys, path, problems)))
        return FlowRow(key=at, name=text(name) or "", counts=tuple(counts))

    return ParticipantFlow(
        groups=read_groups(found),
        periods=tuple(
            FlowPeriod(
                key=(at := f"{_FLOW}/periods/{i}"),
                title=text(period.title),
                milestones=tuple(
                    row(f"{at}/milestones/{j}", each.type, "achievements", each.achievements)
                    for j, each in enumerate(period.milestones or ())
                ),
                dropouts=tuple(
                    row(f"{at}/dropWithdraws/{j}", each.type, "reasons", each.reasons)
                    for j, each in enumerate(period.drop_withdraws or ())
                ),
            )
            for i, period in enumerate(module.periods or ())
        ),
    )


# ── outcomes ─────────────────────────────────────────────────────────────────────────────


def outcomes(
    module: wire.OutcomeMeasures | None,
    registered: Sequence[Endpoint],
    read_groups: ReadGroups,
    problems: list[Problem],
) -> tuple[PostedOutcome, ...]:
    """The outcomes with their tables and analyses."""
    if module is None:
        return ()
    names = {(each.role, fold(each.name)): each.key for each in registered}
    return tuple(
        _outcome(f"{_OUTCOMES}/{i}", raw, names, read_groups, problems)
        for i, raw in enumerate(module.outcome_measures or ())
    )


def _outcome(
    at: str,
    raw: wire.OutcomeMeasure,
    registered: Mapping[tuple[str | None, str], str],
    read_groups: ReadGroups,
    problems: list[Problem],
) -> PostedOutcome:
    found, keys = columns(
        ((f"{at}/groups/{i}", g.id, g.title, None) for i, g in enumerate(raw.groups or ())), problems
    )
    title = text(raw.title) or ""
    role = role_of(raw.type)
    kind, ci_level = dispersion(raw.dispersion_type)
    analysed = _denominators(raw.denoms, at, keys, problems)
    return PostedOutcome(
        endpoint=Endpoint(
            key=at,
            name=title,
            role=role,
            time_frame=text(raw.time_frame),
            evidence=Field(path=f"{at}/title", quote=str(raw.title)) if title else None,
        ),
        registered=registered.get((role, fold(title))),
        reporting=_word(raw.reporting_status),
        param=_word(raw.param_type),
        dispersion=kind,
        ci_level=ci_level,
        unit=text(raw.unit_of_measure),
        groups=read_groups(found),
        analysed=analysed,
        measurements=_measurements(raw, at, keys, analysed, problems),
        analyses=tuple(
            _analysis(f"{at}/analyses/{i}", each, at, keys, problems)
            for i, each in enumerate(raw.analyses or ())
        ),
    )


def role_of(raw: object) -> str | None:
    """The role of an outcome as `Endpoint.role` names it.

    >>> role_of("OTHER_PRE_SPECIFIED"), role_of("Post-Hoc"), role_of("PRIMARY")
    ('other', 'post hoc', 'primary')
    """
    return _word(raw)


def _denominators(
    denoms: tuple[wire.Denom, ...] | None, at: str, keys: Mapping[object, str], problems: list[Problem]
) -> tuple[GroupCount, ...]:
    found = []
    for i, denom in enumerate(denoms or ()):
        units = text(denom.units)
        for j, cell in enumerate(denom.counts or ()):
            path = f"{at}/denoms/{i}/counts/{j}/value"
            n = count(cell.value, path, problems)
            if n is not None:
                group = group_of(cell.group_id, keys, path, problems)
                found.append(GroupCount(n=n, path=path, group=group, units=units))
    return tuple(found)


def denominator_by_group(analysed: Iterable[GroupCount]) -> dict[str | None, GroupCount]:
    """For each group the first denominator, which is of participants where there are several."""
    found: dict[str | None, GroupCount] = {}
    for each in analysed:
        people = (each.units or "").lower() == "participants"
        if each.group not in found or (people and (found[each.group].units or "").lower() != "participants"):
            found[each.group] = each
    return found


def _measurements(
    raw: wire.OutcomeMeasure,
    at: str,
    keys: Mapping[object, str],
    analysed: tuple[GroupCount, ...],
    problems: list[Problem],
) -> tuple[Measurement, ...]:
    found = []
    overall = denominator_by_group(analysed)
    counted = (_word(raw.param_type) or "").startswith("count of")
    for i, each in enumerate(raw.classes or ()):
        own = denominator_by_group(_denominators(each.denoms, f"{at}/classes/{i}", keys, problems))
        class_title = text(each.title)
        for j, category in enumerate(each.categories or ()):
            title = text(category.title)
            for k, cell in enumerate(category.measurements or ()):
                path = f"{at}/classes/{i}/categories/{j}/measurements/{k}"
                group = group_of(cell.group_id, keys, path, problems)
                found.append(
                    Measurement(
                        path=path,
                        group=group,
                        value=measured(cell.value, f"{path}/value", problems, counted=counted),
                        spread=measured(cell.spread, f"{path}/spread", problems),
                        lower=measured(cell.lower_limit, f"{path}/lowerLimit", problems),
                        upper=measured(cell.upper_limit, f"{path}/upperLimit", problems),
                        class_title=class_title,
                        category=title,
                        analysed=own.get(group) or overall.get(group),
                        commented=cell.comment is not None,
                    )
                )
    return tuple(found)


def _analysis(
    at: str, raw: wire.Analysis, endpoint: str, keys: Mapping[object, str], problems: list[Problem]
) -> Analysis:
    groups = (
        group_of(each, keys, f"{at}/groupIds/{i}", problems) for i, each in enumerate(raw.group_ids or ())
    )
    return Analysis(
        key=at,
        groups=tuple(group for group in groups if group is not None),
        hypothesis=_word(raw.non_inferiority_type),
        tested_non_inferiority=yes_or_no(raw.tested_non_inferiority),
        method=text(raw.statistical_method),
        param=text(raw.param_type),
        ci_sides=_word(raw.ci_num_sides),
        dispersion=_word(raw.dispersion_type),
        spread=measured(raw.dispersion_value, f"{at}/dispersionValue", problems),
        estimate=estimate(
            endpoint=endpoint,
            param=raw.param_type,
            method=raw.statistical_method,
            value=(raw.param_value, f"{at}/paramValue"),
            ci_level=(raw.ci_pct_value, f"{at}/ciPctValue"),
            ci_low=(raw.ci_lower_limit, f"{at}/ciLowerLimit"),
            ci_high=(raw.ci_upper_limit, f"{at}/ciUpperLimit"),
            p=(raw.p_value, f"{at}/pValue"),
            problems=problems,
        ),
        commented=tuple(
            part
            for part, comment in (
                ("groups", raw.group_description),
                ("hypothesis", raw.non_inferiority_comment),
                ("p", raw.p_value_comment),
                ("method", raw.statistical_comment),
                ("estimate", raw.estimate_comment),
                ("ci_low", raw.ci_lower_limit_comment),
                ("ci_high", raw.ci_upper_limit_comment),
                ("other", raw.other_analysis_description),
            )
            if text(comment)
        ),
    )


def yes_or_no(raw: object) -> bool | None:
    """A yes or a no in any of the registry's spellings.

    >>> yes_or_no(True), yes_or_no("No"), yes_or_no("true"), yes_or_no(None)
    (True, False, True, None)
    """
    if isinstance(raw, bool):
        return raw
    return {"yes": True, "true": True, "no": False, "false": False}.get((text(raw) or "").lower())


def estimate(
    *,
    endpoint: str,
    param: object,
    method: object,
    value: tuple[object, str],
    ci_level: tuple[object, str],
    ci_low: tuple[object, str],
    ci_high: tuple[object, str],
    p: tuple[object, str],
    problems: list[Problem],
) -> EffectEstimate | None:
    """The estimate of an analysis from its raw numbers and their places, if it has any."""
    evidence: list[Evidence] = []
    values: list[Decimal | None] = []
    for raw, path in (value, ci_low, ci_high, ci_level):
        found = measured(raw, path, problems)
        values.append(found.value if found else None)
        if found is not None:
            evidence.append(Field(path=path, quote=str(raw)))
    test = p_value(p[0])
    if text(p[0]) is not None:
        evidence.append(Field(path=p[1], quote=str(p[0])))
        if test is None:
            problems.append(Problem(path=p[1], reason=f"not a p-value: {p[0]!r}"))
    if not evidence:
        return None
    words = text(param)
    sided = re.search(r"\b([12])[- ]sided\b", text(method) or "")
    return EffectEstimate(
        measure=measure(words) if words else "p_value" if values[0] is None else "not stated",
        evidence=tuple(evidence),
        endpoint=endpoint,
        value=values[0],
        ci_low=values[1],
        ci_high=values[2],
        ci_level=values[3],
        p=test,
        p_sided=sided and f"{'one' if sided[1] == '1' else 'two'}-sided",
    )


# ── adverse events ───────────────────────────────────────────────────────────────────────


def adverse_events(
    module: wire.AdverseEvents | None, read_groups: ReadGroups, problems: list[Problem]
) -> AdverseEvents | None:
    """The tables of serious and other events."""
    if module is None:
        return None
    raw_groups = tuple((f"{_EVENTS}/eventGroups/{i}", g) for i, g in enumerate(module.event_groups or ()))
    found, keys = columns(
        ((key, g.id, g.title, whole(g.serious_num_at_risk)) for key, g in raw_groups), problems
    )
    time_frame = text(module.time_frame)
    threshold = measured(module.frequency_threshold, f"{_EVENTS}/frequencyThreshold", problems)
    return AdverseEvents(
        groups=read_groups(found),
        time_frame=Stated(
            value=time_frame,
            evidence=Field(path=f"{_EVENTS}/timeFrame", quote=str(module.time_frame)),
        )
        if time_frame
        else None,
        threshold=threshold,
        threshold_path=f"{_EVENTS}/frequencyThreshold" if threshold else None,
        totals=tuple(
            total
            for key, g in raw_groups
            for total in (
                _total("serious", key, g.serious_num_affected, g.serious_num_at_risk, problems),
                _total("other", key, g.other_num_affected, g.other_num_at_risk, problems),
                _total("deaths", key, g.deaths_num_affected, g.deaths_num_at_risk, problems),
            )
            if total is not None
        ),
        events=(
            *_events(module.serious_events, f"{_EVENTS}/seriousEvents", True, keys, problems),
            *_events(module.other_events, f"{_EVENTS}/otherEvents", False, keys, problems),
        ),
    )


def _total(
    kind: Literal["serious", "other", "deaths"],
    key: str,
    affected: object,
    at_risk: object,
    problems: list[Problem],
) -> EventTotal | None:
    here, there = f"{key}/{kind}NumAffected", f"{key}/{kind}NumAtRisk"
    n, of = count(affected, here, problems), count(at_risk, there, problems)
    if n is None and of is None:
        return None
    return EventTotal(
        kind=kind,
        group=key,
        affected=n,
        at_risk=of,
        affected_path=here if n is not None else None,
        at_risk_path=there if of is not None else None,
    )


def _events(
    raw: tuple[wire.Event, ...] | None,
    at: str,
    serious: bool,
    keys: Mapping[object, str],
    problems: list[Problem],
) -> list[ReportedEvent]:
    found = []
    for i, event in enumerate(raw or ()):
        key = f"{at}/{i}"
        term = text(event.term)
        if term is None:
            problems.append(Problem(path=key, reason="an event without a term"))
            continue
        counts = []
        for j, cell in enumerate(event.stats or ()):
            path = f"{key}/stats/{j}"
            counts.append(
                EventCount(
                    path=path,
                    group=group_of(cell.group_id, keys, path, problems),
                    affected=count(cell.num_affected, path, problems),
                    at_risk=count(cell.num_at_risk, path, problems),
                    events=count(cell.num_events, path, problems),
                )
            )
        vocabulary, assessment = text(event.source_vocabulary), text(event.assessment_type)
        found.append(
            ReportedEvent(
                key=key,
                term=term,
                serious=serious,
                organ_system=text(event.organ_system),
                vocabulary=vocabulary,
                vocabulary_from="term" if vocabulary else None,
                assessment=word(assessment) if assessment else None,
                assessment_from="term" if assessment else None,
                noted=text(event.notes) is not None,
                counts=tuple(counts),
            )
        )
    return found


def _word(raw: object) -> str | None:
    written = text(raw)
    return None if written is None else word(written)
