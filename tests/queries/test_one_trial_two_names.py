"""A publication without a registry number, which the registry cites for results: one trial, counted once."""

import json
from typing import Any

import pytest

from trialweave import Graph, ask, build, open_store, question

ABSTRACT = (
    "METHODS: Patients were randomly assigned to sorafenib 400 mg twice daily or placebo. RESULTS: A total "
    "of 200 patients were randomized, 100 to the sorafenib arm and 100 to the placebo arm. Median overall "
    "survival was 9.0 months (95% CI 8.0-10.0) with sorafenib and 7.0 months (95% CI 6.0-8.0) with placebo "
    "(hazard ratio 0.70 [95% CI 0.50-0.98]; p = 0.04). Grade 3 or 4 hypertension occurred in 10 (10%) of "
    "100 patients in the sorafenib group and 1 (1%) of 100 patients in the placebo group."
)
STUDY: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000007", "briefTitle": "Sorafenib or placebo"},
        "designModule": {"studyType": "INTERVENTIONAL", "designInfo": {"allocation": "RANDOMIZED"}},
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "Sorafenib", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Sorafenib"]},
                {"label": "Placebo", "type": "PLACEBO_COMPARATOR", "interventionNames": ["Drug: Placebo"]},
            ],
            "interventions": [{"type": "DRUG", "name": "Sorafenib"}, {"type": "DRUG", "name": "Placebo"}],
        },
        "referencesModule": {"references": [{"pmid": "7", "type": "RESULT"}]},
    }
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("two-names")
    (folder / "study.json").write_text(json.dumps(STUDY))
    (folder / "paper.nbib").write_text(
        f"PMID- 7\nOWN - NLM\nTI  - Sorafenib or placebo: a randomized trial.\nAB  - {ABSTRACT}\n"
        "PT  - Randomized Controlled Trial\n"
    )
    build(folder / "store", [folder / "study.json", folder / "paper.nbib"])
    return open_store(folder / "store")


def rows(graph: Graph, name: str, **given: str) -> list[dict[str, Any]]:
    return list(ask(graph, question(name), given).records())


def test_the_trial_has_one_name(graph: Graph) -> None:
    assert {row["trial"] for row in rows(graph, "trials")} == {"https://clinicaltrials.gov/study/NCT00000007"}


def test_each_count_comes_once(graph: Graph) -> None:
    counts = rows(graph, "adverse-event-rate-by-arm")
    assert sorted((row["arm"], row["affected"], row["at_risk"]) for row in counts) == [
        ("placebo", 1, 100),
        ("sorafenib", 10, 100),
    ]


def test_people_are_added_once(graph: Graph) -> None:
    [row] = rows(graph, "drugs-with-toxicity")
    assert (row["trials"], row["affected"], row["at_risk"]) == (1, 10, 100)
    [row] = [row for row in rows(graph, "drug-toxicities") if row["event"] == "Hypertension"]
    assert (row["trials"], row["affected"], row["at_risk"]) == (1, 10, 100)


def test_each_estimate_comes_once(graph: Graph) -> None:
    ratios = [row for row in rows(graph, "efficacy-by-drug-class") if row["measure"] == "hazard ratio"]
    assert [(str(row["value"]), row["p"]) for row in ratios] == [("0.7", "=0.04")]
    medians = rows(graph, "control-arm-medians")
    assert [(row["arm"], str(row["median"])) for row in medians] == [("placebo", "7")]


def test_the_registry_name_finds_the_paper(graph: Graph) -> None:
    assert len(rows(graph, "trial-results", trial="NCT00000007")) == 3
    assert len(rows(graph, "trial-adverse-events", trial="NCT00000007")) == 2
