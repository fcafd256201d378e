"""Checks of registry records, set by set: one SPARQL query looks at all records of a store at once.

SHACL asks node by node, which is right for publications and too slow for millions of event counts.
Two kinds of finding: `error`, where the graph is not what the mapper should have written, and `source`,
where the record itself, as posted, contradicts itself. What the source posts is kept as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as OneOf

from trialweave.graph.iris import TWID
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Record

RECORDS = TWID["ctgov/"]
"""How the names of registry facts begin."""


class Rule(Record, frozen=True):
    """A set-wise check: `where` finds each offending `?fact`, with `?a` and `?b` for the message."""

    name: str
    severity: OneOf["error", "source"]
    message: str
    where: str


class Found(Record, frozen=True):
    """One offending fact."""

    rule: Rule
    fact: str
    message: str


_OURS = f'FILTER(STRSTARTS(STR(?fact), "{RECORDS}"))'

RULES = (
    Rule(
        name="affected-over-at-risk",
        severity="source",
        message="{a} affected of {b} at risk, as posted",
        where="""
        ?fact tw:affected ?a .
        OPTIONAL { ?fact tw:atRisk ?own }
        OPTIONAL { ?fact tw:ofGroup ?group . ?group tw:atRisk ?shared }
        BIND(COALESCE(?own, IF(BOUND(?shared) && EXISTS { ?fact tw:event ?e }, ?shared, ?none)) AS ?b)
        FILTER(?a > ?b)""",
    ),
    Rule(
        name="interval-limits",
        severity="source",
        message="the interval runs from {a} to {b}, as posted",
        where="{ ?fact tw:ciLow ?a ; tw:ciHigh ?b } UNION { ?fact tw:low ?a ; tw:high ?b } FILTER(?a > ?b)",
    ),
    Rule(
        name="estimate-outside-interval",
        severity="source",
        message="the value {a} lies outside its confidence interval {b}, as posted",
        where="""
        ?fact tw:value ?a ; tw:ciLow ?low ; tw:ciHigh ?high .
        FILTER(?low <= ?high && (?a < ?low || ?a > ?high))
        BIND(CONCAT(STR(?low), " to ", STR(?high)) AS ?b)""",
    ),
    Rule(
        name="p-value",
        severity="source",
        message="a p-value of {a}, as posted",
        where="?fact tw:pValue ?a FILTER(?a < 0 || ?a > 1)",
    ),
    Rule(
        name="negative",
        severity="error",
        message="{b} is {a}; a number of people is never below 0",
        where="""
        VALUES ?property { tw:affected tw:atRisk tw:events tw:count tw:denominator }
        ?fact ?property ?a FILTER(?a < 0)
        BIND(STRAFTER(STR(?property), "#") AS ?b)""",
    ),
    Rule(
        name="event-count",
        severity="error",
        message="an event count that hangs on no group and no trial",
        where="?fact tw:event ?a FILTER NOT EXISTS { ?fact tw:ofGroup|tw:ofTrial ?b }",
    ),
    Rule(
        name="group-unknown",
        severity="error",
        message="its group {a} is not in the record, or belongs to no trial",
        where="?fact tw:ofGroup ?a FILTER NOT EXISTS { ?a tw:ofTrial ?trial }",
    ),
    Rule(
        name="other-record",
        severity="error",
        message="{a} belongs to another record",
        where="""
        VALUES ?property { tw:ofGroup tw:isArm tw:mayOverlap tw:ofEndpoint tw:comparesGroup tw:registeredAs
                           tw:hasIntervention }
        ?fact ?property ?a FILTER(STRBEFORE(STR(?fact), "#") != STRBEFORE(STR(?a), "#"))""",
    ),
    Rule(
        name="overlap-one-sided",
        severity="error",
        message="it may overlap with {a}, which does not say so",
        where="?fact tw:mayOverlap ?a FILTER NOT EXISTS { ?a tw:mayOverlap ?fact }",
    ),
    Rule(
        name="arm-unknown",
        severity="error",
        message="it is said to be {a}, which is no arm of its trial",
        where="?fact tw:isArm ?a ; tw:ofTrial ?trial FILTER NOT EXISTS { ?trial tw:hasArm ?a }",
    ),
    Rule(
        name="match-without-basis",
        severity="error",
        message="it is said to be the arm {a}, without a basis",
        where="?fact tw:isArm ?a FILTER NOT EXISTS { ?fact tw:matchBasis ?basis }",
    ),
    Rule(
        name="value-without-endpoint",
        severity="error",
        message="a result of no endpoint",
        where="?fact tw:value|tw:reportedValue ?a FILTER NOT EXISTS { ?fact tw:ofEndpoint ?endpoint }",
    ),
)


def offences(graph: Graph) -> Iterator[Found]:
    """Every fact of a registry record that breaks a rule, rule by rule, sorted."""
    for rule in RULES:
        query = f"""
        PREFIX tw: <{PREFIXES["tw"]}>
        SELECT DISTINCT ?fact ?a ?b WHERE {{ {rule.where} {_OURS} }} ORDER BY ?fact ?a ?b"""
        for row in graph.select(query):
            told = {name: row[name].value if row[name] is not None else "" for name in ("a", "b")}
            yield Found(rule=rule, fact=row["fact"].value, message=rule.message.format(**told))
