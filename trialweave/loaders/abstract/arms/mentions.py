"""Where a sentence speaks of an arm: by its name, a short form, its letter, or its role."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from trialweave.loaders.abstract.arms.resolve import ArmName, resolve
from trialweave.loaders.abstract.text.cued import cued
from trialweave.loaders.abstract.text.words import ASCII_WORD, COMMON, FILLER, WORD, Word, stem

ALL = -1
"""The arm number of "both groups", "all arms"."""


class Mention(NamedTuple):
    """`text[start:end]` speaks of arm number `arm` (`ALL` for all); `name` if it combines several."""

    start: int
    end: int
    arm: int
    name: str | None = None


_JOIN = re.compile(
    r"(?:-|-plus-|-and-|'| ?/ ?| ?\+ ?| plus | with | combined with | in combination with | and | or | of "
    r"| by "
    r"| with concurrent | followed by | given with | added to | the |, |[- ]?based | alone plus "
    r"| cycles of | months of | weeks of |-containing )?$|^ $"
)
_LOOSE = re.compile(r" (?:and|or|the) |, ")
_GROUP_AFTER = re.compile(
    r"(?:[- ](?:treated|alone|only|monotherapy|therapy|treatment|containing|based|assigned|regimen"
    r"|dose|strategy))*(?:[- ](?:group|arm|groups|arms|recipients|cohorts?|patients|participants|women"
    r"|men|controls|users|persons|children|adults|subjects))?(?![\w])"
)
_NOUN = re.compile(
    r"(?:group|arm|groups|arms|recipients|patients|participants|treated|alone|monotherapy|dose|only)$"
)
_ALL = cued(
    re.compile(
        r"\b(?:(?:both|all|either|each|any|neither)(?: of)?(?: the)?(?: (?:two|three|four"
        r"|other))?(?: (?:treatment|study|trial|randomi[sz]ed|patient|dose))*[- ]?(?:groups?|arms?"
        r"|regimens|cohorts)|(?:the )?(?:two|three|four)(?: (?:treatment|study|trial|randomi[sz]ed"
        r"|patient))*[- ](?:groups|arms|treatments|regimens)|between(?: the)?(?: treatment"
        r"| study)* (?:groups|arms)|(?:the )?(?:respective|treatment|study) (?:groups|arms))\b",
        re.IGNORECASE,
    ),
    "both|all|either|each|any|neither|two|three|four|between|respective|treatment groups|treatment arms"
    "|study groups|study arms",
    "group|arm|regimens|cohorts|treatments",
)
_ROLE = cued(
    re.compile(
        r"\b(?P<role>controls?|standard(?:[- ](?:of[- ]care|care|treatment|therapy|dose))?|conventional"
        r"|comparator|reference|experimental|investigational|intervention|active(?:-treatment)?|test"
        r"|combination(?:[- ]therapy|-treatment)?|combined(?:-modality)?|monotherapy|single-agent"
        r"|usual[- ]care)[- ](?:group|arm|groups?|arms?|recipients|participants|patients)\b"
        r"|(?<=the )(?P<treated>treatment|study) (?:group|arm)\b(?! [A-Z0-9]\b)"
        r"|(?P<combined>combin(?:ation|ed)[- ](?:therapy|treatment|regimen|chemotherapy|modality)\b)"
        r"|(?<![\w-])(?P<controls>controls|(?<=the )control(?= and| \(|,|;|\.)|(?<=with )control(?= and"
        r"| \(|,|;|\.))\b",
        re.IGNORECASE,
    ),
    "control|standard|conventional|comparator|reference |reference-|experimental|investigational"
    "|intervention|active|test |test-|combin|monotherapy|single-agent|usual|treatment group|treatment arm"
    "|study group|study arm",
    "group|arm|recipients|participants|patients|controls|combin|control",
)
_CONTROL_ROLES = re.compile(
    r"control|standard|conventional|comparator|reference|monotherapy|single|usual", re.IGNORECASE
)
_LETTERS = re.compile(
    r"(?<![\w-])(?:[Tt]reatment |[Ss]tudy )?(?:[Aa]rms?|[Gg]roups?|ARMS?) (?P<first>[A-Z]{1,3}[0-9]?"
    r"|[1-9]|I{1,3}|IV)(?![\w-])(?P<rest>(?:(?:,? (?:and|or|v|vs\.?|versus) |, )(?:[A-Z]{1,2}|[1-9]"
    r"|I{1,3}|IV)(?![\w%.-]))*)"
)
_CODE = re.compile(r"[ -][0-9]{2,6}(?![\w.%])")
_BARE_LETTER = re.compile(r"[(\[;] ?(?P<letter>[A-H]|[1-4])(?=, (?:n ?= ?)?[0-9.])")
_PREVIOUS = re.compile(
    r"(?:previous|prior|previously|before|after|received|subsequent|refractory to|resistant to"
    r"|adjuvant|neoadjuvant|pretreated with|without|history of|no)\s$",
    re.IGNORECASE,
)
_LETTER_LATER = re.compile(r"\([^()0-9]{0,40}\)|[^()]")


def arm_mentions(
    text: str, start: int, end: int, arms: list[ArmName], found_words: list[Word]
) -> list[Mention]:
    """The mentions of arms in `text[start:end]`, in order, not overlapping.

    `found_words` are the words of the text that belong to arms (`arm_words`).

    >>> from trialweave.loaders.abstract.arms.resolve import ArmName
    >>> both, one = frozenset({"abcnib", "bsc"}), frozenset({"bsc"})
    >>> arms = [ArmName("abcnib plus BSC", 0, 0, [both]), ArmName("BSC", 0, 0, [one])]
    >>> text = "3% with abcnib plus BSC and 4% in the BSC group"
    >>> found = arm_mentions(text, 0, len(text), arms, arm_words(text, arms, {}))
    >>> [(text[m.start : m.end], m.arm) for m in found]
    [('abcnib plus BSC', 0), ('BSC group', 1)]
    """
    if not arms:
        return [Mention(hit.start(), hit.end(), ALL) for hit in _ALL.finditer(text, start, end)]
    found = _lettered(text, start, end, arms)
    found += [Mention(hit.start(), hit.end(), ALL) for hit in _ALL.finditer(text, start, end)]
    taken = [(one.start, one.end) for one in found]
    first, last = bisect_left(found_words, (start,)), bisect_left(found_words, (end,))
    runs = _runs(text, [word for word in found_words[first:last] if word.end <= end])
    for run in runs:
        found.extend(_resolved(text, end, run, arms, taken))
    taken = [(one.start, one.end) for one in found]
    for hit in _ROLE.finditer(text, start, end):
        arm = _by_role(hit["role"] or hit["controls"] or hit["treated"] or "combination", arms)
        if arm is not None and not any(a < hit.end() and hit.start() < b for a, b in taken):
            found.append(Mention(hit.start(), hit.end(), arm))
    return sorted(found)


_WORD_OR_NOT = re.compile(f"({WORD.pattern})")
_ASCII_WORD_OR_NOT = re.compile(f"({ASCII_WORD.pattern})")


def arm_words(text: str, arms: list[ArmName], expand: dict[str, tuple[str, ...]]) -> list[Word]:
    """The words of a text that are words of an arm's name, in order."""
    vocabulary = {one for arm in arms for variant in arm.variants for one in variant}
    if not vocabulary:
        return []
    pieces = (_ASCII_WORD_OR_NOT if text.isascii() else _WORD_OR_NOT).split(text)
    belongs: dict[str, tuple[str, ...]] = {}
    for written in set(pieces[1::2]):
        several = expand.get(written) or (stem(written),)
        if not vocabulary.isdisjoint(several) and vocabulary.issuperset(
            one for one in several if one not in FILLER
        ):
            belongs[written] = several
    starts = accumulate(map(len, pieces), initial=0)
    return [
        Word(start, start + len(piece), belongs[piece])
        for start, piece in zip(starts, pieces, strict=False)
        if piece in belongs
    ]


