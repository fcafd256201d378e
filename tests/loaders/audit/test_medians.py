"""A hazard ratio against the medians of its arms."""

import pytest


def trial(said, text, first, second, *, arms=("abcnib", "cyclophos"), high="0.97", endpoint="survival"):
    one, other = arms
    ratio = {
        "value": "0.59",
        "ci_low": "0.36",
        "ci_high": high,
        "arm": f"{one} vs {other}",
        "endpoint": endpoint,
    }
    return said(
        text,
        ("median_time", first, {"value": first.split()[0], "arm": one, "endpoint": "survival"}),
        ("median_time", second, {"value": second.split()[0], "arm": other, "endpoint": "survival"}),
        ("hazard_ratio", "HR 0.59", ratio),
    )


SAID = [("ratio-against-medians", "9.2 < 14.2", "likely")]
VERSUS = "Survival was 9.2 months with abcnib versus 14.2 months with cyclophos (HR 0.59)."
AND = "Survival was 9.2 months with abcnib and 14.2 months with cyclophos (HR 0.59)."


def test_a_ratio_that_favours_the_shorter_median(said) -> None:
    assert trial(said, VERSUS, "9.2 months", "14.2 months") == SAID
    longer = VERSUS.replace("9.2", "19.2")
    assert trial(said, longer, "19.2 months", "14.2 months") == []


def test_a_direction_that_is_not_stated_is_none(said) -> None:
    assert trial(said, AND, "9.2 months", "14.2 months") == []
    control = AND.replace("cyclophos", "placebo")
    assert trial(said, control, "9.2 months", "14.2 months", arms=("abcnib", "placebo")) == SAID
    both = ("abcnib alone", "placebo")
    alone = control.replace("abcnib", "abcnib alone")
    assert trial(said, alone, "9.2 months", "14.2 months", arms=both) == []


@pytest.mark.parametrize("high", ["1.00", "1.20", "NR"])
def test_a_ratio_that_may_be_one_favours_nobody(said, high) -> None:
    assert trial(said, VERSUS, "9.2 months", "14.2 months", high=high) == []


def test_medians_of_another_endpoint_or_far_away(said) -> None:
    assert trial(said, VERSUS, "9.2 months", "14.2 months", endpoint="progression") == []
    far = VERSUS.replace(" (HR", ". " + "Adults came. " * 25 + "(HR")
    assert trial(said, far, "9.2 months", "14.2 months") == []


def test_one_median_alone_says_nothing(said) -> None:
    ratio = {"value": "0.59", "ci_high": "0.97", "arm": "abcnib vs cyclophos", "endpoint": "survival"}
    for arm in ("abcnib", "cyclophos"):
        median = ("median_time", "9.2 months", {"value": "9.2", "arm": arm, "endpoint": "survival"})
        assert said(VERSUS, median, ("hazard_ratio", "HR 0.59", ratio)) == []
        twice = ("median_time", "14.2 months", {"value": "14.2", "arm": arm, "endpoint": "survival"})
        assert said(VERSUS, median, twice, ("hazard_ratio", "HR 0.59", ratio)) == []
