"""One plain spelling of the text, and the way back to the offsets as read.

Journals write the same number as `0·46`, `0.46` or `.46`, set thin spaces into thousands, and
exports wrap lines. Everything after this stage sees ASCII digits, points, hyphens and single
spaces; `Normal.source` leads each position back to the text as it was given.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

_SAME_WIDTH = {
    ".": "·∙⋅‧・•",
    "-": "‐‑‒–—―−﹣-",
    "'": "‘’ʼ′",
    '"': "“”″",
    "%": "%﹪",
    "<": "<﹤‹",
    ">": ">﹥›",
    "=": "=",
    "≤": "⩽≦",
    "≥": "⩾≧",
    "μ": "µ",
    "s": "ſ",
    "i": "ı",
    "I": "İ",
    "K": "\u212a",
    "(": "(",
    ")": ")",
    " ": "\t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff",
}
_PLAIN = {old: new for new, olds in _SAME_WIDTH.items() for old in olds}
_THIN_THOUSANDS = re.compile("[\u2009\u202f\xa0\u2008](?<=[0-9].)(?=[0-9]{3}(?![0-9]))", re.DOTALL)
_PEOPLE = (
    r"(?:patients|women|men|participants|persons|people|subjects|children|adults|eligible"
    r"|individuals)\b"
)
_PLAIN_THOUSANDS = re.compile(rf"([1-9](?<![0-9.,/-][1-9])[0-9]{{0,2}}) (?=[0-9]{{3}} {_PEOPLE})")
_LOOSE_THOUSANDS = re.compile(
    r"(?<![0-9.,/-])(?<!grade )(?<!day )(?<!days )([1-9][0-9]{0,2}) (?=[0-9]{3}(?![0-9.,%-]))"
)
_ERRATUM = re.compile(r"\[(?:corrected|sic)\]", re.IGNORECASE)
_SPACES = re.compile("  +")
_PARAGRAPH = re.compile(r"\r?\n[ \t]*\r?\n\s*")


class Normal(NamedTuple):
    """A normalised text: `text`, paragraph starts in it, and the map to the offsets as read."""

    text: str
    paragraphs: tuple[int, ...]
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def source(self, position: int) -> int:
        """The offset, in the text as read, of a position in `text`."""
        return position + self.shifts[bisect_right(self.starts, position) - 1]


def normalise(text: str, start: int, end: int) -> Normal:
    """Normalise `text[start:end]`: one character for one, then runs of spaces become one.

    >>> normal = normalise("HR 0·46\\n (95% CI 0·32–0·66)", 0, 27)
    >>> normal.text
    'HR 0.46 (95% CI 0.32-0.66)'
    >>> normal.source(8)
    9
    """
    raw = text[start:end]
    plain = raw
    if not (raw.isascii() and raw.isprintable()):
        plain = _THIN_THOUSANDS.sub(",", raw)
        for char in _PLAIN.keys() & set(plain):
            plain = plain.replace(char, _PLAIN[char])
    if _PLAIN_THOUSANDS.search(plain):
        plain = _LOOSE_THOUSANDS.sub(r"\1,", plain)
    plain = _ERRATUM.sub(lambda mark: " " * len(mark[0]), plain)
    starts, shifts, pieces, done, shift = [0], [start], [], 0, start
    for run in _SPACES.finditer(plain):
        pieces.append(plain[done : run.start() + 1])
        done = run.end()
        shift += run.end() - run.start() - 1
        starts.append(done - (shift - start))
        shifts.append(shift)
    pieces.append(plain[done:])
    normal = Normal("".join(pieces), (), tuple(starts), tuple(shifts))
    breaks = (
        tuple(_position(normal, start + found.end()) for found in _PARAGRAPH.finditer(raw))
        if "\n" in raw
        else ()
    )
    return normal._replace(paragraphs=breaks)


def _position(normal: Normal, offset: int) -> int:
    """The position in the normalised text of an offset of the text as read (the inverse of `source`)."""
    for start, shift in zip(reversed(normal.starts), reversed(normal.shifts), strict=True):
        if offset - shift >= start:
            return offset - shift
    return 0
