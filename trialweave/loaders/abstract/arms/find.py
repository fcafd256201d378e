"""The arms of a trial, from the ways in which an abstract names them.

Three sources, strongest first: the sentence that assigns ("randomly assigned to A or B"), the
groups that the results speak of ("in the A group"), and the title ("A versus B"). A phrase is
compared with an arm by its stems, so that "abemaciclib", "abemaciclib plus endocrine therapy" and
"the abemaciclib plus ET group" are one arm, and "endocrine therapy alone" is the other.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from trialweave.loaders.abstract.arms.assignment import assigned
from trialweave.loaders.abstract.arms.convincing import ROLE_WORDS, Stems, first_convincing
from trialweave.loaders.abstract.arms.groups import grouped
from trialweave.loaders.abstract.arms.letters import lettered
from trialweave.loaders.abstract.arms.phrases import Phrase
from trialweave.loaders.abstract.arms.resolve import ArmName, resolve
from trialweave.loaders.abstract.text.sections import Sentence
from trialweave.loaders.abstract.text.words import COMMON, WORD, stem, stems

_CONTROL = re.compile(
    r"\b(?:placebo|controls?|standard|alone|usual|conventional|observation|best supportive care"
    r"|no (?:treatment|further|additional|therapy|\w+)|"
    r"sham|vehicle|watchful|waiting|waitlist|wait-list|deferred|delayed|BSC|without|routine"
    r"|monotherapy|untreated|saline|physician's choice|investigator's choice)\b",
    re.IGNORECASE,
)
_GROUP_WORD = re.compile(r" (?:group|arm)$")


def find_arms(
    text: str, parts: list[Sentence], short: dict[str, str]
) -> tuple[list[ArmName], dict[str, tuple[str, ...]]]:
    """The arms that an abstract names, and the stems of the abbreviations (`short`) by which it names them.

    >>> from trialweave.loaders.abstract.text.sections import Sentence
    >>> text = "They were randomly assigned to oral abcnib 12 mg or placebo. PFS rose in the abcnib group."
    >>> parts = [Sentence(0, 60, "methods"), Sentence(61, len(text), "results")]
    >>> [arm.name for arm in find_arms(text, parts, {})[0]]
    ['abcnib', 'placebo']
    """
    expand = {key: tuple(stem(word) for word in WORD.findall(long)) for key, long in short.items()}
    expand = {
        key: tuple(one for one in value if one not in ("the", "of", "and", "a"))
        for key, value in expand.items()
    }
    stems_of: Stems = lru_cache(maxsize=None)(lambda phrase: stems(phrase, expand))
    lists = assigned(text, parts)
    groups = [
        phrase
        for part in parts
        if part.section in ("results", "abstract", "methods", "conclusions")
        for phrase in grouped(text, part.start, part.end, values=part.section in ("results", "abstract"))
    ]
    letters = lettered(text, parts)
    arms = [_lettered_arm(text, phrase, stems_of) for phrase in letters]
    if len(arms) < 2:
        arms = first_convincing(text, parts, groups, lists, stems_of)
    for arm in arms:
        after = [other.start for other in arms if other.start > arm.end]
        _group_form(text, arm, (arm.end, min([arm.end + 70, *after])), stems_of)
    arms += _parts_apart(text, arms, groups, stems_of)
    _add_groups(arms, groups, stems_of, fixed=len(arms) >= 2)
    if len(arms) < 2:
        return [], expand
    _place(text, arms, lists, stems_of)
    for arm in arms:
        _name(arm)
    _mark_control(arms)
    return arms[:8], expand


def _lettered_arm(text: str, phrase: Phrase, stems_of: Stems) -> ArmName:
    variants = [stems_of(phrase.words)] if phrase.words else []
    variants = [one for one in variants if one] or [frozenset({f"arm-{phrase.letter}"})]
    return ArmName(text[phrase.start : phrase.end], phrase.start, phrase.end, variants, letter=phrase.letter)


_LISTED_BEFORE = re.compile(r"(?:,|\band|\bplus|\bor|[+/-]) ?$")


def _parts_apart(text: str, arms: list[ArmName], groups: list[Phrase], stems_of: Stems) -> list[ArmName]:
    """The arms that are a part of another one, set against it: "the A-plus-B group and the A group"."""
    if not 2 <= len(arms) <= 4:
        return []
    named = [
        (stems_of(group.words), group)
        for group in groups
        if not group.valued and not _LISTED_BEFORE.search(text, max(0, group.start - 6), group.start)
    ]
    whole = {arm.stems for arm in arms}
    if not any(one and one < other for one in {found for found, _ in named} for other in whole):
        return []
    times: Counter[frozenset[str]] = Counter()
    first: dict[frozenset[str], Phrase] = {}
    for (one, phrase), (other, partner) in ((a, b) for a in named for b in named):
        if (
            one
            and one < other
            and abs(phrase.start - partner.start) < 160
            and other in whole
            and not any(one in arm.variants for arm in arms)
            and not one <= COMMON
        ):
            times[one] += 1
            first.setdefault(one, phrase)
    return [
        ArmName(first[one].words, first[one].start, first[one].end, [one])
        for one, count in times.items()
        if count >= 2
    ]


def _add_groups(arms: list[ArmName], groups: list[Phrase], stems_of: Stems, *, fixed: bool) -> None:
    """Hang each group's words on its arm; groups that are no known arm become arms if they recur."""
    strange: Counter[frozenset[str]] = Counter()
    known = [ArmName(arm.name, arm.start, arm.end, list(arm.variants)) for arm in arms]
    first: dict[frozenset[str], Phrase] = {}
    for group in groups:
        found = stems_of(group.words)
        if not found:
            continue
        which = resolve(found, known, group=True)
        if which is not None:
            arms[which].aliases[group.words] += 1
            if not any(one[0].isdigit() for one in arms[which].stems):
                found = frozenset(one for one in found if not one[0].isdigit())
            if found and found not in arms[which].variants:
                arms[which].variants.append(found)
        elif (not found <= ROLE_WORDS or ("control" in found and not arms)) and not group.valued:
            strange[found] += 1
            first.setdefault(found, group)
    if fixed and len(arms) <= 2 and sum(arm.aliases.total() for arm in arms) >= 1:
        return
    new: list[ArmName] = []
    for found, times in strange.items():
        partner = first[found].pair
        if times >= 2 or partner:
            new.append(
                ArmName(
                    first[found].words,
                    first[found].start,
                    first[found].end,
                    [found],
                    Counter({first[found].words: times}),
                )
            )
    if len(new) == 1 and len(strange) == 2 and not arms:
        found = next(one for one in strange if one != new[0].stems)
        if abs(first[found].start - new[0].start) < 90:
            new.append(ArmName(first[found].words, first[found].start, first[found].end, [found]))
            new[-1].aliases[first[found].words] += 1
            new.sort(key=lambda arm: arm.start)
    if len(new) >= 2 or (new and arms and any(not arm.aliases for arm in arms)):
        kept = [arm for arm in arms if arm.aliases]
        arms[:] = kept + [one for one in new if all(one.stems != arm.stems for arm in kept)]


