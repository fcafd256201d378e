"""A registry record beside a publication of its trial: what agrees, what differs, what cannot be compared."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trialweave.graph.build import build
from trialweave.graph.derive.reconcile.matching import endpoint_name, fold
from trialweave.graph.derive.reconcile.results import same_number
from trialweave.graph.derive.reconcile.status import _same_masking, _same_phase
from trialweave.graph.store import Graph, open_store
from trialweave.queries.catalogue import question
from trialweave.queries.run import ask
from trialweave.records import (
    AdverseEventCount,
    Arm,
    ArmResult,
    EffectEstimate,
    Endpoint,
    Field,
    Intervention,
    ParticipantCount,
    Publication,
    Source,
    Span,
    Stated,
    Trial,
)

SEED = Path(__file__).parents[4] / "shared" / "data" / "seed"
TEXT = "Anlotinib against placebo in NCT00000001."
HERE = Span.of(TEXT, 0, 9)

PFS = "Progress free survival (PFS)"

Row = dict[str, Any]


def paper(**changes: Any) -> Publication:
    """An invented publication of the invented study: 165 people, anlotinib against placebo."""
    stated: dict[str, Any] = {
        "registry_ids": (Stated(value="NCT00000001", evidence=HERE),),
        "phase": Stated(value="2", evidence=HERE),
        "allocation": Stated(value="randomised", evidence=HERE),
        "masking": Stated(value="double-blind", evidence=HERE),
        "interventions": (
            Intervention(key="anlotinib", name="anlotinib", kind="drug"),
            Intervention(key="placebo", name="placebo"),
        ),
        "arms": (
            Arm(key="anlotinib", name="anlotinib", interventions=("anlotinib",)),
            Arm(key="placebo", name="placebo", role="placebo comparator", interventions=("placebo",)),
        ),
        "participants": (ParticipantCount(n=165, population="randomised", evidence=HERE),),
        "endpoints": (Endpoint(key="pfs", name="progression-free survival", role="primary", evidence=HERE),),
    } | changes
    return Publication(
        source=Source(file="p.xml", format="pubmed-xml", position=1, sha256="ab" * 32),
        text=TEXT,
        title="Anlotinib against placebo",
        pmid=Stated(value="1", evidence=Field(path="PMID", quote="1")),
        date="2021-03",
        trial=Trial(**stated),
    )


def rows(graph: Graph, **given: str) -> list[Row]:
    return [dict(row) for row in ask(graph, question("registry-vs-publication"), given).records()]


def one(graph: Graph, kind: str) -> Row:
    [row] = rows(graph, only_kind=kind)
    return row


GROUPS = [{"id": "G0", "title": "A"}, {"id": "G1", "title": "B"}]


def outcome(**changes: Any) -> Row:
    cells = [
        {"groupId": "G0", "value": "3.0", "lowerLimit": "2.6", "upperLimit": "3.7"},
        {"groupId": "G1", "value": "1.9", "lowerLimit": "1.4", "upperLimit": "2.2"},
    ]
    analysis = {
        "groupIds": ["G0", "G1"],
        "paramType": "Hazard Ratio (HR)",
        "paramValue": "0.459",
        "ciPctValue": "95",
        "ciLowerLimit": "0.32",
        "ciUpperLimit": "0.66",
    }
    return {
        "type": "PRIMARY",
        "title": "Progress free survival (PFS)",
        "paramType": "MEDIAN",
        "dispersionType": "95% Confidence Interval",
        "unitOfMeasure": "months",
        "groups": GROUPS,
        "classes": [{"categories": [{"measurements": cells}]}],
        "analyses": [analysis],
    } | changes


def events(**changes: Any) -> Row:
    stats = [
        {"groupId": "G0", "numAffected": 40, "numAtRisk": 109},
        {"groupId": "G1", "numAffected": 5, "numAtRisk": 55},
    ]
    return {
        "frequencyThreshold": "5",
        "eventGroups": [
            GROUPS[0] | {"deathsNumAffected": 9, "deathsNumAtRisk": 110},
            GROUPS[1] | {"deathsNumAffected": 6, "deathsNumAtRisk": 55},
        ],
        "otherEvents": [{"term": "Hypertension", "stats": stats}],
    } | changes


def results(*outcomes: Row, **module: Any) -> Row:
    return {
        "outcomeMeasuresModule": {"outcomeMeasures": list(outcomes)},
        "adverseEventsModule": events(**module),
    }


def hazard(value: str, **changes: Any) -> EffectEstimate:
    stated: dict[str, Any] = {
        "measure": "hazard_ratio",
        "endpoint": "pfs",
        "arm": "anlotinib",
        "comparator": "placebo",
        "value": Decimal(value),
        "ci_low": Decimal("0.32"),
        "ci_high": Decimal("0.66"),
        "ci_level": Decimal(95),
        "evidence": (HERE,),
    }
    return EffectEstimate(**(stated | changes))


# ── enrolment, arms, design ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("count", "kind", "people", "population", "verdict"),
    [
        (144, "ESTIMATED", 165, "randomised", "differs"),
        (144, "ESTIMATED", 144, "randomised", "agrees"),
        (165, "ACTUAL", 165, "randomised", "agrees"),
        (160, "ACTUAL", 165, "randomised", "differs"),
        (170, "ACTUAL", 165, "randomised", "not comparable"),
        (170, "ACTUAL", 165, "enrolled", "differs"),
        (170, "ACTUAL", 165, "analysed", "not comparable"),
    ],
)
def test_enrolment(weave: Any, count: int, kind: str, people: int, population: str, verdict: str) -> None:
    study = weave.study()
    study["protocolSection"]["designModule"]["enrollmentInfo"] = {"count": count, "type": kind}
    counted = (ParticipantCount(n=people, population=population, evidence=HERE),)
    graph = weave.graph([study], [paper(participants=counted)])
    row = one(graph, "planned enrolment" if kind == "ESTIMATED" else "actual enrolment")
    assert (row["registry_value"], row["publication_value"]) == (str(count), str(people))
    assert row["verdict"] == verdict
    assert ("is a plan" in row["reason"]) == (kind == "ESTIMATED")
    assert row["registry_field"] == "/protocolSection/designModule/enrollmentInfo/count"
    assert row["quote"] == "Anlotinib"


def test_people_of_one_arm_are_not_those_of_the_trial(weave: Any) -> None:
    counted = (ParticipantCount(n=110, arm="anlotinib", population="randomised", evidence=HERE),)
    assert (
        rows(weave.graph([weave.study()], [paper(participants=counted)]), only_kind="planned enrolment") == []
    )


def test_arms_are_matched_by_linked_drug_and_placebo_whatever_their_names(weave: Any) -> None:
    graph = weave.graph([weave.study()], [paper()])
    assert one(graph, "number of arms")["verdict"] == "agrees"
    found = rows(graph, only_kind="arm")
    assert {(row["registry_value"], row["publication_value"], row["verdict"]) for row in found} == {
        ("A", "anlotinib", "agrees"),
        ("B", "placebo", "agrees"),
    }  # fmt: skip


def test_arms_that_get_the_same_drug_are_not_told_apart(weave: Any) -> None:
    study = weave.study()
    study["protocolSection"]["armsInterventionsModule"]["armGroups"].append(
        {"label": "C", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Anlotinib"]}
    )
    graph = weave.graph([study], [paper()])
    assert one(graph, "number of arms")["verdict"] == "not comparable"
    verdicts = {
        (row["registry_value"], row["publication_value"]): row["verdict"]
        for row in rows(graph, only_kind="arm")
    }
    assert verdicts == {
        ("A", None): "not comparable",
        ("B", "placebo"): "agrees",
        ("C", None): "not comparable",
        (None, "anlotinib"): "not comparable",
    }


def test_a_drug_that_all_arms_get_tells_nothing_apart(weave: Any) -> None:
    study = weave.study()
    module = study["protocolSection"]["armsInterventionsModule"]
    module["interventions"].append({"type": "DRUG", "name": "Paclitaxel"})
    for arm in module["armGroups"]:
        arm["interventionNames"].append("Drug: Paclitaxel")
    arms = rows(weave.graph([study], [paper()]), only_kind="arm")
    assert {(row["registry_value"], row["publication_value"]) for row in arms} == {
        ("A", "anlotinib"),
        ("B", "placebo"),
    }
    assert any("all arms get" in row["reason"] for row in arms)


@pytest.mark.parametrize(
    ("registered", "verdict"),
    [
        ({"primaryOutcomes": [{"measure": "PFS"}]}, "agrees"),
        ({"primaryOutcomes": [{"measure": "OS"}], "secondaryOutcomes": [{"measure": "PFS"}]}, "differs"),
        ({"primaryOutcomes": [{"measure": "Overall Survival (OS)"}]}, "differs"),
        ({"primaryOutcomes": [{"measure": "PFS by independent review"}]}, "not comparable"),
        ({"primaryOutcomes": [{"measure": "How long it holds"}]}, "not comparable"),
    ],
)  # fmt: skip
def test_primary_endpoint(weave: Any, registered: Row, verdict: str) -> None:
    graph = weave.graph([weave.study(outcomesModule=registered)], [paper()])
    found = rows(graph, only_kind="primary endpoint")
    [row] = [row for row in found if row["publication_value"]]
    assert row["verdict"] == verdict, row["reason"]


def test_a_publication_that_names_no_primary_endpoint_is_not_said_to_differ(weave: Any) -> None:
    row = one(weave.graph([weave.study()], [paper(endpoints=())]), "primary endpoint")
    assert (row["verdict"], row["publication_value"]) == ("not comparable", None)


def test_status(weave: Any) -> None:
    silent = weave.graph([weave.study()], [paper()])
    assert rows(silent, only_kind="status") == [], "a publication without results says nothing of an end"
    graph = weave.graph([weave.study()], [paper(effect_estimates=(hazard("0.46"),))])
    row = one(graph, "status")
    assert (row["verdict"], row["registry_value"]) == ("differs", "recruiting")
    assert "2018-05-04" in row["reason"]
    assert row["registry_field"] == "/protocolSection/statusModule/overallStatus"
    assert one(graph, "posted results")["registry_value"] == "none posted"
    study = weave.study(statusModule={"overallStatus": "COMPLETED"})
    done = weave.graph([study], [paper(effect_estimates=(hazard("0.46"),))])
    assert one(done, "status")["verdict"] == "agrees"


def test_design(weave: Any) -> None:
    graph = weave.graph([weave.study()], [paper()])
    assert {kind: one(graph, kind)["verdict"] for kind in ("phase", "allocation", "masking")} == {
        "phase": "agrees",
        "allocation": "agrees",
        "masking": "agrees",
    }
    third = paper(phase=Stated(value="3", evidence=HERE))
    assert one(weave.graph([weave.study()], [third]), "phase")["verdict"] == "differs"
    assert rows(weave.graph([weave.study()], [paper(phase=None)]), only_kind="phase") == []
    assert _same_phase("2", "2b")[0] == "agrees"
    assert _same_masking("none", "double-blind")[0] == "differs"
    assert _same_masking("none", "open-label")[0] == "agrees"


# ── results ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "changes", "verdict", "said"),
    [
        ("0.46", {}, "agrees", "at the precision"),
        ("0.52", {}, "differs", "follow-up"),
        ("0.46", {"ci_high": Decimal("0.70")}, "differs", "other limits"),
        ("0.46", {"ci_high": Decimal("0.70"), "ci_level": Decimal(90)}, "agrees", "different levels"),
        ("2.18", {}, "not comparable", "no direction"),
        ("0.46", {"comparator": None}, "not comparable", "not shown"),
    ],
)
def test_estimates(weave: Any, value: str, changes: Row, verdict: str, said: str) -> None:
    study = weave.study(resultsSection=results(outcome()))
    graph = weave.graph([study], [paper(effect_estimates=(hazard(value, **changes),))])
    row = one(graph, "effect estimate")
    assert row["verdict"] == verdict
    assert said in row["reason"]
    assert row["registry_value"] == "0.459 (95 % CI 0.32 to 0.66)"
    assert row["registry_field"] == "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/analyses/0"


def test_another_endpoint_or_measure_is_not_compared(weave: Any) -> None:
    study = weave.study(resultsSection=results(outcome(title="Overall Survival")))
    assert (
        rows(weave.graph([study], [paper(effect_estimates=(hazard("0.9"),))]), only_kind="effect estimate")
        == []
    )
    study = weave.study(resultsSection=results(outcome()))
    odds = hazard("0.9", measure="odds_ratio")
    assert rows(weave.graph([study], [paper(effect_estimates=(odds,))]), only_kind="effect estimate") == []


@pytest.mark.parametrize(
    ("arm", "value", "unit", "verdict"),
    [
        ("anlotinib", "3.02", "months", "agrees"),
        ("placebo", "1.41", "months", "differs"),
        ("placebo", "8", "weeks", "not comparable"),
    ],
)
def test_medians(weave: Any, arm: str, value: str, unit: str, verdict: str) -> None:
    median = ArmResult(
        kind="median_time", endpoint="pfs", arm=arm, value=Decimal(value), unit=unit, evidence=(HERE,)
    )
    study = weave.study(resultsSection=results(outcome()))
    row = one(weave.graph([study], [paper(arm_results=(median,))]), "median")
    assert row["verdict"] == verdict
    assert row["registry_value"].startswith("3 (" if arm == "anlotinib" else "1.9 (")


def test_medians_of_several_rows_of_one_table_are_not_compared(weave: Any) -> None:
    cells = outcome()["classes"][0]
    table = outcome(classes=[cells | {"title": "All"}, cells | {"title": "Men"}])
    median = ArmResult(
        kind="median_time", endpoint="pfs", arm="anlotinib", value=Decimal(3), evidence=(HERE,)
    )
    graph = weave.graph([weave.study(resultsSection=results(table))], [paper(arm_results=(median,))])
    assert {row["verdict"] for row in rows(graph, only_kind="median")} == {"not comparable"}


@pytest.mark.parametrize(
    ("changes", "verdict", "said"),
    [
        ({"grade_low": 3, "grade_high": 4}, "not comparable", "grade 3 to 4"),
        ({"attribution": "treatment-related"}, "not comparable", "treatment-related"),
        ({}, "not comparable", "does not say"),
        ({"seriousness": "other"}, "agrees", "same event"),
        ({"seriousness": "other", "affected": 17}, "differs", "same event"),
        ({"seriousness": "other", "at_risk": 110}, "not comparable", "109 and 110"),
        ({"seriousness": "other", "affected": None, "percent": Decimal(37)}, "not comparable", "no count"),
    ],
)
def test_event_counts(weave: Any, changes: Row, verdict: str, said: str) -> None:
    stated: Row = {"event": "hypertension", "arm": "anlotinib", "affected": 40, "evidence": (HERE,)}
    count = AdverseEventCount(**(stated | changes))
    study = weave.study(resultsSection=results(outcome()))
    row = one(weave.graph([study], [paper(event_counts=(count,))]), "adverse event count")
    assert row["verdict"] == verdict
    assert said in row["reason"]
    assert row["registry_value"] == "40 of 109"


def test_deaths_are_held_against_the_table_s_own_total(weave: Any) -> None:
    count = AdverseEventCount(event="death", arm="anlotinib", affected=9, evidence=(HERE,))
    study = weave.study(resultsSection=results(outcome()))
    row = one(weave.graph([study], [paper(event_counts=(count,))]), "adverse event count")
    assert (row["verdict"], row["registry_value"]) == ("agrees", "9 of 110")
    assert row["registry_field"].endswith("/eventGroups/0/deathsNumAffected")


def test_an_event_that_one_record_does_not_state_is_no_difference(weave: Any) -> None:
    count = AdverseEventCount(event="rash", arm="anlotinib", affected=9, evidence=(HERE,))
    study = weave.study(resultsSection=results(outcome()))
    assert rows(weave.graph([study], [paper(event_counts=(count,))]), only_kind="adverse event count") == []


def test_a_crossover_group_is_no_arm(weave: Any) -> None:
    groups = [{"id": "G0", "title": "Placebo Crossed Over to Anlotinib"}, GROUPS[1]]
    study = weave.study(resultsSection=results(outcome(), eventGroups=groups))
    count = AdverseEventCount(event="hypertension", arm="anlotinib", affected=40, evidence=(HERE,))
    assert rows(weave.graph([study], [paper(event_counts=(count,))]), only_kind="adverse event count") == []


def test_a_publication_of_several_trials_is_compared_with_none(weave: Any) -> None:
    two = paper(
        registry_ids=tuple(Stated(value=f"NCT0000000{n}", evidence=HERE) for n in (1, 2)),
    )
    assert rows(weave.graph([weave.study()], [two])) == []


def test_a_joined_publication_is_compared_too(weave: Any) -> None:
    cited = {"references": [{"pmid": "1", "type": "RESULT"}]}
    graph = weave.graph([weave.study(referencesModule=cited)], [paper(registry_ids=())])
    assert one(graph, "planned enrolment")["trial"] == "https://clinicaltrials.gov/study/NCT00000001"
    assert one(graph, "phase")["quote"] == "Anlotinib"


@pytest.mark.parametrize(
    ("one_name", "other", "same"),
    [
        ("Progress free survival (PFS)", "progression-free survival", True),
        ("Duration of overall response", "DoR", True),
        ("Overall Survival (OS)", "median OS", True),
        ("PFS rate at 6 months", "PFS", False),
        ("os pubis", "OS", False),
        ("Overall response rate", "Overall survival", False),
    ],
)
def test_names_of_endpoints(one_name: str, other: str, same: bool) -> None:
    assert (endpoint_name(one_name) == endpoint_name(other)) == same


def test_numbers_at_a_precision() -> None:
    assert same_number(Decimal("3.0"), Decimal("3.02"), places=1)
    assert not same_number(Decimal("3.1"), Decimal("3.02"), places=1)
    assert not same_number(Decimal("1.9"), Decimal("1.94"), places=2)
    assert same_number(Decimal(12), Decimal("12.4"), places=0)
    assert fold("Arm") == ""


# ── the seed ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not SEED.exists(), reason=f"real data is not at {SEED}")
def test_the_seed(tmp_path: Path) -> None:
    build(tmp_path / "store", [SEED])
    found = rows(open_store(tmp_path / "store"), only_trial="NCT02649361")
    told = [
        (row["kind"], row["verdict"], row["registry_value"], row["publication_value"], row["registry_field"])
        for row in found
    ]
    assert told == [
        ("planned enrolment", "differs", "144", "165", "enrollment"),
        ("number of arms", "agrees", "2", "2", None),
        ("arm", "agrees", "Anlotinib", "anlotinib", "arm_group[1]"),
        ("arm", "agrees", "Placebo", "placebo", "arm_group[2]"),
        ("primary endpoint", "agrees", PFS, "progression-free survival", "primary_outcome[1]"),
        ("status", "differs", "recruiting", "reports results", "overall_status"),
        ("phase", "agrees", "2", "2", "phase"),
        ("allocation", "agrees", "randomized", "randomised", None),
        ("masking", "agrees", "quadruple", "double-blind", None),
    ]  # fmt: skip
    assert "is a plan" in found[0]["reason"]
    assert found[0]["quote"] == "One hundred and sixty-five patients"
    assert [row["kind"] for row in rows(open_store(tmp_path / "store"), only_verdict="differs")] == [
        "planned enrolment",
        "status",
    ]


def test_the_same_records_give_the_same_differences(weave: Any) -> None:
    made = [weave.graph([weave.study(resultsSection=results(outcome()))], [paper()]) for _ in range(2)]
    assert sorted(map(str, made[0])) == sorted(map(str, made[1]))
    assert msgspec.json.encode(rows(made[0])) == msgspec.json.encode(rows(made[1]))
