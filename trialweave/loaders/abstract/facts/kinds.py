"""What kind of fact a quantity is: a rate, an adverse event, a death, a median, or no result at all."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.attribution.comparison import Owner
from trialweave.loaders.abstract.facts.baseline import is_baseline, is_demographic
from trialweave.loaders.abstract.facts.shares import share_kind
from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.quantities.measures import is_other_measure
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import cued
from trialweave.loaders.abstract.topics.find import Topic

_NOT_VALUE = re.compile(
    r"\b(?:at|by|after|over|within|during|every|until|first|last|next|aged?|through|up to|than|for|until"
    r"|to|from|per|least|of age|least the|the|each|minimum|previous|past|an?|least a|about"
    r"|additional)\s(?:approximately |about |least )?$",
    re.IGNORECASE,
)
_MEDIAN = re.compile(r"\bmedians?\b", re.IGNORECASE)
_MEAN = re.compile(r"\b(?:means?|averages?d?)\b", re.IGNORECASE)
_FOLLOW = cued(
    re.compile(
        r"follow-? ?up|\bobservation (?:time|period)|\bfollowed(?: up)?\b|time on study"
        r"|time from randomi[sz]ation to (?:the )?data",
        re.IGNORECASE,
    ),
    "follow|observation|time on study|time from",
)
_FOLLOW_AFTER = re.compile(
    r"'?(?:,)?(?: of)?(?: \([^)]*\))?(?: median| potential)? follow-? ?up", re.IGNORECASE
)
_AFTER_MEDIAN = re.compile(r"(?:After|At|With) an? (?:overall )?median (?:time |duration )?of ")
_TYPICAL = re.compile(r"\b(?:median|mean|average|minimum)\b", re.IGNORECASE)
_CHANGE_AFTER = re.compile(r" (?:shorter|longer|later|earlier|less|more)\b")


def endpoint_name(kind: str, topic: Topic | None) -> str | None:
    """What a fact calls its topic."""
    if kind == "follow_up":
        return "follow-up"
    if topic is None:
        return None
    name = topic.name
    if kind == "deaths" and name.lower() in ("died", "deaths"):
        return "death"
    return name


def kind_of(scene: Scene, quantity: Quantity, topic: Topic | None, owner: Owner | None) -> str | None:
    """The contract's kind of a value in an arm; None where the number reports no result."""
    text, at = scene.text, quantity.start
    if is_baseline(scene, quantity) or (
        quantity.shape in ("percent", "count") and is_demographic(scene, quantity, topic)
    ):
        return None
    before = text[max(scene.sentence.start, at - 28) : at]
    if quantity.shape == "time":
        if _in_times(scene, quantity):
            return None
        if _follow_up(scene, quantity):
            return "follow_up"
        if _CHANGE_AFTER.match(text, quantity.end):
            return None
        if median_before(scene, at) and not (
            _NOT_VALUE.search(before) and not re.search(r"(?:median|from|to) $", before)
        ):
            return "median_time"
        if (
            topic
            and topic.kind == "survival"
            and owner
            and not _NOT_VALUE.search(before)
            and quantity.value is not None
        ):
            return "median_time"
        if quantity.value != "NR" and _mean_before(scene, at) and not _NOT_VALUE.search(before):
            return "mean"
        return None
    if quantity.shape == "mean":
        return "mean"
    if quantity.shape == "incidence":
        return "incidence_rate"
    if quantity.shape in ("measure", "bare"):
        if is_other_measure(text, at):
            return None
        if quantity.shape == "bare" and quantity.low is None and quantity.sd is None and owner is None:
            return None
        if quantity.sd is not None or _mean_before(scene, at):
            return "mean" if owner or quantity.low is not None or quantity.sd is not None else None
        if median_before(scene, at) and (owner or quantity.low is not None):
            timed = quantity.shape == "bare" and any(
                q.shape == "time"
                and q.start < at
                and not _NOT_VALUE.search(text, max(0, q.start - 28), q.start)
                for q in scene.quantities
            )
            return "median_time" if timed else "median"
        return None
    if quantity.shape in ("percent", "count"):
        return share_kind(scene, quantity, topic, owner)
    return None


def _in_times(scene: Scene, quantity: Quantity) -> bool:
    """True for the later ones of "at 1 year, 2 years, and 3 years"."""
    here = next(place for place, one in enumerate(scene.quantities) if one is quantity)
    while (
        here
        and scene.quantities[here - 1].shape == "time"
        and _AND_TIME.fullmatch(scene.text[scene.quantities[here - 1].end : scene.quantities[here].start])
    ):
        here -= 1
    first = scene.quantities[here]
    return first is not quantity and bool(_AT_TIME.search(scene.text, max(0, first.start - 8), first.start))


_AND_TIME = re.compile(r",? and |, ")
_AT_TIME = re.compile(r"\b(?:at|by|after) $")


def _follow_up(scene: Scene, quantity: Quantity) -> bool:
    """True for a median length of follow-up, before or after its name."""
    text, at = scene.text, quantity.start
    if quantity.value == "NR":
        return False
    if _FOLLOW_AFTER.match(text, quantity.end):
        return bool(_TYPICAL.search(text, max(scene.sentence.start, at - 60), quantity.end + 30))
    if _AFTER_MEDIAN.fullmatch(text, scene.sentence.start, at):
        return True
    cues = list(_FOLLOW.finditer(text, scene.sentence.start, at))
    cue = cues[-1] if cues else None
    if cue is None or not _TYPICAL.search(text, max(scene.sentence.start, cue.start() - 40), at):
        return False
    if re.search(
        r"\b(?:at|by|within|every|to|for|after|from)(?: the)? $", text[max(cue.end(), at - 12) : at]
    ):
        return False
    return not any(
        cue.end() < topic.start < at and topic.kind in ("survival", "efficacy", "death", "harm")
        for topic in scene.topics
    )


def median_before(scene: Scene, at: int) -> bool:
    """True if the value at `at` is said to be a median."""
    return any(
        scene.sees(at, hit.start()) or hit.start() > scene.clause(at)
        for hit in _MEDIAN.finditer(scene.text, scene.sentence.start, min(at + 40, scene.sentence.end))
    )


def _mean_before(scene: Scene, at: int) -> bool:
    return any(scene.sees(at, hit.start()) for hit in _MEAN.finditer(scene.text, scene.sentence.start, at))
