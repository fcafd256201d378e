"""What the columns of a results table are: which arm, which part of it, who may be in two.

A column is matched to an arm only on evidence that the record itself gives, and the evidence is
worded in `ResultGroup.match`:

1. its title is the arm's, but for case, space and punctuation;
2. so is what is left of its title without the words of a period or cohort;
3. both begin with the same designator ("Arm A");
4. its title names exactly the interventions, or the drugs, of one arm, and nothing else;
5. the record has one arm, and the table one column.

Columns that may hold the same people are marked, with the reason, whenever the record gives one;
the absence of a mark is not a proof that two columns share nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from trialweave.records import Arm, GroupKind, Intervention, Overlap, ResultGroup

DRUG_KINDS = frozenset({"drug", "biological", "dietary supplement", "combination product", "genetic"})


class Column(NamedTuple):
    """A column as the source gives it; `at_risk` where the table states one number for it."""

    key: str
    id: str
    title: str | None
    at_risk: int | None = None


_ORDINAL = r"(?:[0-9]+[a-z]?|[ivx]+|[a-h])"
_PERIOD = re.compile(
    r"(?:\b(?:(?:double|single|triple)[- ]?blind(?:ed)?|open[- ]?label|run[- ]?in|lead[- ]?in|wash[- ]?out"
    r"|long[- ]?term|follow[- ]?up|extension|randomi[sz]ed|treatment|induction|maintenance|consolidation"
    r"|titration|core|main|initial|continuation|blinded|(?:placebo[- ])?controlled|withdrawal|cross[- ]?over"
    r"|dose[- ](?:optimi[sz]ation|escalation|titration|finding)|dbpc|study)[\s,()/-]+)*"
    rf"\b(?:(?:period|phase|part|stage|step)s?\b(?:\s+{_ORDINAL}\b)?|extension|follow[- ]?up|run[- ]?in"
    r"|wash[- ]?out|ole|lte|baseline(?: visit)?\b)|\b(?:open[- ]?label|double[- ]?blind)\b",
    re.IGNORECASE,
)
_TRIAL_PHASE = re.compile(r"\bphase (?:[1-3]|i{1,3})[ab]?\b", re.IGNORECASE)
_COHORT = re.compile(
    rf"\b(?:cohort|stratum|subgroup|panel|dose level|expansion)s?\b(?:\s+{_ORDINAL}\b)?", re.IGNORECASE
)
_CROSSOVER = re.compile(
    r"(?<!non-)(?<!non )\b(?:cross(?:ed|ing)?[- ]?over|switch(?:ed|ers?|ing)?|rescued?"
    r"|roll(?:ed)?[- ]?over)\b",
    re.I,
)
_SECOND_COURSE = re.compile(r"\b(?:second|2nd) course\b|\bre-?treat(?:ed|ment)\b", re.IGNORECASE)
_PEOPLE = r"(?:participants|patients|subjects|arms|groups|cohorts|treatments?|population|study|enrolled)"
_TOTAL = re.compile(
    rf"^total$|\btotal$|^total (?:number )?(?:of )?{_PEOPLE}\b|\boverall$|^overall {_PEOPLE}\b|: overall\b"
    rf"|\ball (?:(?:study|treated|enrolled|randomi[sz]ed) )*{_PEOPLE}\b|\bpooled\b"
    rf"|^(?:combined|entire) {_PEOPLE}\b",
    re.IGNORECASE,
)
_DESIGNATOR = re.compile(
    rf"(arm|group|cohort|regimen|sequence|stratum|treatment)\s+({_ORDINAL})\b", re.IGNORECASE
)
_ROMAN = {numeral: str(n) for n, numeral in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii"), 1)}
_SEQUENCE = re.compile(r"\bthen\b|\bfollowed by\b|\bfirst\b|\bsequence\b|→|->", re.IGNORECASE)
_NEUTRAL = re.compile(
    r"a|an|and|arm|alone|at|bid|by|capsules?|combination|daily|day|dose|drug|every|for|g|group|in|"
    r"infusion|injection|iv|kg|mcg|mg|ml|of|once|only|oral|orally|participants|patients|plus|qd|"
    r"received|receiving|study|subjects|tablets?|the|therapy|times|treated|treatment|twice|ug|"
    r"weekly|weeks|with|µg|μg|[0-9]+[a-zµμ]{0,3}"
)


@lru_cache(maxsize=8192)
def fold(title: str) -> str:
    """A title without case, space, punctuation and marks.

    >>> fold("Placebo + FOLFOX®  (Arm-B)") == fold("placebo+folfox (arm b)")
    True
    """
    plain = unicodedata.normalize("NFKC", re.sub(r"[®™©]", "", title)).casefold()
    return re.sub(r"[\W_]+", "", plain)


def _tokens(words: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", unicodedata.normalize("NFKC", re.sub(r"[®™©]", " ", words)).casefold()))


class _Part(NamedTuple):
    """What the words of a title say that the column is; `rest` is the title without them."""

    kind: GroupKind | None
    label: str = ""
    rest: str = ""


class _Identified(NamedTuple):
    """What a column is, and the arm that it was matched to."""

    part: _Part
    arm: str | None = None
    match: str | None = None

    @property
    def kind(self) -> GroupKind | None:
        """An arm that is a period or a cohort by its own title is an arm."""
        if self.arm and (self.part.kind is None or self.match == "same title"):
            return self.part.kind if self.part.kind in ("total", "crossover", "second course") else "arm"
        return self.part.kind


def _part(title: str, *, alone: bool, several_phases: bool) -> _Part:
    if not alone and _TOTAL.search(title):
        return _Part("total")
    if _SECOND_COURSE.search(title):
        return _Part("second course")
    phrase: re.Match[str] | None = None
    if several_phases and (phrase := _TRIAL_PHASE.search(title)):
        kind: GroupKind = "cohort"
    elif phrase := _PERIOD.search(title):
        kind = "period"
    elif _CROSSOVER.search(title):
        return _Part("crossover")
    elif phrase := _COHORT.search(title):
        kind = "cohort"
    if phrase is None:
        return _Part(None)
    rest = title[: phrase.start()] + " " + title[phrase.end() :]
    if _CROSSOVER.search(rest):
        return _Part("crossover")
    return _Part(kind, phrase[0].strip(), rest)


def group_reader(
    arms: Sequence[Arm],
    interventions: Sequence[Intervention],
    *,
    crossover: bool = False,
    several_phases: bool = False,
    enrolled: int | None = None,
) -> Callable[[Sequence[Column]], tuple[ResultGroup, ...]]:
    """A function from the columns of one table of this study to its groups.

    `crossover` and `several_phases` (a trial of phase 1 and 2) come from the study's design,
    `enrolled` is its actual enrolment.

    >>> arm = Arm(key="/arms/0", name="Sunitinib 50 mg")
    >>> read = group_reader([arm, Arm(key="/arms/1", name="Placebo")], [])
    >>> for group in read([Column("/g/0", "EG000", "SUNITINIB, 50mg"), Column("/g/1", "EG001", "Switched")]):
    ...     print(group.id, group.kind, group.arm, group.match, [o.group for o in group.overlaps])
    EG000 arm /arms/0 same title ['/g/1']
    EG001 crossover None None ['/g/0']
    """
    by_key = {arm.key: arm for arm in arms}
    by_title = _unique((arm, [fold(arm.name)]) for arm in arms if fold(arm.name))
    by_designator = _unique((arm, [name]) for arm in arms if (name := _designator(arm.name)))
    by_content = _unique((arm, arm.interventions) for arm in arms)
    drugs = {each.key for each in interventions if each.kind in DRUG_KINDS}
    by_drugs = _unique((arm, [key for key in arm.interventions if key in drugs]) for arm in arms)
    names = _names(interventions)
    known: dict[tuple[str, bool], _Identified] = {}

    def same_period(arm: Arm, part: _Part) -> bool:
        """Where an arm is one period of the study, only a group of that period is matched to it."""
        own = _part(arm.name, alone=False, several_phases=several_phases)
        return own.kind != "period" or fold(own.label) == fold(part.label)

    def identify(title: str, alone: bool) -> _Identified:
        part = _part(title, alone=alone, several_phases=several_phases)
        if arm := by_title.get(frozenset([fold(title)])):
            return _Identified(part, arm.key, "same title")
        if part.kind in ("total", "crossover", "second course"):
            return _Identified(part)
        if part.kind and (arm := by_title.get(frozenset([fold(part.rest)]))):
            return _Identified(part, arm.key, f"same title, but for the words {part.label!r}")
        content = _content(part.rest if part.kind else title, names)
        named, words = by_content.get(content), "interventions"
        if named is None:
            named, words = by_drugs.get(content), "drugs"
        if named is not None and not same_period(named, part):
            named = None
        if (name := _designator(title)) and (arm := by_designator.get(frozenset([name]))):
            if named not in (None, arm):  # the title names what another arm was given
                return _Identified(part)
            return _Identified(part, arm.key, f"same designator, {name!r}")
        if named is not None:
            return _Identified(part, named.key, f"the only arm with exactly these {words}")
        if alone and len(arms) == 1 and part.kind is None:
            return _Identified(part, arms[0].key, "the only arm, and the only group")
        return _Identified(part)

    def read(columns: Sequence[Column]) -> tuple[ResultGroup, ...]:
        alone = len(columns) == 1
        found = []
        for column in columns:
            title = column.title or ""
            if (title, alone) not in known:
                known[title, alone] = identify(title, alone)
            found.append(known[title, alone])
        overlaps: list[list[Overlap]] = [[] for _ in columns]
        if not alone:
            for i, j, reason in _overlaps(columns, found, by_key, crossover, enrolled):
                overlaps[i].append(Overlap(group=columns[j].key, reason=reason))
                overlaps[j].append(Overlap(group=columns[i].key, reason=reason))
        return tuple(
            ResultGroup(
                key=column.key,
                id=column.id,
                title=column.title,
                kind=each.kind,
                arm=each.arm,
                match=each.match,
                overlaps=tuple(shared),
            )
            for column, each, shared in zip(columns, found, overlaps, strict=True)
        )

    return read


def _unique(described: Iterable[tuple[Arm, Iterable[str]]]) -> dict[frozenset[str], Arm]:
    """The arms by what describes each, but for descriptions that are empty or of several arms."""
    found: dict[frozenset[str], list[Arm]] = {}
    for arm, words in described:
        found.setdefault(frozenset(words), []).append(arm)
    return {words: arms[0] for words, arms in found.items() if words and len(arms) == 1}


def _designator(title: str) -> str | None:
    """The designator at the beginning of a title; "Arm II" is "Arm 2".

    >>> _designator("Arm II (with placebo)"), _designator("Army")
    ('arm 2', None)
    """
    found = _DESIGNATOR.match(title.strip())
    if found is None:
        return None
    ordinal = found[2].lower()
    return f"{found[1].lower()} {_ROMAN.get(ordinal, ordinal)}"


def _names(interventions: Sequence[Intervention]) -> dict[tuple[str, ...], str]:
    """The names of the interventions as tokens, and whose they are; a shared name is nobody's."""
    owners: dict[tuple[str, ...], set[str]] = {}
    for intervention in interventions:
        for name in (intervention.name, *intervention.aliases):
            outside = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", name)
            for form in (name, outside, *re.findall(r"[(\[]([^)\]]+)[)\]]", name)):
                if tokens := _tokens(form):
                    owners.setdefault(tokens, set()).add(intervention.key)
    return {tokens: keys.pop() for tokens, keys in owners.items() if len(keys) == 1}


