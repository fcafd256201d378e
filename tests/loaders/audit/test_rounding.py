"""What a rounded percentage can stand for."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.audit.rounding import allowed_denominators, cuts, half_unit, percent, rounds
from trialweave.records import Fact

COUNTS = st.integers(1, 2000)
MORE = st.integers(1, 3000)
PLACES = st.integers(0, 2)


@given(COUNTS, MORE, PLACES)
def test_the_true_denominator_is_always_allowed(n: int, more: int, places: int) -> None:
    denominator = n + more
    exact = Decimal(100 * n) / denominator
    for rounding in ("ROUND_HALF_UP", "ROUND_HALF_EVEN"):
        stated = exact.quantize(Decimal(1).scaleb(-places), rounding=rounding)
        assert rounds(n, denominator, stated)
        assert denominator in allowed_denominators(n, stated)
    assert cuts(n, denominator, exact.quantize(Decimal(1).scaleb(-places), rounding="ROUND_FLOOR"))


@given(COUNTS, st.integers(0, 1000), PLACES)
def test_allowed_denominators_are_those_that_round(n: int, tenths: int, places: int) -> None:
    stated = (Decimal(tenths) / 10).quantize(Decimal(1).scaleb(-places))
    allowed = allowed_denominators(n, stated)
    for denominator in {n, allowed.start - 1, allowed.start, allowed.stop - 1, allowed.stop}:
        if denominator >= max(n, 1) and denominator < 10**6:
            assert (denominator in allowed) == rounds(n, denominator, stated)


def test_decimals_are_those_that_are_written() -> None:
    assert half_unit(Decimal("15.0")) == Decimal("0.05")
    assert half_unit(Decimal("15")) == Decimal("0.5")
    assert half_unit(Decimal("1E+2")) == 50


def test_a_bound_is_no_percentage() -> None:
    def fact(**fields: object) -> Fact:
        return Fact(kind="rate", start=0, end=0, quote="", rule="", **fields)

    assert percent(fact(value=Decimal(1), unit="%")) == 1
    assert percent(fact(value=Decimal(1), unit="%", value_op="<")) is None
    assert percent(fact(value=Decimal(1), unit="months")) is None
    assert percent(fact(value="NR", unit="%")) is None
