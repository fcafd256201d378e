"""Which of two arms comes first in a row, where the words around it say so.

"As compared with B, A had more (43% v 21%)" and "more in the A group (43% v 21%)" give A first;
"(43% v 21%) was more frequent with A" gives the arm that has more, if all rows agree.
"""

from __future__ import annotations

import re

from trialweave.loaders.abstract.arms.mentions import ALL, Mention
from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.scene import Scene

_COMPARED_WITH = re.compile(
    r"(?:[Cc]ompared (?:with|to)|[Rr]elative to|[Uu]nlike|[Cc]ontrast (?:with|to))"
    r"(?: (?:the|those|patients|women|in|given|receiving|treated|with))* $"
)
_THEN = re.compile(r"(?: (?:groups?|arms?|alone|recipients|patients))*, (?:the )?(?:[a-z]+ ){0,3}$")
_THAN = re.compile(
    r"(?:than|compared (?:with|to)|versus|vs\.?|over|from)(?: (?:was|were|did|the|those|that|patients|in"
    r"|with|for|among|receiving|given))* $"
)
_TO_BRACKET = re.compile(
    r"(?: (?:groups?|arms?|alone|recipients|patients|therapy))* ?[\[(][^0-9()\[\]]{0,40}$"
)
_JOINED = re.compile(
    r"(?: (?:groups?|arms?|patients|recipients|alone))*,?"
    r" (?:and|or|than|vs\.?|v|versus|(?:as )?compared (?:with|to)|over)"
    r"\b[^;:.]{0,60}"
)
_NEW_CLAUSE = re.compile(
    r", (?:and|but|while|whereas) (?=(?:there|it|the (?:rate|incidence|number|proportion))\b)"
)
_MORE = re.compile(
    r"\b(?:(?P<more>more|higher|greater|longer|increased|commoner)|(?P<less>less|fewer|lower|shorter|reduced))\b"
    r"[^;:.0-9]{0,70}?(?P<than>\bthan(?: was| were)?(?: (?:in|with|for|among))?|\b(?:in|with|among|for))"
    r"(?: (?:the|those|patients|women|men|given|receiving|treated|assigned|to|with))* $"
)


def reversed_pair(scene: Scene, pair: list[Mention]) -> list[Mention]:
    """Two arms named before a row, in the row's order: "as compared with B, A had …" is A, B."""
    if len(pair) != 2:
        return pair
    lead = scene.text[max(scene.sentence.start, pair[0].start - 60) : pair[0].start]
    if _COMPARED_WITH.search(lead) and _THEN.fullmatch(scene.text[pair[0].end : pair[1].start]):
        return [pair[1], pair[0]]
    return pair


def in_bracket_of_arm(scene: Scene, members: list[Quantity]) -> tuple[int, int] | None:
    """The arms of "more in the A group (43% v 21%)": A first; of "less than with B (21% v 43%)": B last."""
    at = members[0].start
    named = [m for m in scene.mentions if m.end <= at]
    last = named[-1] if named else None
    if last is None or last.arm not in (0, 1) or not _TO_BRACKET.fullmatch(scene.text[last.end : at]):
        return None
    since = max([q.end for q in scene.quantities if q.end <= last.start], default=scene.sentence.start)
    since = max(
        [since, scene.clause(at), *(hit.end() for hit in _NEW_CLAUSE.finditer(scene.text, since, last.start))]
    )
    others = [m for m in named if m.arm != last.arm]
    if others and (
        others[-1].start >= since
        or (
            _JOINED.fullmatch(scene.text, others[-1].end, last.start)
            and not _NEW_CLAUSE.search(scene.text, others[-1].end, last.start)
        )
    ):
        return None
    if _THAN.search(scene.text, max(since, last.start - 50), last.start):
        return 1 - last.arm, last.arm
    return last.arm, 1 - last.arm


def who_has_more(scene: Scene, members: list[Quantity]) -> int | None:
    """The arm that has more by "(43% v 21%) were more frequent with A"; None where that is not said."""
    named = [m for m in scene.mentions if m.arm != ALL]
    if len({m.arm for m in named}) != 1 or named[0].start < members[-1].end or named[0].arm not in (0, 1):
        return None
    arm = named[0].arm
    said = _MORE.search(scene.text, members[-1].end, named[0].start)
    if not said:
        return None
    has_more = bool(said["more"]) != said["than"].startswith("than")
    return arm if has_more else 1 - arm


def larger_first(pairs: list[list[Quantity]]) -> bool | None:
    """Whether the first value of every row is the larger one, or the second; None where rows do not agree."""
    signs = {_larger_first(pair) for pair in pairs}
    return signs.pop() if len(signs) == 1 else None


def _larger_first(pair: list[Quantity]) -> bool | None:
    one, other = (q.value if q.value is not None else q.n for q in pair)
    if one is None or other is None or isinstance(one, str) or isinstance(other, str) or one == other:
        return None
    return one > other