def _content(title: str, names: dict[tuple[str, ...], str]) -> frozenset[str]:
    """The interventions that a title names, if it names nothing else."""
    tokens, found, at = _tokens(title), set(), 0
    longest = max((len(name) for name in names), default=0)
    while at < len(tokens):
        for length in range(min(longest, len(tokens) - at), 0, -1):
            if key := names.get(tokens[at : at + length]):
                found.add(key)
                at += length
                break
        else:
            if not _NEUTRAL.fullmatch(tokens[at]):
                return frozenset()
            at += 1
    return frozenset(found)


def _overlaps(
    columns: Sequence[Column],
    found: Sequence[_Identified],
    arms: dict[str, Arm],
    crossover: bool,
    enrolled: int | None,
) -> Iterator[tuple[int, int, str]]:
    """Pairs of columns that may share people, with the reason."""
    totals = {i for i, each in enumerate(found) if each.part.kind == "total"}
    explained = False  # whether a pair is marked that is not just a total and its part
    apart = []
    for i, j in combinations(range(len(columns)), 2):
        reason = _reason(columns[i], found[i], columns[j], found[j], arms, crossover)
        if reason is not None:
            explained = explained or not totals & {i, j}
            yield i, j, reason
        elif not totals & {i, j}:
            apart.append((i, j))
    people = sum(column.at_risk or 0 for i, column in enumerate(columns) if i not in totals)
    if enrolled and people > enrolled and not explained:
        for i, j in apart:
            yield i, j, f"the groups hold {people} people, and {enrolled} were enrolled"


