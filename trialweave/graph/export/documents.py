"""One JSON-LD document a trial: a tree from the trial down to each number and its words.

A document holds exactly the triples of `trials.trial_triples`, under the keys of `context`. Each node
stands in full at one place, and by its id at all others: what contains it first, else what it says that it
is of, its endpoint before its group before its trial. https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from trialweave.graph.export.context import NAMES, REVERSE, context, keys, ranges
from trialweave.graph.export.trials import trial_triples, trials_and_records
from trialweave.graph.export.whole import whole_file, whole_folder
from trialweave.graph.quads import Literal, NamedNode, Term, Triple
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import PREFIXES, compact, expand, namespace
from trialweave.records import Record

RDF = namespace("rdf")
TW = namespace("tw")
XSD = namespace("xsd")

Json = str | int | bool | dict[str, "Json"] | list["Json"]
Tree = dict[str, Json]

_HOMES = {expand(curie): key for key, curie in REVERSE.items()}
"""The key under which a node that says this of itself hangs on what it names, best first."""

_ASIDE = {
    TW[name]
    for name in (
        *("comparator", "comparesGroup", "isArm", "mayOverlap", "registeredAs", "linkedTrial"),
        *("registryFact", "publicationFact", "supportingFact", "preferredTerm", "anticipated"),
    )
} | {RDF["object"], RDF["predicate"], RDF["type"]}
"""Properties that point to a node without containing it."""

_LARGEST = 2**53
"""Beyond it, readers of JSON may round an integer."""


class DocumentsReport(Record, frozen=True):
    """What was written."""

    target: str
    documents: int
    statements: int


def export_documents(graph: Graph, target: Path) -> DocumentsReport:
    """Write one document a trial, sorted by trial: JSON lines where `target` ends in `.jsonl` (`.gz` may
    follow), else a folder with a file a trial.

    Nothing appears where something cannot be written: StoreError says what.
    """
    documents = statements = 0
    if target.name.lower().removesuffix(".gz").endswith(".jsonl"):
        with whole_file(target) as file:
            for _, line, count in _documents(graph, None):
                file.write(line + b"\n")
                documents, statements = documents + 1, statements + count
    else:
        with whole_folder(target) as part:
            for trial, line, count in _documents(graph, 1):
                (part / f"{_file_name(trial)}.jsonld").write_bytes(line + b"\n")
                documents, statements = documents + 1, statements + count
    return DocumentsReport(target=str(target), documents=documents, statements=statements)


def _documents(graph: Graph, indent: int | None) -> Iterator[tuple[str, bytes, int]]:
    for trial, records in trials_and_records(graph).items():
        triples = trial_triples(graph, trial, records)
        tree = document(trial, triples)
        separators = (",", ":") if indent is None else (",", ": ")
        text = json.dumps(tree, ensure_ascii=False, indent=indent, separators=separators)
        yield trial, text.encode(), len(triples)


def _file_name(trial: str) -> str:
    """The registry's id, or the last part of the trial's name, safe as a file's name.

    >>> _file_name("https://clinicaltrials.gov/study/NCT02649361")
    'NCT02649361'
    >>> _file_name("https://w3id.org/trialweave/id/pubmed/1/trial")
    'pubmed-1-trial'
    """
    for prefix in ("nct", "twid"):
        trial = trial.removeprefix(PREFIXES[prefix])
    return re.sub(r"[/:]+", "-", quote(trial, safe="/:"))


def document(trial: str, triples: Iterable[Triple]) -> Tree:
    """The document of a trial that holds these triples, no more and no less.

    Nodes that no path from the trial reaches stand under `@included`.

    >>> from trialweave.graph.quads import GraphWriter
    >>> writer = GraphWriter("http://example.org/g")
    >>> writer.add(writer.node("http://example.org/t", TW["Trial"]), TW["phase"], "2")
    >>> tree = document("http://example.org/t", [quad.triple for quad in writer.quads()])
    >>> {key: value for key, value in tree.items() if key != "@context"}
    {'id': 'http://example.org/t', 'type': 'Trial', 'phase': '2'}
    """
    return {"@context": json.loads(json.dumps(context()))} | _Framing(triples).tree(NamedNode(trial))


class _Framing:
    """The nodes of a document, and which of them stand already."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._told: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in sorted(triples, key=str):
            self._told[triple.subject][triple.predicate.value].append(triple.object)
        contained = {
            value
            for told in self._told.values()
            for predicate, values in told.items()
            if predicate not in _ASIDE and predicate not in _HOMES
            for value in values
        }
        self._guests: dict[Term, list[tuple[str, Term]]] = defaultdict(list)
        self._home: dict[Term, tuple[str, Term]] = {}
        for node in self._told:
            if node not in contained and (home := self._home_of(node)) is not None:
                self._home[node] = home
                self._guests[home[1]].append((home[0], node))
        self._standing: set[Term] = set()

    def _home_of(self, node: Term) -> tuple[str, Term] | None:
        for predicate in _HOMES:
            for value in self._told[node].get(predicate, ()):
                if value in self._told and value != node:
                    return predicate, value
        return None

    def tree(self, root: NamedNode) -> Tree:
        """The tree of the root, with what it does not reach."""
        self._home.pop(root, None)
        made = self._node(root)
        rest: list[Json] = []
        for node in self._told:
            if node not in self._standing:
                self._home.pop(node, None)  # it stands in no tree but its own, so it says all itself
                rest.append(self._node(node))
        return made | {"@included": rest} if rest else made

    def _node(self, node: Term) -> Tree:
        self._standing.add(node)
        made: Tree = {"id": _name(node)}
        told = self._told[node]
        if RDF["type"] in told:
            made["type"] = _one_or_all([_type(value) for value in told[RDF["type"]]])
        under = self._home.get(node)
        filled: Tree = {}
        for predicate, values in told.items():
            if predicate != RDF["type"]:
                shown = [self._value(predicate, v) for v in values if (predicate, v) != under]
                if shown:
                    filled[_key(predicate)] = _one_or_all(shown)
        back: dict[str, list[Json]] = defaultdict(list)
        for predicate, guest in self._guests.get(node, ()):
            if guest not in self._standing:
                back[_HOMES[predicate]].append(self._node(guest))
        return made | dict(sorted(filled.items())) | {key: back[key] for key in REVERSE if key in back}

    def _value(self, predicate: str, value: Term) -> Json:
        coerced = ranges().get(_key(predicate))
        if isinstance(value, Literal):
            return _literal(value, coerced)
        contains = predicate not in _ASIDE and predicate not in _HOMES
        if contains and value in self._told and value not in self._standing:
            return self._node(value)
        return _name(value) if coerced == "@id" else {"id": _name(value)}


