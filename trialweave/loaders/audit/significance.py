"""A confidence interval against the p-value beside it.

An interval at level L excludes "no effect" (a ratio of 1, a difference of 0) if and only if its own
two-sided p-value is below 1 - L. The p-value printed may be one-sided, come from another test
(log-rank beside Cox), or answer another question (interaction, non-inferiority), so only what none of
these explains is reported.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from statistics import NormalDist
from typing import NamedTuple

from trialweave.loaders.audit.reported import DIFFERENCES, RATIOS, Found, Reported, number
from trialweave.loaders.audit.rounding import half_unit
from trialweave.records import Fact, Finding

_OTHER_QUESTION = re.compile(r"inferior|equivalence|interact|trend|heterogen|one-sided 9", re.IGNORECASE)
_INFERIORITY = re.compile(r"inferior|equivalence", re.IGNORECASE)
_P_INSIDE = re.compile(r"\bp\b", re.IGNORECASE)
_TWO_SIDED = 0.5
_OTHER_TEST = 5.0
_TOO_FAR = 0.9
_LEVELS_UNSTATED = (90.0, 95.0, 99.0)
_NORMAL = NormalDist()


class _Interval(NamedTuple):
    """An estimate with its bounds and its value of no effect, on the scale where it is even-sided."""

    value: float
    low: float
    high: float
    none: float

    def p(self, level: float, *, longer: bool = True) -> float:
        """The two-sided p-value by the normal approximation, from the longer (shorter) side.

        Ref: Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304.

        >>> round(_Interval(*(math.log(one) for one in (0.81, 0.70, 0.94, 1))).p(95), 3)
        0.006
        """
        sides = (self.value - self.low, self.high - self.value)
        reach = max(sides) if longer else min(sides)
        border = _NORMAL.inv_cdf(0.5 + level / 200)
        return 2 * _NORMAL.cdf(-abs(self.value - self.none) / reach * border)


def intervals_against_p(reported: Reported) -> Found:
    """`interval-against-p`: the interval excludes no effect and the p-value does not, or the reverse.

    Said where p is at least 1.4 times the border (0.07 for 95 %) and five times what the interval
    gives; or at most a fifth of the border (a tenth if one-sided) although no effect lies inside; or,
    for a ratio, so far below what the interval gives that no other test explains it (0.9 in z).
    """
    for here, fact in enumerate(reported.facts):
        value, low, high = number(fact.value), number(fact.ci_low), number(fact.ci_high)
        none = Decimal(1) if fact.kind in RATIOS else Decimal(0) if fact.kind in DIFFERENCES else None
        if (
            fact.p is None
            or none is None
            or value is None
            or low is None
            or high is None
            or not low < high
            or fact.interval not in ("CI", None)
            or (fact.kind in RATIOS and min(value, low) <= 0)
        ):
            continue
        excludes = none < low - half_unit(low) or none > high + half_unit(high)
        includes = low + half_unit(low) < none < high - half_unit(high)
        interval = _Interval(*(_scaled(fact, one) for one in (value, low, high, none)))
        given = _contradicted(fact, interval, excludes=excludes, includes=includes)
        if given is None and excludes and _far_below(fact, interval, reported.text):
            given = interval.p(float(fact.ci_level or 95))
        if given is not None and not _OTHER_QUESTION.search(
            reported.text, max(0, fact.start - 40), fact.end + 40
        ):
            yield (
                here,
                Finding(
                    check="interval-against-p",
                    message=f"{low} to {high} {'excludes' if excludes else 'includes'} {none}"
                    f" (p about {given:.2g}), but p is {fact.p.lstrip('=')}",
                    computed=f"{given:.2g}",
                    sure="likely",
                ),
            )


def _contradicted(fact: Fact, interval: _Interval, *, excludes: bool, includes: bool) -> float | None:
    """What p the interval gives, if that and the p stated fall on different sides of the border."""
    smallest, largest = _stated_range(fact.p or "")
    levels = (float(fact.ci_level),) if fact.ci_level is not None else _LEVELS_UNSTATED
    borders = [1 - level / 100 for level in levels]
    if excludes and not (fact.p_sided == "one" and smallest > _TWO_SIDED):
        given = max(interval.p(level) for level in levels)
        return given if smallest >= 1.4 * max(borders) and smallest > _OTHER_TEST * given else None
    if includes and largest <= min(borders) / (10 if fact.p_sided == "one" else 5):
        return interval.p(levels[0])
    return None


def _far_below(fact: Fact, interval: _Interval, text: str) -> bool:
    """True if the p-value of a ratio is far below what its interval gives, both being significant."""
    if fact.kind not in RATIOS or fact.ci_level is None or not _P_INSIDE.search(fact.quote):
        return False
    if not interval.low < interval.value < interval.high:
        return False
    largest = _stated_range(fact.p or "")[1]
    given = interval.p(float(fact.ci_level), longer=False)
    if not 0 < largest < given or _INFERIORITY.search(text):
        return False
    sides = 1 if fact.p_sided == "one" else 2
    return _NORMAL.inv_cdf(given / 2) - _NORMAL.inv_cdf(largest / sides) >= _TOO_FAR


def _stated_range(p: str) -> tuple[float, float]:
    """The smallest and the largest p-value that the words allow.

    >>> _stated_range("<0.001"), _stated_range("=0.02"), _stated_range(">=0.05")
    ((0.0, 0.001), (0.015, 0.025), (0.05, 1.0))
    """
    operator = p.rstrip("0123456789.eE-+")
    value = Decimal(p[len(operator) :])
    if operator in ("<", "<="):
        return 0.0, float(value)
    if operator in (">", ">="):
        return float(value), 1.0
    return float(value - half_unit(value)), float(value + half_unit(value))


def _scaled(fact: Fact, value: Decimal) -> float:
    return math.log(value) if fact.kind in RATIOS else float(value)
