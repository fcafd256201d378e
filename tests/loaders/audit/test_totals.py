"""The arms against the number randomised."""

import pytest

TEXT = "165 adults took part: {a} took A and {b} took B."


def trial(said, a, b, *, total="165 adults", more=(), population="randomised"):
    text = TEXT.format(a=a, b=b) + " Others: 108, 4."
    return said(
        text,
        ("total_n", total, {"value": 165, "population": population}),
        ("arm_size", f"{a} took A", {"arm": "A", "value": a, "population": population}),
        ("arm_size", f"{b} took B", {"arm": "B", "value": b, "population": population}),
        *more,
    )


def test_arms_cannot_hold_more_than_the_total(said) -> None:
    assert trial(said, 110, 55) == []
    assert trial(said, 110, 56) == [("arms-against-total", "166", "likely")]
    assert trial(said, 110, 71) == [("arms-against-total", "181", "likely")]


def test_far_more_is_a_number_of_something_else(said) -> None:
    assert trial(said, 110, 72) == []
    assert trial(said, 110, 65, total="165") == []


@pytest.mark.parametrize("b", [54, 40])
def test_fewer_is_no_contradiction(said, b) -> None:
    assert trial(said, 110, b) == []


def test_arms_of_two_sizes_and_of_other_sets_are_left_alone(said) -> None:
    more = [("arm_size", "108", {"arm": "A", "value": 108, "population": "randomised"})]
    assert trial(said, 110, 65, more=more) == []
    more = [("arm_size", "108", {"arm": "A", "value": 108, "population": "treated"})]
    assert len(trial(said, 110, 65, more=more)) == 1
    assert trial(said, 110, 65, population="analysed") == []


def test_two_totals_are_left_alone(said) -> None:
    more = [("total_n", "4", {"value": 4, "population": "randomised"})]
    assert trial(said, 110, 65, more=more) == []


def test_an_excess_of_a_tenth_is_told(said) -> None:
    def found(b):
        return said(
            f"100 adults: 60 took A, {b} took B.",
            ("total_n", "100 adults", {"value": 100, "population": "randomised"}),
            ("arm_size", "60", {"arm": "A", "value": 60, "population": "randomised"}),
            ("arm_size", f"{b} took", {"arm": "B", "value": b, "population": "randomised"}),
        )

    assert (len(found(50)), len(found(51))) == (1, 0)


def test_a_size_of_no_arm_is_not_added(said) -> None:
    more = [("arm_size", "4", {"value": 4, "population": "randomised"})]
    assert trial(said, 110, 54, more=more) == []
