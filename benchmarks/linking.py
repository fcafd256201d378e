"""How well labels of real trials are linked: coverage of labels and uses, precision on the judged sample,
agreement with the MeSH that the registry assigns itself.

python benchmarks/linking.py REGISTRY… --ontologies ONTOLOGY… [--mappings SSSOM…]

python benchmarks/linking.py REGISTRY… --ontologies ONTOLOGY… [--mappings SSSOM…]
the label. Exact counts labels with a term that means the same, or, of a regimen, with a term for each of its
drugs; linked counts those with a broader or close term too.
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import cast

import msgspec

from trialweave.loaders import read
from trialweave.ontology import drug_names, mesh
from trialweave.ontology.linking import (
    Decision,
    Index,
    Kind,
    Link,
    Mappings,
    Name,
    asked,
    curated,
    index,
    link,
    mappings,
)
from trialweave.ontology.linking.decide import Guard
from trialweave.ontology.linking.kinds import ROOTS, below, guard
from trialweave.ontology.prefixes import compact, namespace
from trialweave.records import Mapping, RegistryStudy, Statements, Term, Terminology

MESH = namespace("mesh")
PLACEBO = re.compile(r"\b(placebos?|sham|vehicle)\b", re.IGNORECASE)
_OF_A_RECORD = re.compile(
    rb"^<http://id\.nlm\.nih\.gov/mesh/([CD]\d+)> "
    rb"<[^>]*[#/](label|altLabel|treeNumber|mappedTo|preferredMappedTo)> (.+) \.$",
    re.MULTILINE,
)
_TEXT = re.compile(rb'"((?:[^"\\]|\\.)*)"')
KINDS: tuple[Kind, ...] = ("event", "condition", "drug")


class Labels:
    """Distinct labels by kind with the trials that use them, and what the registry says in MeSH."""

    def __init__(self) -> None:
        self.uses: dict[Kind, dict[str, set[str]]] = {kind: defaultdict(set) for kind in KINDS}
        self.others: dict[str, set[str]] = defaultdict(set)
        self.mesh: dict[Kind, dict[str, set[str]]] = {kind: defaultdict(set) for kind in KINDS}

    def add(self, study: RegistryStudy) -> None:
        trial = study.nct_id.value
        for condition in study.conditions:
            self.uses["condition"][_spaced(condition.value)].add(trial)
        for given in study.interventions:
            if given.kind in ("drug", "biological"):
                self.uses["drug"][_spaced(given.name)].add(trial)
            else:
                self.others[_spaced(given.name)].add(trial)
        for event in study.adverse_events.events if study.adverse_events else ():
            self.uses["event"][_spaced(event.term)].add(trial)
        for kind, terms in (("condition", study.condition_mesh), ("drug", study.intervention_mesh)):
            for term in terms:
                if not term.ancestor and (ui := term.ui or mesh.substance(term.term)):
                    self.mesh[kind][trial].add(ui)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _last(target: bytes) -> str:
    return target.decode().rstrip(">").rpartition("/")[2]


class Terms:
    """What ontologies say: read once, names kept as the index asks for them."""

    def __init__(self, sources: list[str], sets: list[str], wanted: frozenset[str]) -> None:
        self.mapped: Mappings = mappings(item for item in read(*sets) if isinstance(item, Mapping))
        self.parents: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.trees: dict[str, list[str]] = {}
        self.heads: dict[str, list[str]] = {}
        terms = self.mapped.partners.keys() | {row.term for row in curated.rows()}
        self.known: Index = index(chain(self._names(sources), self._ours()), asked=wanted, labelled=terms)

    def _names(self, sources: list[str]) -> Iterator[Name]:
        key = ""
        for source in sources:
            for item in read(source):
                if isinstance(item, Terminology):
                    key = item.key
                elif isinstance(item, Term) and not item.deprecated:
                    if key in ROOTS:
                        self.parents[key] += [(item.iri, parent) for parent in item.parents]
                    if item.label:
                        yield Name(key, item.iri, item.label, "label")
                    for synonym in item.synonyms:
                        yield Name(key, item.iri, synonym.text, synonym.scope)
                elif isinstance(item, Statements) and key == "mesh":
                    yield from self._of_mesh(item.lines)

    def _of_mesh(self, lines: bytes) -> Iterator[Name]:
        """Names and places of MeSH's records, from the statements of its N-Triples."""
        for ui, predicate, target in _OF_A_RECORD.findall(lines):
            iri = MESH[ui.decode()]
            if predicate == b"treeNumber":
                self.trees.setdefault(iri, []).append(_last(target))
            elif predicate in (b"mappedTo", b"preferredMappedTo"):
                self.heads.setdefault(iri, []).append(MESH[_last(target).partition("Q")[0]])
            elif (text := _TEXT.match(target)) is not None:
                name = msgspec.json.decode(b'"' + text[1] + b'"')
                yield Name("mesh", iri, name, "label" if predicate == b"label" else "exact")

    @staticmethod
    def _ours() -> Iterator[Name]:
        for name, ui in drug_names.rows():
            yield Name("mesh", MESH[ui], name, "exact", curated=True)

    def guard(self) -> Guard:
        under = {key: below(ROOTS[key], pairs) for key, pairs in self.parents.items()}

        def trees(iri: str) -> Iterable[str]:
            if iri in self.trees:
                return self.trees[iri]
            return [number for head in self.heads.get(iri, ()) for number in self.trees.get(head, ())]

        return guard(under, trees)


