"""An interval against the p-value beside it."""

import pytest

SAID = [("interval-against-p", "likely")]


def check(said, value, low, high, p, *, kind="hazard_ratio", level="95", text="{quote}.", **more):
    quote = f"{value} ({low} to {high}; p{p})"
    fields = {
        "value": value,
        "ci_low": low,
        "ci_high": high,
        "interval": "CI",
        "p": p,
        **({"ci_level": level} if level else {}),
        **more,
    }
    found = said(text.format(quote=quote), (kind, quote, fields))
    return [(one, sure) for one, _, sure in found if one == "interval-against-p"]


@pytest.mark.parametrize(
    ("value", "low", "high", "p", "expected"),
    [
        ("0.46", "0.32", "0.66", "<0.001", []),
        ("0.46", "0.32", "0.66", "=0.46", SAID),
        ("0.46", "0.32", "0.66", ">0.05", []),
        ("0.46", "0.32", "0.66", ">0.10", SAID),
        ("0.46", "0.32", "0.66", "<0.10", []),
        ("0.80", "0.62", "1.03", "=0.08", []),
        ("0.80", "0.62", "1.03", "=0.03", []),
        ("0.80", "0.62", "1.03", "=0.003", SAID),
        ("0.80", "0.62", "1.03", "<0.01", SAID),
        ("0.80", "0.62", "1.03", "<0.05", []),
        ("0.90", "0.81", "1.00", "=0.003", []),
        ("1.18", "1.00", "1.40", "=0.003", []),
        ("0.81", "0.66", "0.99", "=0.08", []),
        ("0.70", "0.55", "0.89", "=0.08", SAID),
    ],
)
def test_only_what_another_test_does_not_explain(said, value, low, high, p, expected) -> None:
    assert check(said, value, low, high, p) == expected


@pytest.mark.parametrize(
    ("level", "low", "high", "p", "expected"),
    [
        ("80", "0.69", "0.93", "=0.08", []),
        ("80", "0.69", "0.93", "=0.46", SAID),
        ("90", "0.66", "0.97", "=0.06", []),
        ("90", "0.66", "0.97", "=0.30", SAID),
        ("97.5", "0.61", "1.05", "=0.04", []),
        ("97.5", "0.61", "1.05", "=0.004", SAID),
        ("99", "0.59", "1.09", "=0.04", []),
        ("99", "0.59", "1.09", "=0.003", []),
        ("99", "0.59", "1.09", "=0.001", SAID),
        ("95", "0.59", "1.09", "=0.003", SAID),
        (None, "0.59", "1.09", "=0.003", []),
        (None, "0.59", "1.09", "=0.001", SAID),
    ],
)
def test_the_level_of_the_interval_sets_the_border(said, level, low, high, p, expected) -> None:
    assert check(said, "0.80", low, high, p, level=level) == expected


def test_a_p_value_that_is_one_sided(said) -> None:
    assert check(said, "0.80", "0.62", "1.03", "=0.009") == SAID
    assert check(said, "0.80", "0.62", "1.03", "=0.009", p_sided="one") == []
    assert check(said, "0.80", "0.62", "1.03", "=0.003", p_sided="one") == SAID
    assert check(said, "1.60", "1.20", "2.13", "=0.99") == SAID
    assert check(said, "1.60", "1.20", "2.13", "=0.99", p_sided="one") == []


@pytest.mark.parametrize(
    "text",
    [
        "The non-inferiority of {quote} was shown.",
        "{quote} for interaction.",
        "{quote}; test for trend.",
        "{quote}, equivalence.",
        "Heterogeneity: {quote}.",
    ],
)
def test_a_p_value_that_answers_another_question(said, text) -> None:
    assert check(said, "0.46", "0.32", "0.66", "=0.46", text=text) == []


def test_differences_have_their_none_at_zero(said) -> None:
    assert check(said, "-10", "-14", "6", "=0.006", kind="risk_difference") == SAID
    assert check(said, "-10", "-14", "-6", "=0.006", kind="risk_difference") == []
    assert check(said, "0.5", "0.2", "0.8", "=0.4", kind="mean_difference") == SAID
    assert check(said, "0.5", "0.2", "0.8", "=0.4", kind="regression_coefficient") == []


def test_a_p_value_far_below_what_its_ratio_allows(said) -> None:
    assert check(said, "0.40", "0.21", "0.75", "<0.0001") == SAID
    assert check(said, "0.40", "0.21", "0.75", "<0.001") == []
    assert check(said, "0.40", "0.21", "0.75", "<0.0001", p_sided="one") == []
    assert check(said, "0.44", "0.31", "0.62", "=0.0000001") == []
    plan = "It was a non-inferiority trial, which took many years to fill with adults. It gave {quote}."
    assert check(said, "0.40", "0.21", "0.75", "<0.0001", text=plan) == []
    assert check(said, "-4.6", "-9.2", "-0.1", "<0.001", kind="risk_difference") == []


def test_what_the_interval_gives_is_told(findings) -> None:
    text = "HR 0.46 (0.32 to 0.66; p=0.46)."
    fields = {"value": "0.46", "ci_low": "0.32", "ci_high": "0.66", "ci_level": "95", "p": "=0.46"}
    [found] = findings(text, ("hazard_ratio", "0.46 (0.32 to 0.66; p=0.46)", fields))
    assert found.message == "0.32 to 0.66 excludes 1 (p about 2.7e-05), but p is 0.46"


def test_an_interval_without_width_says_nothing(said) -> None:
    assert check(said, "1.80", "1.80", "1.80", "=0.4") == []
    assert check(said, "0", "0", "2", "=0.4") == []
