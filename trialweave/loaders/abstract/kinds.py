"""What kind of fact a quantity is: a rate, an adverse event, a death, a median, or no result at all."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.loaders.abstract.beside import PEOPLE, Quantity
from trialweave.loaders.abstract.comparison import Owner
from trialweave.loaders.abstract.cued import cued
from trialweave.loaders.abstract.endpoints import Topic
from trialweave.loaders.abstract.scene import Scene

_BASELINE = cued(
    re.compile(
        r"\b(?:median|mean)(?: ?[\[(][^\])]{2,24}[\])])? (?:patient )?age\b"
        r"|\baged? |\bages? |years of age|baseline characteristics|\bwere (?:women|men|male|female|white"
        r"|black|Asian)\b",
        re.IGNORECASE,
    ),
    "age|baseline characteristics|were women|were men|were male|were female|were white|were black|were asian",
)


_WHO = re.compile(
    r"[ )\]]*(?:of (?:the )?(?:patients|participants) )?(?:were |was )?(?:women|men|male|female|males"
    r"|females|white|black|asian|hispanic|caucasian|african)\b",
    re.IGNORECASE,
)


_NOT_VALUE = re.compile(
    r"(?:at|by|after|over|within|during|every|until|first|last|next|aged?|through|up to|than|for|until"
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


_TYPICAL = re.compile(r"\b(?:median|mean|average|minimum)\b", re.IGNORECASE)


_CHANGE_AFTER = re.compile(r" (?:shorter|longer|later|earlier|less|more)\b")


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


_DEMOGRAPHIC = cued(
    re.compile(
        r"\b(?:women|men|males?|females?|girls|boys|(?:current |former |never[- ])?smokers|whites|blacks|asians)"
        r" (?:made up|accounted for|comprised|constituted|represented|formed)\b"
        r"|\b(?:ECOG|Karnofsky|WHO) (?:performance )?(?:status|score)\b|\bperformance status\b"
        r"|\bstage (?:0|I{1,3}V?|IV|[1-4])(?:[A-C]\b|\b)[^;,]{0,80}$|\b(?:current|former) smokers\b",
        re.IGNORECASE,
    ),
    "women|men|male|girls|boys|smokers|whites|blacks|asians|status|score|stage",
)
_WERE_WHO = re.compile(
    r"(?:[^;.]|\.(?=[0-9])){0,120}? were (?:women|men|male|female|white|black|Asian"
    r"|(?:current |former )?smokers)\b"
)


def _is_demographic(scene: Scene, quantity: Quantity, topic: Topic | None) -> bool:
    """True for a share of women, of smokers or of a stage that the sentence gives as the people it counts."""
    near = scene.text[quantity.end : min(scene.sentence.end, quantity.end + 150)]
    if " were " in near and _WERE_WHO.match(scene.text, quantity.end, scene.sentence.end):
        return True
    said = topic is not None and scene.sentence.start <= topic.start and not _STATUS.search(topic.name)
    if said and topic is not None and topic.kind != "efficacy":
        return False
    begin = scene.clause(quantity.start)
    return not said and bool(_DEMOGRAPHIC.search(scene.text, begin, quantity.start))


_STATUS = re.compile(r"performance status|\bECOG\b|\bstage\b", re.IGNORECASE)


def kind_of(scene: Scene, quantity: Quantity, topic: Topic | None, owner: Owner | None) -> str | None:
    """The contract's kind of a value in an arm; None where the number reports no result."""
    text, at = scene.text, quantity.start
    if _is_baseline(scene, quantity) or (
        quantity.shape in ("percent", "count") and _is_demographic(scene, quantity, topic)
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
        if quantity.shape == "bare" and quantity.low is None and quantity.sd is None and owner is None:
            return None
        if quantity.sd is not None or _mean_before(scene, at):
            return "mean" if owner or quantity.low is not None or quantity.sd is not None else None
        if median_before(scene, at) and (owner or quantity.low is not None):
            timed = (
                any(q.shape == "time" and q.start < at for q in scene.quantities) and quantity.shape == "bare"
            )
            return "median_time" if timed else "median"
        return None
    if quantity.shape in ("percent", "count"):
        return _share_kind(scene, quantity, topic, owner)
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


def _is_baseline(scene: Scene, quantity: Quantity) -> bool:
    inner = scene.around(quantity.start)
    begin = inner[0][0] if inner else scene.clause(quantity.start)
    if _WHO.match(scene.text, quantity.end):
        return True
    noun = quantity.noun or ""
    if (
        noun in (" women", " men", " males", " females", " girls", " boys")
        and "age" in scene.text[scene.sentence.start : quantity.end]
    ):
        return True
    return bool(_BASELINE.search(scene.text, begin, min(scene.sentence.end, quantity.end + 22)))


def median_before(scene: Scene, at: int) -> bool:
    """True if the value at `at` is said to be a median."""
    return any(
        scene.sees(at, hit.start()) or hit.start() > scene.clause(at)
        for hit in _MEDIAN.finditer(scene.text, scene.sentence.start, min(at + 40, scene.sentence.end))
    )


def _mean_before(scene: Scene, at: int) -> bool:
    return any(scene.sees(at, hit.start()) for hit in _MEAN.finditer(scene.text, scene.sentence.start, at))


_LIMIT = re.compile(
    r"(?:least|more than|less than|over|under|[≥≤<>]|than|by|of|up to|cut-?off of|threshold of) ?$"
)


def _share_kind(scene: Scene, quantity: Quantity, topic: Topic | None, owner: Owner | None) -> str | None:
    """Rate, adverse-event count, deaths or plain count."""
    if isinstance(quantity.value, Decimal) and quantity.value < 0:
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
    said = _HAPPENED.search(text, quantity.end, scene.sentence.end) or _HAPPENED_BEFORE.search(
        text, scene.clause(quantity.start), quantity.start
    )
    if not said:
        return None
    return "ae_count" if topic.kind == "harm" else "event_count"


_EACH = re.compile(r"\S+(?: [a-z]+){0,2} each (?:of|from|due|because|with|for|by|attributed|caused)\b")


_HAPPENED = re.compile(
    r"\b(?:had|experienced|developed|died|discontinued|withdrew|achieved|required|relapsed|progressed"
    r"|responded|underwent|reported|suffered|crossed|recurrence|response)\b"
)


_HAPPENED_BEFORE = re.compile(
    r"\b(?:diagnosed|occurred|developed|recorded|reported|detected|identified|observed|noted"
    r"|seen)\b(?: [a-z]+){0,2} (?:in|among|by|for) $"
)
