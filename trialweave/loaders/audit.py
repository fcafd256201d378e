"""The number audit: do the numbers of a record agree with each other?

A finding is data beside a fact and never changes it. Each check states what it assumes; where an
honest reading remains under which the numbers agree, it says nothing.

Rounding: a percentage with d decimals stands for every value within half a unit of its last place,
both ends included, so that rounding half up and half to even are both allowed. A denominator is
excluded only if neither gives the percentage.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

import msgspec

from trialweave.records import Arm, Fact, Finding

_RATIOS = frozenset({"hazard_ratio", "odds_ratio", "risk_ratio", "rate_ratio", "mean_ratio"})
_DIFFERENCES = frozenset({"risk_difference", "mean_difference", "median_difference"})
_LARGEST = 10**6
_ESTIMATED = re.compile(
    r"(?:[0-9]+|one|two|three|five|ten)[- ](?:year|month)|cumulative|estimated|actuarial|Kaplan",
    re.IGNORECASE,
)
_NONINFERIORITY = re.compile(r"inferior", re.IGNORECASE)


def audit(facts: Iterable[Fact], arms: Iterable[Arm], text: str) -> tuple[Fact, ...]:
    """The same facts, with what the checks found attached to those that they concern.

    `arms` are the arms that the text names, `text` is what the facts' offsets refer to.

    >>> shares = {"n": 17, "denom": 110, "value": Decimal(16), "unit": "%"}
    >>> facts = [Fact(kind="ae_count", start=0, end=8, quote="17 [16%]", rule="", **shares)]
    >>> audit(facts, (), "17 [16%]")[0].findings[0].computed
    '15.45'
    """
    audited = list(facts)
    findings: dict[int, list[Finding]] = defaultdict(list)
    for here, fact in enumerate(audited):
        for check in _SINGLE:
            finding = check(fact, text)
            if finding:
                findings[here].append(finding)
    named = [arm.name for arm in arms]
    for together in (_denominators, _arms_against_total, _responses, _ratio_against_medians):
        for here, finding in together(audited, named):
            findings[here].append(finding)
    return tuple(
        msgspec.structs.replace(fact, findings=(*fact.findings, *findings[here]))
        if here in findings
        else fact
        for here, fact in enumerate(audited)
    )


# ── one fact ─────────────────────────────────────────────────────────────────────────────


def half_unit(value: Decimal) -> Decimal:
    """Half a unit of the last place that a number states.

    >>> half_unit(Decimal("3.02")), half_unit(Decimal("16"))
    (Decimal('0.005'), Decimal('0.5'))
    """
    exponent = value.as_tuple().exponent
    return Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)


def _percent_of_count(fact: Fact, text: str) -> Finding | None:
    """Count and denominator against the percentage that stands with them.

    A percentage that comes first may be an estimate over time (Kaplan-Meier), which is no quotient.
    """
    if (
        fact.unit != "%"
        or fact.n is None
        or not fact.denom
        or not isinstance(fact.value, Decimal)
        or fact.value_op
    ):
        return None
    share = Decimal(100) * fact.n / fact.denom
    half = half_unit(fact.value)
    if abs(share - fact.value) <= half:
        return None
    first = fact.rule.startswith("percent:")
    if (
        first
        and abs(share - fact.value) < 1
        and _ESTIMATED.search(text, max(0, fact.start - 320), fact.start)
    ):
        return None
    return Finding(
        check="percent-of-count",
        message=f"{fact.n} of {fact.denom} is {share:.2f} %, not {fact.value} %",
        computed=f"{share:.2f}",
        sure="certain" if abs(share - fact.value) > 2 * half and not first else "likely",
    )


def _bound_equals_estimate(fact: Fact, _text: str) -> Finding | None:
    """A confidence bound that is the estimate itself: a slip, or a distribution with no width there."""
    if fact.interval not in ("CI", None) or not isinstance(fact.value, Decimal):
        return None
    if fact.unit == "%" and fact.value in (0, 100):
        return None
    for name, bound in (("lower", fact.ci_low), ("upper", fact.ci_high)):
        if isinstance(bound, Decimal) and bound == fact.value and fact.ci_low != fact.ci_high:
            return Finding(
                check="bound-equals-estimate",
                message=f"the {name} bound {bound} is the estimate itself",
                computed=str(bound),
            )
    return None


def _outside_interval(fact: Fact, _text: str) -> Finding | None:
    """An estimate outside its own interval."""
    if not isinstance(fact.value, Decimal):
        return None
    low, high = fact.ci_low, fact.ci_high
    below = isinstance(low, Decimal) and fact.value < low - half_unit(low)
    above = isinstance(high, Decimal) and fact.value > high + half_unit(high)
    if not below and not above:
        return None
    if (
        fact.unit == "%"
        and isinstance(low, Decimal)
        and isinstance(high, Decimal)
        and 100 * low <= fact.value <= 100 * high
    ):
        return Finding(
            check="interval-scale",
            message=f"{fact.value} % beside an interval in fractions, {low} to {high}",
            computed=f"{100 * low}-{100 * high}",
        )
    return Finding(
        check="estimate-outside-interval",
        message=f"{fact.value} is not between {low} and {high}",
        computed=str(fact.value),
    )


def _asymmetric(fact: Fact, _text: str) -> Finding | None:
    """A ratio's confidence interval is symmetric on the log scale, a difference's on its own."""
    value, low, high = fact.value, fact.ci_low, fact.ci_high
    if (
        not (isinstance(value, Decimal) and isinstance(low, Decimal) and isinstance(high, Decimal))
        or not low < value < high
    ):
        return None
    if fact.kind in _RATIOS and low > 0:
        scale: Callable[[Decimal], float] = lambda number: math.log(max(float(number), 1e-9))  # noqa: E731
    elif fact.kind == "mean_difference":
        scale = float
    else:
        return None
    middles = [
        (scale(low + a) + scale(high + b)) / 2
        for a in (-half_unit(low), half_unit(low))
        for b in (-half_unit(high), half_unit(high))
    ]
    estimates = [scale(value - half_unit(value)), scale(value + half_unit(value))]
    width = (scale(high) - scale(low)) / 2
    distance = max(min(estimates) - max(middles), min(middles) - max(estimates), 0.0)
    if distance <= 0.25 * width:
        return None
    middle = (scale(low) + scale(high)) / 2
    centre = math.exp(middle) if fact.kind in _RATIOS else middle
    return Finding(
        check="interval-symmetry",
        message=f"the middle of {low} to {high} is {centre:.2f}, the estimate is {value}",
        computed=f"{centre:.2f}",
        sure="likely",
    )


def _interval_against_p(fact: Fact, text: str) -> Finding | None:
    """An interval that excludes no effect beside a p-value that does not, or the reverse.

    Only for two-sided 95 % intervals and far from the border, because a p-value may be one-sided
    or come from another test than the interval.
    """
    if (
        fact.p is None
        or fact.p_sided == "one"
        or _NONINFERIORITY.search(text, fact.start, fact.end + 40)
        or (fact.ci_level is not None and fact.ci_level != 95)
    ):
        return None
    if not (isinstance(fact.ci_low, Decimal) and isinstance(fact.ci_high, Decimal)):
        return None
    none = Decimal(1) if fact.kind in _RATIOS else Decimal(0) if fact.kind in _DIFFERENCES else None
    if none is None:
        return None
    operator, p = _p(fact.p)
    outside = none < fact.ci_low - half_unit(fact.ci_low) or none > fact.ci_high + half_unit(fact.ci_high)
    inside = fact.ci_low + half_unit(fact.ci_low) < none < fact.ci_high - half_unit(fact.ci_high)
    if outside and operator in ("=", ">", ">=") and p >= Decimal("0.07"):
        return Finding(
            check="interval-against-p",
            message=f"{fact.ci_low} to {fact.ci_high} excludes {none}, but p is {fact.p}",
            computed=fact.p,
            sure="likely",
        )
    if inside and operator in ("=", "<", "<=") and p <= Decimal("0.01"):
        return Finding(
            check="interval-against-p",
            message=f"{fact.ci_low} to {fact.ci_high} includes {none}, but p is {fact.p}",
            computed=fact.p,
            sure="likely",
        )
    return None


def _p(words: str) -> tuple[str, Decimal]:
    operator = words.rstrip("0123456789.eE-")
    return operator, Decimal(words[len(operator) :])


_SINGLE: tuple[Callable[[Fact, str], Finding | None], ...] = (
    _percent_of_count,
    _bound_equals_estimate,
    _outside_interval,
    _asymmetric,
    _interval_against_p,
)


# ── facts together ───────────────────────────────────────────────────────────────────────


def allowed_denominators(n: int, percent: Decimal) -> range:
    """The denominators for which `n` is `percent` by rounding half up or half to even.

    >>> allowed_denominators(17, Decimal(16)), allowed_denominators(6, Decimal(6))
    (range(104, 110), range(93, 110))
    """
    half = half_unit(percent)
    hundred = Decimal(100) * n
    smallest = math.ceil(hundred / (percent + half)) if percent + half > 0 else 1
    largest = math.floor(hundred / (percent - half)) if percent > half else _LARGEST
    return range(max(smallest, n, 1), max(largest, 0) + 1)


def _denominators(facts: list[Fact], _arms: list[str]) -> Iterable[tuple[int, Finding]]:
    """Percentages of events in an arm against the arm's sizes, one by one and all together.

    Said only where the arm's size is within 15 % of what the percentages allow: farther off, they
    belong to other people (a subgroup, another population).
    """
    sizes: dict[str, set[int]] = defaultdict(set)
    shares: dict[str, list[int]] = defaultdict(list)
    for here, fact in enumerate(facts):
        if fact.kind == "arm_size" and fact.arm and isinstance(fact.value, Decimal):
            sizes[fact.arm].add(int(fact.value))
        elif fact.denom and fact.arm and fact.kind in ("ae_count", "deaths"):
            sizes[fact.arm].add(fact.denom)
        elif fact.kind in ("ae_count", "deaths") and fact.arm and fact.n and _plain_percent(fact):
            shares[fact.arm].append(here)
    for arm, places in shares.items():
        allowed = {here: allowed_denominators(facts[here].n or 0, _percent(facts[here])) for here in places}
        low, high = max(one.start for one in allowed.values()), min(one.stop - 1 for one in allowed.values())
        joint = f"; the arm's percentages together allow {low} to {high}" if low <= high else ""
        for here in places:
            near = [
                size
                for size in sizes.get(arm, ())
                if 0.85 * allowed[here].start <= size <= 1.15 * allowed[here].stop
            ]
            if not near or any(size in allowed[here] for size in sizes[arm]):
                continue
            fact, size = facts[here], max(near)
            share = Decimal(100) * (fact.n or 0) / size
            cut = _percent(fact) <= share < _percent(fact) + 2 * half_unit(_percent(fact))
            yield (
                here,
                Finding(
                    check="denominator",
                    message=f"{fact.n} [{fact.value} %] is not of {size} ({share:.2f}"
                    f" %){', unless cut, not rounded' if cut else ''}{joint}",
                    computed=f"{low}-{high}" if joint else f"{allowed[here].start}-{allowed[here].stop - 1}",
                    sure="likely" if cut else "certain",
                ),
            )


def _plain_percent(fact: Fact) -> bool:
    return fact.unit == "%" and isinstance(fact.value, Decimal) and not fact.value_op


def _percent(fact: Fact) -> Decimal:
    return fact.value if isinstance(fact.value, Decimal) else Decimal(0)


def _arms_against_total(facts: list[Fact], _arms: list[str]) -> Iterable[tuple[int, Finding]]:
    """Arm sizes against the total of the same population, where each arm has one size."""
    for population in ("randomised",):
        totals = [
            (here, fact)
            for here, fact in enumerate(facts)
            if fact.kind == "total_n" and fact.population == population
        ]
        per_arm: dict[str, set[int]] = defaultdict(set)
        for fact in facts:
            if (
                fact.kind == "arm_size"
                and fact.arm
                and fact.population == population
                and isinstance(fact.value, Decimal)
            ):
                per_arm[fact.arm].add(int(fact.value))
        if len(totals) != 1 or len(per_arm) < 2 or any(len(values) != 1 for values in per_arm.values()):
            continue
        here, total = totals[0]
        added = sum(next(iter(values)) for values in per_arm.values())
        if isinstance(total.value, Decimal) and added > total.value:
            yield (
                here,
                Finding(
                    check="arms-against-total",
                    message=f"the arms add up to {added}, the total is {total.value}",
                    computed=str(added),
                    sure="likely",
                ),
            )


_RESPONSE_NAMES = (
    ("complete", re.compile(r"^(?:complete (?:response|remission)s?(?: rates?)?|CRs?)$", re.IGNORECASE)),
    ("partial", re.compile(r"^(?:partial (?:response|remission)s?(?: rates?)?|PRs?)$", re.IGNORECASE)),
    (
        "overall",
        re.compile(
            r"^(?:(?:overall|objective|confirmed objective) (?:response|remission)s?(?: rates?)?|ORR)$",
            re.IGNORECASE,
        ),
    ),
)


def _responses(facts: list[Fact], _arms: list[str]) -> Iterable[tuple[int, Finding]]:
    """Complete and partial responses of an arm against all of its responses, where each is stated once."""
    by_arm: dict[str | None, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for here, fact in enumerate(facts):
        for name, pattern in _RESPONSE_NAMES:
            if fact.kind in ("rate", "event_count") and pattern.match(fact.endpoint or ""):
                by_arm[fact.arm][name].append(here)
    for groups in by_arm.values():
        if set(groups) != {"complete", "partial", "overall"} or any(
            len(places) != 1 for places in groups.values()
        ):
            continue
        complete, partial, overall = (facts[groups[name][0]] for name in ("complete", "partial", "overall"))
        if complete.n is not None and partial.n is not None and overall.n is not None:
            if complete.n + partial.n != overall.n:
                message = f"{complete.n} complete and {partial.n} partial responses are not {overall.n}"
                yield (
                    groups["overall"][0],
                    Finding(
                        check="responses",
                        message=message,
                        computed=str(complete.n + partial.n),
                        sure="likely",
                    ),
                )
        elif all(_plain_percent(one) for one in (complete, partial, overall)):
            added = _percent(complete) + _percent(partial)
            slack = (
                half_unit(_percent(complete)) + half_unit(_percent(partial)) + half_unit(_percent(overall))
            )
            if abs(added - _percent(overall)) > slack:
                message = f"{complete.value} % and {partial.value} % are not {overall.value} %"
                yield (
                    groups["overall"][0],
                    Finding(check="responses", message=message, computed=str(added), sure="likely"),
                )


def _ratio_against_medians(facts: list[Fact], _arms: list[str]) -> Iterable[tuple[int, Finding]]:
    """A hazard ratio clearly below 1 beside a shorter median in the same arm.

    The reverse (above 1, longer median) is not reported: it mostly means that the text compares the
    other way round.
    """
    for here, fact in enumerate(facts):
        one, _, other = (fact.arm or "").partition(" vs ")
        if (
            fact.kind != "hazard_ratio"
            or not other
            or not isinstance(fact.ci_high, Decimal)
            or fact.ci_high >= 1
        ):
            continue
        near = [
            m
            for m in facts
            if m.kind == "median_time" and m.endpoint == fact.endpoint and abs(m.start - fact.start) < 300
        ]
        first = [m.value for m in near if m.arm == one and isinstance(m.value, Decimal)]
        second = [m.value for m in near if m.arm == other and isinstance(m.value, Decimal)]
        if len(first) == 1 and len(second) == 1 and first[0] < second[0]:
            message = (
                f"the ratio {fact.value} favours {one}, its median {first[0]} is shorter than {second[0]}"
            )
            yield (
                here,
                Finding(
                    check="ratio-against-medians",
                    message=message,
                    computed=f"{first[0]} < {second[0]}",
                    sure="likely",
                ),
            )