def _runs(text: str, found: list[Word]) -> list[list[Word]]:
    runs: list[list[Word]] = []
    for word in found:
        if runs and _JOIN.fullmatch(text[runs[-1][-1].end : word.start]):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


_GROUP_BEFORE = re.compile(r"(?:group|patients|those|arm|assigned to|receiving|received|with|for) (?:the )?$")


def _resolved(
    text: str, end: int, run: list[Word], arms: list[ArmName], taken: list[tuple[int, int]]
) -> list[Mention]:
    """The mentions in a run of arm words: the whole run if it is one arm, else its parts."""
    if any(a < run[-1].end and run[0].start < b for a, b in taken):
        return []
    found = frozenset(one for word in run for one in word.stems if one not in FILLER)
    if any(one[0].isdigit() for one in found):
        found -= {"dose"}
    if all(one[0].isdigit() for one in found):
        return []
    after = _GROUP_AFTER.match(text, run[-1].end, end)
    stop = after.end() if after else run[-1].end
    phrase = text[run[0].start : stop]
    group = bool(_NOUN.search(phrase)) or bool(
        _GROUP_BEFORE.search(text[max(0, run[0].start - 14) : run[0].start])
        and found not in ({"chemotherapy"}, {"radiotherapy"})
    )
    exact = [here for here, arm in enumerate(arms) if found in arm.variants]
    loose = [
        here for here in range(1, len(run)) if _LOOSE.fullmatch(text[run[here - 1].end : run[here].start])
    ]
    within = [here for here, arm in enumerate(arms) if any(found < variant for variant in arm.variants)]
    if loose and not exact and (len(within) != 1 or len(found) < 3):
        parts: list[list[Word]] = []
        for here, word in enumerate(run):
            if here in loose or not parts:
                parts.append([word])
            else:
                parts[-1].append(word)
        return [mention for part in parts for mention in _resolved(text, end, part, arms, taken)]
    if (
        _PREVIOUS.search(text[max(0, run[0].start - 18) : run[0].start])
        and found <= COMMON
        and "placebo" not in found
        and not exact
    ):
        return []
    whole = [here for here, arm in enumerate(arms) if arm.stems <= found]
    if (
        len(whole) >= 2
        and not exact
        and all(not (arms[a].stems < arms[b].stems) for a in whole for b in whole)
    ):
        return [Mention(run[0].start, stop, len(arms) + sum(whole), text[run[0].start : run[-1].end])]
    which = resolve(found, arms, group=group)
    if which is None:
        return []
    if not group and found <= COMMON and found != {"placebo"} and not exact:
        return []
    code = _CODE.match(text, run[-1].end, end)
    if code and text[run[-1].start : code.end()] in arms[which].name:
        after = _GROUP_AFTER.match(text, code.end(), end)
        stop = after.end() if after else code.end()
    return [Mention(run[0].start, stop, which)]


