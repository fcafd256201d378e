"""Where the facts of a text are marked, and where the text is broken to tell them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from trialweave.records import Fact

_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*")
_SECTION = re.compile(r"(?<=[.!?)\]])\s+(?=[A-Z][A-Z,/& -]{3,60}: )")
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\bvs\.)(?<!\bv\.)(?<!\bal\.)(?<!\bcf\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bca\.)(?<!\bNo\.)"
    r"\s+(?=[A-Z0-9(\[])"
)


class Mark(NamedTuple):
    """Words that state facts: `facts` are their places among all facts, from 0.

    Facts that overlap share one mark, which covers them all.
    """

    start: int
    end: int
    facts: tuple[int, ...]


class Block(NamedTuple):
    """A part of the text, up to the end of a sentence that states facts, of a section or a paragraph."""

    start: int
    end: int
    marks: tuple[Mark, ...]


def marks(facts: Sequence[Fact]) -> list[Mark]:
    """The marks of a text, in order.

    >>> def fact(start, end):
    ...     return Fact(kind="rate", start=start, end=end, quote="", rule="")
    >>> for mark in marks([fact(0, 4), fact(6, 12), fact(6, 12), fact(9, 14), fact(14, 15)]):
    ...     print(*mark)
    0 4 (0,)
    6 14 (1, 2, 3)
    14 15 (4,)
    """
    found: list[Mark] = []
    for here, fact in sorted(enumerate(facts), key=lambda one: (one[1].start, one[1].end)):
        if found and fact.start < found[-1].end:
            last = found.pop()
            found.append(Mark(last.start, max(last.end, fact.end), (*last.facts, here)))
        else:
            found.append(Mark(fact.start, fact.end, (here,)))
    return found


def blocks(text: str, spans: Iterable[tuple[int, int]], marked: Sequence[Mark]) -> Iterator[Block]:
    """The spans of the text in blocks, each with its marks; no mark is broken.

    >>> text = "Few came. Of 9 adults, 3 left. None died. All were glad."
    >>> [text[one.start : one.end] for one in blocks(text, [(0, 56)], [Mark(13, 14, (0,))])]
    ['Few came. Of 9 adults, 3 left.', 'None died. All were glad.']
    """
    for begin, stop in spans:
        inside = [mark for mark in marked if begin <= mark.start < stop]
        start, mine = begin, 0
        for end, after, closes in _breaks(text, begin, stop, inside):
            held = sum(mark.start < end for mark in inside)
            if held > mine or closes:
                if text[start:end].strip():
                    yield Block(start, end, tuple(inside[mine:held]))
                start, mine = after, held


def _breaks(text: str, begin: int, stop: int, marked: list[Mark]) -> Iterator[tuple[int, int, bool]]:
    """Where sentences end, where the next begins, and whether a section or paragraph ends too."""
    ends = {hit.start(): (hit.end(), False) for hit in _SENTENCE.finditer(text, begin, stop)}
    for closing in (_SECTION, _PARAGRAPH):
        ends |= {hit.start(): (hit.end(), True) for hit in closing.finditer(text, begin, stop)}
    for end, (after, closes) in sorted(ends.items()):
        if not any(mark.start < after and end < mark.end for mark in marked):
            yield end, after, closes
    yield stop, stop, True
