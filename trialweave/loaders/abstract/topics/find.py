"""Endpoints and adverse events as a sentence names them.

A name is found by its head word ("survival", "response", "neutropenia", …) and taken with the
words before it that can belong to it ("invasive disease-free survival"), and with what follows
"rate of", "time to" and their like.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.abstract.text.cued import cued
from trialweave.loaders.abstract.topics.heads import HEAD, KINDS, may_begin


class Topic(NamedTuple):
    """`text[start:end]` names an endpoint; `kind` is efficacy, survival, harm, death or follow-up."""

    start: int
    end: int
    name: str
    kind: str


_ABBREVIATED = re.compile(r"(?<![\w-])[a-z]?[A-Z][A-Za-z0-9]*[A-Z]s?(?![\w])")
_LEFT = re.compile(r"(?<![\w-])(?:[A-Za-zéïö'][\w'/]*(?:-[\w'/]+)*|\([a-z]+\)[a-z]+) $")
_LEFT_STOP = frozenset(
    "the a an year month week day of in for and or with to median mean was were had has have"
    " improved improve improves significantly longer better higher lower similar both this that"
    " these those "
    "estimated reported achieved prolonged our no grade corresponding between by on at from as than"
    " not did most common main more fewer less including such all any other "
    "showed show experienced occurred developed reduced increased? favored significant statistically"
    " difference differences compared versus vs v we an its their also only "
    "overall-? which who when where during after before until despite without patients participants"
    " women men respective corresponding key secondary primary higher-? greater shorter "
    "per among received receiving due via into about approximately annual crude observed actual"
    " calculated estimated- patient one two three four five six seven eight nine ten first second "
    "frequent frequently were-? being been is are there but while however respectively worst single"
    " superior inferior worse trend increasing decreasing improving absolute relative hazard risk"
    " because her his mainly chiefly predominantly principally primarily mostly often notably namely"
    " largely usually generally especially particularly typically "
    "additional new likely serious? least objective? group arm groups arms adding addition same"
    " greatest highest lowest produced resulted demonstrated yielded noted observed had causing"
    " leading caused attributed related-? treated developing experiencing considered possibly".split()
)
_OF = tuple(
    "rate rates incidence incidences frequency frequencies proportion proportions probability probabilities"
    " percentage percentages number duration freedom risk risks likelihood time occurrence success failure"
    " change changes increase increases decrease decreases reduction reductions loss level levels control"
    " score scores completion improvement improvements recurrence recurrences prevalence odds use quality"
    " clearance diagnosis symptom symptoms length".split()
)
_RIGHT = re.compile(
    r" (?:of|to|from|in|for|on) (?:the |a |an |any )?(?:(?!(?:patients|participants|women|men|those"
    r"|the|was|were|in|with|for|at|is|are|had|group|arm|between|and|or|who|did|which|that|as|by|than"
    r"|from|to|during|over|after|within|per|on|both|each|all|less|more"
    r"|[0-9])\b)[A-Za-z][\w'-]*(?: (?:of|or|from) (?=[a-z]))? ?){1,5}"
)
_OF_GRADE = re.compile(r" of (?:(?:any|all) )?grades?(?: [0-9]| or| any)*$")
_TEMPORAL = re.compile(
    r"\b(?:after|before|during|until|following|since|throughout|despite|naive to|history of"
    r"|risk factors? for|"
    r"(?:defined|measured|assessed|scored) (?:as|by|with)) (?:the |an? |any |their |first |both )?$",
    re.IGNORECASE,
)
_DEFINITION = cued(
    re.compile(
        r", (?:defined|measured|assessed) (?:as|by|with) (?:[^.;]|\.(?=[0-9])){5,260}?, (?=(?:was|were"
        r"|occurred|in)\b)"
    ),
    "efined|easured|ssessed",
)
_COMPOUND = re.compile(r"-(?:free|related|specific|treated|naive|based|positive|negative)")


def topics(text: str, start: int, end: int, short: dict[str, str]) -> list[Topic]:
    """The endpoints and events that `text[start:end]` names, in order.

    >>> text = "Median invasive disease-free survival was not reached; neutropenia and decreased appetite"
    >>> [(topic.name, topic.kind) for topic in topics(text, 0, len(text), {})]
    [('invasive disease-free survival', 'survival'), ('neutropenia', 'harm'), ('decreased appetite', 'harm')]
    """
    found: list[Topic] = []
    covered, low = start, text[:end].lower()
    asides = (
        [hit.span() for hit in _DEFINITION.finditer(text, start, end)] if "efined" in text[start:end] else []
    )
    for token in _TOKEN.finditer(text, start, end):
        if token.start() < covered or not may_begin(token.group()):
            continue
        hit = HEAD.match(low, token.start())
        if not hit or any(a <= hit.start() < b for a, b in asides):
            continue
        word = text[hit.start() : hit.end()]
        if not word.isupper() and word.lower() in _ONLY_UPPER and word not in ("AEs", "DoR"):
            continue
        kind = KINDS[int((hit.lastgroup or "k0")[1:])]
        if hit.start() and text[hit.start() - 1] == "-" and kind not in ("survival", "death", "harm"):
            continue
        begin = _leftwards(text, start, hit.start(), covered)
        if _TEMPORAL.search(text, max(start, begin - 30), begin):
            continue
        stop = hit.end()
        if word.lower().endswith(_OF) and (right := _RIGHT.match(text, stop, end)):
            stop = right.start() + len(right.group().rstrip(" ,"))
            inner = HEAD.search(low, hit.end(), stop)
            if inner:
                kind = KINDS[int((inner.lastgroup or "k0")[1:])] if kind == "efficacy" else kind
        if _COMPOUND.match(text[stop : stop + 12]) and kind != "survival":
            continue
        name = _OF_GRADE.sub("", _expanded(text[begin:stop], short))
        found.append(Topic(begin, stop, name, kind))
        covered = stop
    for hit in _ABBREVIATED.finditer(text, start, end) if short else ():
        long = short.get(hit.group()) or short.get(hit.group().rstrip("s"))
        if not long or any(topic.start < hit.end() and hit.start() < topic.end for topic in found):
            continue
        heads = list(HEAD.finditer(long.lower()))
        if heads:
            found.append(Topic(hit.start(), hit.end(), long, KINDS[int((heads[-1].lastgroup or "k0")[1:])]))
    return sorted(found)


_ONLY_UPPER = frozenset({"os", "or", "cr", "pr", "aes", "ae", "dor", "css", "auc"})
_TOKEN = re.compile(r"(?<![\w])[A-Za-z]+")


def _expanded(name: str, short: dict[str, str]) -> str:
    last = name.rpartition(" ")[2]
    if name in short:
        return short[name]
    if last in short and any(char.isupper() for char in last):
        return name[: len(name) - len(last)] + short[last]
    return name


_PERIOD = re.compile(r"(?:[0-9]+|one|two|three|four|five)-(?:year|month|week|day)s?")


def _leftwards(text: str, start: int, at: int, covered: int) -> int:
    """Back over the words that can belong to the name whose head stands at `at`."""
    low = max(start, covered)
    for _ in range(6):
        before = _LEFT.search(text, max(low, at - 32), at)
        if not before:
            break
        word = before.group().strip()
        if word.lower() in _LEFT_STOP or _PERIOD.fullmatch(word.lower()) or word[0].isdigit():
            break
        at = before.start()
    return at
