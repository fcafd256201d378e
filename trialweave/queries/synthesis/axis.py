"""Where an axis of effects begins and ends, and what is written at it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trialweave.queries.synthesis.canvas import GREY, Axes
from trialweave.queries.synthesis.study import Scale

_STEPS = (
    (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    (1.0, 2.0, 5.0),
    (1.0, 3.0),
    (1.0,),
)
_MOST_TICKS = 8
_NARROW = 0.5
"""A range of logarithms below which round ratios are too rare."""


def limits(inside: Sequence[float], intervals: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """A range that holds some values, and of intervals what most of them need.

    An interval is cut where it reaches further beyond the values than 0.6 of their range, and than 1.5 times
    half the width of the interval in the middle.

    >>> limits([0.0, 1.0], [(-0.2, 0.2), (0.8, 9.0), (0.8, 1.2)])
    (-0.29, 1.69)
    """
    low, high = min(inside), max(inside)
    halves = sorted((right - left) / 2 for left, right in intervals)
    reach = max(0.6 * (high - low), 1.5 * halves[len(halves) // 2] if halves else 0.0) or 0.5
    low_end, high_end = low - reach, high + reach
    for left, right in intervals:
        low, high = min(low, max(left, low_end)), max(high, min(right, high_end))
    pad = 0.05 * (high - low) or reach
    return round(low - pad, 12), round(high + pad, 12)


def ticks(low: float, high: float) -> list[float]:
    """Round ratios between two logarithms: as many as are easily read.

    >>> ticks(math.log(0.2), math.log(8))
    [0.2, 0.5, 1.0, 2.0, 5.0]
    """
    if high - low < _NARROW:
        return _evenly(math.exp(low), math.exp(high))
    first, last = math.floor(low / math.log(10)), math.ceil(high / math.log(10))
    for steps in _STEPS:
        found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        found = [value for value in found if low <= math.log(value) <= high]
        if 2 <= len(found) <= _MOST_TICKS:
            return [float(f"{value:.6g}") for value in found]
    decades = range(first, last + 1, max(1, (last - first) // _MOST_TICKS + 1))
    return [10.0**power for power in decades if low <= power * math.log(10) <= high]


def _evenly(low: float, high: float) -> list[float]:
    """Round numbers at even distances.

    >>> _evenly(0.953, 1.041)
    [0.96, 0.98, 1.0, 1.02, 1.04]
    """
    size = 10.0 ** math.floor(math.log10(high - low))
    step = next(step * size for step in (0.2, 0.5, 1.0, 2.0) if (high - low) / (step * size) <= _MOST_TICKS)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [float(f"{place * step:.12g}") for place in range(first, last + 1)]


def label(axes: Axes, scale: Scale, size: float) -> None:
    """Write an axis of effects on the scale of pooling as people read it."""
    low, high = axes.get_xlim()
    if scale.log:
        values = ticks(low, high)
        axes.set_xticks([math.log(value) for value in values], [f"{value:g}" for value in values])
    else:
        axes.locator_params(axis="x", nbins=7)
        values = [float(value) for value in axes.get_xticks() if low <= value <= high]
        axes.set_xticks(values, [f"{value:g}".replace("-", "−") for value in values])
    axes.tick_params(axis="x", labelsize=size, color=GREY, length=3)
