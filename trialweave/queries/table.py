"""An answer as a table of RDF terms, and the forms in which it is handed over."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal as OneOf
from typing import TextIO

import msgspec
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from trialweave.graph.quads import Literal, NamedNode, Term
from trialweave.ontology.prefixes import compact, namespace
from trialweave.records import Record

Format = OneOf["table", "csv", "tsv", "json", "md"]

XSD = namespace("xsd")
_INTEGER_TYPES = {XSD["integer"], XSD["int"], XSD["long"], XSD["nonNegativeInteger"]}
_DECIMAL_TYPES = {XSD["decimal"], XSD["double"], XSD["float"]}

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
    """The Python value of a term: numbers and booleans typed, everything else its text."""
    if term is None:
        return None
    if isinstance(term, Literal):
        datatype = term.datatype.value
        if datatype in _INTEGER_TYPES:
            return int(term.value)
        if datatype in _DECIMAL_TYPES:
            return Decimal(term.value)
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


def _write_terminal(table: Table, out: TextIO) -> None:
    """A plain table that fits the terminal; written to a file, it is as wide as it needs to be."""
    grid = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
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
