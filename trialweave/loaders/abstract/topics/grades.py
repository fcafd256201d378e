"""What a sentence says beside the event: grade, time point, population, cause, seriousness."""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.abstract.text.cued import cued

_GRADE = re.compile(
    r"(?:(?P<before>≥|>=|> or = ?|<=|≤|at least |maximum |worst )? ?)\b[Gg]rades?[- ]? ?(?P<op>≥|>=|>"
    r"|<=|≤|<|> or = ?|at least )? ?(?P<low>[0-5])(?:(?P<plus>\+)|(?:(?: ?- ?| ?/ ?| to | or | and "
    r"| through | and/or |, | ?, ?(?:or|and) )(?:grade )?(?P<high>[1-5](?!\d))(?:(?:,| ?/| or|, or"
    r"| and)? ?(?:or |and )?(?P<third>[45])(?!\d|%| ?\())?|,? (?:or|and) (?P<word>more severe|higher"
    r"|worse|above|greater|more|severer|over|lower|less)))?(?![0-9.]|%)"
    r"|(?P<any>\b(?:any|all)[- ]grades?\b)"
)
_TIMEPOINT = cued(
    re.compile(
        r"\b(?P<adjective>(?:[0-9]+(?:\.[0-9]+)?|one|two|three|four|five|six|ten|twelve)-(?:year|month"
        r"|week|day))s?\b|\b(?:at|by|after|within|over|through) (?:(?:a|the|about|approximately"
        r"|the first) )?(?P<unit>(?:months?|weeks?|years?|days?) )?(?P<num>[0-9]+(?:\.[0-9]+)?|one|two"
        r"|three|four|five|six|ten|twelve)(?(unit)|[ -](?P<unit2>years?|months?|weeks?|days?))\b"
        r"|\b(?P<num3>[0-9]+) (?P<unit3>years?|months?|weeks?|days?) after\b",
        re.IGNORECASE,
    ),
    "year|month|week|day",
)
_POPULATION = cued(
    re.compile(
        r"\b(?:in|among|for|of) (?:the )?(?:modified )?(?P<name>intention[- ]to[- ]treat"
        r"|intent[- ]to[- ]treat|ITT|per[- ]protocol|safety|eligible|evaluable|as-treated|overall"
        r"|PD-L1[- ]positive|full analysis) (?:population|analysis|set|patients|cohort)",
        re.IGNORECASE,
    ),
    "population|analysis|set|patients|cohort",
    "intent|itt|protocol|safety|eligible|evaluable|treated|overall|positive|analysis",
)
_RELATED = {
    "treatment-related": r"treatment[- ]related|related to (?:the )?(?:study )?treatment|drug[- ]related"
    r"|related to (?:the )?(?:study )?drug|considered (?:as )?(?:drug|treatment)[- ]related|(?:drug"
    r"|treatment) related|attributed to (?:the )?(?:study )?(?:treatment|drug|regimen)|TRAEs?"
    r"|toxic deaths?|attributable to",
    "any cause": r"(?:any|all)[- ]cause|regardless of (?:cause|causality|attribution)|irrespective of",
    "treatment-emergent": r"treatment[- ]emergent|TEAEs?",
    "immune-related": r"immune[- ](?:related|mediated)|irAEs?",
}
_RELATION = cued(
    re.compile(
        "|".join(f"(?P<r{number}>{words})" for number, words in enumerate(_RELATED.values())), re.IGNORECASE
    ),
    "related|attribut|trae|toxic death|cause|regardless of|irrespective of|emergent|teae|immune|irae",
)
_RELATIONS = list(_RELATED)
SERIOUS = re.compile(r"\bserious\b|\bSAEs?\b", re.IGNORECASE)


class Grade(NamedTuple):
    """A grade at `text[start:end]`; `value` is the contract's band ("3-4", ">=3", "any")."""

    start: int
    end: int
    value: str


def grades(text: str, start: int, end: int) -> list[Grade]:
    """The grades that `text[start:end]` names.

    >>> text = "grade 3 or 4; grade ≥ 3; grade 2 or worse; any-grade; grades 3-5"
    >>> [grade.value for grade in grades(text, 0, len(text))]
    ['3-4', '>=3', '>=2', 'any', '3-5']
    """
    found: list[Grade] = []
    if "rade" not in text[start:end]:
        return found
    for hit in _GRADE.finditer(text, start, end):
        if hit["any"]:
            found.append(Grade(hit.start(), hit.end(), "any"))
            continue
        begin = hit.start() + (len(hit.group()) - len(hit.group().lstrip()))
        low, high = hit["low"], hit["third"] or hit["high"]
        op = (hit["op"] or hit["before"] or "").strip()
        if hit["word"] in ("lower", "less") or op in ("≤", "<="):
            value = f"<={low}"
        elif hit["plus"] or hit["word"] or op in ("≥", ">=", "> or =", "at least"):
            value = f">={low}"
        elif op == ">":
            value = f">={int(low) + 1}"
        else:
            value = f"{low}-{high}" if high and high > low else low
        found.append(Grade(begin, hit.end(), value))
    return found


def timepoint(text: str, start: int, at: int, end: int) -> str | None:
    """The last time point named before `at`, or the first one shortly after it.

    >>> timepoint("the 2-year DFS was 30%", 0, 19, 22)
    '2 years'
    """
    best = None
    for hit in _TIMEPOINT.finditer(text, start, min(end, at + 60)):
        if hit.start() > at and best:
            break
        best = hit
    if best is None:
        return None
    if best["adjective"]:
        number, unit = best["adjective"].split("-")
        return f"{_FIGURE.get(number.lower(), number)} {unit}{'' if number in ('1', 'one') else 's'}"
    number = best["num"] or best["num3"]
    unit = (best["unit2"] or best["unit3"] or best["unit"]).strip()
    return f"{unit} {number}" if best["unit"] else f"{_FIGURE.get(number.lower(), number)} {unit}"


_FIGURE = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "ten": "10",
    "twelve": "12",
}


def population(text: str, start: int, end: int) -> str | None:
    """The analysis population that `text[start:end]` names, if any."""
    found = _POPULATION.search(text, start, end)
    return found["name"].lower() if found else None


def attribution(text: str, start: int, end: int) -> tuple[str, int, int] | None:
    """Whether events are said to be related to treatment, and where this is said.

    >>> attribution("were considered drug related", 0, 28)
    ('treatment-related', 5, 28)
    """
    found = _RELATION.search(text, start, end)
    return (_RELATIONS[int((found.lastgroup or "r0")[1:])], found.start(), found.end()) if found else None
