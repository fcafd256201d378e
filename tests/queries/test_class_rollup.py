"""Classes on both sides, drug and event, on real records: found, on what basis, and why."""

from pathlib import Path

import pytest

from trialweave.graph.build import build
from trialweave.graph.store import Graph, open_store
from trialweave.queries.catalogue import question
from trialweave.queries.run import ask
from trialweave.queries.why import why

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
SOURCES = [SHARED / "registry" / "antiangiogenic", SHARED / "seed"]

pytestmark = pytest.mark.skipif(not SOURCES[0].exists(), reason=f"real data is not at {SHARED}")

EXPECTED = {
    "NCT00492752": "sorafenib",
    "NCT00494299": "sorafenib",
    "NCT00777179": "vandetanib",
    "NCT02649361": "anlotinib",
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("antiangiogenic") / "store"
    build(folder, SOURCES)
    return open_store(folder)


@pytest.fixture(scope="module")
def rows(graph: Graph) -> list[dict[str, object]]:
    given = {"drug_class": "Angiogenesis Inhibitors", "event": "Vascular Diseases"}
    return [dict(row) for row in ask(graph, question("adverse-event-rate-by-arm"), given).records()]


@pytest.mark.parametrize("trial", EXPECTED)
def test_hypertension_is_found_under_each_drug_with_the_basis_of_both_sides(
    rows: list[dict[str, object]], trial: str
) -> None:
    found = [
        row
        for row in rows
        if str(row["trial"]).endswith(trial)
        and str(row["event"]).lower() == "hypertension"
        and row["role"] != "control"
    ]
    # The groups of NCT00492752 are periods, matched to no arm: their role is not to be told.
    assert {row["role"] for row in found} == ({"unknown"} if trial == "NCT00492752" else {"exposed"})
    for row in found:
        assert "curated" in str(row["membership"])
        assert "MeSH" in str(row["event_membership"])
        assert row["affected"] is not None or row["percent"] is not None


def test_every_exposed_row_says_on_what_basis_and_every_fact_stands_once(
    rows: list[dict[str, object]],
) -> None:
    assert all(row["event_membership"] for row in rows)
    assert all(bool(row["membership"]) == (row["role"] != "control") for row in rows)
    facts = [(row["evidence"], row["arm"]) for row in rows]
    assert len(facts) == len(set(facts))


@pytest.mark.parametrize("drug", sorted(set(EXPECTED.values())))
def test_why_shows_the_way_on_the_side_of_the_drug(graph: Graph, drug: str) -> None:
    rows = why(graph, drug, "Angiogenesis Inhibitors").records()
    found = [row for row in rows if row["basis"] == "curated"]
    assert [row["how"] for row in found] == ["link", "curated row"]
    assert found[-1]["to_name"] == "Angiogenesis Inhibitors"
    assert "row of 2026" in str(found[-1]["says"])


def test_why_shows_the_way_on_the_side_of_the_event(graph: Graph) -> None:
    rows = why(graph, "hypertension", "Vascular Diseases").records()
    found = [row for row in rows if row["basis"] == "mesh"]
    assert [row["how"] for row in found] == ["link", "tree"]
    assert "mesh:C14.907.489 is below mesh:C14.907" in str(found[-1]["says"])


def test_of_several_sources_each_is_named(graph: Graph) -> None:
    members = {
        str(row["member"]).lower(): str(row["membership"])
        for row in ask(graph, question("class-members"), {}).records()
    }
    assert members["bevacizumab"] == "MeSH, curated"
    assert members["vandetanib"] == "curated"
