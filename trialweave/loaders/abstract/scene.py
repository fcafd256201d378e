"""A sentence and all that stands in it: numbers, quantities, arms, topics, grades, brackets.

What a rule asks for is read when it is first asked for: most sentences are asked for little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from trialweave.loaders.abstract.arms.mentions import Mention, arm_mentions
from trialweave.loaders.abstract.arms.resolve import ArmName
from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.quantities.estimates import Label, estimate_labels
from trialweave.loaders.abstract.quantities.find import quantities
from trialweave.loaders.abstract.quantities.intervals import PValue, p_values
from trialweave.loaders.abstract.quantities.numbers import Number, numbers
from trialweave.loaders.abstract.text.sections import Sentence
from trialweave.loaders.abstract.text.words import Word
from trialweave.loaders.abstract.topics.find import Topic, topics
from trialweave.loaders.abstract.topics.grades import Grade, attribution, grades, population

_BRACKET = re.compile(r"[()\[\]]")


@dataclass(frozen=True)
class Abstract:
    """What holds for all sentences of a text: arms and their words, abbreviations, what RR and HR mean."""

    text: str
    arms: list[ArmName] = field(default_factory=list)
    arm_words: list[Word] = field(default_factory=list)
    short: dict[str, str] = field(default_factory=dict)
    response_rate: bool = False
    hormone: bool = False

    @cached_property
    def low(self) -> str:
        """The text in lower case, at the same offsets."""
        return self.text.lower()


@dataclass(frozen=True)
class Scene:
    """One sentence of the normalised text, and what stands in it, each in the order of the text.

    `last_label` is the effect measure that the sentences before named.

    >>> scene = Scene(Abstract("OS was 34% (26-41)."), Sentence(0, 19, "results"))
    >>> [(one.value, one.low) for one in scene.quantities], [one.name for one in scene.topics]
    ([(Decimal('34'), Decimal('26'))], ['OS'])
    """

    abstract: Abstract
    sentence: Sentence
    last_label: Label | None = None

    @cached_property
    def text(self) -> str:
        """The whole normalised text."""
        return self.abstract.text

    @cached_property
    def arms(self) -> list[ArmName]:
        """The arms of the trial."""
        return self.abstract.arms

    @cached_property
    def short(self) -> dict[str, str]:
        """The abbreviations that the abstract defines."""
        return self.abstract.short

    @cached_property
    def words(self) -> str:
        """The sentence in lower case."""
        return self.abstract.low[self.sentence.start : self.sentence.end]

    @cached_property
    def numbers(self) -> list[Number]:
        """The numbers of the sentence."""
        return numbers(self.text, self.sentence.start, self.sentence.end)

    @cached_property
    def ps(self) -> list[PValue]:
        """The p-values."""
        return p_values(self.text, self.sentence.start, self.sentence.end)

    @cached_property
    def labels(self) -> list[Label]:
        """The names of effect measures."""
        return estimate_labels(
            self.text,
            self.sentence.start,
            self.sentence.end,
            response_rate=self.abstract.response_rate,
            hormone=self.abstract.hormone,
        )

    @cached_property
    def quantities(self) -> list[Quantity]:
        """The numbers with what is written beside them."""
        return quantities(
            self.text,
            self.sentence.start,
            self.sentence.end,
            self.labels,
            self.ps,
            last_label=self.last_label,
            found_numbers=self.numbers,
        )

    @cached_property
    def measured(self) -> frozenset[int]:
        """Where the numbers stand that are more than a count: with a unit, a share, a denominator."""
        return frozenset(
            one.at
            for one in self.quantities
            if not (one.shape == "count" and one.value is None and one.denom is None)
        )

    @cached_property
    def mentions(self) -> list[Mention]:
        """Where the sentence speaks of an arm."""
        return arm_mentions(
            self.text, self.sentence.start, self.sentence.end, self.arms, self.abstract.arm_words
        )

    @cached_property
    def topics(self) -> list[Topic]:
        """The endpoints and events, without words of an arm ("hormone withdrawal") or a measure."""
        others: list[Mention | Label] = [*self.mentions, *self.labels]
        return [
            topic
            for topic in topics(self.text, self.sentence.start, self.sentence.end, self.short)
            if not any(
                one.start <= topic.start < one.end or one.start < topic.end <= one.end for one in others
            )
        ]

    @cached_property
    def subjects(self) -> list[Topic]:
        """The topics that a result can be about: all but the follow-up."""
        return [topic for topic in self.topics if topic.kind != "follow-up"]

    @cached_property
    def grades(self) -> list[Grade]:
        """The grades that the sentence names."""
        return grades(self.text, self.sentence.start, self.sentence.end)

    @cached_property
    def brackets(self) -> list[tuple[int, int]]:
        """The bracketed spans."""
        return brackets(self.text, self.sentence.start, self.sentence.end)

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
        for begin, end in self.brackets:  # noqa: SIM110 (asked for often)
            if begin < thing < end and not begin < position < end:
                return False
        return True

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
