"""From a place in a registry record to what stands there, and the list of all places of a study.

Event counts and measurements carry the place of the object that holds their numbers; `member` gives
the place of each number in it, in the form of the record's format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from lxml import etree

from trialweave.errors import LoadError
from trialweave.records import (
    AdverseEvents,
    Enrolment,
    EventCount,
    EventTotal,
    Field,
    GroupCount,
    Measurement,
    RegistryStudy,
    ResultGroup,
)

_V2 = {
    "affected": "numAffected",
    "at_risk": "numAtRisk",
    "events": "numEvents",
    "value": "value",
    "spread": "spread",
    "lower": "lowerLimit",
    "upper": "upperLimit",
    "estimate": "paramValue",
    "ci_low": "ciLowerLimit",
    "ci_high": "ciUpperLimit",
    "ci_level": "ciPctValue",
    "p": "pValue",
}
_XML = {
    "affected": "@subjects_affected",
    "at_risk": "@subjects_at_risk",
    "events": "@events",
    "value": "@value",
    "spread": "@spread",
    "lower": "@lower_limit",
    "upper": "@upper_limit",
    "estimate": "param_value",
    "ci_low": "ci_lower_limit",
    "ci_high": "ci_upper_limit",
    "ci_level": "ci_percent",
    "p": "p_value",
}


def member(path: str, name: str) -> str:
    """The place of one number of an event count, measurement or analysis that stands at `path`.

    >>> member("/resultsSection/adverseEventsModule/otherEvents/3/stats/1", "affected")
    '/resultsSection/adverseEventsModule/otherEvents/3/stats/1/numAffected'
    >>> member("/ResultsSection/AdverseEventsModule/OtherEventList/OtherEvent/3"
    ...        "/OtherEventStatsList/OtherEventStats/1", "at_risk").split("/")[-1]
    'OtherEventStatsNumAtRisk'
    >>> member("clinical_results/reported_events/…/counts[2]", "affected")[-29:]
    '/counts[2]/@subjects_affected'
    """
    if not path.startswith("/"):
        return f"{path}/{_XML[name]}"
    if path.startswith("/ResultsSection/"):
        field = _V2[name]
        titled = f"CI{field[2:]}" if field.startswith("ci") else f"{field[0].upper()}{field[1:]}"
        return f"{path}/{path.rsplit('/', 2)[-2]}{titled}"
    return f"{path}/{_V2[name]}"


def value_at(record: Any, path: str) -> str:
    """What stands at a place of a record: a decoded JSON study, or a `clinical_study` element.

    Raises `LoadError` where nothing, or more than one thing, stands there.

    >>> value_at({"a": [{"b": 1}]}, "/a/0/b")
    '1'
    """
    if isinstance(record, etree._Element):
        found = record.xpath(path)
        if not isinstance(found, list) or len(found) != 1:
            raise LoadError(f"{path} does not name one place of the record")
        place = found[0]
        return (place.text or "") if isinstance(place, etree._Element) else str(place)
    value = record
    for step in path.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise LoadError(f"nothing stands at {path} in the record") from error
    return str(value)


def places(study: RegistryStudy) -> Iterator[tuple[str, str]]:
    """Every place of a study that a fact rests on, with what the study says stands there.

    Numbers are all that stands there (a count may stand there as "1,313" or "12.0"); words may be a
    part of it, as the dose in a description is.
    """
    yield from _places(study)


def _places(record: Any) -> Iterator[tuple[str, str]]:
    if isinstance(record, Field):
        yield record.path, record.quote
    elif isinstance(record, EventCount):
        for name in ("affected", "at_risk", "events"):
            if (n := getattr(record, name)) is not None:
                yield member(record.path, name), str(n)
    elif isinstance(record, Measurement):
        for name in ("value", "spread", "lower", "upper"):
            if (number := getattr(record, name)) is not None:
                yield member(record.path, name), number.reported
    elif isinstance(record, Enrolment | GroupCount):
        yield record.path, str(record.n)
    elif isinstance(record, EventTotal):
        if record.affected_path is not None:
            yield record.affected_path, str(record.affected)
        if record.at_risk_path is not None:
            yield record.at_risk_path, str(record.at_risk)
    elif isinstance(record, ResultGroup):
        if record.title is not None:
            yield f"{record.key}/{_title(record.key)}", record.title
    elif isinstance(record, tuple):
        for each in record:
            yield from _places(each)
    elif isinstance(record, msgspec.Struct):
        if isinstance(record, AdverseEvents) and record.threshold_path and record.threshold:
            yield record.threshold_path, record.threshold.reported
        for name in record.__struct_fields__:
            yield from _places(getattr(record, name))


def _title(key: str) -> str:
    """The name of a group's title in its format: `FlowGroupTitle`, in the older API, or `title`."""
    return f"{key.rsplit('/', 2)[-2]}Title" if key.startswith("/ResultsSection/") else "title"
