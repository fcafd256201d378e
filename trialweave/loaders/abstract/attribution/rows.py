"""Rows of quantities ("46% v 31%"), and the arms that are listed for them."""

from __future__ import annotations

import re
from itertools import pairwise

from trialweave.loaders.abstract.arms.mentions import ALL, Mention
from trialweave.loaders.abstract.attribution.comparison import Owner
from trialweave.loaders.abstract.attribution.said_order import (
    in_bracket_of_arm,
    larger_first,
    reversed_pair,
    who_has_more,
)
from trialweave.loaders.abstract.attribution.written_at import (
    arm_after,
    arm_before,
    arm_inside,
    without_noise,
)
from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.topics.find import Topic

VERSUS = re.compile(r"\b(?:v|vs\.?|versus|compared with|as compared with)\b")
_RESPECTIVELY = re.compile(r"\brespective(?:ly)?\b")
ROW_GAP = re.compile(
    r"[\])]*(?:,|;)?(?: ?(?:vs\.?|versus)| (?:v|and|or|compared (?:with|to)|as compared (?:with|to)|against"
    r"|/))?,? ?(?:only |in |about |just |with |of |for |to )?(?:[\[(])?(?:[<>≤≥] ?|(?:M|mean) ?= ?)?$"
)
_ARMS_LIST = re.compile(
    r"(?:,? (?:and|or|v|vs\.?|versus|than|compared with|as compared with|compared to|over)(?: (?:in"
    r"|with|for|to|the|those|patients|receiving|on|of|by))* ?|, (?:and )?(?:the )?| ?/ ?|[ ,]*)$"
)


def rows(scene: Scene) -> list[list[int]]:
    """The quantities in rows: those that only "v", "and" or a comma parts, and that are alike."""
    found: list[list[int]] = []
    quantities = scene.quantities
    for here, quantity in enumerate(quantities):
        if quantity.shape in ("ratio", "difference"):
            found.append([here])
            continue
        before = quantities[here - 1] if here else None
        if before and found and found[-1][-1] == here - 1 and _alike(before, quantity):
            gap = _UNREAD.sub("", scene.text[before.end : quantity.start])
            if (
                ROW_GAP.fullmatch(gap)
                and gap.strip(" ()[]")
                and scene.around(before.at) == scene.around(quantity.at)
                and not mention_between(scene, before.end, quantity.start)
            ):
                found[-1].append(here)
                continue
        found.append([here])
    return found


_UNREAD = re.compile(r"^ ?[\[(][^()\[\]]{0,60}[\])]")


def _alike(one: Quantity, other: Quantity) -> bool:
    if one.shape != other.shape or (
        one.unit != other.unit
        and one.value is not None
        and other.value is not None
        and one.unit
        and other.unit
    ):
        return False
    return not (
        one.shape == "count"
        and one.value is None
        and other.value is None
        and one.denom is None
        and not (one.in_words or other.in_words)
    )


def mention_between(scene: Scene, start: int, end: int) -> bool:
    """True if an arm is named between two places."""
    return any(start <= mention.start < end for mention in scene.mentions)


def row_owners(
    scene: Scene, members: list[Quantity], order: tuple[int, ...], canonical: tuple[int, ...]
) -> list[Owner | None]:
    """The owners of a row: the arms listed after it, or before it, or one arm, or the usual order."""
    size = len(members)
    inside = [arm_inside(scene, member) for member in members]
    if all(inside):
        return list(inside)
    listed = _listed_after(scene, members[-1], size)
    if len(listed) == size:
        return [Owner(m.arm, m, "row-listed-after") for m in listed]
    right = arm_after(scene, members[-1])
    before = _listed_before(scene, members[0], size)
    if right and right.arm == ALL:
        right = None
    apart = scene.text[members[0].end : members[-1].start]
    several = len(row_topics(scene, members[0], size)) == size and not VERSUS.search(apart)
    if several and not scene.mentions:
        return [None] * size
    alone = (size > len(scene.arms) or not before) and not _is_contrast(scene, members)
    if right and len(listed) == 1 and not (several or alone) and not VERSUS.search(apart):
        alone = _has_parallel(scene, members, right.arm)
    if right and len(listed) == 1 and (several or alone):
        return [Owner(right.arm, right.mention, "row-one-arm") for _ in members]
    if size == 2 and len(scene.arms) == 2 and _is_contrast(scene, members):
        said = in_bracket_of_arm(scene, members)
        if said is None and (more := who_has_more(scene, members)) is not None:
            first = larger_first(
                [[scene.quantities[at] for at in row] for row in rows(scene) if len(row) == 2]
            )
            if first is None:
                return [None, None]
            said = (more, 1 - more) if first else (1 - more, more)
        if said:
            return [Owner(arm, None, "row-said") for arm in said]
    if len(before) == size:
        return [Owner(m.arm, m, "row-listed-before") for m in before]
    if (
        right
        and right.mention
        and size == 2
        and len(scene.arms) == 2
        and _is_contrast(scene, members)
        and not _AND_RESPECTIVELY.match(scene.text, right.mention.end, scene.sentence.end)
    ):
        other = 1 - right.arm if right.arm in (0, 1) else None
        if other is not None and not order:
            return [Owner(other, None, "row-other"), Owner(right.arm, right.mention, "row-other")]
    left = arm_before(scene, members[0])
    if left and left.arm != ALL and not _is_contrast(scene, members):
        return [Owner(left.arm, left.mention, "row-one-arm") for _ in members]
    if len(order) == size:
        return [Owner(arm, None, "row-order") for arm in order]
    if len(canonical) == size:
        return [Owner(arm, None, "row-canonical") for arm in canonical]
    return [None] * size


