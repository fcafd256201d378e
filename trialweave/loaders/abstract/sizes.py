"""How many people: in the trial, and in each arm; and the ratio of the assignment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialweave.loaders.abstract.facts import _arm_name
from trialweave.loaders.abstract.mentions import ALL, Mention
from trialweave.loaders.abstract.numbers import NUMBER, WORDS, decimal, from_words
from trialweave.loaders.abstract.quantities import PEOPLE
from trialweave.loaders.abstract.scene import Scene
from trialweave.records import Cue, Fact

_COUNT = rf"(?P<n>(?<![\w.,/:-])(?:{NUMBER})(?![\w%]|\.[0-9]|-[a-z0-9])|\b{WORDS}\b(?!-))"
_ADJECTIVES = (
    r"(?: (?!(?:of|and|or|to|in|vs|versus|v|with|were|was)\b)(?:[A-Za-z][\w/()-]*|[0-9]-[0-9])){0,6}?"
)
_WHO = rf"(?:(?:men and women|women and men)|{PEOPLE}|residents|outpatients|inpatients|survivors|couples)"
_ASSIGNED = (
    r"(?:randomly (?:assigned|allocated)|randomi[sz]ed|underwent random|assigned|allocated"
    r"|underwent randomi[sz]ation)"
)
_RATIO = re.compile(
    rf"(?:(?:{_ASSIGNED}"
    rf"|randomi[sz]ation)[^.;:0-9]{{0,90}}?)?(?<![\w:.,])(?P<ratio>[0-9]{{1,2}}(?: ?:"
    rf" ?[0-9]{{1,2}}){{1,5}})(?![\w:]|\.[0-9])(?: (?:randomi[sz]ation|allocation|ratio"
    r"|random assignment)\b)?",
    re.IGNORECASE,
)
_RATIO_CUE = re.compile(r"random|ratio|assigned|allocat", re.IGNORECASE)
_TOTALS = (
    (
        "total-of",
        re.compile(rf"\b[Aa] total of {_COUNT}(?=(?P<noun>{_ADJECTIVES} {_WHO}\b|[ ,(]))", re.IGNORECASE),
    ),
    (
        "people-were",
        re.compile(
            rf"{_COUNT}(?P<noun>{_ADJECTIVES} {_WHO}\b)(?P<between>(?:[^.;0-9]|aged? [0-9]+(?:-"
            r"| to )[0-9]+ years?|[0-9]+ years? of age|[A-Za-z]+-?[0-9]+"
            rf"|,? [0-9]{{4}},?){{0,240}}?)(?:,? (?:were|was|had been|have been|underwent|met|received|started"
            r"|entered|who (?:were|underwent)|constituted|comprised|participated|consented|completed"
            r"|provided)) ?(?:also |eventually |subsequently |eligible and |enrolled and |included and "
            r"|(?:prospectively|finally|ultimately) )?(?P<verb>randomly (?:assigned|allocated)"
            r"|randomi[sz](?:ed|ation)|random (?:assignment|allocation)|enrolled|recruited|included|entered"
            r"|accrued|registered|allocated|assigned|treated|analy[sz]ed|evaluable|assessable|evaluated"
            r"|eligible|protocol therapy|eligibility|treatment|screened)?",
            re.IGNORECASE,
        ),
    ),
    (
        "we-assigned",
        re.compile(
            r"\b(?P<verb>randomly assigned|randomly allocated|randomi[sz]ed|enrolled|recruited|included"
            r"|assigned|accrued|registered|entered|study of|trial of|selected|analysis of|involving|involved"
            r"|analy[sz]ed(?: for| in)?|available for|evaluated|conducted in"
            rf"|performed in) (?:a total of )?{_COUNT}(?P<noun>{_ADJECTIVES} {_WHO}\b|(?=[.,;]))",
            re.IGNORECASE,
        ),
    ),
    (
        "of-n",
        re.compile(
            r"\b(?:Of|Among|Out of) (?:the |all |all the "
            rf"|these )?{_COUNT}(?P<noun>(?P<verb> (?:randomly assigned|randomi[sz]ed|enrolled|eligible"
            rf"|evaluable|treated|included|recruited))?{_ADJECTIVES}(?: {_WHO})\b(?P<after>(?: (?:who were "
            r"|were )?(?:randomly assigned|randomi[sz]ed|enrolled|recruited|entered|treated|included))?))"
        ),
    ),
    (
        "number-of-arms",
        re.compile(
            r"(?:^"
            rf"|[.,:] ){_COUNT}(?P<noun>) ?[\[(](?=[^()\[\]]{{0,60}}[0-9][^()\[\]]{{0,60}}[;,]"
            rf" ?[^()\[\]]{{0,60}}[0-9])[^()\[\]]{{6,160}}[\])](?: (?:were|was)) (?P<verb>treated|randomi[sz]ed"
            r"|randomly assigned|enrolled|evaluable|analy[sz]ed|eligible|included)"
        ),
    ),
    (
        "there-were",
        re.compile(
            rf"\b[Tt]here were {_COUNT}(?P<noun> (?P<verb>assessable|evaluable|eligible|randomi[sz]ed"
            rf"|enrolled)\b{_ADJECTIVES} {_WHO}\b)"
        ),
    ),
    ("sentence-start", re.compile("")),
    (
        "population-n",
        re.compile(
            rf"(?P<noun>(?:population|set|analysis|cohort|patients)) ?[\[(][nN] ?= ?{_COUNT}[\])]",
            re.IGNORECASE,
        ),
    ),
    (
        "n-were-included",
        re.compile(
            rf"{_COUNT} (?:of (?:these|whom|them) )?(?:\([0-9.]+ ?%\) )?(?:were"
            r"|was) (?P<verb>included in the (?:[a-z-]+ )*analys[ei]s|randomi[sz]ed|randomly assigned|enrolled"
            r"|evaluable|eligible|assessable|analy[sz]ed|treated)\b"
        ),
    ),
    (
        "analysed-for",
        re.compile(
            rf"(?:data|results?) (?:could be analy[sz]ed|were available) for {_COUNT}(?P<verb>)(?=[ .,;])",
            re.IGNORECASE,
        ),
    ),
)
_POPULATIONS = (
    ("randomised", re.compile(r"random|assign|allocat", re.IGNORECASE)),
    ("analysed", re.compile(r"analy|included in|evaluab|assessab|available", re.IGNORECASE)),
    ("treated", re.compile(r"treat|protocol therapy|received|started", re.IGNORECASE)),
    ("eligible", re.compile(r"eligib", re.IGNORECASE)),
    ("screened", re.compile(r"screened|assessed for", re.IGNORECASE)),
    (
        "enrolled",
        re.compile(r"enrol|recruit|includ|enter|accru|regist|involv|particip|consent|total", re.IGNORECASE),
    ),
)
_AT_START = re.compile(
    rf"{_COUNT}(?P<noun>{_ADJECTIVES} {_WHO}\b)(?! (?:had|died|experienced|developed|received|in the))",
    re.IGNORECASE,
)
_N_EQUALS = re.compile(
    r"(?:,| ?[\[(]|;|:)? ?(?:(?:(?! v | vs\b| versus "
    rf"| and )[^()\[\];:]){{0,36}}?[\[(])?(?:[0-9.]+ ?[a-zμ/%]+[^()\[\];.]{{0,40}}[;,] ?)?[nN] ?="
    rf" ?{_COUNT}"
)
_CONTEXT = re.compile(
    r"random|assign|allocat|enrol|receiv|treated|recruit|were included|entered|underwent|evaluable"
    r"|analy[sz]ed|patients|participants",
    re.IGNORECASE,
)
_TO_ARM = re.compile(
    rf"{_COUNT}(?: [\[(](?P<share>[0-9.]+) ?%[\])])?(?P<noun>{_ADJECTIVES} {_WHO})?(?: \([0-9.]+"
    r" ?%\))?(?: (?:were|was))?(?P<verb> (?:randomly )?(?:assigned|allocated|randomi[sz]ed|entered"
    r"|received|treated|enrolled|included|given|underwent))?(?: (?:to|in|into|with|on|for"
    r"|by))?(?: (?:received?|undergo|the|each|treatment with|be treated with|an?|either))* ?$",
    re.IGNORECASE,
)
_AFTER_ARM = re.compile(
    r"(?: (?:groups?|arms?))?(?: ?[\[(]|, |: ?"
    rf"| - )(?:[A-Z][\w ]{{0,14}}[;,] )?{_COUNT}(?P<noun> {_WHO})?(?: (?P<share>[\[(][0-9.]+ ?%[\])])"
    rf"(?: {_WHO})?)?(?=[\]);,])"
)
_EVENT_LATER = re.compile(
    r"(?:[^;.(]|\([^)]*\))*? (?:died|experienced|had (?:a |an )?(?:disease )?(?:recurrence|progression"
    r"|relapse|event))\b"
)
_EVENTS = re.compile(r"events? occurred|deaths|died|recurrences|relapses|progress", re.IGNORECASE)


def sizes(scene: Scene) -> Iterator[Fact]:
    """Total numbers, arm sizes and assignment ratios of a sentence, in normalised offsets."""
    start, end = scene.sentence.start, scene.sentence.end
    for hit in _RATIO.finditer(scene.text, start, end) if ":" in scene.text[start:end] else ():
        around = scene.text[max(start, hit.start("ratio") - 110) : min(end, hit.end() + 25)]
        parts = [int(part) for part in hit["ratio"].replace(" ", "").split(":")]
        if _RATIO_CUE.search(around) and 0 < min(parts) and max(parts) <= 10:
            yield _size(
                scene,
                "randomisation_ratio",
                hit.start("ratio"),
                hit.end("ratio"),
                hit["ratio"].replace(" ", ""),
                "ratio",
            )
    if scene.sentence.section in (
        "title",
        "background",
        "conclusions",
        "objective",
        "funding",
        "registration",
    ):
        return
    arm_spans: list[tuple[int, int]] = []
    for fact, at in _arm_sizes(scene):
        arm_spans.append(at)
        yield fact
    totals: set[int] = set()
    if not _PEOPLE_SAID.search(scene.text, start, end):
        return
    for rule, pattern in _TOTALS:
        for hit in _found(rule, pattern, scene):
            at = hit.start("n")
            value = _value(hit["n"])
            if (
                value is None
                or value < 2
                or at in totals
                or any(a <= at < b for a, b in arm_spans)
                or not _is_total(scene, rule, hit, value)
            ):
                continue
            totals.add(at)
            words = hit.group() + scene.text[hit.end() : min(end, hit.end() + 60)].split(";")[0]
            groups = hit.groupdict()
            stop = hit.end("noun") if groups.get("noun") else hit.end("n")
            yield _size(
                scene,
                "total_n",
                at,
                max(stop, hit.end("n")),
                value,
                rule,
                population=_population(groups.get("verb") or words),
            )


def _found(rule: str, pattern: re.Pattern[str], scene: Scene) -> Iterator[re.Match[str]]:
    """The places of a rule; those that begin with the number are tried only where one begins."""
    text, start, end = scene.text, scene.sentence.start, scene.sentence.end
    if rule == "sentence-start":
        if hit := _AT_START.match(text, start, end):
            yield hit
    elif rule in _NUMBER_FIRST:
        at = start
        for number in scene.numbers:
            if number.start >= at and (hit := pattern.match(text, number.start, end)):
                at = hit.end()
                yield hit
    else:
        yield from pattern.finditer(text, start, end)


_NUMBER_FIRST = frozenset({"people-were", "n-were-included"})
_PEOPLE_SAID = re.compile(
    r"random|assign|allocat|enrol|recruit|includ|total|patients|participants|women|\bmen\b|residents"
    r"|people|persons|subjects|children|adults|n ?= ?[0-9]|analy",
    re.IGNORECASE,
)


def _is_total(scene: Scene, rule: str, hit: re.Match[str], value: int) -> bool:
    """True if the number counts the trial's people, not some of them."""
    text, groups = scene.text, hit.groupdict()
    before = text[max(scene.sentence.start, hit.start("n") - 24) : hit.start("n")]
    if (
        re.search(
            r"(?:at least|more than|up to|fewer than|less than|every|grade|stage|aged?|target(?: of)?|[≥≤<>]"
            r"|to|approximately [0-9]+ to|cutoff|among|the other|remaining|another|additional|further) ?$",
            before,
            re.IGNORECASE,
        )
        and rule != "of-n"
    ):
        return False
    after = text[hit.end("n") : hit.end("n") + 3]
    if (
        re.match(r" ?[\[(]?[0-9.]*%|-| ?/", after)
        or re.match(r" ?[\[(][0-9.]+ ?%", text[hit.end("n") : hit.end("n") + 10])
        and rule != "n-were-included"
    ):
        return False
    if rule == "sentence-start":
        return (
            scene.sentence.section in ("methods", "abstract")
            and value >= 10
            and not scene.quantities_with_share()
            and not any(0 <= m.arm and m.start < hit.end() + 40 for m in scene.mentions)
        )
    if rule == "total-of" and (
        re.match(r" of ", text[hit.end("n") :])
        or any(m.arm != ALL and hit.end() <= m.start < hit.end() + 45 for m in scene.mentions)
        or re.match(r" (?:[a-z-]+ ){0,3}(?:deaths?|events?)", text[hit.end("n") : hit.end("n") + 40])
    ):
        return False
    if rule == "people-were":
        if not groups.get("verb") or re.search(r"\bwho (?:had|have|did|received)\b", groups["between"] or ""):
            return False
        if any(m.arm != ALL and hit.end("n") <= m.start < hit.end() for m in scene.mentions) or (
            groups["verb"].lower() in ("treated", "treatment") and value < 20
        ):
            return False
        if _one_arm_follows(scene, hit.end()):
            return False
        return not re.search(r"\bof (?:the |these |whom )?[0-9]", groups["between"] or "")
    if rule == "of-n":
        stated = (groups.get("verb") or "") + (groups.get("after") or "")
        return bool(stated) or (
            bool(re.search(r"\bassigned|randomi[sz]ed", text[hit.end() : scene.sentence.end])) and value >= 10
        )
    if rule in ("population-n",):
        return value >= 10 and not any(m.arm != ALL and 0 <= hit.start() - m.end < 3 for m in scene.mentions)
    if rule == "we-assigned":
        verb = groups["verb"].lower()
        if (
            verb in ("included", "involving", "involved", "registered", "entered", "evaluated")
            and scene.sentence.section == "results"
            and value < 10
        ):
            return False
        return bool(groups["noun"]) or "random" in verb or verb.startswith("analy")
    if rule == "total-of":
        return bool(groups["noun"].strip(" ,(")) or True
    return value >= 10


