"""How many people are in each arm: "(n = 30)", "48 were assigned to A", "the A group (50 patients)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from trialweave.loaders.abstract.arms.mentions import ALL, Mention
from trialweave.loaders.abstract.facts.naming import arm_name
from trialweave.loaders.abstract.facts.population import population_at
from trialweave.loaders.abstract.facts.totals import ADJECTIVES, COUNT, WHO
from trialweave.loaders.abstract.quantities.numbers import decimal, from_words
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import holds
from trialweave.records import Cue, Fact

_N_EQUALS = re.compile(
    r"(?: ?\([A-Z][\w/+-]{0,9}\))?(?:,| ?[\[(]|;|:)? ?(?:(?:(?! v | vs\b| versus "
    rf"| and )[^()\[\];:]){{0,36}}?[\[(])?(?:[0-9.]+ ?[a-zμ/%]+[^()\[\];.]{{0,40}}[;,] ?)?[nN] ?="
    rf" ?{COUNT}"
)
_CONTEXT = (
    "random", "assign", "allocat", "enrol", "receiv", "treated", "recruit", "were included", "entered",
    "underwent", "evaluable", "analyzed", "analysed", "patients", "participants",
)  # fmt: skip
_TO_ARM = re.compile(
    rf"{COUNT}(?: [\[(](?P<share>[0-9.]+) ?%[\])])?(?P<noun>{ADJECTIVES} {WHO})?(?: \([0-9.]+"
    r" ?%\))?(?: (?:were|was))?(?P<verb> (?:randomly )?(?:assigned|allocated|randomi[sz]ed|entered"
    r"|received|treated|enrolled|included|given|underwent))?(?: (?:to|in|into|with|on|for"
    r"|by))?(?: (?:received?|undergo|the|each|treatment with|be treated with|an?|either))* ?$",
)
_AFTER_ARM = re.compile(
    r"(?: (?:groups?|arms?))?(?: ?[\[(]|, |: ?"
    rf"| - )(?:[A-Z][\w ]{{0,14}}[;,] )?{COUNT}(?P<noun> {WHO}| (?:analy[sz]ed|evaluable"
    r"|treated|assigned))?(?: (?P<share>[\[(][0-9.]+ ?%[\])])"
    rf"(?: {WHO})?)?(?=[\]);,])"
)
_EVENT_LATER = re.compile(
    r"(?:[^;.(]|\([^)]*\))*? (?:died|experienced|had (?:a |an )?(?:disease )?(?:recurrence|progression"
    r"|relapse|event))\b"
)
_EVENTS = re.compile(r"events? occurred|deaths|died|recurrences|relapses|progress", re.IGNORECASE)


def arm_sizes(scene: Scene) -> Iterator[tuple[Fact, tuple[int, int]]]:
    """The sizes of arms that a sentence states, each with the span that is read by it."""
    text, start, end = scene.text, scene.sentence.start, scene.sentence.end
    if not holds(scene.words, _CONTEXT) and "n" not in text[start:end]:
        return
    assigning = holds(scene.words, _ASSIGNING_WORDS)
    counted = "n=" in scene.words or "n =" in scene.words
    if not assigning and not counted:
        return
    done: set[int] = set()
    for fact, place in _pairs(scene):
        done.add(fact.start)
        yield fact, place
    for mention in scene.mentions:
        if mention.arm == ALL or mention.arm >= len(scene.arms):
            continue
        after = _N_EQUALS.match(text, mention.end, end) if counted else None
        if after and people_counted(after["n"]) and _only_arm(scene, mention, after.start("n")):
            at = after.start("n")
            kind = "event_count" if _EVENTS.search(text, start, at) else "arm_size"
            if at not in done:
                done.add(at)
                yield (
                    _arm_fact(scene, mention, at, after.end("n"), after["n"], "arm-n", kind),
                    (at, after.end("n")),
                )
            continue
        before = _number_before(scene, mention)
        if before and people_counted(before["n"]) and assigning and _counts_people(scene, before, mention):
            at = before.start("n")
            if at not in done and not any(
                m.arm != ALL and at < m.start < mention.start for m in scene.mentions
            ):
                done.add(at)
                yield _arm_fact(scene, mention, at, mention.end, before["n"], "n-to-arm"), (at, mention.end)
            continue
        later = _AFTER_ARM.match(text, mention.end, end)
        shared = (
            later is not None
            and later["share"] is not None
            and bool(_ASSIGNING_ONLY.search(text, start, mention.start))
        )
        if (
            later
            and people_counted(later["n"])
            and assigning
            and (later.start("n") not in scene.measured or shared)
            and _whole(text, later)
        ):
            at = later.start("n")
            if at not in done and (
                later["noun"]
                or re.search(
                    r"treated|random|assigned|evaluable|population|allocat|patients",
                    text[start : mention.start],
                    re.IGNORECASE,
                )
            ):
                done.add(at)
                yield (
                    _arm_fact(
                        scene,
                        mention,
                        at,
                        later.end("noun") if later["noun"] else later.end("n"),
                        later["n"],
                        "arm-then-n",
                    ),
                    (at, later.end("n")),
                )


_ASSIGNING_WORDS = (
    "random", "assign", "allocat", "enrol", "recruit", "treated", "received", "included",
)  # fmt: skip
_PAIR = re.compile(
    rf"{COUNT} and (?P<second>[0-9][0-9,]*)(?P<noun> {WHO})?(?: (?:were )?(?:randomly )?"
    r"(?:assigned|allocated|randomi[sz]ed))? (?:to|in|into|on|received?)(?: (?:the"
    r"|receive))? ?$"
)


def _pairs(scene: Scene) -> Iterator[tuple[Fact, tuple[int, int]]]:
    """The sizes of "324 and 327 patients in the A and B arms"."""
    text, start, end = scene.text, scene.sentence.start, scene.sentence.end
    for one, other in pairwise(scene.mentions):
        if (
            text[one.end : other.start] not in (" and ", " and the ", " or ", ", and ")
            or not (0 <= one.arm < len(scene.arms))
            or not (0 <= other.arm < len(scene.arms))
        ):
            continue
        for number in scene.numbers:
            hit = (
                _PAIR.match(text, number.start, one.start)
                if one.start - 70 <= number.start < one.start
                else None
            )
            if (
                hit
                and people_counted(hit["n"])
                and one.arm != other.arm
                and _ASSIGNING.search(text, start, end)
                and not re.search(r"%", text[hit.start() : one.start])
            ):
                yield (
                    _arm_fact(scene, one, hit.start("n"), hit.end("n"), hit["n"], "pair"),
                    (hit.start("n"), hit.end("n")),
                )
                yield (
                    _arm_fact(scene, other, hit.start("second"), hit.end("second"), hit["second"], "pair"),
                    hit.span("second"),
                )
                break


def _number_before(scene: Scene, mention: Mention) -> re.Match[str] | None:
    """The number before an arm that can count its people: "48 patients were assigned to …"."""
    text, at = scene.text, mention.start
    apart = max(text.rfind(mark, max(0, at - 110), at) for mark in ",;:")
    for number in scene.numbers:
        if at - 110 <= number.start < at and number.end > apart:
            if (number.end == at or text[number.end] != " ") and not number.in_words:
                continue
            hit = _TO_ARM.match(scene.abstract.low, number.start, at)
            if hit:
                return hit
    return None


_MEASURED = re.compile(r" ?%| ?(?:months?|years?|weeks?|days?|mg)|[.,][0-9]")


def _whole(text: str, hit: re.Match[str]) -> bool:
    return not _MEASURED.match(text[hit.end("n") : hit.end("n") + 8])


def _only_arm(scene: Scene, mention: Mention, at: int) -> bool:
    others = (m for m in scene.mentions if mention.end <= m.start < at)
    return all(m.arm == mention.arm for m in others) and at - mention.end < 70


def _counts_people(scene: Scene, hit: re.Match[str], mention: Mention) -> bool:
    """True if the number before an arm counts the people that were put into it."""
    text, start = scene.text, scene.sentence.start
    if hit.start("n") in scene.measured and not (
        hit["share"] and _ASSIGNING_ONLY.search(text, start, hit.end())
    ):
        return False
    if people_counted(hit["n"]) is None or not _whole(text, hit):
        return False
    if _LIST_OF_ARMS.match(text, mention.end) and not hit["share"]:
        return False
    gap = text[hit.end("share") + 1 if hit["share"] else hit.end("n") : hit.end()]
    before = text[max(start, hit.start("n") - 14) : hit.start("n")]
    if _N_BEFORE.search(before):
        return bool(re.fullmatch(r" in the ", gap))
    if _NOT_COUNT_BEFORE.search(before) and not _TOTAL_OF.search(before) and gap.strip():
        return False
    if not _no_event_after(scene, hit):
        return False
    if hit["verb"] or _INTO.fullmatch(gap) or not gap.strip():
        return bool(_ASSIGNING.search(text, start, scene.sentence.end))
    if hit["noun"] and _INCLUDED_LATER.search(text, hit.end(), scene.sentence.end):
        return True
    return bool(hit["noun"]) and bool(_ASSIGNING.search(text, start, hit.end()))


_INCLUDED_LATER = re.compile(r"\b(?:were|was) (?:included in|analy[sz]ed|evaluable|assessable|eligible)\b")
_N_BEFORE = re.compile(r"\b[nN] ?= ?$")
_TOTAL_OF = re.compile(r"\btotal of $")
_NOT_COUNT_BEFORE = re.compile(
    r"(?:[-=<>≥≤]|\b(?:grade|day|days|phase|stage|cycle|cycles|week|every|of|or|least|than|for|median"
    r"|age|aged|to|by|ratio|was|is|at|score|type|arm|group)) ?$",
    re.IGNORECASE,
)
_ASSIGNING_ONLY = re.compile(r"\b(?:assigned|allocated|randomi[sz]ed)\b")
_LIST_OF_ARMS = re.compile(
    r" ?[\[(](?:n ?= ?)?[0-9][0-9,]*(?: [a-z]+)?[;\])]| or (?!more)"
    r"| versus "
)
_INTO = re.compile(r" (?:to(?: received?)?(?: the)?|in(?:to)?(?: the)?)? ?")
_ASSIGNING = re.compile(r"random|assign|allocat|enrol|treated|received|included", re.IGNORECASE)


def _no_event_after(scene: Scene, hit: re.Match[str]) -> bool:
    words = re.split(
        r"[;(]|,? and (?=[0-9])", scene.text[hit.end("n") : min(scene.sentence.end, hit.end() + 90)]
    )[0]
    events = (
        r"\b(?:died|had|experienced|developed|events?|discontinued|recurrence|relapse[ds]?|did not"
        r"|deaths?)\b"
    )
    return not re.search(events, words) and not _EVENT_LATER.match(
        scene.text, hit.end("n"), min(scene.sentence.end, hit.end() + 160)
    )


def _arm_fact(
    scene: Scene, mention: Mention, start: int, end: int, number: str, rule: str, kind: str = "arm_size"
) -> Fact:
    value = people_counted(number)
    cue = Cue(role="arm", start=mention.start, end=mention.end, quote="")
    if kind == "event_count":
        return Fact(
            kind=kind,
            start=start,
            end=end,
            quote="",
            rule=rule,
            section=scene.sentence.section,
            arm=arm_name(scene, mention.arm),
            n=value,
            cues=(cue,),
        )
    return Fact(
        kind=kind,
        start=start,
        end=end,
        quote="",
        rule=rule,
        section=scene.sentence.section,
        arm=arm_name(scene, mention.arm),
        value=decimal(str(value)),
        unit="patients",
        population=population_at(scene, start, end),
        cues=(cue,),
    )


def people_counted(words: str) -> int | None:
    """A number of people, in figures or words; None if it is no whole number."""
    value = decimal(words) if words[:1].isdigit() or words[:1] == "." else from_words(words)
    return int(value) if value is not None and value == int(value) else None
