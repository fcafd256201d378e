"""No fact is better than a wrong one: numbers easily read as what they are not (our own sentences)."""

import pytest

from trialweave.loaders.abstract import read
from trialweave.records import Fact

TRIAL = (
    "Abcnib for cough.\n\nMETHODS: We randomly assigned adults with cough to receive abcnib or placebo. "
    "RESULTS: Cough stopped more often in the abcnib group than in the placebo group. "
)
A, B = "abcnib", "placebo"


def results(sentence: str) -> list[Fact]:
    """The facts of a sentence in the results of a trial."""
    return [fact for fact in read(TRIAL + sentence).facts if fact.start >= len(TRIAL)]


def said(sentence: str) -> list[tuple[str, str | None, str | None, str]]:
    """Kind, endpoint, arm and number of each fact."""
    return [
        (fact.kind, fact.endpoint, fact.arm, str(fact.value if fact.value is not None else fact.n))
        for fact in results(sentence)
    ]


@pytest.mark.parametrize(
    ("sentence", "arms"),
    [
        (
            "In the abcnib group 106 patients (36.1%) and in the placebo group 46 (32.2%) had nausea.",
            [A, B],
        ),
        ("In the abcnib group 36% and in the placebo group 32% had nausea.", [A, B]),
        ("Nausea was seen in 36% in the abcnib group, and in the placebo group 32% had it.", [A, B]),
        ("Nausea was seen in 36% of those in the abcnib group, 32% of those in the placebo group.", [A, B]),
    ],
)
def test_the_arm_that_opens_a_clause_governs_its_number(sentence: str, arms: list[str | None]) -> None:
    assert [fact.arm for fact in results(sentence)] == arms


@pytest.mark.parametrize(
    "sentence",
    [
        "Efficacy against infection was 41.7% (95% CI 20.1-57.7).",
        "Vaccine efficacy against severe influenza was 62.3% (95% CI 20.1-77.7) in the abcnib group.",
        "Vaccine efficacy was 62% against severe influenza and 41% against mild influenza.",
        "Protective efficacy was 55% against nausea.",
        "The relative reduction in nausea was 31%.",
    ],
)
def test_efficacy_and_relative_reductions_are_no_shares_of_people(sentence: str) -> None:
    assert not [fact for fact in results(sentence) if fact.kind in ("rate", "ae_count")]


def test_the_shares_beside_an_efficacy_are_kept() -> None:
    sentence = "Vaccine efficacy was 62%; infection occurred in 4% with abcnib and 10% with placebo."
    assert [str(fact.value) for fact in results(sentence)] == ["4", "10"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Nausea changed by -12% with abcnib and -3% with placebo.",
        "The response rate was −3% with abcnib.",
    ],
)
def test_a_negative_percentage_is_no_share(sentence: str) -> None:
    assert results(sentence) == []


@pytest.mark.parametrize(
    "words", ["screened", "who were screened", "screened for eligibility", "assessed for eligibility"]
)
def test_people_screened_are_not_people_randomised(words: str) -> None:
    facts = results(f"Of 519 patients {words}, 416 were randomized.")
    assert [(str(fact.value), fact.population) for fact in facts] == [
        ("519", "screened"),
        ("416", "randomised"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Women made up 106 (36.1%) of the abcnib group and 46 (32.2%) of the placebo group.",
        "Smokers accounted for 40% of the abcnib group.",
        "ECOG performance status was 1 in 60% of the abcnib group and 55% of the placebo group.",
        "Most patients had stage IV disease (81% in the abcnib group and 79% in the placebo group).",
        "In the abcnib group 106 patients (36.1%) and in the placebo group 46 patients (32.2%) were women.",
    ],
)
def test_who_the_people_are_is_no_outcome(sentence: str) -> None:
    before = "Median progression-free survival was 8 months with abcnib and 4 months with placebo. "
    assert [fact.kind for fact in results(before + sentence)] == ["median_time", "median_time"]


def test_survival_by_stage_is_an_outcome() -> None:
    sentence = "In stage III disease, overall survival was 70% with abcnib and 60% with placebo."
    assert [fact.kind for fact in results(sentence)] == ["rate", "rate"]


