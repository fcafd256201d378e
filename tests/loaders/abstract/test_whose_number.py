"""Whose number it is: orders, lists, brackets and parts (our own sentences)."""

import pytest

from trialweave.loaders.abstract import read
from trialweave.records import Fact

TRIAL = (
    "Abcnib for cough.\n\nMETHODS: We randomly assigned adults with cough to receive abcnib or placebo. "
    "RESULTS: Cough stopped more often in the abcnib group than in the placebo group. "
)
A, B = "abcnib", "placebo"


def results(sentence: str, trial: str = TRIAL) -> list[Fact]:
    """The facts of a sentence in the results of a trial."""
    return [fact for fact in read(trial + sentence).facts if fact.start >= len(trial)]


def said(sentence: str) -> list[tuple[str, str | None, str | None, str]]:
    """Kind, endpoint, arm and number of each fact."""
    return [
        (fact.kind, fact.endpoint, fact.arm, str(fact.value if fact.value is not None else fact.n))
        for fact in results(sentence)
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "As compared with the placebo group, the abcnib group had more nausea (43% vs. 21%).",
        "Compared with placebo, abcnib caused more nausea (43% vs 21%).",
        "There was more nausea in the abcnib group (43% v 21%).",
        "Nausea was seen with placebo, and there was slightly more of it in the abcnib group (43% v 21%).",
        "Nausea (43% vs 21%), rash (43% vs 21%), and pain (43% vs 21%) were more frequent with abcnib.",
        "Nausea (43% vs 21%) was less frequent with placebo.",
    ],
)
def test_who_comes_first_in_a_row(sentence: str) -> None:
    reversed_before = "Sleep was good in 8% of the placebo group and in 9% of the abcnib group. "
    facts = [fact for fact in results(reversed_before + sentence) if str(fact.value) in ("43", "21")]
    assert {(fact.arm, str(fact.value)) for fact in facts} == {(A, "43"), (B, "21")}


def test_two_endpoints_for_each_of_two_arms() -> None:
    sentence = (
        "Sleep and appetite were good in 86% and 79% with abcnib, respectively, and 90% and 93% with placebo."
    )
    assert [fact.arm for fact in results(sentence)] == [A, A, B, B]


def test_two_endpoints_of_all_patients() -> None:
    sentence = (
        "Event-free survival (EFS) and overall survival rates for all eligible patients were 71.1% and 78.6%,"
        " respectively."
    )
    assert said(sentence) == [
        ("rate", "Event-free survival", None, "71.1"),
        ("rate", "overall survival", None, "78.6"),
    ]


def test_a_bracket_after_a_value_does_not_part_it_from_its_arm() -> None:
    sentence = (
        "Median survival was 21 months (95% CI 19-23; 252 [64%] of 395 died) with abcnib versus"
        " 19 months (17-21; 282 [71%] of 399 died) with placebo."
    )
    medians = [(fact.arm, str(fact.value)) for fact in results(sentence) if fact.kind == "median_time"]
    assert medians == [(A, "21"), (B, "19")]


def test_what_a_bracket_breaks_down_is_of_the_arm_before_it() -> None:
    sentence = (
        "Eight patients in the abcnib group died (4 deaths were disease-related, and 3 were"
        " treatment-related), as did 20 in the placebo group."
    )
    assert [(fact.n, fact.arm) for fact in results(sentence) if fact.n in (4, 3)] == [(4, A), (3, A)]


def test_with_some_of_them_is_of_the_arm_before() -> None:
    sentence = (
        "Adverse events were reported in 78 of 82 patients (95%) in the abcnib group, with 36 (44%)"
        " experiencing grade 3-4 adverse events, and 69 of 78 (88%) in the placebo group, with 32 (41%)"
        " experiencing these."
    )
    assert [fact.arm for fact in results(sentence)] == [A, A, B, B]


def test_progressions_are_no_deaths() -> None:
    sentence = "Events occurred (36 deaths; 265 progressions) with placebo."
    assert 265 not in [fact.n for fact in results(sentence) if fact.kind == "deaths"]


def test_the_second_count_of_a_pair_is_read() -> None:
    sentence = "Responses were observed in 10 patients in the abcnib group and in 28 in the placebo group."
    assert [(fact.n, fact.arm) for fact in results(sentence)] == [(10, A), (28, B)]


def test_the_follow_up_is_of_no_arm_that_is_named_later() -> None:
    for sentence in (
        "After a median follow-up of 5.4 years the benefit from the addition of abcnib was maintained.",
        "At a median follow-up of 5.4 years, median survival was 9.5 months in the abcnib group.",
        "After a median of 5.4 years, survival was as good with abcnib as with placebo.",
    ):
        fact = results(sentence)[0]
        assert (fact.kind, fact.arm) == ("follow_up", None)


def test_an_open_bracket_does_not_swallow_the_next_sentences() -> None:
    sentence = (
        "Grade 3 rash was seen in 7% with abcnib (hazard ratio [HR] 0.68 [95% CI 0.44-1.04; p=0.073)."
        " Serious adverse events were reported in 24 (32%) patients in the abcnib group."
    )
    assert [(fact.kind, fact.grade) for fact in results(sentence)][-1] == ("ae_count", None)


def test_a_small_share_in_a_row() -> None:
    assert said("Rash was seen in 6% v < 1%.") == [("ae_count", "Rash", A, "6"), ("ae_count", "Rash", B, "1")]


def test_follow_up_at_a_data_cutoff() -> None:
    [fact] = results("Median follow-up as of data cutoff was 32.1 months.")
    assert (fact.kind, str(fact.value)) == ("follow_up", "32.1")


def test_bounds_after_a_semicolon() -> None:
    [fact] = results("The 5-year survival was good with abcnib (70.1%; 63.9% to 75%).")
    assert (str(fact.value), str(fact.ci_low), str(fact.ci_high)) == ("70.1", "63.9", "75")


def test_the_event_within_a_count() -> None:
    sentence = "One patient in the abcnib group experienced symptomatic heart failure (1%)."
    assert said(sentence) == [("ae_count", "symptomatic heart failure", A, "1")]


@pytest.mark.parametrize("word", ["sensitivity", "specificity"])
def test_how_good_a_test_is_is_no_rate(word: str) -> None:
    assert results(f"The level did not predict response ({word}, 62%).") == []
