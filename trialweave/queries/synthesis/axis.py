"""Where an axis of effects begins and ends, and what is written at it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

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


def limits(inside: Sequence[float], if_near: Iterable[float]) -> tuple[float, float]:
    """A range that holds some values, and others as far as they lie within 0.6 of its width beyond it.

    >>> limits([0.0, 1.0], [1.5, 9.0])
    (-0.1, 1.7...)
    """
    low, high = min(inside), max(inside)
    reach = 0.6 * (high - low) or 0.5 * abs(low) or 0.5
    low_end, high_end = low - reach, high + reach
    for value in if_near:
        low, high = min(low, max(value, low_end)), max(high, min(value, high_end))
    pad = 0.05 * (high - low) or reach
    return low - pad, high + pad


def ticks(low: float, high: float) -> list[float]:
    """Round ratios between two logarithms: as many as are easily read.

    >>> ticks(math.log(0.2), math.log(8))
    [0.2, 0.5, 1.0, 2.0, 5.0]
    """
    first, last = math.floor(low / math.log(10)), math.ceil(high / math.log(10))
    for steps in _STEPS:
        found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        found = [value for value in found if low <= math.log(value) <= high]
        if 2 <= len(found) <= _MOST_TICKS:
            return [float(f"{value:.6g}") for value in found]
    decades = range(first, last + 1, max(1, (last - first) // _MOST_TICKS + 1))
    return [10.0**power for power in decades if low <= power * math.log(10) <= high]


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
