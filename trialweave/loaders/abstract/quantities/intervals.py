"""What stands beside a number: confidence intervals, quartiles and ranges, and p-values."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from trialweave.loaders.abstract.quantities.numbers import NUMBER, decimal

NOT_REACHED = (
    r"NR\b|NE\b|NA\b|not (?:yet )?(?:been )?(?:reached|estimable|estimated|evaluable|calculable"
    r"|available|attained|applicable|assessable|determined)"
    r"(?: ?[\[(]N[REA][\])])?|∞|infinity"
)
_SIGNED = rf"(?<![\w.])[-+]? ?(?:{NUMBER})"
_UNIT = (
    r"(?: ?%| ?(?:months?|years?|weeks?|days?|hours?|minutes?|mo|points?|percentage points?|m[gl]|[μm]g/mL))?"
)
BOUNDS = (
    rf"(?P<low>{_SIGNED}|{NOT_REACHED}){_UNIT}(?: ?- ?| to |, | and |; ?| ?/ ?)(?P<high>{_SIGNED}"
    rf"|{NOT_REACHED}){_UNIT}"
)
_INTERVAL_NAME = (
    r"(?:CIs?|CrIs?|CL|HDI|confidence[- ]intervals?|confidence limits?|credible[- ]intervals?"
    r"|credibility intervals?)(?: ?[\[(](?:CIs?|CrI)[\])])?"
)
_CI = re.compile(
    rf"(?:(?:two-sided|one-sided|adjusted|repeated|exact|bootstrapped|stratified|Bayesian|unadjusted) )*"
    rf"(?:(?:0?\.)?(?P<level>[0-9]{{2}}(?:\.[0-9]+)?) ?(?:%|[- ]?per ?cent)?,?[- ]?(?:(?:two-sided|one-sided"
    r"|repeated|adjusted|exact|Bayesian|bootstrap(?:ped)?|Hodges-Lehmann) )*)?"
    rf"{_INTERVAL_NAME}(?: (?:for|of) (?:the )?(?:difference|ratio|HR|OR))?[,:;=]? ?(?:from |of |was "
    rf"|is |= ?|ranging from )?[\[(]?{BOUNDS}[\])]?",
    re.IGNORECASE,
)
_SPREAD_NAMES = {
    "IQR": r"IQRs?|inter-?quartile[- ]ranges?(?: ?[\[(]IQR[\])])?|quartiles|Q1[-,] ?Q3|25th(?:-| to "
    r"| and )75th percentiles?",
    "range": r"(?:full |observed |total )?range",
}
_SPREAD = re.compile(
    "|".join(f"(?P<{name}>(?<![\\w-])(?:{words}))" for name, words in _SPREAD_NAMES.items()), re.IGNORECASE
)
_SPREAD_BOUNDS = re.compile(
    rf"(?: ?[\[(](?:IQR|range)[\])])?(?:,|:| of| was|=)? ?(?:from )?[\[(]?{BOUNDS}[\])]?", re.IGNORECASE
)
_LEVEL_REST = re.compile(r" ?(?:%|[- ]?per ?cent),? ?-?(?:C\.?I|CrI|confidence|credible)", re.IGNORECASE)
_BARE = re.compile(BOUNDS, re.IGNORECASE)
_SD = re.compile(
    r"(?P<name>SDs?|SEM|SE|standard deviations?|standard errors?)(?: ?[\[(]S[DE][\])])?(?:,|:| of| ?="
    rf"| ?±)? ?(?P<value>{NUMBER})"
)
_P = re.compile(
    r"(?<![\w-])[Pp](?:[ -]?values?)?(?:"
    r"[ _-]?[\[(]?(?P<test>interaction|trend|heterogeneity|non-?inferiority|superiority|log-rank)[\])]?"
    r"|(?![A-Za-z])(?: ?[\[(]?(?:for|of) (?:the )?(?P<about>[a-z][a-z -]{2,40}?)[\])]?)?)"
    r" ?(?P<op>[<>] or = ?|<=|>=|[=<>≤≥]|less than(?: or equal to)?|greater than|was|of|is|: )?"
    rf" ?(?P<num>(?:{NUMBER})(?: ?[x×*] ?10-?[0-9]+)?(?![0-9%]))(?! ?%)",
)
_P_GATE = re.compile(
    r"[Pp](?<![\w-].)(?:(?:[ -]?[Vv]alues?)?(?:[ _-]?[\[(]?[a-z-]*[\])]?)? ?[<>=≤≥]|(?:-"
    r"| )?[Vv]alues?| (?:of|was|less|for))"
)
_P_OPERATORS = {
    "≤": "<=",
    "≥": ">=",
    "<": "<",
    ">": ">",
    "<=": "<=",
    ">=": ">=",
    "=": "=",
    "< or =": "<=",
    "> or =": ">=",
    "less than": "<",
    "less than or equal to": "<=",
    "greater than": ">",
}
_SIDED = re.compile(
    r"(one|two|1|2)[- ](?:sided|tailed)[ ,]*(?:(?:stratified|unstratified|log-rank|[a-z]+) ){0,3}$",
    re.IGNORECASE,
)
_NOT_A_RESULT = re.compile(
    r"consider(?:ed)?\b[^.]{0,40}\bsignifican|significance (?:level|threshold|boundary|was set|at)"
    r"|level of significance|"
    r"stopping|boundary|boundaries|\balpha\b|α|threshold|prespecified|pre-specified|"
    r"(?:indicat|denot|defin|regard|deemed|taken)\w*[^.]{0,30}\bsignifican|significance (?:of"
    r"|was defined)|required",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[;)\]]|\. ")


class Interval(NamedTuple):
    """Two bounds, and what they are: `kind` is "CI", "IQR", "range", or None if not named."""

    start: int
    end: int
    low: Decimal | str
    high: Decimal | str
    kind: str | None
    level: Decimal | None


class PValue(NamedTuple):
    """A p-value with its operator ("<0.001"), what it tests if said ("interaction"), and its sides."""

    start: int
    end: int
    value: str
    about: str | None
    sided: str | None


def _bound(words: str) -> Decimal | str:
    plain = words.strip().replace(" ", "")
    sign = -1 if plain.startswith("-") else 1
    plain = plain.lstrip("+-")
    return sign * decimal(plain) if plain[:1].isdigit() or plain.startswith(".") else "NR"


def _ordered(low: Decimal | str, high: Decimal | str) -> bool:
    return isinstance(low, str) or isinstance(high, str) or low <= high


def confidence_interval(text: str, at: int) -> Interval | None:
    """The confidence interval that begins exactly at `at`.

    >>> confidence_interval("95% CI 2.63-3.65)", 0)[2:]
    (Decimal('2.63'), Decimal('3.65'), 'CI', Decimal('95'))
    """
    found = _CI.match(text, at)
    if not found:
        return None
    low, high = _bound(found["low"]), _bound(found["high"])
    if not _ordered(low, high):
        return None
    return Interval(at, _close(found), low, high, "CI", Decimal(found["level"]) if found["level"] else None)


def spread(text: str, at: int) -> Interval | None:
    """The named quartiles or range that begin exactly at `at`.

    >>> spread("IQR 19.6-29.4)", 0)[2:5]
    (Decimal('19.6'), Decimal('29.4'), 'IQR')
    """
    name = _SPREAD.match(text, at)
    found = _SPREAD_BOUNDS.match(text, name.end()) if name else None
    if not name or not found:
        return None
    low, high = _bound(found["low"]), _bound(found["high"])
    if not _ordered(low, high):
        return None
    return Interval(at, _close(found), low, high, name.lastgroup, None)


def bare_interval(text: str, at: int) -> Interval | None:
    """Two bounds without a name at `at`: "(9.3-11.2)" after a value that had a named interval.

    A slash between whole numbers parts a count from its denominator, and "95% CI" is a level.

    >>> bare_interval("9.3-11.2)", 0)[2:4]
    (Decimal('9.3'), Decimal('11.2'))
    >>> bare_interval("38/95)", 0), bare_interval("0.2; 95% CI, 0.1-0.3)", 0)
    (None, None)
    """
    found = _BARE.match(text, at)
    if not found:
        return None
    low, high = _bound(found["low"]), _bound(found["high"])
    if not _ordered(low, high) or (isinstance(low, str) and isinstance(high, str)):
        return None
    if "/" in found.group() and not isinstance(high, str) and "." not in found.group():
        return None
    if _LEVEL_REST.match(text, found.end("high")):
        return None
    return Interval(at, found.end(), low, high, None, None)


def deviation(text: str, at: int) -> tuple[int, str, Decimal] | None:
    """A named standard deviation or error at `at`: where it ends, "sd" or "se", the value.

    >>> deviation("SD 2.6)", 0)
    (6, 'sd', Decimal('2.6'))
    """
    found = _SD.match(text, at)
    if not found:
        return None
    short = found["name"].lower()
    return found.end(), "se" if short.startswith("se") or "error" in short else "sd", decimal(found["value"])


_SPACE = re.compile(r"\s")


def p_values(text: str, start: int, end: int) -> list[PValue]:
    """All p-values of `text[start:end]` that report a result (no alpha levels, no boundaries).

    >>> [p.value for p in p_values("better (P <.001); P < .05 was considered significant", 0, 52)]
    ['<0.001']
    """
    found: list[PValue] = []
    if not _P_GATE.search(text, start, end):
        return found
    for hit in _P.finditer(text, start, end):
        operator, figures = (hit["op"] or "=").strip(), _SPACE.sub("", hit["num"])
        about = hit["test"] or hit["about"]
        if hit["op"] is None and about is None:
            continue
        value = _scientific(figures)
        if value is None or value > 1:
            continue
        before, after = (
            text[max(start, hit.start() - 90) : hit.start()],
            text[hit.end() : min(end, hit.end() + 70)],
        )
        if _NOT_A_RESULT.search(_CLAUSE_END.split(after)[0]) or _NOT_A_RESULT.search(
            _CLAUSE_END.split(before)[-1][-60:]
        ):
            continue
        sided = _SIDED.search(before)
        found.append(
            PValue(
                hit.start(),
                hit.end(),
                _P_OPERATORS.get(operator, "=") + format(value, "f"),
                about,
                {"one": "one", "1": "one", "two": "two", "2": "two"}[sided[1].lower()] if sided else None,
            )
        )
    return found


_TIMES_TEN = re.compile("[x×*]10")


def _scientific(figures: str) -> Decimal | None:
    mantissa, _, power = _TIMES_TEN.sub("e", figures).partition("e")
    if not power:
        return decimal(mantissa)
    exponent = int(power)
    return decimal(mantissa).scaleb(exponent if exponent < 0 else -exponent) if abs(exponent) < 100 else None


def _close(found: re.Match[str]) -> int:
    """The end of a match, without a closing bracket that it did not open."""
    inside = found.group()
    end = found.end()
    if inside[-1:] in ")]" and inside.count("(") + inside.count("[") < inside.count(")") + inside.count("]"):
        end -= 1
    return end
