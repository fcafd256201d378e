"""What the checks are given: the facts of one text, its arms, and the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from trialweave.records import Arm, Fact, Finding

Found = Iterator[tuple[int, Finding]]
"""What a check yields: the place of a fact among the facts, and what is wrong with it."""

RATIOS = frozenset({"hazard_ratio", "odds_ratio", "risk_ratio", "rate_ratio", "mean_ratio"})
DIFFERENCES = frozenset({"risk_difference", "mean_difference", "median_difference"})

_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-Z(])")


class Reported(NamedTuple):
    """The numbers that one text reports; the facts in their order, offsets into `text`."""

    facts: tuple[Fact, ...]
    arms: tuple[Arm, ...]
    text: str


def number(value: Decimal | str | None) -> Decimal | None:
    """The value, if it is a number ("NR" is none)."""
    return value if isinstance(value, Decimal) else None


def same_sentence(text: str, one: Fact, other: Fact) -> bool:
    """True if no sentence ends between two facts."""
    first, second = sorted((one, other), key=lambda fact: fact.start)
    return not _SENTENCE_END.search(text, first.end, second.start)
