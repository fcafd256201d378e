"""An answer as an Arrow table or a pandas DataFrame: typed columns, without a look at each row in Python.

The engine writes its answer as SPARQL TSV, Arrow reads that column by column, and only the distinct
values of a column that is neither all integers, all IRIs nor all plain text are looked at one by one.
What a column is follows from its values:

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
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph

from trialweave.errors import QueryError
from trialweave.ontology.prefixes import namespace
from trialweave.queries.catalogue import Column, Question
from trialweave.queries.run import answer, bind, failures_told, select

if TYPE_CHECKING:
    import pandas
    import pyarrow

    from trialweave.queries.source import Source

XSD = namespace("xsd")


def ask_arrow(source: Source, question: Question, given: Mapping[str, str] | None = None) -> pyarrow.Table:
    """The answer to a saved question; each field's metadata hold its `meaning` and its `unit`."""
    return arrow_table(source, bind(question, given or {}, source), columns=question.columns)


def arrow_table(source: Source, sparql: str, *, columns: Mapping[str, Column] | None = None) -> pyarrow.Table:
    """The answer to SPARQL of one's own.

    Raises QueryError and RemoteError as `select` does, and QueryError where pyarrow is not installed.
    """
    arrow = _pyarrow()
    found = answer(source, sparql)
    if isinstance(found, pyoxigraph.QuerySolutions):
        names = [variable.value for variable in found.variables]
        with failures_told(source):
            written = found.serialize(format=pyoxigraph.QueryResultsFormat.TSV)
        cells = _cells(written or b"", names)
    else:
        table = select(source, sparql)
        names = list(table.columns)
        texts = [
            [None if term is None else str(term) for term in column]
            for column in zip(*table.rows, strict=True)
        ]
        cells = [arrow.array(column, arrow.string()) for column in texts] or [
            arrow.array([], arrow.string())
        ] * len(names)
    typed = [_typed(column) for column in cells]
    fields = [
        arrow.field(name, column.type, metadata=_metadata((columns or {}).get(name)))
        for name, column in zip(names, typed, strict=True)
    ]
    made: pyarrow.Table = arrow.table(typed, schema=arrow.schema(fields))
    return made


def columns_table(columns: Mapping[str, tuple[type, list[Any]]]) -> pyarrow.Table:
    """A table of columns of Python values, each with its type: bool, int, float, str, or tuple (of texts).

    >>> table = columns_table({"n": (int, [1, None]), "names": (tuple, [("a", "b"), None])})
    >>> table.column("names").to_pylist()
    [['a', 'b'], None]
    """
    arrow = _pyarrow()
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
    _pyarrow()
    import pyarrow.parquet

    part = file.with_name(f".{file.name}.part")
    try:
        pyarrow.parquet.write_table(table, part)
        part.replace(file)
    except OSError as error:
        raise QueryError(f"{file}: cannot be written ({error.strerror or error})") from error
    finally:
        part.unlink(missing_ok=True)


def parquet_bytes(table: pyarrow.Table) -> bytes:
    """A table as the bytes of a Parquet file: the same for the same table and version of pyarrow."""
    _pyarrow()
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out)
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
    arrow = _pyarrow()
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
    import pandas
    import pyarrow

    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pyarrow.types.is_string(field.type) and _repeats(column):
            coded = column.dictionary_encode()
            table = table.set_column(place, field.with_type(coded.type), coded)
    kinds = {pyarrow.int64(): pandas.Int64Dtype(), pyarrow.bool_(): pandas.BooleanDtype()}
    frame = table.to_pandas(types_mapper=kinds.get)
    for key in ("unit", "meaning"):
        told = {field.name: (field.metadata or {}).get(key.encode()) for field in table.schema}
        frame.attrs[f"{key}s"] = {name: text.decode() for name, text in told.items() if text}
    return frame


# ── from text to columns ─────────────────────────────────────────────────────────────────


