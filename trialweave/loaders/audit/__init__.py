"""The number audit: do the numbers of a record agree with each other?

A finding is data beside a fact and never changes it. It names the check, the value that the check
arrived at, and how sure it is: `certain` where arithmetic leaves no other reading of the numbers as
they stand, `likely` where a habit of writing or of computing could still explain them. Where an
honest reading remains under which the numbers agree, a check says nothing; each states in its file
what it assumes.

| file | check | says that |
| --- | --- | --- |
| `percents` | `percent-of-count` | n of N is not the percentage beside it |
| `denominators` | `denominator` | n [%] cannot be of the size stated for its arm |
| `intervals` | `bound-equals-estimate` | a confidence bound is the estimate itself |
| | `estimate-outside-interval` | an estimate, or a median, is outside its own interval |
| | `interval-scale` | a percentage stands beside an interval in fractions |
| | `interval-symmetry` | an estimate is not in the middle of its interval |
| `significance` | `interval-against-p` | interval and p-value contradict each other |
| `totals` | `arms-against-total` | the arms add up to more people than were randomised |
| `responses` | `responses` | complete, partial, stable, progressive do not add up |
| `medians` | `ratio-against-medians` | a hazard ratio favours the arm with the shorter median |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from trialweave.loaders.audit.denominators import excluded_sizes
from trialweave.loaders.audit.intervals import bounds_on_estimates, misplaced_estimates, off_centre
from trialweave.loaders.audit.medians import ratios_against_medians
from trialweave.loaders.audit.percents import percents_of_counts
from trialweave.loaders.audit.reported import Found, Reported
from trialweave.loaders.audit.responses import response_sums
from trialweave.loaders.audit.significance import intervals_against_p
from trialweave.loaders.audit.totals import arms_against_total
from trialweave.records import Arm, Fact, Finding

__all__ = ["audit"]

_CHECKS: tuple[Callable[[Reported], Found], ...] = (
    percents_of_counts,
    bounds_on_estimates,
    misplaced_estimates,
    off_centre,
    intervals_against_p,
    excluded_sizes,
    arms_against_total,
    response_sums,
    ratios_against_medians,
)


def audit(facts: Iterable[Fact], arms: Iterable[Arm], text: str) -> tuple[Fact, ...]:
    """The same facts, with what the checks found attached to those that they concern.

    `arms` are the arms that the text names, `text` is what the facts' offsets refer to.

    >>> from decimal import Decimal
    >>> shares = {"n": 17, "denom": 110, "value": Decimal(16), "unit": "%"}
    >>> facts = [Fact(kind="ae_count", start=0, end=8, quote="17 [16%]", rule="", **shares)]
    >>> audit(facts, (), "17 [16%]")[0].findings[0].computed
    '15.45'
    """
    reported = Reported(tuple(facts), tuple(arms), text)
    findings: dict[int, list[Finding]] = defaultdict(list)
    for check in _CHECKS:
        for here, finding in check(reported):
            findings[here].append(finding)
    return tuple(
        msgspec.structs.replace(fact, findings=(*fact.findings, *findings[here]))
        if here in findings
        else fact
        for here, fact in enumerate(reported.facts)
    )
