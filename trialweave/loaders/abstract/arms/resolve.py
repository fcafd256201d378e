"""An arm as it is known by stems of words, and which arm a phrase means."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from trialweave.loaders.abstract.text.words import COMMON


@dataclass(slots=True)
class ArmName:
    """One arm: its name in the text's words, the stem sets that mean it, and where it is named."""

    name: str
    start: int
    end: int
    variants: list[frozenset[str]]
    aliases: Counter[str] = field(default_factory=Counter)
    letter: str | None = None
    is_control: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def stems(self) -> frozenset[str]:
        """The first and fullest set of stems."""
        return self.variants[0]


def resolve(found: frozenset[str], arms: list[ArmName], *, group: bool) -> int | None:
    """The arm that a phrase means, by its stems; None if it could be several, or none.

    `group` says that the phrase stands before "group" or "arm", so that common words may name it.
    """
    for here, arm in enumerate(arms):
        if found in arm.variants and sum(found in other.variants for other in arms) == 1:
            return here
    if not group and found <= COMMON:
        return None
    inside = [here for here, arm in enumerate(arms) if any(found < one for one in arm.variants)]
    if len(inside) == 1:
        return inside[0]
    if len(inside) > 1:
        extra = sorted(
            (min(len(one - found) for one in arms[here].variants if found < one), here) for here in inside
        )
        return extra[0][1] if group and extra[0][0] < extra[1][0] else None
    scores = sorted(
        (
            (max(len(found & one) / len(found | one) for one in arm.variants), here)
            for here, arm in enumerate(arms)
        ),
        reverse=True,
    )
    if scores and scores[0][0] >= 0.5 and (len(scores) == 1 or scores[0][0] - scores[1][0] >= 0.15):
        return scores[0][1]
    around = [
        here
        for here, arm in enumerate(arms)
        if any(one < found and not one <= COMMON for one in arm.variants)
    ]
    return around[0] if len(around) == 1 and len(arms) <= 3 else None
