"""Which list of phrases is the list of arms: the one that the groups of the results confirm best."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from trialweave.loaders.abstract.arms.assignment import contrasted, counted
from trialweave.loaders.abstract.arms.phrases import Phrase
from trialweave.loaders.abstract.arms.resolve import ArmName, resolve
from trialweave.loaders.abstract.text.sections import Sentence

Stems = Callable[[str], frozenset[str]]
"""A phrase's stems, abbreviations expanded; remembered, since phrases recur."""
ROLE_WORDS = frozenset(
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


def first_convincing(
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
    own = [found for found in named if not found <= ROLE_WORDS]
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
        if not found or found <= ROLE_WORDS:
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
