"""Phrases that may name an arm: of the assigning sentence, of groups, of "A versus B"."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.arms.phrases import EDGE, Phrase, trim
from trialweave.loaders.abstract.text.cued import cued

_GROUP = cued(re.compile(r"\b(?:groups?|arms?|cohorts?(?= of the trial))(?![\w-])"), "group|arm|cohort")
_INNER = frozenset({"of", "with", "and", "or", "plus", "to", "in"})
_RECEIVING = re.compile(
    r"\b(?:(?:groups?|those|arm|patients|participants|women|men|children|persons|recipients|subjects"
    r"|individuals|adults)(?: (?:who|that) (?:were )?)? ?(?:receiving|received"
    r"|assigned to(?: receive)?|allocated to(?: receive)?|undergoing|underwent|treated with|given|"
    r"randomi[sz]ed to(?: receive)?|randomly assigned to(?: receive)?|on))(?: the| an?)? (?=[A-Za-z0-9])"
)
_SOME_AMOUNT = re.compile(r"(?:any|at least|one or more|≥|more than) ", re.IGNORECASE)
_PHRASE_END = re.compile(
    r"[,;:.()\[\]=<>≥≤%]|\b(?:and (?=[0-9]|(?:in|those|for|from|with|who|had|were|the group|patients"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|[A-Z]?[a-z]+teen)\b)|than|compared|as compared"
    r"|versus|vs\.?|v|had|has|have|was|were|did|died|is|are|who|which|that|for|at|in|on|by|from|after"
    r"|before|during|when|while|experienced|"
    r"achieved|reported|showed|developed|until|but|because|whereas|groups?|arms?|as|did|received"
    r"|completed|discontinued|respectively|every|once|twice|daily|weekly|using|via|stratified"
    r"|according|through|throughout|plus placebo(?= and)|over|within|following|followed)\b"
)


def grouped(text: str, start: int, end: int, *, values: bool = True) -> list[Phrase]:
    """The phrases of `text[start:end]` before "group" or "arm", or after "patients receiving".

    With `values`, those that follow a value too ("75% for A and 80% for B").

    >>> text = "longer in the abcnib plus BSC group than in the BSC group"
    >>> [phrase.words for phrase in grouped(text, 0, len(text))]
    ['abcnib plus BSC', 'BSC']
    """
    found: list[Phrase] = []
    for hit in _GROUP.finditer(text, start, end):
        plural = hit.group().endswith("s")
        base, last = max(start, hit.start() - 141), hit.start()
        while last > base and text[last - 1] == " ":
            last -= 1
        marks, most = (".;:()[]", 140) if plural else (".;:()[],", 110)
        base = max(base, last - most, *(text.rfind(mark, base, last) + 1 for mark in marks))
        if base == last:
            continue
        if plural:
            found.extend(_listed(text, base, hit.start()))
        elif phrase := _before(text, base, hit.start()):
            found.append(phrase)
    for hit in _RECEIVING.finditer(text, start, end):
        stop = _PHRASE_END.search(text, hit.end(), min(end, hit.end() + 90))
        phrase = trim(text, hit.end(), stop.start() if stop else min(end, hit.end() + 90))
        if stop and stop.group() in ("groups", "arms"):
            continue
        if phrase and len(phrase.words.split()) <= 8 and not _SOME_AMOUNT.match(phrase.words):
            found.append(phrase)
    if not values:
        return found
    spans = [(phrase.start, phrase.end) for phrase in found]
    return found + [
        phrase
        for phrase in _with_values(text, start, end)
        if not any(a < phrase.end and phrase.start < b for a, b in spans)
    ]


_VALUED = re.compile(
    r"[%)\]s0-9](?:(?<!s)|(?<=\bmonths)|(?<=\bweeks)|(?<=\byears)|(?<=\bdays)|(?<=\bpoints))"
    r" (?:for|with|in|among|after|on) (?:(?:the|patients|those|women|men|receiving|treated with"
    r"|who received|given) )*"
    r"(?P<words>[A-Za-z][^,;:.()\[\]%<>=]{1,70}?)(?= ?(?:,|;|:|\.|\(|\[|\)|$)| and (?=-?[0-9.]|in "
    r"|for |with |those |was |were |had )| (?:versus|vs|v|compared|as compared|than|or|was|were)\b)"
)
_NOT_AN_ARM = re.compile(
    r"\b(?:survival|response|progression|PFS|OS|DFS|EFS|rates?|events?|toxicit\w+|deaths?|patients"
    r"|women|men|participants|subgroup|population|months?|years?|weeks?|days?|interaction|trend|risk"
    r"|age|"
    r"recurrence|disease|cancer|tumou?rs?|analys[ie]s|difference|all|follow-up|baseline|grade|stage"
    r"|cohort|both|arms|groups|mutation\w*|positive|negative|expression|noninferiority|which|who"
    r"|an?)\b",
    re.IGNORECASE,
)


def _with_values(text: str, start: int, end: int) -> list[Phrase]:
    """The phrases of "75% for A and 80% for B", if there are two or more in the sentence."""
    found: list[Phrase] = []
    for hit in _VALUED.finditer(text, start, end):
        phrase = trim(text, hit.start("words"), hit.end("words"))
        if phrase and _GROUP.search(phrase.words, 0, len(phrase.words)):
            continue
        if phrase and len(phrase.words.split()) <= 6 and not _NOT_AN_ARM.search(phrase.words):
            found.append(phrase._replace(pair=True, valued=True))
    return found if len({phrase.words for phrase in found}) >= 2 else []


_TOKEN = re.compile(r"\S+")


def _before(text: str, start: int, end: int) -> Phrase | None:
    """The phrase that ends at `end`: back to "the", or to the first word that cannot be in a name."""
    words = list(_TOKEN.finditer(text[start:end]))
    kept: list[re.Match[str]] = []
    for word in reversed(words):
        if word.group() in "≤≥<>=":
            break
        low = word.group().lower()
        if low in EDGE and not (low in _INNER and kept and _has_the(words, word)):
            break
        if len(kept) >= 10 or (
            low.endswith("ly") and low in ("randomly", "significantly", "only", "similarly")
        ):
            break
        kept.append(word)
    if not kept:
        return None
    return trim(text, start + kept[-1].start(), start + kept[0].end())


def _has_the(words: list[re.Match[str]], word: re.Match[str]) -> bool:
    """True if "the" opens the phrase that this inner word stands in, with no other edge between."""
    at = words.index(word)
    for before in range(at - 1, max(-1, at - 7), -1):
        low = words[before].group().lower()
        if low == "the":
            return word.group().lower() not in ("to", "in")
        if low in EDGE:
            return False
    return False


_LIST_ITEM = re.compile(r"[^,]+?(?=,? (?:and|or|versus|vs\.?|v) |,|$)(?:,? (?:and|or|versus|vs\.?|v) |, ?|$)")
_ITEM_JOIN = re.compile(r",? ?(?:and|or|versus|vs\.?|v)? ?$")
_ITEM_START = re.compile(r"^(?:and|or|the) ")
_LIST_BEGIN = re.compile(r"\b(?:[Tt]he|both|two|three|between|in|for|of|with|to) ")
_LIST_JOIN = re.compile(r"(?: and | or | versus | vs\.? | v |,)")


def _listed(text: str, start: int, end: int) -> list[Phrase]:
    """The phrases of "the A, B, and C groups"."""
    inside = text[start:end]
    opening = [hit.end() for hit in _LIST_BEGIN.finditer(inside)]
    tail_from = max(
        (at for at in opening if _LIST_JOIN.search(inside[at:])),
        default=None,
    )
    if tail_from is None:
        return []
    pieces = list(_LIST_ITEM.finditer(inside[tail_from:]))
    found = []
    for piece in pieces:
        words = _ITEM_JOIN.sub("", piece.group())
        words = _ITEM_START.sub("", words.strip())
        at = text.find(words, start + tail_from + piece.start(), end) if words else -1
        phrase = trim(text, at, at + len(words)) if at >= 0 else None
        if phrase is None or len(phrase.words.split()) > 8 or _VERB.search(phrase.words):
            return []
        if any(word.lower() in EDGE - _INNER for word in phrase.words.split()):
            return []
        found.append(phrase._replace(pair=True))
    return found if len(found) >= 2 else []


_VERB = re.compile(
    r"\b(?:was|were|is|are|had|met|than|between|events?|similar|function|complications?|alive|did|not"
    r"|no)\b|[≤≥<>=]"
)
