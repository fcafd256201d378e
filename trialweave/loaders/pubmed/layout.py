"""The lines and paragraphs of a text, by their offsets in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")


class Block(NamedTuple):
    """`text[start:end]`: a line or a paragraph without the white space around it."""

    start: int
    end: int
    words: str

    def folded(self) -> str:
        """The words with line wraps and their indents folded to single spaces."""
        return fold(self.words)


def fold(words: str) -> str:
    r"""Line wraps, with the white space around them, as single spaces.

    >>> fold("one \r\n  two")
    'one two'
    """
    return re.sub(r"[ \t]*(?:\r\n|\n|\r)[ \t]*", " ", words)


def block(text: str, start: int, end: int) -> Block:
    """`text[start:end]` without the white space around it."""
    words = text[start:end]
    return Block(start + len(words) - len(words.lstrip()), start + len(words.rstrip()), words.strip())


def lines_of(text: str) -> list[Block]:
    """All lines, empty ones included.

    >>> lines_of(" a\\n\\nb")
    [Block(start=1, end=2, words='a'), Block(start=3, end=3, words=''), Block(start=4, end=5, words='b')]
    """
    spans = [line.span() for line in _LINE.finditer(text)][:-1]  # the last match is the end of the text
    return [
        block(text, start, end) if text[start:end].strip() else Block(start, start, "")
        for start, end in spans
    ]


def paragraphs(text: str) -> Iterator[Block]:
    """Runs of lines without an empty line between them.

    >>> [paragraph.words for paragraph in paragraphs("a\\nb\\n\\n \\nc\\n")]
    ['a\\nb', 'c']
    """
    first: Block | None = None
    last: Block | None = None
    for line in lines_of(text):
        if line.words:
            first, last = first or line, line
        elif first is not None and last is not None:
            yield block(text, first.start, last.end)
            first = None
    if first is not None and last is not None:
        yield block(text, first.start, last.end)
