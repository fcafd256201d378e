"""Which counts of a graph make a trial's 2x2 table, on invented studies, each with one thing to trip over."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trialweave import Graph, ask, build, open_store, question
from trialweave.errors import QueryError
from trialweave.graph.endpoint import Endpoint
from trialweave.graph.push import push
from trialweave.graph.push.presets import presets
from trialweave.queries.synthesis.answer import from_graph
from trialweave.queries.synthesis.comparisons import comparisons
from trialweave.queries.synthesis.study import Counts, LeftOut, Model

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
REGISTRY = SHARED / "registry" / "antiangiogenic"

Arm = tuple[str, str, list[str]]
"""Label, kind, drugs."""

SORAFENIB: Arm = ("Sorafenib", "EXPERIMENTAL", ["Sorafenib"])
PLACEBO: Arm = ("Placebo", "PLACEBO_COMPARATOR", ["Placebo"])


def study(
    number: int,
    arms: list[Arm],
    other: dict[str, list[tuple[int, int] | None]],
    *,
    serious: dict[str, list[tuple[int, int] | None]] | None = None,
    groups: list[str] | None = None,
    allocation: str | None = "RANDOMIZED",
    model: str = "PARALLEL",
) -> dict[str, Any]:
    """A record of a registry: each event with (affected, at risk) for each group, or None."""
    titles = groups or [label for label, _, _ in arms]
    drugs = sorted({drug for _, _, given in arms for drug in given})

    def events(table: dict[str, list[tuple[int, int] | None]]) -> list[dict[str, Any]]:
        return [
            {
                "term": term.split("@")[0],
                "organSystem": term.split("@")[-1],
                "stats": [
                    {"groupId": f"EG{place:03}", "numAffected": count[0], "numAtRisk": count[1]}
                    for place, count in enumerate(counts)
                    if count is not None
                ],
            }
            for term, counts in table.items()
        ]

    design: dict[str, Any] = {"interventionModel": model}
    if allocation is not None:
        design["allocation"] = allocation
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08}", "briefTitle": f"Invented study {number}"},
            "conditionsModule": {"conditions": ["Esophageal Neoplasms"]},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"], "designInfo": design},
            "armsInterventionsModule": {
                "armGroups": [
                    {"label": label, "type": kind, "interventionNames": [f"Drug: {drug}" for drug in given]}
                    for label, kind, given in arms
                ],
                "interventions": [{"type": "DRUG", "name": drug} for drug in drugs],
            },
        },
        "hasResults": True,
        "resultsSection": {
            "adverseEventsModule": {
                "frequencyThreshold": "5",
                "eventGroups": [{"id": f"EG{n:03}", "title": title} for n, title in enumerate(titles)],
                "seriousEvents": events(serious or {}),
                "otherEvents": events(other),
            }
        },
    }


@pytest.fixture
def pooled(tmp_path: Path) -> Callable[..., tuple[list[Counts], list[LeftOut]]]:
    def made(*studies: dict[str, Any], **given: Any) -> tuple[list[Counts], list[LeftOut]]:
        for record in studies:
            name = record["protocolSection"]["identificationModule"]["nctId"]
            (tmp_path / f"{name}.json").write_text(json.dumps(record))
        build(tmp_path / "store", [tmp_path / "*.json", *map(str, tmp_path.glob("*.nbib"))])
        graph = open_store(tmp_path / "store")
        return comparisons(graph, "angiogenesis inhibitors", "hypertension", **given)

    return made


def cells(one: Counts) -> tuple[int, int, int, int]:
    return one.events_treated, one.n_treated, one.events_control, one.n_control


def reasons(left_out: list[LeftOut]) -> list[str]:
    return [one.because for one in left_out]


def test_a_plain_trial_is_one_table_with_its_evidence(pooled: Any) -> None:
    found, left_out = pooled(study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 41)]}), by="drug")
    [one] = found
    assert (one.study, cells(one)) == ("NCT00000001", (9, 40, 2, 41))
    assert (one.treated, one.control, one.subgroup) == ("Sorafenib", "Placebo", "Sorafenib")
    assert [fact.rpartition("#")[2] for fact in one.evidence] == [
        "/resultsSection/adverseEventsModule/otherEvents/0/stats/0",
        "/resultsSection/adverseEventsModule/otherEvents/0/stats/1",
    ]
    assert left_out == []


def test_several_treated_arms_are_added_and_it_is_said(pooled: Any) -> None:
    arms: list[Arm] = [SORAFENIB, ("Bevacizumab", "EXPERIMENTAL", ["Bevacizumab"]), PLACEBO]
    [one], _ = pooled(study(1, arms, {"Hypertension": [(9, 40), (5, 30), (2, 41)]}), by="drug")
    assert cells(one) == (14, 70, 2, 41)
    assert "2 treated arms added" in str(one.note)
    assert one.subgroup == "Bevacizumab | Sorafenib"
    assert len(one.evidence) == 3


def test_serious_and_other_are_never_added(pooled: Any) -> None:
    record = study(
        1,
        [SORAFENIB, PLACEBO],
        {"Hypertension": [(9, 40), (2, 41)]},
        serious={"Hypertension": [(1, 40), (0, 41)]},
    )
    [one], left_out = pooled(record)
    assert cells(one) == (9, 40, 2, 41)
    assert reasons(left_out) == ["counts serious events; seriousness=serious pools those"] * 2
    [one], left_out = pooled(record, seriousness="serious")
    assert cells(one) == (1, 40, 0, 41)
    assert reasons(left_out) == ["counts other events; seriousness=other pools those"] * 2


def test_one_term_of_several_is_taken(pooled: Any) -> None:
    arms = [SORAFENIB, PLACEBO]
    two = {"Hypertensive crisis": [(30, 40), (20, 41)], "Hypertension": [(9, 40), (2, 41)]}
    [one], left_out = pooled(study(1, arms, two))  # type: ignore[arg-type]
    assert cells(one) == (9, 40, 2, 41)
    assert {one.what for one in left_out} == {
        "Placebo, Hypertensive crisis (registry, other)",
        "Sorafenib, Hypertensive crisis (registry, other)",
    }
    assert "people may be in both" in left_out[0].because


def test_the_term_with_most_people_is_taken_where_none_is_the_one_asked_for(pooled: Any) -> None:
    two = {"Essential hypertension": [(4, 40), (1, 41)], "Hypertensive crisis": [(2, 40), (4, 41)]}
    [one], _ = pooled(study(1, [SORAFENIB, PLACEBO], two))  # type: ignore[arg-type]
    assert cells(one) == (2, 40, 4, 41)


def test_a_term_listed_twice_is_not_summed_and_not_picked_from(pooled: Any) -> None:
    two = {"Hypertension@Vascular disorders": [(4, 40), (1, 41)], "Hypertension@Cardiac": [(2, 40), (4, 41)]}
    found, left_out = pooled(study(1, [SORAFENIB, PLACEBO], two))  # type: ignore[arg-type]
    assert found == []
    assert set(reasons(left_out)) == {"an arm has two counts of the same kind, and people may be in both"}
    assert len(left_out) == 4


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (study(1, [SORAFENIB], {"Hypertension": [(9, 40)]}), "uncontrolled"),
        (
            study(
                1, [SORAFENIB, ("High", "EXPERIMENTAL", ["Sorafenib"])], {"Hypertension": [(9, 40), (8, 40)]}
            ),
            "uncontrolled",
        ),
        (
            study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 41)]}, allocation="NON_RANDOMIZED"),
            "not allocated at random",
        ),
        (
            study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 41)]}, allocation=None),
            "not stated to be randomised",
        ),
        (study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), None]}), "uncontrolled"),
        (study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 0)]}), "nobody at risk"),
        (study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(49, 40), (2, 41)]}), "49 affected of 40"),
        (
            study(
                1,
                [SORAFENIB, PLACEBO],
                {"Hypertension": [(9, 40), (2, 41)]},
                groups=["Sorafenib", "Placebo to Sorafenib Crossover"],
            ),
            "uncontrolled",
        ),
        (
            study(
                1,
                [("Both", "EXPERIMENTAL", ["Sorafenib", "Irinotecan"]), ("One", "OTHER", ["Cisplatin"])],
                {"Hypertension": [(9, 40), (2, 41)]},
            ),
            "was also given Irinotecan, which no control arm was",
        ),
    ],
)
def test_what_cannot_be_compared_says_why(pooled: Any, record: dict[str, Any], reason: str) -> None:
    found, left_out = pooled(record)
    assert found == []
    assert any(reason in one.because for one in left_out), reasons(left_out)
    assert all(one.evidence for one in left_out)


def test_a_crossover_trial_is_left_out(pooled: Any) -> None:
    found, left_out = pooled(
        study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 41)]}, model="CROSSOVER")
    )
    assert found == []
    assert left_out


def test_an_added_drug_is_compared_on_the_same_background(pooled: Any) -> None:
    arms: list[Arm] = [
        ("Both", "EXPERIMENTAL", ["Sorafenib", "Cisplatin"]),
        ("Cisplatin", "ACTIVE_COMPARATOR", ["Cisplatin"]),
    ]
    [one], _ = pooled(study(1, arms, {"Hypertension": [(9, 40), (2, 41)]}), by="drug")
    assert (cells(one), one.subgroup) == ((9, 40, 2, 41), "Sorafenib")
    assert "only control" not in str(one.note)


def test_an_active_control_is_noted(pooled: Any) -> None:
    arms: list[Arm] = [SORAFENIB, ("Dacarbazine", "ACTIVE_COMPARATOR", ["Dacarbazine"])]
    [one], _ = pooled(study(1, arms, {"Hypertension": [(9, 40), (2, 41)]}))
    assert "only control was given Dacarbazine" in str(one.note)


PAPER = (
    "PMID- 7\nOWN - NLM\nTI  - Sorafenib or placebo: a randomized trial.\nAB  - METHODS: Patients were "
    "randomly assigned to sorafenib 400 mg twice daily or placebo. RESULTS: A total of 200 patients were "
    "randomized, 100 to the sorafenib arm and 100 to the placebo arm. {results} ClinicalTrials.gov "
    "NCT00000001.\nPT  - Randomized Controlled Trial\n"
)


def result(event: str, treated: int, control: int) -> str:
    return (
        f"{event} occurred in {treated} ({treated}%) of 100 patients in the sorafenib group and {control} "
        f"({control}%) of 100 patients in the placebo group."
    )


def test_the_registry_comes_before_the_paper(pooled: Any, tmp_path: Path) -> None:
    (tmp_path / "paper.nbib").write_text(PAPER.format(results=result("Hypertension", 50, 20)))
    [one], left_out = pooled(study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 41)]}))
    assert cells(one) == (9, 40, 2, 41)
    assert set(reasons(left_out)) == {
        "the trial is counted by Hypertension (registry, other), and people may be in both"
    }
    assert len(left_out) == 2


def test_two_papers_of_a_trial_are_not_added(pooled: Any, tmp_path: Path) -> None:
    first = PAPER.format(results=result("Hypertension", 50, 20))
    (tmp_path / "first.nbib").write_text(first)
    (tmp_path / "second.nbib").write_text(
        PAPER.format(results=result("Hypertension", 55, 22)).replace("PMID- 7", "PMID- 8")
    )
    [one], left_out = pooled(study(1, [SORAFENIB, PLACEBO], {}))
    assert cells(one) == (55, 100, 22, 100)
    assert len(left_out) == 2
    assert "people may be in both" in left_out[0].because


def test_the_widest_band_of_grades_is_taken(pooled: Any, tmp_path: Path) -> None:
    told = [result("Grade 3 or 4 hypertension", 10, 1), result("Grade 3 or higher hypertension", 12, 2)]
    for results in (told, told[::-1]):
        (tmp_path / "paper.nbib").write_text(PAPER.format(results=" ".join(results)))
        [one], left_out = pooled(study(1, [SORAFENIB, PLACEBO], {}), min_grade=3)
        assert cells(one) == (12, 100, 2, 100)
        assert len(left_out) == 2


def test_the_registry_and_the_paper_of_a_trial_are_not_added(pooled: Any, tmp_path: Path) -> None:
    (tmp_path / "paper.nbib").write_text(PAPER.format(results=result("Grade 3 or 4 hypertension", 10, 1)))
    record = study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 41)]})
    [one], left_out = pooled(record)
    assert cells(one) == (9, 40, 2, 41)
    assert {one.because for one in left_out} == {"counts some grades only; see min_grade"}
    [one], _ = pooled(record, min_grade=3)
    assert (cells(one), one.study) == ((10, 100, 1, 100), "NCT00000001")
    assert "grade 3-4" in str(one.note)
    found, left_out = pooled(record, min_grade=2)
    assert found == []
    assert set(reasons(left_out)) == {"does not start at grade 2"}


@pytest.mark.parametrize(
    ("grade", "min_grade", "reason"),
    [
        ("1 or 2", 1, "stops at grade 2"),
        ("3", 3, "stops at grade 3"),
        ("3 or 4", 1, "does not start at grade 1"),
    ],
)
def test_a_band_that_is_not_what_was_asked_for(
    pooled: Any, tmp_path: Path, grade: str, min_grade: int, reason: str
) -> None:
    (tmp_path / "paper.nbib").write_text(PAPER.format(results=result(f"Grade {grade} hypertension", 10, 1)))
    found, left_out = pooled(study(1, [SORAFENIB, PLACEBO], {}), min_grade=min_grade)
    assert found == []
    assert reasons(left_out) == [reason] * 2


def test_subgroups_by_disease_and_phase(pooled: Any) -> None:
    record = study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 41)]})
    assert [one.subgroup for one in pooled(record, by="disease")[0]] == ["Esophageal Neoplasms"]
    assert [one.subgroup for one in pooled(record, by="phase")[0]] == ["2"]


def test_a_drug_that_only_the_sources_name(tmp_path: Path) -> None:
    """Its name has a blank, which its IRI holds as %20."""
    arms: list[Arm] = [("New", "EXPERIMENTAL", ["Compound 100% X"]), PLACEBO]
    (tmp_path / "one.json").write_text(json.dumps(study(1, arms, {"Hypertension": [(9, 40), (2, 41)]})))
    build(tmp_path / "store", [tmp_path / "one.json"])
    found, left_out = comparisons(
        open_store(tmp_path / "store"), "Compound 100% X", "hypertension", by="drug"
    )
    assert [(cells(one), one.subgroup) for one in found] == [((9, 40, 2, 41), "Compound 100% X")]
    assert left_out == []


def test_an_endpoint_gives_what_the_store_gives(tmp_path: Path, oxigraph_server: str) -> None:
    for number, counts in ((1, [(9, 40), (2, 41)]), (2, [(5, 30), (0, 33)])):
        record = study(number, [SORAFENIB, PLACEBO], {"Hypertension": counts})  # type: ignore[dict-item]
        (tmp_path / f"{number}.json").write_text(json.dumps(record))
    build(tmp_path / "store", [tmp_path / "*.json"])
    graph = open_store(tmp_path / "store")
    preset = presets()["oxigraph"]
    updates, graphs = preset.addresses(f"{oxigraph_server}/query")
    given = {"drug": "angiogenesis inhibitors", "event": "hypertension", "by": "disease"}
    with Endpoint(f"{oxigraph_server}/query", update_url=updates, graphs_url=graphs) as endpoint:
        push(graph, endpoint, preset)
        assert from_graph(endpoint, Model(), given) == from_graph(graph, Model(), given)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    if not REGISTRY.exists():
        pytest.skip(f"real data is not at {SHARED}")
    store = tmp_path_factory.mktemp("real") / "store"
    build(store, [REGISTRY, SHARED / "seed"])
    return open_store(store)


def test_hypertension_of_real_trials(real: Graph) -> None:
    """Each table was read in the records by eye."""
    given = {"drug": "mesh:D020533", "event": "hypertension", "by": "drug"}
    found = from_graph(real, Model(measure="rr", method="reml"), given, without_one=True)
    tables = {one.study.study: one.study for one in found.pooled.studies}
    read = {
        "NCT00493636": (16, 79, 7, 77),
        "NCT00494299": (76, 229, 21, 227),
        "NCT00777179": (13, 75, 0, 42),
    }
    for trial, table in read.items():
        one = tables[trial]
        assert isinstance(one, Counts)
        assert cells(one) == table
    for one in tables.values():
        facts = ask(real, question("evidence-of"), {"fact": one.evidence[0]}).records()
        assert facts
    assert found.pooled.model.scale.shown(found.pooled.effect) > 2
    assert {part.name for part in found.without_subgroup} == {part.name for part in found.subgroups}
    seed = [one for one in found.left_out if one.study == "NCT02649361"]
    assert [one.because for one in seed] == ["number at risk not stated"]  # and no count under placebo


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "needs drug="),
        ({"drug": "sorafenib"}, "needs event="),
        ({"drug": "sorafenib", "event": "hypertension", "colour": "red"}, "no parameter colour"),
        ({"drug": "sorafenib", "event": "hypertension", "by": "age"}, "expected one of drug, disease, phase"),
        ({"drug": "sorafenib", "event": "hypertension", "min_grade": "7"}, "min_grade=7"),
        ({"drug": "sorafenib", "event": "hypertension"}, "one trial can be compared"),
        ({"drug": "sorafenib", "event": "nausea"}, "no trial of this drug counts this event"),
    ],
)
def test_questions_that_cannot_be_answered(tmp_path: Path, given: dict[str, str], said: str) -> None:
    record = study(1, [SORAFENIB, PLACEBO], {"Hypertension": [(9, 40), (2, 41)]})
    (tmp_path / "one.json").write_text(json.dumps(record))
    build(tmp_path / "store", [tmp_path / "one.json"])
    with pytest.raises(QueryError, match=said):
        from_graph(open_store(tmp_path / "store"), Model(), given)
