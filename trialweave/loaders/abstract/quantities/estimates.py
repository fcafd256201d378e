"""The names of effect measures, and what is not one: HR = hormone receptor, RR = response rate."""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.abstract.text.cued import holds


class Label(NamedTuple):
    """The name of an effect measure at `text[start:end]`; `kind` is the contract's, or "difference"."""

    start: int
    end: int
    kind: str


_SHORT = r"(?: ?[\[(](?:[a-z]?(?:HR|OR|RR|IRR|SHR|GMR|MD|RD|ARD|ARR|WMD|SMD)s?)[^\])]{0,20}[\])])?"
_NAMES = {
    "hazard_ratio": r"hazards?[- ]ratios?",
    "odds_ratio": r"odds[- ]ratios?",
    "rate_ratio": r"(?:incidence[- ]|event[- ])?rate[- ]ratios?",
    "mean_ratio": r"(?:geometric )?(?:least[- ]squares )?mean ratios?"
    r"|ratio of (?:the )?(?:adjusted )?(?:geometric )?(?:least[- ]squares )?means?|geometric mean ratio of",
    "risk_ratio": r"relative[- ]risks?|risk[- ]ratios?|relative rates?",
    "regression_coefficient": r"regression coefficients?",
    "difference": r"(?:mean |median |absolute |risk |rate |treatment |adjusted |estimated |between-group |"
    r"group |weighted |standardi[sz]ed |least[- ]squares )*differences?(?! between-)|absolute risk reduction"
    r"|risk reduction|absolute (?:benefit|improvement|increase|gain|reduction)",
}
_LETTERS = {
    "hazard_ratio": r"(?:[as]|sd|c|m)?HRs?",
    "odds_ratio": r"a?ORs?",
    "rate_ratio": r"a?IRRs?",
    "mean_ratio": r"GMRs?",
    "risk_ratio": r"a?RRs?",
    "regression_coefficient": r"β",
    "difference": r"(?:SMD|WMD|AMD|aMD|ARD)s?",
}


def _any_of(names: dict[str, str]) -> re.Pattern[str]:
    kinds = "|".join(rf"(?P<{kind}>(?:{words})(?![\w]))" for kind, words in names.items())
    return re.compile(rf"(?<![\w-])(?:{kinds})")


_IN_WORDS, _IN_LETTERS = _any_of(_NAMES), _any_of(_LETTERS)
_SAID = (" ratio", "-ratio", "ratio of", "relative", "risk reduction", "differen", "absolute", "coefficient")
_CAPITALS = ("HR", "OR", "RR", "GMR", "β", "MD", "ARD")
_SHORT_AFTER = re.compile(_SHORT)
_NOT_HAZARD = re.compile(r"[- ]?(?:positive|negative|\+|-[^0-9 ]|deficien|status|proficien)", re.IGNORECASE)
_RESPONSE_RATE = re.compile(r"response rates? ?[\[(](?:O?RRs?)[\])]", re.IGNORECASE)
_RELATIVE_RISK = re.compile(r"(?:relative risks?|risk ratios?) ?[\[(]RRs?[\])]", re.IGNORECASE)
_HORMONE = re.compile(r"hormone[- ]receptor[^.]{0,20}[\[(]HRs?[\])]", re.IGNORECASE)
_VALUE_AFTER = re.compile(r"[^a-z]{0,6}(?:[0-9]|of|was|for|\[|\(|,|=|:|;)")
_SIGNED_AFTER = re.compile(r"[\s,:=(\[]{0,3}(?:of |was |is )?[-+]? ?[0-9]*\.?[0-9]")
_RATIO_AFTER = re.compile(r"[\s,:=(\[]{0,3}(?:of |was |is )?(?:0|[1-9])?\.[0-9]")


def estimate_labels(text: str, start: int, end: int, *, response_rate: bool, hormone: bool) -> list[Label]:
    """The effect-measure names of `text[start:end]`, in order.

    `response_rate` and `hormone` say that the abstract defines RR or HR otherwise (see `defines`).

    >>> text = "HR-positive: hazard ratio [HR] 0.8"
    >>> found = estimate_labels(text, 0, len(text), response_rate=False, hormone=False)
    >>> [(label.kind, label.end) for label in found]
    [('hazard_ratio', 30)]
    """
    found: list[Label] = []
    hits: list[re.Match[str]] = []
    if holds(text[start:end].lower(), _SAID):
        hits += _IN_WORDS.finditer(text[:end].lower(), start)
    if holds(text[start:end], _CAPITALS):
        hits += _IN_LETTERS.finditer(text, start, end)
    for hit in sorted(hits, key=re.Match.start):
        kind = hit.lastgroup or ""
        if found and hit.start() < found[-1].end:
            continue
        word = hit.group()
        if word in ("HR", "HRs") and (
            _NOT_HAZARD.match(text, hit.end()) or (hormone and not _RATIO_AFTER.match(text, hit.end()))
        ):
            continue
        if word in ("RR", "RRs") and response_rate:
            continue
        if word in ("OR", "ORs") and not _VALUE_AFTER.match(text, hit.end()):
            continue
        if kind == "difference" and word.isupper() and not _SIGNED_AFTER.match(text, hit.end()):
            continue
        short = _SHORT_AFTER.match(text, hit.end())
        found.append(Label(hit.start(), short.end() if short else hit.end(), kind))
    return found


def defines(text: str) -> tuple[bool, bool]:
    """Whether the abstract uses RR for response rate, and HR for hormone receptor.

    >>> defines("overall response rate (RR) in hormone receptor (HR)-positive disease")
    (True, True)
    """
    low = text.lower()
    return (
        "response rate" in low and bool(_RESPONSE_RATE.search(text)) and not _RELATIVE_RISK.search(text),
        "hormone" in low and bool(_HORMONE.search(text)),
    )
