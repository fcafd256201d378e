"""Arms that go by a letter or a number: "arm A", "group 2"."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.arms.lists import DOSE, SCHEDULE, blank
from trialweave.loaders.abstract.arms.phrases import Phrase, trim
from trialweave.loaders.abstract.text.sections import Sentence

_LETTER = re.compile(
    r"(?<![\w-])(?:[Tt]reatment |[Ss]tudy )?(?P<noun>[Aa]rm|[Gg]roup|ARM"
    r"|[Cc]ohort)s? (?P<letter>[A-H](?:[0-9]|[A-Z]{1,2})?|[VXP][A-Z]?|[1-4]|I{1,3}"
    r"|IV)(?![\w-])(?!\.[0-9])"
)
_LETTER_SEEN = re.compile(
    r"(?:rm|roup|RM|ohort)s? (?:[A-H][0-9A-Z]{0,2}|[VXP][A-Z]?|[1-4]|I{1,3}|IV)(?![\w-])"
)


def lettered(text: str, parts: list[Sentence]) -> list[Phrase]:
    """Arms that go by a letter or a number, with the words that define them where they are given.

    >>> text = "to abcnib (arm A) or placebo (arm B). In arm A, 3% fell; in arm B, 4%."
    >>> [(phrase.letter, phrase.words) for phrase in lettered(text, [Sentence(0, len(text), "methods")])]
    [('A', 'abcnib'), ('B', 'placebo')]
    """
    first: dict[str, Phrase] = {}
    times: dict[str, int] = {}
    for part in parts:
        if part.section in ("background", "conclusions", "title") or not _LETTER_SEEN.search(
            text, part.start, part.end
        ):
            continue
        for hit in _LETTER.finditer(text, part.start, part.end):
            if hit["noun"].lower() == "cohort":
                continue
            letter = hit["letter"]
            times[letter] = times.get(letter, 0) + 1
            words = _definition(text, part.start, hit)
            if letter not in first or (words and not first[letter].words):
                start, end = (first[letter].start, first[letter].end) if letter in first else hit.span()
                first[letter] = Phrase(words, start, end, letter)
    if len(first) < 2 or sum(times.values()) < 3:
        return []
    return [first[letter] for letter in sorted(first)]


_NUMBER_NEXT = re.compile(r",? ?[0-9]|:|, ?n")


def _definition(text: str, start: int, hit: re.Match[str]) -> str:
    """The words before "(arm A)", or after "arm A:" and "arm A (", if they look like a name."""
    before = text[max(start, hit.start() - 120) : hit.start()]
    if before.endswith(("(", "[")) and not _NUMBER_NEXT.match(text[hit.end() : hit.end() + 4]):
        plain = SCHEDULE.sub(" ", DOSE.sub(" ", blank(before[:-1])))
        piece = re.split(r"[,;:.]| (?:or|versus|vs\.?|v|to|either|receive|receiving|and|with|of) ", plain)[-1]
        phrase = trim(piece, 0, len(piece.rstrip()))
        return (
            phrase.words
            if phrase and not re.search(r"[0-9]|\b(?:its|the|same|completion|cycles?)\b", phrase.words)
            else ""
        )
    after = re.match(
        r"(?:,|:| ?\(| received| consisted of| was|,? n ?= ?[0-9]+,)? ?(?=[A-Za-z])([^,;:.()\[\]0-9]{3,60})",
        text[hit.end() : hit.end() + 70],
    )
    if (after and text[hit.end() : hit.end() + 1] in ",:(") or text[hit.end() : hit.end() + 2] == " (":
        phrase = trim(after[1], 0, len(after[1])) if after else None
        if (
            phrase
            and len(phrase.words.rstrip(" =")) > 1
            and len(phrase.words.split()) <= 6
            and not re.search(r"\b(?:was|were|had|vs?|versus|and|than|arm|group)\b", phrase.words)
        ):
            return phrase.words
    return ""
