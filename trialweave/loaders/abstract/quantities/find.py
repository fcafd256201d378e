"""The quantities of a sentence, each with what is written beside it.

A quantity is a number with its unit, count, denominator, interval, deviation and p-value, but not
yet with what it belongs to. Its `shape` says how it is written: "percent", "points", "count",
"time", "mean", "measure", "ratio" and "difference" (an effect estimate; `label` names it), "bare".
"""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.quantities.counts import STRAY
from trialweave.loaders.abstract.quantities.estimates import Label
from trialweave.loaders.abstract.quantities.intervals import NOT_REACHED, PValue, confidence_interval
from trialweave.loaders.abstract.quantities.masks import masked
from trialweave.loaders.abstract.quantities.measures import label_of
from trialweave.loaders.abstract.quantities.numbers import Number, numbers
from trialweave.loaders.abstract.quantities.one import read_quantity
from trialweave.loaders.abstract.quantities.shared import share_units
from trialweave.loaders.abstract.text.cued import holds

_NOT_REACHED_HEAD = re.compile(rf"(?<![\w-])(?:{NOT_REACHED})", re.IGNORECASE)
_OPEN_SHORT = re.compile(r"[Nn](?<![\w-].)[RrEeAa]\b")
_OPEN_LONG = tuple(
    f"not {word}" for word in "yet|been|reach|estim|eval|calc|avail|attain|appli|assess|determ".split("|")
)


def _may_be_open(text: str, start: int, end: int) -> bool:
    """True if a median can be "not reached" there."""
    low = text[start:end].lower()
    return (
        holds(low, _OPEN_LONG) or holds(low, ("∞", "infinity")) or bool(_OPEN_SHORT.search(text, start, end))
    )


def quantities(
    text: str,
    start: int,
    end: int,
    labels: list[Label],
    ps: list[PValue],
    *,
    found_numbers: list[Number] | None = None,
    last_label: Label | None = None,
) -> list[Quantity]:
    """The quantities of the sentence `text[start:end]`, in order; p-values are attached to estimates only.

    `last_label` is the effect measure that the sentences before named, for "(0.64, 0.46 to 0.91)".

    >>> text = "OS was 34% (26.9-41.0) versus 25% (95% CI 18.4-31.6)"
    >>> [(q.shape, q.value, q.low) for q in quantities(text, 0, len(text), [], [])]
    [('percent', Decimal('34'), Decimal('26.9')), ('percent', Decimal('25'), Decimal('18.4'))]
    """
    by_start = {p.start: p for p in ps}
    taken = start
    found: list[Quantity] = []
    heads = _heads(text, start, end, found_numbers)
    masks = masked(text, start, end, heads)
    for number in heads:
        if (
            number.start < taken
            or (masks and any(a <= number.start < b for a, b in masks))
            or (ps and any(p.start <= number.start < p.end for p in ps))
        ):
            continue
        stray = _interval_without_value(text, number.start)
        if stray > number.start:
            taken = stray
            continue
        label = label_of(text, number, labels)
        quantity = read_quantity(text, end, number, label, found, by_start, last_label)
        if quantity is None:
            continue
        taken = quantity.end
        found.append(quantity)
    return share_units(text, found)


def _heads(text: str, start: int, end: int, found: list[Number] | None) -> list[Number]:
    heads = list(found) if found is not None else numbers(text, start, end)
    for hit in _NOT_REACHED_HEAD.finditer(text, start, end) if _may_be_open(text, start, end) else ():
        heads.append(Number(hit.start(), hit.end(), Decimal("NaN"), None, False))
    return sorted(heads, key=lambda head: head.start)


def _interval_without_value(text: str, at: int) -> int:
    """Where an interval ends that stands without its value, so that its numbers are not read alone."""
    if STRAY.match(text, at):
        interval = confidence_interval(text, at)
        stray = STRAY.match(text, at)
        return interval.end if interval else max(at + 3, stray.end() if stray else 0)
    return at
