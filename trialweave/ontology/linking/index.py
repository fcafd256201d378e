"""Names of terms, found by any spelling: only those that some label asks for are kept."""

from __future__ import annotations

from collections.abc import Container, Iterable, Set
from typing import Literal, NamedTuple

from trialweave.ontology.linking.forms import Form
from trialweave.ontology.linking.spelling import in_laboratory_words, in_order, joined, words

Role = Literal["label", "exact", "narrow", "broad", "related"]


class Name(NamedTuple):
    """One name of one term; `terminology` is the key of where it stands ("mesh", "hp").

    `role` tells what kind of name: "label" the preferred one, else the scope of the synonym. `curated`
    marks a name that a table of ours gives to the term, not the terminology.
    """

    terminology: str
    iri: str
    text: str
    role: Role
    curated: bool = False


class Index(NamedTuple):
    """Names by their keys, the preferred label of each term that has one of them, and which terminology
    the terms of each namespace belong to."""

    names: dict[str, tuple[Name, ...]]
    labels: dict[str, str]
    terminologies: dict[str, str]

    def terminology(self, iri: str) -> str | None:
        """The terminology of a term, told by its namespace; None where no name of that namespace was read."""
        return self.terminologies.get(namespace_of(iri))


_SUFFIXES = {"oae": " AE"}
"""What a terminology adds to all its labels, and nobody says."""


def keys(forms: Iterable[Form]) -> set[str]:
    """The keys under which an index is asked for these forms."""
    return {made for form in forms for made in _keys(form.text)}


def _keys(text: str) -> tuple[str, ...]:
    """The key of a name, that of its words in any order, and that of what it says is up or down, marked.

    A name with several numbers has no second key: numbers place the groups of a chemical.
    """
    spelt = words(text)
    whole = joined(spelt)
    if " " not in spelt or _numbers(spelt) > 1:
        return (whole,) if whole else ()
    sorted_ = in_order(spelt)
    measured = in_laboratory_words(sorted_)
    return (whole, f"~{sorted_}") if measured == sorted_ else (whole, f"~{sorted_}", f"^{measured}")


def _numbers(spelt: str) -> int:
    return sum(map(str.isdigit, spelt.split(" ")))


def index(
    names: Iterable[Name], *, asked: Set[str] | None = None, labelled: Container[str] = frozenset()
) -> Index:
    """The names in one pass, kept where a key of theirs is asked for; all where nothing is said.

    Preferred labels are kept of the terms that have such a name, and of those in `labelled`.

    >>> names = [Name("hp", "obo:HP_1", "Acute bronchitis", "label"), Name("hp", "obo:HP_2", "Acne", "label")]
    >>> known = index(names, asked=keys([Form("bronchitis, acute")]))
    >>> [name.text for name in find_loosely(known, "Bronchitis acute")[0]], known.labels
    (['Acute bronchitis'], {'obo:HP_1': 'Acute bronchitis'})
    """
    found: dict[str, list[Name]] = {}
    labels: dict[str, str] = {}
    terminologies: dict[str, str] = {}
    for name in names:
        if name.role == "label":
            terminologies[namespace_of(name.iri)] = name.terminology
            labels[name.iri] = name.text
        text = name.text
        if (suffix := _SUFFIXES.get(name.terminology)) is not None and text.endswith(suffix):
            text = text.removesuffix(suffix)
            name = name._replace(text=text)
        for made in _keys(text):
            if asked is None or made in asked:
                found.setdefault(made, []).append(name)
    kept = {name.iri for several in found.values() for name in several}
    return Index(
        {
            made: tuple(dict.fromkeys(several) if len(several) > 1 else several)
            for made, several in found.items()
        },
        {iri: label for iri, label in labels.items() if iri in kept or iri in labelled},
        terminologies,
    )


def find(known: Index, text: str) -> tuple[Name, ...]:
    """All names that are spelt like the text.

    >>> find(index([Name("hp", "obo:HP_1", "Nausea", "label")]), "NAUSEA")[0].iri
    'obo:HP_1'
    """
    return known.names.get(joined(words(text)), ())


def find_loosely(known: Index, text: str) -> tuple[tuple[Name, ...], ...]:
    """All names that are spelt like the text; that have its words in another order; that say what it
    says is up or down: in this order of trust."""
    return tuple(found for made in _keys(text) if (found := known.names.get(made, ())))


def namespace_of(iri: str) -> str:
    """The part of an IRI that the terms of a terminology share.

    >>> namespace_of("http://purl.obolibrary.org/obo/HP_0004396")
    'http://purl.obolibrary.org/obo/HP_'
    """
    return iri[: max(iri.rfind(mark) for mark in "/#_") + 1]
