"""Counts with percentages in an arm against the sizes stated for the arm, one by one and together.

Abstracts often give "17 [16%]" without saying of how many. Each such pair allows some denominators;
all pairs of an arm together allow fewer. If none of the arm's stated sizes is among those that a pair
allows, the pair is of other people than were counted there (a safety set, say), or one number is a
slip; which of the two is not for us to say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from trialweave.loaders.audit.reported import Found, Reported, number, same_sentence
from trialweave.loaders.audit.rounding import allowed_denominators, cuts, percent, rounds, share
from trialweave.records import Fact, Finding

_HARMS = ("ae_count", "deaths")
_NEAR = 0.15
_WRITTEN = re.compile(
    r"(?:\bof(?: the| these| all)?|/) ?"
    r"([0-9]{1,3}(?:[, \u2009\u00a0][0-9]{3})+|[0-9]+)(?![0-9.·%])"
)
_REACH = 600


class _Sizes(NamedTuple):
    """What a text says an arm's size is, and the populations that these sizes count."""

    sizes: set[int]
    populations: set[str | None]


def excluded_sizes(reported: Reported) -> Found:
    """`denominator`: the pairs of harms in an arm that none of its stated sizes allows.

    Silent where the stated sizes are farther than 15 % from what the pairs allow (they are of a
    subgroup, or of other people); where one of the arm's pairs names a population of which no size is
    stated; where the text cuts its percentages throughout; and where a denominator written up to 600
    characters before, or the size of another arm for all of the list, explains the pair: then the
    words may belong to other people than those that they were read for.
    """
    stated = _stated_sizes(reported)
    pairs: dict[str, list[int]] = defaultdict(list)
    for here, fact in enumerate(reported.facts):
        if fact.kind in _HARMS and fact.arm and fact.n and not fact.denom and percent(fact) is not None:
            pairs[fact.arm].append(here)
    if _cuts_throughout(reported, pairs, stated):
        return
    for arm, places in pairs.items():
        named = {reported.facts[here].population for here in places} - {None}
        if arm in stated and named <= stated[arm].populations:
            yield from _pairs_of_arm(reported, arm, places, stated)


def _stated_sizes(reported: Reported) -> dict[str, _Sizes]:
    found: dict[str, _Sizes] = defaultdict(lambda: _Sizes(set(), set()))
    for fact in reported.facts:
        if not fact.arm:
            continue
        if fact.kind == "arm_size" and (size := number(fact.value)) is not None:
            found[fact.arm].sizes.add(int(size))
            found[fact.arm].populations.add(fact.population)
        elif fact.kind in _HARMS and fact.denom:
            found[fact.arm].sizes.add(fact.denom)
            found[fact.arm].populations.add(fact.population)
    return dict(found)


def _pairs_of_arm(reported: Reported, arm: str, places: list[int], stated: dict[str, _Sizes]) -> Found:
    facts = reported.facts
    allowed = {here: _allowed(facts[here]) for here in places}
    together = range(max(one.start for one in allowed.values()), min(one.stop for one in allowed.values()))
    sizes = stated[arm].sizes
    for here in places:
        fact, shares = facts[here], percent(facts[here])
        if shares is None or any(size in allowed[here] for size in sizes):
            continue
        reach = together or allowed[here]
        near = [size for size in sizes if (1 - _NEAR) * reach.start <= size <= (1 + _NEAR) * (reach.stop - 1)]
        if not near or _explained(reported, here, arm, places, stated):
            continue
        size, n = max(near), fact.n or 0
        cut = cuts(n, size, shares)
        joint = f"; the arm's percentages together allow {_span(together)}" if together else ""
        yield (
            here,
            Finding(
                check="denominator",
                message=f"{n} [{fact.value} %] is not of {size} ({share(n, size):.2f} %)"
                f"{', unless cut, not rounded' if cut else ''}{joint}",
                computed=_span(reach, dash="-"),
                sure="likely" if cut else "certain",
            ),
        )


def _cuts_throughout(reported: Reported, pairs: dict[str, list[int]], stated: dict[str, _Sizes]) -> bool:
    """True if cutting explains all pairs by their arm's sizes, and rounding fails for two or more."""
    failed = 0
    for arm, places in pairs.items():
        sizes = stated[arm].sizes if arm in stated else set()
        for here in places:
            fact, shares = reported.facts[here], percent(reported.facts[here])
            if shares is None or not sizes:
                continue
            if not any(cuts(fact.n or 0, size, shares) for size in sizes):
                return False
            failed += not any(rounds(fact.n or 0, size, shares) for size in sizes)
    return failed >= 2


def _allowed(fact: Fact) -> range:
    stated = percent(fact)
    return allowed_denominators(fact.n or 0, stated) if stated is not None else range(0)


def _explained(reported: Reported, here: int, arm: str, places: list[int], stated: dict[str, _Sizes]) -> bool:
    """True if words that were read for other people explain the pair."""
    fact, shares = reported.facts[here], percent(reported.facts[here])
    if shares is None:
        return False
    for written in _WRITTEN.finditer(reported.text, max(0, fact.start - _REACH), fact.start):
        denominator = int(re.sub(r"\D", "", written[1]))
        if denominator and rounds(fact.n or 0, denominator, shares):
            return True
    beside = [
        reported.facts[place]
        for place in places
        if same_sentence(reported.text, fact, reported.facts[place]) and reported.facts[place].n
    ]
    others = {size for name, (sizes, _) in stated.items() if name != arm for size in sizes}
    return any(all(size in _allowed(one) for one in beside) for size in others)


def _span(allowed: range, *, dash: str = " to ") -> str:
    return f"{allowed.start}{dash}{allowed.stop - 1}" if len(allowed) > 1 else str(allowed.start)
