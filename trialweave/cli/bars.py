"""Bars that show on a terminal how far a long command is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

T = TypeVar("T")


def bar(what: str) -> Callable[[Iterator[T]], Iterator[T]]:
    """Something that hands on what it is given, and counts it where a person can see it."""

    def counted(items: Iterator[T]) -> Iterator[T]:
        console = Console(file=sys.stderr)
        columns = (
            SpinnerColumn(),
            TextColumn(f"{{task.completed:,}} {what}"),
            BarColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
            yield from progress.track(items, total=None)

    return counted
