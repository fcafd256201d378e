"""A record on the terminal: its text with the facts marked, and each fact told below its sentence."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.text import Text

from trialweave.loaders.explain.marks import Block, Mark, blocks, marks
from trialweave.loaders.explain.wording import group, in_words, printable, read_from
from trialweave.loaders.extract import Extracted
from trialweave.records import Fact

_COLOURS = {
    "effect": "magenta",
    "time": "cyan",
    "outcome": "green",
    "harm": "yellow",
    "people": "blue",
    "dose": "bright_cyan",
    "p-value": "bright_magenta",
    "other": "white",
}
_FINDING = "bold white on red"
_NARROWEST = 12


def show(record: Extracted, file: TextIO, *, width: int | None = None, colours: bool | None = None) -> None:
    """Print a record: a head, then its text in blocks, each with its facts below.

    A fact stands in the text as `{7| its words}`, with `!` beside the number if the audit found
    something. Width and colours are those of the terminal, unless given; there are none in a file, or
    where NO_COLOR is set.
    """
    console = Console(
        file=file, width=width, force_terminal=colours, highlight=False, emoji=False, markup=False
    )
    with console.capture() as shown:
        _show(console, record)
    file.write(shown.get())


def _show(console: Console, record: Extracted) -> None:
    for line in _head(record):
        _print(console, line)
    digits = len(str(len(record.facts))) + 2
    for block in blocks(record.text, record.spans, marks(record.facts)):
        _print(console, _marked(record, block))
        for mark in block.marks:
            for here in mark.facts:
                _tell(console, record.facts[here], f"{here + 1:>{digits}}  ", mark, block)
        _print(console, Text())


def _head(record: Extracted) -> list[Text]:
    """The record's id, how many facts and findings, the arms, and what the marks mean."""
    facts = record.facts
    found = [str(here + 1) for here, fact in enumerate(facts) if fact.findings]
    head = Text.assemble(
        ("=== ", "bold"),
        (printable(str(record.id)), "bold"),
        f": {_count(len(facts), 'fact')}, {_count(sum(len(fact.findings) for fact in facts), 'finding')}",
    )
    if found:
        head.append(f" (at {', '.join(found)})", _FINDING)
    lines = [head]
    if record.arms:
        names = (
            printable(arm.name) + (f" ({printable(', '.join(arm.aliases))})" if arm.aliases else "")
            for arm in record.arms
        )
        lines.append(Text(f"arms: {'; '.join(names)}"))
    if facts:
        legend = Text("marks: {number| words}, ! for a finding; kinds: ")
        for here, name in enumerate(name for name in _COLOURS if any(group(f.kind) == name for f in facts)):
            legend.append(", " if here else "")
            legend.append(name, _COLOURS[name])
        lines.append(legend)
    return [*lines, Text()]


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _marked(record: Extracted, block: Block) -> Text:
    """The words of a block, with its marks."""
    shown = Text()
    at = block.start
    for mark in block.marks:
        shown.append(_spaced(record.text, at, mark.start))
        colour = _COLOURS[group(record.facts[mark.facts[0]].kind)]
        shown.append("{", f"bold {colour}")
        for place, here in enumerate(mark.facts):
            shown.append(
                f"{',' if place else ''}{here + 1}", f"bold {_COLOURS[group(record.facts[here].kind)]}"
            )
            if record.facts[here].findings:
                shown.append("!", _FINDING)
        shown.append("| ", f"bold {colour}")
        shown.append(_spaced(record.text, mark.start, mark.end), f"underline {colour}")
        shown.append("}", f"bold {colour}")
        at = mark.end
    shown.append(_spaced(record.text, at, block.end))
    return shown


def _spaced(text: str, start: int, end: int) -> str:
    return printable(text[start:end])


def _tell(console: Console, fact: Fact, number: str, mark: Mark, block: Block) -> None:
    """A fact in words: what it says, what it was read from, what the audit found."""
    colour, margin = _COLOURS[group(fact.kind)], " " * len(number)
    kind, about = in_words(fact)
    _print(
        console,
        Text.assemble((kind, f"bold {colour}"), about),
        first=Text(number, f"bold {colour}"),
        margin=margin,
    )
    alone = (fact.start, fact.end) == (mark.start, mark.end)
    words = read_from(fact, quoted=not alone, beside=(block.start, block.end))
    _print(console, Text(words, "dim"), first=Text(margin), margin=margin)
    for finding in fact.findings:
        words = printable(f" {finding.sure}: {finding.message} ({finding.check})")
        told = Text.assemble(("!", _FINDING), (words, "bold red"))
        _print(console, told, first=Text(margin), margin=margin)


def _print(console: Console, line: Text, *, first: Text | None = None, margin: str = "") -> None:
    """Print a line wrapped to the width: `first` before its first row, the margin before the others."""
    width = max(console.width - len(margin), _NARROWEST)
    before = first or Text()
    for row in line.wrap(console, width) if line else (line,):
        row.rstrip()
        console.print(Text.assemble(before, row), no_wrap=True, crop=False, overflow="ignore")
        before = Text(margin)
