import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.dates import iso_date


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2021", "2021"),
        ("2021 Mar", "2021-03"),
        ("2021 Mar 5", "2021-03-05"),
        ("2021 03 05", "2021-03-05"),
        ("20210305", "2021-03-05"),
        ("2021/03/05", "2021-03-05"),
        ("2018 Jan-Dec", "2018"),
        ("2019 Sep/Oct", "2019"),
        ("2019 Jan - Feb", "2019"),
        ("2000 Spring", "2000"),
        ("2000 Jan 3-17", "2000-01"),
        ("2000 Jan 28-Feb 3", "2000"),
        ("1998 Dec-1999 Jan", "1998"),
        ("1998-1999", "1998"),
        ("2021 Feb 30", "2021-02"),
        ("2021 13", "2021"),
        ("Spring", None),
        ("", None),
    ],
)
def test_as_precise_as_given(words: str, expected: str | None) -> None:
    assert iso_date(words) == expected


@given(st.dates())
def test_a_day_comes_back(day: object) -> None:
    text = str(day)
    if "1500" <= text < "2200":
        assert iso_date(text) == iso_date(text.replace("-", "")) == text


@given(st.text(max_size=30))
def test_any_words_are_a_date_or_none(words: str) -> None:
    found = iso_date(words)
    assert found is None or len(found) in (4, 7, 10)
