"""The number audit: what it finds, and above all where it keeps silent."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.audit import allowed_denominators, audit
from trialweave.records import Fact


def fact(kind: str, **fields: Any) -> Fact:
    numbers = {
        key: Decimal(value) if key in ("value", "ci_low", "ci_high", "ci_level") and value != "NR" else value
        for key, value in fields.items()
    }
    return Fact(kind=kind, start=0, end=0, quote="", rule="test", **numbers)


def checks(*facts: Fact) -> list[str]:
    return [finding.check for one in audit(facts, (), "") for finding in one.findings]


@given(st.integers(1, 2000), st.integers(1, 3000), st.integers(0, 2))
def test_the_true_denominator_is_always_allowed(n: int, more: int, places: int) -> None:
    denominator = n + more
    exact = Decimal(100 * n) / denominator
    for rounding in ("ROUND_HALF_UP", "ROUND_HALF_EVEN"):
        percent = exact.quantize(Decimal(1).scaleb(-places), rounding=rounding)
        assert denominator in allowed_denominators(n, percent)


def test_the_arm_of_the_seed_excludes_its_own_size() -> None:
    shares = [(17, 16), (6, 6), (4, 4), (3, 3)]
    facts = [fact("arm_size", arm="A", value=110)] + [
        fact("ae_count", arm="A", n=n, value=value, unit="%") for n, value in shares
    ]
    audited = audit(facts, (), "")
    assert [[finding.computed for finding in one.findings] for one in audited] == [
        [],
        ["104-109"],
        ["104-109"],
        [],
        [],
    ]
    assert [one for one in audited if not one.findings] == [facts[0], facts[3], facts[4]]


def test_a_denominator_beside_the_count_is_checked_alone() -> None:
    assert checks(fact("rate", n=26, denom=48, value=54, unit="%")) == []
    assert checks(fact("rate", n=26, denom=48, value=55, unit="%")) == ["percent-of-count"]
    assert checks(fact("rate", n=1, denom=401, value=1, value_op="<", unit="%")) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"value": "0.46", "ci_low": "0.32", "ci_high": "0.66"}, []),
        ({"value": "0.46", "ci_low": "0.46", "ci_high": "0.66"}, ["bound-equals-estimate"]),
        ({"value": "0.76", "ci_low": "0.32", "ci_high": "0.66"}, ["estimate-outside-interval"]),
        ({"value": "0.34", "ci_low": "0.32", "ci_high": "0.66"}, ["interval-symmetry"]),
        (
            {"value": "0.80", "ci_low": "0.62", "ci_high": "1.03", "p": "=0.003", "ci_level": "95"},
            ["interval-against-p"],
        ),
        ({"value": "0.80", "ci_low": "0.62", "ci_high": "1.03", "p": "=0.03", "ci_level": "95"}, []),
        (
            {"value": "0.46", "ci_low": "0.32", "ci_high": "0.66", "p": "=0.46", "ci_level": "95"},
            ["interval-against-p"],
        ),
        ({"value": "0.46", "ci_low": "0.32", "ci_high": "0.66", "p": "=0.46", "ci_level": "80"}, []),
        ({"value": "0.46", "ci_low": "0.32", "ci_high": "NR"}, []),
    ],
)
def test_estimates_and_their_intervals(fields: dict[str, str], expected: list[str]) -> None:
    assert checks(fact("hazard_ratio", **fields)) == expected


def test_arms_cannot_hold_more_than_the_total() -> None:
    def trial(a: int, b: int) -> list[str]:
        return checks(
            *(
                fact(kind, arm=arm, value=value, population="randomised")
                for kind, arm, value in (("total_n", None, 165), ("arm_size", "A", a), ("arm_size", "B", b))
            )
        )

    assert trial(110, 55) == []
    assert trial(110, 65) == ["arms-against-total"]