_SHARING = (
    ("total", "is a total of the table's groups"),
    ("second course", "holds people treated a second time"),
    ("crossover", "holds people who changed treatment"),
)


def _reason(
    column: Column,
    one: _Identified,
    other_column: Column,
    other: _Identified,
    arms: dict[str, Arm],
    crossover: bool,
) -> str | None:
    """Why two columns may share people, if the record gives a reason."""
    kinds = (one.part.kind, other.part.kind)
    for kind, words in _SHARING:
        if kind in kinds:
            return f"{(column if one.part.kind == kind else other_column).title!r} {words}"
    titles = fold(column.title or ""), fold(other_column.title or "")
    if titles[0] and titles[0] == titles[1]:
        return "both have the same title"
    same_label = fold(one.part.label) == fold(other.part.label)
    if "period" in kinds and not same_label:
        return "periods of one study may hold the same people"
    if one.arm and one.arm == other.arm and (kinds != ("cohort", "cohort") or same_label):
        return f"both are matched to the arm {arms[one.arm].name!r}"
    parts = fold(one.part.rest), fold(other.part.rest)
    if kinds.count("cohort") == 1 and (titles[0] == parts[1] != "" or titles[1] == parts[0] != ""):
        return "the one may be a cohort of the other"
    if crossover and not (_sequence(column, one.arm, arms) and _sequence(other_column, other.arm, arms)):
        return "the study is a crossover, whose groups by treatment hold the same people"
    return None


def _sequence(column: Column, arm: str | None, arms: dict[str, Arm]) -> bool:
    """Whether a group of a crossover study is one sequence of treatments, not one treatment."""
    return bool(_SEQUENCE.search(column.title or "")) or (
        arm is not None and len(arms[arm].interventions) > 1
    )
