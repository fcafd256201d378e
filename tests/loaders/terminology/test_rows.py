"""Rows of delimited text: what csv writes comes back, and a bad row costs one row."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.decoding import Piece, lines
from trialweave.loaders.terminology.rows import LONGEST, Row, rows

CELLS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12), min_size=2, max_size=4
)


def read(text: str | bytes, delimiter: str = ",") -> list[Row]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(rows(lines([Piece(0, data)]), delimiter=delimiter))


@given(
    table=st.lists(CELLS, max_size=6),
    delimiter=st.sampled_from([",", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_csv_writes_comes_back(
    table: list[list[str]], delimiter: str, quoting: int, line_end: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=line_end).writerows(table)  # type: ignore[arg-type]
    found = read(text.getvalue(), delimiter)
    assert [row.cells for row in found] == table
    assert all(row.problem is None for row in found)


def test_a_row_knows_its_first_line() -> None:
    found = read('a,"1\n2\n3"\n\n\nb,c\n')
    assert [(row.line, row.cells) for row in found] == [(1, ["a", "1\n2\n3"]), (6, ["b", "c"])]


@pytest.mark.parametrize("after", [0, 3, LONGEST, 3 * LONGEST])
def test_an_open_quotation_mark_costs_one_row_however_much_follows(after: int) -> None:
    found = read('a,"never closed\n' + "b,c\n" * after)
    assert found[0].problem == "line 1: a quotation mark is opened and not closed"
    assert [(row.line, row.cells) for row in found[1:]] == [(n, ["b", "c"]) for n in range(2, after + 2)]


def test_two_open_quotation_marks_in_a_row_cost_two_rows() -> None:
    found = read('a,"x\n' + "b,c\n" * LONGEST + 'd,"y\n' + "e,f\n" * LONGEST)
    assert [row.line for row in found if row.problem] == [1, LONGEST + 2]
    assert len(found) == 2 * LONGEST + 2


def test_a_quotation_mark_inside_a_cell_is_a_letter() -> None:
    assert read('5" tube,x\n')[0].cells == ['5" tube', "x"]


def test_a_line_that_is_not_utf8_costs_one_row() -> None:
    found = read(b"a,b\n\xe9,c\nd,e\n")
    assert [row.problem is None for row in found] == [True, False, True]
    assert "byte 4 (0xe9) is not UTF-8" in (found[1].problem or "")


def test_a_cell_beyond_what_csv_takes_costs_one_row() -> None:
    found = read("a,b\n" + "x" * 200_000 + ",c\nd,e\n")
    assert [row.problem is None for row in found] == [True, False, True]
