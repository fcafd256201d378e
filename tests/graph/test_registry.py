"""Registry studies to quads: lean, every number named by its place, no count invented."""

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest

from trialweave.graph.derive import labels
from trialweave.graph.quads import Literal, NamedNode, Quad, words
from trialweave.graph.registry import study_quads
from trialweave.graph.store import Graph
from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.ontology.prefixes import PREFIXES, namespace
from trialweave.queries.catalogue import question
from trialweave.queries.page import trial_page
from trialweave.queries.run import ask, select
from trialweave.records import RegistryStudy

PREAMBLE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
TW = namespace("tw")

STUDY: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "Zonib or placebo"},
        "statusModule": {"overallStatus": "COMPLETED", "completionDateStruct": {"date": "2015-03"}},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2", "PHASE3"],
            "designInfo": {"allocation": "RANDOMIZED"},
            "enrollmentInfo": {"count": 144, "type": "ESTIMATED"},
        },
        "conditionsModule": {"conditions": ["Cough"]},
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "Zonib", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Zonib"]},
                {"label": "Placebo", "type": "PLACEBO_COMPARATOR", "interventionNames": ["Drug: Placebo"]},
            ],
            "interventions": [{"type": "DRUG", "name": "Zonib"}, {"type": "DRUG", "name": "Placebo"}],
        },
        "referencesModule": {
            "references": [{"pmid": "1", "type": "RESULT"}, {"pmid": "2", "type": "BACKGROUND"}]
        },
    },
    "resultsSection": {
        "adverseEventsModule": {
            "frequencyThreshold": "5",
            "eventGroups": [{"id": "EG000", "title": "Zonib"}, {"id": "EG001", "title": "Placebo"}],
            "seriousEvents": [
                {
                    "term": "Rash",
                    "stats": [
                        {"groupId": "EG000", "numAffected": 2, "numAtRisk": 70},
                        {"groupId": "EG001", "numAffected": 0, "numAtRisk": 72},
                    ],
                }
            ],
            "otherEvents": [
                {
                    "term": "Hypertension",
                    "stats": [
                        {"groupId": "EG000", "numEvents": 9, "numAffected": 8, "numAtRisk": 70},
                        {"groupId": "EG001", "numAtRisk": 71},
                    ],
                }
            ],
        }
    },
}


def study(document: dict[str, Any]) -> RegistryStudy:
    [found] = ctgov_json.read(io.BytesIO(json.dumps(document).encode()), file="study.json")
    assert isinstance(found, RegistryStudy)
    return found


@pytest.fixture(scope="module")
def quads() -> list[Quad]:
    return list(study_quads(study(STUDY)))


@pytest.fixture(scope="module")
def graph(quads: list[Quad]) -> Graph:
    return Graph.in_memory(quads)


def found(graph: Graph, pattern: str) -> list[dict[str, Any]]:
    return select(graph, f"{PREAMBLE}SELECT * WHERE {{ {pattern} }}").records()


def test_one_graph(quads: list[Quad]) -> None:
    assert {words(quad.graph_name) for quad in quads} == {f"{PREFIXES['twgraph']}ctgov/NCT00000001"}


COUNTS = (
    "?count tw:event ?event ; tw:ofGroup ?group ; tw:seriousness ?seriousness . ?group rdfs:label ?arm ."
    " OPTIONAL { ?count tw:affected ?affected } OPTIONAL { ?count tw:events ?events }"
    " OPTIONAL { ?count tw:atRisk ?own } OPTIONAL { ?group tw:atRisk ?shared }"
)


def test_event_counts(graph: Graph) -> None:
    rows = {
        (row["event"].rpartition("/")[2], row["arm"]): (
            row["affected"],
            row["events"],
            row["own"] if row["own"] is not None else row["shared"],
            row["seriousness"],
        )
        for row in found(graph, COUNTS)
    }
    assert rows == {
        ("Rash", "Zonib"): (2, None, 70, "serious"),
        ("Rash", "Placebo"): (0, None, 72, "serious"),
        ("Hypertension", "Zonib"): (8, 9, 70, "other"),
        ("Hypertension", "Placebo"): (None, None, 71, "other"),
    }


