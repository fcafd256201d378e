"""Patterns that are tried only where a word stands without which they cannot match.

Most sentences hold nothing of what a rule looks for. A look for a few literals costs a microsecond,
a search for an alternation of names twenty to a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Cued(NamedTuple):
    """A pattern with its literals: every match holds at least one of each group.

    >>> rate = cued(re.compile(r"(?:odds|risk) ratio", re.IGNORECASE), "odds|risk", "ratio")
    >>> rate.search("Odds ratio 2", 0, 12).group(), rate.search("risk", 0, 4)
    ('Odds ratio', None)
    """

    pattern: re.Pattern[str]
    literals: tuple[tuple[str, ...], ...]
    without_case: bool

    def possible(self, text: str, start: int, end: int) -> bool:
        """True if `text[start:end]` holds a literal of each group."""
        part = text[start:end].lower() if self.without_case else text[start:end]
        for group in self.literals:
            for literal in group:
                if literal in part:
                    break
            else:
                return False
        return True

    def search(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """The first match in `text[start:end]`."""
        return self.pattern.search(text, start, end) if self.possible(text, start, end) else None

    def finditer(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """The matches in `text[start:end]`, in order."""
        return self.pattern.finditer(text, start, end) if self.possible(text, start, end) else iter(())


def cued(pattern: re.Pattern[str], *literals: str) -> Cued:
    """A pattern with groups of literals ("both|either"), in lower case for a pattern without case."""
    groups = tuple(tuple(group.split("|")) for group in literals)
    return Cued(pattern, groups, bool(pattern.flags & re.IGNORECASE))


def holds(text: str, literals: Iterable[str]) -> bool:
    """True if one of the literals stands in the text.

    >>> holds("in both groups", ("both", "either"))
    True
    """
    for literal in literals:  # noqa: SIM110 (any() over a generator takes three times as long)
        if literal in text:
            return True
    return False