def share(labels: dict[str, set[str]], counts: Callable[[str], bool]) -> str:
    """Of labels, and of uses."""
    hits = [label for label in labels if counts(label)]
    uses = sum(map(len, labels.values()))
    return f"{len(hits) / len(labels):6.3f} {sum(len(labels[hit]) for hit in hits) / uses:6.3f}"


def exact(decision: Decision) -> bool:
    return any(found.predicate in ("exact", "part") for found in decision.links)


def is_right(found: Link, judged: dict[str, set[str]]) -> bool:
    """Whether a link is one that was judged right. A broader link to the very term is right too."""
    term = compact(found.iri)
    if found.predicate == "part":
        return term in judged["part"]
    if found.predicate == "broad":
        return term in judged["broader"] | judged["exact"]
    if found.predicate == "close":
        return term in judged["exact"] | judged["close"]
    return term in judged["exact"]


def judged(file: Path) -> dict[tuple[Kind, str], tuple[str, dict[str, set[str]]]]:
    """What the sample says of each label: its part, and the right terms by relation."""
    found: dict[tuple[Kind, str], tuple[str, dict[str, set[str]]]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            new = (row["part"], defaultdict[str, set[str]](set))
            _, right = found.setdefault((cast("Kind", row["kind"]), row["label"]), new)
            right[row["relation"]].add(row["term"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("registry", nargs="+")
    parser.add_argument("--ontologies", nargs="+", required=True)
    parser.add_argument("--mappings", nargs="*", default=[])
    parser.add_argument("--sample", type=Path, default=Path("tests/data/linking/sample.tsv"))
    options = parser.parse_args()

    labels = Labels()
    for record in read(*options.registry):
        if isinstance(record, RegistryStudy):
            labels.add(record)
    every = [(label, kind) for kind in KINDS for label in labels.uses[kind]]
    started = time.perf_counter()
    terms = Terms(options.ontologies, options.mappings, asked(every))
    indexed = time.perf_counter()
    allowed = terms.guard()
    decisions = {
        (kind, label): link(label, kind, terms.known, guard=allowed, mapped=terms.mapped)
        for label, kind in every
    }
    print(f"names read and indexed in {indexed - started:.0f} s, {len(every):,} labels linked in "
          f"{time.perf_counter() - indexed:.0f} s")  # fmt: skip

    print("\nkind                    labels    uses   exact: labels, uses   linked: labels, uses")
    for kind in KINDS:
        sets = {kind: labels.uses[kind]}
        if kind == "drug":
            drugs = {label: uses for label, uses in labels.uses[kind].items() if not PLACEBO.search(label)}
            sets = {"drug or biological": labels.uses[kind], "… but placebo": drugs}
        for name, of_kind in sets.items():
            print(
                f"{name:22} {len(of_kind):7,} {sum(map(len, of_kind.values())):7,}        "
                f"{share(of_kind, lambda label, kind=kind: exact(decisions[kind, label]))}        "
                f"{share(of_kind, lambda label, kind=kind: bool(decisions[kind, label].links))}"
            )
    uses = sum(map(len, labels.others.values()))
    print(f"other interventions    {len(labels.others):7,} {uses:7,}        no drugs, not linked")

    print("\nsample      kind        links  right  precision   labels with a right exact term, met")
    sample = judged(options.sample)
    for part in ("tuning", "held out"):
        for kind in (*KINDS, "all"):
            counts = Counter[str]()
            for (its_kind, label), (its_part, right) in sample.items():
                if its_part != part or kind not in (its_kind, "all") or (its_kind, label) not in decisions:
                    continue
                links = decisions[its_kind, label].links
                counts["links"] += len(links)
                counts["right"] += sum(is_right(found, right) for found in links)
                if right["exact"] - {"none"} or right["part"]:
                    counts["can"] += 1
                    counts["met"] += exact(decisions[its_kind, label])
                for found in links:
                    if kind != "all" and not is_right(found, right):
                        term = compact(found.iri)
                        print(f"  not judged right: {label!r} {found.predicate} {term} {found.rules}")
            precision = counts["right"] / max(1, counts["links"])
            print(f"{part:11} {kind:10} {counts['links']:6} {counts['right']:6}  {precision:8.3f}"
                  f"   {counts['met']} of {counts['can']}")  # fmt: skip

    print("\nagreement with the registry's own MeSH (exact links to MeSH of labels in studies that have any)")
    for kind in ("condition", "drug"):
        agree = Counter[str]()
        for label, trials in labels.uses[kind].items():
            uis = {
                found.iri.removeprefix(MESH[""])
                for found in decisions[kind, label].links
                if found.terminology == "mesh" and found.predicate in ("exact", "part")
            }
            for trial in trials:
                if uis and (theirs := labels.mesh[kind].get(trial)):
                    agree["same" if uis & theirs else "other"] += 1
        total = sum(agree.values())
        print(f"{kind:10} {agree['same']:6,} of {total:6,}  {agree['same'] / max(1, total):.3f}")


if __name__ == "__main__":
    main()
