"""What each kind of label can name: the terminologies that are asked, and the branches of them that count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set

from trialweave.ontology.linking.decision import Guard
from trialweave.ontology.linking.forms import Kind
from trialweave.ontology.linking.index import Name
from trialweave.ontology.prefixes import expand

TERMINOLOGIES: Mapping[Kind, tuple[str, ...]] = {
    "drug": ("mesh", "chebi", "drugbank", "atc"),
    "condition": ("mesh", "mondo", "doid", "ncit", "oncotree", "hp", "meddra"),
    "event": ("hp", "ctcae", "mesh", "mondo", "doid", "oae", "meddra"),
}
"""The terminologies in which a label of each kind is looked for."""

MESH_TREES: Mapping[Kind, tuple[str, ...]] = {
    "drug": ("D", "J02", "B"),
    "condition": ("C", "E", "F", "G", "I", "M", "N"),
    "event": ("C", "E", "F", "G", "I", "N"),
}
"""Trees of MeSH by kind. Registries list procedures and states of life among conditions and events."""

ROOTS: Mapping[str, str] = {"hp": expand("HP:0000118"), "ncit": expand("NCIT:C7057")}
"""Where only what lies below one term counts: HP's phenotypic abnormality, NCIT's disease or finding."""


def below(root: str, parents: Iterable[tuple[str, str]]) -> frozenset[str]:
    """A term and all that lies below it, by (term, parent) pairs.

    >>> sorted(below("a", [("b", "a"), ("c", "b"), ("d", "x"), ("a", "c")]))
    ['a', 'b', 'c']
    """
    children = defaultdict(set)
    for child, parent in parents:
        children[parent].add(child)
    found, edge = {root}, [root]
    while edge:
        new = children[edge.pop()] - found
        found |= new
        edge.extend(new)
    return frozenset(found)


def guard(under_roots: Mapping[str, Set[str]], trees: Callable[[str], Iterable[str]]) -> Guard:
    """Whether a term can be what a label names: its terminology is asked, and it stands where it counts.

    `under_roots` holds, for each terminology of `ROOTS` that is at hand, the terms below its root.
    `trees` gives the tree numbers of a MeSH term; of a supplementary record, those of the headings that
    it is mapped to.

    >>> allowed = guard({}, lambda iri: ["C14.907.489"])
    >>> hypertension = Name("mesh", "http://id.nlm.nih.gov/mesh/D006973", "Hypertension", "label")
    >>> allowed(hypertension, "event"), allowed(hypertension, "drug")
    (True, False)
    """

    def allowed(name: Name, kind: Kind) -> bool:
        if name.terminology not in TERMINOLOGIES[kind]:
            return False
        if name.terminology == "mesh":
            return any(number.startswith(MESH_TREES[kind]) for number in trees(name.iri))
        if name.terminology in ROOTS:
            return name.iri in under_roots.get(name.terminology, ())
        return True

    return allowed