def test_a_row_is_about_what_its_people_did() -> None:
    sentence = (
        "Serious adverse events were frequent; 40 (14.4%) and 7 (5.1%), respectively, had to be admitted"
        " to hospital."
    )
    assert said(sentence) == [
        ("rate", "admitted to hospital", A, "14.4"),
        ("rate", "admitted to hospital", B, "5.1"),
    ]


@pytest.mark.parametrize(
    "adverb",
    ["mainly", "most often", "chiefly", "predominantly", "primarily", "mostly", "notably", "including"],
)
def test_an_adverb_is_no_part_of_an_event(adverb: str) -> None:
    [fact] = results(f"Grade 3 events in the abcnib group, {adverb} hypertension (12%), resolved.")
    assert (fact.endpoint, fact.grade, fact.arm) == ("hypertension", "3", A)


@pytest.mark.parametrize(
    "sentence",
    [
        "Admission to hospital was needed in 12 (4%) patients in the abcnib group and 9 (3%) in the"
        " placebo group.",
        "Admission to hospital (12 [4%] with abcnib vs nine [3%] with placebo) was the commonest.",
    ],
)
def test_admission_to_hospital_keeps_its_name(sentence: str) -> None:
    assert said(sentence) == [
        ("ae_count", "Admission to hospital", A, "4"),
        ("ae_count", "Admission to hospital", B, "3"),
    ]


def test_names_are_cut_between_words() -> None:
    sentence = (
        "Nausea was common with abcnib, and unforeseen extraordinarily longwinded gastrointestinal"
        " inconveniences of unfamiliar descriptions (12%) were too."
    )
    assert all(fact.endpoint is None or f" {fact.endpoint}" in f" {sentence}" for fact in results(sentence))


def test_a_count_against_none_has_an_arm_and_so_has_the_none() -> None:
    sentence = "Grade 3 events with abcnib versus placebo were hypertriglyceridaemia (eight [7%] vs none)."
    assert said(sentence) == [
        ("ae_count", "hypertriglyceridaemia", A, "7"),
        ("ae_count", "hypertriglyceridaemia", B, "0"),
    ]


@pytest.mark.parametrize("zero", ["none", "zero", "0", "in no patient", "no patients", "in 0 patients"])
def test_a_stated_zero_in_the_other_arm(zero: str) -> None:
    sentence = f"Rash was seen in 8 (7%) patients in the abcnib group and {zero} in the placebo group."
    assert said(sentence) == [("ae_count", "Rash", A, "7"), ("ae_count", "Rash", B, "0")]


def test_no_patient_with_a_verb_of_its_own_is_no_zero_of_the_event_before() -> None:
    sentence = (
        "Rash was seen in 8 (7%) patients in the abcnib group and no patients in the placebo group withdrew."
    )
    assert said(sentence) == [("ae_count", "Rash", A, "7")]


@pytest.mark.parametrize(
    ("given", "drugs"),
    [
        ("high-dose rate, 27·5-30 Gy in 5 fractions, or low-dose rate brachytherapy", ["radiotherapy"]),
        ("the high dose rate (27.5 Gy) or the low dose rate (12 Gy)", []),
    ],
)
def test_a_rate_is_no_drug(given: str, drugs: list[str]) -> None:
    facts = read(f"X.\n\nMETHODS: Adults were randomly assigned to {given}.").facts
    assert [fact.endpoint for fact in facts if fact.kind == "dose"] == drugs


def test_one_case_each_is_no_other_count_of_deaths() -> None:
    sentence = (
        "There were five treatment-related deaths in the abcnib group (one case each of pneumonia, sepsis,"
        " stroke, embolism, and bleeding)."
    )
    assert [(fact.kind, fact.n) for fact in results(sentence)] == [("deaths", 5)]


def test_deaths_on_treatment_are_not_treatment_related() -> None:
    sentence = "There were eight deaths on treatment in the abcnib group; none were treatment-related."
    assert [(fact.n, fact.attribution) for fact in results(sentence)] == [(8, None)]
    sentence = "There were eight on-treatment deaths with abcnib, two of which were treatment-related."
    assert (8, "treatment-related") not in [(fact.n, fact.attribution) for fact in results(sentence)]
    [fact] = results("Eight treatment-related deaths occurred with abcnib.")
    assert fact.attribution == "treatment-related"
