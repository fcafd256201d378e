"""An answer as a table of RDF terms, and the forms in which it is handed over."""

from __future__ import annotations

import csv
import io
import re
import shutil
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal as OneOf
from typing import TextIO

import msgspec
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from trialweave.graph.quads import DECIMAL_TYPES, INTEGER_TYPES, Literal, NamedNode, Term
from trialweave.ontology.prefixes import compact, namespace
from trialweave.records import Record

Format = OneOf["table", "csv", "tsv", "json", "sparql-json", "md"]

XSD = namespace("xsd")

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

Python = str | int | Decimal | bool | None


class Table(Record, frozen=True):
    """Rows of RDF terms under named columns; None where a row has no value.

    >>> Table(columns=("n",), rows=((Literal(3),),)).records()
    [{'n': 3}]
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[Term | None, ...]]:
        return iter(self.rows)

    def records(self) -> list[dict[str, Python]]:
        """The rows as dictionaries of Python values; IRIs as strings, absent as None."""
        return [dict(zip(self.columns, map(to_python, row), strict=True)) for row in self.rows]


def to_python(term: Term | None) -> Python:
    """The Python value of a term: numbers and booleans typed, everything else its text.

    So is a number that is none, such as `"many"^^xsd:integer` or `NaN`.
    """
    if term is None:
        return None
    if isinstance(term, Literal):
        datatype = term.datatype.value
        if datatype in INTEGER_TYPES:
            return int(term.value) if _INTEGER.fullmatch(term.value) else term.value
        if datatype in DECIMAL_TYPES:
            return Decimal(term.value) if _DECIMAL.fullmatch(term.value) else term.value
        if datatype == XSD["boolean"]:
            return term.value in ("true", "1")
        return term.value
    return term.value if isinstance(term, NamedNode) else str(term)


def write_table(table: Table, form: Format, out: TextIO) -> None:
    """Write an answer: `table` for reading, the others for programs."""
    if form == "table":
        _write_terminal(table, out)
    elif form == "md":
        _write_markdown(table, out)
    elif form == "sparql-json":
        out.write(_sparql_json(table))
    elif form == "json":
        encoder = msgspec.json.Encoder(decimal_format="number")
        for piece in _json_rows(table, encoder):
            out.write(piece)
    else:
        writer = csv.writer(out, delimiter="," if form == "csv" else "\t", lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([_lexical(term) for term in row] for row in table.rows)


def _json_rows(table: Table, encoder: msgspec.json.Encoder) -> Iterator[str]:
    yield "["
    for number, record in enumerate(table.records()):
        yield ("," if number else "") + "\n  " + encoder.encode(record).decode()
    yield "\n]\n"


def _sparql_json(table: Table) -> str:
    """SPARQL 1.1 Query Results JSON Format: each term with its kind, datatype and language."""
    rows = [
        {name: _json_term(term) for name, term in zip(table.columns, row, strict=True) if term is not None}
        for row in table.rows
    ]
    answer = {"head": {"vars": list(table.columns)}, "results": {"bindings": rows}}
    return msgspec.json.format(msgspec.json.encode(answer), indent=1).decode() + "\n"


def _json_term(term: Term) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if not isinstance(term, Literal):
        return {"type": "bnode", "value": str(term).removeprefix("_:")}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    plain = {"type": "literal", "value": term.value}
    return plain if term.datatype.value == XSD["string"] else plain | {"datatype": term.datatype.value}


def _lexical(term: Term | None) -> str:
    value = to_python(term)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _readable(term: Term | None) -> str:
    """For people: names of things compact, the rest as it is."""
    return compact(term.value) if isinstance(term, NamedNode) else _lexical(term)


def _write_markdown(table: Table, out: TextIO) -> None:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"

    out.write(line(list(table.columns)))
    out.write(line(["---"] * len(table.columns)))
    for row in table.rows:
        out.write(line([_readable(term) for term in row]))


_GAP = 2


def fit(table: Table, width: int) -> Table:
    """The table with the columns that fit a width: those without values go first, then those of IRIs.

    >>> fact = NamedNode(f"http://e.org/{'x' * 30}")
    >>> table = Table(columns=("n", "none", "fact"), rows=((Literal(3), None, fact),))
    >>> fit(table, 80).columns, fit(table, 10).columns
    (('n', 'fact'), ('n',))
    """
    filled = [name for name in table.columns if any(term is not None for term in _column(table, name))]
    fitting = _only(table, filled or list(table.columns))
    if _width(fitting) <= width:
        return fitting
    told = [
        name
        for name in fitting.columns
        if not all(isinstance(term, NamedNode) for term in _column(table, name) if term is not None)
        or max(len(_readable(term)) for term in _column(table, name)) <= _SHORT
    ]
    return _only(fitting, told or list(fitting.columns))


_SHORT = 24
"""An IRI that reads as short as this (nct:NCT02649361) is worth its column; longer words may wrap."""


def _column(table: Table, name: str) -> list[Term | None]:
    place = table.columns.index(name)
    return [row[place] for row in table.rows]


def _only(table: Table, names: list[str]) -> Table:
    places = [table.columns.index(name) for name in names]
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return Table(columns=tuple(names), rows=rows)


def _width(table: Table) -> int:
    """The width at which the table reads well: long words may wrap within `_SHORT` characters."""
    widths = (
        max(len(name), *(min(len(_readable(term)), _SHORT) for term in _column(table, name)), 0)
        for name in table.columns
    )
    return sum(width + _GAP for width in widths)


def _write_blocks(table: Table, out: TextIO) -> None:
    """One line a value, one block a row: for rows that no terminal is wide enough for."""
    room = max(len(name) for name in table.columns)
    for number, row in enumerate(table.rows):
        out.write("\n" if number else "")
        for name, term in zip(table.columns, row, strict=True):
            if term is not None:
                out.write(f"{name:<{room}}  {_readable(term)}\n")


def _write_terminal(table: Table, out: TextIO) -> None:
    """A plain table that fits the terminal; written to a file, it is as wide as it needs to be."""
    if out.isatty() and _width(table) > shutil.get_terminal_size().columns:
        _write_blocks(table, out)
        return
    grid = RichTable(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    numeric = [
        all(not isinstance(to_python(row[i]), str) for row in table.rows) for i in range(len(table.columns))
    ]
    for name, right in zip(table.columns, numeric, strict=True):
        grid.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(_readable(term).replace("\n", " ")) for term in row))
    on_terminal = out is sys.stdout and out.isatty()
    buffer = io.StringIO()
    console = Console(file=out if on_terminal else buffer, width=None if on_terminal else 10_000)
    console.print(grid, markup=False, highlight=False)
    if not on_terminal:
        out.writelines(line.rstrip() + "\n" for line in buffer.getvalue().splitlines())
