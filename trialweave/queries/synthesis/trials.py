"""What a graph says of the trials and the arms whose counts are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from trialweave.graph.quads import Literal, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

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

    group: str
    arm: str
    of_class: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


_ABOUT = {"allocation": "allocation", "interventionModel": "model", "phase": "phase"}


def about(graph: Graph, trials: Iterable[str]) -> Mapping[str, About]:
    """What is known of each trial."""
    trials = list(trials)
    query = f"""
    SELECT ?trial ?predicate ?value WHERE {{
      VALUES ?trial {{ {_terms(trials)} }}
      VALUES ?predicate {{ {_terms(TW[name] for name in _ABOUT)} }}
      ?trial ?predicate ?value .
    }}"""
    diseases = f"""
    SELECT ?trial ?label WHERE {{
      VALUES ?trial {{ {_terms(trials)} }}
      ?trial <{TW["condition"]}> ?condition . ?condition <{SKOS["prefLabel"]}> ?own .
      OPTIONAL {{ ?condition <{SKOS["exactMatch"]}> ?term . ?term <{RDFS["label"]}> ?name }}
      BIND(COALESCE(?name, ?own) AS ?label)
    }}"""
    found: dict[str, dict[str, set[str]]] = {trial: defaultdict(set) for trial in trials}
    for row in graph.select(query):
        name = row["predicate"].value.removeprefix(TW[""])
        found[row["trial"].value][_ABOUT[name]].add(row["value"].value)
    for row in graph.select(diseases):
        found[row["trial"].value]["disease"].add(row["label"].value)
    return {
        trial: About(**{name: frozenset(values) for name, values in facts.items()})
        for trial, facts in found.items()
    }


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


def given(graph: Graph, facts: Iterable[str], drug_class: NamedNode) -> Mapping[str, Given]:
    """Of each fact that hangs on an arm: the group, the arm, and the drugs that the arm was given."""
    query = f"""
    SELECT DISTINCT ?fact ?group ?arm ?drug ?label ?inside WHERE {{
      VALUES ?fact {{ {_terms(facts)} }}
      ?fact <{TW["ofGroup"]}> ?group .
      OPTIONAL {{ ?group <{TW["isArm"]}> ?shown }}
      BIND(COALESCE(?shown, ?group) AS ?arm)
      OPTIONAL {{
        ?arm <{TW["hasIntervention"]}> ?intervention . ?intervention <{TW["drug"]}> ?drug .
        ?drug <{SKOS["prefLabel"]}> ?own .
        OPTIONAL {{ ?drug <{SKOS["exactMatch"]}> ?term . ?term <{RDFS["label"]}> ?name }}
        BIND(COALESCE(?name, ?own) AS ?label)
        BIND(EXISTS {{ ?drug <{TW["within"]}> {drug_class} }} AS ?inside)
      }}
    }}"""
    places: dict[str, tuple[str, str]] = {}
    drugs: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for row in graph.select(query):
        fact = row["fact"].value
        places[fact] = (row["group"].value, row["arm"].value)
        if row["label"] is not None:
            drugs[fact, row["inside"].value == "true"].add(row["label"].value)
    return {
        fact: Given(
            group=group,
            arm=arm,
            of_class=frozenset(drugs[fact, True]),
            others=frozenset(drugs[fact, False]),
        )
        for fact, (group, arm) in places.items()
    }


def labels(graph: Graph, term: NamedNode) -> set[str]:
    """What a term is called, in lower case."""
    return {
        " ".join(quad.object.value.split()).casefold()
        for name in (RDFS["label"], SKOS["prefLabel"])
        for quad in graph.quads_of(subject=term, predicate=name)
        if isinstance(quad.object, Literal)
    }


def _terms(iris: Iterable[str]) -> str:
    return " ".join(str(NamedNode(iri)) for iri in sorted(set(iris)))
