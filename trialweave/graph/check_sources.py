"""Every number of a registry record's graph, held against the field of the record that it was read from.

The name of a fact ends in the place of its field. Each number is looked up there, in the record as it
stands in its file, and compared. A number that no rule here leads to a field is an error too: nothing
in a record's graph goes unchecked.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from trialweave.errors import LoadError
from trialweave.graph.catalog import Entry, is_registry, read_entries
from trialweave.graph.quads import NUMBER_TYPES, Literal, words
from trialweave.graph.store import Graph
from trialweave.loaders.ctgov.originals import Original, originals
from trialweave.loaders.ctgov.places import member, value_at
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

TW = namespace("tw")
XSD = namespace("xsd")

_NUMBER = re.compile(r"[0-9][0-9.,]*|\.[0-9]+")  # amid words a hyphen stands for "to"
_MEASURE = re.compile(r"(.*?/measure(?:\[[0-9]+\])?)/")

_COUNT = {"affected": "affected", "atRisk": "at_risk", "events": "events"}
_ESTIMATE = {
    "value": "estimate",
    "ciLow": "ci_low",
    "ciHigh": "ci_high",
    "ciLevel": "ci_level",
    "pValue": "p",
}
_MEASUREMENT = {
    "value": "value",
    "ciLow": "lower",
    "low": "lower",
    "ciHigh": "upper",
    "high": "upper",
    "sd": "spread",
    "spread": "spread",
}


class Mismatch(Record, frozen=True):
    """A number of the graph that is not what its field holds."""

    fact: str
    message: str


class SourcesReport(Record, frozen=True):
    """Registry records opened, those whose file was not among the sources, and numbers compared."""

    opened: int
    not_found: int
    numbers: int
    mismatches: tuple[Mismatch, ...]


def check_sources(graph: Graph, sources: Collection[str | Path]) -> SourcesReport:
    """Compare every number of the registry records with the sources that they were read from.

    A record is found by the hash of its bytes, wherever its file is now.
    Raises LoadError for a source that is not there.
    """
    held: dict[str, Entry] = {}
    for entry in read_entries(graph).values():
        if is_registry(entry.source):
            held[entry.source.sha256] = entry
    met: set[str] = set()
    numbers = 0
    mismatches: list[Mismatch] = []
    for original in originals(sources, wanted=held):
        if original.sha256 in met:
            continue
        met.add(original.sha256)
        for mismatch in _Facts(graph, held[original.sha256], original).compare():
            numbers += 1
            if mismatch is not None:
                mismatches.append(mismatch)
    return SourcesReport(
        opened=len(met), not_found=len(held) - len(met), numbers=numbers, mismatches=tuple(mismatches)
    )


class _Facts:
    """The facts of one record graph beside the record itself."""

    def __init__(self, graph: Graph, entry: Entry, original: Original) -> None:
        self.record: Any = original.record
        study = original.study
        self.denominators = {
            measurement.path: measurement.analysed.path
            for outcome in study.outcomes
            for measurement in outcome.measurements
            if measurement.analysed is not None
        }
        self.threshold = study.adverse_events.threshold_path if study.adverse_events else None
        self.values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.numbers: list[tuple[str, str, str]] = []
        for quad in graph.quads(entry.graph):
            subject, name = words(quad.subject), quad.predicate.value.removeprefix(TW[""])
            self.values[subject][name].append(words(quad.object))
            if isinstance(quad.object, Literal) and quad.object.datatype.value in NUMBER_TYPES:
                self.numbers.append((subject, name, quad.object.value))

    def compare(self) -> Iterator[Mismatch | None]:
        """One answer a number: None, or what is wrong with it."""
        for subject, name, value in sorted(self.numbers):
            yield from self._number(subject, name, value)

    def _number(self, subject: str, name: str, value: str) -> Iterator[Mismatch | None]:
        facts = self.values[subject]
        if name == "atRisk" and not facts["event"] and not facts["totalOf"]:
            yield from self._shared(subject, value)
            return
        path = unquote(subject.partition("#")[2])
        found = self._place(facts, path, name)
        if found is None:
            yield Mismatch(fact=subject, message=f"{name} {value} has no field to be checked against")
            return
        place, amid_words = found
        yield self._at(subject, name, value, place, amid_words=amid_words)

    def _place(self, facts: dict[str, list[str]], path: str, name: str) -> tuple[str, bool] | None:
        """The place of a number, and whether it stands there amid words; None where no rule leads to one."""
        if facts["event"]:
            return (member(path, _COUNT[name]), False) if name in _COUNT else None
        if facts["totalOf"]:
            at_risk = path.replace("NumAffected", "NumAtRisk").replace(
                "subjects_affected", "subjects_at_risk"
            )
            return {"affected": (path, False), "atRisk": (at_risk, False)}.get(name)
        if facts["comparesGroup"] or facts["measure"] or facts["reportedMeasure"]:
            return (member(path, _ESTIMATE[name]), name == "pValue") if name in _ESTIMATE else None
        if name == "count":
            return path, False
        if name == "reportingThreshold":
            return (self.threshold, False) if self.threshold else None
        if name in ("https://schema.org/doseValue", "doseHigh"):
            return path.rpartition("/regimen/")[0], True
        if not facts["ofEndpoint"]:
            return None
        if name == "denominator":
            return (self.denominators[path], False) if path in self.denominators else None
        if name == "ciLevel":
            return _dispersion(path), True
        return (member(path, _MEASUREMENT[name]), False) if name in _MEASUREMENT else None

    def _shared(self, group: str, value: str) -> Iterator[Mismatch | None]:
        """The number at risk of a group stands at each of its counts that has none of its own."""
        behind = 0
        for fact, facts in self.values.items():
            if facts.get("event") and group in facts.get("ofGroup", ()) and not facts.get("atRisk"):
                behind += 1
                place = member(unquote(fact.partition("#")[2]), "at_risk")
                yield self._at(group, "atRisk", value, place)
        if not behind:
            yield Mismatch(fact=group, message=f"atRisk {value}: no count of the group stands behind it")

    def _at(
        self, fact: str, name: str, value: str, place: str, *, amid_words: bool = False
    ) -> Mismatch | None:
        try:
            written = value_at(self.record, place)
        except LoadError as error:
            return Mismatch(fact=fact, message=f"{name} {value}: {error}")
        if Decimal(value) in _readings(written, amid_words=amid_words):
            return None
        return Mismatch(
            fact=fact, message=f"{name} is {value} in the graph, but {written!r} stands at {place}"
        )


def _dispersion(path: str) -> str:
    """Where the kind of interval stands, whose words hold its level, for a measurement at `path`."""
    if found := _MEASURE.match(path):
        return f"{found[1]}/dispersion"
    if path.startswith("/ResultsSection/"):
        return f"{path.partition('/OutcomeClassList/')[0]}/OutcomeMeasureDispersionType"
    return f"{path.partition('/classes/')[0]}/dispersionType"


def _readings(written: str, *, amid_words: bool) -> set[Decimal]:
    """The numbers that a field can be read as: with a comma as a grouping sign or as the decimal one.

    Amid words (a dose in a description, a p-value) each number counts, and none is negative.

    >>> sorted(_readings("1,313", amid_words=False)), sorted(_readings("&lt; .05", amid_words=True))
    ([Decimal('1.313'), Decimal('1313')], [Decimal('0.05')])
    """
    text = html.unescape(written).strip()
    candidates = _NUMBER.findall(text) if amid_words else [text.rstrip(" %")]
    found = set()
    for candidate in candidates:
        plain = candidate.replace("−", "-").rstrip(".,")
        for reading in (plain.replace(",", ""), plain.replace(",", ".")):
            try:
                found.add(Decimal(reading))
            except InvalidOperation:
                continue
    return {number for number in found if number.is_finite()}
