"""Counts of adverse events: mostly not comparable, and why is said count by count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from trialweave.graph.derive.labels import label_of
from trialweave.graph.derive.reconcile.sides import Comparison, Side, Verdict
from trialweave.ontology.prefixes import namespace

TW = namespace("tw")

_TOTALS = {
    "death": "deaths",
    "deaths": "deaths",
    "serious adverse event": "serious",
    "serious adverse events": "serious",
}
"""What publications call the people that the registry's table totals."""


def events(registry: Side, publication: Side, arm_of: Callable[[str], str | None]) -> Iterator[Comparison]:
    """Each count of the publication beside the registry's of the same event and arm."""
    by_term: dict[str, list[str]] = defaultdict(list)
    for fact in registry.having(TW["event"]):
        by_term[registry.term(registry.all(fact, TW["event"])[0])].append(fact)
    by_total: dict[str, list[str]] = defaultdict(list)
    for fact in registry.typed("EventTotal"):
        by_total[registry.one(fact, TW["totalOf"]) or ""].append(fact)
    for fact in publication.having(TW["event"]):
        arm, concept = publication.one(fact, TW["ofGroup"]), publication.one(fact, TW["event"])
        if arm is None or concept is None:
            continue
        event = label_of(concept)
        total = _TOTALS.get(event.casefold())
        for other in by_total[total] if total else by_term[publication.term(concept)]:
            group = registry.one(other, TW["ofGroup"])
            if group is not None and arm_of(group) == arm:
                yield _count(registry, other, group, publication, fact, event)


def _count(registry: Side, ours: str, group: str, publication: Side, theirs: str, event: str) -> Comparison:
    n, m = registry.number(ours, TW["affected"]), publication.number(theirs, TW["affected"])
    at_risk = registry.one(ours, TW["atRisk"]) or registry.one(group, TW["atRisk"])
    counted = publication.one(theirs, TW["atRisk"])
    why = [
        *_why_not(registry, ours, publication, theirs),
        *(["one of the records gives no count"] if n is None or m is None else []),
        *(
            [f"they count over different people ({at_risk} and {counted})"]
            if at_risk and counted and at_risk != counted
            else []
        ),
    ]
    verdict: Verdict = "not comparable" if why else "agrees" if n == m else "differs"
    arm = publication.one(theirs, TW["ofGroup"])
    return Comparison(
        kind="adverse event count",
        verdict=verdict,
        reason="; ".join(why) or "the same event, arm and seriousness; the follow-up may differ",
        item=f"{event}, {publication.label(arm)}" if arm else event,
        registry_fact=ours,
        publication_fact=theirs,
        registry_value=_shown(registry.one(ours, TW["affected"]), at_risk, None),
        publication_value=_shown(
            publication.one(theirs, TW["affected"]), counted, publication.one(theirs, TW["percent"])
        ),
    )


def _why_not(registry: Side, ours: str, publication: Side, theirs: str) -> Iterator[str]:
    """Reasons that keep two counts of the same event in the same arm from being compared."""
    low, high = publication.one(theirs, TW["gradeLow"]), publication.one(theirs, TW["gradeHigh"])
    if low or high:
        band = low if low == high else f"{low or '1'} to {high}" if high else f"{low} or worse"
        yield f"the publication counts grade {band}, the registry all grades"
    if attribution := publication.one(theirs, TW["attribution"]):
        yield f"the publication counts {attribution} events, the registry those of any cause"
    stated = publication.one(theirs, TW["seriousness"])
    table = registry.one(ours, TW["seriousness"])
    if table is not None and stated != table:
        yield f"the registry counts {table} events apart, the publication {stated or 'does not say'}"
    for what in ("population", "timepoint"):
        if value := publication.one(theirs, TW[what]):
            yield f"the publication states a {'time' if what == 'timepoint' else what} of its own: {value}"


def _shown(affected: str | None, at_risk: str | None, percent: str | None) -> str:
    shown = affected if affected is not None else "no count"
    shown += f" of {at_risk}" if at_risk else ""
    return f"{shown} ({percent} %)" if percent else shown
