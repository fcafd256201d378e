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
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
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
    titles = Counter(fold(name) for arm in arms for name in {arm.name, *arm.aliases})
    by_title = {
        fold(name): arm for arm in arms for name in (arm.name, *arm.aliases) if titles[fold(name)] == 1
    }
    designators = Counter(_designator(arm.name) for arm in arms)
    by_designator = {name: arm for arm in arms if (name := _designator(arm.name)) and designators[name] == 1}
    by_content = _unique((arm, arm.interventions) for arm in arms)
    drugs = {each.key for each in interventions if each.kind in DRUG_KINDS}
    by_drugs = _unique((arm, [key for key in arm.interventions if key in drugs]) for arm in arms)
    names = _names(interventions)
    known: dict[tuple[str, bool], tuple[_Part, str | None, str | None]] = {}

    def identify(title: str, alone: bool) -> tuple[_Part, str | None, str | None]:
        part = _part(title, alone=alone, several_phases=several_phases)
        if arm := by_title.get(fold(title)):
            return part, arm.key, "same title"
        if part.kind in ("total", "crossover", "second course"):
            return part, None, None
        if part.kind and (arm := by_title.get(fold(part.rest))):
            return part, arm.key, f"same title, but for the words {part.label!r}"
        if (name := _designator(title)) and (arm := by_designator.get(name)):
            return part, arm.key, f"same designator, {name!r}"
        content = _content(part.rest if part.kind else title, names)
        if content and (arm := by_content.get(content)):
            return part, arm.key, "the only arm with exactly these interventions"
        if content and (arm := by_drugs.get(content)):
            return part, arm.key, "the only arm with exactly these drugs"
        if alone and len(arms) == 1 and part.kind is None:
            return part, arms[0].key, "the only arm, and the only group"
        return part, None, None

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
                kind="arm"
                if (match == "same title" and part.kind in ("period", "cohort")) or (arm and not part.kind)
                else part.kind,
                arm=arm,
                match=match,
                overlaps=tuple(shared),
            )
            for column, (part, arm, match), shared in zip(columns, found, overlaps, strict=True)
        )

    return read


def _unique(contents: Iterable[tuple[Arm, Iterable[str]]]) -> dict[frozenset[str], Arm]:
    """The arms by their set of interventions, but for sets that are empty or of several arms."""
    found: dict[frozenset[str], list[Arm]] = {}
    for arm, keys in contents:
        found.setdefault(frozenset(keys), []).append(arm)
    return {content: arms[0] for content, arms in found.items() if content and len(arms) == 1}


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
    found: Sequence[tuple[_Part, str | None, str | None]],
    arms: dict[str, Arm],
    crossover: bool,
    enrolled: int | None,
) -> Iterator[tuple[int, int, str]]:
    """Pairs of columns that may share people, with the reason."""
    crowded = None
    people = [
        column.at_risk for column, (part, _, _) in zip(columns, found, strict=True) if part.kind != "total"
    ]
    if enrolled and sum(n or 0 for n in people) > enrolled:
        crowded = f"the groups hold {sum(n or 0 for n in people)} people, and {enrolled} were enrolled"
    marked = False
    pairs = [(i, j) for i in range(len(columns)) for j in range(i + 1, len(columns))]
    for i, j in pairs:
        (part, arm, _), (other, other_arm, _) = found[i], found[j]
        reason = None
        for kind, words in (
            ("total", "is a total of the table's groups"),
            ("second course", "holds people treated a second time"),
            ("crossover", "holds people who changed treatment"),
        ):
            if reason is None and kind in (part.kind, other.kind):
                reason = f"{columns[i if part.kind == kind else j].title!r} {words}"
        if reason is None and "period" in (part.kind, other.kind) and fold(part.label) != fold(other.label):
            reason = "periods of one study may hold the same people"
        if reason is None and arm and arm == other_arm:
            apart = part.kind == other.kind == "cohort" and fold(part.label) != fold(other.label)
            reason = None if apart else f"both are matched to the arm {arms[arm].name!r}"
        if (
            reason is None
            and columns[i].title
            and fold(columns[i].title or "") == fold(columns[j].title or "")
        ):
            reason = "both have the same title"
        if (
            reason is None
            and crossover
            and not (_sequence(columns[i], arm, arms) and _sequence(columns[j], other_arm, arms))
        ):
            reason = "the study is a crossover, whose groups by treatment hold the same people"
        if reason is not None:
            marked = marked or "total" not in (part.kind, other.kind)
            yield i, j, reason
    if crowded and not marked:
        for i, j in pairs:
            if "total" not in (found[i][0].kind, found[j][0].kind):
                yield i, j, crowded


def _sequence(column: Column, arm: str | None, arms: dict[str, Arm]) -> bool:
    """Whether a group of a crossover study is one sequence of treatments, not one treatment."""
    return bool(_SEQUENCE.search(column.title or "")) or (
        arm is not None and len(arms[arm].interventions) > 1
    )
