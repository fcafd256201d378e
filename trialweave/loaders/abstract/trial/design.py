"""What an abstract states of a trial's design: phase, allocation, masking, control, sites, endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialweave.loaders.abstract.quantities.numbers import NUMBER, WORDS, decimal, from_words
from trialweave.loaders.abstract.text.normal import normalise
from trialweave.loaders.abstract.text.words import abbreviations
from trialweave.loaders.abstract.topics.find import topics
from trialweave.loaders.abstract.trial.places import COUNTRY_OF
from trialweave.records import Endpoint, Span, Stated

_PHASE = re.compile(
    r"\bphase[\s-]+(?P<phase>(?:IV|III|II|I|[1-4])[abAB]?(?:\s?[/-]\s?(?:III|II|I|[1-4])[abAB]?)?)(?![\w])",
    re.IGNORECASE,
)
_ARABIC = {"IV": "4", "III": "3", "II": "2", "I": "1"}
_ALLOCATION = re.compile(
    r"\brandom(?:ly\s+(?:assigned|allocated)|i[sz]ed|i[sz]ation|\s+(?:assignment|allocation))", re.IGNORECASE
)
_NOT_RANDOM = re.compile(r"(?:non|no|not|without|previous|other|of)[\s-]+$", re.IGNORECASE)
_MASKING = (
    ("quadruple", r"quadruple[\s-]+(?:blind|mask)(?:ed)?"),
    ("triple", r"triple[\s-]+(?:blind|mask)(?:ed)?"),
    ("double-blind", r"double[\s-]+(?:blind|mask)(?:ed)?"),
    (
        "single-blind",
        r"single[\s-]+(?:blind|mask)(?:ed)?|(?:observer|assessor|evaluator|investigator)[\s-]+(?:blind"
        r"|mask)(?:ed)?",
    ),
    ("open-label", r"open[\s-]+label|unblinded|unmasked|non[\s-]?blinded|not\s+masked"),
)
_MASK = re.compile(
    "|".join(f"(?P<m{number}>\\b(?:{words}))" for number, (_, words) in enumerate(_MASKING)), re.IGNORECASE
)
_CONTROL = re.compile(
    r"\b(?P<control>placebo|active|sham|vehicle|dose)[\s-]+(?:and\s+active[\s-]+)?controlled\b", re.IGNORECASE
)
_PLACE = r"(?:hospitals?|sites?|cent(?:er|re)s?|institutions?|practices?|clinics?|departments?|units)"
_SITES = re.compile(
    rf"(?<![\w.,-])(?P<n>{NUMBER}|{WORDS})(?:\s+(?!and\b|patients\b|countries\b|or\b)[A-Za-z][\w-]*(?:,"
    rf"|\s+and|\s+or)?){{0,6}}?\s+{_PLACE}\b",
    re.IGNORECASE,
)
_SITE_BEFORE = re.compile(
    r"(?:\b(?:at|in|from|across|of|by|between)|\()\s*(?:a\s+total\s+of\s+|the\s+)?$", re.IGNORECASE
)
_NAMES = "|".join(
    sorted((re.escape(name).replace(r"\ ", r"\s+") for name in COUNTRY_OF), key=len, reverse=True)
)
_COUNTRY = re.compile(rf"(?<![\w-])(?:the\s+)?(?P<name>{_NAMES})(?![\w])")
_PEOPLE_OR_PLACE = re.compile(
    rf"(?:\s+(?:[a-z][\w-]*|and|{_NAMES})){{0,3}}?\s+(?:{_PLACE}|patients|women|men|participants|adults"
    r"|children)\b"
)
_BEFORE_COUNTRY = re.compile(
    rf"\b(?:{_PLACE}|countries|patients|participants|women|men|enrolled|recruited|conducted|done|run"
    r"|trial|study|took\s+place)(?:\s+(?:in|from|across|throughout|of|located\s+in"
    r"|within))?(?:[\s(:,]+(?:in|from|across"
    rf"|throughout)?[\s(]*(?:the\s+)?(?:and\s+)?(?:{_NAMES}))*[\s,(:]+(?:in\s+|from\s+|across\s+"
    r"|throughout\s+)?(?:and\s+)?(?:the\s+)?$"
)
_ROLE = re.compile(
    r"\b(?P<role>(?:co-?|dual\s+)?primary|(?:key\s+)?secondary)\s+(?:(?:efficacy|composite|study"
    r"|safety|clinical)\s+)*(?:end\s?-?points?|outcomes?(?:\s+measures?)?|objectives?"
    r"|aims?)\b(?:\s+(?:measures?|of\s+(?:the\s+)?(?:study|trial|[A-Z][\w-]+)|was\s+to\s+(?:compare"
    r"|assess|evaluate|determine)))*\s*(?:was|were|is|are|included|include|:|of|for|,|-)?\s*",
    re.IGNORECASE,
)
_ROLE_END = re.compile(
    r"[.;](?:\s|$)|\b(?:analy[sz]ed|assessed|secondary|defined|measured|as\s+assessed|evaluated"
    r"|in\s+the\s+intention|and\s+the\s+(?:key\s+)?secondary)\b"
)


def phase(text: str, start: int, end: int) -> Stated | None:
    """The phase, in Arabic figures ("3", "1/2").

    >>> phase("A phase II/III trial", 0, 20).value
    '2/3'
    """
    found = _PHASE.search(text, start, end)
    if not found:
        return None
    value = re.sub(r"IV|III|II|I", lambda hit: _ARABIC[hit[0]], found["phase"].upper()).lower()
    return _stated(text, re.sub(r"\s?[/-]\s?", "/", value), found.start(), found.end())


def allocation(text: str, start: int, end: int) -> Stated | None:
    """That people were assigned at random, if the text says so."""
    for found in _ALLOCATION.finditer(text, start, end):
        if not _NOT_RANDOM.search(text[max(start, found.start() - 14) : found.start()]):
            return _stated(text, "randomised", found.start(), found.end())
    return None


def masking(text: str, start: int, end: int) -> Stated | None:
    """Who did not know the assignment: "double-blind", "open-label", …"""
    found = _MASK.search(text, start, end)
    return (
        _stated(text, _MASKING[int((found.lastgroup or "m0")[1:])][0], found.start(), found.end())
        if found
        else None
    )


def control(text: str, start: int, end: int) -> Stated | None:
    """What the trial is controlled with: "placebo-controlled", …"""
    found = _CONTROL.search(text, start, end)
    return (
        _stated(text, f"{found['control'].lower()}-controlled", found.start(), found.end()) if found else None
    )


def site_count(text: str, start: int, end: int) -> Stated | None:
    """The number of hospitals, centres or sites.

    >>> site_count("was conducted in 13 Chinese hospitals", 0, 37).value
    '13'
    """
    for found in _SITES.finditer(text, start, end):
        words = found["n"]
        value = decimal(words) if words[0].isdigit() else from_words(" ".join(words.split()))
        if (
            value is None
            or value != int(value)
            or not 1 <= value <= 5000
            or not _SITE_BEFORE.search(text[max(start, found.start() - 22) : found.start()])
        ):
            continue
        return _stated(text, str(int(value)), found.start("n"), found.end())
    return None


def countries(text: str, start: int, end: int) -> Iterator[Stated]:
    """The countries of the trial's sites or people; names that are tied to neither are left.

    >>> [found.value for found in countries("in 13 Chinese hospitals and 4 centres in Japan", 0, 46)]
    ['China', 'Japan']
    """
    seen: set[str] = set()
    for found in _COUNTRY.finditer(text, start, end):
        name = COUNTRY_OF[" ".join(found["name"].split())]
        if name in seen:
            continue
        adjective = bool(_PEOPLE_OR_PLACE.match(text, found.end(), min(end, found.end() + 60)))
        before = (
            " ".join(text[max(start, found.start() - 160) : found.start()].rpartition(". ")[2].split()) + " "
        )
        if adjective or _BEFORE_COUNTRY.search(before):
            seen.add(name)
            yield _stated(text, name, found.start("name"), found.end("name"))


def primary_endpoints(text: str, start: int, end: int) -> list[Endpoint]:
    """The endpoints that the text calls primary or secondary.

    >>> words = "The primary endpoint was progression-free survival (PFS). Secondary was safety."
    >>> [(one.role, one.name) for one in primary_endpoints(words, 0, len(words))]
    [('primary', 'progression-free survival')]
    """
    normal = normalise(text, start, end)
    short = abbreviations(normal.text)
    found: list[Endpoint] = []
    seen: set[str] = set()
    for hit in _ROLE.finditer(normal.text):
        stop = _ROLE_END.search(normal.text, hit.end(), min(len(normal.text), hit.end() + 220))
        limit = stop.start() if stop else min(len(normal.text), hit.end() + 140)
        role = "primary" if "primary" in hit["role"].lower() else "secondary"
        for topic in topics(normal.text, hit.end(), limit, short):
            if (
                topic.kind in ("efficacy", "survival", "death", "harm")
                and len(topic.name) > 3
                and topic.name.lower() not in seen
            ):
                seen.add(topic.name.lower())
                a, b = normal.source(topic.start), normal.source(topic.end - 1) + 1
                found.append(Endpoint(key="", name=topic.name, role=role, evidence=Span.of(text, a, b)))
    return found


def _stated(text: str, value: str, start: int, end: int) -> Stated:
    return Stated(value=value, evidence=Span.of(text, start, end))
