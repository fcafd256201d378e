"""The sizes of the arms against the number randomised.

Only an excess is told. Of 145 abstracts that give one number randomised and one size for two arms or
more, 124 add up; in all 18 with fewer people in the arms, the sizes were of another set (analysed,
treated) or an arm was not told. A shortfall is no contradiction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from trialweave.loaders.audit.reported import Found, Reported, number
from trialweave.records import Finding

_RANDOMISED = "randomised"
_FAR = Decimal("0.1")
_WHO = re.compile(
    r"patient|participant|\bwomen|\bmen\b|person|people|subject|individual|child|adult|infant|boys|girls"
    r"|volunteer|survivor|student|\bn\b",
    re.IGNORECASE,
)


def arms_against_total(reported: Reported) -> Found:
    """`arms-against-total`: the arms add up to more people than were randomised.

    Only where the text gives one number randomised, in people, and one size for each arm; and the
    excess is at most a tenth, as slips are (a number farther off counts something else).
    """
    totals: dict[Decimal, int] = {}
    sizes: dict[str, set[int]] = defaultdict(set)
    for here, fact in enumerate(reported.facts):
        value = number(fact.value)
        if fact.population != _RANDOMISED or value is None:
            continue
        if fact.kind == "total_n":
            totals.setdefault(value, here)
        elif fact.kind == "arm_size" and fact.arm:
            sizes[fact.arm].add(int(value))
    if len(totals) != 1 or len(sizes) < 2 or any(len(one) != 1 for one in sizes.values()):
        return
    [(total, here)] = totals.items()
    added = sum(next(iter(one)) for one in sizes.values())
    if not total < added <= (1 + _FAR) * total or not _WHO.search(reported.facts[here].quote):
        return
    yield (
        here,
        Finding(
            check="arms-against-total",
            message=f"the arms add up to {added}, the total is {total}",
            computed=str(added),
            sure="likely",
        ),
    )
