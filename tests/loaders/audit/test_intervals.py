"""An estimate against its own interval."""

import pytest


def check(said, kind, value, low, high, text="{quote}.", **more):
    quote = more.pop("quote", f"{value} ({low} to {high})")
    fields = {"value": value, "ci_low": low, "ci_high": high, "interval": "CI", **more}
    return [(one, sure) for one, _, sure in said(text.format(quote=quote), (kind, quote, fields))]


ON = [("bound-equals-estimate", "certain")]
OUT = [("estimate-outside-interval", "certain")]
OFF = [("interval-symmetry", "likely")]


@pytest.mark.parametrize(
    ("kind", "value", "low", "high", "expected"),
    [
        ("median_time", "3.02", "2.63", "3.65", []),
        ("median_time", "1.41", "1.38", "1.41", ON),
        ("median_time", "3.7", "3.7", "4.6", ON),
        ("median_time", "1.5", "1.5", "1.7", []),
        ("median_time", "1.8", "1.8", "1.8", []),
        ("median_time", "2.1", "2.1", "NR", ON),
        ("hazard_ratio", "0.46", "0.46", "0.66", ON),
        ("odds_ratio", "0.48", "0.47", "0.48", []),
        ("odds_ratio", "1.01", "1.01", "1.02", []),
        ("risk_ratio", "0.00", "0.00", "1.58", []),
    ],
)
def test_a_bound_on_the_estimate(said, kind, value, low, high, expected) -> None:
    assert check(said, kind, value, low, high) == expected


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        ("1", "1", "3", []),
        ("1", "1", "5", ON),
        ("99", "98", "99", []),
        ("0", "0", "4", []),
        ("100", "91", "100", []),
    ],
)
def test_a_share_may_sit_on_a_rounded_bound(said, value, low, high, expected) -> None:
    assert check(said, "rate", value, low, high, unit="%") == expected


def test_quartiles_and_ranges_may_touch_the_median(said) -> None:
    for interval in ("IQR", "range", None):
        assert check(said, "median", "8", "8", "19", interval=interval) == []
    assert check(said, "hazard_ratio", "0.46", "0.46", "0.66", interval=None) == ON


@pytest.mark.parametrize(
    ("kind", "value", "low", "high", "expected"),
    [
        ("hazard_ratio", "0.76", "0.32", "0.66", OUT),
        ("hazard_ratio", "0.30", "0.32", "0.66", OUT),
        ("median_time", "7.0", "4.5", "6.3", OUT),
        ("median_time", "7.0", "NR", "6.3", OUT),
        ("median_time", "4.0", "4.5", "NR", OUT),
        ("median_time", "7.0", "4.5", "NR", []),
        ("median_time", "7", "7.4", "9.8", []),
        ("median_time", "7", "7.6", "9.8", OUT),
        ("mean_difference", "1.26", "1.3", "2.4", OFF),
        ("mean_difference", "-4", "-6.1", "-1.9", []),
    ],
)
def test_outside_or_inside_as_rounding_allows(said, kind, value, low, high, expected) -> None:
    found = check(said, kind, value, low, high)
    assert found == ([] if expected == OFF else expected)


def test_a_lost_sign_is_named(findings) -> None:
    text = "The mean difference was 12.7 (-19.7 to -5.8)."
    fields = {"value": "12.7", "ci_low": "-19.7", "ci_high": "-5.8", "interval": "CI"}
    [found] = findings(text, ("mean_difference", "12.7 (-19.7 to -5.8)", fields))
    assert found.message == "12.7 is not between -19.7 and -5.8; -12.7 would be"


@pytest.mark.parametrize("before", ["- ", "− ", "15. "])
def test_a_number_cut_by_the_source_is_not_judged(said, before) -> None:
    text = f"The mean difference was {before}{{quote}}."
    for kind in ("mean_difference", "regression_coefficient", "mean", "rate"):
        assert check(said, kind, "1.7", "-3.1", "-0.4", text) == []
    assert check(said, "hazard_ratio", "1.7", "0.1", "0.4", text) == OUT


