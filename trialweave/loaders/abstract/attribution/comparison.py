"""Which two arms an estimate or a p-value compares."""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.abstract.arms.mentions import ALL, Mention
from trialweave.loaders.abstract.scene import Scene


class Owner(NamedTuple):
    """The arm of a quantity: its number, the mention that says so (None if the order does), the rule."""

    arm: int
    mention: Mention | None
    rule: str


def compared(scene: Scene, at: int, end: int, found: dict[int, Owner]) -> tuple[int, int] | None:
    """The two arms that an effect estimate or p-value at `at` compares, experimental arm first."""
    arms = scene.arms
    if _is_factor(scene, at):
        return None
    if len(arms) == 2:
        return (1, 0) if arms[0].is_control else (0, 1)
    control = next((here for here, arm in enumerate(arms) if arm.is_control), None)
    named = _named_pair(scene, at, end)
    if named:
        return named
    beside = _beside(scene, at, end)
    nearest = [
        found[here].arm
        for here, q in enumerate(scene.quantities)
        if q.end <= at and here in found and found[here].arm >= 0 and scene.clause(at) <= q.start
    ]
    if beside is not None and control is not None and beside != control:
        return beside, control
    if len(set(nearest[-2:])) == 2:
        return _experimental_first(scene, nearest[-2], nearest[-1])
    before = list(
        dict.fromkeys(
            m.arm for m in scene.mentions if m.end <= at and m.start >= scene.clause(at) and m.arm != ALL
        )
    )
    if len(before) == 2:
        return _experimental_first(scene, before[0], before[1])
    after = list(dict.fromkeys(m.arm for m in scene.mentions if m.start >= end and m.arm != ALL))
    if not before and len(after) == 2:
        return _experimental_first(scene, after[0], after[1])
    if len(before) == 1 and control is not None and before[0] != control and nearest[-1:] != [control]:
        return before[0], control
    return None


_FACTOR = re.compile(r"[A-Za-z]{3,} (?:v|vs\.?|versus) (?:no )?[A-Za-z]{2,}")


def _is_factor(scene: Scene, at: int) -> bool:
    """True for "age (old v young; hazard ratio, 1.9 …)": the bracket sets no arms against each other."""
    inner = scene.around(at)[-1:]
    if not inner or any(inner[0][0] < m.start < at for m in scene.mentions):
        return False
    return bool(_FACTOR.search(scene.text, inner[0][0], at))


def _named_pair(scene: Scene, at: int, end: int) -> tuple[int, int] | None:
    """The arms of "0.64 for A versus B", or of "with A as compared with B was 1.20"."""
    after = [m for m in scene.mentions if m.start >= end and m.arm != ALL][:2]
    if len(after) == 2 and after[0].arm != after[1].arm:
        lead, middle = scene.text[end : after[0].start], scene.text[after[0].end : after[1].start]
        if re.fullmatch(r"[\])]* (?:for|with|in)(?: the| patients)* ", lead) and _AGAINST.fullmatch(middle):
            return _experimental_first(scene, after[0].arm, after[1].arm)
    before = [m for m in scene.mentions if m.end <= at and m.arm != ALL and scene.sees(at, m.start)][-2:]
    if len(before) == 2 and before[0].arm != before[1].arm:
        middle, rest = scene.text[before[0].end : before[1].start], scene.text[before[1].end : at]
        if _AGAINST.fullmatch(middle) and _beside_pair(rest):
            return _experimental_first(scene, before[0].arm, before[1].arm)
    return None


def _beside_pair(rest: str) -> bool:
    """True if what stands between two arms and an estimate is no other result, or opens a bracket at once."""
    return (len(rest) < 60 and not re.search(r"[0-9]{2}|;", rest)) or (
        rest.startswith(" (") and len(rest) < 90 and ")" not in rest
    )


_AGAINST = re.compile(
    r"(?: group| arm| patients)?,? (?:versus|vs\.?|v|as compared with|compared with|compared to|than"
    r"|over|as compared to|relative to)(?: (?:the|with|in|those|patients|for|receiving))* "
)


def _experimental_first(scene: Scene, one: int, other: int) -> tuple[int, int]:
    if (
        one < len(scene.arms)
        and other < len(scene.arms)
        and scene.arms[one].is_control
        and not scene.arms[other].is_control
    ):
        return other, one
    return one, other


def _beside(scene: Scene, at: int, end: int) -> int | None:
    """The arm of "for A (HR 1.02 …)" or "1.11 (95% CI …) with A"."""
    before = next((m for m in reversed(scene.mentions) if m.end <= at), None)
    if (
        before
        and before.arm != ALL
        and at - before.end < 40
        and re.fullmatch(
            r"(?: (?:group|arm|patients))?[ ,]*[\[(;,]? ?(?:[A-Za-z -]+(?: ?\[[A-Z]+\])?,? ?)?",
            scene.text[before.end : at],
        )
        and "(" in scene.text[before.end : at]
    ):
        return before.arm
    after = next((m for m in scene.mentions if m.start >= end), None)
    if (
        after
        and after.arm != ALL
        and re.fullmatch(
            r"[\])]* (?:with|for|in|on|among)(?: (?:the|patients|those|receiving))* ",
            scene.text[end : after.start],
        )
    ):
        return after.arm
    return None
