"""A hazard ratio against the medians of the two arms."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.loaders.audit.reported import Found, Reported, number
from trialweave.records import Fact, Finding

_REACH = 300
_AGAINST = re.compile(r"\b(?:v|vs|versus|compared|than|against)\b", re.IGNORECASE)
_CONTROL = re.compile(
    r"placebo|control|standard|supportive care|observation|alone|no treatment|usual", re.IGNORECASE
)


def ratios_against_medians(reported: Reported) -> Found:
    """`ratio-against-medians`: a hazard ratio clearly below 1 beside a shorter median in the same arm.

    A ratio has the direction that its pair of arms was read in. That is taken as stated only where the
    words between the medians set one against the other ("versus"), or the second arm is a control.
    The reverse (above 1, longer median) is not reported: it mostly means that the text compares the
    other way round.
    """
    controls = {arm.name for arm in reported.arms if arm.role == "placebo comparator"}
    for here, fact in enumerate(reported.facts):
        one, _, other = (fact.arm or "").partition(" vs ")
        high = number(fact.ci_high)
        if fact.kind != "hazard_ratio" or not other or high is None or high >= 1:
            continue
        first, second = (_median(reported, fact, arm) for arm in (one, other))
        if first is None or second is None or first[1] >= second[1]:
            continue
        begin, end = sorted((first[0], second[0]), key=lambda median: median.start)
        control = other in controls or (bool(_CONTROL.search(other)) and not _CONTROL.search(one))
        if control or (begin is first[0] and _AGAINST.search(reported.text, begin.end, end.start)):
            yield (
                here,
                Finding(
                    check="ratio-against-medians",
                    message=f"the ratio {fact.value} favours {one}, its median {first[1]} is shorter"
                    f" than {second[1]}",
                    computed=f"{first[1]} < {second[1]}",
                    sure="likely",
                ),
            )


def _median(reported: Reported, ratio: Fact, arm: str) -> tuple[Fact, Decimal] | None:
    """The one median of the same endpoint in the arm, near the ratio."""
    found = [
        (fact, value)
        for fact in reported.facts
        if fact.kind == "median_time"
        and fact.arm == arm
        and fact.endpoint == ratio.endpoint
        and abs(fact.start - ratio.start) < _REACH
        and (value := number(fact.value)) is not None
    ]
    return found[0] if len(found) == 1 else None
