"""The Parquet set, read by others: types, keys, references, figures, units."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pandas
import pyarrow
import pyarrow.parquet
import pytest

from trialweave import Graph, open_store
from trialweave.errors import QueryError
from trialweave.graph.quads import words
from trialweave.graph.store import Graph as Store
from trialweave.ontology.prefixes import PREFIXES, namespace
from trialweave.queries.dataset import export_tables, read_table
from trialweave.queries.dataset.layout import TABLES, layouts, read_layout

TW = namespace("tw")
NCT = namespace("nct")
TYPES = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "decimal": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
}


@pytest.fixture(scope="module")
def graph(small_store: Path) -> Graph:
    return open_store(small_store)


@pytest.fixture(scope="module")
def folder(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set") / "tables.parquet"
    done = export_tables(graph, folder)
    assert done.rows.keys() == layouts().keys()
    return folder


@pytest.fixture(scope="module")
def tables(folder: Path) -> Mapping[str, pyarrow.Table]:
    return {name: pyarrow.parquet.read_table(folder / f"{name}.parquet") for name in layouts()}


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    made = duckdb.connect()
    for name in layouts():
        made.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    yield made
    made.close()


def test_columns_are_as_their_headers_say(tables: Mapping[str, pyarrow.Table]) -> None:
    for name, layout in layouts().items():
        schema = tables[name].schema
        assert schema.names == list(layout.columns)
        assert schema.metadata[b"key"].decode() == ",".join(layout.key)
        for field in schema:
            column = layout.columns[field.name]
            assert field.type == TYPES[column.type]
            assert field.metadata[b"meaning"].decode() == column.meaning
            assert field.metadata.get(b"unit", b"").decode() == (column.unit or "")


@pytest.mark.parametrize("name", [path.stem for path in sorted(TABLES.glob("*.rq"))])
def test_keys_are_keys(database: duckdb.DuckDBPyConnection, name: str) -> None:
    key = ", ".join(layouts()[name].key)
    first = layouts()[name].key[0]
    rows, different, absent = database.execute(
        f"SELECT count(*), count(DISTINCT ({key})), count(*) FILTER ({first} IS NULL) FROM {name}"
    ).fetchall()[0]
    assert rows == different > 0
    assert absent == 0


def test_references_lead_to_rows(database: duckdb.DuckDBPyConnection) -> None:
    for name, layout in layouts().items():
        for column, about in layout.columns.items():
            if about.refers is not None:
                key = layouts()[about.refers].key[0]
                [(lost,)] = database.execute(
                    f"SELECT count(*) FROM {name} WHERE {column} IS NOT NULL AND {column} NOT IN "
                    f"(SELECT {key} FROM {about.refers})"
                ).fetchall()
                assert lost == 0, f"{name}.{column}"


def test_figures_by_sql(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.execute(
        """SELECT a.label, e.event_label, e.affected, e.percent, e.grade_low, e.at_risk, s.quote LIKE '%17%'
           FROM event_counts e JOIN arms a USING (arm) JOIN spans s ON e.evidence = s.span
           JOIN trials t ON e.trial = t.trial WHERE t.nct_id = 'NCT02649361' AND e.affected = 17"""
    ).fetchall()
    assert rows == [("anlotinib", "hypertension", 17, 16.0, 3, None, True)]
    hazard = database.execute(
        "SELECT value, ci_low, ci_high, p_operator, p_value FROM estimates WHERE measure = 'HazardRatio'"
        " AND trial LIKE '%NCT02649361'"
    ).fetchall()
    assert (0.46, 0.32, 0.66, "<", 0.001) in hazard
    [(dose, unit)] = database.execute(
        "SELECT dose, unit FROM doses d JOIN arm_interventions USING (intervention) JOIN arms a USING (arm)"
        " WHERE a.trial LIKE '%NCT02649361' AND a.label = 'anlotinib'"
    ).fetchall()
    assert (dose, unit) == (12.0, "mg")


def test_no_fact_is_lost_or_told_twice(graph: Graph, tables: Mapping[str, pyarrow.Table]) -> None:
    for table, predicate in (("event_counts", "event"), ("participants", "count")):
        facts = {words(quad.subject) for quad in graph.quads_of(predicate=TW[predicate])}
        assert set(tables[table].column("fact").to_pylist()) == facts
    told = tables["trials"].column("trial").to_pylist()
    joined = {words(q.subject) for q in graph.quads_of(predicate=TW["sameTrial"])}
    trials = {
        words(q.subject)
        for q in graph.quads_of(predicate=f"{PREFIXES['rdf']}type")
        if words(q.object) == TW["Trial"]
    }
    assert set(told) == trials - joined
    per_record = tables["arms"].group_by("record").aggregate([("arm", "count")]).num_rows
    assert per_record == len(set(tables["arms"].column("record").to_pylist()))


def test_pandas_reads_it(folder: Path) -> None:
    frame = pandas.read_parquet(folder / "event_counts.parquet", dtype_backend="pyarrow")
    assert str(frame["affected"].dtype) == "int64[pyarrow]"
    assert frame["affected"].min() == 0


def test_the_same_store_gives_the_same_bytes(graph: Graph, folder: Path, tmp_path: Path) -> None:
    export_tables(graph, tmp_path / "again.parquet")
    for file in sorted(folder.glob("*.parquet")):
        again = (tmp_path / "again.parquet" / file.name).read_bytes()
        assert hashlib.sha256(again).digest() == hashlib.sha256(file.read_bytes()).digest()


def test_an_empty_store_has_the_same_columns() -> None:
    for layout in layouts().values():
        table = read_table(Store.in_memory(), layout)
        assert len(table) == 0
        assert [field.type for field in table.schema] == [TYPES[c.type] for c in layout.columns.values()]


def test_a_value_that_does_not_fit_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.rq").write_text(
        "#+ summary: broken\n#+ key: [a]\n#+ columns:\n#+   a: {meaning: a number, type: integer}\n"
        'SELECT ?a WHERE { VALUES ?a { "many" } }\n'
    )
    with pytest.raises(QueryError, match=r"broken\.a: holds text, expected integer"):
        read_table(Store.in_memory(), read_layout(tmp_path / "broken.rq"))
