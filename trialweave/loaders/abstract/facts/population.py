"""What a number of people counts: those randomised, analysed, treated, eligible, enrolled or screened."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import holds

_POPULATIONS = (
    ("randomised", ("random", "assign", "allocat")),
    ("analysed", ("analy", "included in", "evaluab", "assessab", "available")),
    ("treated", ("treat", "protocol therapy", "received", "started")),
    ("eligible", ("eligib",)),
    ("screened", ("screened", "assessed for")),
    (
        "enrolled",
        ("enrol", "recruit", "includ", "enter", "accru", "regist", "involv", "particip", "consent", "total"),
    ),
)


def population_of(words: str) -> str | None:
    """What the words about a number of people say was counted."""
    low = _BY_INTENTION.sub("random", words.lower())
    return next((name for name, stems in _POPULATIONS if holds(low, stems)), None)


_BY_INTENTION = re.compile(r"inten(?:tion|t)[- ]to[- ]treat\w*|\bmitt\b|\bitt\b")
_COUNTED_AS = re.compile(
    r"(?P<randomised>random|assign|allocat)|(?P<analysed>analy[sz]ed|analys[ei]s (?:included|comprised|of)"
    r"|included in (?:the |this )?[a-z -]{0,30}anal|evaluable|assessable|available|evaluated)"
    r"|(?P<treated>(?:were|was) treated|treated patients|received (?:at least|study|treatment|the allocated)"
    r"|started|initiated)|(?P<eligible>eligible)|(?P<enrolled>enrolled|recruited|accrued|registered|entered)"
)


def population_at(scene: Scene, start: int, end: int) -> str | None:
    """What a number in an arm counts: as said within `start:end`, after its bracket, or last before it.

    Who is said to be analysed, treated or eligible is so, though he was once assigned to an arm.
    """
    low, first = scene.abstract.low, scene.sentence.start
    outer = scene.around(start)
    if outer:
        after = _COUNTED_AS.match(low, _skip(low, outer[0][1] + 1), scene.sentence.end)
        if after and after.lastgroup:
            return after.lastgroup
    before = [hit.lastgroup for hit in _COUNTED_AS.finditer(_BY_INTENTION.sub(_in_place, low[first:start]))]
    within = [hit.lastgroup for hit in _COUNTED_AS.finditer(low, start, end)]
    if before and before[-1] != "enrolled" and (not within or before[-1] in ("analysed", "eligible")):
        return before[-1]
    if within or before:
        return (within or before)[0 if within else -1]
    return population_of(low[first : scene.sentence.end])


def _in_place(hit: re.Match[str]) -> str:
    return "random".ljust(len(hit.group()))


def _skip(low: str, at: int) -> int:
    found = _WERE.match(low, at)
    return found.end() if found else at


_WERE = re.compile(r" (?=(?:were|was) treated)| (?:(?:were|was|had been) )?(?:(?:both|also|finally) )?")
