"""An estimate against its own interval: on a bound, outside, in other units, or off its middle."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from trialweave.loaders.audit.reported import DIFFERENCES, RATIOS, Found, Reported, number
from trialweave.loaders.audit.rounding import half_unit
from trialweave.records import Fact, Finding

_SHARES = frozenset({"rate", "ae_count", "deaths", "event_count"})
_TIME = re.compile(r"\b(month|year|week|day|hour|minute)s?\b", re.IGNORECASE)
_DETACHED = re.compile(r"[-\u2010-\u2015\u2212]\s+$|[0-9][.·]\s*$")
_LONGER_TIME = re.compile(r"[0-9] (?:years?|months?|weeks?),? (?:and )?$")
_LEVEL = re.compile(r"[0.]*[0-9]+ ?% ?(?:CI|confidence)", re.IGNORECASE)
_OTHER_METHOD = re.compile(
    r"\bexact|profile|bootstrap|Bayes|credib|\bCrI|repeated|posterior|Fieller|one-sided|mid-?P\b|\bHDI\b",
    re.IGNORECASE,
)
_OTHER_MEASURE = re.compile(r"\bNN[TH]\b|number needed|\b[SW]?MD\b|mean differences?\b", re.IGNORECASE)
_WIDE = 25


def bounds_on_estimates(reported: Reported) -> Found:
    """`bound-equals-estimate`: a confidence bound is the estimate itself.

    Silent where rounding can bring the two together: an interval that may be even-sided (a share's:
    twice as long on one side) before rounding; for a share of 0 or 100 % and a ratio of 0, whose
    interval begins or ends there; and for an interval that the text does not call one, unless of a ratio.
    """
    for here, fact in enumerate(reported.facts):
        value, low, high = number(fact.value), number(fact.ci_low), number(fact.ci_high)
        named = fact.interval == "CI" or (fact.interval is None and fact.kind in RATIOS)
        if value is None or not named or low == high:
            continue
        if (fact.unit == "%" and value in (0, 100)) or (fact.kind in RATIOS and value == 0):
            continue
        for name, bound, other in (("lower", low, high), ("upper", high, low)):
            if bound is None or bound != value:
                continue
            unit = 2 * max(half_unit(value), half_unit(bound))
            skew = 2 if fact.unit == "%" else 1
            if other is not None and abs(other - value) - unit <= skew * unit:
                continue
            message = f"the {name} bound {bound} is the estimate itself"
            yield here, Finding(check="bound-equals-estimate", message=message, computed=str(bound))


def misplaced_estimates(reported: Reported) -> Found:
    """`estimate-outside-interval` and `interval-scale`: an estimate or median not between its bounds.

    All numbers may be rounded. Silent where value and interval are in different units of time, where a
    sign or the first digits of the value stand apart, and for a share beside bounds below 0, which are
    of a difference.
    """
    for here, fact in enumerate(reported.facts):
        value, low, high = number(fact.value), number(fact.ci_low), number(fact.ci_high)
        if value is None or (low is None and high is None):
            continue
        slack = half_unit(value)
        below = low is not None and value + slack < low - half_unit(low)
        above = high is not None and value - slack > high + half_unit(high)
        if not (below or above) or not _readable(fact, reported.text):
            continue
        if fact.kind in _SHARES and low is not None and high is not None and fact.unit == "%":
            if low < 0:
                continue
            if high <= 1 < value and 100 * low <= value <= 100 * high:
                message = f"{value} % beside an interval in fractions, {low} to {high}"
                yield (
                    here,
                    Finding(
                        check="interval-scale", message=message, computed=f"{100 * low:f}-{100 * high:f}"
                    ),
                )
                continue
        turned = low is not None and high is not None and low <= -value <= high
        yield (
            here,
            Finding(
                check="estimate-outside-interval",
                message=f"{value} is not between {_bound(low)} and {_bound(high)}"
                f"{f'; {-value} would be' if turned else ''}",
                computed=str(value),
            ),
        )


def off_centre(reported: Reported) -> Found:
    """`interval-symmetry`: an estimate far from the middle of its confidence interval.

    The interval of a ratio is symmetric on the log scale, that of a mean difference on its own, at any
    level. Reported from a quarter of the half-width on (half of it where the upper bound is more than
    25 times the lower: few events, where methods differ), beyond what rounding explains. Silent for
    intervals made in other ways (exact, profile, bootstrap, credible, repeated).
    """
    for here, fact in enumerate(reported.facts):
        value, low, high = number(fact.value), number(fact.ci_low), number(fact.ci_high)
        if value is None or low is None or high is None or not low < value < high or fact.interval != "CI":
            continue
        logs = fact.kind in RATIOS
        if not (fact.kind == "mean_difference" or (logs and low > half_unit(low))):
            continue
        edges = [
            (_scaled(low + a, logs) + _scaled(high + b, logs)) / 2
            for a in (-half_unit(low), half_unit(low))
            for b in (-half_unit(high), half_unit(high))
        ]
        estimates = [_scaled(value - half_unit(value), logs), _scaled(value + half_unit(value), logs)]
        width = (_scaled(high, logs) - _scaled(low, logs)) / 2
        distance = max(min(estimates) - max(edges), min(edges) - max(estimates))
        if distance <= (0.5 if logs and high > _WIDE * low else 0.25) * width:
            continue
        begin = max(0, fact.start - 40)
        if (
            not _readable(fact, reported.text)
            or _OTHER_METHOD.search(reported.text, begin, fact.end)
            or (logs and _OTHER_MEASURE.search(reported.text, begin, fact.end))
        ):
            continue
        middle = (_scaled(low, logs) + _scaled(high, logs)) / 2
        centre = math.exp(middle) if logs else middle
        yield (
            here,
            Finding(
                check="interval-symmetry",
                message=f"the middle of {low} to {high} is {centre:.2f}, the estimate is {value}",
                computed=f"{centre:.2f}",
                sure="likely",
            ),
        )


def _scaled(value: Decimal, logs: bool) -> float:
    return math.log(max(float(value), 1e-9)) if logs else float(value)


def _bound(value: Decimal | None) -> str:
    return "a bound not reached" if value is None else str(value)


def _readable(fact: Fact, text: str) -> bool:
    """False where value and interval have units of their own, or the value is a part of what is written."""
    if len({unit.lower() for unit in _TIME.findall(fact.quote)}) > 1 or _LEVEL.match(fact.quote):
        return False
    if _LONGER_TIME.search(text, max(0, fact.start - 20), fact.start):
        return False
    unsigned = fact.kind in DIFFERENCES or fact.kind in ("mean", "median", "rate", "regression_coefficient")
    return not (unsigned and _DETACHED.search(text, max(0, fact.start - 4), fact.start))
