"""What anlotinib shares with its class, on the bundled corpus, held against a plain reading of the graph."""

import json
from pathlib import Path

import pytest

from trialweave import Graph, ask, build, open_store, question

CORPUS = Path(__file__).parents[2] / "trialweave" / "demo" / "corpus"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    store = tmp_path_factory.mktemp("demo") / "store"
    build(store, [CORPUS])
    return open_store(store)


def test_what_anlotinib_shares_with_its_class(graph: Graph) -> None:
    rows = ask(graph, question("shared-toxicities")).records()
    shared = {row["event"]: (row["trials_of_drug"], row["trials_of_class"]) for row in rows}
    assert set(shared) == {"hypertension", "hyponatremia", "poor appetite", "death"}
    assert shared["poor appetite"] == (1, 0)
    assert all(str(row["evidence"]).startswith("https://w3id.org/trialweave/id/doi/") for row in rows)


def test_a_zero_and_a_count_that_is_not_stated_are_no_toxicity(tmp_path: Path) -> None:
    arms = [{"label": "Sorafenib", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Sorafenib"]}]
    stats = {"Rash": {"numAffected": 2}, "Fever": {"numAffected": 0}, "Cough": {}}
    events = [
        {"term": term, "stats": [{"groupId": "EG000", "numAtRisk": 9} | numbers]}
        for term, numbers in stats.items()
    ]
    study = {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT00000009"},
            "armsInterventionsModule": {
                "armGroups": arms,
                "interventions": [{"type": "DRUG", "name": "Sorafenib"}],
            },
        },
        "resultsSection": {
            "adverseEventsModule": {
                "eventGroups": [{"id": "EG000", "title": "Sorafenib"}],
                "otherEvents": events,
            }
        },
    }
    (tmp_path / "study.json").write_text(json.dumps(study))
    build(tmp_path / "store", [tmp_path / "study.json"])
    rows = ask(open_store(tmp_path / "store"), question("shared-toxicities"), {"drug": "sorafenib"}).records()
    assert [(row["trials_of_drug"], row["trials_of_class"]) for row in rows] == [(1, 0)]
