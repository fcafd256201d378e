"""A fact in words: what it is, about what, of whom, how much, and what it was read from."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.records import Fact

GROUPS = {
    "effect": (
        "hazard_ratio odds_ratio risk_ratio rate_ratio mean_ratio risk_difference mean_difference"
        " median_difference regression_coefficient"
    ).split(),
    "time": ["median_time", "follow_up"],
    "outcome": ["rate", "event_count", "incidence_rate", "median", "mean"],
    "harm": ["ae_count", "deaths"],
    "people": ["total_n", "arm_size", "randomisation_ratio"],
    "dose": ["dose"],
    "p-value": ["p_value"],
}
"""The kinds of fact, in the groups that have one colour each; what is in none is "other"."""

_KINDS = {
    "ae_count": "adverse event",
    "total_n": "people in all",
    "arm_size": "people in the arm",
    "event_count": "events",
    "median_time": "median time",
    "p_value": "p-value",
    "follow_up": "follow-up",
    "registry_id": "registry number",
}
_RESULTS = frozenset({*GROUPS["effect"], *GROUPS["outcome"], *GROUPS["harm"], "median_time"})
_HAVE_ARMS = _RESULTS | {"arm_size", "dose"}
_HAVE_ENDPOINTS = _RESULTS | {"p_value"}
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def group(kind: str) -> str:
    """The group of a kind.

    >>> group("deaths"), group("registry_id")
    ('harm', 'other')
    """
    return next((name for name, kinds in GROUPS.items() if kind in kinds), "other")


def printable(words: str) -> str:
    """Words as they may go to a terminal: one space for white space, no control or direction characters.

    >>> printable("3 of\\n 4 \\x1b[31m")
    '3 of 4 �[31m'
    """
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", re.sub(r"\s+", " ", words))


def in_words(fact: Fact) -> tuple[str, str]:
    """What a fact says, its kind apart, in the order in which one checks it: about what, whose, how much.

    What the text does not state, although such facts have it, is said to be missing.

    >>> print(*in_words(Fact(kind="ae_count", start=0, end=0, quote="", rule="", endpoint="rash",
    ...     arm="abcnib", n=17, value=Decimal(16), unit="%", grade="3-4")))
    adverse event : rash, grade 3-4 | abcnib | 17 (16%)
    >>> print(*in_words(Fact(kind="hazard_ratio", start=0, end=0, quote="", rule="", value=Decimal("0.46"),
    ...     ci_low=Decimal("0.32"), ci_high=Decimal("0.66"), ci_level=Decimal(95), interval="CI")))
    hazard ratio : no endpoint | no arms | 0.46, 95% CI 0.32 to 0.66
    """
    endpoint = fact.endpoint or ("no endpoint" if fact.kind in _HAVE_ENDPOINTS else None)
    kind = _KINDS.get(fact.kind, fact.kind.replace("_", " "))
    about = [
        None if endpoint == kind else endpoint,
        _named("grade", fact.grade),
        fact.attribution,
        fact.seriousness if fact.seriousness and fact.seriousness not in (endpoint or "").lower() else None,
        fact.population if fact.kind in GROUPS["people"] else _named("population", fact.population),
        _named("time", fact.timepoint),
    ]
    missing = "no arms" if fact.kind in GROUPS["effect"] else "no arm"
    arm = fact.arm or (missing if fact.kind in _HAVE_ARMS else None)
    said = ", ".join(one for one in about if one)
    parts = [f": {said}" if said else "", arm, _amount(fact)]
    return printable(kind), printable(" | ".join(part for part in parts if part is not None))


def read_from(fact: Fact, *, quoted: bool, beside: tuple[int, int]) -> str:
    """The words that a fact was read from, and the rule that made it.

    `quoted` gives the fact's own words too; what does not stand in `beside` (start, end) is said to be
    above or below.

    >>> from trialweave.records import Cue
    >>> arm = Cue(role="arm", start=2, end=8, quote="abcnib")
    >>> fact = Fact(kind="rate", start=20, end=23, quote="16%", rule="percent:no-arm", cues=(arm,))
    >>> print(read_from(fact, quoted=True, beside=(10, 30)))
    words "16%"; arm from "abcnib" above; rule percent:no-arm
    """
    words = [f'words "{fact.quote}"'] if quoted else []
    for cue in fact.cues:
        where = " above" if cue.start < beside[0] else " below" if cue.start >= beside[1] else ""
        words.append(f'{cue.role} from "{cue.quote}"{where}')
    return printable("; ".join([*words, f"rule {fact.rule}"]))


def _amount(fact: Fact) -> str:
    """The numbers of a fact, as it states them."""
    value = _number(fact)
    if fact.n is None:
        first = f"{value} of {fact.denom}" if value and fact.denom is not None else value
    else:
        of = f" of {fact.denom}" if fact.denom is not None else ""
        first = f"{fact.n}{of}" + (f" ({value})" if value else "")
    parts = [first, _interval(fact)]
    parts += [f"{name} {spread}" for name, spread in (("SD", fact.sd), ("SE", fact.se)) if spread is not None]
    if fact.p and fact.kind == "p_value":
        parts = [_p(fact.p)]
    elif fact.p:
        parts.append(f"p {_p(fact.p)}")
    parts += [f"{fact.p_sided}-sided" if fact.p_sided else None, fact.schedule]
    return ", ".join(part for part in parts if part)


def _named(name: str, value: str | None) -> str | None:
    return f"{name} {value}" if value else None


def _p(stated: str) -> str:
    return re.sub(r"^([<>=]+)", r"\1 ", stated)


def _number(fact: Fact) -> str | None:
    if fact.value is None:
        return None
    if fact.value == "NR":
        return "not reached"
    high = f" to {fact.high}" if fact.high is not None else ""
    unit = "%" if fact.unit == "%" else f" {fact.unit}" if fact.unit else ""
    operator = f"{fact.value_op} " if fact.value_op else ""
    return f"{operator}{fact.value}{high}{unit}"


def _interval(fact: Fact) -> str | None:
    if fact.ci_low is None and fact.ci_high is None:
        return None
    level = f"{fact.ci_level.normalize():f}% " if isinstance(fact.ci_level, Decimal) else ""
    low, high = ("not reached" if one == "NR" else one for one in (fact.ci_low, fact.ci_high))
    return f"{level}{fact.interval or 'bounds'} {low} to {high}"