def test_at_risk_stands_once_where_all_counts_of_a_group_agree(graph: Graph) -> None:
    shared = {row["arm"]: row["shared"] for row in found(graph, COUNTS)}
    assert shared == {"Zonib": 70, "Placebo": None}


def numbers(quads: list[Quad]) -> Iterator[tuple[str, Decimal]]:
    for quad in quads:
        name = quad.predicate.value.removeprefix(TW[""])
        if name in ("affected", "atRisk", "events", "count") and isinstance(quad.object, Literal):
            yield words(quad.subject), Decimal(quad.object.value)


def test_every_number_stands_where_its_name_says(quads: list[Quad]) -> None:
    checked = 0
    for iri, value in numbers(quads):
        place: Any = STUDY
        for step in unquote(iri.partition("#")[2]).split("/")[1:]:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if "eventGroups" in iri:
            continue  # shared by all counts of the group
        held = place.values() if isinstance(place, dict) else [place]
        assert value in {Decimal(each) for each in held if isinstance(each, int)}
        checked += 1
    assert checked == 7


def test_arms_groups_and_drugs(graph: Graph) -> None:
    rows = {
        row["label"]: row
        for row in found(graph, "?group tw:isArm ?arm ; tw:matchBasis ?basis ; rdfs:label ?label")
    }
    assert set(rows) == {"Zonib", "Placebo"}
    drugs = [row["drug"] for row in found(graph, "?intervention tw:drug ?drug")]
    assert drugs == [f"{PREFIXES['twid']}concept/drug/Zonib"]


def test_the_plan_is_marked_as_one(graph: Graph) -> None:
    [row] = found(graph, "?count tw:count ?n ; tw:population ?what ; tw:planned ?planned")
    assert (row["n"], row["what"], row["planned"]) == (144, "enrolled", True)


def test_references_keep_their_kind(graph: Graph) -> None:
    pubmed = PREFIXES["pubmed"]
    assert found(graph, "?trial tw:resultReference ?p")[0]["p"] == f"{pubmed}1"
    assert found(graph, "?trial tw:backgroundReference ?p")[0]["p"] == f"{pubmed}2"


def test_phase_and_class(graph: Graph) -> None:
    [row] = found(graph, "?trial tw:phase ?phase")
    assert row["phase"] == "2/3"
    assert len(found(graph, "?t a tw:Phase2And3Trial , tw:RandomizedTrial , tw:PlaceboControlledTrial")) == 1


def test_a_study_without_results_is_small() -> None:
    bare = {"protocolSection": STUDY["protocolSection"]}
    assert len(list(study_quads(study(bare)))) < 50


def test_all_our_terms_are_in_the_vocabulary(quads: list[Quad]) -> None:
    from importlib.resources import files

    text = files("trialweave.ontology").joinpath("trialweave.ttl").read_text("utf-8")
    used = {
        term.value.removeprefix(TW[""])
        for quad in quads
        for term in (quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(TW[""])
    }
    assert [name for name in sorted(used) if f"\ntw:{name} a " not in text] == []


def test_a_trial_without_publication_shows_its_posted_events(graph: Graph) -> None:
    """Once the question answered with no rows at all, which reads as no events."""
    held = Graph.in_memory(graph)
    labels.write(held)
    rows = ask(held, question("trial-adverse-events"), {"trial": "NCT00000001"}).records()
    assert [(row["source"], row["event"], row["arm"], row["affected"], row["at_risk"]) for row in rows] == [
        ("registry", "Hypertension", "Placebo", None, 71),
        ("registry", "Hypertension", "Zonib", 8, 70),
        ("registry", "Rash", "Placebo", 0, 72),
        ("registry", "Rash", "Zonib", 2, 70),
    ]
    assert "4 counts stand in the registry" in trial_page(held, "NCT00000001")
