import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.ctgov.values import dispersion, iso_date, number, p_value, whole, word


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_a_plain_number_keeps_its_value_and_its_digits(value: Decimal):
    found = number(str(value))
    assert found is not None
    assert (found.value, found.reported) == (value, str(value))


@given(st.text(max_size=12))
def test_any_text_is_read_without_a_guess(raw: str):
    found = number(raw)
    if found is not None and found.value is not None:
        assert re.search(r"[0-9]", raw)
    if (n := whole(raw)) is not None:
        assert n >= 0
    iso_date(raw)
    p_value(raw)
    dispersion(raw)
    assert word(word(raw)) == word(raw) or not raw.isascii() or raw.lower() != raw


@given(st.dates())
def test_dates_in_every_spelling(day):
    assert iso_date(day.isoformat()) == day.isoformat()
    written = f"{day:%B} {day.day}, {day.year:04d}"
    assert iso_date(written) == day.isoformat()
    assert iso_date(f"{day:%B} {day.year:04d}") == day.isoformat()[:7]


@pytest.mark.parametrize(
    ("new", "legacy"),
    [
        ("PHASE1", "Phase 1"),
        ("EARLY_PHASE1", "Early Phase 1"),
        ("NA", "N/A"),
        ("NON_RANDOMIZED", "Non-Randomized"),
        ("SINGLE_GROUP", "Single Group Assignment"),
        ("NONE", "None (Open Label)"),
        ("ENROLLING_BY_INVITATION", "Enrolling by invitation"),
        ("UNKNOWN", "Unknown status"),
        ("SUPERIORITY_OR_OTHER_LEGACY", "Superiority or Other (legacy)"),
        ("NON_INFERIORITY_OR_EQUIVALENCE", "Non-Inferiority or Equivalence"),
        ("STANDARD_ERROR_OF_MEAN", "Standard Error of the Mean"),
        ("TWO_SIDED", "2-Sided"),
        ("OTHER_PRE_SPECIFIED", "Other Pre-specified"),
        ("POST_HOC", "Post-Hoc"),
        ("OUTCOMES_ASSESSOR", "Outcomes Assessor"),
        ("SYSTEMATIC_ASSESSMENT", "Systematic Assessment"),
        ("NON_SYSTEMATIC_ASSESSMENT", "Non-systematic Assessment"),
        ("FED", "U.S. Fed"),
    ],
)
def test_a_word_is_the_same_in_every_format(new: str, legacy: str):
    assert word(new) == word(legacy)


@pytest.mark.parametrize("raw", ["1,553", "1.2.3", "12 (3)", "1e5", "--1", ".", "½", "٣"])
def test_what_may_be_read_in_two_ways_gets_no_value(raw: str):
    found = number(raw)
    assert found is not None
    assert (found.reported, found.value) == (raw, None)
