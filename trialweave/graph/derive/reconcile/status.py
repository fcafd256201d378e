"""What a registry says of a trial in one word: status, posted results, phase, allocation, masking."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from trialweave.graph.derive.reconcile.sides import Comparison, Side, Verdict
from trialweave.ontology.prefixes import namespace

TW = namespace("tw")
TWID = namespace("twid")

_OPEN = {"recruiting", "not yet recruiting", "enrolling by invitation", "suspended", "withdrawn"}
_STATUS_REASON: dict[str, tuple[Verdict, str]] = {
    "completed": ("agrees", "the registry says that the trial is completed"),
    "active not recruiting": ("agrees", "recruitment is closed; people may still be followed up"),
    "terminated": (
        "not comparable",
        "the registry says that the trial was stopped early; what the publication says of that was not read",
    ),
    "unknown": ("not comparable", "the registry has not heard of the trial for two years"),
}


def status(registry: Side, publication: Side) -> Iterator[Comparison]:
    """Whether the registry knows that the trial whose results are published has closed, and its results."""
    result = _a_result(publication)
    if result is None:
        return
    stated = registry.one(registry.trial, TW["status"])
    since = f"the registry's record is of {registry.date}" if registry.date else "the record has no date"
    printed = f", the publication of {publication.date}" if publication.date else ""
    if stated is not None:
        verdict, reason = _STATUS_REASON.get(
            stated, ("not comparable", "this status says nothing of whether results can be out")
        )
        if stated in _OPEN:
            verdict, reason = (
                "differs",
                "the registry did not yet know of an end; the publication has results",
            )
        yield Comparison(
            kind="status",
            verdict=verdict,
            reason=f"{reason}; {since}{printed}",
            registry_fact=field_of(registry, "status"),
            publication_fact=result,
            registry_value=stated,
            publication_value="reports results",
        )
    if registry.one(registry.trial, TW["hasPostedResults"]) == "false":
        yield Comparison(
            kind="posted results",
            verdict="differs",
            reason=f"the registry has no results, the publication has; {since}{printed}",
            registry_fact=field_of(registry, "has results"),
            publication_fact=result,
            registry_value="none posted",
            publication_value="reports results",
        )


def _a_result(publication: Side) -> str | None:
    """One result of the publication, to show that it has results."""
    kinds = ("EffectEstimate", "ArmResult", "AdverseEventCount")
    return next((fact for kind in kinds for fact in publication.typed(kind)), None)


_PLACES = {
    "ctgov-v2": {
        "status": "/protocolSection/statusModule/overallStatus",
        "has results": "/hasResults",
        "phase": "/protocolSection/designModule/phases",
        "allocation": "/protocolSection/designModule/designInfo/allocation",
        "masking": "/protocolSection/designModule/designInfo/maskingInfo/masking",
    },
    "ctgov-xml": {"status": "overall_status", "phase": "phase"},  # allocation, masking: moved in 2017
}


def field_of(registry: Side, what: str) -> str | None:
    """The place of a word of the record, where its format has but one; the trial itself elsewhere."""
    path = _PLACES.get(registry.form, {}).get(what)
    if path is None:
        return registry.trial
    number = registry.trial.rpartition("/")[2]
    return f"{TWID[f'ctgov/{number}']}#{path}"


def _same_allocation(ours: str, theirs: str) -> tuple[Verdict, str]:
    written = theirs.lower().replace("is", "iz")
    if written.startswith("randomiz") == (ours == "randomized"):
        return "agrees", "the same in both records"
    return "differs", "one record says that people were assigned by chance, the other does not"


def _same_phase(ours: str, theirs: str) -> tuple[Verdict, str]:
    if ours == theirs:
        return "agrees", "the same in both records"
    if theirs.rstrip("ab") == ours:
        return "agrees", "the registry has no finer phases"
    return "differs", "the records name different phases"


def _same_masking(ours: str, theirs: str) -> tuple[Verdict, str]:
    masked = {"double-blind": {"double", "triple", "quadruple"}, "single-blind": {"single"},
              "triple": {"triple"}, "quadruple": {"quadruple"}, "open-label": {"none"}}  # fmt: skip
    if ours in masked.get(theirs, set()):
        more = theirs == "double-blind" and ours != "double"
        return "agrees", (
            "a double-blind trial may mask more than two parties" if more else "the same in both"
        )
    if (ours == "none") != (theirs == "open-label"):
        return "differs", "one record says that the trial was masked, the other that it was open"
    return "differs", "the records differ in how many parties did not know the assignment"


_WORDS: tuple[tuple[str, Callable[[str, str], tuple[Verdict, str]]], ...] = (
    ("phase", _same_phase),
    ("allocation", _same_allocation),
    ("masking", _same_masking),
)


def design(registry: Side, publication: Side) -> Iterator[Comparison]:
    """Phase, allocation and masking, where both records state them."""
    for what, same in _WORDS:
        ours, theirs = registry.one(registry.trial, TW[what]), publication.one(publication.trial, TW[what])
        if ours is None or theirs is None:
            continue
        verdict, reason = same(ours, theirs)
        yield Comparison(
            kind=what,
            verdict=verdict,
            reason=reason,
            registry_fact=field_of(registry, what),
            publication_fact=publication.statement(TW[what]),
            registry_value=ours,
            publication_value=theirs,
        )
