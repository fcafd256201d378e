"""Numbers written alike and meant otherwise: slashes, signs, levels, bounds (our own sentences)."""

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


def shares(sentence: str) -> list[tuple[str | None, str, int | None, int | None]]:
    """Arm, percentage, count and denominator of each fact."""
    return [(fact.arm, str(fact.value), fact.n, fact.denom) for fact in results(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The response on day 8 with abcnib was 146/79 mm Hg.",
        "The response was 146/79 with abcnib and 151/82 with placebo.",
        "Nausea was seen with abcnib in the season 2010/2011 and in 2000/01.",
        "Nausea was as frequent with abcnib as in trial XYZTC 10925/22922.",
        "Nausea was recorded 24/7 with abcnib.",
        "The odds of response with abcnib were (10/90)×(70/30).",
        "Response with abcnib followed Regulation No 1073/2005.",
    ],
)
def test_a_slash_that_parts_no_share(sentence: str) -> None:
    assert results(sentence) == []


def test_a_slash_after_a_percentage_is_a_count_of_people() -> None:
    assert shares("Response was seen in 40% (38/95) with abcnib and 39% (39/101) with placebo.") == [
        (A, "40", 38, 95),
        (B, "39", 39, 101),
    ]
    assert shares("Response was found in 40% (38/95) and 39% (39/101), respectively.") == [
        (A, "40", 38, 95),
        (B, "39", 39, 101),
    ]
    assert all(fact.ci_low is None for fact in results("Response was seen in 73% (73/99) with abcnib."))
    assert shares("Response was seen in 4 (4/5, 80%) with abcnib.") == [(A, "80", 4, 5)]


@pytest.mark.parametrize("sign", ["- ", "-", "−", "− "])
def test_a_minus_sign_may_stand_apart(sign: str) -> None:
    [fact] = results(f"The mean difference was {sign}1.74 (95% CI, {sign}3.12 to {sign}0.36).")
    assert (str(fact.value), str(fact.ci_low), str(fact.ci_high)) == ("-1.74", "-3.12", "-0.36")


def test_a_dash_between_words_and_a_number_is_no_sign() -> None:
    assert [str(fact.value) for fact in results("Median survival was longer with abcnib - 4 months.")] == [
        "4"
    ]


@pytest.mark.parametrize("level", [".95% CI", "0.95% CI", "95 % CI", "95 percent confidence interval"])
def test_a_level_is_no_rate_and_no_bound(level: str) -> None:
    [fact] = results(f"For response, the odds ratio was 0.30 ({level}, 0.10-0.88).")
    assert (fact.kind, str(fact.value), str(fact.ci_low), str(fact.ci_high), str(fact.ci_level)) == (
        "odds_ratio",
        "0.30",
        "0.10",
        "0.88",
        "95",
    )
    assert [str(fact.ci_low) for fact in results("The difference was 1.3 g (0.23; 95% CI, 0.20-0.26).")] != [
        "0.23"
    ]


@pytest.mark.parametrize("bounds", ["-3.7 to 6.0", "2.0 to 9.0"])
def test_the_bounds_of_a_difference_belong_to_neither_share(bounds: str) -> None:
    sentence = f"Nausea was as common with abcnib as with placebo (17.2% and 16.1%; 95% CI, {bounds})."
    assert [(str(fact.value), fact.ci_low) for fact in results(sentence)] == [
        ("17.2", None),
        ("16.1", None),
    ]


def test_a_number_needed_to_treat_is_no_ratio() -> None:
    sentence = "The risk ratio of response was 2.1 (95% CI 1.2-4.0), giving an NNT of 3.0 (95% CI 1.7-11.0)."
    assert [fact.kind for fact in results(sentence)] == ["risk_ratio"]


def test_a_standardised_difference_is_no_ratio() -> None:
    sentence = "The odds ratio of response was 2.1 (95% CI 1.2-4.0; SMD 0.3569, 95% CI 0.1278-0.5860)."
    assert [fact.kind for fact in results(sentence)] == ["odds_ratio", "mean_difference"]


def test_a_time_in_two_units_is_not_half_of_it() -> None:
    assert results("Median follow-up was 2 years and 5 months (IQR 12-52 months).") == []


def test_bounds_in_another_unit_are_left_out() -> None:
    [fact] = results("Median follow-up was 2.1 years (range, 6-46 months).")
    assert (str(fact.value), fact.unit, fact.ci_low) == ("2.1", "years", None)


def test_a_number_within_a_name_is_none() -> None:
    assert results(
        "The score on ABCDE-5 with abcnib was better (- 0.8; 95% CI, - 2.1 to - 0.6)."
    ) == [] or all(
        str(fact.value) != "5" for fact in results("ABCDE-5 with abcnib (- 0.8; 95% CI, - 2.1 to - 0.6).")
    )


def test_a_spread_named_before_the_colon() -> None:
    sentence = "Median (IQR) vomiting scores: with abcnib, 1 (0 to 4) at 2 h and 3 (1 to 5) at 6 h."
    assert {(fact.kind, fact.interval) for fact in results(sentence)} <= {("median", "IQR")}


def test_none_of_some() -> None:
    sentence = "Nausea was seen in 52 (19%) of 269 with abcnib vs none of 114 in the placebo group."
    assert [(fact.arm, fact.n, fact.denom) for fact in results(sentence)] == [(A, 52, 269), (B, 0, 114)]
