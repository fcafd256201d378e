"""The arms of a trial, from the ways in which an abstract names them.

Three sources, strongest first: the sentence that assigns ("randomly assigned to A or B"), the
groups that the results speak of ("in the A group"), and the title ("A versus B"). A phrase is
compared with an arm by its stems, so that "abemaciclib", "abemaciclib plus endocrine therapy" and
"the abemaciclib plus ET group" are one arm, and "endocrine therapy alone" is the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from trialweave.loaders.abstract.assignment import Phrase, assigned, contrasted, counted
from trialweave.loaders.abstract.letters import lettered
from trialweave.loaders.abstract.phrases import grouped
from trialweave.loaders.abstract.sections import Sentence
from trialweave.loaders.abstract.words import COMMON, WORD, stem, stems

Stems = Callable[[str], frozenset[str]]
"""A phrase's stems, abbreviations expanded; remembered, since phrases recur."""

_CONTROL = re.compile(
    r"\b(?:placebo|controls?|standard|alone|usual|conventional|observation|best supportive care"
    r"|no (?:treatment|further|additional|therapy|\w+)|"
    r"sham|vehicle|watchful|waiting|waitlist|wait-list|deferred|delayed|BSC|without|routine"
    r"|monotherapy|untreated|saline|physician's choice|investigator's choice)\b",
    re.IGNORECASE,
)
_GROUP_WORD = re.compile(r" (?:group|arm)$")
_ROLE_WORDS = frozenset(
    {
        "control",
        "experimental",
        "investigational",
        "intervention",
        "study",
        "active",
        "test",
        "combination",
        "comparator",
        "standard",
        "monotherapy",
        "treatment",
    }
)


@dataclass(slots=True)
class ArmName:
    """One arm: its name in the text's words, the stem sets that mean it, and where it is named."""

    name: str
    start: int
    end: int
    variants: list[frozenset[str]]
    aliases: Counter[str] = field(default_factory=Counter)
    letter: str | None = None
    is_control: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def stems(self) -> frozenset[str]:
        """The first and fullest set of stems."""
        return self.variants[0]


