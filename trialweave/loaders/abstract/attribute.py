"""Which arm a quantity belongs to.

A quantity takes the arm that is written at it ("3% in the A group", "arm A, 3%"). A row of
quantities ("46% v 31%", "2.8, 3.5, and 8.5 months") takes the arms that are listed after it, or
before it, or the order of the sentence before. What stays uncertain gets no arm.
"""

from __future__ import annotations

import re
from itertools import pairwise

from trialweave.loaders.abstract.beside import Quantity
from trialweave.loaders.abstract.comparison import Owner
from trialweave.loaders.abstract.endpoints import Topic
from trialweave.loaders.abstract.mentions import ALL, Mention
from trialweave.loaders.abstract.scene import Scene

_LINK = re.compile(
    r"(?:in|for|with|to|of|on|among|from|by|receiving|received|given|treated with|assigned|the|those"
    r"|patients|participants|group|groups|recipients|arm|arms|men|women|who|undergoing|a|an|after"
    r"|under|using|both|either|were|was|than|at)[ (]$"
)


_BREAK = re.compile(
    r"[;:(\[]|\b(?:versus|vs\.?|v|compared|than|while|whereas|but|whilst)\b|, (?:and|which|with)\b"
    r"|, [a-z]+(?: [a-z]+)? (?:in|was|were|of)\b| and [^,;]{3,60}? (?:in|was|were|of) $"
)


_LEFT_LINK = re.compile(
    r"(?:[ -](?:groups?|arms?|patients|recipients|therapy|treatment|treated|alone|regimen|participants"
    r"|controls))*(?:'s)?(?:,| was| were| had| is|:| -)? ?(?:[\[(] ?)?(?:n ?= ?|in )?(?:(?:median|mean"
    r"|[A-Z][A-Za-z-]*|[0-9]-year|estimated|a|an|of|PFS|OS)[ ,:]+(?:was |of |= ?)?){0,5}$"
)


_VERSUS = re.compile(r"\b(?:v|vs\.?|versus|compared with|as compared with)\b")


_RESPECTIVELY = re.compile(r"\brespective(?:ly)?\b")


