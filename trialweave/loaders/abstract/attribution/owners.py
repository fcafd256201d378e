"""Which arm a quantity belongs to.

A quantity takes the arm that is written at it ("3% in the A group", "arm A, 3%"). A row of
quantities ("46% v 31%", "2.8, 3.5, and 8.5 months") takes the arms that are listed after it, or
before it, or the order of the sentence before. What stays uncertain gets no arm.
"""

from __future__ import annotations

import re

from trialweave.loaders.abstract.arms.mentions import ALL
from trialweave.loaders.abstract.attribution.comparison import Owner
from trialweave.loaders.abstract.attribution.rows import VERSUS, mention_between, row_owners, rows
from trialweave.loaders.abstract.attribution.written_at import (
    arm_after,
    arm_before,
    arm_inside,
    arm_opening,
    zero_beside,
)
from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.scene import Scene


def owners(scene: Scene, order: tuple[int, ...], canonical: tuple[int, ...]) -> dict[int, Owner]:
    """The owner of each quantity that has one, by the quantity's place in the sentence.

    `order` is the order in which the sentences before listed the arms, `canonical` the trial's own.
    """
    found: dict[int, Owner] = {}
    in_rows = rows(scene)
    for row in in_rows:
        members = [scene.quantities[here] for here in row]
        if members[0].shape in ("ratio", "difference"):
            continue
        if len(row) == 1:
            one = members[0]
            if zero := zero_beside(scene.text, one, scene.sentence.end):
                pair = [one, one._replace(start=zero[0], end=zero[1], at=zero[0])]
                owner = row_owners(scene, pair, order, canonical)[0]
                if owner:
                    found[row[0]] = owner
                continue
            owner = (
                arm_inside(scene, one)
                or arm_opening(scene, one)
                or arm_after(scene, one)
                or arm_before(scene, one)
            )
            if owner:
                found[row[0]] = owner
            continue
        for here, owner in zip(row, row_owners(scene, members, order, canonical), strict=True):
            if owner:
                found[here] = owner
    _inherit(scene, in_rows, found)
    return found


def _inherit(scene: Scene, in_rows: list[list[int]], found: dict[int, Owner]) -> None:
    """Arms for single quantities in a list: from the next one that has its own, or from the clause's arm."""
    singles = [
        row[0]
        for row in in_rows
        if len(row) == 1 and scene.quantities[row[0]].shape not in ("ratio", "difference")
    ]
    for here in singles:
        if here not in found and (part := _part_of(scene, here, found)):
            found[here] = part
    for here in singles:
        if here not in found and (scope := _scope(scene, scene.quantities[here], found)):
            found[here] = scope
    for here in reversed(singles):
        if here not in found and (owner := _from_next(scene, here, singles, found)):
            found[here] = owner


def _from_next(scene: Scene, here: int, singles: list[int], found: dict[int, Owner]) -> Owner | None:
    """The arm of the next quantity, for a list that names its arm at the end; or the other of two arms."""
    after = here + 1
    if after not in found or after not in singles or found[after].rule not in ("arm-right", "list-after"):
        return None
    one, other = scene.quantities[here], scene.quantities[after]
    gap = scene.text[one.end : other.start]
    inner, outer = scene.around(one.at), scene.around(other.at)
    if len(outer) > len(inner) or not _alike_list(one, other):
        return None
    if inner and inner[-1][1] < other.start and _WORDS_OF_COUNT.match(scene.text, one.end):
        return None
    if len(scene.arms) == 2 and VERSUS.search(gap) and found[after].arm in (0, 1):
        return Owner(1 - found[after].arm, None, "row-other")
    if mention_between(scene, one.end, other.start) or re.search(
        r"[;:] |\b(?:while|whereas|but|was|were)\b", gap
    ):
        return None
    return Owner(found[after].arm, found[after].mention, "list-after")


_SOME_OF_THEM = re.compile(r"(?:, with|, including|,? of (?:whom|which)) $")
_WORDS_OF_COUNT = re.compile(r" (?:[a-z-]+ ){0,2}(?:deaths?|were|was|due|died|from|because|cases?|had)\b")


def _part_of(scene: Scene, here: int, found: dict[int, Owner]) -> Owner | None:
    """The arm of some that are counted again: "78 (95%) in A, with 36 (44%) …", "8 in A (3 due to …)"."""
    one = scene.quantities[here]
    before = found.get(here - 1)
    if (
        before
        and before.arm != ALL
        and scene.sees(one.at, scene.quantities[here - 1].at)
        and _SOME_OF_THEM.search(scene.text, max(0, one.start - 12), one.start)
    ):
        return Owner(before.arm, None, "part-of")
    inner = scene.around(one.start)[-1:]
    if (
        not inner
        or one.shape != "count"
        or one.value is not None
        or not _WORDS_OF_COUNT.match(scene.text, one.end)
    ):
        return None
    begin, end = inner[0]
    outside = [place for place, q in enumerate(scene.quantities) if q.start < begin]
    if not outside or mention_between(scene, begin, end):
        return None
    whole = found.get(outside[-1])
    named = [m.arm for m in scene.mentions if scene.quantities[outside[-1]].end <= m.start < begin]
    if whole is None or whole.arm == ALL or set(named) - {whole.arm}:
        return None
    return Owner(whole.arm, None, "part-of")


def _alike_list(one: Quantity, other: Quantity) -> bool:
    return one.shape == other.shape or {one.shape, other.shape} <= {"percent", "count"}


_AGAINST = re.compile(
    r"(?:than|compared (?:with|to)|versus|vs\.?|over|addition of|added to|between) (?:[a-z]+ ){0,6}$"
)


def _scope(scene: Scene, quantity: Quantity, found: dict[int, Owner]) -> Owner | None:
    """The one arm that the sentence has named so far, if no other arm can be meant."""
    begin = scene.sentence.start
    before = [m for m in scene.mentions if begin <= m.start and m.end <= quantity.start]
    if not before:
        return None
    last = before[-1]
    if last.arm == ALL:
        between = re.search(r"\bbetween\b", scene.text[max(begin, last.start - 12) : last.end])
        near = len(before) == 1 and quantity.start - last.end < 80 and not between
        return Owner(ALL, last, "scope-all") if near else None
    consumed = any(
        owner.mention == last and owner.rule in ("arm-right", "arm-inside") for owner in found.values()
    )
    used = any(
        q.end <= last.start and last.start - q.end < 60 and q.shape not in ("ratio", "difference", "bare")
        for q in scene.quantities
    )
    distinct = {m.arm for m in before}
    prior = scene.text[max(begin, last.start - 45) : last.start]
    if _AGAINST.search(prior):
        return None
    if consumed or used:
        return None
    if len(distinct) == 1 or (
        scene.sees(quantity.at, last.start)
        and re.search(
            r"(?:[Ii]n|[Ff]or|[Aa]mong|[Ww]ith) (?:the |patients |those |assigned |to |receiving |treated "
            r"|with )*$",
            prior,
        )
    ):
        return Owner(last.arm, last, "arm-scope")
    return None
