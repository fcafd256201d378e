"""The results of a legacy `clinical_study`: participant flow, outcomes, reported events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
from trialweave.loaders.ctgov.xml_lists import Element, each_of, groups_of
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

_FLOW = "clinical_results/participant_flow"
_OUTCOMES = "clinical_results/outcome_list"


# ── participant flow ─────────────────────────────────────────────────────────────────────


def flow(element: Element | None, read_groups: ReadGroups, problems: list[Problem]) -> ParticipantFlow | None:
    """Who started, who completed, who left and why."""
    if element is None:
        return None
    found, keys = columns(groups_of(element, _FLOW), problems)

    def row(each: Element, at: str) -> FlowRow:
        counts = []
        for cell, key in each_of(each, "participants_list/participants", at):
            path = f"{key}/@count"
            n = count(cell.get("count"), path, problems)
            if n is not None:
                group = group_of(cell.get("group_id"), keys, path, problems)
                counts.append(GroupCount(n=n, path=path, group=group))
        return FlowRow(key=at, name=text(each.findtext("title")) or "", counts=tuple(counts))

    return ParticipantFlow(
        groups=read_groups(found),
        periods=tuple(
            FlowPeriod(
                key=at,
                title=text(period.findtext("title")),
                milestones=tuple(row(*each) for each in each_of(period, "milestone_list/milestone", at)),
                dropouts=tuple(
                    row(*each)
                    for each in each_of(period, "drop_withdraw_reason_list/drop_withdraw_reason", at)
                ),
            )
            for period, at in each_of(element, "period_list/period", _FLOW)
        ),
    )


# ── outcomes ─────────────────────────────────────────────────────────────────────────────


def outcomes(
    element: Element | None,
    registered: Sequence[Endpoint],
    read_groups: ReadGroups,
    problems: list[Problem],
) -> tuple[PostedOutcome, ...]:
    """The outcomes with their tables and analyses."""
    if element is None:
        return ()
    names = {(each.role, fold(each.name)): each.key for each in registered}
    return tuple(
        _outcome(raw, at, names, read_groups, problems) for raw, at in each_of(element, "outcome", _OUTCOMES)
    )


def _outcome(
    raw: Element,
    at: str,
    registered: Mapping[tuple[str | None, str], str],
    read_groups: ReadGroups,
    problems: list[Problem],
) -> PostedOutcome:
    found, keys = columns(groups_of(raw, at), problems)
    title, role = raw.findtext("title"), role_of(raw.findtext("type"))
    # until 2016 an outcome had a list of measures, the first of which was the number of people
    listed = list(each_of(raw, "measure", at)) or list(each_of(raw, "measure_list/measure", at))
    counted = [each for each in listed if fold(each[0].findtext("title") or "") == "numberofparticipants"]
    tables = [each for each in listed if each not in counted] if len(listed) > 1 else listed
    table, place = tables[-1] if tables else (None, at)
    kind, ci_level = dispersion(table.findtext("dispersion") if table is not None else None)
    analysed = _denominators(table, place, keys, problems) if table is not None else ()
    if not analysed and len(listed) > 1:
        analysed = tuple(_old_denominators(counted, keys, problems))
    return PostedOutcome(
        endpoint=Endpoint(
            key=at,
            name=text(title) or "",
            role=role,
            time_frame=text(raw.findtext("time_frame")),
            evidence=Field(path=f"{at}/title", quote=title) if title else None,
        ),
        registered=registered.get((role, fold(title or ""))),
        param=word_or_none(table.findtext("param")) if table is not None else None,
        dispersion=kind,
        ci_level=ci_level,
        unit=text(table.findtext("units")) if table is not None else None,
        groups=read_groups(found),
        analysed=analysed,
        measurements=tuple(
            cell for each, where in tables for cell in _measurements(each, where, keys, analysed, problems)
        ),
        analyses=tuple(
            _analysis(each, where, at, keys, problems)
            for each, where in each_of(raw, "analysis_list/analysis", at)
        ),
    )


def _denominators(
    element: Element, at: str, keys: Mapping[object, str], problems: list[Problem]
) -> tuple[GroupCount, ...]:
    found = []
    for analyzed, where in each_of(element, "analyzed_list/analyzed", at):
        units = text(analyzed.findtext("units"))
        for cell, key in each_of(analyzed, "count_list/count", where):
            path = f"{key}/@value"
            n = count(cell.get("value"), path, problems)
            if n is not None:
                group = group_of(cell.get("group_id"), keys, path, problems)
                found.append(GroupCount(n=n, path=path, group=group, units=units))
    return tuple(found)


def _old_denominators(
    measures: Sequence[tuple[Element, str]], keys: Mapping[object, str], problems: list[Problem]
) -> Iterator[GroupCount]:
    for measure, at in measures:
        for category, where in each_of(measure, "category_list/category", at):
            for cell, key in each_of(category, "measurement_list/measurement", where):
                path = f"{key}/@value"
                n = count(cell.get("value"), path, problems)
                if n is not None:
                    group = group_of(cell.get("group_id"), keys, path, problems)
                    yield GroupCount(n=n, path=path, group=group, units="participants")


def _measurements(
    table: Element,
    at: str,
    keys: Mapping[object, str],
    analysed: tuple[GroupCount, ...],
    problems: list[Problem],
) -> Iterator[Measurement]:
    overall = denominator_by_group(analysed)
    counted = (word_or_none(table.findtext("param")) or "").startswith("count of")
    classes = list(each_of(table, "class_list/class", at)) or [(table, at)]
    for each, where in classes:
        own = denominator_by_group(_denominators(each, where, keys, problems)) if each is not table else {}
        class_title = text(each.findtext("title")) if each is not table else None
        for category, there in each_of(each, "category_list/category", where):
            title = text(category.findtext("title")) or text(category.findtext("sub_title"))
            for cell, path in each_of(category, "measurement_list/measurement", there):
                group = group_of(cell.get("group_id"), keys, path, problems)
                yield Measurement(
                    path=path,
                    group=group,
                    value=measured(cell.get("value"), f"{path}/@value", problems, counted=counted),
                    spread=measured(cell.get("spread"), f"{path}/@spread", problems),
                    lower=measured(cell.get("lower_limit"), f"{path}/@lower_limit", problems),
                    upper=measured(cell.get("upper_limit"), f"{path}/@upper_limit", problems),
                    class_title=class_title,
                    category=title,
                    analysed=own.get(group) or overall.get(group),
                    commented=text(cell.text) is not None,
                )


def _analysis(
    raw: Element, at: str, endpoint: str, keys: Mapping[object, str], problems: list[Problem]
) -> Analysis:
    groups = (
        group_of(text(each.text), keys, path, problems)
        for each, path in each_of(raw, "group_id_list/group_id", at)
    )

    def place(name: str) -> tuple[object, str]:
        return raw.findtext(name), f"{at}/{name}"

    return Analysis(
        key=at,
        groups=tuple(group for group in groups if group is not None),
        hypothesis=word_or_none(raw.findtext("non_inferiority_type")),
        tested_non_inferiority=yes_or_no(raw.findtext("non_inferiority")),
        method=text(raw.findtext("method")),
        param=text(raw.findtext("param_type")),
        ci_sides=word_or_none(raw.findtext("ci_n_sides")),
        dispersion=word_or_none(raw.findtext("dispersion_type")),
        spread=measured(raw.findtext("dispersion_value"), f"{at}/dispersion_value", problems),
        estimate=estimate(
            endpoint=endpoint,
            param=raw.findtext("param_type"),
            method=raw.findtext("method"),
            value=place("param_value"),
            ci_level=place("ci_percent"),
            ci_low=place("ci_lower_limit"),
            ci_high=place("ci_upper_limit"),
            p=place("p_value"),
            problems=problems,
        ),
        commented=tuple(
            part
            for part, name in (
                ("groups", "groups_desc"),
                ("hypothesis", "non_inferiority_desc"),
                ("p", "p_value_desc"),
                ("method", "method_desc"),
                ("estimate", "estimate_desc"),
                ("ci_low", "ci_lower_limit_na_comment"),
                ("ci_high", "ci_upper_limit_na_comment"),
                ("other", "other_analysis_desc"),
            )
            if text(raw.findtext(name))
        ),
    )
