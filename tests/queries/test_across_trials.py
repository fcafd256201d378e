"""The questions across trials: golden answers on invented studies, an independent reading of real ones."""

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib

from trialweave.graph.build import build
from trialweave.graph.export import export
from trialweave.graph.store import Graph, open_store
from trialweave.queries.catalogue import question
from trialweave.queries.run import ask, bind

INVENTED = Path(__file__).parent.parent / "data" / "questions"
SHARED = Path(__file__).parents[2].parent / "shared" / "data"
REFERENCE = SHARED / "reference" / "hypertension-by-arm-registry.tsv"
REGISTRY = SHARED / "registry" / "antiangiogenic"
ACROSS = [
    "adverse-event-rate-by-arm",
    "class-members",
    "concept",
    "control-arm-medians",
    "drug-toxicities",
    "drugs-with-toxicity",
    "efficacy-by-drug-class",
    "link-evidence",
    "publications-of-trial",
    "results-not-posted",
    "trials-of-drug",
    "unlinked-terms",
    "unreported-toxicities",
]
GIVEN = {
    "publications-of-trial": {"trial": "NCT90000101"},
    "results-not-posted": {"as_of": "2024-01-31"},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("questions") / "store"
    report = build(folder, [INVENTED])
    assert report.rejected == ()
    return folder


@pytest.fixture(scope="module")
def graph(store: Path) -> Graph:
    return open_store(store)


@pytest.fixture(scope="module")
def dataset(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> rdflib.Dataset:
    file = tmp_path_factory.mktemp("export") / "all.nq"
    export(graph, file)
    return rdflib.Dataset(default_union=True).parse(file, format="nquads")


def rows(graph: Graph, name: str, **given: str) -> list[dict[str, object]]:
    return [dict(row) for row in ask(graph, question(name), given).records()]


def by_arm(graph: Graph, **given: str) -> dict[tuple[object, object], dict[str, object]]:
    return {
        (row["arm"], row["seriousness"]): row
        for row in rows(graph, "adverse-event-rate-by-arm", **given)
        if row["trial"] == "https://clinicaltrials.gov/study/NCT90000101" and row["source"] == "registry"
    }


def test_a_rate_has_its_role_its_share_and_its_threshold(graph: Graph) -> None:
    found = by_arm(graph)
    given = found["Sorafenib 400 mg", "other"]
    assert (given["role"], given["membership"]) == ("exposed", "mapped, curated")
    assert (given["affected"], given["at_risk"], given["percent_is"]) == (30, 90, "computed")
    assert Decimal(str(given["percent"])) == Decimal("33.3")
    assert given["threshold"] == 5
    assert given["left_out_because"] is None
    assert found["Placebo", "other"]["role"] == "control"
    assert found["Sorafenib 400 mg", "serious"]["threshold"] is None


def test_groups_that_cannot_be_added_say_why(graph: Graph) -> None:
    found = by_arm(graph)
    crossed = found["Placebo Crossed Over to Sorafenib", "other"]
    assert "changed treatment" in str(crossed["left_out_because"])
    assert crossed["role"] == "unknown"
    unmatched = found["Late Entrants", "other"]
    assert (unmatched["role"], unmatched["left_out_because"]) == ("unknown", "the group is matched to no arm")
    nobody = found["Open Dose", "other"]
    assert (nobody["at_risk"], nobody["percent"], nobody["left_out_because"]) == (0, None, "nobody at risk")


def test_a_drug_that_no_term_knows_makes_no_control(graph: Graph) -> None:
    (row,) = [
        row
        for row in rows(graph, "adverse-event-rate-by-arm")
        if row["arm"] == "XQ-77" and row["seriousness"] == "other"
    ]
    assert row["role"] == "unknown"
    assert "XQ-77" in str(row["left_out_because"])


def test_toxicities_add_up_only_whole_arms_that_share_nobody(graph: Graph) -> None:
    (row,) = [
        row
        for row in rows(graph, "drug-toxicities", source="registry", seriousness="other")
        if row["event"] == "Hypertension"
    ]
    assert (row["trials"], row["trials_counted"], row["groups_counted"]) == (2, 2, 2)
    assert (row["affected"], row["at_risk"]) == (30 + 4, 90 + 40)
    assert "may share people" in str(row["left_out_because"])
    assert "not shown to be given" in str(row["left_out_because"])
    assert row["evidence"]


def test_drugs_with_a_toxicity(graph: Graph) -> None:
    found = {
        (row["drug"], row["given"]): row
        for row in rows(graph, "drugs-with-toxicity", seriousness="other")
        if row["source"] == "registry"
    }
    sorafenib = found["Sorafenib", "alone"]
    assert (sorafenib["trials_counted"], sorafenib["affected"], sorafenib["at_risk"]) == (1, 30, 90)
    bevacizumab = found["Bevacizumab", "with others"]
    assert (bevacizumab["affected"], bevacizumab["at_risk"]) == (4, 40)


def test_what_is_not_listed_is_a_bound_and_never_a_zero(graph: Graph) -> None:
    found = {str(row["trial"])[-11:]: row for row in rows(graph, "unreported-toxicities")}
    assert set(found) == {"NCT90000103"}
    row = found["NCT90000103"]
    assert (row["threshold"], row["at_most"]) == (3, 3)
    assert row["bound"] == "not listed, so at most 3 % in every group"
    assert row["known_from"] == 2


def test_trials_that_ended_without_results(graph: Graph) -> None:
    def found(**given: str) -> list[str]:
        return [str(row["trial"])[-11:] for row in rows(graph, "results-not-posted", **given)]

    assert found(as_of="2024-01-31") == ["NCT90000104"]
    assert found(as_of="2021-01-01") == []
    assert found() == []  # its record was last updated within the year


def test_estimates_and_control_medians(graph: Graph) -> None:
    estimates = rows(graph, "efficacy-by-drug-class", endpoint="survival")
    assert {(row["arm"], row["role"], row["direction"]) for row in estimates} == {
        ("Sorafenib 400 mg", "exposed", "not stated"),
        ("Placebo", "control", "not stated"),
    }
    assert {str(row["value"]) for row in estimates} == {"0.7"}
    medians = rows(graph, "control-arm-medians")
    assert [(r["arm"], r["role"], str(r["median"]), r["unit"]) for r in medians] == [
        ("Placebo", "control", "8.5", "months")
    ]


def test_publications_of_a_trial_and_on_whose_word(graph: Graph) -> None:
    found = [(r["link"], r["word"]) for r in rows(graph, "publications-of-trial", trial="NCT90000101")]
    assert found == [("result reference", "registry"), ("background reference", "registry")]


def test_evidence_of_a_registry_number_is_its_place(graph: Graph) -> None:
    fact = str(by_arm(graph)["Placebo", "other"]["evidence"])
    (row,) = rows(graph, "evidence-of", fact=fact)
    record = json.loads((INVENTED / str(row["file"])).read_text())
    place = record
    for step in str(row["field"]).split("/")[1:]:
        place = place[int(step)] if isinstance(place, list) else place[step]
    assert (place["numAffected"], place["numAtRisk"]) == (6, 88)


@pytest.mark.parametrize("name", ACROSS)
def test_the_same_rows_on_two_engines(graph: Graph, dataset: rdflib.Dataset, name: str) -> None:
    saved, given = question(name), GIVEN.get(name, {})
    ours = Counter(
        tuple(_plain(term.value if term is not None else None) for term in row)
        for row in ask(graph, saved, given).rows
    )
    theirs = Counter(
        tuple(_plain(str(term) if term is not None else None) for term in row)
        for row in dataset.query(bind(saved, given, graph))
    )
    assert ours
    assert theirs == ours


def _plain(value: str | None) -> str | None:
    """A number without its trailing zeros, anything else as it is."""
    try:
        return f"{Decimal(value).normalize():f}" if value is not None else None
    except ArithmeticError:
        return value


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"real data is not at {SHARED}")
def test_hypertension_by_arm_equals_an_independent_reading(tmp_path: Path) -> None:
    build(tmp_path / "store", [REGISTRY])
    graph = open_store(tmp_path / "store")
    with REFERENCE.open(newline="") as file:
        expected = Counter(
            (r["nct"], r["event_set"], r["term"].lower(), r["group_title"], r["affected"], r["at_risk"])
            for r in csv.DictReader(file, delimiter="\t")
        )
    labels = {label for _, _, label, *_ in expected}
    questions = ["mesh:D006973", *sorted(labels - {"hypertension"})]
    asked = [ask(graph, question("adverse-event-rate-by-arm"), {"event": event}) for event in questions]
    found = Counter(
        (
            str(r["trial"])[-11:],
            r["seriousness"],
            str(r["event"]).lower(),
            r["arm"],
            str(r["affected"]),
            str(r["at_risk"]),
        )
        for table in asked
        for r in table.records()
    )
    assert expected - found == Counter()
