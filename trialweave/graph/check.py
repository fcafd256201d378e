"""Check a store: shapes, every quote against its text, every heading, substance and unit known.

Publications are checked against SHACL shapes, registry records set by set (`check_registry`); where their
sources are given, every number of a registry record is held against its field too (`check_sources`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Literal as OneOf

import msgspec
import pyoxigraph
import rdflib

from trialweave.errors import CheckError
from trialweave.graph.catalog import is_registry, read_entries
from trialweave.graph.check_pairs import judged_pairs
from trialweave.graph.check_registry import offences
from trialweave.graph.check_sources import SourcesReport, check_sources
from trialweave.graph.derive.terminology import SUBJECT_TERMS, mesh_uis
from trialweave.graph.quads import NamedNode, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies import mesh_terms
from trialweave.ontology import mesh, units
from trialweave.ontology.prefixes import compact, namespace
from trialweave.records import Record

OA = namespace("oa")
SCHEMA = namespace("schema")
SH = namespace("sh")
TW = namespace("tw")

_SHACL_BATCH = 40
"""Record graphs that are validated together: pyshacl has a price per run and one per node."""


class Issue(Record, frozen=True):
    """Something that a check found.

    An `error` is ours; what a `source` posts that contradicts itself is kept as posted; a word may be
    `unknown` to our terminologies. The same unknown word is one issue, with the number of records that
    use it; `where` is the first.
    """

    severity: OneOf["error", "source", "unknown"]
    check: str
    where: str
    message: str
    count: int = 1


class CheckReport(Record, frozen=True):
    """What was looked at, and what was found; `sources` where the sources were looked into.

    `pairs` are headings with a qualifier of which the store's MeSH tells whether NLM allows it.
    """

    issues: tuple[Issue, ...]
    record_graphs: int
    registry_graphs: int
    quotes: int
    headings: int
    units: int
    sources: SourcesReport | None = None
    pairs: int = 0

    @property
    def errors(self) -> int:
        """How many of the issues are errors."""
        return sum(issue.severity == "error" for issue in self.issues)

    def summary(self) -> str:
        """One line for a person."""
        posted = sum(issue.severity == "source" for issue in self.issues)
        unknown = len(self.issues) - self.errors - posted
        told = (
            f"checked {self.record_graphs:,} record graphs against the shapes, "
            f"{self.registry_graphs:,} registry records set by set, {self.quotes:,} quotes, "
            f"{self.headings:,} headings and substances, {self.pairs:,} qualifiers against those that NLM "
            f"allows, {self.units:,} units"
        )
        if self.sources is not None:
            told += (
                f"; {self.sources.numbers:,} numbers against the fields of {self.sources.opened:,} registry "
                f"records ({self.sources.not_found:,} more are not in the sources given)"
            )
        return (
            f"{told}: {self.errors:,} error{'' if self.errors == 1 else 's'}, "
            f"{posted:,} contradictions as posted, {unknown:,} unknown words"
        )


def check(graph: Graph, sources: Collection[str | Path] = ()) -> CheckReport:
    """Run all checks. Findings are data; a CheckError means that a check could not be run.

    With `sources`, every number of each registry record whose bytes are found in them is compared with
    its field. Raises LoadError for a source that is not there.

    >>> check(Graph.in_memory()).errors
    0
    """
    registry: list[str] = []
    records: list[str] = []
    for entry in read_entries(graph).values():
        (registry if is_registry(entry.source) else records).append(entry.graph)
    counts: dict[str, int] = {}
    issues: list[Issue] = []
    steps: tuple[tuple[str, Callable[[Graph], Iterator[Issue | None]]], ...] = (
        ("quotes", _quotes),
        ("headings", _headings),
        ("units", _units),
    )
    for name, step in steps:
        looked_at = list(step(graph))
        counts[name] = len(looked_at)
        issues += [issue for issue in looked_at if issue is not None]
    pairs = list(judged_pairs(graph))
    issues += (
        Issue(severity="source", check="qualifier", where=pair.publication, message=pair.message)
        for pair in pairs
        if pair.message is not None
    )
    issues += _shapes(graph, sorted(records))
    issues += (
        Issue(severity=found.rule.severity, check=found.rule.name, where=found.fact, message=found.message)
        for found in offences(graph)
    )
    compared = check_sources(graph, sources) if sources else None
    for mismatch in compared.mismatches if compared else ():
        issues.append(Issue(severity="error", check="field", where=mismatch.fact, message=mismatch.message))
    return CheckReport(
        issues=tuple(_folded(issues)),
        record_graphs=len(records),
        registry_graphs=len(registry),
        sources=compared,
        pairs=len(pairs),
        **counts,
    )


def _folded(issues: list[Issue]) -> Iterator[Issue]:
    """Errors one by one, contradictions as posted, then each unknown word once, the most frequent first."""
    for severity in ("error", "source"):
        yield from (issue for issue in issues if issue.severity == severity)
    unknown: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        if issue.severity == "unknown":
            unknown.setdefault((issue.check, issue.message), []).append(issue)
    for alike in sorted(unknown.values(), key=lambda alike: (-len(alike), alike[0].message)):
        yield msgspec.structs.replace(min(alike, key=lambda issue: issue.where), count=len(alike))


def _shapes(graph: Graph, records: list[str]) -> Iterator[Issue]:
    """SHACL, batch by batch, over the record graphs of publications."""
    import pyshacl  # takes half a second: only where it is needed

    shapes = rdflib.Graph().parse(
        data=files("trialweave.ontology").joinpath("shapes.ttl").read_text("utf-8"), format="turtle"
    )
    names = iter(records)
    while batch := list(islice(names, _SHACL_BATCH)):
        triples = (quad.triple for name in batch for quad in graph.quads(name))
        data = rdflib.Graph().parse(
            data=pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES), format="nt"
        )
        _, results, text = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inplace=True)
        if not isinstance(results, rdflib.Graph):
            raise CheckError(f"the SHACL validator failed: {text}")
        yield from _violations(results)


def _violations(results: rdflib.Graph) -> Iterator[Issue]:
    rows = results.query(
        "SELECT ?focus ?path ?message ?value WHERE { ?r a sh:ValidationResult ; sh:focusNode ?focus ."
        " OPTIONAL { ?r sh:resultPath ?path } OPTIONAL { ?r sh:resultMessage ?message }"
        " OPTIONAL { ?r sh:value ?value } } ORDER BY ?focus ?path ?message",
        initNs={"sh": SH[""]},
    )
    for row in rows:
        focus, path, message, value = row  # type: ignore[misc]
        told = f" ({compact(str(path))})" if path else ""
        found = f", found {value}" if value is not None else ""
        yield Issue(severity="error", check="shape", where=str(focus), message=f"{message}{told}{found}")


_SPANS = f"""
PREFIX oa: <{OA[""]}>
SELECT ?span ?source ?start ?end ?exact ?prefix ?suffix WHERE {{
  ?span oa:hasSource ?source ; oa:hasSelector ?position , ?quote .
  ?position oa:start ?start ; oa:end ?end .
  ?quote oa:exact ?exact .
  OPTIONAL {{ ?quote oa:prefix ?prefix }}
  OPTIONAL {{ ?quote oa:suffix ?suffix }}
}} ORDER BY ?source ?start ?end
"""


def _quotes(graph: Graph) -> Iterator[Issue | None]:
    """Every quote is the text at its offsets, with the right words before and behind it."""

    @lru_cache(maxsize=1)  # spans come sorted by their text
    def text_of(source: NamedNode) -> str | None:
        for quad in graph.quads_of(subject=source, predicate=TW["content"]):
            if isinstance(quad.object, pyoxigraph.Literal):
                return quad.object.value
        return None

    for row in graph.select(_SPANS):
        text = text_of(row["source"])
        start, end = int(row["start"].value), int(row["end"].value)
        where, exact = row["span"].value, row["exact"].value
        if text is None:
            message = f"its text {row['source'].value} is not in the store"
        elif text[start:end] != exact:
            message = f"the quote is {exact!r}, but the text at {start} to {end} is {text[start:end]!r}"
        elif row["prefix"] and not text[:start].endswith(row["prefix"].value):
            message = "the words before the quote are not those of the text"
        elif row["suffix"] and not text[end:].startswith(row["suffix"].value):
            message = "the words behind the quote are not those of the text"
        else:
            yield None
            continue
        yield Issue(severity="error", check="quote", where=where, message=message)


def _headings(graph: Graph) -> Iterator[Issue | None]:
    """Every heading, qualifier and substance is one that the store's MeSH knows."""
    whole = mesh_terms.whole_mesh(graph)
    name = f"MeSH {mesh.VERSION} as bundled" if whole is None else f"MeSH {whole.version or 'as loaded'}"
    for what in ("unresolvedHeading", "unresolvedSubstance"):
        for quad in graph.quads_of(predicate=TW[what]):
            yield Issue(
                severity="unknown",
                check="heading" if what == "unresolvedHeading" else "substance",
                where=words(quad.subject),
                message=f"MeSH {mesh.VERSION} as bundled has no {words(quad.object)!r}",
            )
    for predicate in (*SUBJECT_TERMS, TW["mentionsSubstance"]):
        for quad in graph.quads_of(predicate=predicate):
            uis = mesh_uis(quad.object)
            unknown = [ui for ui in uis or () if ui and mesh_terms.label(graph, ui) is None]
            if uis is None:
                message = f"{quad.object} is no MeSH term"
                yield Issue(severity="error", check="heading", where=words(quad.subject), message=message)
            elif unknown:
                message = f"{name} has no {', '.join(unknown)}"
                yield Issue(severity="unknown", check="heading", where=words(quad.subject), message=message)
            else:
                yield None


def _units(graph: Graph) -> Iterator[Issue | None]:
    """Every unit is one that we can say in UCUM."""
    for predicate in (TW["unit"], SCHEMA["doseUnit"]):
        for quad in graph.quads_of(predicate=predicate):
            if units.ucum(words(quad.object)) is not None:
                yield None
                continue
            message = f"unit {words(quad.object)!r} has no UCUM form in our table"
            yield Issue(severity="unknown", check="unit", where=words(quad.subject), message=message)
