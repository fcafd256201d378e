"""Phrases that may name an arm, and the words that no such phrase begins or ends with."""

from __future__ import annotations

import re
from typing import NamedTuple


class Phrase(NamedTuple):
    """Words that may name an arm; `pair` if they stand in a list of groups ("the A and B groups").

    `valued` if they follow a value ("75% for A"), where many things but arms can stand too.
    """

    words: str
    start: int
    end: int
    letter: str | None = None
    pair: bool = False
    valued: bool = False


GENERIC = re.compile(
    r"(?:treatment|study|trial|randomi[sz]ed|patient|age|risk|stud(?:y|ies)|intention-to-treat"
    r"|comparison|parallel|dose|three|two|oncology|cooperative|"
    r"working|research|analysis|assigned|assignment|sub|high-risk|low-risk|intermediate-risk"
    r"|prespecified|therapy|respective|larger|smaller|entire|whole|first|second|per-protocol|safety|"
    r"prognostic|age|ethnic|subgroup|matched|different|intent-to-treat|same|overall|patients|allocated"
    r"|histological|molecular|mutation|biomarker|other|corresponding|individual)",
    re.IGNORECASE,
)
_TRAILING_WORDS = (
    "treatment|the|and|or|in|for|with|of|to|a|at|an|on|by|as|plus|given|administered|orally|intravenously"
    "|subcutaneously|daily|weekly|once|twice|every|first|patients|tablet|tablets|capsule|capsules|drug|per"
    "|over|respectively"
)
_TRAILING_ENDS = tuple(f" {word}" for word in _TRAILING_WORDS.split("|"))
_TRAILING = re.compile(rf"(?: (?:{_TRAILING_WORDS}|study drug))+$", re.IGNORECASE)
EDGE = frozenset(
    "the a an in of to for with were was receiving received than between from by on per at as each"
    " both either these those two three "
    "four five six all other same assigned among compared versus vs v. v vs. while which that had"
    " did and or respective no every within "
    "across neither allocated randomized patients men women participants favored favoring favored"
    " favours favoured children one any "
    "another into comparing is are study-treatment whereas but our whose despite respectively only"
    " after had".split()
)
_LEADING = re.compile(
    r"(?:(?:the|an?|daily|either|receive|receiving|undergo|undergoing|oral|orally|intravenous(?=ly)"
    r"|matching|matched|treatment with|therapy with|up to|[0-9]+ cycles of|(?:two|three|four|five|six"
    r"|eight) cycles of|"
    r"open-label|double-blind|assigned|allocated|randomi[sz]ed|to|in|of|with|one of|and|or|from"
    r"|initial|additional|one|both|use of|addition of|adding|topical|investigational|[0-9]+ (?:weeks"
    r"|months|years|days) of|(?:the )?effects? of|efficacy of|a combination of|the combination of"
    r"|combination of|comparing|safety of) )+",
    re.IGNORECASE,
)
_A_LETTER = re.compile(r"[A-Za-z]")


def without_trailing(words: str) -> str:
    """Without words that end no name.

    >>> without_trailing("abcnib tablets twice daily")
    'abcnib'
    """
    if not words.lower().endswith(_TRAILING_ENDS):
        return words
    tail = _TRAILING.search(words)
    return words[: tail.start()] if tail else words


def trim(text: str, start: int, end: int) -> Phrase | None:
    """Without leading and trailing words that no name begins or ends with; None if nothing remains."""
    words = text[start:end]
    lead = _LEADING.match(words)
    if lead:
        start += lead.end()
    words = text[start:end].rstrip(" ,;:-")
    words = without_trailing(words)
    if (
        not words
        or len(words) < 2
        or GENERIC.fullmatch(words)
        or not _A_LETTER.search(words)
        or words[0] in "-/"
    ):
        return None
    if words.lower() in EDGE:
        return None
    return Phrase(words, start, start + len(words))
