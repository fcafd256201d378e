"""Results: facts from the quantities of a sentence, each with the words that it was read from."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.attribution.comparison import Owner, compared
from trialweave.loaders.abstract.attribution.owners import owners
from trialweave.loaders.abstract.attribution.rows import VERSUS, row_topics, rows
from trialweave.loaders.abstract.attribution.subject import grade_of, topic_of
from trialweave.loaders.abstract.facts.kinds import endpoint_name, kind_of, median_before
from trialweave.loaders.abstract.facts.naming import arm_name, cues_of
from trialweave.loaders.abstract.facts.p_values import lone_p_values, p_beside
from trialweave.loaders.abstract.facts.zeros import Memory, zeros_of
from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import cued
from trialweave.loaders.abstract.topics.find import Topic
from trialweave.loaders.abstract.topics.grades import SERIOUS, timepoint
from trialweave.records import Fact

_EARLIER = cued(
    re.compile(
        r"\b(?:assum(?:ed|ing|ption)|hypothesi[sz]ed|power|planned|sample size|to detect|expected"
        r"|non-?inferiority (?:margin|boundary|limit)|margin|prespecified|null hypothesis|futility"
        r"|design(?:ed)?|alpha|boundary|historical|(?<!data )(?<!data-)cut-?off(?! date| \()"
        r"|threshold|defined as|upper limit)\b",
        re.IGNORECASE,
    ),
    "assum|hypothesi|power|planned|sample size|to detect|expected|margin|boundary|inferiority limit"
    "|prespecified|null|futility|design|alpha|historical|cut|threshold|defined as|upper limit",
)
_THESE = cued(
    re.compile(r"\b(?:of )?these (?:adverse |toxic )?(?:events|effects|toxicities)\b", re.IGNORECASE),
    "these",
)
_FOR_DEATH = re.compile(r" for death(?!s? (?:from|due)|,? (?:or|and))")


def facts_of(scene: Scene, memory: Memory, canonical: tuple[int, ...]) -> list[Fact]:
    """The facts of one sentence, in normalised offsets; `memory` is brought up to date."""
    found: list[Fact] = []
    owned = owners(scene, memory.order, canonical)
    planned = not owned and bool(_EARLIER.search(scene.text, scene.sentence.start, scene.sentence.end))
    if planned and not any(_is_result(one) for one in scene.quantities):
        return []
    in_rows = _topics_of_rows(scene, owned)
    for here, quantity in enumerate(scene.quantities):
        if planned and not _is_result(quantity):
            continue
        topic = in_rows.get(here) or topic_of(scene, quantity, memory.topic)
        fact = _fact(scene, here, quantity, topic, owned, memory)
        if fact:
            found.append(fact)
            if topic and fact.kind != "follow_up":
                memory.topic = topic
        if fact and quantity.label and quantity.shape == "ratio":
            memory.label = quantity.label
    if scene.grades:
        memory.grade = scene.grades[-1].value
    found += lone_p_values(scene, memory, owned) if not planned else ()
    found += zeros_of(scene, found)
    _remember(scene, memory, owned, canonical)
    return sorted(found, key=lambda fact: (fact.start, fact.end))


def _is_result(quantity: Quantity) -> bool:
    """True for an estimate with its confidence interval: no plan and no margin has one."""
    return quantity.label is not None and quantity.interval == "CI"


def _topics_of_rows(scene: Scene, owned: dict[int, Owner]) -> dict[int, Topic]:
    """The topics of rows that give one arm several endpoints in turn."""
    found: dict[int, Topic] = {}
    for row in rows(scene):
        if len(row) < 2 or not (
            all(here in owned and owned[here].rule == "row-one-arm" for here in row)
            or not (scene.mentions or any(here in owned for here in row))
        ):
            continue
        if VERSUS.search(scene.text, scene.quantities[row[0]].end, scene.quantities[row[-1]].start):
            continue
        topics = row_topics(scene, scene.quantities[row[0]], len(row))
        found.update(zip(row, topics, strict=False))
    return found


def _remember(scene: Scene, memory: Memory, owned: dict[int, Owner], canonical: tuple[int, ...]) -> None:
    sequence = list(
        dict.fromkeys(
            owned[here].arm
            for here in sorted(owned)
            if 0 <= owned[here].arm < len(scene.arms)
            and owned[here].rule not in ("row-order", "row-canonical")
        )
    )
    if len(sequence) == len(canonical) or (len(sequence) >= 2 and len(canonical) > 2):
        memory.order = tuple(sequence)


def _fact(
    scene: Scene, here: int, quantity: Quantity, topic: Topic | None, owned: dict[int, Owner], memory: Memory
) -> Fact | None:
    if quantity.shape in ("ratio", "difference", "points"):
        return _estimate(scene, quantity, topic, owned)
    owner = owned.get(here)
    kind = kind_of(scene, quantity, topic, owner)
    if kind is None:
        return None
    if kind == "follow_up" and owner and not _follows_arm(scene, quantity, owner):
        owner = None
    grade = grade_of(scene, quantity.start, topic) if kind in ("ae_count", "deaths") else None
    related = _related(scene, quantity, kind)
    timed = kind in ("rate", "mean", "median", "ae_count")
    return Fact(
        kind=kind,
        start=quantity.start,
        end=quantity.end,
        quote="",
        rule=f"{quantity.shape}:{owner.rule if owner else 'no-arm'}",
        section=scene.sentence.section,
        endpoint=endpoint_name(kind, topic),
        arm=arm_name(scene, owner.arm, owner) if owner else None,
        value=quantity.value,
        value_op=quantity.op if quantity.value is not None else None,
        unit=quantity.unit,
        ci_low=quantity.low,
        ci_high=quantity.high,
        ci_level=quantity.level,
        interval=quantity.interval,
        sd=quantity.sd,
        se=quantity.se,
        n=quantity.n,
        denom=quantity.denom,
        grade=grade.value if grade else _carried_grade(scene, kind, memory),
        attribution=related[0] if related else None,
        seriousness="serious" if kind == "ae_count" and topic and SERIOUS.search(topic.name) else None,
        population=scene.population,
        timepoint=timepoint(scene.text, scene.clause(quantity.start), quantity.start, quantity.end)
        if timed
        else None,
        cues=cues_of(scene, owner, topic, (grade.start, grade.end) if grade else None),
    )


def _follows_arm(scene: Scene, quantity: Quantity, owner: Owner) -> bool:
    """True if a follow-up is of the arm beside it, and not of one that the next clause names."""
    if owner.mention is None or owner.rule.startswith("row"):
        return owner.mention is not None or owner.rule.startswith("row")
    if owner.mention.start < quantity.end:
        return True
    return ", " not in scene.text[quantity.end : owner.mention.start]


_SOME_OF_THEM = re.compile(r"\b(?:none|of (?:which|whom|these|them)|unrelated|not)\b|;")


def _related(scene: Scene, quantity: Quantity, kind: str) -> tuple[str, int, int] | None:
    """What the sentence says of the cause, unless it says so of others or of some of those counted."""
    if kind not in ("ae_count", "deaths") or (related := scene.attribution) is None:
        return None
    if kind == "deaths" and _SOME_OF_THEM.search(scene.text, quantity.end, related[1]):
        return None
    return related


def _carried_grade(scene: Scene, kind: str, memory: Memory) -> str | None:
    """The grade of the sentence before, where this one speaks of "these adverse events"."""
    if (
        kind == "ae_count"
        and not scene.grades
        and _THESE.search(scene.text, scene.sentence.start, scene.sentence.end)
    ):
        return memory.grade
    return None


def _estimate(scene: Scene, quantity: Quantity, topic: Topic | None, owned: dict[int, Owner]) -> Fact | None:
    if quantity.shape == "points" and not re.search(
        r"differen|increase|reduction|improve|higher|lower", scene.text[scene.sentence.start : quantity.start]
    ):
        return None
    kind = quantity.label.kind if quantity.label else "difference"
    if kind == "difference":
        if quantity.unit in ("%", "percentage points"):
            kind = "risk_difference"
        elif quantity.unit in ("months", "years", "weeks", "days") and median_before(scene, quantity.at):
            kind = "median_difference"
        else:
            kind = "mean_difference"
    if kind == "mean_difference" and quantity.low is None and quantity.p is None:
        return None
    if (
        kind == "risk_difference"
        and quantity.interval != "CI"
        and re.search(r"margin|within|±", scene.text[scene.clause(quantity.start) : quantity.start])
    ):
        return None
    of_death = quantity.label and _FOR_DEATH.search(scene.text, quantity.label.start, quantity.at)
    if topic and kind == "hazard_ratio" and (of_death or topic.name.lower() in ("death", "deaths", "died")):
        topic = _survival_before(scene, quantity.start) or topic._replace(name="overall survival")
    pair = compared(scene, quantity.start, quantity.end, owned)
    p = quantity.p or p_beside(scene, quantity)
    return Fact(
        kind=kind,
        start=quantity.start,
        end=quantity.end,
        quote="",
        rule=f"{quantity.shape}:{'pair' if pair else 'no-pair'}",
        section=scene.sentence.section,
        endpoint=topic.name if topic else None,
        arm=" vs ".join(arm_name(scene, arm) for arm in pair) if pair else None,
        value=quantity.value,
        unit=quantity.unit,
        ci_low=quantity.low,
        ci_high=quantity.high,
        ci_level=quantity.level,
        interval=quantity.interval,
        p=p.value if p else None,
        p_sided=p.sided if p else None,
        population=scene.population,
        timepoint=timepoint(scene.text, scene.clause(quantity.start), quantity.start, quantity.end)
        if kind == "risk_difference"
        else None,
        cues=cues_of(scene, None, topic, None),
    )


def _survival_before(scene: Scene, at: int) -> Topic | None:
    return next(
        (
            t
            for t in reversed(scene.topics)
            if t.kind == "survival" and t.end <= at and scene.sees(at, t.start)
        ),
        None,
    )
