"""Effect estimates and medians: the same measure, endpoint and arms in both records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from trialweave.graph.derive.reconcile.matching import endpoint_name
from trialweave.graph.derive.reconcile.sides import Comparison, Side, Verdict, interval
from trialweave.ontology.prefixes import namespace

TW = namespace("tw")

ArmOf = Callable[[str], str | None]

KIND = "effect estimate"


def estimates(registry: Side, publication: Side, arm_of: ArmOf) -> Iterator[Comparison]:
    """Each estimate of the publication beside those of the registry on the same endpoint."""
    posted = [fact for fact in registry.typed("EffectEstimate") if registry.one(fact, TW["value"])]
    for fact in publication.typed("EffectEstimate"):
        if publication.one(fact, TW["value"]) is None:
            continue
        alike = [
            other
            for other in posted
            if registry.one(other, TW["measure"]) == publication.one(fact, TW["measure"])
            and _same_endpoint(registry, other, publication, fact)
        ]
        arms = {publication.one(fact, TW["ofGroup"]), publication.one(fact, TW["comparator"])}
        same = [
            other
            for other in alike
            if None not in arms
            and {arm_of(group) for group in registry.all(other, TW["comparesGroup"])} == arms
        ]
        if len(same) == 1:
            yield _estimate(registry, same[0], publication, fact)
        else:
            for other in same or alike:
                reason = "several of the registry's analyses compare these arms on this endpoint"
                if not same:
                    reason = (
                        "the groups that the registry compares are not shown to be the publication's arms"
                    )
                yield _compared(
                    "effect estimate", "not comparable", reason, registry, other, publication, fact
                )


def medians(registry: Side, publication: Side, arm_of: ArmOf) -> Iterator[Comparison]:
    """Each median of the publication beside the registry's of the same endpoint and arm."""
    posted = registry.pointing(TW["statistic"], TW["Median"])
    theirs = (TW["MedianTime"], TW["Median"])
    for fact in publication.typed("ArmResult"):
        arm = publication.one(fact, TW["ofGroup"])
        if publication.one(fact, TW["statistic"]) not in theirs or arm is None:
            continue
        same = [
            other
            for other in posted
            if _same_endpoint(registry, other, publication, fact)
            and arm_of(registry.one(other, TW["ofGroup"]) or "") == arm
        ]
        for other in same:
            if len(same) > 1:
                reason = "the registry has several values of this endpoint for this arm"
                yield _compared("median", "not comparable", reason, registry, other, publication, fact)
            else:
                yield _median(registry, other, publication, fact)


def _same_endpoint(registry: Side, ours: str, publication: Side, theirs: str) -> bool:
    endpoints = registry.one(ours, TW["ofEndpoint"]), publication.one(theirs, TW["ofEndpoint"])
    if endpoints[0] is None or endpoints[1] is None:
        return False
    return endpoint_name(registry.label(endpoints[0])) == endpoint_name(publication.label(endpoints[1]))


def _estimate(registry: Side, ours: str, publication: Side, theirs: str) -> Comparison:
    n, m = _reported(registry, ours), _reported(publication, theirs)
    places = min(_places(registry, ours), _places(publication, theirs))
    verdict: Verdict
    if n is None or m is None:
        verdict, reason = "not comparable", "one of the records gives no single value"
    elif same_number(n, m, places=places):
        verdict, reason = _limits(registry, ours, publication, theirs)
    elif n and m and same_number(1 / n, m, places=_digits(m)):
        verdict = "not comparable"
        reason = "the registry states no direction, and its value is the other way round"
    else:
        verdict, reason = "differs", "the same measure, endpoint and arms; the follow-up may differ"
    return _compared(KIND, verdict, reason, registry, ours, publication, theirs)


