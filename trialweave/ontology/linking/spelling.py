"""When two names are the same name, spelt differently: one key for all spellings of it.

Each `Step` forgives one kind of difference. `key` takes them all, for looking up; `steps_between` finds
out afterwards which of them two names needed, so that a link can say how it was made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

_POSSESSIVE = re.compile(r"['’`´]s\b", re.IGNORECASE)
_CHARGE = re.compile(r"\((?P<size>\d*)(?P<sign>[-−+±])\)")
_SIGNS = {"-": "minus", "−": "minus", "+": "plus", "±": "plusminus"}
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ω": "omega",
}  # fmt: skip
_GREEK_LETTER = re.compile("[" + "".join(_GREEK) + "]")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_NUMBERED = {"type", "grade", "stage", "class", "degree"}
_SAME_WORDS = {"tumor": "neoplasm"}
_LINKING_WORDS = {"of", "the", "and", "with"}

_BRITISH = (
    ("ae", "e"), ("oe", "e"), ("our", "or"), ("sulph", "sulf"), ("leuco", "leuko"), ("alfa", "alpha"),
    ("isation", "ization"),
    ("ised", "ized"), ("ising", "izing"), ("fibre", "fiber"), ("goitre", "goiter"),
)  # fmt: skip
"""British spellings and American ones, inside a word; what else they change, they change on both sides."""


class Step(NamedTuple):
    """One difference that does not count: its name, and what makes two names with it equal."""

    name: str
    apply: Callable[[str], str]


def _case(text: str) -> str:
    return text.casefold()


def _accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _greek(text: str) -> str:
    return _GREEK_LETTER.sub(lambda letter: _GREEK[letter[0]], text)


def _possessive(text: str) -> str:
    return _POSSESSIVE.sub("", text)


def _numerals(text: str) -> str:
    """Roman numbers after "type", "grade", "stage", "class" and "degree" as digits, up to four."""
    if not any(word in text for word in _NUMBERED):
        return text
    tokens = text.split(" ")
    for place in range(1, len(tokens)):
        if tokens[place - 1] in _NUMBERED:
            tokens[place] = _ROMAN.get(tokens[place], tokens[place])
    return " ".join(tokens)


def _punctuation(text: str) -> str:
    """Words and numbers alone, between single spaces; a sign in brackets stays, as a word."""
    if "(" in text:
        text = _CHARGE.sub(lambda charge: f" {charge['size']}{_SIGNS[charge['sign']]} ", text)
    return " ".join(_TOKEN.findall(text))


def _spelling(text: str) -> str:
    return " ".join(map(_american, text.split(" ")))


def _plural(text: str) -> str:
    return " ".join(map(_singular, text.split(" ")))


def _synonymous(text: str) -> str:
    return " ".join(_SAME_WORDS.get(word, word) for word in text.split(" "))


def in_order(text: str) -> str:
    """Words sorted, without those that only link others."""
    return " ".join(sorted(word for word in text.split(" ") if word not in _LINKING_WORDS))


_CHANGES = {
    "increas": "up", "increased": "up", "elevated": "up", "high": "up", "raized": "up", "elevation": "up",
    "decreased": "down", "decreas": "down", "reduced": "down", "low": "down", "diminished": "down",
}  # fmt: skip
_WHERE_MEASURED = {
    "blood",
    "serum",
    "circulating",
    "plasma",
    "concentration",
    "level",
    "count",
    "in",
    "activity",
}


def in_laboratory_words(text: str) -> str:
    """A sorted text that says what is up or down, without where it was measured; any other text as it is.

    >>> in_laboratory_words("blood creatinine increased")
    'creatinine up'
    >>> in_laboratory_words("circulating concentration creatinine elevated")
    'creatinine up'
    """
    told = text.split(" ")
    if _CHANGES.keys().isdisjoint(told):
        return text
    kept = (_CHANGES.get(word, word) for word in told if word not in _WHERE_MEASURED)
    return " ".join(sorted(kept))


@lru_cache(maxsize=200_000)
def _american(word: str) -> str:
    for british, american in _BRITISH:
        if british in word:
            word = word.replace(british, american)
    return word


@lru_cache(maxsize=200_000)
def _singular(word: str) -> str:
    """A stem that singular and plural share; a short word that ends in s stays as it is.

    >>> _singular("metastases") == _singular("metastasis"), _singular("biopsies"), _singular("abscess")
    (True, 'biopsy', 'abscess')
    """
    if len(word) <= 3 or (len(word) == 4 and word.endswith("s")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("omata"):
        return word[:-2]
    if word.endswith(("ses", "sis", "zes", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith(("se", "ze", "xe", "che", "she")):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("ss", "us")):
        return word[:-1]
    return word


# Later steps rely on earlier ones: words are told apart before anything is asked of a word.
STEPS = (
    Step("case", _case),
    Step("Greek letters", _greek),
    Step("accents", _accents),
    Step("possessive", _possessive),
    Step("punctuation", _punctuation),
    Step("numerals", _numerals),
    Step("spelling", _spelling),
    Step("plural", _plural),
    Step("tumor for neoplasm", _synonymous),
    Step("word order", in_order),
    Step("laboratory wording", in_laboratory_words),
)


_NO_LETTERS = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})


def words(name: str) -> str:
    """The words of a name, all differences but their order forgiven, between single spaces.

    >>> words("Oesophageal tumours"), words("Crohn’s Disease, type II"), words("(-)-salbutamol")
    ('esophageal neoplasm', 'crohn diseas type 2', 'minus salbutamol')
    """
    text = name.casefold()
    if text.isascii() and not _DIGIT.search(text) and "'" not in text and "(" not in text:
        tokens = text.translate(_NO_LETTERS).split()  # what follows, for most names and much faster
    else:
        if not text.isascii():
            text = _accents(_greek(text))
        tokens = _punctuation(_possessive(text)).split()
    if "i" in text and not _NUMBERED.isdisjoint(tokens):
        tokens = _numerals(" ".join(tokens)).split(" ")
    return " ".join(map(_plain, tokens))


@lru_cache(maxsize=400_000)
def _plain(word: str) -> str:
    plain = _singular(_american(word))
    return _SAME_WORDS.get(plain, plain)


_BETWEEN_WORDS = re.compile(r"(?<=\D) | (?=\D)")


def key(name: str) -> str:
    """What two spellings of the same words share: also spaces do not count, except between two digits.

    >>> key("Non-Small-Cell Lung Cancer") == key("nonsmall cell lung cancers")
    True
    >>> key("HPV 16 18") == key("HPV 1618")
    False
    """
    return joined(words(name))


def joined(text: str) -> str:
    """Words without the spaces between them, except between two digits."""
    return text.replace(" ", "") if not _DIGIT.search(text) else _BETWEEN_WORDS.sub("", text)


def bag(name: str) -> str:
    """What two names of the same words in any order share; "of", "the", "and" and "with" do not count.

    >>> bag("Infection of the urinary tract, bacterial") == bag("bacterial urinary tract infection")
    True
    """
    return in_order(words(name))


def steps_between(one: str, other: str) -> tuple[str, ...] | None:
    """The fewest steps that make two names equal, none where they are the same; None where none do.

    >>> steps_between("Haemorrhages", "hemorrhage")
    ('case', 'spelling', 'plural')
    >>> steps_between("Nausea", "Nausea"), steps_between("apatinib", "lapatinib")
    ((), None)
    """
    needed = list(STEPS)
    if not _equal(one, other, needed):
        return None
    for step in reversed(STEPS):
        fewer = [kept for kept in needed if kept is not step]
        if _equal(one, other, fewer):
            needed = fewer
    return tuple(step.name for step in needed)


def _equal(one: str, other: str, steps: Sequence[Step]) -> bool:
    for step in steps:
        one, other = step.apply(one), step.apply(other)
    return joined(one) == joined(other) if any(step.apply is _punctuation for step in steps) else one == other