def find_arms(
    text: str, parts: list[Sentence], short: dict[str, str]
) -> tuple[list[ArmName], dict[str, tuple[str, ...]]]:
    """The arms that an abstract names, and the stems of the abbreviations (`short`) by which it names them.

    >>> from trialweave.loaders.abstract.sections import Sentence
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
        arms = _first_convincing(text, parts, groups, lists, stems_of)
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


def _first_convincing(
    text: str, parts: list[Sentence], groups: list[Phrase], lists: list[list[Phrase]], stems_of: Stems
) -> list[ArmName]:
    """The list of phrases that the groups of the results confirm best."""
    best: list[ArmName] = []
    best_score = 0.0
    for weight, readings in (
        (0.9, counted(text, parts)),
        (0.3, lists),
        (0.2, contrasted(text, parts)),
        (0.1, [_clustered(groups, stems_of)]),
    ):
        if weight < 0.3 and best_score > 2.9:
            break
        for phrases in readings:
            arms = _distinct(phrases, stems_of)
            if not 2 <= len(arms) <= 7 or len(arms) < len(phrases):
                continue
            if (
                weight == 0.2
                and not _named_by_groups(arms, groups, stems_of)
                and not _VERSUS.search(text[parts[0].start : parts[0].end])
            ):
                continue
            score = weight - 0.15 * (len(arms) - 2) * (weight == 0.1) + _support(text, arms, groups, stems_of)
            if score > best_score:
                best, best_score = arms, score
    return best


_VERSUS = re.compile(r"\b(?:versus|vs\.?|v|compared|or)\b", re.IGNORECASE)


def _named_by_groups(arms: list[ArmName], groups: list[Phrase], stems_of: Stems) -> bool:
    """True if the results speak of at least one of these arms."""
    return any(
        resolve(found, arms, group=True) is not None for group in groups if (found := stems_of(group.words))
    )


def _clustered(groups: list[Phrase], stems_of: Stems) -> list[Phrase]:
    """The groups of the results as arms, where one phrase shortens another without "plus"."""
    first: dict[frozenset[str], Phrase] = {}
    times: Counter[frozenset[str]] = Counter()
    for group in groups:
        found = stems_of(group.words)
        if found:
            first.setdefault(found, group)
            times[found] += 1 + group.pair
    for found in sorted(times, key=len):
        longer = [other for other in times if found < other and not _adds(first[other].words)]
        if len(longer) == 1:
            times[longer[0]] += times.pop(found)
    named = [found for found, count in times.items() if count >= 2]
    own = [found for found in named if not found <= _ROLE_WORDS]
    if len(own) != 1 or len(named) > 2:
        named = [found for found in named if found in own or found == {"control"}]
    return [first[found] for found in named]


def _adds(words: str) -> bool:
    return bool(re.search(r" (?:plus|and|with|\+|followed by) | ?[+] ?|[a-z]-[a-z]{5,}", words))


def _distinct(phrases: list[Phrase], stems_of: Stems) -> list[ArmName]:
    arms: list[ArmName] = []
    sets = [stems_of(phrase.words) for phrase in phrases]
    plain = [frozenset(one for one in found if not one[0].isdigit()) for found in sets]
    if all(plain) and len(set(plain)) == len(plain):
        sets = plain
    for phrase, found in zip(phrases, sets, strict=True):
        if found and len(found) <= 12 and all(found != arm.stems for arm in arms):
            arms.append(ArmName(phrase.words, phrase.start, phrase.end, [found]))
    return arms


_SEVERAL = re.compile(r" or |;|,| vs?\.? | versus ")


def _support(text: str, arms: list[ArmName], groups: list[Phrase], stems_of: Stems) -> float:
    """How well the groups of the results agree with these arms.

    Counted for them: the share of the groups that is one arm's, and the share of the arms that is
    spoken of. Counted against them: two unlike groups that would be the same arm, and long names.
    """
    hits, total, collisions = 0, 0.0, 0
    named: dict[int, list[frozenset[str]]] = {}
    for group in groups:
        found = stems_of(group.words)
        if not found or found <= _ROLE_WORDS:
            continue
        total += 1
        which = resolve(found, arms, group=True)
        if group.valued and which is None:
            total -= 0.5
        if which is None:
            continue
        hits += 1
        known = named.setdefault(which, [])
        if found not in known:
            collisions += any(
                len(found & other) < 0.4 * len(found | other) and not (found <= other or other <= found)
                for other in known
            )
            known.append(found)
    joined = sum(bool(_SEVERAL.search(arm.name)) and text.count(arm.name) < 3 for arm in arms)
    return (
        0.4
        + (hits / total * 2 if total else 0)
        + 0.6 * len(named) / len(arms)
        - collisions
        - 0.5 * joined
        - 0.02 * sum(len(arm.stems) for arm in arms)
    )


def _add_groups(arms: list[ArmName], groups: list[Phrase], stems_of: Stems, *, fixed: bool) -> None:
    """Hang each group's words on its arm; groups that are no known arm become arms if they recur."""
    strange: Counter[frozenset[str]] = Counter()
    known = [ArmName(arm.name, arm.start, arm.end, arm.variants[:1]) for arm in arms]
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
        elif (not found <= _ROLE_WORDS or ("control" in found and not arms)) and not group.valued:
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


def _name(arm: ArmName) -> None:
    """Call an arm as the results call it, unless that is only its role."""
    if arm.letter:
        return
    arm.name = _GROUP_WORD.sub("", arm.name)
    named = [
        (times, len(words), words)
        for words, times in arm.aliases.items()
        if times and not stems(words, {}) <= _ROLE_WORDS
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


def resolve(found: frozenset[str], arms: list[ArmName], *, group: bool) -> int | None:
    """The arm that a phrase means, by its stems; None if it could be several, or none.

    `group` says that the phrase stands before "group" or "arm", so that common words may name it.
    """
    for here, arm in enumerate(arms):
        if found in arm.variants and sum(found in other.variants for other in arms) == 1:
            return here
    if not group and found <= COMMON:
        return None
    inside = [here for here, arm in enumerate(arms) if any(found < one for one in arm.variants)]
    if len(inside) == 1:
        return inside[0]
    if len(inside) > 1:
        extra = sorted(
            (min(len(one - found) for one in arms[here].variants if found < one), here) for here in inside
        )
        return extra[0][1] if group and extra[0][0] < extra[1][0] else None
    scores = sorted(
        (
            (max(len(found & one) / len(found | one) for one in arm.variants), here)
            for here, arm in enumerate(arms)
        ),
        reverse=True,
    )
    if scores and scores[0][0] >= 0.5 and (len(scores) == 1 or scores[0][0] - scores[1][0] >= 0.15):
        return scores[0][1]
    around = [
        here
        for here, arm in enumerate(arms)
        if any(one < found and not one <= COMMON for one in arm.variants)
    ]
    return around[0] if len(around) == 1 and len(arms) <= 3 else None
