"""What a graph says of the trials and the arms whose counts are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from trialweave.graph.quads import NamedNode
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


class About(Record, frozen=True):
    """A trial's design, phases and conditions, as its sources state them."""

    allocation: frozenset[str] = frozenset()
    model: frozenset[str] = frozenset()
    phase: frozenset[str] = frozenset()
    disease: frozenset[str] = frozenset()


class Given(Record, frozen=True):
    """What the people of one count were given: drugs of the class asked for, other drugs that are known."""

    record: str
    """The text, or the registry's record, that the count was read from."""

    arm: str
    of_class: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


_ABOUT = {"allocation": "allocation", "interventionModel": "model", "phase": "phase"}


def about(source: Source, trials: Iterable[str]) -> Mapping[str, About]:
    """What is known of each trial."""
    trials = list(trials)
    found: dict[str, dict[str, set[str]]] = {trial: defaultdict(set) for trial in trials}
    for trial, predicate, value in _rows(source, _DESIGN, trials):
        found[str(trial)][_ABOUT[str(predicate).removeprefix(TW[""])]].add(str(value))
    for trial, disease in _rows(source, _DISEASES, trials):
        found[str(trial)]["disease"].add(str(disease))
    return {
        trial: About(**{name: frozenset(values) for name, values in facts.items()})
        for trial, facts in found.items()
    }


_DESIGN = f"""
SELECT DISTINCT ?trial ?predicate ?value WHERE {{
  VALUES ?trial {{ <THINGS> }}
  VALUES ?predicate {{ {" ".join(f"<{TW[name]}>" for name in _ABOUT)} }}
  ?trial ?predicate ?value .
}} ORDER BY ?trial ?predicate ?value"""

_DISEASES = f"""
SELECT DISTINCT ?trial ?label WHERE {{
  VALUES ?trial {{ <THINGS> }}
  ?trial <{TW["condition"]}> ?condition . ?condition <{SKOS["prefLabel"]}> ?own .
  OPTIONAL {{ ?condition <{TW["preferredTerm"]}> ?term . ?term <{RDFS["label"]}> ?name }}
  BIND(COALESCE(?name, ?own) AS ?label)
}} ORDER BY ?trial ?label"""

_GIVEN = f"""
SELECT DISTINCT ?fact ?group ?text ?arm ?label ?inside WHERE {{
  VALUES ?fact {{ <THINGS> }}
  ?fact <{TW["ofGroup"]}> ?group .
  OPTIONAL {{ ?fact <{TW["evidence"]}> ?span . ?span <{OA["hasSource"]}> ?text }}
  OPTIONAL {{ ?group <{TW["isArm"]}> ?shown }}
  BIND(COALESCE(?shown, ?group) AS ?arm)
  OPTIONAL {{
    ?arm <{TW["hasIntervention"]}> ?intervention . ?intervention <{TW["drug"]}> ?drug .
    ?drug <{SKOS["prefLabel"]}> ?own .
    OPTIONAL {{ ?drug <{TW["preferredTerm"]}> ?term . ?term <{RDFS["label"]}> ?name }}
    OPTIONAL {{ ?drug <{TW["within"]}> ?inside . FILTER(?inside = <CLASS>) }}
    BIND(COALESCE(?name, ?own) AS ?label)
  }}
}} ORDER BY ?fact ?label"""

_RANDOMISED = {"randomized", "randomised"}
_CROSSOVER = {"crossover", "cross-over"}


def not_comparable(trial: About) -> str | None:
    """Why the arms of a trial are not set against each other.

    >>> not_comparable(About(allocation=frozenset({"non-randomized"})))
    'its arms were not allocated at random (non-randomized)'
    >>> not_comparable(About(allocation=frozenset({"randomized"}), model=frozenset({"crossover"})))
    'a crossover trial: its arms hold the same people'
    """
    if not trial.allocation:
        return "not stated to be randomised"
    if not trial.allocation <= _RANDOMISED:
        return f"its arms were not allocated at random ({', '.join(sorted(trial.allocation))})"
    if trial.model & _CROSSOVER:
        return "a crossover trial: its arms hold the same people"
    return None


def given(source: Source, facts: Iterable[str], drug_class: NamedNode) -> Mapping[str, Given]:
    """Of each fact that hangs on an arm: the record, the arm, and the drugs that the arm was given."""
    places: dict[str, tuple[str, str]] = {}
    drugs: dict[tuple[str, bool], set[str]] = defaultdict(set)
    query = _GIVEN.replace("<CLASS>", str(drug_class))
    for fact, group, text, arm, label, inside in _rows(source, query, facts):
        places[str(fact)] = (str(text or group).partition("#")[0], str(arm))
        if label is not None:
            drugs[str(fact), inside is not None].add(str(label))
    return {
        fact: Given(
            record=record,
            arm=arm,
            of_class=frozenset(drugs[fact, True]),
            others=frozenset(drugs[fact, False]),
        )
        for fact, (record, arm) in places.items()
    }


def labels(source: Source, term: NamedNode) -> set[str]:
    """What a term is called, in lower case."""
    query = f"""
    SELECT DISTINCT ?label WHERE {{
      VALUES ?term {{ <THINGS> }}
      ?term <{RDFS["label"]}>|<{SKOS["prefLabel"]}> ?label .
    }} ORDER BY ?label"""
    return {" ".join(str(label).split()).casefold() for (label,) in _rows(source, query, [term.value])}


_BATCH = 500


def _rows(source: Source, query: str, iris: Iterable[str]) -> Iterator[tuple[Python, ...]]:
    """The rows of a query about things, some hundreds at a time; `<THINGS>` is where they go."""
    wanted = sorted(set(iris))
    for start in range(0, len(wanted), _BATCH):
        names = " ".join(str(NamedNode(iri)) for iri in wanted[start : start + _BATCH])
        for row in select(source, query.replace("<THINGS>", names)):
            yield tuple(map(to_python, row))
