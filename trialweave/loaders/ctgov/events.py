"""The adverse events module of a decoded API v2 study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from trialweave.loaders.ctgov import wire
from trialweave.loaders.ctgov.tables import ReadGroups, columns, count, group_of, measured
from trialweave.loaders.ctgov.values import text, whole, word
from trialweave.records import (
    AdverseEvents,
    EventCount,
    EventTotal,
    Field,
    Problem,
    ReportedEvent,
    Stated,
)

_EVENTS = "/resultsSection/adverseEventsModule"


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
