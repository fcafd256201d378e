"""Which pairs of a graph are linked, on which counts, and with the risk ratios that `pool` gives."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trialweave import Graph, build, open_store
from trialweave.errors import QueryError
from trialweave.queries.network.links import Link, links
from trialweave.queries.synthesis.answer import from_graph
from trialweave.queries.synthesis.comparisons import comparisons
from trialweave.queries.synthesis.pooling import pool_any
from trialweave.queries.synthesis.study import Model

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
REGISTRY = SHARED / "registry" / "antiangiogenic"

Cells = dict[str, list[tuple[int, int] | None]]


def study(
    number: int,
    arms: list[tuple[str, list[str]]],
    other: Cells,
    *,
    serious: Cells | None = None,
    start: str | None = "2010-03",
    allocation: str = "RANDOMIZED",
) -> dict[str, Any]:
    """A record of a registry: each arm with its drugs, each event with (affected, at risk) for each arm."""

    def events(table: Cells) -> list[dict[str, Any]]:
        return [
            {
                "term": term,
                "organSystem": "Some",
                "stats": [
                    {"groupId": f"EG{place:03}", "numAffected": count[0], "numAtRisk": count[1]}
                    for place, count in enumerate(counts)
                    if count is not None
                ],
            }
            for term, counts in table.items()
        ]

    drugs = sorted({drug for _, given in arms for drug in given})
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08}", "briefTitle": "A trial"},
            "statusModule": {} if start is None else {"startDateStruct": {"date": start}},
            "designModule": {"designInfo": {"allocation": allocation, "interventionModel": "PARALLEL"}},
            "armsInterventionsModule": {
                "armGroups": [
                    {
                        "label": label,
                        "type": "PLACEBO_COMPARATOR" if given == ["Placebo"] else "EXPERIMENTAL",
                        "interventionNames": [f"Drug: {drug}" for drug in given],
                    }
                    for label, given in arms
                ],
                "interventions": [
                    {
                        "type": "DRUG",
                        "name": drug,
                        "armGroupLabels": [label for label, given in arms if drug in given],
                    }
                    for drug in drugs
                ],
            },
        },
        "resultsSection": {
            "adverseEventsModule": {
                "eventGroups": [{"id": f"EG{n:03}", "title": label} for n, (label, _) in enumerate(arms)],
                "otherEvents": events(other),
                "seriousEvents": events(serious or {}),
            }
        },
    }


Store = Callable[..., Graph]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    def made(*studies: dict[str, Any]) -> Graph:
        folder = tmp_path / "records"
        folder.mkdir()
        for number, one in enumerate(studies):
            (folder / f"{number}.json").write_text(json.dumps(one))
        build(tmp_path / "store", [folder])
        return open_store(tmp_path / "store")

    return made


SORAFENIB, PLACEBO, BOTH, LETROZOLE = (
    ("Sorafenib", ["Sorafenib"]),
    ("Placebo", ["Placebo"]),
    ("Both", ["Sorafenib", "Letrozole"]),
    ("Letrozole", ["Letrozole"]),
)


def by_pair(found: list[Link]) -> dict[tuple[str, str], Link]:
    return {(link.drug, link.toxicity): link for link in found}


def test_people_and_risk_ratio_are_those_of_the_arms(store: Store) -> None:
    graph = store(
        study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(10, 100), (5, 100)]}, start="2011"),
        study(2, [SORAFENIB, PLACEBO], {"Hypertension": [(30, 100), (10, 100)]}, start="2009-12"),
    )
    found = by_pair(links(graph))
    assert set(found) == {("Sorafenib", "Hypertension")}  # placebo is no drug
    one = found["Sorafenib", "Hypertension"]
    assert (one.trials, one.trials_alone, one.trials_counted, one.trials_compared) == (2, 2, 2, 2)
    assert (one.people, one.at_risk, one.control_people, one.control_at_risk) == (40, 200, 15, 200)
    given = {"drug": "mesh:D000077157", "event": "mesh:D006973"}
    pooled = from_graph(graph, Model(measure="rr", method="mh"), given).pooled
    assert (one.log_rr, one.se) == (pooled.effect, pooled.se)
    assert one.first == "2009-12"
    assert len(one.evidence) == 2
    assert all("NCT0000000" in fact for fact in one.evidence)


def test_stated_zero_is_a_link_of_no_trial_and_not_stated_is_none(store: Store) -> None:
    graph = store(study(1, [SORAFENIB, LETROZOLE], {"Rash": [(0, 50), (4, 50)], "Cough": [(3, 50), None]}))
    found = by_pair(links(graph))
    zero = found["Sorafenib", "Exanthema"]
    assert (zero.trials, zero.people, zero.at_risk, zero.evidence) == (0, 0, 50, ())
    assert zero.log_rr is None
    assert zero.no_rr_because is not None
    assert "no finite number" in zero.no_rr_because
    assert ("Letrozole", "Cough") not in found
    cough = found["Sorafenib", "Cough"]
    assert (cough.trials, cough.log_rr, cough.trials_compared) == (1, None, 0)
    assert cough.no_rr_because == "no randomised trial compares the drug with a control without it"


def test_an_add_on_counts_for_the_added_drug_only(store: Store) -> None:
    graph = store(study(1, [BOTH, LETROZOLE], {"Hypertension": [(20, 100), (5, 100)]}))
    found = by_pair(links(graph))
    assert found["Sorafenib", "Hypertension"].trials_compared == 1
    letrozole = found["Letrozole", "Hypertension"]
    assert letrozole.trials_compared == 0  # both arms have it
    assert (letrozole.trials, letrozole.people, letrozole.at_risk) == (1, 25, 200)
    assert (found["Sorafenib", "Hypertension"].trials_alone, letrozole.trials_alone) == (0, 1)


def test_no_ratio_without_random_allocation(store: Store) -> None:
    arms = [SORAFENIB, PLACEBO]
    graph = store(study(1, arms, {"Rash": [(9, 50), (4, 50)]}, allocation="NON_RANDOMIZED", start=None))
    one = by_pair(links(graph))["Sorafenib", "Exanthema"]
    assert (one.trials, one.people, one.log_rr, one.first) == (1, 9, None, None)


def test_serious_and_other_events_are_not_added(store: Store) -> None:
    arms = [SORAFENIB, PLACEBO]
    other, serious = {"Rash": [(9, 50), (4, 50)]}, {"Rash": [(2, 50), (1, 50)], "Sepsis": [(1, 50), (1, 50)]}
    graph = store(study(1, arms, other, serious=serious))  # type: ignore[arg-type]
    found, found_serious = by_pair(links(graph)), by_pair(links(graph, seriousness="serious"))
    assert (found["Sorafenib", "Exanthema"].people, found_serious["Sorafenib", "Exanthema"].people) == (9, 2)
    sepsis = found["Sorafenib", "Sepsis"]
    assert (sepsis.trials, sepsis.people) == (1, None)  # seen, but not counted among other events


def test_a_class_takes_one_count_a_trial_for_all_that_it_holds(store: Store) -> None:
    graph = store(
        study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(10, 100), (5, 100)]}),
        study(2, [("Sunitinib", ["Sunitinib"]), PLACEBO], {"Hypertension": [(30, 100), (10, 100)]}),
        study(3, [LETROZOLE, PLACEBO], {"Hypertension": [(3, 100), (3, 100)]}),
    )
    found = by_pair(links(graph, level="class"))
    of_class = found["Angiogenesis Inhibitors", "Hypertension"]
    assert (of_class.trials, of_class.people, of_class.trials_compared) == (2, 40, 2)
    given = {"drug": "mesh:D020533", "event": "mesh:D006973"}
    pooled = from_graph(graph, Model(measure="rr", method="mh"), given).pooled
    assert (of_class.log_rr, of_class.se) == (pooled.effect, pooled.se)


def test_a_graph_without_counts_is_refused(store: Store) -> None:
    with pytest.raises(QueryError, match="counts no adverse event"):
        links(store(study(1, [SORAFENIB, PLACEBO], {})))


@pytest.fixture(scope="module")
def antiangiogenic(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    if not REGISTRY.is_dir():
        pytest.skip("the shared data are not here")
    place = tmp_path_factory.mktemp("antiangiogenic") / "store"
    build(place, [REGISTRY])
    return open_store(place)


def test_on_real_trials_the_class_effect_is_that_of_pool(antiangiogenic: Graph) -> None:
    found = by_pair(links(antiangiogenic, level="class"))["Angiogenesis Inhibitors", "Hypertension"]
    given = {"drug": "mesh:D020533", "event": "mesh:D006973"}
    pooled = from_graph(antiangiogenic, Model(measure="rr", method="mh"), given).pooled
    assert (found.trials_compared, found.log_rr, found.se) == (pooled.k, pooled.effect, pooled.se)
    assert found.trials == 14


def test_on_real_trials_each_drug_has_the_ratio_of_pool(antiangiogenic: Graph) -> None:
    """But for names that several terms have, of which pool takes the one it is given."""
    same = 0
    for link in links(antiangiogenic):
        if link.trials_compared > 1 and link.drug_iri and link.toxicity_iri and link.log_rr is not None:
            compared, _ = comparisons(antiangiogenic, link.drug_iri, link.toxicity_iri)
            if len(compared) == link.trials_compared:
                same += 1
                pooled = pool_any(compared, Model(measure="rr", method="mh"))
                assert (link.log_rr, link.se) == (pooled.effect, pooled.se)
    assert same >= 15
