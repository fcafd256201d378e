import csv
import io
import json
from decimal import Decimal

import msgspec
import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.graph.quads import Literal, NamedNode, Term, to_term
from trialweave.ontology.prefixes import expand
from trialweave.queries.table import Table, to_python, write_table

TABLE = Table(
    columns=("drug", "n", "percent", "zero", "seen"),
    rows=(
        (NamedNode(expand("mesh:D006973")), to_term(17), to_term(Decimal("15.5")), to_term(0), to_term(True)),
        (Literal("a [16%] | b\nc, “d”"), None, None, None, None),
    ),
)


def written(form: str, table: Table = TABLE) -> str:
    out = io.StringIO()
    write_table(table, form, out)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "datatype"), [("many", "integer"), ("NaN", "double"), ("INF", "double"), ("1,5", "decimal")]
)
def test_a_number_that_is_none_stays_a_text(text: str, datatype: str) -> None:
    term = Literal(text, datatype=NamedNode(expand(f"xsd:{datatype}")))
    table = Table(columns=("n",), rows=((term,),))
    assert json.loads(written("json", table)) == [{"n": text}]
    assert written("csv", table).splitlines()[1].strip('"') == text


def test_json_is_typed_and_absent_is_null() -> None:
    first, second = json.loads(written("json"), parse_float=Decimal)
    assert first == {
        "drug": expand("mesh:D006973"),
        "n": 17,
        "percent": Decimal("15.5"),
        "zero": 0,
        "seen": True,
    }
    assert second["n"] is None


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_csv_reads_back(form: str, delimiter: str) -> None:
    head, first, second = csv.reader(io.StringIO(written(form), newline=""), delimiter=delimiter)
    assert head == list(TABLE.columns)
    assert first == [expand("mesh:D006973"), "17", "15.5", "0", "true"]
    assert second == ["a [16%] | b\nc, “d”", "", "", "", ""]


def test_markdown_keeps_its_columns() -> None:
    lines = written("md").splitlines()
    assert len(lines) == 4
    assert lines[3].startswith(r"| a [16%] \| b c, “d” |")


def test_the_table_for_people_shows_brackets_and_short_names() -> None:
    text = written("table")
    assert "a [16%] | b c, “d”" in text
    assert "mesh:D006973" in text


def test_an_empty_answer_still_has_its_columns() -> None:
    empty = Table(columns=("a", "b"), rows=())
    assert written("csv", empty) == "a,b\n"
    assert json.loads(written("json", empty)) == []


@given(st.one_of(st.booleans(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.text()))
def test_values_come_back_as_they_went_in(value: bool | int | Decimal | str) -> None:
    back = to_python(to_term(value))
    assert back == value
    assert type(back) is type(value)
    msgspec.json.encode(back)


terms = (
    st.text(alphabet=st.characters(blacklist_categories=["Cs"])).map(Literal)
    | st.integers().map(to_term)
    | st.sampled_from([Literal("maladie", language="fr"), NamedNode("http://example.org/a")])
)


@given(st.lists(st.tuples(st.none() | terms, st.none() | terms), max_size=4))
def test_sparql_json_is_read_back_by_the_engine(rows: list[tuple[Term | None, Term | None]]) -> None:
    out = io.StringIO()
    write_table(Table(columns=("a", "b"), rows=tuple(rows)), "sparql-json", out)
    read = pyoxigraph.parse_query_results(out.getvalue(), pyoxigraph.QueryResultsFormat.JSON)
    assert isinstance(read, pyoxigraph.QuerySolutions)
    assert [(row["a"], row["b"]) for row in read] == rows
