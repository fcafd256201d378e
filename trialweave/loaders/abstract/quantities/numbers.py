"""Numbers as abstracts write them: figures, decimals without zero, grouped thousands, words."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from trialweave.loaders.abstract.text.cued import holds

NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
"""A number in figures, without sign; a regular expression on normalised text."""
_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * (value + 2)
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_ONE = "|".join(sorted(_ONES, key=len, reverse=True))
_TEN = "|".join(_TENS)
_BELOW_100 = rf"(?:(?:{_TEN})(?:[- ](?:{_ONE}))?|{_ONE})"
WORDS = (
    rf"(?:{_BELOW_100}[- ]thousand(?:,? (?:and )?(?:{_BELOW_100}[- ]hundred(?:[- ]"
    rf"(?:and[- ])?{_BELOW_100})?|{_BELOW_100}))?"
    rf"|{_BELOW_100}[- ]hundred(?:[- ](?:and[- ])?{_BELOW_100})?|{_BELOW_100})"
)
"""A number in words ("one hundred and sixty-five"); a regular expression, to be used without case."""
_FIGURES = re.compile(
    r"(?<![\w.,$/#])(?:(?P<op><=|>=|[<>≤≥~]|[<>] or = ?"
    r"|=) ?)?(?P<sign>(?<![\w)\]%])[-+](?=[0-9.])"
    r"|-(?:(?<=[(\[]-)|(?<=[a-zA-Z)\]][,:=] -)|(?<=\bwas -)|(?<=\b(?:of|by) -)) (?=[0-9]*\.[0-9]))?"
    rf"(?P<num>{NUMBER})(?![0-9]|\.[0-9])"
)
_WORDS = re.compile(rf"(?<![\w-]){WORDS}(?![\w])(?!-(?!based|treated)\w)", re.IGNORECASE)
_IN_WORDS = tuple("zero one two three four five six seven eight nine ten eleven twe thirt fort fift".split())
_FIRST_WORD = re.compile(
    rf"[efnostzEFNOSTZ](?<![A-Za-z].)(?i:{'|'.join(word[1:] for word in (*_ONES, *_TENS))})(?![A-Za-z])"
)
_DIGIT = re.compile("[0-9]")
_PART = re.compile(r"[a-z]+")


class Number(NamedTuple):
    """A number in the normalised text: `text[start:end]`, with the operator that stands before it."""

    start: int
    end: int
    value: Decimal
    op: str | None
    in_words: bool


@lru_cache(maxsize=1 << 12)
def decimal(figures: str) -> Decimal:
    """The value of a number in figures.

    >>> decimal("1,237"), decimal(".024")
    (Decimal('1237'), Decimal('0.024'))
    """
    plain = figures.replace(",", "")
    return Decimal("0" + plain if plain.startswith(".") else plain)


def from_words(words: str) -> Decimal | None:
    """The value of a number in words, or None if they are none.

    >>> from_words("One hundred and sixty-five"), from_words("three thousand two hundred")
    (Decimal('165'), Decimal('3200'))
    """
    total, part, seen = 0, 0, False
    for word in _PART.findall(words.lower()):
        if word in _ONES or word in _TENS:
            part += _ONES.get(word, 0) + _TENS.get(word, 0)
            seen = True
        elif word == "hundred":
            part *= 100
        elif word == "thousand":
            total, part = total + part * 1000, 0
        elif word != "and":
            return None
    return Decimal(total + part) if seen else None


def numbers(text: str, start: int, end: int) -> list[Number]:
    """All numbers of `text[start:end]`, in order.

    >>> [(n.value, n.op) for n in numbers("three (<1%) vs -2.5", 0, 19)]
    [(Decimal('3'), None), (Decimal('1'), '<'), (Decimal('-2.5'), None)]
    """
    found = []
    for hit in _FIGURES.finditer(text, start, end) if _DIGIT.search(text, start, end) else ():
        at = hit.start("num")
        if not hit["sign"] and text[at - 1 : at] == "-" and text[max(0, at - 2) : at - 1].isalpha():
            continue
        value = decimal(hit["num"])
        op = hit["op"]
        found.append(
            Number(
                hit.start("sign") if hit["sign"] else hit.start("num"),
                hit.end(),
                -value if hit["sign"] in ("-", "- ") else value,
                None if op in (None, "=", "~") else _OPERATORS.get(op, op),
                False,
            )
        )
    covered = start
    in_words = holds(text[start:end].lower(), _IN_WORDS)
    for token in _FIRST_WORD.finditer(text, start, end) if in_words else ():
        if token.start() < covered:
            continue
        written = _WORDS.match(text, token.start(), end)
        counted = from_words(written.group()) if written else None
        if written and counted is not None:
            covered = written.end()
            found.append(Number(written.start(), covered, counted, None, True))
    return sorted(found)


_OPERATORS = {"≤": "<=", "≥": ">=", "< or =": "<=", "> or =": ">=", "< or = ": "<=", "> or = ": ">="}
