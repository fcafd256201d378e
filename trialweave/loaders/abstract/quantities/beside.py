"""What is written beside a number: units, counts, intervals, deviations and p-values."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from trialweave.loaders.abstract.quantities.estimates import Label
from trialweave.loaders.abstract.quantities.intervals import (
    Interval,
    PValue,
    bare_interval,
    confidence_interval,
    deviation,
    spread,
)
from trialweave.loaders.abstract.quantities.numbers import NUMBER, WORDS, decimal, from_words

PEOPLE = (
    r"(?:patients?|participants?|women|men|persons?|people|subjects?|individuals?|children|adults?"
    r"|adolescents|infants?|girls|boys|"
    r"controls|volunteers|recipients|respondents|survivors|cases|pairs|eyes|lesions|tumou?rs"
    r"|pregnancies|smokers|mothers|couples|specimens|samples|cycles)"
)
TIME = re.compile(r" ?(?P<unit>months?|mos?|years?|yrs?|weeks?|wks?|days?|hours?|hrs?|h|minutes?|min)\b")
OF = re.compile(
    rf" (?:out )?of (?:the |all |all the |these |those )?(?P<n>{NUMBER}"
    rf"|{WORDS})(?P<noun>(?: (?:[a-z][\w-]*|[A-Z][\w-]+)){{0,4}}? {PEOPLE})?(?![\w%-]|\.[0-9])"
)
PEOPLE_AFTER = re.compile(
    rf" (?:(?:treated|evaluable|assessable|randomi[sz]ed|such|the|eligible|analy[sz]ed) )*{PEOPLE}\b"
)
_SEPARATOR = re.compile(
    r"[ ,;:]*(?:(?:with |and )?(?:an? |the )?)?(?=95|9[0-9]|80|CI|\[|\()|[ ,;:]*(?:and )?"
)
_PART_PERCENT = re.compile(rf"(?P<op><=|>=|[<>≤≥])? ?(?P<num>{NUMBER}) ?(?:%|percent)")
_PART_N = re.compile(
    rf"(?:n ?= ?(?P<n>{NUMBER})(?: ?(?:/|of) ?(?P<d1>{NUMBER}))?|(?P<k>{NUMBER}|{WORDS}) ?(?:of"
    rf"|/) ?(?:the )?(?P<d>{NUMBER})(?: (?:[a-z-]+ ){{0,3}}{PEOPLE})?"
    rf"|(?P<m>{NUMBER}) {PEOPLE}|(?P<alone>[1-9][0-9,]*)(?=[\])] (?:of|in|for|with) ))"
    r"(?![\w%.]|,[0-9])",
    re.IGNORECASE,
)
_LONE = re.compile(rf"(?P<sd>{NUMBER})(?=[\])])")
_MEAN_SD = re.compile(r"\b[Mm]eans? ?(?:[\[(](?:SDs?|standard deviations?)[\])]|[\[(]±)")
_CV = re.compile(rf"(?:coefficients? of variation|CV)?,? ?(?:of |= ?)?(?:{NUMBER}) ?%")
_P_PREFIX = re.compile(
    r"(?:(?:two|one|2|1)[- ](?:sided|tailed),? |by |(?:[Uu]n)?[Ss]tratified |nominal |adjusted "
    r"|unadjusted |corrected |[Ll]og[- ]?rank(?: test)?,? |overall |exact |Cox |Wald |multivariate "
    r"|univariate |with |test,? |both |all )*"
)
TIME_NAMES = {
    "mo": "months",
    "mos": "months",
    "yr": "years",
    "yrs": "years",
    "wk": "weeks",
    "wks": "weeks",
    "hr": "hours",
    "hrs": "hours",
    "h": "hours",
    "min": "minutes",
}
_OF_DIFFERENCE = re.compile(r"\b(?:for|of) (?:the )?difference")


class Quantity(NamedTuple):
    """A number with what is written beside it; `text[start:end]` in the normalised text."""

    start: int
    end: int
    at: int
    shape: str
    value: Decimal | str | None = None
    op: str | None = None
    unit: str | None = None
    n: int | None = None
    denom: int | None = None
    low: Decimal | str | None = None
    high: Decimal | str | None = None
    level: Decimal | None = None
    interval: str | None = None
    sd: Decimal | None = None
    se: Decimal | None = None
    p: PValue | None = None
    label: Label | None = None
    in_words: bool = False
    noun: str | None = None


def whole(words: str) -> int | None:
    """A number in figures or words as a whole number; None if it is none."""
    value = decimal(words) if words[0].isdigit() else from_words(words)
    return int(value) if value is not None and value == int(value) else None


def read_on(text: str, stop: int, quantity: Quantity, ps: dict[int, PValue]) -> Quantity:
    """Read on from the end of a quantity: intervals, counts, units and p-values written beside it."""
    pos, depth = quantity.end, 0
    for _ in range(12):
        separator = _SEPARATOR.match(text, pos)
        at = separator.end() if separator else pos
        if at >= stop:
            break
        if text[at] in "([":
            depth, pos = depth + 1, at + 1
            continue
        if text[at] in ")]":
            if depth == 0:
                break
            depth, pos = depth - 1, at + 1
            if quantity.end >= at - 1:
                quantity = quantity._replace(end=pos)
            continue
        beside = at == pos or text[pos:at] == " "
        read = _part(text, at, quantity, depth, ps, beside)
        if read is None:
            break
        quantity, pos = read, read.end
    return quantity


_LISTED = ("bare", "ratio", "percent")


def _part(
    text: str, at: int, quantity: Quantity, depth: int, ps: dict[int, PValue], beside: bool
) -> Quantity | None:
    if quantity.low is None:
        interval = confidence_interval(text, at) or spread(text, at)
        if (
            interval
            and quantity.shape in ("percent", "count", "time")
            and _OF_DIFFERENCE.search(text, interval.start, interval.end)
        ):
            return None
        listed = not depth and quantity.shape in _LISTED and text[quantity.end : at] in (", ", "; ")
        if interval is None and ((depth and text[at - 1] in "([ ") or listed):
            interval = bare_interval(text, at)
            if (
                interval
                and listed
                and (
                    isinstance(interval.low, str)
                    or (interval.low == interval.low.to_integral_value())
                    or (quantity.shape == "percent" and "%" not in text[interval.start : interval.end])
                    or quantity.op
                )
            ):
                interval = None
            if interval and not _plausible(quantity, interval.low, interval.high):
                interval = None
        if interval and _of_another(text, quantity, interval, depth):
            return quantity._replace(end=interval.end) if depth else None
        if interval and quantity.shape == "time" and _other_unit(text, quantity, interval):
            return quantity._replace(end=interval.end)
        if interval:
            return quantity._replace(
                low=interval.low,
                high=interval.high,
                level=interval.level,
                interval=interval.kind,
                end=interval.end,
            )
    bracketed = _LONE.match(text, at) if depth and quantity.shape in ("bare", "measure", "mean") else None
    if (
        bracketed
        and quantity.sd is None
        and _MEAN_SD.search(text, max(0, quantity.start - 160), quantity.start)
    ):
        return quantity._replace(shape="mean", sd=decimal(bracketed["sd"]), end=bracketed.end())
    if (deviated := deviation(text, at)) and quantity.sd is None and quantity.se is None:
        if deviated[1] == "sd":
            return quantity._replace(sd=deviated[2], end=deviated[0])
        return quantity._replace(se=deviated[2], end=deviated[0])
    if quantity.shape in ("ratio", "difference", "points") and quantity.p is None:
        prefix = _P_PREFIX.match(text, at)
        p = ps.get(prefix.end() if prefix else at) or ps.get(at)
        if p and p.about in (
            None,
            "difference",
            "log-rank",
            "noninferiority",
            "non-inferiority",
            "superiority",
        ):
            return quantity._replace(p=p, end=p.end)
    if (
        depth
        and quantity.shape == "count"
        and quantity.value is None
        and (part := _PART_PERCENT.match(text, at))
    ):
        op = {"≤": "<=", "≥": ">="}.get(part["op"], part["op"]) if part["op"] else None
        return quantity._replace(value=decimal(part["num"]), unit="%", op=op, end=part.end())
    if (
        depth
        and quantity.shape == "count"
        and quantity.denom is None
        and (part := _PART_N.match(text, at))
        and part["d"]
        and whole(part["k"]) == quantity.n
    ):
        return _with_count(quantity, part)
    if depth and quantity.shape in ("measure", "mean") and (varied := _CV.match(text, at)):
        return quantity._replace(end=varied.end())
    counted = depth or text.startswith(("n=", "n ="), at)
    if counted and quantity.shape == "percent" and quantity.n is None and (part := _PART_N.match(text, at)):
        return _with_count(quantity, part)
    if (
        not depth
        and beside
        and quantity.shape in ("count", "percent")
        and quantity.denom is None
        and quantity.value is not None
    ):
        of = OF.match(text, at - 1)
        if of and (quantity.shape == "count" or of["noun"]):
            return quantity._replace(denom=whole(of["n"]), end=of.end())
    if not depth and beside and quantity.shape == "count" and (people := PEOPLE_AFTER.match(text, at - 1)):
        return quantity._replace(end=people.end()) if people.end() > quantity.end else None
    if (
        not depth
        and beside
        and quantity.shape == "bare"
        and quantity.low is not None
        and (unit := TIME.match(text, at - 1))
    ):
        return quantity._replace(
            shape="time", unit=TIME_NAMES.get(unit["unit"], unit["unit"]), end=unit.end()
        )
    return None


def _of_another(text: str, quantity: Quantity, interval: Interval, depth: int) -> bool:
    """True if bounds beside a share are those of a difference: one is negative, or they exclude it."""
    if quantity.shape not in ("percent", "count") or not isinstance(interval.low, Decimal):
        return False
    return interval.low < 0 or (
        not depth
        and ";" in text[quantity.end : interval.start]
        and not _plausible(quantity, interval.low, interval.high)
    )


def _other_unit(text: str, quantity: Quantity, interval: Interval) -> bool:
    """True for "2.1 years (range, 6-46 months)"."""
    unit = TIME.search(text, interval.start, interval.end)
    return bool(unit) and unit is not None and TIME_NAMES.get(unit["unit"], unit["unit"]) != quantity.unit


def _with_count(quantity: Quantity, part: re.Match[str]) -> Quantity | None:
    n = part["n"] or part["k"] or part["m"] or part["alone"]
    denom = part["d"] or part["d1"]
    if denom and n and (whole(n) or 0) > (whole(denom) or 0):
        return None
    return quantity._replace(n=whole(n), denom=whole(denom) if denom else None, end=part.end())


def _plausible(quantity: Quantity, low: Decimal | str, high: Decimal | str) -> bool:
    """Unnamed bounds are bounds only if they hold the value between them."""
    value = quantity.value
    if not isinstance(value, Decimal):
        return False
    return (isinstance(low, str) or low <= value) and (isinstance(high, str) or value <= high)
