"""What a graph counts of whom: every adverse event count of a trial, and what its people were given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from trialweave.graph.derive.arms import unclear
from trialweave.ontology.prefixes import namespace
from trialweave.queries.run import select
from trialweave.queries.table import Python, to_python
from trialweave.records import Record

if TYPE_CHECKING:
    from trialweave.queries.source import Source

OA = namespace("oa")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")


class Fact(Record, frozen=True):
    """People of one group with one event, as a source states it. None: not stated."""

    trial: str
    source: str
    fact: str
    record: str
    """The text, or the registry's record, that the count was read from."""

    arm: str | None
    arm_label: str | None
    event: str
    """IRI of the concept that the event's label is."""

    event_label: str
    seriousness: str | None
    grade: str | None
    attribution: str | None
    affected: int | None
    at_risk: int | None
    percent: float | None
    barrier: str | None

    @property
    def seen(self) -> bool:
        """Whether the source says that somebody had the event."""
        return (self.affected or 0) > 0 or (self.percent or 0) > 0


class Name(Record, frozen=True):
    """What a local concept is called: by the term that it is linked to, else by its own label."""

    label: str
    iri: str | None


_GROUPS = f"""
SELECT DISTINCT ?group ?trial ?shown ?label ?barrier ?shared WHERE {{
  {{ SELECT DISTINCT ?group WHERE {{ ?fact <{TW["event"]}> ?event ; <{TW["ofGroup"]}> ?group }} }}
  ?group <{TW["ofTrial"]}> ?trial .
  FILTER NOT EXISTS {{ ?trial <{TW["sameTrial"]}> ?registered_as }}
  OPTIONAL {{ ?group <{TW["isArm"]}> ?shown }}
  OPTIONAL {{ ?group <{RDFS["label"]}> ?label }}
  OPTIONAL {{ ?group <{TW["leftOutBecause"]}> ?barrier }}
  OPTIONAL {{ ?group <{TW["atRisk"]}> ?shared }}
}} ORDER BY ?trial ?group"""

_FACTS = f"""
SELECT DISTINCT ?fact ?group ?event ?event_label ?seriousness ?low ?high ?attribution ?affected ?own ?percent
       ?text ?words
WHERE {{
  ?fact <{TW["event"]}> ?event ; <{TW["ofGroup"]}> ?group .
  ?event <{SKOS["prefLabel"]}> ?event_label .
  OPTIONAL {{ ?fact <{TW["seriousness"]}> ?seriousness }}
  OPTIONAL {{ ?fact <{TW["gradeLow"]}> ?low }}
  OPTIONAL {{ ?fact <{TW["gradeHigh"]}> ?high }}
  OPTIONAL {{ ?fact <{TW["attribution"]}> ?attribution }}
  OPTIONAL {{ ?fact <{TW["affected"]}> ?affected }}
  OPTIONAL {{ ?fact <{TW["percent"]}> ?percent }}
  OPTIONAL {{ ?fact <{TW["atRisk"]}> ?own }}
  OPTIONAL {{ ?fact <{TW["evidence"]}> ?span . OPTIONAL {{ ?span <{OA["hasSource"]}> ?text }} }}
  BIND(BOUND(?span) AS ?words)
}} ORDER BY ?group ?fact"""

_GIVEN = f"""
SELECT DISTINCT ?arm ?drug ?unclear WHERE {{
  {{ ?arm <{TW["hasIntervention"]}> ?intervention . ?intervention <{TW["drug"]}> ?drug }}
  UNION {{ ?arm <{TW["givenUnclear"]}> ?unclear }}
}} ORDER BY ?arm ?drug"""

_NAMES = f"""
SELECT DISTINCT ?concept ?own ?name ?term WHERE {{
  {{ SELECT DISTINCT ?concept WHERE {{ ?used <{TW["drug"]}>|<{TW["event"]}> ?concept }} }}
  ?concept <{SKOS["prefLabel"]}> ?own .
  OPTIONAL {{ ?concept <{TW["preferredName"]}> ?name }}
  OPTIONAL {{ ?concept <{TW["preferredTerm"]}> ?term }}
}} ORDER BY ?concept ?own"""

_DATES = f"""
SELECT ?trial (MIN(STR(?date)) AS ?first) WHERE {{
  ?trial <{TW["startDate"]}> ?date .
}} GROUP BY ?trial ORDER BY ?trial"""


