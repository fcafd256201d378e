"""The names of effect measures, and what is not one: HR = hormone receptor, RR = response rate."""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.abstract.cued import holds


class Label(NamedTuple):
    """The name of an effect measure at `text[start:end]`; `kind` is the contract's, or "difference"."""

    start: int
    end: int
    kind: str


_SHORT = r"(?: ?[\[(](?:[a-z]?(?:HR|OR|RR|IRR|SHR|GMR|MD|RD|ARD|ARR|WMD|SMD)s?)[^\])]{0,20}[\])])?"
_NAMES = {
    "hazard_ratio": r"hazards?[- ]ratios?|(?-i:\b(?:[as]|sd|c|m)?HRs?\b)",
    "odds_ratio": r"odds[- ]ratios?|(?-i:\ba?ORs?\b)",
    "rate_ratio": r"(?:incidence[- ]|event[- ])?rate[- ]ratios?|(?-i:\ba?IRRs?\b)",
    "mean_ratio": r"(?:geometric )?(?:least[- ]squares )?mean ratios?"
    r"|ratio of (?:the )?(?:adjusted )?(?:geometric )?(?:least[- ]squares )?means?"
    r"|geometric mean ratio of|(?-i:\bGMRs?\b)",
    "risk_ratio": r"relative[- ]risks?|risk[- ]ratios?|(?-i:\ba?RRs?\b)|relative rates?",
    "regression_coefficient": r"regression coefficients?|(?-i:\bβ\b)",
    "difference": r"(?:mean |median |absolute |risk |rate |treatment |adjusted |estimated |between-group |"
    r"group "
    r"|weighted |standardi[sz]ed |least[- ]squares )*differences?(?! between-)|absolute risk reduction"
    r"|risk reduction|absolute (?:benefit|improvement|increase|gain|reduction)",
}
_LABEL = re.compile(
    "|".join(rf"(?P<{kind}>(?<![\w-])(?:{names})(?![\w]))" for kind, names in _NAMES.items()), re.IGNORECASE
)
_WORDS = (" ratio", "-ratio", "ratio of", "relative", "risk reduction", "differen", "absolute", "coefficient")
_LETTERS = ("HR", "OR", "RR", "GMR", "β")
_SHORT_AFTER = re.compile(_SHORT)
_NOT_HAZARD = re.compile(r"[- ]?(?:positive|negative|\+|-[^0-9 ]|deficien|status|proficien)", re.IGNORECASE)
_RESPONSE_RATE = re.compile(r"response rates? ?[\[(](?:O?RRs?)[\])]", re.IGNORECASE)
_RELATIVE_RISK = re.compile(r"(?:relative risks?|risk ratios?) ?[\[(]RRs?[\])]", re.IGNORECASE)
_HORMONE = re.compile(r"hormone[- ]receptor[^.]{0,20}[\[(]HRs?[\])]", re.IGNORECASE)
_VALUE_AFTER = re.compile(r"[^a-z]{0,6}(?:[0-9]|of|was|for|\[|\(|,|=|:|;)")
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
    part = text[start:end]
    if not holds(part, _LETTERS) and not holds(part.lower(), _WORDS):
        return found
    for hit in _LABEL.finditer(text, start, end):
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