def row_topics(scene: Scene, first: Quantity, size: int) -> list[Topic]:
    """The topics that a row has one value each of: "median PFS and median OS were 4.5 and 9.2 months"."""
    ends = [
        q.start for q in scene.quantities if q.start <= first.start and q.shape not in ("ratio", "difference")
    ]
    begin = min(ends, default=first.start)
    before = [
        t
        for t in scene.topics
        if t.end <= begin
        and t.kind in ("survival", "efficacy", "death", "harm")
        and len(t.name) > 4
        and t.name != "rates"
    ]
    before = [
        t
        for here, t in enumerate(before)
        if not here or t.name != before[here - 1].name or not scene.around(t.start)
    ]
    last = before[-size:]
    if len(last) < size:
        return []
    joined = all(_AND_TOPIC.fullmatch(scene.text[one.end : other.start]) for one, other in pairwise(last))
    return last if joined and len({t.name for t in last}) == size else []


_AND_TOPIC = re.compile(
    r"(?: ?\([^()]{1,12}\))?(?:,| and|, and)(?: (?:the |median |mean |[0-9]-year |estimated )*)?"
)
_AND_RESPECTIVELY = re.compile(r"[^;.]{0,20}? (?:and|or|vs\.?|v|versus) [^;.]{2,80}? respectively")
_SET_AGAINST = re.compile(r"\b(?:v|vs\.?|versus|compared)\b")


def _is_contrast(scene: Scene, members: list[Quantity]) -> bool:
    gap = scene.text[members[0].end : members[1].start]
    tail = scene.text[members[-1].end : members[-1].end + 60]
    return bool(_SET_AGAINST.search(gap) or _RESPECTIVELY.search(tail))


def _listed_after(scene: Scene, last: Quantity, size: int) -> list[Mention]:
    """The arms listed right after a row: "… in the A and B groups, respectively"."""
    found: list[Mention] = []
    at = last.end
    for mention in scene.mentions:
        if mention.start < last.end:
            continue
        gap = scene.text[at : mention.start]
        if not found:
            if (
                len(gap) > 130
                or any(q.start >= last.end and q.start < mention.start for q in scene.quantities)
                or re.search(r"[;:]|\. ", without_noise(gap))
            ):
                return []
        elif not _ARMS_LIST.fullmatch(gap) or any(
            q.start >= at and q.start < mention.start for q in scene.quantities
        ):
            break
        if mention.arm == ALL:
            break
        found.append(mention)
        at = mention.end
        if len(found) == size:
            break
    return found if len({m.arm for m in found}) == len(found) else []


def _listed_before(scene: Scene, first: Quantity, size: int) -> list[Mention]:
    """The last arms named before a row in its sentence, as many as the row has members."""
    begin = scene.sentence.start
    found: list[Mention] = []
    for mention in reversed(scene.mentions):
        if mention.end > first.start or mention.start < begin or mention.arm == ALL:
            continue
        if any(mention.arm == other.arm for other in found):
            continue
        found.insert(0, mention)
        if len(found) == size:
            break
    return reversed_pair(scene, found)


def _has_parallel(scene: Scene, members: list[Quantity], arm: int) -> bool:
    """True if another row as long is of another arm: "86% and 79% with A, and 90% and 93% with B"."""
    named = [m for m in scene.mentions if m.end <= members[0].start]
    if len(named) > 1 and _ARMS_LIST.fullmatch(scene.text, named[-2].end, named[-1].start):
        return False
    for row in rows(scene):
        others = [scene.quantities[here] for here in row]
        if len(others) != len(members) or others[0] is members[0]:
            continue
        owner = arm_after(scene, others[-1])
        if owner and owner.arm not in (arm, ALL):
            return True
    return False
