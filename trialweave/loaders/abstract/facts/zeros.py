"""Stated zeros: "no treatment-related deaths", "none in the control group"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trialweave.loaders.abstract.attribution.comparison import Owner
from trialweave.loaders.abstract.facts.naming import arm_name, cues_of
from trialweave.loaders.abstract.quantities.beside import OF, whole
from trialweave.loaders.abstract.quantities.estimates import Label
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import cued
from trialweave.loaders.abstract.topics.find import Topic
from trialweave.records import Fact

_ZERO = cued(
    re.compile(
        r"\b[Nn]o (?P<what>(?:[a-z][a-z-]*(?:/[a-z-]+)? ){0,4}?(?:deaths?|fatalities|mortality"
        r"|toxic deaths?)(?: (?:due|related|attributable|attributed|from|considered|caused)(?: (?:to|by|as"
        r"|be|related|the|study|treatment|adverse|events?|drugs?|toxicity|toxicities|toxic|effects))*)?)\b"
        r"|\b(?P<none>[Nn]one)(?= (?:in|of|with|for|among|receiving|on)\b)"
        r"|(?:(?<=vs )|(?<=v )|(?<=versus )|(?<=compared with ))(?P<beside>none|zero)\b"
        r"|(?:(?<=and )|(?<=but )|(?<=vs )|(?<=versus ))(?:in )?(?P<nobody>zero|0|no"
        r"(?: (?:patients?|participants?|women|men|children))|0 (?:patients|participants))"
        r"(?= (?:in|with|among|receiving|on) )"
    ),
    "no |No |none|None|zero|0 in |0 with |0 among |0 receiving |0 on |0 patients|0 participants",
)


@dataclass(slots=True)
class Memory:
    """What the sentences before have settled: the order of the arms, the last topic and its kind."""

    order: tuple[int, ...] = ()
    topic: Topic | None = None
    label: Label | None = None
    grade: str | None = None


def zeros_of(scene: Scene, found: list[Fact]) -> Iterator[Fact]:
    """The zeros that a sentence states in words; `found` are its other facts, for "… and none in B"."""
    for hit in _ZERO.finditer(scene.text, scene.sentence.start, scene.sentence.end):
        mention = next(
            (
                m
                for m in scene.mentions
                if 0 <= m.start - hit.end() <= 90
                and not re.search(r"[;:]|\b(?:and|but)\b|\. ", scene.text[hit.end() : m.start])
            ),
            None,
        )
        if mention is None and not hit["what"] and not hit["beside"]:
            continue
        if hit["what"]:
            before: list[Fact] = []
            topic_name, kind, topic = re.sub(r"deaths$", "death", hit["what"].strip()), "deaths", None
            arm = arm_name(scene, mention.arm) if mention else ("both" if len(scene.arms) == 2 else "all")
            if mention is None and (scope := _zero_scope(scene, hit.start())) is not None:
                arm = arm_name(scene, scope)
        else:
            before = [
                fact
                for fact in found
                if fact.end <= hit.start() and fact.kind in ("deaths", "ae_count", "rate", "event_count")
            ]
            if hit["beside"] and before and mention is None:
                mention_arm = _other_arm(scene, before[-1], hit.start())
            else:
                mention_arm = mention.arm if mention else None
            if not before or mention_arm is None:
                continue
            if hit["nobody"] and (
                mention is None
                or before[-1].arm == arm_name(scene, mention_arm)
                or not _CLAUSE_END.match(scene.text, mention.end)
                or any(fact.start < hit.end() and hit.start() < fact.end for fact in found)
            ):
                continue
            topic_name, kind, topic = before[-1].endpoint or "", before[-1].kind, None
            arm = arm_name(scene, mention_arm)
        of = OF.match(scene.text, hit.end()) if hit["none"] or hit["beside"] else None
        denom = whole(of["n"]) if of else None
        related = scene.attribution
        cues = cues_of(scene, Owner(mention.arm, mention, "zero"), topic, None) if mention else ()
        yield Fact(
            kind=kind,
            start=hit.start(),
            end=of.end() if of and denom is not None else hit.end(),
            quote="",
            rule="stated-zero",
            section=scene.sentence.section,
            endpoint=topic_name or None,
            arm=arm,
            n=0,
            denom=denom,
            grade=None if hit["what"] else before[-1].grade,
            attribution=related[0] if related else None,
            cues=cues,
        )


_CLAUSE_END = re.compile(r"(?: (?:groups?|arms?|patients|recipients))?(?:[.;,)\]]|$)")


def _other_arm(scene: Scene, fact: Fact, at: int) -> int | None:
    """The arm that a count is set against, of two: "(eight [7%] vs none)"."""
    names = [arm_name(scene, arm) for arm in range(len(scene.arms))]
    if len(names) != 2 or fact.arm not in names or at - fact.end > 20:
        return None
    return 1 - names.index(fact.arm)


def _zero_scope(scene: Scene, at: int) -> int | None:
    before = [m for m in scene.mentions if m.end <= at and m.start >= scene.clause(at)]
    return (
        before[-1].arm
        if len(before) == 1 and re.match(r"[, ]", scene.text[before[-1].end]) and at - before[-1].end < 25
        else None
    )
