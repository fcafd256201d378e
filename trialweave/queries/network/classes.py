"""The things of a network: drugs and toxicities by name, or the classes that hold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Literal

from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace
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
) -> dict[str, tuple[Thing, ...]]:
    """The things of a network that each concept counts for.

    At level drug, that is the thing of its name. At level class, the narrowest classes that hold two or more
    of the names, and whatever other class of the network holds those: a class stands for all that it holds.
    Of classes that hold the same names, the deepest stands for all; a name that no such class holds stands
    for itself. Of MeSH's headings of drugs, only pharmacologic actions are classes, no chemical structures.

    >>> names = {name: Name(label=name, iri=f"x:{name}") for name in ("anlotinib", "cediranib", "letrozole")}
    >>> contain = {name: {f"x:{name}", "x:kinase", "x:all"} for name in names} | {"letrozole": {"x:all"}}
    >>> labels = {"x:kinase": "kinase inhibitors", "x:all": "drugs"}
    >>> [thing.label for thing in things(names, contain, labels, level="class")["anlotinib"]]
    ['drugs', 'kinase inhibitors']
    """
    own = {concept: Thing(label=name.label, iri=name.iri) for concept, name in named.items()}
    if level == "drug":
        return {concept: (thing,) for concept, thing in own.items()}
    holds: dict[str, frozenset[Thing]] = _holds(own, contain, labels)
    narrowest: set[str] = set()
    for thing in set(own.values()):
        of_thing = sorted((one for one in holds if thing in holds[one]), key=lambda one: len(holds[one]))
        narrowest.update(one for one in of_thing if not any(holds[two] < holds[one] for two in of_thing))
    made = {one: Thing(label=labels[one], iri=one) for one in narrowest}
    return {
        concept: tuple(sorted(made[one] for one in narrowest if thing in holds[one])) or (thing,)
        for concept, thing in own.items()
    }


def _holds(
    own: Mapping[str, Thing], contain: Mapping[str, set[str]], labels: Mapping[str, str]
) -> dict[str, frozenset[Thing]]:
    """The classes that hold two names or more; of those that hold the same, the deepest."""
    members: dict[str, set[Thing]] = defaultdict(set)
    for concept, thing in own.items():
        for one in contain.get(concept, ()):
            if one in labels and is_class(one):
                members[one].add(thing)
    same: dict[frozenset[Thing], list[str]] = defaultdict(list)
    for one, held in members.items():
        if len(held) > 1:
            same[frozenset(held)].append(one)
    return {min(equals, key=lambda one: (-_depth(one), one)): held for held, equals in same.items()}


def is_class(iri: str) -> bool:
    """Whether a term may stand for what it holds: all but MeSH's chemical structures and bare roots.

    >>> [is_class(MESH[ui]) for ui in ("D020533", "D000577", "D006973")]  # amides are a structure
    [True, False, True]
    """
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