def facts(source: Source) -> Iterator[list[Fact]]:
    """The counts of each trial, trial by trial. Where registry and paper are one trial, under one name."""
    groups: dict[str, dict[str, Python]] = {}
    for record in select(source, _GROUPS).records():
        groups.setdefault(str(record["group"]), record)
    of_trial: dict[str, dict[str, Fact]] = defaultdict(dict)
    table = select(source, _FACTS)
    for row in table:
        record = dict(zip(table.columns, map(to_python, row), strict=True))
        if group := groups.get(str(record["group"])):
            fact = _fact(record, group)
            of_trial[fact.trial].setdefault(fact.fact, fact)
    for trial in sorted(of_trial):
        yield list(of_trial[trial].values())


def _fact(row: Mapping[str, Python], group: Mapping[str, Python]) -> Fact:
    published = row["words"] is True
    shown = group["shown"] or (group["group"] if published else None)
    own, shared = _whole(row["own"]), _whole(group["shared"])
    share = row["percent"]
    return Fact(
        trial=str(group["trial"]),
        source="publication" if published else "registry",
        fact=str(row["fact"]),
        record=str(row["text"] or row["group"]).partition("#")[0],
        arm=None if shown is None else str(shown),
        arm_label=_text(group["label"]),
        event=str(row["event"]),
        event_label=str(row["event_label"]),
        seriousness=_text(row["seriousness"]),
        grade=_band(_whole(row["low"]), _whole(row["high"])),
        attribution=_text(row["attribution"]),
        affected=_whole(row["affected"]),
        at_risk=shared if own is None else own,
        percent=None if share is None or isinstance(share, str) else float(share),
        barrier=_text(group["barrier"]),
    )


def _whole(value: Python) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Python) -> str | None:
    return None if value is None else str(value)


def _band(low: int | None, high: int | None) -> str | None:
    """A band of grades in the words of the saved questions.

    >>> _band(3, None), _band(3, 4), _band(3, 3), _band(None, 2), _band(None, None)
    ('>=3', '3-4', '3', '<=2', None)
    """
    if low is None:
        return None if high is None else f"<={high}"
    return f">={low}" if high is None else str(low) if low == high else f"{low}-{high}"


def given(source: Source) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Of each arm the concepts of the drugs that it was given; and why, where that is not to be told."""
    drugs: dict[str, set[str]] = defaultdict(set)
    untold: dict[str, str] = {}
    for arm, drug, reason in (map(to_python, row) for row in select(source, _GIVEN)):
        if drug is not None:
            drugs[str(arm)].add(str(drug))
        if reason is not None:
            untold.setdefault(str(arm), str(reason))
    return drugs, untold


def names(source: Source) -> dict[str, Name]:
    """The name of each drug and event concept, as the questions have it."""
    found: dict[str, Name] = {}
    for concept, own, name, term in (map(to_python, row) for row in select(source, _NAMES)):
        label = str(own).lower() if name is None else str(name)
        found.setdefault(str(concept), Name(label=label, iri=None if term is None else str(term)))
    return found


def is_drug(name: Name) -> bool:
    """Whether what is given may be a drug at all: placebo, sham and vehicle are none.

    >>> is_drug(Name(label="placebo", iri=None)), is_drug(Name(label="anlotinib", iri=None))
    (False, True)
    """
    return unclear(name.label, "drug", linked=name.iri is not None) or name.iri is not None


def within(source: Source) -> dict[str, set[str]]:
    """Of each drug and event concept, the IRIs of all that contains it, and itself (`tw:within`)."""
    query = f"""
    SELECT DISTINCT ?concept ?class WHERE {{
      {{ SELECT DISTINCT ?concept WHERE {{ ?used <{TW["drug"]}>|<{TW["event"]}> ?concept }} }}
      ?concept <{TW["within"]}> ?class .
    }} ORDER BY ?concept ?class"""
    found: dict[str, set[str]] = defaultdict(set)
    for concept, kind in (map(to_python, row) for row in select(source, query)):
        found[str(concept)].add(str(kind))
    return found


def class_labels(source: Source) -> dict[str, str]:
    """The label of each term that contains something."""
    query = f"""
    SELECT ?class (MIN(STR(?name)) AS ?label) WHERE {{
      {{ SELECT DISTINCT ?class WHERE {{ ?concept <{TW["within"]}> ?class }} }}
      ?class <{RDFS["label"]}>|<{SKOS["prefLabel"]}> ?name .
    }} GROUP BY ?class ORDER BY ?class"""
    return {str(to_python(row[0])): str(to_python(row[1])) for row in select(source, query)}


def start_dates(source: Source) -> dict[str, str]:
    """When each trial started, as precise as stated: year, month or day."""
    return {str(to_python(row[0])): str(to_python(row[1])) for row in select(source, _DATES)}
