"""Words, dates and numbers of ClinicalTrials.gov, the same from every one of its formats."""

from __future__ import annotations

import html
import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from trialweave.records import Number

_WORDS = {
    "na": "not applicable",
    "n/a": "not applicable",
    "phase1": "phase 1",
    "phase2": "phase 2",
    "phase3": "phase 3",
    "phase4": "phase 4",
    "early phase1": "early phase 1",
    "phase 0": "early phase 1",  # the registry's name for it until 2017
    "none open label": "none",
    "open label": "none",
    "no masking": "none",
    "single blind": "single",
    "double blind": "double",
    "subject": "participant",
    "caregiver": "care provider",
    "unknown status": "unknown",
    "u.s. fed": "fed",
    "standard error of the mean": "standard error",
    "standard error of mean": "standard error",
    "inter quartile range": "interquartile range",
    "other pre specified": "other",
    "1 sided": "one-sided",
    "2 sided": "two-sided",
    "one sided": "one-sided",
    "two sided": "two-sided",
    "estimate": "estimated",
    "systematic assessment": "systematic",
    "non systematic assessment": "non-systematic",
}
_MONTHS = {
    "january": "01",
    "february": "02",
    "march": "03",
    "april": "04",
    "may": "05",
    "june": "06",
    "july": "07",
    "august": "08",
    "september": "09",
    "october": "10",
    "november": "11",
    "december": "12",
}
_ISO = re.compile(r"([0-9]{4})(?:-([0-9][0-9])(?:-([0-9][0-9]))?)?(?:T.*)?")
_WRITTEN = re.compile(r"([A-Za-z]+)\s+(?:([0-9]{1,2}),\s*)?([0-9]{4})")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{4})")
_NUMBER = re.compile(r"(<=|>=|[<>=≤≥])?\s*([-+−]?)\s*([0-9.,]+)(\s*%)?")
_SIGNED = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}(?:\.[0-9]*)?|[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]*")
_COUNT = re.compile(r"([0-9]{1,18}|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.0*)?")
_DECIMAL_COMMA = re.compile(r"0,[0-9]+")
_OPERATORS = {"≤": "<=", "≥": ">=", "=": None}


def text(raw: object) -> str | None:
    """A string as one line without space around it; a number as its digits; nothing else.

    >>> text("  Replaced by\\r\\n   another "), text(12), text(""), text(None)
    ('Replaced by another', '12', None, None)
    """
    if isinstance(raw, str):
        return " ".join(raw.split()) or None
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return str(raw)
    return None


@lru_cache(maxsize=4096)
def word(raw: str) -> str:
    """A word of one of the registry's closed lists, alike for all formats and vintages.

    >>> word("ACTIVE_NOT_RECRUITING"), word("Active, not recruiting"), word("Parallel Assignment")
    ('active not recruiting', 'active not recruiting', 'parallel')
    >>> word("PHASE2"), word("Non-Randomized"), word("None (Open Label)"), word("A_WORD_OF_2031")
    ('phase 2', 'non-randomized', 'none', 'a word of 2031')
    """
    folded = " ".join(re.sub(r"[_,()\[\]-]", " ", raw.lower()).split()).removesuffix(" assignment")
    folded = _WORDS.get(f"{folded} assignment") or _WORDS.get(folded, folded)
    return re.sub(r"\bnon ", "non-", folded)


def word_or_none(raw: object) -> str | None:
    """The word of a closed list, or nothing."""
    written = text(raw)
    return None if written is None else word(written)


@lru_cache(maxsize=4096)
def iso_date(raw: str) -> str | None:
    """A date in ISO 8601, as precise as it is written; absent where it is none.

    >>> iso_date("2015-03"), iso_date("March 4, 2015"), iso_date("March 2015"), iso_date("04/2007")
    ('2015-03', '2015-03-04', '2015-03', '2007-04')
    >>> iso_date("2015-02-30") is None
    True
    """
    raw = raw.strip()
    if found := _ISO.fullmatch(raw):
        year, month, day = found.groups()
    elif found := _WRITTEN.fullmatch(raw):
        name, day, year = found.groups()
        month = _MONTHS.get(name.lower(), "0")
    elif found := _SLASHED.fullmatch(raw):
        (month, year), day = found.groups(), None
    else:
        return None
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part.zfill(2) for part in (year, month, day) if part)


