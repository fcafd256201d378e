"""Numbers from the abstract of a trial: each with its arm, endpoint, grade, interval, and its words.

The stages, a folder each, in the order of the work:

1. `text`: one spelling with offsets kept, sections and sentences, words and abbreviations;
2. `quantities`: the numbers of a sentence with all that is written beside them;
3. `arms`: what the arms of the trial are, and where a sentence speaks of one;
4. `topics`: the endpoints and events that it names, with grades, time points, populations;
5. `attribution`: which arm a quantity belongs to, and what it is about;
6. `facts`: results, zeros, people and doses, each with the rule that made it;
7. `trial`: the trial that a publication reports (`report.with_trial` is its door).

A `scene` is one sentence with the outcome of stages 2 to 4, read when a rule first asks for it.

Rules are data or small named functions, and each fact names the rule that made it. A fact whose
arm or endpoint is uncertain has none: no fact is better than a wrong one.
"""

from __future__ import annotations

import re

import msgspec

from trialweave.loaders.abstract.arms.find import find_arms
from trialweave.loaders.abstract.arms.mentions import arm_words
from trialweave.loaders.abstract.arms.resolve import ArmName
from trialweave.loaders.abstract.facts.doses import doses
from trialweave.loaders.abstract.facts.results import facts_of
from trialweave.loaders.abstract.facts.sizes import sizes
from trialweave.loaders.abstract.facts.zeros import Memory
from trialweave.loaders.abstract.quantities.estimates import defines
from trialweave.loaders.abstract.scene import Abstract, Scene
from trialweave.loaders.abstract.text.cued import holds
from trialweave.loaders.abstract.text.normal import Normal, normalise
from trialweave.loaders.abstract.text.sections import Sentence, sentences
from trialweave.loaders.abstract.text.words import abbreviations
from trialweave.loaders.audit import audit
from trialweave.loaders.registry_ids import find_registry_ids
from trialweave.records import Arm, Cue, Fact, Record, Span

__all__ = ["Reading", "read"]

_RESULTS = ("results", "abstract")
_DIGIT = re.compile("[0-9]")
_NUMBER = re.compile(r"\b(?:[Tt]w|[Tt]h|[Ff]o|[Ff]i|[Ss]i|[Ss]e|[Ee]i|[Nn]i|[Tt]e|[Oo]n|[Ee]l|[Zz]e)[a-z]+")
_NUMBER_OR_NONE = re.compile(_NUMBER.pattern + r"|\b[Nn]o(?:ne)?\b|\bnot (?:yet |been )*reached|\bNR\b")
_DOSE_OR_RATIO = re.compile(
    r"[0-9](?: ?:[0-9 ]|[ -]?(?:[mμkn]?g|mcg|Gy|cGy|[GM]Bq|mCi|[kM]?IU|MU|U|units?|m[lL]|m?mol|μmol"
    r"|PFU)\b)"
)


class Reading(Record, frozen=True):
    """What an abstract says in numbers: its facts and the arms that they belong to."""

    facts: tuple[Fact, ...] = ()
    arms: tuple[Arm, ...] = ()


def read(
    text: str, *, title: tuple[int, int] | None = None, abstract: tuple[int, int] | None = None
) -> Reading:
    """Read the numbers of an abstract; `title` and `abstract` are (start, end) in `text`.

    Without ranges, the text is a title, a blank line, and an abstract (or an abstract alone).
    Every fact's `quote` is `text[start:end]`, whatever spaces, dashes and line breaks stand there.

    >>> text = (
    ...     "Abcnib for cough.\\n\\nMETHODS: We randomly assigned adults (2:1) to abcnib or placebo. "
    ...     "RESULTS: Median PFS was 3.0 months with abcnib and 1.4 months with placebo "
    ...     "(HR 0·46, 95% CI 0·32–0·66)."
    ... )
    >>> for fact in read(text).facts:
    ...     print(fact.kind, fact.value, fact.arm, "|", fact.quote)
    randomisation_ratio 2:1 None | 2:1
    median_time 3.0 abcnib | 3.0 months
    median_time 1.4 placebo | 1.4 months
    hazard_ratio 0.46 abcnib vs placebo | HR 0·46, 95% CI 0·32–0·66
    """
    spans = _spans(text, title, abstract)
    normal, title_end = _joined(text, spans)
    parts = sentences(normal, title_end=title_end)
    short = abbreviations(normal.text)
    arms, expand = find_arms(normal.text, parts, short)
    found = _facts(normal, parts, arms, expand, short)
    facts = [_in_source(text, normal, fact) for fact in found]
    begin, end = min(span[0] for span in spans), max(span[1] for span in spans)
    facts += [
        Fact(
            kind="registry_id",
            start=one.evidence.start,
            end=one.evidence.end,
            quote=one.evidence.quote,
            rule="registry-id",
            value=one.value,
        )
        for one in find_registry_ids(text, start=begin, end=end)
        if isinstance(one.evidence, Span)
    ]
    facts.sort(key=lambda fact: (fact.start, fact.end))
    named = tuple(_arm(text, normal, arm, place) for place, arm in enumerate(arms))
    return Reading(facts=audit(facts, named, text), arms=named)