def test_a_value_in_parts_or_in_other_units_is_not_judged(said) -> None:
    follow = "Follow-up was 2 years and {quote}."
    assert check(said, "follow_up", "5", "12", "52", follow, quote="5 months (IQR 12-52 months)") == []
    assert check(said, "follow_up", "2.1", "6", "46", quote="2.1 years (range, 6-46 months)") == []
    assert check(said, "follow_up", "2.1", "6", "46", quote="2.1 months (range, 6-46 months)") == OUT
    assert check(said, "rate", "95", "0.1", "0.9", unit="%", quote="95% CI 0.1-0.9") == []


def test_a_percentage_beside_fractions(said, findings) -> None:
    assert check(said, "rate", "56.6", "0.45", "0.70", unit="%") == [("interval-scale", "certain")]
    assert check(said, "rate", "76.6", "0.45", "0.70", unit="%") == OUT
    assert check(said, "rate", "0.6", "0.45", "0.70", unit="%") == []
    assert check(said, "rate", "16.1", "-3.7", "6.0", unit="%") == []
    assert check(said, "rate", "16.1", "0", "6.0", unit="%") == OUT
    assert check(said, "rate", "45", "0.45", "0.70", unit="%") == [("interval-scale", "certain")]
    assert check(said, "rate", "70", "0.45", "0.70", unit="%") == [("interval-scale", "certain")]


def test_only_a_ratio_is_forgiven_a_wide_interval_or_another_name(said) -> None:
    assert check(said, "mean_difference", "0.11", "0.005", "0.51") == OFF
    assert check(said, "odds_ratio", "0.11", "0.005", "0.51") == []
    text = "The mean difference was {quote}."
    assert check(said, "mean_difference", "1.1", "0.12", "10", text) == OFF


def test_the_middle_is_told(findings) -> None:
    for kind, middle in (("odds_ratio", "0.46"), ("mean_difference", "0.49")):
        fields = {"value": "0.34", "ci_low": "0.32", "ci_high": "0.66", "interval": "CI"}
        [found] = findings("It was 0.34 (0.32 to 0.66).", (kind, "0.34 (0.32 to 0.66)", fields))
        assert found.message == f"the middle of 0.32 to 0.66 is {middle}, the estimate is 0.34"


@pytest.mark.parametrize(
    ("kind", "value", "low", "high", "level", "expected"),
    [
        ("hazard_ratio", "0.46", "0.32", "0.66", "95", []),
        ("hazard_ratio", "0.50", "0.25", "1.00", "80", []),
        ("hazard_ratio", "0.50", "0.25", "1.00", "90", []),
        ("hazard_ratio", "0.50", "0.25", "1.00", "97.5", []),
        ("hazard_ratio", "0.50", "0.25", "1.00", "99", []),
        ("hazard_ratio", "0.625", "0.25", "1.00", "99", OFF),
        ("odds_ratio", "5.06", "0.12", "10", "95", OFF),
        ("hazard_ratio", "0.34", "0.32", "0.66", "95", OFF),
        ("mean_difference", "5.06", "0.12", "10", "95", []),
        ("mean_difference", "1.1", "0.12", "10", "95", OFF),
        ("risk_difference", "1.1", "0.12", "10", "95", []),
        ("median_difference", "1.1", "0.12", "10", "95", []),
        ("odds_ratio", "1", "0", "4", "95", []),
        ("odds_ratio", "0.11", "0.005", "0.51", "95", []),
        ("odds_ratio", "0.87", "0.019", "0.999", "95", OFF),
        ("odds_ratio", "1.6", "0.1", "3.8", "95", []),
        ("hazard_ratio", "1.1", "1.0", "1.5", "95", []),
        ("hazard_ratio", "1.10", "1.00", "1.50", "95", OFF),
    ],
)
def test_ratios_are_even_sided_on_the_log_scale(said, kind, value, low, high, level, expected) -> None:
    assert check(said, kind, value, low, high, ci_level=level) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ratio was {quote}.", OFF),
        ("The exact ratio was {quote}.", []),
        ("The posterior ratio was {quote}.", []),
        ("The number needed to treat was {quote}.", []),
        ("The SMD was {quote}.", []),
        ("An exact count of all came first, and long after that, a ratio of {quote}.", OFF),
    ],
)
def test_intervals_made_in_other_ways_are_left_alone(said, text, expected) -> None:
    assert check(said, "odds_ratio", "0.34", "0.32", "0.66", text) == expected
    assert check(said, "odds_ratio", "0.34", "0.32", "0.66", text, interval=None) == []
