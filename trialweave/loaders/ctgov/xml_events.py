"""The reported events of a legacy `clinical_study`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from trialweave.loaders.ctgov.tables import ReadGroups, columns, count, group_of, measured
from trialweave.loaders.ctgov.values import text, whole, word_or_none
from trialweave.loaders.ctgov.xml_lists import Element, each_of, groups_of
from trialweave.records import (
    AdverseEvents,
    EventCount,
    EventTotal,
    Field,
    Problem,
    ReportedEvent,
    Stated,
)

_EVENTS = "clinical_results/reported_events"
_TOTALS: dict[str, Literal["serious", "other", "deaths"]] = {
    "total, serious adverse events": "serious",
    "total, other adverse events": "other",
    "total, all-cause mortality": "deaths",
}


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
        ((key, name, title, people.get(str(name))) for key, name, title, _ in groups_of(element, _EVENTS)),
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
    default_assessment = word_or_none(table.findtext("default_assessment"))
    for category, where in each_of(table, "category_list/category", at):
        system = text(category.findtext("title"))
        for event, key in each_of(category, "event_list/event", where):
            label = event.find("sub_title")
            term = text(label.text) if label is not None else None
            if system == "Total":
                _totals(event, key, term, keys, totals, problems)
                continue
            if term is None or label is None:
                problems.append(Problem(path=key, reason="an event without a term"))
                continue
            vocabulary, assessment = text(label.get("vocab")), word_or_none(event.findtext("assessment"))
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
                        for cell, path in each_of(event, "counts", key)
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
    for cell, path in each_of(event, "counts", key):
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
