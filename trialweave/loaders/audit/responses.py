"""Complete, partial, stable and progressive against each other, all responses, and 100 %.

The four categories of WHO and RECIST exclude each other; complete and partial together are the
response rate, with stable disease they are disease control. Where a text has categories beside these
(very good partial response, incomplete recovery), the sums need not hold, and nothing is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from trialweave.loaders.audit.reported import Found, Reported
from trialweave.loaders.audit.rounding import half_unit, percent
from trialweave.records import Fact, Finding

_ENDS = r"(?:tumou?r )?(?:responses?|remissions?)(?: rates?)?"
_CATEGORIES = {
    name: re.compile(rf"(?:(?:confirmed|best|the) )*(?:{words})", re.IGNORECASE)
    for name, words in (
        ("complete", rf"complete {_ENDS}|CRs?"),
        ("partial", rf"partial {_ENDS}|PRs?"),
        ("stable", r"stable diseases?(?: rates?)?|SD"),
        ("progressive", r"progressive diseases?(?: rates?)?|PD"),
        ("overall", rf"(?:overall|objective|overall objective) {_ENDS}|ORR"),
        ("control", r"disease control(?: rates?)?|DCR"),
    )
}
_PARTS = {
    "overall": ("complete", "partial"),
    "control": ("complete", "partial", "stable"),
}
_MORE_CATEGORIES = re.compile(
    r"very good|near[- ]complete|minor respon|minimal respon|stringent|incomplete|\bCRi\b|\bVGPR|unconfirmed"
    r"|marrow|morpholog|partial or|complete or|mixed respon|haematolog|hematolog|\bMR\b",
    re.IGNORECASE,
)
_REACH = 500


class _Whole(NamedTuple):
    """What the parts are held against, in words."""

    name: str
    here: int
    stated: Decimal
    slack: Decimal


def response_sums(reported: Reported) -> Found:
    """`responses`: the categories of an arm against all its responses, disease control, and 100 %.

    Each category must be stated once for the arm, as counts or as percentages, within 500 characters
    of the others. Facts without an arm count only where the text names fewer than two arms.
    """
    groups: dict[tuple[str | None, str | None, str | None], dict[str, list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for here, fact in enumerate(reported.facts):
        name = _category(fact)
        if name and (fact.arm or len(reported.arms) < 2):
            groups[fact.arm, fact.population, fact.timepoint][name].append(here)
    if all(len(group) < 2 for group in groups.values()) or _MORE_CATEGORIES.search(reported.text):
        return
    for group in groups.values():
        once = {name: places[0] for name, places in group.items() if len(places) == 1}
        starts = sorted(reported.facts[here].start for here in once.values())
        if len(once) == len(group) and starts[-1] - starts[0] < _REACH:
            yield from _sums(reported, once)


def _category(fact: Fact) -> str | None:
    if fact.kind not in ("rate", "event_count"):
        return None
    return next((name for name, words in _CATEGORIES.items() if words.fullmatch(fact.endpoint or "")), None)


def _sums(reported: Reported, once: dict[str, int]) -> Found:
    for unit in ("patients", "percent"):
        found = {
            name: value
            for name, here in once.items()
            if (value := _measured(reported.facts[here], unit)) is not None
        }
        said = False
        for whole, parts in _wholes(reported, once, found, unit):
            added = sum((found[name][0] for name in parts), Decimal(0))
            slack = whole.slack + sum((found[name][1] for name in parts), Decimal(0))
            over, under = added - whole.stated > slack, whole.stated - added > slack
            complete = set(parts) == set(_PARTS.get(whole.name, ()))
            if over or (under and complete):
                said = True
                sign = " %" if unit == "percent" else ""
                names = " + ".join(f"{name} {found[name][0]}{sign}" for name in parts)
                yield (
                    whole.here,
                    Finding(
                        check="responses",
                        message=f"{names} is {added}{sign}, not {whole.stated}{sign} ({whole.name})",
                        computed=str(added),
                        sure="likely",
                    ),
                )
        if said:
            return


def _wholes(
    reported: Reported, once: dict[str, int], found: dict[str, tuple[Decimal, Decimal]], unit: str
) -> Iterator[tuple[_Whole, tuple[str, ...]]]:
    """What the parts can be held against: a response rate, disease control, the people of the arm."""
    for name, all_parts in _PARTS.items():
        parts = tuple(part for part in all_parts if part in found)
        if name in found and parts:
            yield _Whole(name, once[name], *found[name]), parts
    parts = tuple(part for part in ("complete", "partial", "stable", "progressive") if part in found)
    if len(parts) < 2:
        return
    last = max(once[part] for part in parts)
    if unit == "percent":
        yield _Whole("all", last, Decimal(100), Decimal(0)), parts
    denominators = {reported.facts[once[part]].denom for part in parts}
    if unit == "patients" and len(denominators) == 1 and (denominator := denominators.pop()):
        yield _Whole("all", last, Decimal(denominator), Decimal(0)), parts


def _measured(fact: Fact, unit: str) -> tuple[Decimal, Decimal] | None:
    """Value and slack of a category, in patients or in percent."""
    if unit == "patients":
        return (Decimal(fact.n), Decimal(0)) if fact.n is not None else None
    stated = percent(fact)
    return (stated, half_unit(stated)) if stated is not None else None
