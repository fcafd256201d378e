"""What stands in the way of reading a role off an arm, and of adding a group to others.

- `tw:givenUnclear` of an arm: why it cannot be said which drugs it was given. An arm without it, of which
  no drug is in a class, was given no drug of that class.
- `tw:leftOutBecause` of a group: why its people are never added to those of other groups. The reasons
  that a record gives are all here; a group without one may still share people that no record tells of.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import GraphWriter, Literal, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace

RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")

ARMS = TWGRAPH["derived/arms"]

_NOTHING = re.compile(r"\b(?:placebo|sham|vehicle)\b", re.IGNORECASE)
_TWO = re.compile(r"\b(?:or|and|plus|with)\b|[/+]", re.IGNORECASE)
_DRUG_KINDS = {None, "drug", "biological", "combination product", "genetic", "other"}
_EMPTY_ROLES = {"placebo comparator", "sham comparator", "no intervention"}


def unclear(name: str, kind: str | None, *, linked: bool) -> bool:
    """Whether an intervention may be a drug that no term tells us of.

    >>> unclear("AZD2171", "drug", linked=False), unclear("Anlotinib", "drug", linked=True)
    (True, False)
    >>> unclear("Placebo", "drug", linked=False), unclear("Sorafenib or placebo", "drug", linked=False)
    (False, True)
    >>> unclear("Radiotherapy", "radiation", linked=False), unclear("As in practice", "other", linked=False)
    (False, True)
    """
    if linked:
        return False
    if _NOTHING.search(name):
        return bool(_TWO.search(name))
    return kind in _DRUG_KINDS


def write(graph: Graph) -> None:
    """Replace the graph of what stands in the way."""
    writer = GraphWriter(ARMS)
    for arm, reason in _unclear_arms(graph):
        writer.add(arm, TW["givenUnclear"], reason)
    for group, reason in _left_out(graph):
        writer.add(group, TW["leftOutBecause"], reason)
    graph.replace_graph(ARMS, writer.quads())


def _unclear_arms(graph: Graph) -> Iterator[tuple[NamedNode, str]]:
    query = f"""
    SELECT DISTINCT ?arm ?role ?given ?name ?kind ?term WHERE {{
      ?trial <{TW["hasArm"]}> ?arm .
      OPTIONAL {{ ?arm <{TW["armRole"]}> ?role }}
      OPTIONAL {{
        ?arm <{TW["hasIntervention"]}> ?given . ?given <{RDFS["label"]}> ?name .
        OPTIONAL {{ ?given <{TW["interventionKind"]}> ?kind }}
        OPTIONAL {{ ?given <{TW["drug"]}> ?drug . ?drug <{SKOS["exactMatch"]}> ?term }}
      }}
    }}"""
    reasons: dict[NamedNode, set[str]] = defaultdict(set)
    for row in graph.select(query):
        arm, role, kind = row["arm"], row["role"], row["kind"]
        if not isinstance(arm, NamedNode):
            continue
        if row["given"] is None:
            if role is None or role.value not in _EMPTY_ROLES:
                reasons[arm].add("what the arm was given is not stated")
        elif unclear(row["name"].value, kind.value if kind else None, linked=row["term"] is not None):
            reasons[arm].add(f"{row['name'].value!r} is linked to no drug of a terminology")
    for arm, found in sorted(reasons.items(), key=lambda item: item[0].value):
        yield arm, "; ".join(sorted(found))


def _left_out(graph: Graph) -> Iterator[tuple[NamedNode, str]]:
    """Groups that are no arm by their kind, and arms that may share people with another arm."""
    kinds = {
        quad.subject: quad.object.value
        for quad in graph.quads_of(predicate=TW["groupKind"])
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }
    reasons: dict[NamedNode, set[str]] = defaultdict(set)
    partners: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    for quad in graph.quads_of(predicate=TW["overlapReason"]):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            reasons[quad.subject].add(quad.object.value)
    for quad in graph.quads_of(predicate=TW["mayOverlap"]):
        if (
            isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode)
            and kinds.get(quad.object) == "arm"
        ):
            partners[quad.subject].add(quad.object)
    for group, kind in sorted(kinds.items(), key=lambda item: item[0].value):
        if kind != "arm":
            said = f": {'; '.join(sorted(reasons[group]))}" if reasons[group] else ""
            yield group, f"{_NAMES.get(kind, kind)}{said}"
        elif partners[group]:
            shared = set().union(*(reasons[other] for other in partners[group])) & reasons[group]
            yield group, f"may share people with another arm: {'; '.join(sorted(shared))}"


_NAMES = {
    "period": "one period of an arm or of the study",
    "cohort": "a cohort of an arm or of the study",
    "crossover": "people who changed treatment",
    "second course": "people treated a second time",
    "total": "a total of several groups",
}
