"""The results of a legacy `clinical_study`: participant flow, outcomes, reported events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from lxml import etree

from trialweave.loaders.ctgov_groups import fold
from trialweave.loaders.ctgov_results import (
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
from trialweave.loaders.ctgov_values import dispersion, text, whole, word
from trialweave.records import (
    AdverseEvents,
    Analysis,
    Endpoint,
    EventCount,
    EventTotal,
    Field,
    FlowPeriod,
    FlowRow,
    GroupCount,
    Measurement,
    ParticipantFlow,
    PostedOutcome,
    Problem,
    ReportedEvent,
    Stated,
)

Element = etree._Element

_FLOW = "clinical_results/participant_flow"
_OUTCOMES = "clinical_results/outcome_list"
_EVENTS = "clinical_results/reported_events"
_TOTALS: dict[str, Literal["serious", "other", "deaths"]] = {
    "total, serious adverse events": "serious",
    "total, other adverse events": "other",
    "total, all-cause mortality": "deaths",
}


def _each(element: Element, path: str, at: str) -> Iterator[tuple[Element, str]]:
    """The elements of a list under `element`, with their places."""
    for i, found in enumerate(element.iterfind(path), 1):
        yield found, f"{at}/{path}[{i}]"


def _groups(element: Element, at: str) -> Iterator[tuple[str, object, object, int | None]]:
    for group, key in _each(element, "group_list/group", at):
        yield key, group.get("group_id"), group.findtext("title"), None


def _word(raw: str | None) -> str | None:
    written = text(raw)
    return None if written is None else word(written)


# ── participant flow ─────────────────────────────────────────────────────────────────────


def flow(element: Element | None, read_groups: ReadGroups, problems: list[Problem]) -> ParticipantFlow | None:
    """Who started, who completed, who left and why."""
    if element is None:
        return None
    found, keys = columns(_groups(element, _FLOW), problems)

    def row(each: Element, at: str) -> FlowRow:
        counts = []
        for cell, key in _each(each, "participants_list/participants", at):
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
                milestones=tuple(row(*each) for each in _each(period, "milestone_list/milestone", at)),
                dropouts=tuple(
                    row(*each) for each in _each(period, "drop_withdraw_reason_list/drop_withdraw_reason", at)
                ),
            )
            for period, at in _each(element, "period_list/period", _FLOW)
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
        _outcome(raw, at, names, read_groups, problems) for raw, at in _each(element, "outcome", _OUTCOMES)
    )


def _outcome(
    raw: Element,
    at: str,
    registered: Mapping[tuple[str | None, str], str],
    read_groups: ReadGroups,
    problems: list[Problem],
) -> PostedOutcome:
    found, keys = columns(_groups(raw, at), problems)
    title, role = raw.findtext("title"), role_of(raw.findtext("type"))
    # until 2016 an outcome had a list of measures, the first of which was the number of people
    listed = list(_each(raw, "measure", at)) or list(_each(raw, "measure_list/measure", at))
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
        param=_word(table.findtext("param")) if table is not None else None,
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
            for each, where in _each(raw, "analysis_list/analysis", at)
        ),
    )


def _denominators(
    element: Element, at: str, keys: Mapping[object, str], problems: list[Problem]
) -> tuple[GroupCount, ...]:
    found = []
    for analyzed, where in _each(element, "analyzed_list/analyzed", at):
        units = text(analyzed.findtext("units"))
        for cell, key in _each(analyzed, "count_list/count", where):
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
        for category, where in _each(measure, "category_list/category", at):
            for cell, key in _each(category, "measurement_list/measurement", where):
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
    counted = (_word(table.findtext("param")) or "").startswith("count of")
    classes = list(_each(table, "class_list/class", at)) or [(table, at)]
    for each, where in classes:
        own = denominator_by_group(_denominators(each, where, keys, problems)) if each is not table else {}
        class_title = text(each.findtext("title")) if each is not table else None
        for category, there in _each(each, "category_list/category", where):
            title = text(category.findtext("title")) or text(category.findtext("sub_title"))
            for cell, path in _each(category, "measurement_list/measurement", there):
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
        for each, path in _each(raw, "group_id_list/group_id", at)
    )

    def place(name: str) -> tuple[object, str]:
        return raw.findtext(name), f"{at}/{name}"

    return Analysis(
        key=at,
        groups=tuple(group for group in groups if group is not None),
        hypothesis=_word(raw.findtext("non_inferiority_type")),
        tested_non_inferiority=yes_or_no(raw.findtext("non_inferiority")),
        method=text(raw.findtext("method")),
        param=text(raw.findtext("param_type")),
        ci_sides=_word(raw.findtext("ci_n_sides")),
        dispersion=_word(raw.findtext("dispersion_type")),
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


# ── reported events ──────────────────────────────────────────────────────────────────────


def adverse_events(
    element: Element | None, read_groups: ReadGroups, problems: list[Problem]
) -> AdverseEvents | None:
    """The tables of serious and other events; their category "Total" gives totals, never events."""
    if element is None:
        return None
    people: dict[str | None, int | None] = {}
    path = "serious_events/category_list/category[title='Total']/event_list/event/counts"
    for cell in element.iterfind(path):
        people.setdefault(cell.get("group_id"), whole(cell.get("subjects_at_risk")))
    found, keys = columns(
        ((key, name, title, people.get(str(name))) for key, name, title, _ in _groups(element, _EVENTS)),
        problems,
    )
    totals: list[EventTotal] = []
    events: list[ReportedEvent] = []
    for section, serious in (("serious_events", True), ("other_events", False)):
        table = element.find(section)
        if table is not None:
            _section(table, f"{_EVENTS}/{section}", serious, keys, events, totals, problems)
    time_frame = element.findtext("time_frame")
    at = f"{_EVENTS}/other_events/frequency_threshold"
    threshold = measured(element.findtext("other_events/frequency_threshold"), at, problems)
    return AdverseEvents(
        groups=read_groups(found),
        time_frame=Stated(
            value=text(time_frame) or "",
            evidence=Field(path=f"{_EVENTS}/time_frame", quote=time_frame),
        )
        if time_frame and text(time_frame)
        else None,
        threshold=threshold,
        threshold_path=at if threshold else None,
        totals=tuple(totals),
        events=tuple(events),
    )


def _section(
    table: Element,
    at: str,
    serious: bool,
    keys: Mapping[object, str],
    events: list[ReportedEvent],
    totals: list[EventTotal],
    problems: list[Problem],
) -> None:
    default_vocabulary = text(table.findtext("default_vocab"))
    default_assessment = _word(table.findtext("default_assessment"))
    for category, where in _each(table, "category_list/category", at):
        system = text(category.findtext("title"))
        for event, key in _each(category, "event_list/event", where):
            label = event.find("sub_title")
            term = text(label.text) if label is not None else None
            if system == "Total":
                _totals(event, key, term, keys, totals, problems)
                continue
            if term is None or label is None:
                problems.append(Problem(path=key, reason="an event without a term"))
                continue
            vocabulary, assessment = text(label.get("vocab")), _word(event.findtext("assessment"))
            events.append(
                ReportedEvent(
                    key=key,
                    term=term,
                    serious=serious,
                    organ_system=system,
                    vocabulary=vocabulary or default_vocabulary,
                    vocabulary_from="term" if vocabulary else "section" if default_vocabulary else None,
                    assessment=assessment or default_assessment,
                    assessment_from="term" if assessment else "section" if default_assessment else None,
                    noted=text(event.findtext("description")) is not None,
                    counts=tuple(
                        EventCount(
                            path=path,
                            group=group_of(cell.get("group_id"), keys, path, problems),
                            affected=count(cell.get("subjects_affected"), path, problems),
                            at_risk=count(cell.get("subjects_at_risk"), path, problems),
                            events=count(cell.get("events"), path, problems),
                        )
                        for cell, path in _each(event, "counts", key)
                    ),
                )
            )


def _totals(
    event: Element,
    key: str,
    term: str | None,
    keys: Mapping[object, str],
    totals: list[EventTotal],
    problems: list[Problem],
) -> None:
    kind = _TOTALS.get((term or "").lower())
    if kind is None:
        problems.append(Problem(path=key, reason=f"a total of an unknown kind: {term!r}"))
        return
    for cell, path in _each(event, "counts", key):
        here, there = f"{path}/@subjects_affected", f"{path}/@subjects_at_risk"
        n = count(cell.get("subjects_affected"), here, problems)
        of = count(cell.get("subjects_at_risk"), there, problems)
        totals.append(
            EventTotal(
                kind=kind,
                group=group_of(cell.get("group_id"), keys, path, problems),
                affected=n,
                at_risk=of,
                affected_path=here if n is not None else None,
                at_risk_path=there if of is not None else None,
            )
        )
