"""The arm that is written at a quantity: inside it, before it, after it, or as the opening of its clause."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.arms.mentions import ALL, Mention
from trialweave.loaders.abstract.attribution.comparison import Owner
from trialweave.loaders.abstract.quantities.beside import Quantity
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
_ZERO_BESIDE = re.compile(r"[\])]*,? (?:v|vs\.?|versus|compared with) (?P<zero>none|zero)(?=[\]),;.]| and\b)")


def zero_beside(text: str, quantity: Quantity, stop: int) -> tuple[int, int] | None:
    """The zero that a count is set against: "(eight [7%] vs none)"."""
    if quantity.shape not in ("count", "percent"):
        return None
    found = _ZERO_BESIDE.match(text, quantity.end, stop)
    return found.span("zero") if found else None


def arm_inside(scene: Scene, quantity: Quantity) -> Owner | None:
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


def arm_opening(scene: Scene, quantity: Quantity) -> Owner | None:
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


def arm_after(scene: Scene, quantity: Quantity) -> Owner | None:
    """The arm after the quantity: "3.02 months (95% CI …) in the A group"."""
    mention = next((m for m in scene.mentions if m.start >= quantity.end), None)
    if mention is None:
        return None
    stop = _bracket_end(scene, quantity, mention.start)
    if mention.start - stop > 110:
        return None
    blocking = next(
        (q for q in scene.quantities if stop <= q.start < mention.start and not _is_timepoint(scene, q)),
        None,
    )
    gap = scene.text[stop : mention.start]
    if blocking is not None or _OTHER_MATTER.search(gap):
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
    if _BREAK.search(without_noise(plain)) or not _LINK.search(plain):
        return None
    if gap[:1] in ")]" and re.match(r"[)\]],? (?:and|or|than|compared)", gap):
        return None
    if not scene.sees(quantity.at, mention.start) and scene.around(mention.start):
        return None
    return Owner(mention.arm, mention, "arm-right")


_OTHER_MATTER = re.compile(
    r"\b(?<!with the )(?<!with )(?<!from the )(?:addition|benefits?|effects?|advantages?|superiority)\b"
)


def _bracket_end(scene: Scene, quantity: Quantity, limit: int) -> int:
    """Where the quantity ends, with the bracket that opens in it: "21 months (95% CI 19-23; 252 died)"."""
    for begin, end in scene.brackets:
        if quantity.at < begin < quantity.end <= end < limit:
            return end + 1
        if quantity.shape == "count" and 0 <= begin - quantity.end <= 1 and end < limit:
            return end + 1
    return quantity.end


def _is_timepoint(scene: Scene, quantity: Quantity) -> bool:
    """True for "within 30 days": a time that is no result."""
    before = scene.text[max(scene.sentence.start, quantity.start - 12) : quantity.start]
    return quantity.shape == "time" and quantity.low is None and bool(_TIME_BEFORE.search(before))


_TIME_BEFORE = re.compile(r"\b(?:within|at|after|by|for|least|first|every|over|during|until)(?: the| a)? $")
_NOISE = re.compile(r"[\[(][^()\[\]]{0,60}[\])]|, respectively,?")


def without_noise(gap: str) -> str:
    """A gap without "(P < .001)" and without commas around "respectively"."""
    return _NOISE.sub("", gap)


_AFTER_THAN = re.compile(r"(?:than|compared|versus|vs\.?|v) (?:[a-z]+ ){0,5}$")


def arm_before(scene: Scene, quantity: Quantity) -> Owner | None:
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
