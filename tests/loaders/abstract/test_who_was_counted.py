"""How many people, and who they are: randomised, analysed, treated (our own sentences)."""

import pytest

from trialweave.loaders.abstract import read
from trialweave.records import Fact

TRIAL = (
    "Abcnib for cough.\n\nMETHODS: We randomly assigned adults with cough to receive abcnib or placebo."
    " RESULTS: "
)
A, B = "abcnib", "placebo"


def results(sentence: str, trial: str = TRIAL) -> list[Fact]:
    """The facts of a sentence in the results of a trial."""
    return [fact for fact in read(trial + sentence).facts if fact.start >= len(trial)]


@pytest.mark.parametrize(
    ("sentence", "population"),
    [
        ("Of 212 patients randomized, 208 (abcnib, 105; placebo, 103) were treated.", "treated"),
        ("The analysis included 105 patients in the abcnib group and 103 in the placebo group.", "analysed"),
        (
            "Of 212 randomized, 208 were assessable: 105 in the abcnib group and 103 in the placebo group.",
            "analysed",
        ),
        ("208 patients were randomly assigned to abcnib (n=105) or placebo (n=103).", "randomised"),
        ("105 were assigned to abcnib and 103 to placebo.", "randomised"),
        (
            "The intention-to-treat population included 105 patients in the abcnib group and 103 patients in"
            " the placebo group.",
            "randomised",
        ),
    ],
)  # fmt: skip
def test_what_the_size_of_an_arm_counts(sentence: str, population: str) -> None:
    sizes = [fact for fact in results(sentence) if fact.kind == "arm_size"]
    assert [(str(fact.value), fact.arm, fact.population) for fact in sizes] == [
        ("105", A, population),
        ("103", B, population),
    ]


def test_an_age_is_no_total() -> None:
    facts = results("In all, 101 patients with a median age of 70 were randomly assigned.")
    assert [(fact.kind, str(fact.value)) for fact in facts] == [("total_n", "101")]


@pytest.mark.parametrize(
    "sentence",
    [
        "Twenty-one patients (22%) had disease progression and were therefore not randomized.",
        "Twenty-one patients had disease progression and were not randomized.",
        "Four cycles of treatment were randomized sequentially.",
        "Additionally, 99 additional patients were included in a parallel cohort.",
    ],
)
def test_those_who_are_no_total(sentence: str) -> None:
    assert [fact for fact in results(sentence) if fact.kind == "total_n"] == []


@pytest.mark.parametrize(
    "verb",
    ["underwent randomization", "underwent randomisation", "were randomized", "were randomly assigned"],
)
def test_those_randomised_of_those_screened(verb: str) -> None:
    facts = results(f"Of the 519 screened participants, 416 {verb}.")
    assert ("416", "randomised") in [(str(fact.value), fact.population) for fact in facts]


def test_lettered_arms_with_their_sizes() -> None:
    trial = "Abcnib.\n\nMETHODS: Adults were randomly assigned to arm A, B, or C. RESULTS: "
    sentence = (
        "Patients were assigned to arms A (n = 27), B (n = 28), and C (n = 26)."
        " Arm A did well; arm B and arm C did not."
    )
    sizes = [fact for fact in results(sentence, trial) if fact.kind == "arm_size"]
    assert [(fact.arm, str(fact.value)) for fact in sizes] == [
        ("arm A", "27"),
        ("arm B", "28"),
        ("arm C", "26"),
    ]


def test_a_third_arm_with_an_abbreviation() -> None:
    trial = "Exercise.\n\nMETHODS: Adults were randomly assigned to walking, yoga, or usual care. RESULTS: "
    sentence = (
        "Participants were assigned to walking (WA) (n = 30), yoga (YO) (n = 32), or usual care (UC)"
        " (n = 33)."
    )
    sizes = [(fact.arm, str(fact.value)) for fact in results(sentence, trial) if fact.kind == "arm_size"]
    assert sizes == [("walking", "30"), ("yoga", "32"), ("usual care", "33")]


def test_four_arms_of_a_factorial_trial() -> None:
    trial = (
        "Abcnib and defmab.\n\nMETHODS: In a 2x2 factorial trial, adults were randomly assigned to"
        " abcnib plus defmab, abcnib plus placebo, defmab plus placebo, or double placebo. RESULTS: "
    )
    sentence = (
        "Relief was seen in 40% with abcnib plus defmab, 30% with abcnib plus placebo, 20% with defmab plus"
        " placebo, and 10% with double placebo."
    )
    assert [(fact.arm, str(fact.value)) for fact in results(sentence, trial)] == [
        ("abcnib plus defmab", "40"),
        ("abcnib plus placebo", "30"),
        ("defmab plus placebo", "20"),
        ("double placebo", "10"),
    ]


def test_arms_that_differ_by_dose() -> None:
    trial = (
        "Abcnib.\n\nMETHODS: Patients were randomly assigned to receive once-daily abcnib at a dose of 4 mg,"
        " abcnib at a dose of 2 mg, or placebo. RESULTS: "
    )
    sentence = "Relief was seen in 38% with 4-mg abcnib, 22% with 2-mg abcnib, and 6% with placebo."
    arms = [fact.arm for fact in results(sentence, trial)]
    assert len(set(arms)) == 3
    assert arms[0] is not None
    assert "4" in arms[0]
    assert arms[2] == "placebo"


def test_an_arm_that_is_a_part_of_another() -> None:
    trial = (
        "Abcnib and defmab.\n\nMETHODS: Adults were randomly assigned to abcnib plus defmab,"
        " abcnib plus placebo, or defmab plus placebo. RESULTS: "
    )
    sentence = (
        "Survival was 58% in the abcnib-plus-defmab group and 52% in the abcnib group, as compared with 34%"
        " in the defmab group. Nausea was seen in 59% of the abcnib-plus-defmab group, in 21% of the abcnib"
        " group, and in 28% of the defmab group."
    )
    arms = [fact.arm for fact in results(sentence, trial)]
    assert len(set(arms[:3])) == 3
    assert None not in arms
    assert arms[:3] == arms[3:]


def test_arms_named_in_brackets_by_their_group() -> None:
    trial = (
        "Abcnib and defmab.\n\nMETHODS: Adults were randomly assigned to receive abcnib (160 mg) daily plus"
        " defmab every 12 weeks (combination group), placebo plus defmab (defmab-alone group), or abcnib"
        " monotherapy (monotherapy group). RESULTS: "
    )
    sentence = (
        "Survival was 87% in the combination group, 71% in the defmab-alone group, and 80% in the"
        " monotherapy group."
    )
    assert [(fact.arm, str(fact.value)) for fact in results(sentence, trial)] == [
        ("abcnib plus defmab", "87"),
        ("defmab-alone", "71"),
        ("abcnib monotherapy", "80"),
    ]


def test_factors_are_no_arms() -> None:
    [fact] = results(
        "Cough remained more often in old age (old v young; hazard ratio, 1.91; 95%CI, 1.21 to 3.03)."
    )
    assert (fact.kind, fact.arm, str(fact.ci_low)) == ("hazard_ratio", None, "1.21")


def test_means_named_by_a_letter() -> None:
    sentence = "More was known with abcnib than placebo (M = 57, SD = 20 v M = 47, SD = 24; P = .03)."
    assert [(fact.kind, fact.arm, str(fact.value), str(fact.sd)) for fact in results(sentence)][:2] == [
        ("mean", A, "57", "20"),
        ("mean", B, "47", "24"),
    ]