def _by_role(role: str, arms: list[ArmName]) -> int | None:
    """The arm that "control group" or "combination group" means, where only one can be meant."""
    word = role.lower().rpartition("-")[0] or role.lower()
    named = [
        here
        for here, arm in enumerate(arms)
        if len(word) > 6 and any(word[:9] in name.lower() for name in (arm.name, *arm.aliases))
    ]
    if len(named) == 1:
        return named[0]
    if _CONTROL_ROLES.match(role):
        controls = [here for here, arm in enumerate(arms) if arm.is_control]
        return controls[0] if len(controls) == 1 else None
    others = [here for here, arm in enumerate(arms) if not arm.is_control]
    return others[0] if len(others) == 1 and len(arms) == 2 else None


def _lettered(text: str, start: int, end: int, arms: list[ArmName]) -> list[Mention]:
    by_letter = {arm.letter: here for here, arm in enumerate(arms) if arm.letter}
    found: list[Mention] = []
    if not by_letter:
        return found
    for hit in _LETTERS.finditer(text, start, end):
        if hit["first"] not in by_letter:
            continue
        found.append(Mention(hit.start(), hit.end("first"), by_letter[hit["first"]]))
        for more in re.finditer(r"[A-Z]{1,2}|[1-9]|I{1,3}|IV", hit["rest"]):
            if more.group() in by_letter:
                found.append(
                    Mention(
                        hit.start("rest") + more.start(),
                        hit.start("rest") + more.end(),
                        by_letter[more.group()],
                    )
                )
    for hit in _BARE_LETTER.finditer(text, start, end):
        if hit["letter"] in by_letter and not any(
            one.start <= hit.start("letter") < one.end for one in found
        ):
            found.append(Mention(hit.start("letter"), hit.end("letter"), by_letter[hit["letter"]]))
    if found:
        seen = found[0].end
        for hit in re.finditer(
            r"(?:and|or|,|v|vs\.?) (?P<letter>[A-Z]{1,2}|[1-9])(?= ?[\[(])", text[seen:end]
        ):
            if hit["letter"] in by_letter and not any(
                one.start <= seen + hit.start("letter") < one.end for one in found
            ):
                at = seen + hit.start("letter")
                found.append(Mention(at, at + len(hit["letter"]), by_letter[hit["letter"]]))
    return found