def _arm_sizes(scene: Scene) -> Iterator[tuple[Fact, tuple[int, int]]]:
    text, start, end = scene.text, scene.sentence.start, scene.sentence.end
    if not _CONTEXT.search(text, start, end) and "n" not in text[start:end]:
        return
    assigning = bool(
        re.search(
            r"random|assign|allocat|enrol|recruit|treated|received|included", text[start:end], re.IGNORECASE
        )
    )
    numbered = {
        q.at for q in scene.quantities if not (q.shape == "count" and q.value is None and q.denom is None)
    }
    done: set[int] = set()
    for mention in scene.mentions:
        if mention.arm == ALL or mention.arm >= len(scene.arms):
            continue
        after = _N_EQUALS.match(text, mention.end, end)
        if after and _only_arm(scene, mention, after.start("n")):
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
        if before and assigning and _counts_people(scene, before, mention, numbered):
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
        if later and assigning and (later.start("n") not in numbered or shared) and _whole(text, later):
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


def _one_arm_follows(scene: Scene, at: int) -> bool:
    """True if the people were assigned to one arm: "48 were assigned to A, and 47 to B"."""
    after = [m for m in scene.mentions if m.start >= at and m.arm != ALL]
    if not after or not re.fullmatch(
        r" (?:to|in)(?: (?:receive|undergo|the|either|treatment|with))* ", scene.text[at : after[0].start]
    ):
        return False
    return bool(
        re.match(
            r"(?:,? and|,|;) [0-9]|\.|,? and [a-z]+ (?:were|to|patients)",
            scene.text[after[0].end : after[0].end + 24],
        )
    )


