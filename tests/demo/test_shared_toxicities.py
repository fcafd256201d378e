"""What anlotinib shares with its class, on the bundled corpus, held against a plain reading of the graph."""

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
    assert set(shared) == {"hypertension", "hyponatremia", "decreased appetite", "death"}
    assert shared["decreased appetite"] == (1, 0)
    assert all(str(row["evidence"]).startswith("https://w3id.org/trialweave/id/doi/") for row in rows)


def test_the_number_of_trials_is_that_of_the_rates_by_arm(graph: Graph) -> None:
    [row] = [
        row for row in ask(graph, question("shared-toxicities")).records() if row["event"] == "hypertension"
    ]
    arms = ask(graph, question("adverse-event-rate-by-arm"), {"event": "mesh:D006973"}).records()
    under_class = {
        arm["trial"]
        for arm in arms
        if arm["role"] == "exposed"
        and (arm["affected"] or arm["percent"])
        and arm["trial"] != "https://clinicaltrials.gov/study/NCT02649361"
    }
    assert under_class
    assert int(str(row["trials_of_class"])) >= len(under_class)
