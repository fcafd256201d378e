"""The participant flow and the outcomes of a decoded API v2 study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialweave.loaders.ctgov import wire
from trialweave.loaders.ctgov.groups import fold
from trialweave.loaders.ctgov.tables import (
    ReadGroups,
    columns,
    count,
    denominator_by_group,
    estimate,
    group_of,
    measured,
    role_of,
    yes_or_no,
)
from trialweave.loaders.ctgov.values import dispersion, text, word_or_none
from trialweave.records import (
    Analysis,
    Endpoint,
    Field,
    FlowPeriod,
    FlowRow,
    GroupCount,
    Measurement,
    ParticipantFlow,
    PostedOutcome,
    Problem,
)

_FLOW = "/resultsSection/participantFlowModule"
_OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"


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
        reporting=word_or_none(raw.reporting_status),
        param=word_or_none(raw.param_type),
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


def _measurements(
    raw: wire.OutcomeMeasure,
    at: str,
    keys: Mapping[object, str],
    analysed: tuple[GroupCount, ...],
    problems: list[Problem],
) -> tuple[Measurement, ...]:
    found = []
    overall = denominator_by_group(analysed)
    counted = (word_or_none(raw.param_type) or "").startswith("count of")
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
        hypothesis=word_or_none(raw.non_inferiority_type),
        tested_non_inferiority=yes_or_no(raw.tested_non_inferiority),
        method=text(raw.statistical_method),
        param=text(raw.param_type),
        ci_sides=word_or_none(raw.ci_num_sides),
        dispersion=word_or_none(raw.dispersion_type),
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
