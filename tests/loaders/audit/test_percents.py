"""n of N against the percentage beside them."""

import pytest


def of(n: int, denom: int, value: str, **more: str) -> dict[str, object]:
    return {"n": n, "denom": denom, "value": value, "unit": "%", **more}


@pytest.mark.parametrize(
    ("n", "denom", "value", "expected"),
    [
        (26, 48, "54", []),
        (26, 48, "54.2", []),
        (26, 48, "54.17", []),
        (26, 48, "55", [("54.17", "likely")]),
        (26, 48, "56", [("54.17", "certain")]),
        (26, 48, "53", [("54.17", "certain")]),
        (26, 48, "54.1", [("54.17", "likely")]),
        (26, 48, "53.9", [("54.17", "certain")]),
        (26, 48, "54.16", [("54.167", "likely")]),
        (1, 8, "12.5", []),
        (1, 8, "12", []),
        (1, 8, "13", []),
        (1, 40, "2", []),
        (1, 40, "3", []),
        (48, 48, "100", []),
        (0, 48, "0", []),
        (0, 48, "1", [("0.00", "likely")]),
    ],
)
def test_rounding_half_up_and_half_to_even_are_allowed(said, n, denom, value, expected) -> None:
    text = f"Cough went in {n} ({value}%) of {denom} adults."
    found = said(text, ("rate", f"{n} ({value}%) of {denom} adults", of(n, denom, value)))
    assert found == [("percent-of-count", *one) for one in expected]


def test_a_stated_bound_is_no_percentage(said) -> None:
    text = "Rash came in 1 of 401 (<1%)."
    assert said(text, ("ae_count", "1 of 401 (<1%)", of(1, 401, "1", value_op="<"))) == []


def test_a_text_that_cuts_throughout_is_left_alone(said) -> None:
    text = "Cough went in 66% (2/3), 83% (5/6) and 55% (5/9)."
    facts = [
        ("rate", "66% (2/3)", of(2, 3, "66")),
        ("rate", "83% (5/6)", of(5, 6, "83")),
        ("rate", "55% (5/9)", of(5, 9, "55")),
    ]
    assert said(text, *facts) == []
    assert said(text, facts[0]) == [("percent-of-count", "66.67", "likely")]
    rounded = ("rate", "89% (8/9)", of(8, 9, "89"))
    assert [computed for _, computed, _ in said(text + " 89% (8/9).", *facts, rounded)] == ["66.67", "55.56"]


def test_a_percentage_that_comes_first_may_be_an_estimate_over_time(said) -> None:
    first = {"rule": "percent:arm-right"}
    plain = "Cough went in 21.6% (265 of 1248) with abcnib."
    assert said(plain, ("rate", "21.6% (265 of 1248)", of(265, 1248, "21.6", **first))) == [
        ("percent-of-count", "21.23", "likely")
    ]
    estimated = "The 5-year rate was read. Deaths came in 21.6% (265 of 1248)."
    fact = ("rate", "21.6% (265 of 1248)", of(265, 1248, "21.6", endpoint="mortality", **first))
    assert said(estimated, fact) == []
    counted = ("rate", "21.6% (265 of 1248)", of(265, 1248, "21.6", endpoint="mortality"))
    assert said(estimated, counted) == [("percent-of-count", "21.23", "certain")]


def test_an_estimate_announced_far_above_counts_for_what_happens_over_time_only(said) -> None:
    text = "The 5-year rate was read. " + "Adults came and went. " * 20 + "It was 21.6% (265 of 1248)."
    for endpoint, expected in (("recurrence", 0), ("response", 1)):
        fields = of(265, 1248, "21.6", endpoint=endpoint, rule="percent:no-arm")
        assert len(said(text, ("rate", "21.6% (265 of 1248)", fields))) == expected
