"""From an engine's SPARQL TSV to Arrow columns, each of the type that all of its values have.

Arrow reads the text column by column, and only the distinct values of a column that is neither all integers,
all IRIs nor all plain text are looked at one by one. What the types are: see `queries/arrow`.
SPARQL TSV: https://www.w3.org/TR/sparql11-results-csv-tsv/
"""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from trialweave.errors import QueryError
from trialweave.graph.quads import DECIMAL_TYPES, INTEGER_TYPES
from trialweave.ontology.prefixes import namespace

XSD = namespace("xsd")


def library(name: str) -> Any:
    """pyarrow, a part of it, or pandas. Raises QueryError, naming the extra, where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise QueryError(
            "Arrow tables, DataFrames and Parquet need pyarrow and pandas: pip install 'trialweave[tables]'"
        ) from error


def read_tsv(written: bytes, names: list[str]) -> list[Any]:
    """The columns of SPARQL TSV as they are written; null where a cell is empty."""
    arrow = library("pyarrow")
    tsv = library("pyarrow.csv")

    if not names:
        return []
    read = tsv.ReadOptions(skip_rows=1, column_names=names, block_size=1 << 24)
    parse = tsv.ParseOptions(delimiter="\t", quote_char=False, escape_char=False, ignore_empty_lines=False)
    convert = tsv.ConvertOptions(
        column_types=dict.fromkeys(names, arrow.string()), null_values=[""], strings_can_be_null=True
    )
    if written.count(b"\n", 0, len(written)) <= 1:
        return [arrow.array([], arrow.string()) for _ in names]
    table = tsv.read_csv(io.BytesIO(written), read_options=read, parse_options=parse, convert_options=convert)
    return [column.combine_chunks() for column in table.columns]


_LITERAL = re.compile(r'"(.*)"(?:@[A-Za-z0-9-]+|\^\^<([^>]*)>)?', re.DOTALL)
_ESCAPE = re.compile(r'\\(?:([tbnrf"\'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))')
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_INTEGER = r"^[+-]?[0-9]{1,18}$"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

_KINDS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(INTEGER_TYPES, int),
    **dict.fromkeys(DECIMAL_TYPES, float),
    XSD["boolean"]: {"true": True, "1": True, "false": False, "0": False}.__getitem__,
    XSD["date"]: datetime.fromisoformat,
    XSD["dateTime"]: datetime.fromisoformat,
}
"""How the values of a datatype are read; what cannot be read so is text."""


def typed(cells: Any) -> Any:
    """A column of cells as what all of its values are."""
    arrow = library("pyarrow")
    pc = library("pyarrow.compute")

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
