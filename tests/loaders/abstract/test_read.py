"""What the reader makes of each way to write a number (our own sentences)."""

import time

import pytest

from trialweave.loaders.abstract import read
from trialweave.records import Fact

TRIAL = (
    "Abcnib for cough.\n\nMETHODS: We randomly assigned adults with cough to receive abcnib or placebo. "
    "RESULTS: Cough stopped more often in the abcnib group than in the placebo group. "
)
A, B = "abcnib", "placebo"
BOTH = f"{A} vs {B}"


def results(sentence: str, trial: str = TRIAL) -> list[Fact]:
    """The facts of a sentence in the results of a trial."""
    text = trial + sentence
    facts = read(text).facts
    assert all(fact.quote == text[fact.start : fact.end] for fact in facts)
    return [fact for fact in facts if fact.start >= len(trial)]


def values(sentence: str, trial: str = TRIAL) -> list[tuple[str, str | None, str]]:
    """Kind, arm and number of each fact."""
    found = []
    for fact in results(sentence, trial):
        number = fact.p if fact.kind == "p_value" else fact.value if fact.value is not None else f"n={fact.n}"
        found.append((fact.kind, fact.arm, str(number)))
    return found


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Nausea was reported by 15.5% (43) of patients in the abcnib group and 5.8% (8) in the"
            " placebo group.",
            [("ae_count", A, "15.5"), ("ae_count", B, "5.8")],
        ),
        (
            "Nausea was seen in 10.1% of patients (22 of 218) in the abcnib group and 8.2% of patients"
            " (9 of 110) in the placebo group.",
            [("ae_count", A, "10.1"), ("ae_count", B, "8.2")],
        ),
        # an arm beside each number, on either side
        (
            "Relief was seen in 43% in the abcnib group and 21% in the placebo group.",
            [("rate", A, "43"), ("rate", B, "21")],
        ),
        (
            "Response rates were 21% with placebo versus 43% with abcnib.",
            [("rate", B, "21"), ("rate", A, "43")],
        ),
        (
            "The response rate was higher in the abcnib group (43%) than in the placebo group (21%).",
            [("rate", A, "43"), ("rate", B, "21")],
        ),
        # rows: before, after, respectively, and from the sentence before
        (
            "The response rate was higher with abcnib than with placebo (43% v 21%).",
            [("rate", A, "43"), ("rate", B, "21")],
        ),
        (
            "The response rate was 21% and 43% in the placebo and abcnib groups, respectively.",
            [("rate", B, "21"), ("rate", A, "43")],
        ),
        (
            "Response rates were 43% with abcnib and 21% with placebo; remission rates were 8% and 5%.",
            [("rate", A, "43"), ("rate", B, "21"), ("rate", A, "8"), ("rate", B, "5")],
        ),
        # one arm for a list, at its end or at its head
        (
            "The most common adverse events were rash (17 [16%]), nausea (6 [6%]), and pain (4 [4%])"
            " in the abcnib group.",
            [("ae_count", A, "16"), ("ae_count", A, "6"), ("ae_count", A, "4")],
        ),
        (
            "Common toxicities with abcnib were rash (50%), nausea (6%), and fatigue (19%).",
            [("ae_count", A, "50"), ("ae_count", A, "6"), ("ae_count", A, "19")],
        ),
        # units shared along a row
        (
            "Median overall survival was 6.9 v 4.3 months, respectively.",
            [("median_time", A, "6.9"), ("median_time", B, "4.3")],
        ),
        (
            "Median overall survival was not reached with abcnib and was 9 months with placebo.",
            [("median_time", A, "NR"), ("median_time", B, "9")],
        ),
        # deviations, means
        (
            "The mean pain score was 2.3±1.1 with abcnib and 3.4±1.2 with placebo.",
            [("mean", A, "2.3"), ("mean", B, "3.4")],
        ),
        # deaths, and zeros that are stated
        (
            "There were two treatment-related deaths in the abcnib group and none in the placebo group.",
            [("deaths", A, "n=2"), ("deaths", B, "n=0")],
        ),
        ("No treatment-related deaths occurred.", [("deaths", "both", "n=0")]),
        (
            "Rash occurred in three (5%) patients in the abcnib group versus none in the placebo group.",
            [("ae_count", A, "5"), ("ae_count", B, "n=0")],
        ),
        # p-values stand alone beside values, with estimates they belong to them
        (
            "Responses were more frequent with abcnib than with placebo (43% v 21%; P = .03).",
            [("rate", A, "43"), ("rate", B, "21"), ("p_value", BOTH, "=0.03")],
        ),
        (
            "Survival was longer with abcnib (hazard ratio, 0.62; 95% CI, 0.43 to 0.91; P = .013).",
            [("hazard_ratio", BOTH, "0.62")],
        ),
        # follow-up is no survival
        (
            "After a median follow-up of 42 months (IQR 37-47), overall survival was 80% with abcnib"
            " and 70% with placebo.",
            [("follow_up", None, "42"), ("rate", A, "80"), ("rate", B, "70")],
        ),
        # differences
        (
            "Response rates differed (difference, 6.4 percentage points; 95% CI, 1.2 to 11.6).",
            [("risk_difference", BOTH, "6.4")],
        ),
    ],
)
def test_ways_to_write_a_number(sentence: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert values(sentence) == expected


@pytest.mark.parametrize(
    ("written", "n", "denom", "percent"),
    [
        ("26 (54%) of 48 patients", 26, 48, "54"),
        ("26 of 48 patients (54%)", 26, 48, "54"),
        ("54% (26 of 48)", 26, 48, "54"),
        ("26 [54%] patients", 26, None, "54"),
        ("26/48 (54%)", 26, 48, "54"),
        ("twenty-six patients (54%)", 26, None, "54"),
        ("54% (n = 26)", 26, None, "54"),
    ],
)
def test_counts_denominators_and_percentages(written: str, n: int, denom: int | None, percent: str) -> None:
    [fact] = results(f"Relief of cough was seen in {written} in the abcnib group.")
    assert (fact.n, fact.denom, str(fact.value), fact.arm) == (n, denom, percent, A)


@pytest.mark.parametrize(
    ("written", "low", "high", "level", "kind"),
    [
        ("3.0 months (95% CI 2.6-3.7)", "2.6", "3.7", "95", "CI"),
        ("3.0 months (95% confidence interval [CI], 2.6 to 3.7)", "2.6", "3.7", "95", "CI"),
        ("3·0 months [90% CI 2·6–3·7]", "2.6", "3.7", "90", "CI"),
        ("3.0 (95% CI, 2.6 to 3.7) months", "2.6", "3.7", "95", "CI"),
        ("3.0 months (IQR 2.6-3.7)", "2.6", "3.7", "None", "IQR"),
        ("3.0 months (range, 2.6 to 3.7)", "2.6", "3.7", "None", "range"),
        ("3.0 months (95% CI 2.6-not reached)", "2.6", "NR", "95", "CI"),
        ("3.0 months (95 percent confidence interval, 2.6 to 3.7)", "2.6", "3.7", "95", "CI"),
    ],
)
def test_intervals(written: str, low: str, high: str, level: str, kind: str) -> None:
    [fact] = results(f"Median overall survival was {written} in the abcnib group.")
    assert (str(fact.ci_low), str(fact.ci_high), str(fact.ci_level), fact.interval) == (
        low,
        high,
        level,
        kind,
    )
    assert str(fact.value) == "3.0"


@pytest.mark.parametrize(
    ("written", "grade"),
    [
        ("grade 3 or 4", "3-4"),
        ("grade 3-4", "3-4"),
        ("grade 3/4", "3-4"),
        ("grade 3 or worse", ">=3"),
        ("grade ≥ 3", ">=3"),
        ("grade 3 or higher", ">=3"),
        ("grade 5", "5"),
        ("any-grade", "any"),
        ("grade 3, 4, or 5", "3-5"),
    ],
)
def test_grades(written: str, grade: str) -> None:
    [fact] = results(f"Rash of {written} was seen in 12% in the abcnib group.")
    assert (fact.grade, fact.kind, fact.arm) == (grade, "ae_count", A)


@pytest.mark.parametrize(
    "sentence",
    [
        "P < .05 was considered significant.",
        "The stopping boundary was P = .001 at the interim analysis.",
        "Patients with HR-positive disease did well.",
        "The noninferiority margin was 12.5 percentage points.",
        "Abcnib was active in tumors with at least 20% Ki-67.",
        "The study was done between June 12, 2014, and July 2016.",
        "Enrolment began in 2014.",
    ],
)
def test_what_is_no_result(sentence: str) -> None:
    assert values(sentence) == []


def test_results_of_earlier_trials_are_left_alone() -> None:
    text = (
        "Abcnib.\n\nBACKGROUND: In an earlier trial the response rate was 54% with abcnib and"
        " 12% with placebo "
        "(P < .001). METHODS: We randomly assigned adults to abcnib or placebo. RESULTS: Nothing was seen."
    )
    assert read(text).facts == ()


def test_a_drug_code_is_no_dose_and_a_laboratory_value_is_none() -> None:
    text = (
        "X.\n\nMETHODS: We randomly assigned adults with PSA over 10 ng/mL to ABC 1143 (200 mg"
        " per day) or placebo."
    )
    assert [(fact.kind, str(fact.value), fact.unit) for fact in read(text).facts] == [
        ("dose", "200", "mg per day")
    ]


def test_response_rate_is_not_relative_risk() -> None:
    [one, two] = results("The response rate (RR) was 20% with abcnib and RR 10% with placebo.")
    assert {one.kind, two.kind} == {"rate"}


def test_three_arms_in_a_row() -> None:
    trial = TRIAL.replace("abcnib or placebo", "abcnib, defmab, or placebo")
    sentence = (
        "Median survival was 4.5, 4.6, and 9.5 months in the placebo, abcnib, and defmab groups,"
        " respectively."
    )
    assert values(sentence, trial) == [
        ("median_time", "placebo", "4.5"),
        ("median_time", "abcnib", "4.6"),
        ("median_time", "defmab", "9.5"),
    ]


def test_arms_by_letter() -> None:
    trial = "X.\n\nMETHODS: Adults were randomly assigned to abcnib (arm A) or placebo (arm B). RESULTS: "
    assert values("The response rate was 45% in arm A and 41% in arm B.", trial) == [
        ("rate", "arm A", "45"),
        ("rate", "arm B", "41"),
    ]
    assert values("Nausea was frequent (arm A, 45%; arm B, 41%).", trial) == [
        ("ae_count", "arm A", "45"),
        ("ae_count", "arm B", "41"),
    ]


def test_an_uncertain_arm_is_left_out_and_the_number_kept() -> None:
    trial = TRIAL.replace("abcnib or placebo", "abcnib, defmab, or placebo")
    [fact] = [one for one in results("Remission was seen in 12% at one year.", trial) if one.kind == "rate"]
    assert (str(fact.value), fact.arm) == ("12", None)


def test_sizes() -> None:
    text = (
        "X.\n\nMETHODS: Adults were randomly assigned (2:1) to abcnib or placebo. RESULTS: One"
        " hundred and sixty-five "
        "patients were randomly assigned: 110 to abcnib and 55 to placebo."
    )
    found = [(fact.kind, fact.arm, str(fact.value)) for fact in read(text).facts]
    assert found == [
        ("randomisation_ratio", None, "2:1"),
        ("total_n", None, "165"),
        ("arm_size", "abcnib", "110"),
        ("arm_size", "placebo", "55"),
    ]


def test_names_that_begin_like_another_word() -> None:
    """The name "bevacizumab" is not "be" and another name, and "5 mg of tadalafil" no drug called "of"."""
    sizes = "RESULTS: Patients were assigned to bevacizumab (n=228) or bevacizumab plus erlotinib (n=224)."
    assert [arm.name for arm in read(f"X.\n\n{sizes}").arms] == ["bevacizumab", "bevacizumab plus erlotinib"]
    dosed = "METHODS: Men were randomized to receive 5 mg of tadalafil daily or placebo for 24 weeks."
    assert [arm.name for arm in read(f"X.\n\n{dosed}").arms] == ["tadalafil", "placebo"]


def test_a_size_that_is_no_whole_number_is_no_size() -> None:
    assert results("Relief came later with abcnib (n = 12.5) than with placebo.") == []


def test_a_long_run_of_capitals_is_read_at_once() -> None:
    """Each heading word ends at a space: a run of capitals cannot be cut into words in many ways."""
    begin = time.process_time()
    read("METHODS" * 30 + ". RESULTS: Cough stopped.")
    assert time.process_time() - begin < 0.5


def test_a_title_alone_and_nothing_at_all() -> None:
    assert read("").facts == ()
    assert read("A title without numbers").facts == ()
    assert read("A title\n\n").facts == ()
    assert read("12%").arms == ()
