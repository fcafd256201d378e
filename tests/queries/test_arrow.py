"""Arrow, pandas and Parquet hold what the terms of the answer say, and nothing that they do not."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.errors import QueryError
from trialweave.graph.quads import Literal, NamedNode, Term, to_term
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import expand
from trialweave.queries.arrow import arrow_table, ask_arrow, to_frame, write_parquet
from trialweave.queries.catalogue import read_question
from trialweave.queries.run import select
from trialweave.queries.table import to_python

EMPTY = Graph.in_memory()


def column(*terms: Term | None) -> pyarrow.ChunkedArray:
    """One column of these terms, through SPARQL."""
    rows = " ".join(f"({'UNDEF' if term is None else term} {place})" for place, term in enumerate(terms))
    table = arrow_table(EMPTY, f"SELECT ?x WHERE {{ VALUES (?x ?place) {{ {rows} }} }} ORDER BY ?place")
    return table.column("x")


def typed(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=NamedNode(expand(f"xsd:{datatype}")))


@pytest.mark.parametrize(
    ("terms", "kind", "values"),
    [
        ([to_term(3), None, to_term(-4)], pyarrow.int64(), [3, None, -4]),
        ([to_term(Decimal("0.46")), to_term(3)], pyarrow.float64(), [0.46, 3.0]),
        ([typed("1.5e3", "double")], pyarrow.float64(), [1500.0]),
        ([to_term(True), None], pyarrow.bool_(), [True, None]),
        ([NamedNode("a:b"), NamedNode("c:d")], pyarrow.string(), ["a:b", "c:d"]),
        ([Literal("a"), Literal("b", language="en"), NamedNode("c:d")], pyarrow.string(), ["a", "b", "c:d"]),
        ([Literal(""), None], pyarrow.string(), ["", None]),
        ([Literal("NA"), Literal("3"), to_term(3)], pyarrow.string(), ["NA", "3", "3"]),
        ([typed("2021-03", "gYearMonth")], pyarrow.string(), ["2021-03"]),
        ([typed("many", "integer"), to_term(3)], pyarrow.string(), ["many", "3"]),
        ([to_term(10**30)], pyarrow.string(), [str(10**30)]),
        ([to_term(2**63 - 1), to_term(2**63)], pyarrow.string(), [str(2**63 - 1), str(2**63)]),
        ([to_term(2**62), None], pyarrow.int64(), [2**62, None]),
        ([typed("2021-03-04", "date")], pyarrow.timestamp("us"), [datetime(2021, 3, 4)]),
        (
            [typed("2021-03-04T05:06:07Z", "dateTime")],
            pyarrow.timestamp("us", tz="UTC"),
            [datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)],
        ),
        (
            [typed("2021-03-04T05:06:07Z", "dateTime"), typed("2021-03-04T05:06:07", "dateTime")],
            pyarrow.string(),
            ["2021-03-04T05:06:07Z", "2021-03-04T05:06:07"],
        ),
        ([None, None], pyarrow.string(), [None, None]),
    ],
)
def test_a_column_is_what_all_of_its_values_are(
    terms: list[Term | None], kind: pyarrow.DataType, values: list[object]
) -> None:
    made = column(*terms)
    assert made.type == kind
    assert made.to_pylist() == values


texts = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from('\t\n\r"\\'))
literals = st.builds(Literal, texts)
anything = (
    literals
    | st.builds(lambda text: Literal(text, language="en"), texts)
    | st.integers().map(to_term)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(to_term)
    | st.booleans().map(to_term)
    | st.just(NamedNode("http://example.org/a"))
)


@given(st.lists(st.none() | literals, min_size=1, max_size=6))
def test_texts_come_through_whole(terms: list[Literal | None]) -> None:
    assert column(*terms).to_pylist() == [None if term is None else term.value for term in terms]


@given(st.lists(st.none() | anything, min_size=1, max_size=6))
def test_no_value_is_lost_or_filled_in(terms: list[Term | None]) -> None:
    values = column(*terms).to_pylist()
    assert [value is None for value in values] == [term is None for term in terms]
    for term, value in zip(terms, values, strict=True):
        if isinstance(value, float):
            assert value == float(str(to_python(term)))
        elif isinstance(value, str):
            assert value == getattr(term, "value")  # noqa: B009
        else:
            assert value == to_python(term)


def test_other_forms_of_query_and_empty_answers() -> None:
    graph = Graph.in_memory()
    assert arrow_table(graph, "ASK { ?s ?p ?o }").to_pylist() == [{"answer": False}]
    made = arrow_table(graph, "CONSTRUCT { <a:a> <a:b> 3 } WHERE {}")
    assert made.to_pylist() == [{"subject": "a:a", "predicate": "a:b", "object": 3}]
    for query in ("SELECT ?a ?b WHERE { ?a ?b 1 }", "CONSTRUCT WHERE { ?s ?p ?o }"):
        assert arrow_table(graph, query).num_rows == 0
        assert arrow_table(graph, query).column_names == list(select(graph, query).columns)
    with pytest.raises(QueryError, match="not SPARQL"):
        arrow_table(graph, "SELECT nonsense")


def test_a_frame_and_a_file_know_units_and_types(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(
        "#+ summary: s\n#+ question: q\n"
        "#+ columns: {arm: the arm, n: {meaning: people, unit: people}, rate: {meaning: share, unit: '%'}}\n"
        "SELECT ?arm ?n ?rate WHERE { VALUES (?arm ?n ?rate) "
        '{ ("a" 3 2.5) ("a" UNDEF 3) ("b" 5 UNDEF) ("b" 5 1.0) } }'
    )
    table = ask_arrow(EMPTY, read_question(tmp_path / "q.rq"))
    frame = to_frame(table)
    assert frame.dtypes.astype(str).to_dict() == {"arm": "category", "n": "Int64", "rate": "float64"}
    assert frame.attrs == {
        "units": {"n": "people", "rate": "%"},
        "meanings": {"arm": "the arm", "n": "people", "rate": "share"},
    }
    assert frame["n"].isna().tolist() == [False, True, False, False]
    write_parquet(table, tmp_path / "q.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "q.parquet").equals(table, check_metadata=True)
    assert pandas.read_parquet(tmp_path / "q.parquet")["rate"].sum() == 6.5
    with pytest.raises(QueryError, match="cannot be written"):
        write_parquet(table, tmp_path / "no" / "q.parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["q.parquet", "q.rq"]