def _cells(written: bytes, names: list[str]) -> list[Any]:
    """The columns of SPARQL TSV as they are written; null where a cell is empty."""
    arrow = _pyarrow()
    import pyarrow.csv

    if not names:
        return []
    read = pyarrow.csv.ReadOptions(skip_rows=1, column_names=names, block_size=1 << 24)
    parse = pyarrow.csv.ParseOptions(
        delimiter="\t", quote_char=False, escape_char=False, ignore_empty_lines=False
    )
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, arrow.string()), null_values=[""], strings_can_be_null=True
    )
    if written.count(b"\n", 0, len(written)) <= 1:
        return [arrow.array([], arrow.string()) for _ in names]
    table = pyarrow.csv.read_csv(
        io.BytesIO(written), read_options=read, parse_options=parse, convert_options=convert
    )
    return [column.combine_chunks() for column in table.columns]


_LITERAL = re.compile(r'"(.*)"(?:@[A-Za-z0-9-]+|\^\^<([^>]*)>)?', re.DOTALL)
_ESCAPE = re.compile(r'\\(?:([tbnrf"\'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))')
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_INTEGER = r"^[+-]?[0-9]{1,18}$"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

_KINDS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(
        (XSD[name] for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger")), int
    ),
    **dict.fromkeys((XSD[name] for name in ("decimal", "double", "float")), float),
    XSD["boolean"]: {"true": True, "1": True, "false": False, "0": False}.__getitem__,
    XSD["date"]: datetime.fromisoformat,
    XSD["dateTime"]: datetime.fromisoformat,
}
"""How the values of a datatype are read; what cannot be read so is text."""


def _typed(cells: Any) -> Any:
    """A column of cells as what all of its values are."""
    arrow = _pyarrow()
    import pyarrow.compute as pc

    def all_match(pattern: str) -> bool:
        return bool(pc.all(pc.match_substring_regex(cells, pattern)).as_py())

    if cells.null_count == len(cells):
        return cells
    if all_match(_INTEGER):
        return pc.cast(cells, arrow.int64())
    if all_match("^<[^>]*>$") or all_match(r'^"[^"\\]*"$'):
        return pc.utf8_slice_codeunits(cells, 1, -1)
    coded = cells.dictionary_encode()
    values = [_value(cell) for cell in coded.dictionary.to_pylist()]
    return arrow.array(_alike(values)).take(coded.indices)


def _value(cell: str) -> tuple[object, str]:
    """A cell's value, typed where its datatype can be, and its text."""
    if cell.startswith("<"):
        return cell[1:-1], cell[1:-1]
    literal = _LITERAL.fullmatch(cell)
    if literal is None:  # abbreviated: a number or a boolean; or a blank node
        if cell in ("true", "false"):
            return cell == "true", cell
        if _NUMBER.fullmatch(cell):
            return (int(cell) if cell.lstrip("+-").isdecimal() else float(cell)), cell
        return cell, cell
    text = _ESCAPE.sub(_unescaped, literal[1])
    reading = _KINDS.get(literal[2] or "")
    try:
        return (text if reading is None else reading(text)), text
    except (ValueError, KeyError):
        return text, text


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED[match[1]] if match[1] else chr(int(match[2] or match[3], 16))


_LARGEST = 2**63


def _alike(values: list[tuple[object, str]]) -> list[Any]:
    """The values if they are of one kind; else their texts."""
    kinds = {type(value) for value, _ in values}
    if kinds == {int, float}:
        return [float(str(value)) for value, _ in values]
    small = all(-_LARGEST <= value < _LARGEST for value, _ in values if isinstance(value, int))
    zones = {value.tzinfo is None for value, _ in values if isinstance(value, datetime)}
    if len(kinds) == 1 and small and len(zones) < 2:
        return [value for value, _ in values]
    return [text for _, text in values]


# ── small things ─────────────────────────────────────────────────────────────────────────


def _repeats(column: Any) -> bool:
    """Whether each value comes twice or more, on average."""
    import pyarrow.compute as pc

    return bool(len(column) - column.null_count >= 2 * max(1, pc.count_distinct(column).as_py()))


def _metadata(column: Column | None) -> dict[str, str] | None:
    if column is None:
        return None
    return {"meaning": column.meaning} | ({"unit": column.unit} if column.unit else {})


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise QueryError(
            "Arrow tables, DataFrames and Parquet need pyarrow and pandas: pip install 'trialweave[tables]'"
        ) from error
    return pyarrow
