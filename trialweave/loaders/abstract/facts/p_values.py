"""P-values that stand alone, and those beside an estimate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from trialweave.loaders.abstract.attribution.comparison import Owner, compared
from trialweave.loaders.abstract.attribution.subject import topic_of
from trialweave.loaders.abstract.facts.naming import arm_name, cues_of
from trialweave.loaders.abstract.facts.zeros import Memory
from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.quantities.intervals import PValue
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.topics.find import Topic
from trialweave.records import Fact

_P_AFTER_ARMS = re.compile(r" (?:for|with|in) [^0-9;.,()]{1,70} \((?:[a-z-]+ )?")


def p_beside(scene: Scene, quantity: Quantity) -> PValue | None:
    """The p-value beside an estimate: "(P = .006; HR, 0.5 …)", "0.64 for A versus B (P = .118)"."""
    for p in scene.ps:
        if 0 < p.start - quantity.end <= 80 and _P_AFTER_ARMS.fullmatch(scene.text[quantity.end : p.start]):
            return p
        if (
            0 <= quantity.start - p.end <= 3
            and re.fullmatch(r"[,;] ?", scene.text[p.end : quantity.start])
            and p.about is None
        ):
            return p
    return None


def lone_p_values(scene: Scene, memory: Memory, owned: dict[int, Owner]) -> Iterator[Fact]:
    """The facts of p-values that belong to no estimate."""
    attached = {q.p.start for q in scene.quantities if q.p} | {
        p.start for q in scene.quantities if q.shape == "ratio" and (p := p_beside(scene, q))
    }
    lone = [p for p in scene.ps if p.start not in attached]
    shared = _topics_in_order(scene, lone)
    for here, p in enumerate(lone):
        topic = shared[here] if shared else _p_topic(scene, p, memory)
        pair = compared(scene, p.start, p.end, owned)
        arm = " vs ".join(arm_name(scene, one) for one in pair) if pair else None
        if p.about == "interaction" and topic:
            topic = topic._replace(name=f"{topic.name} (interaction)")
        if len(scene.arms) > 2 and _whole_row(scene, p):
            arm = "all"
        yield Fact(
            kind="p_value",
            start=p.start,
            end=p.end,
            quote="",
            rule="p-value",
            section=scene.sentence.section,
            endpoint=topic.name if topic else None,
            arm=arm,
            value=Decimal(p.value.lstrip("<>=")),
            p=p.value,
            p_sided=p.sided,
            cues=cues_of(scene, None, topic, None),
        )


def _whole_row(scene: Scene, p: PValue) -> bool:
    """True if the p-value closes a list of three or more arms."""
    before = [
        q
        for q in scene.quantities
        if scene.clause(p.start) <= q.start < p.start and q.shape not in ("ratio", "difference")
    ]
    return len(before) >= len(scene.arms)


def _topics_in_order(scene: Scene, lone: list[PValue]) -> list[Topic]:
    """The topics of "A, B and C were better (P = .1, P = .2, and P = .3, respectively)"."""
    if len(lone) < 2 or not re.search(r"\brespectively\b", scene.text[lone[-1].end : lone[-1].end + 20]):
        return []
    before = [t for t in scene.topics if t.end <= lone[0].start and scene.sees(lone[0].start, t.start)]
    return before[-len(lone) :] if len(before) >= len(lone) else []


def _p_topic(scene: Scene, p: PValue, memory: Memory) -> Topic | None:
    """A p-value is about what the number before it is about, unless a topic stands in between."""
    near = [q for q in scene.quantities if q.end <= p.start and scene.clause(p.start) <= q.start]
    probe = Quantity(p.start, p.end, p.start, "p")
    own = topic_of(scene, probe, memory.topic)
    if near and (own is None or own.end <= near[-1].start or own.start > p.end):
        return topic_of(scene, near[-1], memory.topic) or own
    return own
