"""Stated zeros: "no treatment-related deaths", "none in the control group"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trialweave.loaders.abstract.comparison import Owner
from trialweave.loaders.abstract.endpoints import Topic
from trialweave.loaders.abstract.estimates import Label
from trialweave.loaders.abstract.naming import arm_name, cues_of
from trialweave.loaders.abstract.scene import Scene
from trialweave.records import Fact

_ZERO = re.compile(
    r"\b[Nn]o (?P<what>(?:[a-z][a-z-]*(?:/[a-z-]+)? ){0,4}?(?:deaths?|fatalities|mortality"
    r"|toxic deaths?)(?: (?:due|related|attributable|attributed|from|considered|caused)(?: (?:to|by|as"
    r"|be|related|the|study|treatment|adverse|events?|drugs?|toxicity|toxicities|toxic|effects))*)?)\b"
    r"|\b(?P<none>[Nn]one)(?= (?:in|of|with|for|among|receiving|on)\b)"
    r"|(?<=vs )none\b|(?<=versus )none\b"
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
        if mention is None and not hit["what"]:
            continue
        if hit["what"]:
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
            if not before or mention is None:
                continue
            topic_name, kind, topic = before[-1].endpoint or "", before[-1].kind, None
            arm = arm_name(scene, mention.arm)
        related = scene.attribution
        cues = cues_of(scene, Owner(mention.arm, mention, "zero"), topic, None) if mention else ()
        yield Fact(
            kind=kind,
            start=hit.start(),
            end=hit.end(),
            quote="",
            rule="stated-zero",
            section=scene.sentence.section,
            endpoint=topic_name or None,
            arm=arm,
            n=0,
            attribution=related[0] if related else None,
            cues=cues,
        )


def _zero_scope(scene: Scene, at: int) -> int | None:
    before = [m for m in scene.mentions if m.end <= at and m.start >= scene.clause(at)]
    return (
        before[-1].arm
        if len(before) == 1 and re.match(r"[, ]", scene.text[before[-1].end]) and at - before[-1].end < 25
        else None
    )