def _one_or_all(values: list[Json]) -> Json:
    return values[0] if len(values) == 1 else values


def _name(node: Term) -> str:
    """The id of a node: `nct:NCT02649361`, or the IRI where no prefix of the context fits."""
    if not isinstance(node, NamedNode):
        raise TypeError(f"{node}: graphs of ours hold no blank nodes")
    short = compact(node.value)
    return short if short.partition(":")[0] in context() else node.value


def _type(node: Term) -> str:
    name = _name(node)
    return name.removeprefix("tw:")


def _key(predicate: str) -> str:
    """The key of a property: a short name, a name of ours, or a CURIE."""
    if predicate in keys():
        return keys()[predicate]
    short = compact(predicate)
    name = short.removeprefix("tw:")
    taken = name in NAMES or name in REVERSE or name in ("id", "type")
    return short if taken or ":" in name else name


def _literal(value: Literal, coerced: str | None) -> Json:
    """A literal: plain where the key or JSON gives its type, else with its type or language."""
    text, kind = value.value, value.datatype.value
    if value.language is not None:
        return {"@value": text, "@language": value.language}
    if coerced is not None:
        if coerced != "@id" and kind == expand(coerced):
            return text
        return {"@value": text} if kind == XSD["string"] else {"@value": text, "@type": compact(kind)}
    if kind == XSD["string"]:
        return text
    if kind == XSD["boolean"] and text in ("true", "false"):
        return text == "true"
    if kind == XSD["integer"] and re.fullmatch(r"0|-?[1-9]\d*", text) and abs(int(text)) < _LARGEST:
        return int(text)
    return {"@value": text, "@type": compact(kind)}
