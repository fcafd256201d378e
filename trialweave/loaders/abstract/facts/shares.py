"""What a share or a count of people is: a rate, an adverse event, deaths, a plain count, or no result."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.loaders.abstract.attribution.comparison import Owner
from trialweave.loaders.abstract.quantities.beside import PEOPLE, Quantity
from trialweave.loaders.abstract.quantities.measures import is_other_measure
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import cued
from trialweave.loaders.abstract.topics.find import Topic

_RELATIVE = re.compile(
    r"(?:relative (?:risk )?reduction|risk reduction|vaccine efficacy|(?:reduc|decreas|increas|improv"
    r"|lower)\w* (?:of|by)|(?<!reported )\bby)(?: (?:the |an? )?(?:risk|rate"
    r"|estimated|approximately|about|relative|[a-z]+))?[ ,:]*(?:\[[^\]]*\],? )?$",
    re.IGNORECASE,
)
_RELATIVE_AFTER = re.compile(
    r"(?: \([^)]*\))? (?:(?:relative |risk |hazard )+reduction|lower|reduction|higher|decrease"
    r"|increase|improvement|relative|less|more likely|greater)\b(?! in BMI)"
)
_PUT_INTO_ARM = re.compile(
    r"(?: patients| women| men| participants)?(?: were| was)? ?(?:randomly )?(?:assigned|allocated"
    r"|randomi[sz]ed)\b"
)
_AT_LEAST = re.compile(r"\b(?:at least|more than|fewer than|less than|up to|a minimum of|greater than) $")
_LIMIT = re.compile(
    r"(?:least|more than|less than|over|under|[≥≤<>]|than|by|of|up to|cut-?off of|threshold of) ?$"
)


def share_kind(scene: Scene, quantity: Quantity, topic: Topic | None, owner: Owner | None) -> str | None:
    """Rate, adverse-event count, deaths or plain count."""
    if isinstance(quantity.value, Decimal) and quantity.value < 0:
        return None
    if quantity.shape == "percent" and quantity.n is None and is_other_measure(scene.text, quantity.start):
        return None
    if quantity.shape == "percent" and _is_relative_effect(scene, quantity):
        return None
    if quantity.value is None and quantity.denom is None:
        return _bare_count_kind(scene, quantity, topic, owner)
    if (
        quantity.shape == "percent"
        and _LIMIT.search(scene.text[max(0, quantity.start - 14) : quantity.start])
        and owner is None
    ):
        return None
    if quantity.shape == "percent" and (
        _RELATIVE.search(scene.text, max(scene.sentence.start, quantity.start - 60), quantity.start)
        or _RELATIVE_AFTER.match(scene.text, quantity.end)
    ):
        return None
    if _PUT_INTO_ARM.match(scene.text, quantity.end) or _AT_LEAST.search(
        scene.text, max(scene.sentence.start, quantity.start - 16), quantity.start
    ):
        return None
    if topic is None:
        return "rate"
    if topic.kind == "harm":
        return "ae_count"
    if topic.kind == "death":
        return "deaths" if quantity.n is not None else "rate"
    graded = any(
        scene.sees(quantity.start, grade.start) and grade.start < quantity.start for grade in scene.grades
    )
    return (
        "ae_count"
        if graded
        and topic.kind == "efficacy"
        and not re.search(r"surviv|response|remission|control", topic.name)
        else "rate"
    )


_EFFECT = cued(
    re.compile(
        r"\b(?:(?:vaccine|protective|relative|preventive|prophylactic) efficacy|VE"
        r"|efficacy (?:(?:of|for) [^;.]{1,60}? )?(?:against|in (?:preventing|prevention))"
        r"|relative (?:risk |rate |hazard )?reductions?|risk reductions?)\b",
        re.IGNORECASE,
    ),
    "efficacy|VE|reduction|ve",
)
_EFFECT_AFTER = re.compile(
    r"(?: \([^()]*\))? (?:(?:vaccine|protective) )?efficacy (?:against|in preventing)\b"
)
_NEXT_EFFECT = re.compile(
    r"(?: ?[\[(][^\[\]()]*[\])])?,? (?:and |or |v |vs\.? |versus )?"
    r"(?:[^,;0-9]{0,60} )?(?:[\[(])?"
)


def _is_relative_effect(scene: Scene, quantity: Quantity) -> bool:
    """True for the efficacy of a vaccine or a relative reduction: a comparison, not a share of people."""
    text, at = scene.text, quantity.start
    if _EFFECT_AFTER.match(text, quantity.end, scene.sentence.end):
        return True
    for cue in _EFFECT.finditer(text, scene.clause(at), at):
        if not scene.sees(at, cue.start()):
            continue
        between = [q for q in scene.quantities if cue.end() <= q.start < at and q.shape != "time"]
        since = between[-1].end if between else cue.end()
        gap = text[since:at]
        if not between and not _OTHER_SUBJECT.search(gap):
            return True
        listed = _NEXT_EFFECT.fullmatch(gap) and not _OTHER_SUBJECT.search(gap)
        if between and listed and scene.around(at) == scene.around(between[-1].start):
            return True
    return False


_OTHER_SUBJECT = re.compile(
    r"\b(?:occurred|developed|had|experienced|reported|seen|observed|with (?!an?\b)[^,;]* in)\b"
)
_DIED = re.compile(
    r"\S+(?: [a-z-]+){0,4} (?:deaths?|died)\b|\S+ (?:patients?|participants|women|men"
    r"|children)(?: [^.;,0-9]{0,70})? died\b"
)
_COUNTED_PEOPLE = re.compile(rf"\S+ (?:[a-z-]+ ){{0,2}}(?:{PEOPLE})\b")
_NAMED_NUMBER = re.compile(
    r"(?:grade|phase|stage|arm|group|day|week|month|year|cycle|part|level|version|table|than|least|to"
    r"|or|of|between|type|line|lines|trial|cohort|age|ages|score|aged|every|class|-) ?$",
    re.IGNORECASE,
)
_DEATHS = re.compile(r"deaths?|died")


def _bare_count_kind(
    scene: Scene, quantity: Quantity, topic: Topic | None, owner: Owner | None
) -> str | None:
    """A count without percentage and denominator is a result only where the sentence says of what."""
    text = scene.text
    tail = text[quantity.at : min(scene.sentence.end, quantity.at + 90)]
    if quantity.n is None or _NAMED_NUMBER.search(text[max(0, quantity.start - 12) : quantity.start]):
        return None
    if _EACH.match(tail):
        return None
    counted = next((t for t in scene.subjects if quantity.end <= t.start <= quantity.end + 1), None)
    if counted and counted.kind != "death" and topic is not None and topic.kind == "death":
        return None
    deaths = _DIED.match(tail)
    if deaths and (owner or _DEATHS.search(tail)):
        return "deaths"
    noun = _COUNTED_PEOPLE.match(tail)
    if topic is not None and topic.kind == "death" and (owner or (noun and topic.end <= quantity.start)):
        return "deaths"
    if owner is None or topic is None:
        return None
    row = any(
        q is not quantity and q.shape == "count" and q.n is not None and abs(q.start - quantity.start) < 90
        for q in scene.quantities
    )
    if not noun and not row:
        return None
    said = _HAPPENED.search(text, quantity.end, scene.sentence.end) or any(
        _HAPPENED_BEFORE.search(text, scene.clause(at), at)
        for at in (quantity.start, _first_of_pair(scene, quantity))
    )
    if not said:
        return None
    return "ae_count" if topic.kind == "harm" else "event_count"


def _first_of_pair(scene: Scene, quantity: Quantity) -> int:
    """Where the count begins that this one is joined to: "10 patients in the A group and in 28 in B"."""
    last = next((q for q in reversed(scene.quantities) if q.end <= quantity.start), None)
    if last and last.shape == "count" and _AND_IN.fullmatch(scene.text, last.end, quantity.start):
        return last.start
    return quantity.start


_AND_IN = re.compile(r"[^,;.:()]{0,70},? and (?:in |by |for |among )?")
_EACH = re.compile(r"\S+(?: [a-z]+){0,2} each (?:of|from|due|because|with|for|by|attributed|caused)\b")
_HAPPENED = re.compile(
    r"\b(?:had|experienced|developed|died|discontinued|withdrew|achieved|required|relapsed|progressed"
    r"|responded|underwent|reported|suffered|crossed|recurrence|response)\b"
)
_HAPPENED_BEFORE = re.compile(
    r"\b(?:diagnosed|occurred|developed|recorded|reported|detected|identified|observed|noted"
    r"|seen)\b(?: [a-z]+){0,2} (?:in|among|by|for) $"
)
