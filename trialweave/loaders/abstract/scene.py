"""A sentence with all that was found in it: quantities, arms, topics, grades, brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from trialweave.loaders.abstract.arms import ArmName
from trialweave.loaders.abstract.beside import Quantity
from trialweave.loaders.abstract.endpoints import Grade, Topic, attribution, population
from trialweave.loaders.abstract.intervals import PValue
from trialweave.loaders.abstract.mentions import Mention
from trialweave.loaders.abstract.numbers import Number
from trialweave.loaders.abstract.sections import Sentence

_BRACKET = re.compile(r"[()\[\]]")


@dataclass(frozen=True)
class Scene:
    """One sentence of the normalised text, and what stands in it, each in the order of the text."""

    text: str
    sentence: Sentence
    arms: list[ArmName]
    quantities: list[Quantity]
    ps: list[PValue]
    mentions: list[Mention]
    topics: list[Topic]
    grades: list[Grade]
    brackets: list[tuple[int, int]]
    short: dict[str, str] = field(default_factory=dict)
    numbers: list[Number] = field(default_factory=list)

    @cached_property
    def population(self) -> str | None:
        """The analysis population that the sentence names."""
        return population(self.text, self.sentence.start, self.sentence.end)

    @cached_property
    def attribution(self) -> tuple[str, int, int] | None:
        """Whether the sentence says that events are related to treatment, and where."""
        return attribution(self.text, self.sentence.start, self.sentence.end)

    def quantities_with_share(self) -> bool:
        """True if the sentence holds a percentage or an estimate, so that it reports a result."""
        return any(
            quantity.shape in ("percent", "ratio", "difference", "mean") for quantity in self.quantities
        )

    def around(self, position: int) -> list[tuple[int, int]]:
        """The brackets around a position, outermost first."""
        return [span for span in self.brackets if span[0] < position < span[1]]

    def sees(self, position: int, thing: int) -> bool:
        """True if what stands at `thing` can be meant at `position`: it is in no bracket closed before."""
        return all(begin < position < end for begin, end in self.brackets if begin < thing < end)

    def clause(self, position: int) -> int:
        """Where the clause of a position begins: after the last ";" that it sees, or the sentence's start."""
        at = position
        while (at := self.text.rfind("; ", self.sentence.start, at)) >= 0:
            if self.sees(position, at):
                return at + 1
        return self.sentence.start


def brackets(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The bracketed spans of `text[start:end]`; one that is never closed runs to the end.

    >>> brackets("a (b [c] d", 0, 10)
    [(2, 10), (5, 7)]
    """
    found, opened = [], []
    for hit in _BRACKET.finditer(text, start, end):
        if hit.group() in "([":
            opened.append(hit.start())
        elif opened:
            found.append((opened.pop(), hit.start()))
    found += [(at, end) for at in opened]
    return sorted(found)
