"""How a trial was planned: how many people, in which arms, for which primary endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from trialweave.graph.derive.reconcile.matching import (
    EndpointName,
    Match,
    content,
    endpoint_name,
)
from trialweave.graph.derive.reconcile.sides import Comparison, Side, Verdict
from trialweave.ontology.prefixes import namespace

TW = namespace("tw")


# ── enrolment ────────────────────────────────────────────────────────────────────────────


def enrolment(registry: Side, publication: Side) -> Iterator[Comparison]:
    """The registry's enrolment beside each number of people that the publication gives for the trial."""
    ours = [
        fact
        for fact in registry.typed("ParticipantCount")
        if registry.one(fact, TW["population"]) == "enrolled"
    ]
    theirs = [
        fact for fact in publication.typed("ParticipantCount") if publication.one(fact, TW["ofGroup"]) is None
    ]
    for fact in ours:
        for other in theirs:
            yield _enrolment(registry, fact, publication, other)


def _enrolment(registry: Side, ours: str, publication: Side, theirs: str) -> Comparison:
    n, m = registry.number(ours, TW["count"]), publication.number(theirs, TW["count"])
    planned = registry.one(ours, TW["planned"]) == "true"
    population = publication.one(theirs, TW["population"])
    counted = f"the publication's is a count of people {population}" if population else (
        "the publication's is a count of people, of which it does not say more"
    )  # fmt: skip
    verdict: Verdict
    if n is None or m is None:
        verdict, reason = "not comparable", "one of the records gives more than one number"
    elif population not in (None, "enrolled", "randomised"):
        verdict, reason = "not comparable", f"the registry counts people enrolled; {counted}"
    elif planned:
        verdict = "agrees" if n == m else "differs"
        reason = f"the registry's number is a plan (anticipated enrolment); {counted}"
    elif n == m:
        verdict, reason = "agrees", f"the registry counts people enrolled; {counted}"
    elif population == "randomised" and n > m:
        verdict = "not comparable"
        reason = f"the registry counts people enrolled, who may be more than those assigned; {counted}"
    else:
        verdict, reason = "differs", f"the registry counts people enrolled; {counted}"
    return Comparison(
        kind="planned enrolment" if planned else "actual enrolment",
        verdict=verdict,
        reason=reason,
        item=population,
        registry_fact=ours,
        publication_fact=theirs,
        registry_value=registry.one(ours, TW["count"]),
        publication_value=publication.one(theirs, TW["count"]),
    )


# ── arms ─────────────────────────────────────────────────────────────────────────────────


def arms(registry: Side, publication: Side, matches: list[Match]) -> Iterator[Comparison]:
    """How many arms each record names, which of them are the same, and which stand alone."""
    if not registry.arms or not publication.arms:
        return
    n, m = len(registry.arms), len(publication.arms)
    verdict: Verdict = "agrees" if n == m else "differs" if m > n else "not comparable"
    reason = "both records name as many arms"
    if m < n:
        reason = "an abstract may leave arms out"
    elif m > n:
        reason = "the publication names more arms than are registered"
    yield Comparison(
        kind="number of arms", verdict=verdict, reason=reason, registry_value=str(n), publication_value=str(m)
    )
    for match in matches:
        yield Comparison(
            kind="arm",
            verdict="agrees",
            reason=f"matched on evidence: {match.basis}",
            item=publication.label(match.publication),
            registry_fact=match.registry,
            publication_fact=match.publication,
            registry_value=registry.label(match.registry),
            publication_value=publication.label(match.publication),
        )
    matched = {arm for match in matches for arm in (match.registry, match.publication)}
    for arm in registry.arms:
        if arm not in matched:
            yield Comparison(
                kind="arm",
                verdict="not comparable",
                reason=_alone(registry, arm, "publication"),
                item=registry.label(arm),
                registry_fact=arm,
                registry_value=registry.label(arm),
            )
    for arm in publication.arms:
        if arm not in matched:
            yield Comparison(
                kind="arm",
                verdict="not comparable",
                reason=_alone(publication, arm, "registry"),
                item=publication.label(arm),
                publication_fact=arm,
                publication_value=publication.label(arm),
            )


def _alone(side: Side, arm: str, other: str) -> str:
    given = content(side, arm)
    if not given.drugs and not given.placebo:
        return f"no drug of this arm is known, and no arm of the {other} bears its name"
    return f"not one arm of the {other}, and no more than one, gets the same drugs or bears the same name"


# ── primary endpoint ─────────────────────────────────────────────────────────────────────


def primary_endpoints(registry: Side, publication: Side) -> Iterator[Comparison]:
    """Each primary endpoint of either record, beside the other's endpoint of the same name."""
    ours = _primary(registry)
    theirs = _primary(publication)
    met: set[str] = set()
    for endpoint, name in theirs.items():
        same = [other for other, known in ours.items() if known == name]
        met.update(same)
        yield _primary_endpoint(registry, publication, endpoint, name, same)
    for endpoint in ours:
        if endpoint in met:
            continue
        said = "names others as primary" if theirs else "does not say which endpoint is primary"
        yield Comparison(
            kind="primary endpoint",
            verdict="not comparable",
            reason=f"the publication {said}; the names of endpoints may differ in their words alone",
            item=registry.label(endpoint),
            registry_fact=endpoint,
            registry_value=registry.label(endpoint),
        )


def _primary(side: Side) -> dict[str, EndpointName]:
    return {
        endpoint: endpoint_name(side.label(endpoint))
        for endpoint in side.endpoints
        if side.one(endpoint, TW["endpointRole"]) == "primary"
    }


def _primary_endpoint(
    registry: Side, publication: Side, endpoint: str, name: EndpointName, same: list[str]
) -> Comparison:
    others = {other: endpoint_name(registry.label(other)) for other in registry.endpoints}
    elsewhere = [other for other, known in others.items() if known == name and other not in same]
    alike = [other for other, known in others.items() if name.known and known.known == name.known]
    ours = _primary(registry)
    fact: str | None = None
    verdict: Verdict
    if same:
        fact, verdict, reason = same[0], "agrees", "both records call it primary"
    elif elsewhere:
        fact, verdict = elsewhere[0], "differs"
        role = registry.one(fact, TW["endpointRole"]) or "of no stated rank"
        reason = f"primary in the publication, {role} in the registry"
    elif alike:
        fact, verdict = alike[0], "not comparable"
        reason = "the same endpoint by its main words, but one of the names says more"
    elif ours and name.known and all(known.known for known in ours.values()):
        verdict = "differs"
        reason = f"the registry's primary endpoint is another: {', '.join(map(registry.label, ours))}"
    else:
        verdict = "not comparable"
        reason = "no endpoint of the registry goes by this name; the names may differ in their words alone"
    return Comparison(
        kind="primary endpoint",
        verdict=verdict,
        reason=reason,
        item=publication.label(endpoint),
        registry_fact=fact,
        publication_fact=endpoint,
        registry_value=registry.label(fact) if fact else None,
        publication_value=publication.label(endpoint),
    )
