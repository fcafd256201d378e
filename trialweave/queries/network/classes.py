"""The things of a network: drugs and toxicities by name, or the classes that hold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Literal

from trialweave.ontology import mesh
from trialweave.ontology.prefixes import compact, namespace
from trialweave.queries.network.facts import Name
from trialweave.records import Record

MESH = namespace("mesh")


class Thing(Record, frozen=True, order=True):
    """A drug, a toxicity, or a class of either."""

    label: str
    iri: str | None = None


def things(
    named: Mapping[str, Name],
    contain: Mapping[str, set[str]],
    labels: Mapping[str, str],
    *,
    level: Literal["drug", "class"] = "drug",
    classes: Collection[str] = ("mesh",),
) -> dict[str, tuple[Thing, ...]]:
    """The things of a network that each concept counts for.

    At level drug, that is the thing of its name. At level class, the narrowest classes that hold two or more
    of the names, and whatever other class of the network holds those: a class stands for all that it holds.
    Of classes that hold the same names, the deepest stands for all; a name that no such class holds stands
    for itself. `classes` names the terminologies that classes are taken from, by prefix (mesh, atc, meddra,
    hp, …); of MeSH's headings of drugs, only pharmacologic actions are classes, no chemical structures.
    What has the same name is one thing.

    >>> names = {name: Name(label=name, iri=None) for name in ("anlotinib", "cediranib", "letrozole")}
    >>> vegf, agents = MESH["D020533"], MESH["D000970"]
    >>> contain = {name: {vegf, agents} for name in names} | {"letrozole": {agents}}
    >>> labels = {vegf: "Angiogenesis Inhibitors", agents: "Antineoplastic Agents"}
    >>> [thing.label for thing in things(names, contain, labels, level="class")["anlotinib"]]
    ['Angiogenesis Inhibitors', 'Antineoplastic Agents']
    """
    own = _by_name({concept: Thing(label=name.label, iri=name.iri) for concept, name in named.items()})
    if level == "drug":
        return {concept: (thing,) for concept, thing in own.items()}
    holds = _holds(own, contain, {iri: label for iri, label in labels.items() if is_class(iri, classes)})
    narrowest: set[str] = set()
    for thing in set(own.values()):
        of_thing = sorted((one for one in holds if thing in holds[one]), key=lambda one: len(holds[one]))
        narrowest.update(one for one in of_thing if not any(holds[two] < holds[one] for two in of_thing))
    made = _by_name({one: Thing(label=labels[one], iri=one) for one in narrowest})
    return {
        concept: tuple(sorted({made[one] for one in narrowest if thing in holds[one]})) or (thing,)
        for concept, thing in own.items()
    }


def _by_name(found: Mapping[str, Thing]) -> dict[str, Thing]:
    """What has the same name, but for case, as one thing: one with an IRI, of MeSH before others."""
    first: dict[str, Thing] = {}
    for thing in sorted(set(found.values()), key=_preferred):
        first.setdefault(thing.label.casefold(), thing)
    return {key: first[thing.label.casefold()] for key, thing in found.items()}


def _preferred(thing: Thing) -> tuple[bool, bool, str, str]:
    iri = thing.iri or ""
    return not iri, not iri.startswith(MESH[""]), iri, thing.label


def _holds(
    own: Mapping[str, Thing], contain: Mapping[str, set[str]], labels: Mapping[str, str]
) -> dict[str, frozenset[Thing]]:
    """The classes that hold two names or more; of those that hold the same, the deepest."""
    members: dict[str, set[Thing]] = defaultdict(set)
    for concept, thing in own.items():
        for one in contain.get(concept, ()):
            if one in labels:
                members[one].add(thing)
    same: dict[frozenset[Thing], list[str]] = defaultdict(list)
    for one, held in members.items():
        if len(held) > 1:
            same[frozenset(held)].append(one)
    return {min(equals, key=lambda one: (-_depth(one), one)): held for held, equals in same.items()}


def is_class(iri: str, classes: Collection[str]) -> bool:
    """Whether a term may stand for what it holds: of these terminologies, and no chemical structure of MeSH.

    >>> [is_class(MESH[ui], ["mesh"]) for ui in ("D020533", "D000577", "D006973")]  # amides are a structure
    [True, False, True]
    """
    if compact(iri).partition(":")[0].lower() not in classes:
        return False
    numbers = _tree_numbers(iri)
    return not numbers or any(
        number.startswith(_ACTIONS) if number.startswith("D") else "." in number for number in numbers
    )


_ACTIONS = "D27.505."


def _depth(iri: str) -> int:
    return max((number.count(".") for number in _tree_numbers(iri)), default=0)


def _tree_numbers(iri: str) -> tuple[str, ...]:
    ui = iri.removeprefix(MESH[""])
    return mesh.tree_numbers(ui) if ui != iri and mesh.label(ui) is not None else ()
