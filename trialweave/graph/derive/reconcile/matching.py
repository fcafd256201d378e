"""Which arm, group or endpoint of one record is which of another: on evidence, or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping

from trialweave.graph.derive.links import mesh_drug
from trialweave.graph.derive.reconcile.sides import Side
from trialweave.graph.trial import PLACEBO
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

MESH = namespace("mesh")
TW = namespace("tw")


# ── arms ─────────────────────────────────────────────────────────────────────────────────


class Match(Record, frozen=True):
    """An arm of the registry, an arm of the publication, and why they are the same."""

    registry: str
    publication: str
    basis: str


class Content(Record, frozen=True):
    """What an arm gets: the terms of its drugs, and whether a placebo."""

    drugs: frozenset[str]
    placebo: bool


def content(side: Side, arm: str) -> Content:
    """The drugs of an arm, as terms, and whether it gets a placebo, by role or by name."""
    drugs, placebo = set(), side.one(arm, TW["armRole"]) == "placebo comparator"
    for intervention in side.all(arm, TW["hasIntervention"]):
        drugs |= {side.term(drug) for drug in side.all(intervention, TW["drug"])}
        placebo = placebo or PLACEBO.search(side.label(intervention)) is not None
    return Content(drugs=frozenset(drugs), placebo=placebo)


def match_arms(registry: Side, publication: Side) -> list[Match]:
    """Pairs of arms that get the same linked drugs, or the placebo, or bear the same name.

    An arm that could be two of the other record's is none of them. Drugs that all arms of a record get
    tell nothing apart, and are left out where the whole lists do not agree: a publication often names
    only what is added to them.
    """
    whole = [{arm: content(side, arm) for arm in side.arms} for side in (registry, publication)]
    added = [_without_shared(contents) for contents in whole]
    names = [{arm: fold(side.label(arm)) for arm in side.arms} for side in (registry, publication)]
    steps: tuple[tuple[list[Mapping[str, Hashable]], str], ...] = (
        ([*whole], "same drugs"),
        ([*added], "same drugs, but for those that all arms get"),
        ([*names], "same name"),
    )
    found: list[Match] = []
    for (ours, theirs), basis in steps:
        found += _unique_pairs(ours, theirs, basis, found)
    return found


def _without_shared(contents: Mapping[str, Content]) -> dict[str, Content]:
    shared = frozenset.intersection(*(each.drugs for each in contents.values())) if contents else frozenset()
    if len(contents) < 2:
        return dict(contents)
    return {arm: Content(drugs=each.drugs - shared, placebo=each.placebo) for arm, each in contents.items()}


def _unique_pairs(
    registry: Mapping[str, Hashable], publication: Mapping[str, Hashable], basis: str, found: list[Match]
) -> list[Match]:
    taken = {arm for match in found for arm in (match.registry, match.publication)}
    sizes = [Counter(side.values()) for side in (registry, publication)]
    pairs = []
    for ours, key in registry.items():
        if key in ("", Content(drugs=frozenset(), placebo=False)) or any(size[key] != 1 for size in sizes):
            continue
        theirs = next(arm for arm, other in publication.items() if other == key)
        if ours not in taken and theirs not in taken:
            pairs.append(Match(registry=ours, publication=theirs, basis=_told(key, basis)))
    return pairs


def _told(key: Hashable, basis: str) -> str:
    return "placebo" if isinstance(key, Content) and key.placebo and not key.drugs else basis


def fold(name: str) -> str:
    """A name for comparing: lower case, letters and digits alone; "arm" and "group" tell nothing.

    >>> fold("Placebo group"), fold("EXAMPLETINIB (12 mg)")
    ('placebo', 'exampletinib 12 mg')
    """
    return " ".join(word for word in re.findall(r"\w+", name.casefold()) if word not in ("arm", "group"))


def arm_of_group(registry: Side, publication: Side, matches: list[Match]) -> Callable[[str], str | None]:
    """From a group of the registry's results to the publication's arm, where it is shown to be one.

    The record says which arm a group is; or the group's title is, as a whole, the name of the one drug
    that a single arm of the publication gets, or of the placebo. Periods, cohorts, crossovers, second
    courses and totals are no arms.
    """
    by_arm = {match.registry: match.publication for match in matches}
    contents = {arm: content(publication, arm) for arm in publication.arms}

    def arm(group: str) -> str | None:
        if registry.one(group, TW["groupKind"]) not in (None, "arm"):
            return None
        stated = registry.one(group, TW["isArm"])
        if stated is not None:
            return by_arm.get(stated)
        title = registry.label(group)
        if PLACEBO.fullmatch(fold(title)):
            wanted = Content(drugs=frozenset(), placebo=True)
        elif ui := mesh_drug(title):
            wanted = Content(drugs=frozenset({MESH[ui]}), placebo=False)
        else:
            return None
        found = [theirs for theirs, given in contents.items() if given == wanted]
        return found[0] if len(found) == 1 else None

    return arm


# ── endpoints ────────────────────────────────────────────────────────────────────────────

_ENDPOINTS = (
    ("progression-free survival", r"progress(?:ion)?[ -]*free[ -]+survival", "PFS"),
    ("disease-free survival", r"disease[ -]*free[ -]+survival", "DFS"),
    ("event-free survival", r"event[ -]*free[ -]+survival", "EFS"),
    ("relapse-free survival", r"(?:relapse|recurrence)[ -]*free[ -]+survival", "RFS"),
    ("metastasis-free survival", r"metastas[ie]s[ -]*free[ -]+survival", "MFS"),
    ("overall survival", r"overall[ -]+survival", "OS"),
    ("time to progression", r"time[ -]+to[ -]+(?:disease |tumou?r )?progression", "TTP"),
    ("duration of response", r"duration of (?:objective |overall |tumou?r )?response", "DOR|DoR"),
    ("objective response rate", r"(?:objective|overall)[ -]+(?:tumou?r )?response(?: rate)?", "ORR"),
    ("disease control rate", r"disease[ -]+control(?: rate)?", "DCR"),
)
_KNOWN = tuple((name, re.compile(rf"\b(?:(?i:{phrase})|{short})\b")) for name, phrase, short in _ENDPOINTS)
_FILLER = {"the", "of", "median", "duration", "time"}


class EndpointName(Record, frozen=True):
    """An endpoint's name for comparing: `known` is one of a short list of ours, `rest` what else it says."""

    known: str | None
    rest: str


def endpoint_name(name: str) -> EndpointName:
    """What an endpoint's name says, with the usual abbreviations and spellings as one.

    >>> endpoint_name("Progress free survival (PFS)") == endpoint_name("median PFS")
    True
    >>> endpoint_name("PFS by independent review").rest, endpoint_name("Weight at week 8").known
    ('by independent review', None)
    >>> endpoint_name("PFS and OS").known is None
    True
    """
    rest, met = " ".join(name.split()), []
    for known, pattern in _KNOWN:
        rest, times = pattern.subn(" ", rest)
        if times:
            met.append(known)
    if len(met) != 1:
        return EndpointName(known=None, rest=fold(name))
    return EndpointName(
        known=met[0], rest=" ".join(word for word in fold(rest).split() if word not in _FILLER)
    )
