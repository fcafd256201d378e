"""Where answers go: stdout, or a file that appears whole."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer

from trialweave.cli.app import say
from trialweave.errors import QueryError
from trialweave.queries.table import Format, Table, fit, write_table


@contextmanager
def output(out: Path | None) -> Iterator[TextIO]:
    """Stdout, or a file that appears whole; a device or a pipe is written to as it stands."""
    if out is None:
        yield from _stdout()
        return
    if out.exists() and not out.is_file() and not out.is_dir():
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    if not out.name:
        raise QueryError(f"{out}: is a folder; name a file")
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise QueryError(f"{out}: cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)


def _stdout() -> Iterator[TextIO]:
    """Stdout; whoever reads it may go before the end, as `head` does."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still in the buffer
        raise typer.Exit from None
    except UnicodeEncodeError as error:
        raise QueryError(
            f"stdout is {error.encoding}, which has no {error.object[error.start]!r}; use --out FILE, "
            "or set PYTHONIOENCODING=utf-8"
        ) from error
    except OSError as error:
        raise QueryError(f"stdout: cannot be written ({error.strerror})") from error


def print_table(table: Table, form: Format, out: Path | None) -> None:
    """Write an answer; on a terminal, only the columns that fit, and below it how many rows there are."""
    for_people = out is None and form == "table"
    shown = fit(table, shutil.get_terminal_size().columns) if for_people and sys.stdout.isatty() else table
    with output(out) as file:
        write_table(shown, form, file)
    if for_people:
        left_out = [name for name in table.columns if name not in shown.columns]
        hidden = f" (not shown: {', '.join(left_out)}; --format csv has them)" if left_out else ""
        say(f"{len(table)} row{'' if len(table) == 1 else 's'}{hidden}")
