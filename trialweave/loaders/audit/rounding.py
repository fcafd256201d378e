"""What a rounded number can stand for.

A number with d decimals stands for every value within half a unit of its last place, both ends
included, so that rounding half up and half to even are both allowed. A percentage that is cut, not
rounded, stands for what is up to one unit above it.

Ref: Brown NJL, Heathers JAJ. The GRIM test. Soc Psychol Personal Sci 2017;8:363-369.
"""

from __future__ import annotations

import math
from decimal import Decimal

from trialweave.records import Fact

_LARGEST = 10**6


def half_unit(value: Decimal) -> Decimal:
    """Half a unit of the last place that a number states.

    >>> half_unit(Decimal("3.02")), half_unit(Decimal("16"))
    (Decimal('0.005'), Decimal('0.5'))
    """
    exponent = value.as_tuple().exponent
    return Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)


def percent(fact: Fact) -> Decimal | None:
    """The percentage that a fact states; None if it states none, or only a bound ("<1%").

    >>> percent(Fact(kind="rate", start=0, end=3, quote="16%", rule="", value=Decimal(16), unit="%"))
    Decimal('16')
    """
    plain = fact.unit == "%" and isinstance(fact.value, Decimal) and not fact.value_op
    return fact.value if plain and isinstance(fact.value, Decimal) else None


def share(n: int, denominator: int) -> Decimal:
    """`n` of `denominator` in percent."""
    return Decimal(100) * n / denominator


def rounds(n: int, denominator: int, stated: Decimal) -> bool:
    """True if `n` of `denominator` can be rounded to the percentage stated.

    >>> rounds(26, 48, Decimal(54)), rounds(26, 48, Decimal(55))
    (True, False)
    """
    return abs(share(n, denominator) - stated) <= half_unit(stated)


def cuts(n: int, denominator: int, stated: Decimal) -> bool:
    """True if `n` of `denominator` can be cut to the percentage stated.

    >>> cuts(2, 3, Decimal(66)), cuts(2, 3, Decimal(67))
    (True, False)
    """
    return stated <= share(n, denominator) < stated + 2 * half_unit(stated)


def allowed_denominators(n: int, stated: Decimal) -> range:
    """The denominators for which `n` is the percentage stated, by rounding half up or half to even.

    >>> allowed_denominators(17, Decimal(16)), allowed_denominators(6, Decimal(6))
    (range(104, 110), range(93, 110))
    """
    half = half_unit(stated)
    hundred = Decimal(100) * n
    smallest = math.ceil(hundred / (stated + half)) if stated + half > 0 else 1
    largest = math.floor(hundred / (stated - half)) if stated > half else _LARGEST
    return range(max(smallest, n, 1), max(largest, 0) + 1)
