"""Rows of a delimited text (CSV, TSV), each with the number of its first line; a bad row costs one row.

Cells are quoted as in RFC 4180: a cell that begins with a quotation mark ends with the next lone one, and
may hold line ends. A quotation mark that is never closed would swallow the rest of the file: a row is given
up after `LONGEST` lines, and reading goes on with the next line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trialweave.errors import LoadError
from trialweave.loaders.decoding import Piece, utf8_text

LONGEST = 100


class Row(NamedTuple):
    """The cells of one row; where it cannot be read, `problem` says why, and `text` is its first line."""

    line: int
    cells: list[str]
    text: str
    problem: str | None = None


def rows(lines: Iterable[Piece], *, delimiter: str, first_line: int = 1) -> Iterator[Row]:
    r"""The rows that are not empty.

    >>> text = [Piece(0, b'a,"b, c"\r\n'), Piece(10, b'\n'), Piece(11, b'"d\n'), Piece(14, b'e",f\n')]
    >>> [(row.line, row.cells) for row in rows(text, delimiter=",")]
    [(1, ['a', 'b, c']), (3, ['d\ne', 'f'])]
    """
    numbered = enumerate(lines, first_line)
    held: list[tuple[int, Piece]] = []  # given up as part of a quoted cell, to be read again
    while True:
        here = held.pop(0) if held else next(numbered, None)
        if here is None:
            return
        line, piece = here
        try:
            text = utf8_text(piece.data, offset=piece.offset)
        except LoadError as error:
            yield Row(line, [], piece.data.decode("utf-8", "backslashreplace"), str(error))
            continue
        taken: list[tuple[int, Piece]] = []
        whole = text
        while _is_open(whole, delimiter) and len(taken) < LONGEST:
            more = held.pop(0) if held else next(numbered, None)
            if more is None:
                break
            taken.append(more)
            whole += more[1].data.decode("utf-8", "replace")
        if _is_open(whole, delimiter):
            held = [*taken, *held]
            yield Row(line, [], text, f"line {line}: a quotation mark is opened and not closed")
        elif whole.strip("\r\n"):
            try:
                yield Row(line, next(csv.reader([whole.rstrip("\r\n")], delimiter=delimiter)), text)
            except csv.Error as error:
                yield Row(line, [], text, f"line {line}: {error}")


def _is_open(text: str, delimiter: str) -> bool:
    """Whether a quoted cell goes on after the end of `text`."""
    if '"' not in text:
        return False
    try:
        list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
