"""Words as arms are compared by: stems, synonyms, and the abbreviations that an abstract defines."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

ASCII_WORD = re.compile("[A-Za-z][A-Za-z0-9]*|[0-9]+(?:\\.[0-9]+)?")
WORD = re.compile(r"[A-Za-zα-ωΑ-Ωéèïöü][A-Za-z0-9α-ω]*|[0-9]+(?:\.[0-9]+)?")
_SYNONYMS = {
    "rt": "radiotherapy",
    "radiation": "radiotherapy",
    "irradiation": "radiotherapy",
    "xrt": "radiotherapy",
    "ct": "chemotherapy",
    "chemo": "chemotherapy",
    "crt": "chemoradiotherapy",
    "chemoradiation": "chemoradiotherapy",
    "radiochemotherapy": "chemoradiotherapy",
    "pbo": "placebo",
    "ihc": "intermittent",
    "controls": "control",
    "tumour": "tumor",
    "oestrogen": "estrogen",
    "haemodialysis": "hemodialysis",
    "observational": "observation",
    "surgical": "surgery",
    "unstented": "unstent",
    "conventionally": "conventional",
    "intravenously": "intravenous",
    "subcutaneously": "subcutaneous",
    "orally": "oral",
    "immediately": "immediate",
    "standardized": "standard",
}
FILLER = frozenset(
    "the a an of and or with without plus to in for by on at group groups arm arms patients patient"
    " therapy treatment treated "
    "regimen alone only monotherapy based receiving received receive either both combined"
    " combination added addition who "
    "were was assigned given using undergoing containing allocated allocation least received"
    " randomized randomised".split()
)
COMMON = frozenset(
    "care dose doses high higher low lower standard best supportive surgery early late later short"
    " long longer course week month year day "
    "hour intensive conventional radical usual new first second third line single double daily"
    " weekly oral chemotherapy "
    "radiotherapy maintenance continuous intermittent immediate deferred delayed extended adjuvant"
    " neoadjuvant concurrent "
    "sequential control active exercise program advice follow up systemic local regional total"
    " partial whole brain breast "
    "lung liver node sentinel cell cells blood test screening intervention placebo observation no"
    " not risk physician choice "
    "investigator one two three four drug agent tablet cream injection support education information"
    " counseling training "
    "diet health clinical medical mail therapy endocrine hormone hormonal treatment resection biopsy"
    " cycles cycle schedule "
    "open laparoscopic primary secondary cancer tumor disease modified study trial block saline"
    " dissection limited axillary fraction fractions five six gy mg g per time point rate number up"
    " low dose-dense target targeted addition risk old young body total".split()
)
"""Words that name an arm only together with others, or with "group" after them."""


class Word(NamedTuple):
    """A word of the text and the stems that it stands for (several for an abbreviation)."""

    start: int
    end: int
    stems: tuple[str, ...]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word's stem: lower case, singular, one spelling.

    >>> stem("Controls"), stem("RT"), stem("placebo")
    ('control', 'radiotherapy', 'placebo')
    """
    low = word.lower()
    low = _SYNONYMS.get(low, low)
    if low in FILLER:
        return low
    return low[:-1] if len(low) > 3 and low.endswith("s") and not low.endswith("ss") else low


def words(text: str, start: int, end: int, expand: dict[str, tuple[str, ...]]) -> list[Word]:
    """The words of `text[start:end]`, abbreviations expanded by `expand`."""
    found = []
    pattern = ASCII_WORD if text.isascii() else WORD
    for hit in pattern.finditer(text, start, end):
        word = hit.group()
        found.append(Word(hit.start(), hit.end(), expand.get(word) or (stem(word),)))
    return found


def stems(phrase: str, expand: dict[str, tuple[str, ...]]) -> frozenset[str]:
    """The stems of a phrase, without filler words.

    >>> sorted(stems("the VFL + BSC arm", {"VFL": ("vinflunine",)}))
    ['bsc', 'vinflunine']
    """
    found = {one for word in words(phrase, 0, len(phrase), expand) for one in word.stems if one not in FILLER}
    if any(one[0].isdigit() for one in found):
        found.discard("dose")
    return frozenset(found)


_SHORT = re.compile(r"[\[(]([A-Za-z][A-Za-z0-9/+-]{0,11}?)s?(?=[\]);,: ])")
_TOKEN = re.compile(r"[A-Za-z0-9]+")


def abbreviations(text: str) -> dict[str, str]:
    """The abbreviations that a text defines: short form to long form, as written.

    >>> abbreviations("best supportive care (BSC), progression-free survival (PFS)")
    {'BSC': 'best supportive care', 'PFS': 'progression-free survival'}
    """
    found: dict[str, str] = {}
    for hit in _SHORT.finditer(text):
        short = hit[1]
        if (
            short in found
            or sum(char.isupper() for char in short) < (1 if len(short) > 2 else 2)
            or (short.islower())
        ):
            continue
        before = text[max(0, hit.start() - 90) : hit.start()].rstrip()
        cut = max(before.rfind(mark) for mark in (". ", "; ", ", ", ": ", ") ", "] "))
        long = _long_form(short, before[cut + 2 :] if cut >= 0 else before)
        if long:
            found[short] = long
    return found


def _long_form(short: str, before: str) -> str | None:
    """The shortest run of words at the end of `before` whose letters spell the short form."""
    letters = "".join(char.lower() for char in short if char.isalnum())
    tokens = list(_TOKEN.finditer(before))[-(len(letters) + 4) :]
    for count in range(1, min(len(tokens), len(letters) + 4) + 1):
        candidate = tokens[-count:]
        if candidate[0].group()[0].lower() == letters[0] and _spells(letters, candidate):
            long = before[candidate[0].start() :].strip()
            if len(long) > len(short) + 1 and not long[:1].isdigit():
                return long
    return None


def _spells(letters: str, tokens: list[re.Match[str]], inside: int = 1) -> bool:
    """True if the letters can be read in order: each begins one of the next words, or stands in the last."""
    if not tokens:
        return False
    rest, word = letters[1:], tokens[0].group().lower()
    if inside == 1 and word[0] != letters[0]:
        return False
    if not rest:
        return len(tokens) <= 2
    for skip in (1, 2, 3):
        if len(tokens) > skip and tokens[skip].group()[0].lower() == rest[0] and _spells(rest, tokens[skip:]):
            return True
    place = word.find(rest[0], inside)
    return place >= 0 and _spells(rest, tokens, place + 1)
