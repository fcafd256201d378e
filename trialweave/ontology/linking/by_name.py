"""From the names that a label meets to one term in each terminology, or to candidates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from trialweave.ontology.linking import drugs, findings
from trialweave.ontology.linking.decision import Candidate, Guard, Justification, Link, trusted
from trialweave.ontology.linking.forms import Form, Kind
from trialweave.ontology.linking.index import Index, Name, find
from trialweave.ontology.linking.mappings import Mappings, same
from trialweave.ontology.linking.spelling import joined, key, steps_between, words


class Found(NamedTuple):
    """What one form met in one terminology: the terms, of which only one may stay."""

    form: Form
    names: tuple[Name, ...]

    @property
    def iris(self) -> frozenset[str]:
        """The terms that were met."""
        return frozenset(name.iri for name in self.names)


def by_terminology(
    form: Form, names: Iterable[Name], kind: Kind, known: Index, guard: Guard
) -> dict[str, tuple[Name, ...]]:
    """Of names that a form meets, the best of each terminology: preferred labels, else exact synonyms."""
    found: dict[str, list[Name]] = {}
    for name in names:
        if guard(name, kind) and not _is_list(form.text, name.text, kind, known, guard):
            found.setdefault(name.terminology, []).append(name)
    best: dict[str, tuple[Name, ...]] = {}
    for terminology, several in found.items():
        for role in ("label", "exact", "narrow"):
            of_role = tuple(name for name in several if name.role == role)
            if role == "exact":
                of_role = tuple(
                    name
                    for name in of_role
                    if name.curated or not (too_short(name.text) or _is_wider(name, kind, known))
                )
            if of_role:
                best[terminology] = of_role
                break
    return best


def _is_wider(name: Name, kind: Kind, known: Index) -> bool:
    """Whether a synonym is its term's label without a word that narrows it: then it means more than the term.

    HP calls "Recurrent urinary tract infections" also "Urinary tract infections", NCIT "Adult Solid
    Neoplasm" also "Solid Tumor".
    """
    label = known.labels.get(name.iri)
    if kind == "drug" or label is None or name.curated:
        return False
    narrowed = findings.without_qualifiers(label)
    return narrowed != label and key(narrowed) == key(name.text)


def too_short(text: str) -> bool:
    """Whether a synonym is an abbreviation of three letters or fewer, which may stand for anything."""
    return sum(c.isalnum() for c in text) <= 3 and not any(c.isdigit() for c in text)


def listed(label: str) -> list[str]:
    """The parts of a label between commas, slashes and semicolons, where there are several."""
    parts = [part.strip() for part in label.replace(";", ",").replace("/", ",").split(",")]
    return [part for part in parts if part] if len(parts) > 1 else []


def _is_list(text: str, name: str, kind: Kind, known: Index, guard: Guard) -> bool:
    """Whether a text lists things, each with a name of its own, where the term's name lists nothing.

    "Depression, Anxiety" is two things; "Anemia, Aplastic" is one.
    """
    parts = listed(text)
    if not parts or " and " in name or "/" in name or joined(words(text)) == joined(words(name)):
        return False
    return all(any(guard(found, kind) for found in find(known, part)) for part in parts)


def another_drug(label: str, met: dict[str, Found], known: Index, guard: Guard) -> tuple[Candidate, ...]:
    """The terms that names in brackets lead to, where they are not those that the label leads to."""
    if any(not found.form.rules for found in met.values()):
        return ()  # the label as a whole is a name
    clashes: list[Candidate] = []
    for inside in drugs.in_brackets(label):
        for name in find(known, inside):
            found = met.get(name.terminology)
            if name.role not in ("label", "exact") or not guard(name, "drug") or too_short(name.text):
                continue
            if found is not None and name.iri not in found.iris:
                reason = "brackets name another drug"
                clashes.append(
                    Candidate(name.terminology, name.iri, known.labels.get(name.iri), name.text, reason)
                )
    return tuple(clashes)


def one_each(
    met: dict[str, Found], known: Index, mapped: Mappings
) -> tuple[list[Link], tuple[Candidate, ...]]:
    """A link where one term was met; where several were, the one that the others' mappings choose."""
    links, left = [], {}
    for terminology, found in met.items():
        if len(found.iris) == 1:
            links.append(_made(found, found.names, known))
        else:
            left[terminology] = found
    named = frozenset(iri for link in links if link.predicate == "exact" for iri in same(mapped, link.iri))
    open_: list[Candidate] = []
    for terminology, found in left.items():
        chosen = found.iris & named
        if len(chosen) == 1 and found.form.sense == "exact":
            names = tuple(name for name in found.names if name.iri in chosen)
            links.append(_made(found, names, known, "chosen by mapping"))
        else:
            several = {name.iri: name for name in found.names}
            open_ += [
                Candidate(terminology, iri, known.labels.get(iri), name.text, "several terms have this name")
                for iri, name in several.items()
            ]
    return links, tuple(open_)


def _made(found: Found, names: tuple[Name, ...], known: Index, *more: str) -> Link:
    """The link that a form makes to the one term which all of these names are of."""
    steps, name = min(
        ((steps_between(found.form.text, name.text) or (), name) for name in names),
        key=lambda pair: (pair[1].curated, len(pair[0]), pair[1].text),
    )
    rules = [*found.form.rules, *steps]
    if name.role == "narrow":
        rules.append("narrow synonym")
    elif name.curated:
        rules.append("curated name")
    elif name.role == "exact":
        rules.append("synonym")
        if _is_abbreviation(name.text):
            rules.append("abbreviation")
    rules.extend(more)
    broad = found.form.sense == "broad" or name.role == "narrow"
    salt_of = name.terminology == "chebi" and "without salt" in found.form.rules
    justification: Justification = "LexicalMatching"
    if name.curated:
        justification = "ManualMappingCuration"
    if more:
        justification = "CompositeMatching"
    return Link(
        name.terminology,
        name.iri,
        known.labels.get(name.iri),
        "broad" if broad else "close" if salt_of else "exact",
        justification,
        trusted(rules),
        name.text,
        tuple(rules),
    )


def _is_abbreviation(text: str) -> bool:
    return len(text) <= 6 and text.upper() == text and any(c.isalpha() for c in text)