def _limits(registry: Side, ours: str, publication: Side, theirs: str) -> tuple[Verdict, str]:
    """Of two values that agree: whether their limits do, where both records give them at one level."""
    levels = registry.number(ours, TW["ciLevel"]), publication.number(theirs, TW["ciLevel"])
    if None not in levels and levels[0] != levels[1]:
        return "agrees", "the same value; the limits are of different levels"
    places = min(_places(registry, ours), _places(publication, theirs))
    for name in ("ciLow", "ciHigh"):
        n, m = registry.number(ours, TW[name]), publication.number(theirs, TW[name])
        if n is not None and m is not None and not same_number(n, m, places=places):
            return "differs", "the same value, but other limits"
    return "agrees", "the same at the precision that both records give"


def _median(registry: Side, ours: str, publication: Side, theirs: str) -> Comparison:
    units = _unit(registry, registry.one(ours, TW["ofEndpoint"])), _unit(publication, theirs)
    n, m = _reported(registry, ours), _reported(publication, theirs)
    places = min(_places(registry, ours), _places(publication, theirs))
    verdict: Verdict
    if n is None or m is None:
        verdict, reason = "not comparable", "one of the records gives no number (not reached, or NA)"
    elif units[0] != units[1] or units[0] is None:
        verdict, reason = "not comparable", f"units: {units[0] or 'not stated'}, {units[1] or 'not stated'}"
    elif same_number(n, m, places=places):
        verdict, reason = _limits(registry, ours, publication, theirs)
    else:
        verdict, reason = "differs", "the same endpoint and arm; the follow-up may differ"
    return _compared("median", verdict, reason, registry, ours, publication, theirs)


def _unit(side: Side, node: str | None) -> str | None:
    stated = side.one(node, TW["unit"]) if node else None
    return None if stated is None else stated.casefold().rstrip("s")


def _reported(side: Side, fact: str) -> Decimal | None:
    """The value with the digits that its record gives it (0.50 stays 0.50)."""
    value, written = side.number(fact, TW["value"]), side.one(fact, TW["reportedValue"])
    return Decimal(written) if value is not None and written is not None else value


def _places(side: Side, fact: str) -> int:
    """The digits behind the point that a record gives: the most of its value and its limits.

    A store keeps no trailing zeros, so one number alone may show fewer than its source wrote.
    """
    found = [_reported(side, fact), *(side.number(fact, TW[name]) for name in ("ciLow", "ciHigh"))]
    return max((_digits(number) for number in found if number is not None), default=0)


def _digits(value: Decimal) -> int:
    """Digits behind the point."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def same_number(ours: Decimal, theirs: Decimal, *, places: int) -> bool:
    """Whether two numbers are the same where both are rounded to `places` digits behind the point.

    >>> same_number(Decimal("0.457"), Decimal("0.46"), places=2)
    True
    >>> same_number(Decimal("0.45"), Decimal("0.46"), places=2)
    False
    """
    return abs(ours - theirs) <= Decimal(5).scaleb(-places - 1)


def _compared(
    kind: str, verdict: Verdict, reason: str, registry: Side, ours: str, publication: Side, theirs: str
) -> Comparison:
    endpoint = publication.one(theirs, TW["ofEndpoint"])
    arm = publication.one(theirs, TW["ofGroup"])
    named = [publication.label(node) for node in (endpoint, arm) if node]
    return Comparison(
        kind=kind,
        verdict=verdict,
        reason=reason,
        item=", ".join(named) or None,
        registry_fact=ours,
        publication_fact=theirs,
        registry_value=_shown(registry, ours),
        publication_value=_shown(publication, theirs),
    )


def _shown(side: Side, fact: str) -> str:
    if side.one(fact, TW["notReached"]) == "true":
        return "not reached"
    endpoint = side.one(fact, TW["ofEndpoint"])
    of_table = side.one(endpoint, TW["unit"]) if endpoint and not side.one(fact, TW["measure"]) else None
    shown = interval(side, fact)
    return f"{shown}, in {of_table}" if of_table else shown