def _place(text: str, arms: list[ArmName], lists: list[list[Phrase]], stems_of: Stems) -> None:
    """Where the assigning sentence speaks of each arm, with its doses."""
    numbered = any(one[0].isdigit() for arm in arms for one in arm.stems)
    for phrases in lists:
        found = [
            resolve(
                frozenset(one for one in stems_of(phrase.words) if numbered or not one[0].isdigit()),
                arms,
                group=True,
            )
            for phrase in phrases
        ]
        if len(set(found)) != len(found) or None in found:
            continue
        ends = [phrase.start for phrase in phrases[1:]] + [phrases[-1].end + 70]
        for here, phrase, end in zip(found, phrases, ends, strict=True):
            if here is not None and phrase.start < end < phrase.end + 160:
                arms[here].spans.append((phrase.start, end))
                _short_form(text, arms, here, (phrase.end, min(end, phrase.end + 60)), stems_of)


_SHORT_FORM = re.compile(
    r"[\[(]((?=[^a-z]{0,8}[A-Z])[A-Za-z][A-Za-z0-9]*(?:[-/+][A-Za-z0-9]+)*)(?: (?:group|arm|regimen))?[\]);,]"
)


def _short_form(text: str, arms: list[ArmName], here: int, span: tuple[int, int], stems_of: Stems) -> None:
    """The short form in brackets after an arm, if it recurs: "topotecan with cisplatin (TC)"."""
    for hit in _SHORT_FORM.finditer(text, *span):
        found, capitals = stems_of(hit[1]), sum(char.isupper() for char in hit[1])
        known = any(found <= variant for arm in arms for variant in arm.variants)
        if capitals >= 2 and found and not known and text.count(hit[1]) >= 3:
            arms[here].variants.append(found)
            arms[here].aliases[hit[1]] += 0


_GROUP_FORM = re.compile(r"[\[(](?:the )?([A-Za-z][A-Za-z -]{2,40}?)[- ](?:group|arm)[\])]")


def _group_form(text: str, arm: ArmName, span: tuple[int, int], stems_of: Stems) -> None:
    """The name in brackets that the results use: "A plus B (combination group)"."""
    hit = _GROUP_FORM.search(text, *span)
    if hit:
        arm.aliases[hit[1]] += 0
        if (found := stems_of(hit[1])) and found not in arm.variants:
            arm.variants.append(found)


def _name(arm: ArmName) -> None:
    """Call an arm as the results call it, unless that is only its role."""
    if arm.letter:
        return
    arm.name = _GROUP_WORD.sub("", arm.name)
    named = [
        (times, len(words), words)
        for words, times in arm.aliases.items()
        if times and not stems(words, {}) <= ROLE_WORDS
    ]
    if named:
        arm.aliases[arm.name] += 0
        arm.name = max(named)[2]


def _mark_control(arms: list[ArmName]) -> None:
    """The control: the arm that says so, or that the others add something to, or the last of two."""
    by_word = [arm for arm in arms if _CONTROL.search(arm.name)] or [
        arm for arm in arms if any(_CONTROL.search(alias) for alias in arm.aliases)
    ]
    contained = [arm for arm in arms if all(arm.stems < other.stems for other in arms if other is not arm)]
    placebo = [arm for arm in arms if "placebo" in arm.stems]
    for candidates in (placebo, contained, by_word):
        if len(candidates) == 1:
            candidates[0].is_control = True
            return
    if len(arms) == 2 and not by_word:
        arms[1].is_control = True
