"""The arms as sentences on assignment and titles list them: "randomly assigned to A or B"."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.arms.dose_lists import dose_arms
from trialweave.loaders.abstract.arms.lists import DOSE, SCHEDULE, blank, one_arm, ways_to_read
from trialweave.loaders.abstract.arms.phrases import Phrase
from trialweave.loaders.abstract.text.cued import cued
from trialweave.loaders.abstract.text.sections import Sentence

_ASSIGN = cued(
    re.compile(
        r"(?:random(?:ly|i[sz]ed|i[sz]ation)|assigned|allocated)\b[^.;]{0,230}?\b(?:to|between"
        r"|into)(?=[ :])(?: (?:a|the) (?:\w+ ){0,2}groups?:?)?(?: be\b(?: treated)?(?: with\b)?)?"
        r"(?: (?:one of|either of)(?: the)? (?:\w+[ -]){1,4}?(?:groups|arms|regimens|treatments|schedules"
        r"|doses)[:,]?)?",
        re.IGNORECASE,
    ),
    "random|assigned|allocated",
)
_COMPARE = cued(
    re.compile(
        r"\b(?:compar(?:e|ed|es|ing)|comparison of|trial of|study of"
        r"|versions of)(?: the (?:\w+ ){0,4}(?:of|and safety of))? ",
        re.IGNORECASE,
    ),
    "compar|trial of|study of|versions of",
)


def assigned(text: str, parts: list[Sentence]) -> list[list[Phrase]]:
    """The lists of phrases that sentences on assignment give: "randomly assigned to A or B".

    >>> text = "They were randomised (2:1) to receive oral abcnib 12 mg or placebo on days 1-14."
    >>> [phrase.words for phrase in assigned(text, [Sentence(0, len(text), "methods")])[0]]
    ['abcnib', 'placebo']
    """
    found = []
    for part in parts:
        if part.section in ("background", "conclusions"):
            continue
        for hit in _ASSIGN.finditer(text, part.start, part.end):
            found += ways_to_read(text, hit.end() + 1, part.end)
            if DOSE.search(text, hit.end(), part.end):
                found += ways_to_read(text, hit.end() + 1, part.end, doses=False)
            found += dose_arms(text, hit.end(), part.end)
            inner = _ASSIGN.search(text, hit.start() + 12, part.end)
            if inner and inner.end() != hit.end():
                found += ways_to_read(text, inner.end() + 1, part.end)
    return found


def counted(text: str, parts: list[Sentence]) -> list[list[Phrase]]:
    """The arms that counts tell apart: "30 were assigned to A, 31 to B, and 29 to C".

    >>> text = "We enrolled 90: 30 were assigned to advice by mail, 31 to exercise, and 29 to surgery."
    >>> [phrase.words for phrase in counted(text, [Sentence(0, len(text), "results")])[0]]
    ['advice by mail', 'exercise', 'surgery']
    """
    return [
        reading
        for part in parts
        if part.section in ("results", "abstract", "methods")
        and _ASSIGNED_WORD.search(text, part.start, part.end)
        for reading in _counted_arms(text, part.start, part.start, part.end)
    ]


_ASSIGNED_WORD = cued(
    re.compile(r"\b(?:assigned|allocated|randomi[sz]ed)\b", re.IGNORECASE),
    "assigned|allocated|randomi",
)
_TITLE_BEGIN = re.compile(r": |\b(?:of|with|comparing|and) ")


def contrasted(text: str, parts: list[Sentence]) -> list[list[Phrase]]:
    """The lists that titles and aims give: "A versus B in people with C"."""
    found = []
    for part in parts:
        if part.section == "title":
            begins = [
                part.start,
                *(part.start + hit.end() for hit in _TITLE_BEGIN.finditer(text[part.start : part.end])),
            ]
            for begin in begins:
                found += ways_to_read(text, begin, part.end, conjunction=False)
        elif part.section in ("objective", "methods", "background", "abstract"):
            for hit in _COMPARE.finditer(text, part.start, part.end):
                found += ways_to_read(text, hit.end(), part.end)
    return found


_COUNT_TO = re.compile(
    r"(?<![\w.,/:-])[0-9][0-9,]*(?: (?:patients|women|men|participants|children|adults|subjects"
    r"|people))?(?: (?:were |was )?(?:randomly )?(?:assigned|allocated|randomi[sz]ed))? (?:to|received"
    r"|underwent) (?:receive |undergo |the |either )*"
)
_AND_AT_END = re.compile(r"(?:,|;)? ?(?:and )?$")


def _counted_arms(text: str, at: int, start: int, end: int) -> list[list[Phrase]]:
    """The arms of "30 were assigned to A, 31 to B, and 29 to C"."""
    hits = list(_COUNT_TO.finditer(text, max(start, at - 40), end))
    if not 2 <= len(hits) <= 7:
        return []
    plain = SCHEDULE.sub(
        lambda hit: " " * len(hit.group()),
        DOSE.sub(lambda hit: " " * len(hit.group()), blank(text[start:end])),
    )
    found = []
    for here, hit in enumerate(hits):
        stop = hits[here + 1].start() if here + 1 < len(hits) else end
        piece = _AND_AT_END.sub("", plain[hit.end() - start : stop - start])
        phrase = one_arm(plain, start, hit.end() - start, hit.end() - start + len(piece))
        if phrase:
            found.append(phrase)
    return [found] if len(found) == len(hits) else []
