"""An answer as an Arrow table or a pandas DataFrame: typed columns, without a look at each row in Python.

The engine writes its answer as SPARQL TSV, which `queries/columns` reads. What a column is follows from its
values:

```
xsd:integer and its kind      int64                 pandas Int64
decimal, double, float        double                float64, also with integers beside them
xsd:boolean                   bool                  boolean
xsd:date, xsd:dateTime        timestamp             datetime64 (UTC where the values have a time zone)
IRIs, strings, all else       string                category where values repeat, else str
```

Values of several kinds make a column of text, and so does an integer beyond 64 bits: nothing is rounded
to fit but decimals to doubles. Absent is null. SPARQL TSV: https://www.w3.org/TR/sparql11-results-csv-tsv/

Needs pandas and pyarrow: `pip install 'trialweave[tables]'`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph

from trialweave.errors import QueryError
from trialweave.queries.catalogue import Column, Question
from trialweave.queries.columns import library, read_tsv, typed
from trialweave.queries.run import answer, bind, failures_told, table_of

if TYPE_CHECKING:
    import pandas
    import pyarrow

    from trialweave.queries.source import Source


def ask_arrow(source: Source, question: Question, given: Mapping[str, str] | None = None) -> pyarrow.Table:
    """The answer to a saved question; each field's metadata hold its `meaning` and its `unit`."""
    return arrow_table(source, bind(question, given or {}, source), columns=question.columns)


def arrow_table(source: Source, sparql: str, *, columns: Mapping[str, Column] | None = None) -> pyarrow.Table:
    """The answer to SPARQL of one's own.

    Raises QueryError and RemoteError as `select` does, and QueryError where pyarrow is not installed.
    """
    arrow = library("pyarrow")
    found = answer(source, sparql)
    if isinstance(found, pyoxigraph.QuerySolutions):
        names = [variable.value for variable in found.variables]
        with failures_told(source):
            written = found.serialize(format=pyoxigraph.QueryResultsFormat.TSV)
        cells = read_tsv(written or b"", names)
    else:
        with failures_told(source):
            table = table_of(found)
        names = list(table.columns)
        texts = [
            [None if term is None else str(term) for term in column]
            for column in zip(*table.rows, strict=True)
        ]
        cells = [arrow.array(column, arrow.string()) for column in texts] or [
            arrow.array([], arrow.string())
        ] * len(names)
    filled = [typed(column) for column in cells]
    fields = [
        arrow.field(name, column.type, metadata=_metadata((columns or {}).get(name)))
        for name, column in zip(names, filled, strict=True)
    ]
    made: pyarrow.Table = arrow.table(filled, schema=arrow.schema(fields))
    return made


def columns_table(columns: Mapping[str, tuple[type, list[Any]]]) -> pyarrow.Table:
    """A table of columns of Python values, each with its type: bool, int, float, str, or tuple (of texts).

    >>> table = columns_table({"n": (int, [1, None]), "names": (tuple, [("a", "b"), None])})
    >>> table.column("names").to_pylist()
    [['a', 'b'], None]
    """
    arrow = library("pyarrow")
    types = {
        bool: arrow.bool_(),
        int: arrow.int64(),
        float: arrow.float64(),
        str: arrow.string(),
        tuple: arrow.list_(arrow.string()),
    }
    made: pyarrow.Table = arrow.table(
        {name: arrow.array(values, types[kind]) for name, (kind, values) in columns.items()}
    )
    return made


def write_parquet(table: pyarrow.Table, file: Path) -> None:
    """Write a table to a Parquet file, which appears whole; meanings and units go along.

    Raises QueryError where it cannot be written.
    """
    parquet = library("pyarrow.parquet")
    part = file.with_name(f".{file.name}.part")
    try:
        parquet.write_table(table, part)
        part.replace(file)
    except OSError as error:
        raise QueryError(f"{file}: cannot be written ({error.strerror or error})") from error
    finally:
        part.unlink(missing_ok=True)


def parquet_bytes(table: pyarrow.Table) -> bytes:
    """A table as the bytes of a Parquet file: the same for the same table and version of pyarrow."""
    parquet = library("pyarrow.parquet")
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def as_types(
    table: pyarrow.Table,
    fields: Mapping[str, tuple[str, Mapping[str, str]]],
    *,
    table_name: str,
    metadata: Mapping[str, str],
) -> pyarrow.Table:
    """The columns that `fields` names, in its order, each as the type that it gives, with its metadata.

    Types are text, integer, decimal (double) and boolean. Raises QueryError for a value that does not fit.
    """
    arrow = library("pyarrow")
    types = {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "decimal": arrow.float64(),
        "boolean": arrow.bool_(),
    }
    columns = []
    for name, (kind, _) in fields.items():
        column = table.column(name)
        try:
            if kind != "text" and arrow.types.is_string(column.type) and column.null_count < len(column):
                raise QueryError(f"{table_name}.{name}: holds text, expected {kind}")
            columns.append(column.cast(types[kind]))
        except arrow.ArrowInvalid as error:
            raise QueryError(f"{table_name}.{name}: expected {kind}: {error}") from error
    made = [arrow.field(name, types[kind], metadata=dict(told)) for name, (kind, told) in fields.items()]
    typed: pyarrow.Table = arrow.table(columns, schema=arrow.schema(made, metadata=dict(metadata)))
    return typed


def to_frame(table: pyarrow.Table) -> pandas.DataFrame:
    """The DataFrame of a table; `attrs["units"]` and `attrs["meanings"]` tell of its columns."""
    of_pandas, arrow = library("pandas"), library("pyarrow")
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if arrow.types.is_string(field.type) and _repeats(column):
            coded = column.dictionary_encode()
            table = table.set_column(place, field.with_type(coded.type), coded)
    kinds = {arrow.int64(): of_pandas.Int64Dtype(), arrow.bool_(): of_pandas.BooleanDtype()}
    frame: pandas.DataFrame = table.to_pandas(types_mapper=kinds.get)
    for key in ("unit", "meaning"):
        told = {field.name: (field.metadata or {}).get(key.encode()) for field in table.schema}
        frame.attrs[f"{key}s"] = {name: text.decode() for name, text in told.items() if text}
    return frame


def _repeats(column: Any) -> bool:
    """Whether each value comes twice or more, on average."""
    pc = library("pyarrow.compute")

    return bool(len(column) - column.null_count >= 2 * max(1, pc.count_distinct(column).as_py()))


def _metadata(column: Column | None) -> dict[str, str] | None:
    if column is None:
        return None
    return {"meaning": column.meaning} | ({"unit": column.unit} if column.unit else {})