ROW_GAP = re.compile(
    r"[\])]*(?:,|;)?(?: ?(?:vs\.?|versus)| (?:v|and|or|compared (?:with|to)|as compared (?:with|to)|against"
    r"|/))?,? ?(?:only |in |about |just |with |of |for |to )?(?:[\[(])?$"
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
                and not _mention_between(scene, before.end, quantity.start)
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


def _mention_between(scene: Scene, start: int, end: int) -> bool:
    return any(start <= mention.start < end for mention in scene.mentions)


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
                owner = _row(scene, pair, order, canonical)[0]
                if owner:
                    found[row[0]] = owner
                continue
            owner = _inside(scene, one) or _opening(scene, one) or _right(scene, one) or _left(scene, one)
            if owner:
                found[row[0]] = owner
            continue
        for here, owner in zip(row, _row(scene, members, order, canonical), strict=True):
            if owner:
                found[here] = owner
    _inherit(scene, in_rows, found)
    return found


_ZERO_BESIDE = re.compile(r"[\])]*,? (?:v|vs\.?|versus|compared with) (?P<zero>none|zero)(?=[\]),;.]| and\b)")


def zero_beside(text: str, quantity: Quantity, stop: int) -> tuple[int, int] | None:
    """The zero that a count is set against: "(eight [7%] vs none)"."""
    if quantity.shape not in ("count", "percent"):
        return None
    found = _ZERO_BESIDE.match(text, quantity.end, stop)
    return found.span("zero") if found else None


def _inside(scene: Scene, quantity: Quantity) -> Owner | None:
    """The arm named between a count and its percentage: "14 patients in the A group (5%)"."""
    for mention in scene.mentions:
        if quantity.start <= mention.start and mention.end <= quantity.end:
            return Owner(mention.arm, mention, "arm-inside")
    return None


_OPENS = re.compile(
    r"(?:^|[,;:.)\]] |\b(?:and|while|whereas|but) )(?:and |while |whereas |but )?(?:in|for|among|with) "
    r"(?:(?:the|patients|those|participants|women|men|children|assigned|receiving|given|treated|to"
    r"|with|on) )*$",
    re.IGNORECASE,
)
_OPENED = re.compile(r"(?: (?:groups?|arms?|patients|recipients|participants))?,? ?")


def _opening(scene: Scene, quantity: Quantity) -> Owner | None:
    """The arm that opens a clause with its number: "in the A group 12 patients (3%) and in the B group 9"."""
    mention = next((m for m in reversed(scene.mentions) if m.end <= quantity.start), None)
    if mention is None or mention.arm == ALL:
        return None
    before = scene.text[max(scene.sentence.start, mention.start - 60) : mention.start]
    if not _OPENED.fullmatch(scene.text[mention.end : quantity.start]) or not (
        opens := _OPENS.search(before)
    ):
        return None
    last = [q for q in scene.quantities if q.end <= mention.start]
    lead = mention.start - len(before) + opens.start()
    if last and lead <= last[-1].end and scene.text[lead : lead + 1] != ",":
        lead_words = scene.text[last[-1].end : mention.start]
        if not re.match(r"[\])]*,? (?:and|while|whereas|but) ", lead_words):
            return None
    return Owner(mention.arm, mention, "arm-opening")


_APART = re.compile(r"(?: v\b| vs\b| versus\b|,|;|\)|\.| and\b|\])")


_BOTH = re.compile(r"\bboth(?: the)? $")


def _right(scene: Scene, quantity: Quantity) -> Owner | None:
    """The arm after the quantity: "3.02 months (95% CI …) in the A group"."""
    mention = next((m for m in scene.mentions if m.start >= quantity.end), None)
    if mention is None or mention.start - quantity.end > 110:
        return None
    blocking = next(
        (
            q
            for q in scene.quantities
            if quantity.end <= q.start < mention.start and not _is_timepoint(scene, q)
        ),
        None,
    )
    gap = scene.text[quantity.end : mention.start]
    if blocking is not None:
        return None
    closed = gap.lstrip(")] ")
    plain = gap[len(gap) - len(closed) :] if gap[:1] in ")]" else gap
    if gap in (" (", "(") and scene.text[mention.end : mention.end + 1] == ")":
        return Owner(mention.arm, mention, "arm-right")
    if not plain.strip() and gap[:1] not in ")]":
        apart = _APART.match(scene.text[mention.end : mention.end + 8])
        return Owner(mention.arm, mention, "arm-right") if quantity.shape == "count" or apart else None
    pair = next((m for m in scene.mentions if m.start >= mention.end), None)
    if (
        pair
        and _BOTH.search(scene.text[max(quantity.end, mention.start - 10) : mention.start])
        and scene.text[mention.end : pair.start] in (" and ", " and the ")
    ):
        return Owner(ALL, mention, "arm-both")
    if _BREAK.search(_without_noise(plain)) or not _LINK.search(plain):
        return None
    if gap[:1] in ")]" and re.match(r"[)\]],? (?:and|or|than|compared)", gap):
        return None
    if not scene.sees(quantity.at, mention.start) and scene.around(mention.start):
        return None
    return Owner(mention.arm, mention, "arm-right")


def _is_timepoint(scene: Scene, quantity: Quantity) -> bool:
    """True for "within 30 days": a time that is no result."""
    before = scene.text[max(scene.sentence.start, quantity.start - 12) : quantity.start]
    return quantity.shape == "time" and quantity.low is None and bool(_TIME_BEFORE.search(before))


_TIME_BEFORE = re.compile(r"\b(?:within|at|after|by|for|least|first|every|over|during|until)(?: the| a)? $")


_NOISE = re.compile(r"[\[(][^()\[\]]{0,60}[\])]|, respectively,?")


def _without_noise(gap: str) -> str:
    """A gap without "(P < .001)" and without commas around "respectively"."""
    return _NOISE.sub("", gap)


_AFTER_THAN = re.compile(r"(?:than|compared|versus|vs\.?|v) (?:[a-z]+ ){0,5}$")


def _left(scene: Scene, quantity: Quantity) -> Owner | None:
    """The arm right before the quantity: "arm A, 46%", "the A arm (50%)", "B was 3 months"."""
    mention = next((m for m in reversed(scene.mentions) if m.end <= quantity.start), None)
    if mention is None or mention.arm == ALL or quantity.start - mention.end > 60:
        return None
    gap = scene.text[mention.end : quantity.start]
    if any(mention.end <= q.start < quantity.start for q in scene.quantities) or not _LEFT_LINK.fullmatch(
        gap
    ):
        return None
    if (
        _AFTER_THAN.search(scene.text[max(0, mention.start - 40) : mention.start])
        and "(" in gap
        and _two_before(scene, mention)
    ):
        return None
    return Owner(mention.arm, mention, "arm-left")


def _two_before(scene: Scene, mention: Mention) -> bool:
    return any(m.end <= mention.start and m.arm != mention.arm for m in scene.mentions) and not any(
        q.end <= mention.start and q.shape not in ("ratio", "difference") for q in scene.quantities
    )


def _row(
    scene: Scene, members: list[Quantity], order: tuple[int, ...], canonical: tuple[int, ...]
) -> list[Owner | None]:
    size = len(members)
    inside = [_inside(scene, member) for member in members]
    if all(inside):
        return list(inside)
    listed = _listed_after(scene, members[-1], size)
    if len(listed) == size:
        return [Owner(m.arm, m, "row-listed-after") for m in listed]
    right = _right(scene, members[-1])
    before = _listed_before(scene, members[0], size)
    if right and right.arm == ALL:
        right = None
    apart = scene.text[members[0].end : members[-1].start]
    several = len(row_topics(scene, members[0], size)) == size and not _VERSUS.search(apart)
    alone = (size > len(scene.arms) or not before) and not _is_contrast(scene, members)
    if right and len(listed) == 1 and (several or alone):
        return [Owner(right.arm, right.mention, "row-one-arm") for _ in members]
    if len(before) == size:
        return [Owner(m.arm, m, "row-listed-before") for m in before]
    if right and size == 2 and len(scene.arms) == 2 and _is_contrast(scene, members):
        other = 1 - right.arm if right.arm in (0, 1) else None
        if other is not None and not order:
            return [Owner(other, None, "row-other"), Owner(right.arm, right.mention, "row-other")]
    left = _left(scene, members[0])
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
        if t.end <= begin and t.kind in ("survival", "efficacy", "death", "harm") and len(t.name) > 4
    ]
    last = before[-size:]
    if len(last) < size:
        return []
    joined = all(_AND_TOPIC.fullmatch(scene.text[one.end : other.start]) for one, other in pairwise(last))
    return last if joined and len({t.name for t in last}) == size else []


_AND_TOPIC = re.compile(
    r"(?: ?\([^()]{1,12}\))?(?:,| and|, and)(?: (?:the |median |mean |[0-9]-year |estimated )*)?"
)


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
                or re.search(r"[;:]|\. ", _without_noise(gap))
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
    return found


def _inherit(scene: Scene, in_rows: list[list[int]], found: dict[int, Owner]) -> None:
    """Arms for single quantities in a list: from the next one that has its own, or from the clause's arm."""
    singles = [
        row[0]
        for row in in_rows
        if len(row) == 1 and scene.quantities[row[0]].shape not in ("ratio", "difference")
    ]
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
    if len(scene.around(other.at)) > len(scene.around(one.at)) or not _alike_list(one, other):
        return None
    if len(scene.arms) == 2 and _VERSUS.search(gap) and found[after].arm in (0, 1):
        return Owner(1 - found[after].arm, None, "row-other")
    if _mention_between(scene, one.end, other.start) or re.search(r"[;:] |\b(?:while|whereas|but)\b", gap):
        return None
    return Owner(found[after].arm, found[after].mention, "list-after")


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