def _number_before(scene: Scene, mention: Mention) -> re.Match[str] | None:
    """The number before an arm that can count its people: "48 patients were assigned to …"."""
    for number in scene.numbers:
        if mention.start - 110 <= number.start < mention.start:
            hit = _TO_ARM.match(scene.text, number.start, mention.start)
            if hit:
                return hit
    return None


def _whole(text: str, hit: re.Match[str]) -> bool:
    return not re.match(
        r" ?%| ?(?:months?|years?|weeks?|days?|mg)|[.,][0-9]", text[hit.end("n") : hit.end("n") + 8]
    )


def _only_arm(scene: Scene, mention: Mention, at: int) -> bool:
    return not any(mention.end <= m.start < at for m in scene.mentions) and at - mention.end < 70


def _counts_people(scene: Scene, hit: re.Match[str], mention: Mention, numbered: set[int]) -> bool:
    """True if the number before an arm counts the people that were put into it."""
    text, start = scene.text, scene.sentence.start
    if hit.start("n") in numbered and not (hit["share"] and _ASSIGNING_ONLY.search(text, start, hit.end())):
        return False
    if _value(hit["n"]) is None or not _whole(text, hit):
        return False
    if _LIST_OF_ARMS.match(text, mention.end) and not hit["share"]:
        return False
    gap = text[hit.end("n") : hit.end()]
    before = text[max(start, hit.start("n") - 14) : hit.start("n")]
    if _N_BEFORE.search(before):
        return bool(re.fullmatch(r" in the ", gap))
    if _NOT_COUNT_BEFORE.search(before) and not _TOTAL_OF.search(before) and gap.strip():
        return False
    if not _no_event_after(scene, hit):
        return False
    if hit["verb"] or _INTO.fullmatch(gap) or not gap.strip():
        return bool(_ASSIGNING.search(text, start, scene.sentence.end))
    return bool(hit["noun"]) and bool(_ASSIGNING.search(text, start, hit.end()))


