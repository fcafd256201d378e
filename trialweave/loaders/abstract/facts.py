"""Last stage: facts from the quantities of a sentence, each with the words that it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from trialweave.loaders.abstract.attribute import Owner, compared, owners, row_topics, rows
from trialweave.loaders.abstract.endpoints import SERIOUS, Topic, timepoint
from trialweave.loaders.abstract.estimates import Label
from trialweave.loaders.abstract.intervals import PValue
from trialweave.loaders.abstract.mentions import ALL
from trialweave.loaders.abstract.quantities import PEOPLE, Quantity
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.subject import grade_of, topic_of
from trialweave.records import Cue, Fact

_BASELINE = re.compile(
    r"\b(?:median|mean)(?: \(?(?:range|SD|IQR|±SD)\)?| ?\[(?:range|SD|IQR)\])? (?:patient )?age\b"
    r"|\baged? |\bages? |years of age|baseline characteristics|\bwere (?:women|men|male|female|white"
    r"|black|Asian)\b",
    re.IGNORECASE,
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
_RESPONSE_COUNT = re.compile(rf"(?:[^.;0-9]{{0,90}}?)\b(?:{PEOPLE})\b", re.IGNORECASE)
_EARLIER = re.compile(
    r"\b(?:assum(?:ed|ing|ption)|hypothesi[sz]ed|power|planned|sample size|to detect|expected"
    r"|non-?inferiority (?:margin|boundary|limit)|margin|prespecified|null hypothesis|futility"
    r"|design(?:ed)?|alpha|boundary|historical|cut-?off|threshold|defined as|upper limit)\b",
    re.IGNORECASE,
)
_FOLLOW = re.compile(
    r"follow-? ?up|\bobservation (?:time|period)|\bfollowed(?: up)?\b|time on study"
    r"|time from randomi[sz]ation to (?:the )?data",
    re.IGNORECASE,
)
_FOLLOW_AFTER = re.compile(
    r"'?(?:,)?(?: of)?(?: \([^)]*\))?(?: median| potential)? follow-? ?up", re.IGNORECASE
)
_TYPICAL = re.compile(r"\b(?:median|mean|average|minimum)\b", re.IGNORECASE)
_THESE = re.compile(r"\b(?:of )?these (?:adverse |toxic )?(?:events|effects|toxicities)\b", re.IGNORECASE)
_CHANGE_AFTER = re.compile(r" (?:shorter|longer|later|earlier|less|more)\b")
_RELATIVE = re.compile(
    r"(?:relative (?:risk )?reduction|risk reduction|vaccine efficacy|(?:reduc|decreas|increas|improv"
    r"|lower)\w* (?:of|by)|\bby)(?: (?:the |an? )?(?:risk|rate|estimated|approximately|about|relative"
    r"|[a-z]+))?[ ,:]*(?:\[[^\]]*\],? )?$",
    re.IGNORECASE,
)
_RELATIVE_AFTER = re.compile(
    r"(?: \([^)]*\))? (?:(?:relative |risk |hazard )+reduction|lower|reduction|higher|decrease"
    r"|increase|improvement|relative|less|more likely|greater)\b(?! in BMI)"
)
_P_AFTER_ARMS = re.compile(r" (?:for|with|in) [^0-9;.,()]{1,70} \((?:[a-z-]+ )?")
_PUT_INTO_ARM = re.compile(
    r"(?: patients| women| men| participants)?(?: were| was)? ?(?:randomly )?(?:assigned|allocated"
    r"|randomi[sz]ed)\b"
)
_AT_LEAST = re.compile(r"\b(?:at least|more than|fewer than|less than|up to|a minimum of|greater than) $")
_FOR_DEATH = re.compile(r" for death(?!s? (?:from|due)|,? (?:or|and))")
_ZERO = re.compile(
    r"\b[Nn]o (?P<what>(?:[a-z][a-z-]*(?:/[a-z-]+)? ){0,4}?(?:deaths?|fatalities|mortality"
    r"|toxic deaths?)(?: (?:due|related|attributable|attributed|from|considered|caused)(?: (?:to|by|as"
    r"|be|related|the|study|treatment|adverse|events?|drugs?|toxicity|toxicities|toxic|effects))*)?)\b"
    r"|\b(?P<none>[Nn]one)(?= (?:in|of|with|for|among|receiving|on)\b)"
    r"|(?<=vs )none\b|(?<=versus )none\b"
)


@dataclass(slots=True)
class Memory:
    """What the sentences before have settled: the order of the arms, the last topic and its kind."""

    order: tuple[int, ...] = ()
    topic: Topic | None = None
    label: Label | None = None
    grade: str | None = None


def facts_of(scene: Scene, memory: Memory, canonical: tuple[int, ...]) -> list[Fact]:
    """The facts of one sentence, in normalised offsets; `memory` is brought up to date."""
    found: list[Fact] = []
    owned = owners(scene, memory.order, canonical)
    if _EARLIER.search(scene.text, scene.sentence.start, scene.sentence.end) and not owned:
        return []
    in_rows = _topics_of_rows(scene, owned)
    for here, quantity in enumerate(scene.quantities):
        topic = in_rows.get(here) or topic_of(scene, quantity, memory.topic)
        fact = _fact(scene, here, quantity, topic, owned, memory)
        if fact:
            found.append(fact)
            if topic and not (fact.kind == "follow_up"):
                memory.topic = topic
        if fact and quantity.label and quantity.shape == "ratio":
            memory.label = quantity.label
    if scene.grades:
        memory.grade = scene.grades[-1].value
    found += _lone_p_values(scene, memory, owned, found)
    found += _zeros(scene, memory, owned, found)
    _remember(scene, memory, owned, canonical)
    return sorted(found, key=lambda fact: (fact.start, fact.end))


def _topics_of_rows(scene: Scene, owned: dict[int, Owner]) -> dict[int, Topic]:
    """The topics of rows that give one arm several endpoints in turn."""
    found: dict[int, Topic] = {}
    for row in rows(scene):
        if len(row) < 2 or any(here not in owned or owned[here].rule != "row-one-arm" for here in row):
            continue
        topics = row_topics(scene, scene.quantities[row[0]], len(row))
        found.update(zip(row, topics, strict=False))
    return found


def _remember(scene: Scene, memory: Memory, owned: dict[int, Owner], canonical: tuple[int, ...]) -> None:
    sequence = list(
        dict.fromkeys(
            owned[here].arm
            for here in sorted(owned)
            if 0 <= owned[here].arm < len(scene.arms)
            and owned[here].rule not in ("row-order", "row-canonical")
        )
    )
    if len(sequence) == len(canonical) or (len(sequence) >= 2 and len(canonical) > 2):
        memory.order = tuple(sequence)


def _arm_name(scene: Scene, arm: int, owner: Owner | None = None) -> str:
    if arm == ALL:
        return "both" if len(scene.arms) == 2 else "all"
    if owner and owner.mention and owner.mention.name:
        return owner.mention.name
    if arm < len(scene.arms):
        return scene.arms[arm].name
    return next(m.name for m in scene.mentions if m.arm == arm and m.name)


def _cues(
    scene: Scene, owner: Owner | None, topic: Topic | None, grade: tuple[int, int] | None
) -> tuple[Cue, ...]:
    spans: list[tuple[str, int, int]] = []
    if owner and owner.mention:
        spans.append(("arm", owner.mention.start, owner.mention.end))
    if topic and scene.sentence.start <= topic.start < scene.sentence.end:
        spans.append(("endpoint", topic.start, topic.end))
    if grade:
        spans.append(("grade", *grade))
    return tuple(Cue(role=role, start=start, end=end, quote="") for role, start, end in spans)


def _fact(
    scene: Scene, here: int, quantity: Quantity, topic: Topic | None, owned: dict[int, Owner], memory: Memory
) -> Fact | None:
    if quantity.shape in ("ratio", "difference", "points"):
        return _estimate(scene, quantity, topic, owned)
    owner = owned.get(here)
    kind = _kind(scene, quantity, topic, owner)
    if kind is None:
        return None
    grade = grade_of(scene, quantity.start, topic) if kind in ("ae_count", "deaths") else None
    related = scene.attribution if kind in ("ae_count", "deaths") else None
    timed = kind in ("rate", "mean", "median", "ae_count")
    return Fact(
        kind=kind,
        start=quantity.start,
        end=quantity.end,
        quote="",
        rule=f"{quantity.shape}:{owner.rule if owner else 'no-arm'}",
        section=scene.sentence.section,
        endpoint=_endpoint_name(kind, topic),
        arm=_arm_name(scene, owner.arm, owner) if owner else None,
        value=quantity.value,
        value_op=quantity.op if quantity.value is not None else None,
        unit=quantity.unit,
        ci_low=quantity.low,
        ci_high=quantity.high,
        ci_level=quantity.level,
        interval=quantity.interval,
        sd=quantity.sd,
        se=quantity.se,
        n=quantity.n,
        denom=quantity.denom,
        grade=grade.value if grade else _carried_grade(scene, kind, memory),
        attribution=related[0] if related else None,
        seriousness="serious" if kind == "ae_count" and topic and SERIOUS.search(topic.name) else None,
        population=scene.population,
        timepoint=timepoint(scene.text, scene.clause(quantity.start), quantity.start, quantity.end)
        if timed
        else None,
        cues=_cues(scene, owner, topic, (grade.start, grade.end) if grade else None),
    )


def _endpoint_name(kind: str, topic: Topic | None) -> str | None:
    if kind == "follow_up":
        return "follow-up"
    if topic is None:
        return None
    name = topic.name
    if kind == "deaths" and name.lower() in ("died", "deaths"):
        return "death"
    return name


def _kind(scene: Scene, quantity: Quantity, topic: Topic | None, owner: Owner | None) -> str | None:
    """The contract's kind of a value in an arm; None where the number reports no result."""
    text, at = scene.text, quantity.start
    if _is_baseline(scene, quantity):
        return None
    before = text[max(scene.sentence.start, at - 28) : at]
    if quantity.shape == "time":
        if _follow_up(scene, quantity):
            return "follow_up"
        if _CHANGE_AFTER.match(text, quantity.end):
            return None
        if _median_before(scene, at) and not (
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
        if _median_before(scene, at) and (owner or quantity.low is not None):
            timed = (
                any(q.shape == "time" and q.start < at for q in scene.quantities) and quantity.shape == "bare"
            )
            return "median_time" if timed else "median"
        return None
    if quantity.shape in ("percent", "count"):
        return _share_kind(scene, quantity, topic, owner)
    return None


def _follow_up(scene: Scene, quantity: Quantity) -> bool:
    """True for a median length of follow-up, before or after its name."""
    text, at = scene.text, quantity.start
    if quantity.value == "NR":
        return False
    if _FOLLOW_AFTER.match(text, quantity.end):
        return bool(_TYPICAL.search(text, max(scene.sentence.start, at - 60), quantity.end + 30))
    cue = None
    for cue in _FOLLOW.finditer(text, scene.sentence.start, at):
        pass
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


def _carried_grade(scene: Scene, kind: str, memory: Memory) -> str | None:
    """The grade of the sentence before, where this one speaks of "these adverse events"."""
    if (
        kind == "ae_count"
        and not scene.grades
        and _THESE.search(scene.text, scene.sentence.start, scene.sentence.end)
    ):
        return memory.grade
    return None


def _is_baseline(scene: Scene, quantity: Quantity) -> bool:
    inner = scene.around(quantity.start)
    begin = inner[0][0] if inner else scene.clause(quantity.start)
    if _WHO.match(scene.text, quantity.end):
        return True
    noun = quantity.noun or ""
    if (
        re.fullmatch(r" (?:women|men|males|females|girls|boys)", noun)
        and "age" in scene.text[scene.sentence.start : quantity.end]
    ):
        return True
    return bool(_BASELINE.search(scene.text, begin, min(scene.sentence.end, quantity.end + 22)))


def _median_before(scene: Scene, at: int) -> bool:
    return any(
        scene.sees(at, hit.start()) or hit.start() > scene.clause(at)
        for hit in _MEDIAN.finditer(scene.text, scene.sentence.start, min(at + 40, scene.sentence.end))
    )


def _mean_before(scene: Scene, at: int) -> bool:
    return any(scene.sees(at, hit.start()) for hit in _MEAN.finditer(scene.text, scene.sentence.start, at))


def _share_kind(scene: Scene, quantity: Quantity, topic: Topic | None, owner: Owner | None) -> str | None:
    """Rate, adverse-event count, deaths or plain count."""
    if quantity.value is None and quantity.denom is None:
        return _bare_count_kind(scene, quantity, topic, owner)
    if (
        quantity.shape == "percent"
        and re.search(
            r"(?:least|more than|less than|over|under|[≥≤<>]|than|by|of|up to|cut-?off of|threshold of) ?$",
            scene.text[max(0, quantity.start - 14) : quantity.start],
        )
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


_COUNT_NOUN = re.compile(
    rf"(?: [a-z-]+){{0,3}} (?:{PEOPLE}|deaths?|events?|episodes|cases|recurrences|relapses)\b"
)


def _bare_count_kind(
    scene: Scene, quantity: Quantity, topic: Topic | None, owner: Owner | None
) -> str | None:
    """A count without percentage and denominator is a result only where the sentence says of what."""
    text = scene.text
    tail = text[quantity.at : min(scene.sentence.end, quantity.at + 90)]
    if quantity.n is None or re.search(
        r"(?:grade|phase|stage|arm|group|day|week|month|year|cycle|part|level|version|table|than|least|to"
        r"|or|of|between|type|line|lines|trial|cohort|age|ages|score|aged|every|class|-) ?$",
        text[max(0, quantity.start - 12) : quantity.start],
        re.IGNORECASE,
    ):
        return None
    deaths = re.match(
        r"\S+(?: [a-z-]+){0,4} (?:deaths?|died)\b|\S+ (?:patients?|participants|women|men"
        r"|children)(?: [^.;,0-9]{0,70})? died\b",
        tail,
    )
    if deaths and (owner or re.search(r"deaths?|died", tail)):
        return "deaths"
    noun = re.match(rf"\S+ (?:[a-z-]+ ){{0,2}}(?:{PEOPLE})\b", tail)
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


_HAPPENED = re.compile(
    r"\b(?:had|experienced|developed|died|discontinued|withdrew|achieved|required|relapsed|progressed"
    r"|responded|underwent|reported|suffered|crossed|recurrence|response)\b"
)
_HAPPENED_BEFORE = re.compile(
    r"\b(?:diagnosed|occurred|developed|recorded|reported|detected|identified|observed|noted"
    r"|seen)\b(?: [a-z]+){0,2} (?:in|among|by|for) $"
)


def _estimate(scene: Scene, quantity: Quantity, topic: Topic | None, owned: dict[int, Owner]) -> Fact | None:
    if quantity.shape == "points" and not re.search(
        r"differen|increase|reduction|improve|higher|lower", scene.text[scene.sentence.start : quantity.start]
    ):
        return None
    kind = quantity.label.kind if quantity.label else "difference"
    if kind == "difference":
        if quantity.unit in ("%", "percentage points"):
            kind = "risk_difference"
        elif quantity.unit in ("months", "years", "weeks", "days") and _median_before(scene, quantity.at):
            kind = "median_difference"
        else:
            kind = "mean_difference"
    if kind == "mean_difference" and quantity.low is None and quantity.p is None:
        return None
    if kind == "risk_difference" and re.search(
        r"margin|within|±", scene.text[scene.clause(quantity.start) : quantity.start]
    ):
        return None
    of_death = quantity.label and _FOR_DEATH.search(scene.text, quantity.label.start, quantity.at)
    if topic and kind == "hazard_ratio" and (of_death or topic.name.lower() in ("death", "deaths", "died")):
        topic = _survival_before(scene, quantity.start) or topic._replace(name="overall survival")
    pair = compared(scene, quantity.start, quantity.end, owned)
    p = quantity.p or _p_before(scene, quantity)
    return Fact(
        kind=kind,
        start=quantity.start,
        end=quantity.end,
        quote="",
        rule=f"{quantity.shape}:{'pair' if pair else 'no-pair'}",
        section=scene.sentence.section,
        endpoint=topic.name if topic else None,
        arm=" vs ".join(_arm_name(scene, arm) for arm in pair) if pair else None,
        value=quantity.value,
        unit=quantity.unit,
        ci_low=quantity.low,
        ci_high=quantity.high,
        ci_level=quantity.level,
        interval=quantity.interval,
        p=p.value if p else None,
        p_sided=p.sided if p else None,
        population=scene.population,
        timepoint=timepoint(scene.text, scene.clause(quantity.start), quantity.start, quantity.end)
        if kind == "risk_difference"
        else None,
        cues=_cues(scene, None, topic, None),
    )


def _survival_before(scene: Scene, at: int) -> Topic | None:
    return next(
        (
            t
            for t in reversed(scene.topics)
            if t.kind == "survival" and t.end <= at and scene.sees(at, t.start)
        ),
        None,
    )


def _p_before(scene: Scene, quantity: Quantity) -> PValue | None:
    """The p-value beside an estimate: "(P = .006; HR, 0.5 …)", "0.64 for A versus B (P = .118)"."""
    for p in scene.ps:
        if 0 < p.start - quantity.end <= 80 and _P_AFTER_ARMS.fullmatch(scene.text[quantity.end : p.start]):
            return p
        if (
            0 <= quantity.start - p.end <= 3
            and re.fullmatch(r"[,;] ?", scene.text[p.end : quantity.start])
            and p.about is None
        ):
            return p
    return None


def _lone_p_values(
    scene: Scene, memory: Memory, owned: dict[int, Owner], found: list[Fact]
) -> Iterator[Fact]:
    attached = {q.p.start for q in scene.quantities if q.p} | {
        p.start for q in scene.quantities if q.shape == "ratio" and (p := _p_before(scene, q))
    }
    lone = [p for p in scene.ps if p.start not in attached]
    shared = _topics_in_order(scene, lone)
    for here, p in enumerate(lone):
        topic = shared[here] if shared else _p_topic(scene, p, memory, found)
        pair = compared(scene, p.start, p.end, owned)
        arm = " vs ".join(_arm_name(scene, one) for one in pair) if pair else None
        if p.about == "interaction" and topic:
            topic = topic._replace(name=f"{topic.name} (interaction)")
        if len(scene.arms) > 2 and _whole_row(scene, p):
            arm = "all"
        yield Fact(
            kind="p_value",
            start=p.start,
            end=p.end,
            quote="",
            rule="p-value",
            section=scene.sentence.section,
            endpoint=topic.name if topic else None,
            arm=arm,
            value=Decimal(p.value.lstrip("<>=")),
            p=p.value,
            p_sided=p.sided,
            cues=_cues(scene, None, topic, None),
        )


def _whole_row(scene: Scene, p: PValue) -> bool:
    """True if the p-value closes a list of three or more arms."""
    before = [
        q
        for q in scene.quantities
        if scene.clause(p.start) <= q.start < p.start and q.shape not in ("ratio", "difference")
    ]
    return len(before) >= len(scene.arms)


def _topics_in_order(scene: Scene, lone: list[PValue]) -> list[Topic]:
    """The topics of "A, B and C were better (P = .1, P = .2, and P = .3, respectively)"."""
    if len(lone) < 2 or not re.search(r"\brespectively\b", scene.text[lone[-1].end : lone[-1].end + 20]):
        return []
    before = [t for t in scene.topics if t.end <= lone[0].start and scene.sees(lone[0].start, t.start)]
    return before[-len(lone) :] if len(before) >= len(lone) else []


def _p_topic(scene: Scene, p: PValue, memory: Memory, found: list[Fact]) -> Topic | None:
    """A p-value is about what the number before it is about, unless a topic stands in between."""
    near = [q for q in scene.quantities if q.end <= p.start and scene.clause(p.start) <= q.start]
    probe = Quantity(p.start, p.end, p.start, "p")
    own = topic_of(scene, probe, memory.topic)
    if near and (own is None or own.end <= near[-1].start or own.start > p.end):
        return topic_of(scene, near[-1], memory.topic) or own
    return own


def _zeros(scene: Scene, memory: Memory, owned: dict[int, Owner], found: list[Fact]) -> Iterator[Fact]:
    for hit in _ZERO.finditer(scene.text, scene.sentence.start, scene.sentence.end):
        mention = next(
            (
                m
                for m in scene.mentions
                if 0 <= m.start - hit.end() <= 90
                and not re.search(r"[;:]|\b(?:and|but)\b|\. ", scene.text[hit.end() : m.start])
            ),
            None,
        )
        if mention is None and not hit["what"]:
            continue
        if hit["what"]:
            topic_name, kind, topic = re.sub(r"deaths$", "death", hit["what"].strip()), "deaths", None
            arm = _arm_name(scene, mention.arm) if mention else ("both" if len(scene.arms) == 2 else "all")
            if mention is None and (scope := _zero_scope(scene, hit.start())) is not None:
                arm = _arm_name(scene, scope)
        else:
            before = [
                fact
                for fact in found
                if fact.end <= hit.start() and fact.kind in ("deaths", "ae_count", "rate", "event_count")
            ]
            if not before or mention is None:
                continue
            topic_name, kind, topic = before[-1].endpoint or "", before[-1].kind, None
            arm = _arm_name(scene, mention.arm)
        related = scene.attribution
        cues = _cues(scene, Owner(mention.arm, mention, "zero"), topic, None) if mention else ()
        yield Fact(
            kind=kind,
            start=hit.start(),
            end=hit.end(),
            quote="",
            rule="stated-zero",
            section=scene.sentence.section,
            endpoint=topic_name or None,
            arm=arm,
            n=0,
            attribution=related[0] if related else None,
            cues=cues,
        )


def _zero_scope(scene: Scene, at: int) -> int | None:
    before = [m for m in scene.mentions if m.end <= at and m.start >= scene.clause(at)]
    return (
        before[-1].arm
        if len(before) == 1 and re.match(r"[, ]", scene.text[before[-1].end]) and at - before[-1].end < 25
        else None
    )
