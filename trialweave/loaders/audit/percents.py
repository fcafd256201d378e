"""A count and its denominator against the percentage that stands with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from trialweave.loaders.audit.reported import Found, Reported
from trialweave.loaders.audit.rounding import cuts, half_unit, percent, rounds, share
from trialweave.records import Fact, Finding

_ESTIMATED = re.compile(
    r"(?:[0-9]+|one|two|three|five|ten)[- ](?:year|month)|cumulative|estimated|actuarial|Kaplan"
    r"|\bweighted|standardi[sz]ed|imput|model",
    re.IGNORECASE,
)
_OVER_TIME = re.compile(
    r"surviv|mortality|death|\bdie|recurr|relapse|progress|metasta|incidence|failure|free\b", re.IGNORECASE
)


def percents_of_counts(reported: Reported) -> Found:
    """`percent-of-count`: n of N is not the percentage that stands with them.

    Silent where the text cuts its percentages throughout instead of rounding them, and where the
    percentage comes first and may be an estimate over time (Kaplan-Meier), which is no quotient.
    """
    cutting = cuts_throughout(reported.facts)
    for here, fact in enumerate(reported.facts):
        if fact.n is None or not fact.denom:
            continue
        stated = percent(fact)
        if stated is None or rounds(fact.n, fact.denom, stated):
            continue
        cut = cuts(fact.n, fact.denom, stated)
        if cutting or _may_be_estimated(fact, reported.text):
            continue
        found, half = share(fact.n, fact.denom), half_unit(stated)
        plain = not fact.rule.startswith("percent:") and abs(found - stated) > 2 * half
        yield (
            here,
            Finding(
                check="percent-of-count",
                message=f"{fact.n} of {fact.denom} is {found:.{_places(stated)}f} %, not {stated} %"
                f"{', unless cut, not rounded' if cut else ''}",
                computed=f"{found:.{_places(stated)}f}",
                sure="certain" if plain else "likely",
            ),
        )


def cuts_throughout(facts: Sequence[Fact]) -> bool:
    """True if cutting explains all percentages of a text, and rounding fails for two or more.

    >>> def of(n, denom, value):
    ...     shares = {"n": n, "denom": denom, "value": Decimal(value), "unit": "%"}
    ...     return Fact(kind="rate", start=0, end=0, quote="", rule="", **shares)
    >>> cuts_throughout([of(2, 3, 66), of(5, 6, 83), of(5, 9, 55)])
    True
    >>> cuts_throughout([of(2, 3, 66), of(5, 9, 55), of(8, 9, 89)])
    False
    """
    shares = [
        (fact.n, fact.denom, stated)
        for fact in facts
        if fact.n is not None and fact.denom and (stated := percent(fact)) is not None
    ]
    return all(cuts(*one) for one in shares) and sum(not rounds(*one) for one in shares) >= 2


def _may_be_estimated(fact: Fact, text: str) -> bool:
    """True for a percentage that comes before its count, where the text estimates shares over time."""
    if not fact.rule.startswith("percent:"):
        return False
    if _ESTIMATED.search(text, max(0, fact.start - 320), fact.start):
        return True
    return bool(_OVER_TIME.search(fact.endpoint or "") and _ESTIMATED.search(text))


def _places(stated: Decimal) -> int:
    """Decimals in which the share is told: two, or one more than the percentage has."""
    exponent = stated.as_tuple().exponent
    return max(2, 1 - exponent) if isinstance(exponent, int) else 2