def whole(raw: object) -> int | None:
    """A count: a whole number from 0, given as a number or as its digits.

    >>> whole("12"), whole(0), whole("12.0"), whole("1,313"), whole("-1"), whole("many"), whole(True)
    (12, 0, 12, 1313, None, None, None)
    """
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw if raw >= 0 else None
    if isinstance(raw, str) and (found := _COUNT.fullmatch(raw.strip())):
        return int(found[1].replace(",", ""))
    return None


def number(raw: object, *, counted: bool = False) -> Number | None:
    """A number as written, with its value where that is beyond doubt.

    A comma is read only where one reading is left: "0,31" is a decimal comma, "1,999.32" and
    "1,200,000" are grouped thousands; "1,553" may be either, and gets no value unless it is known to
    be `counted`.

    >>> number(".08").value, number("&lt; 0.0001").operator, number("NA").value, number("1,553").value
    (Decimal('0.08'), '<', None, None)
    >>> number("1,553", counted=True).value
    Decimal('1553')
    >>> number("-1,999.32").value, number("0,3139").value, number("")
    (Decimal('-1999.32'), Decimal('0.3139'), None)
    """
    if isinstance(raw, str) and _SIGNED.fullmatch(raw):
        return Number(reported=raw, value=Decimal(raw))
    written = text(raw)
    if written is None:
        return None
    # "&lt;" stands in some records where "<" is meant: escaped twice by whoever sent them
    found = _NUMBER.fullmatch(html.unescape(written))
    if not found:
        return Number(reported=written)
    operator, sign, digits, _ = found.groups()
    if _GROUPED.fullmatch(digits) or (counted and _COUNT.fullmatch(digits)):
        digits = digits.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    elif not _PLAIN.fullmatch(digits):
        return Number(reported=written)
    value = Decimal(("-" if sign in ("-", "−") else "") + digits)
    return Number(reported=written, value=value, operator=_OPERATORS.get(operator, operator))


def p_value(raw: object) -> str | None:
    """A p-value with its operator, in the form of `EffectEstimate.p`.

    >>> p_value("0.024"), p_value("&lt; 0.0001"), p_value("<.001"), p_value("not done") is None
    ('=0.024', '<0.0001', '<.001', True)
    """
    read = number(raw)
    if read is None or read.value is None:
        return None
    digits = re.search(r"[0-9.,]+", read.reported[read.reported.rfind(";") + 1 :])
    return f"{read.operator or '='}{digits[0] if digits else read.value}"


def dispersion(raw: object) -> tuple[str | None, Decimal | None]:
    """What a spread or a pair of limits is, and the level of a confidence interval.

    >>> dispersion("95% Confidence Interval"), dispersion("STANDARD_DEVIATION")
    (('confidence interval', Decimal('95')), ('standard deviation', None))
    """
    written = text(raw)
    if written is None:
        return None, None
    if found := re.fullmatch(r"([0-9.]+)\s*%\s*(confidence interval|credible interval)", written.lower()):
        level = number(found[1])
        return found[2], level.value if level else None
    return word(written), None


_MEASURES = (
    ("hazard ratio", "hazard_ratio"),
    ("odds ratio", "odds_ratio"),
    ("risk ratio", "risk_ratio"),
    ("relative risk", "risk_ratio"),
    ("risk difference", "risk_difference"),
    ("incidence rate ratio", "rate_ratio"),
    ("rate ratio", "rate_ratio"),
    ("mean difference", "mean_difference"),
    ("median difference", "median_difference"),
)


def measure(raw: str) -> str:
    """The kind of an estimate, in the names of `EffectEstimate.measure`; else the source's words.

    >>> measure("Hazard Ratio (HR)"), measure("Odds Ratio, log"), measure("Slope")
    ('hazard_ratio', 'log_odds_ratio', 'Slope')
    """
    folded = word(raw)
    for words, name in _MEASURES:
        if folded == words:
            return name
        if re.fullmatch(rf"{words} (hr|or|rr|rd|irr|net|final values?)", folded):
            return name
        if folded in (f"{words} log", f"log {words}"):
            return f"log_{name}"
    return raw