_N_BEFORE = re.compile(r"\b[nN] ?= ?$")
_TOTAL_OF = re.compile(r"\btotal of $")
_NOT_COUNT_BEFORE = re.compile(
    r"(?:[-=<>≥≤]|\b(?:grade|day|days|phase|stage|cycle|cycles|week|every|of|or|least|than|for|median"
    r"|age|aged|to|by|ratio|was|is|at|score|type|arm|group)) ?$",
    re.IGNORECASE,
)
_ASSIGNING_ONLY = re.compile(r"\b(?:assigned|allocated|randomi[sz]ed)\b")
_LIST_OF_ARMS = re.compile(
    r" ?[\[(](?:n ?= ?)?[0-9][0-9,]*(?: (?:patients|participants|women|men))?[;\])]| or (?!more)"
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
    words = scene.text[scene.sentence.start : scene.sentence.end]
    value = _value(number)
    cue = Cue(role="arm", start=mention.start, end=mention.end, quote="")
    if kind == "event_count":
        return Fact(
            kind=kind,
            start=start,
            end=end,
            quote="",
            rule=rule,
            section=scene.sentence.section,
            arm=_arm_name(scene, mention.arm),
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
        arm=_arm_name(scene, mention.arm),
        value=decimal(str(value)),
        unit="patients",
        population=_population(words),
        cues=(cue,),
    )


def _size(
    scene: Scene,
    kind: str,
    start: int,
    end: int,
    value: int | str,
    rule: str,
    *,
    population: str | None = None,
) -> Fact:
    number = value if isinstance(value, str) else decimal(str(value))
    return Fact(
        kind=kind,
        start=start,
        end=end,
        quote="",
        rule=rule,
        section=scene.sentence.section,
        value=number,
        unit="patients" if kind == "total_n" else None,
        population=population,
    )


def _value(words: str) -> int | None:
    value = decimal(words) if words[:1].isdigit() or words[:1] == "." else from_words(words)
    return int(value) if value is not None and value == int(value) else None


def _population(words: str) -> str | None:
    return next((name for name, pattern in _POPULATIONS if pattern.search(words)), None)
