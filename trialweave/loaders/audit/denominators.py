"""Counts with percentages in an arm against the sizes stated for the arm, one by one and together.

Abstracts often give "17 [16%]" without saying of how many. Each such pair allows some denominators;
all pairs of an arm together allow fewer. If none of the arm's stated sizes is among those that a pair
allows, the pair is of other people than were counted there (a safety set, say), or one number is a
slip; which of the two is not for us to say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from trialweave.loaders.audit.reported import Found, Reported, number, same_sentence
from trialweave.loaders.audit.rounding import allowed_denominators, cuts, percent, share
from trialweave.records import Finding

_HARMS = ("ae_count", "deaths")
_NEAR = 0.15
_WRITTEN = re.compile(
    r"(?:\bof(?: the| these| all)?|/) ?"
    r"([0-9]{1,3}(?:[, \u2009\u00a0][0-9]{3})+|[0-9]+)(?![0-9.·%])"
)
_REACH = 600


class _Pair(NamedTuple):
    """A count and a percentage of an arm; `here` is the place of their fact."""

    here: int
    n: int
    percent: Decimal

    def allowed(self) -> range:
        return allowed_denominators(self.n, self.percent)


class _Arm(NamedTuple):
    """What a text says of an arm: its sizes, the populations that they count, its pairs."""

    sizes: set[int]
    populations: set[str | None]
    pairs: list[_Pair]


def excluded_sizes(reported: Reported) -> Found:
    """`denominator`: the pairs of harms in an arm that none of its stated sizes allows.

    Silent where the stated sizes are farther than 15 % from what the pairs allow (they are of a
    subgroup, or of other people); where one of the arm's pairs names a population of which no size is
    stated; where the text cuts its percentages throughout; and where a denominator written up to 600
    characters before, or the size of another arm for all of the list, explains the pair: then the
    words may belong to other people than those that they were read for.
    """
    arms = _arms(reported)
    if _cuts_throughout(arms):
        return
    for name, arm in arms.items():
        named = {reported.facts[pair.here].population for pair in arm.pairs} - {None}
        if named <= arm.populations:
            others = {size for other in arms if other != name for size in arms[other].sizes}
            yield from _pairs_of_arm(reported, arm, others)


def _arms(reported: Reported) -> dict[str, _Arm]:
    found: dict[str, _Arm] = defaultdict(lambda: _Arm(set(), set(), []))
    for here, fact in enumerate(reported.facts):
        if not fact.arm:
            continue
        size = number(fact.value) if fact.kind == "arm_size" else fact.denom if fact.kind in _HARMS else None
        if size:
            found[fact.arm].sizes.add(int(size))
            found[fact.arm].populations.add(fact.population)
        elif fact.kind in _HARMS and fact.n and (stated := percent(fact)) is not None:
            found[fact.arm].pairs.append(_Pair(here, fact.n, stated))
    return dict(found)


def _pairs_of_arm(reported: Reported, arm: _Arm, others: set[int]) -> Found:
    if not arm.pairs:
        return
    allowed = [pair.allowed() for pair in arm.pairs]
    together = range(max(one.start for one in allowed), min(one.stop for one in allowed))
    for pair, alone in zip(arm.pairs, allowed, strict=True):
        reach = together or alone
        least, most = (1 - _NEAR) * reach.start, (1 + _NEAR) * (reach.stop - 1)
        near = [size for size in arm.sizes if least <= size <= most]
        if not near or any(size in alone for size in arm.sizes) or _explained(reported, pair, arm, others):
            continue
        size = max(near)
        cut = cuts(pair.n, size, pair.percent)
        joint = f"; the arm's percentages together allow {_span(together)}" if together else ""
        yield (
            pair.here,
            Finding(
                check="denominator",
                message=f"{pair.n} [{pair.percent} %] is not of {size} ({share(pair.n, size):.2f} %)"
                f"{', unless cut, not rounded' if cut else ''}{joint}",
                computed=_span(reach, dash="-"),
                sure="likely" if cut else "certain",
            ),
        )


def _explained(reported: Reported, pair: _Pair, arm: _Arm, others: set[int]) -> bool:
    """True if words that were read for other people explain the pair."""
    fact = reported.facts[pair.here]
    for written in _WRITTEN.finditer(reported.text, max(0, fact.start - _REACH), fact.start):
        if int(re.sub(r"[^0-9]", "", written[1])) in pair.allowed():
            return True
    beside = [one for one in arm.pairs if same_sentence(reported.text, fact, reported.facts[one.here])]
    return any(all(size in one.allowed() for one in beside) for size in others)


def _cuts_throughout(arms: dict[str, _Arm]) -> bool:
    """True if cutting explains all pairs by their arm's sizes, and rounding fails for two or more."""
    sized = [(pair, arm.sizes) for arm in arms.values() if arm.sizes for pair in arm.pairs]
    failed = sum(not any(size in pair.allowed() for size in sizes) for pair, sizes in sized)
    return failed >= 2 and all(
        any(cuts(pair.n, size, pair.percent) for size in sizes) for pair, sizes in sized
    )


def _span(allowed: range, *, dash: str = " to ") -> str:
    return f"{allowed.start}{dash}{allowed.stop - 1}" if len(allowed) > 1 else str(allowed.start)