def _spans(
    text: str, title: tuple[int, int] | None, abstract: tuple[int, int] | None
) -> list[tuple[int, int]]:
    if title is None and abstract is None:
        first, blank, _ = text.partition("\n\n")
        if blank and first.strip():
            return [(0, len(first)), (len(text) - len(text[len(first) :].lstrip()), len(text))]
        return [(0, 0), (0, len(text))]
    return [title or (0, 0), abstract or (0, 0)]


def _joined(text: str, spans: list[tuple[int, int]]) -> tuple[Normal, int]:
    """Title and abstract as one normalised text, and where the abstract begins in it."""
    (a, b), (c, d) = spans
    if a == b:
        return normalise(text, c, d), 0
    if c == d:
        return normalise(text, a, b), b - a
    first, second = normalise(text, a, b), normalise(text, c, d)
    width = len(first.text) + 1
    merged = Normal(
        f"{first.text} {second.text}",
        tuple(at + width for at in second.paragraphs),
        first.starts + tuple(at + width for at in second.starts),
        first.shifts + tuple(shift - width for shift in second.shifts),
    )
    return merged, width


def _facts(
    normal: Normal,
    parts: list[Sentence],
    arms: list[ArmName],
    expand: dict[str, tuple[str, ...]],
    short: dict[str, str],
) -> list[Fact]:
    text = normal.text
    response_rate, hormone = defines(text)
    abstract = Abstract(text, arms, arm_words(text, arms, expand), short, response_rate, hormone)
    memory = Memory()
    canonical = tuple(range(len(arms)))
    found: list[Fact] = []
    for part in parts:
        if not _has_numbers(text, part):
            continue
        scene = Scene(abstract, part, memory.label)
        here = list(doses(scene))
        here += [fact for fact in sizes(scene) if not _overlaps(fact, here)]
        if part.section in _RESULTS:
            here += [fact for fact in facts_of(scene, memory, canonical) if not _overlaps(fact, here)]
        found += here
    return found


def _has_numbers(text: str, part: Sentence) -> bool:
    """True if a sentence can hold a fact: any number in results and methods, a dose elsewhere."""
    digit = bool(_DIGIT.search(text, part.start, part.end))
    if part.section in ("results", "abstract"):
        return digit or bool(_NUMBER_OR_NONE.search(text, part.start, part.end))
    if part.section == "methods":
        return digit or bool(_NUMBER.search(text, part.start, part.end))
    if part.section in ("funding", "registration"):
        return False
    return (digit and bool(_DOSE_OR_RATIO.search(text, part.start, part.end))) or holds(
        text[part.start : part.end], ("AUC", "area under")
    )


def _overlaps(fact: Fact, others: list[Fact]) -> bool:
    return any(fact.start < other.end and other.start < fact.end for other in others)


def _in_source(text: str, normal: Normal, fact: Fact) -> Fact:
    """The fact with offsets and quotes in the text as read."""
    start, end = _source(normal, fact.start, fact.end)
    cues = []
    for cue in fact.cues:
        a, b = _source(normal, cue.start, cue.end)
        cues.append(Cue(role=cue.role, start=a, end=b, quote=text[a:b]))
    return msgspec.structs.replace(fact, start=start, end=end, quote=text[start:end], cues=tuple(cues))


def _source(normal: Normal, start: int, end: int) -> tuple[int, int]:
    return normal.source(start), normal.source(end - 1) + 1


def _arm(text: str, normal: Normal, arm: ArmName, place: int) -> Arm:
    start, end = _source(normal, arm.start, arm.end)
    aliases = tuple(alias for alias in arm.aliases if alias != arm.name)
    role = "placebo comparator" if arm.is_control and "placebo" in arm.stems else None
    return Arm(
        key=f"arm-{place + 1}", name=arm.name, aliases=aliases, role=role, evidence=Span.of(text, start, end)
    )
