"""The names and the evidence that facts carry."""

from __future__ import annotations

from trialweave.loaders.abstract.arms.mentions import ALL
from trialweave.loaders.abstract.attribution.comparison import Owner
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.topics.find import Topic
from trialweave.records import Cue


def arm_name(scene: Scene, arm: int, owner: Owner | None = None) -> str:
    """What a fact calls an arm: its name, "both" or "all", or the words for several together."""
    if arm == ALL:
        return "both" if len(scene.arms) == 2 else "all"
    if owner and owner.mention and owner.mention.name:
        return owner.mention.name
    if arm < len(scene.arms):
        return scene.arms[arm].name
    return next(m.name for m in scene.mentions if m.arm == arm and m.name)


def cues_of(
    scene: Scene, owner: Owner | None, topic: Topic | None, grade: tuple[int, int] | None
) -> tuple[Cue, ...]:
    """The words that a fact's arm, endpoint and grade were read from."""
    spans: list[tuple[str, int, int]] = []
    if owner and owner.mention:
        spans.append(("arm", owner.mention.start, owner.mention.end))
    if topic and scene.sentence.start <= topic.start < scene.sentence.end:
        spans.append(("endpoint", topic.start, topic.end))
    if grade:
        spans.append(("grade", *grade))
    return tuple(Cue(role=role, start=start, end=end, quote="") for role, start, end in spans)
