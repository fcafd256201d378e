"""What a quantity is about: the endpoint or event, and the grade."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.quantities.beside import PEOPLE, Quantity
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.topics.find import Topic
from trialweave.loaders.abstract.topics.grades import Grade

_WEAK = frozenset(
    "rate rates incidence incidences event events disease cancer cancers level levels change changes"
    " increase increases decrease decreases reduction reductions improvement improvements "
    "duration outcome outcomes use function weight score scores symptom symptoms intensity ratings"
    " participation screening benefit lesion lesions control end point end points endpoint endpoints"
    " diagnosis depression syndrome appetite efficacy metastases metastasis volume".split()
)
_NOUN_BEFORE = re.compile(r"(?<![\w'/-])((?:[A-Za-z][\w'/-]*|\([A-Z]+\))(?: (?:[A-Za-z][\w'/-]*))*) ?$")
_NOUN_STOP = frozenset(
    "and or was were included include includes including as with of for in the a an to by were: vs"
    " versus than both patients had than most common followed most frequent being namely are is that"
    " mainly chiefly predominantly principally primarily mostly often notably namely"
    " at from which had more less higher lower significantly frequently".split()
)
_PREDICATE = re.compile(
    r"(?:[^.;:]|\.(?=[0-9])){0,260}?\b(?P<verb>had|have|experienced|achieved|attained|reported|developed|died"
    r"|discontinued|withdrew|completed|received|underwent|required|responded|progressed|relapsed"
    r"|remained|started|met|stopped|suffered|showed|reached|were|was)\b(?P<rest>(?: (?!(?:compared"
    r"|versus|vs|while|whereas|than)\b)[^\s,;:.()\[\]]+){0,9})"
)
_VERBLESS = frozenset(
    {
        "had",
        "have",
        "experienced",
        "reported",
        "developed",
        "achieved",
        "attained",
        "suffered",
        "showed",
        "reached",
    }
)
_DURING = re.compile(
    r"\b(?:during|at|after|before|throughout|population|patients|group|groups|arm|arms|women|men|cycle"
    r"|year|years|months|weeks)(?: [a-z]+){0,2}$"
)
_PASSIVE_SKIP = re.compile(r"^(?: (?:to be|a|an|the|any|at least one|at least|one or more|also))+(?= )")
_DIGIT = re.compile(r"[0-9]")


def topic_of(scene: Scene, quantity: Quantity, last: Topic | None) -> Topic | None:
    """The topic of a quantity: named in its own bracket, right before, in its clause, or after it."""
    at = quantity.start
    if quantity.label and quantity.shape == "ratio":
        outer = _outside_label(scene, quantity)
        if outer:
            return outer
    if quantity.noun and len(quantity.noun) > 12:
        within = [t for t in scene.subjects if quantity.start < t.start and t.end <= quantity.end]
        if len(within) == 1 and not _only_weak(within[0]):
            return within[0]
    beside = _right_after(scene, quantity)
    if beside:
        return beside
    inner = scene.around(at)[-1:]
    if inner:
        begin = inner[0][0]
        inside = [
            t
            for t in scene.subjects
            if begin < t.start and t.end <= at and scene.sees(at, t.start) and not _only_weak(t)
        ]
        since = scene.text.rfind(";", begin, at)
        current = [t for t in inside if t.start > since]
        if current:
            return current[-1]
        if inside and not _DIGIT.search(scene.text[begin : inside[-1].start]):
            return inside[-1]
        named = _before_bracket(scene, begin)
        if named:
            return named
    clause = scene.clause(at)
    before = [t for t in scene.subjects if t.end <= at and scene.sees(at, t.start)]
    here = [t for t in before if t.start >= clause]
    strong = [t for t in here if not _only_weak(t)]
    if strong:
        return _joined(scene, strong)
    if quantity.shape in ("count", "percent") and (predicate := _predicate(scene, quantity)):
        return predicate
    after = [
        t for t in scene.subjects if t.start >= quantity.end and not _only_weak(t) and scene.sees(at, t.start)
    ]
    next_clause = scene.text.find("; ", quantity.end, scene.sentence.end)
    after = [t for t in after if next_clause < 0 or t.start < next_clause]
    after = [t for t in after if sum(quantity.end <= q.start < t.start for q in scene.quantities) <= 2]
    if after and not before:
        return after[0]
    strong = [t for t in before if not _only_weak(t)]
    if strong:
        return strong[-1]
    if after:
        return after[0]
    if here:
        return here[-1]
    return _plain_subject(scene, quantity) or (None if _own_subject(scene, quantity) else last)


_SUBJECT = re.compile(
    r"(?<![\w'/-])(?P<name>[A-Za-z][\w' /-]{3,80}?)(?: \([^()]{1,40}\))? (?:occurred|developed|was|were|is"
    r"|are)(?: (?:observed|detected|seen|reported|achieved|found|noted|recorded|present|diagnosed"
    r"|higher|lower|similar|also|only|significantly|more|less|frequent|common))*(?: (?:in|on|by|for|at"
    r"|with))?(?: (?:only|about|the|approximately))* ?[\[(]?$"
)


def _plain_subject(scene: Scene, quantity: Quantity) -> Topic | None:
    """The grammatical subject of the clause: "Metastasis-positive nodes were observed in 25%"."""
    start = scene.clause(quantity.start)
    comma = scene.text.rfind(", ", start, quantity.start)
    found = _SUBJECT.search(scene.text[: quantity.start], max(start, comma + 2 if comma >= 0 else start))
    if (
        not found
        or len(found["name"].split()) > 9
        or any(m.start < found.end("name") and found.start("name") < m.end for m in scene.mentions)
    ):
        return None
    if re.match(
        r"(?:patients|there|it|this|these|we|no|both|among|in|of|at|after|during|all|most)\b",
        found["name"],
        re.IGNORECASE,
    ):
        return None
    return Topic(found.start("name"), found.end("name"), found["name"], "efficacy")


_OWN_SUBJECT = re.compile(
    r"(?:[A-Za-z][\w'-]* ){1,4}?(?:made up|accounted for|comprised|constituted|represented|formed)\b"
)
_COMMAS = re.compile(r"[ ,]*")


def _own_subject(scene: Scene, quantity: Quantity) -> bool:
    """True if the clause has a subject of its own, so that it is not about what the last one was about."""
    start = scene.clause(quantity.start)
    lead = _COMMAS.match(scene.text, start)
    return bool(_OWN_SUBJECT.match(scene.text, lead.end() if lead else start, quantity.start))


def _outside_label(scene: Scene, quantity: Quantity) -> Topic | None:
    """The endpoint of "OS (hazard ratio for death, 0.86)" and of "DFS (HR for recurrence or death, 0.89)"."""
    label = quantity.label
    if label is None or label.start < scene.sentence.start:
        return None
    within = [t for t in scene.subjects if label.end <= t.start and t.end <= quantity.at]
    if not within or _DIGIT.search(scene.text[label.end : quantity.at]):
        return None
    bracketed = bool(scene.around(label.start)) or within[-1].kind == "death"
    outer = [
        t for t in scene.subjects if bracketed and t.end <= label.start and scene.sees(label.start, t.start)
    ]
    clause = scene.clause(label.start)
    strong = [
        t
        for t in outer
        if t.kind == "survival"
        or (t.kind in ("death", "efficacy") and t.start >= clause and not _only_weak(t))
    ]
    if strong:
        return strong[-1]
    if len(within) > 1:
        return within[0]._replace(end=within[-1].end, name=scene.text[within[0].start : within[-1].end])
    return None


_TWO_WORDS = re.compile(r" (?:[a-z-]+ ){0,2}")


def _right_after(scene: Scene, quantity: Quantity) -> Topic | None:
    """The noun that a count counts: "three (3%) deaths", "two treatment-related deaths"."""
    if quantity.shape != "count":
        return None
    for topic in scene.subjects:
        if topic.start >= quantity.end:
            near = _TWO_WORDS.fullmatch(scene.text[quantity.end : topic.start]) and topic.kind in (
                "death",
                "harm",
            )
            if topic.name in ("died", "followed"):
                near = topic.name == "died" and scene.text[quantity.end : topic.start] in (
                    " ",
                    " had ",
                    " have ",
                )
            return topic if near else None
    return None


_AMONG = re.compile(
    r"(?:among|in|of|for) (?:the )?(?:patients|those|women|men|participants) (?:with|who had|having"
    r"|whose)(?: [a-z]+){0,3} $"
)


def _joined(scene: Scene, strong: list[Topic]) -> Topic:
    """The last topic, unless it only says how another one came about ("patients with a response")."""
    last = strong[-1]
    if len(strong) > 1 and _AMONG.search(scene.text[max(0, last.start - 50) : last.start]):
        return strong[-2]
    return last


def _only_weak(topic: Topic) -> bool:
    return topic.name.lower() in _WEAK


_TOKEN = re.compile(r"\S+")


def _before_bracket(scene: Scene, begin: int) -> Topic | None:
    """The name that stands right before a bracket: "dysphagia (24 [50%] …)"."""
    start = scene.clause(begin)
    for topic in reversed(scene.subjects):
        if topic.end <= begin <= topic.end + 2 and not _only_weak(topic):
            return topic
    start = max(start, begin - 80)
    found = _NOUN_BEFORE.search(scene.text, start, begin)
    if not found or not any(t.kind == "harm" and t.end <= begin for t in scene.subjects):
        return None
    kept: list[re.Match[str]] = []
    if _DURING.search(found[1]):
        return None
    for word in reversed(list(_TOKEN.finditer(found[1]))):
        if word.group().lower() in _NOUN_STOP or len(kept) == 6:
            break
        kept.append(word)
    if not kept or any(m.start < begin and m.end > found.start() + kept[-1].start() for m in scene.mentions):
        return None
    first, final = kept[-1], kept[0]
    at = found.start() + first.start()
    end = found.start() + final.end()
    if re.fullmatch(PEOPLE, scene.text[at:end]):
        return None
    return Topic(at, end, scene.text[at:end], "harm")


_LOOSE_END = re.compile(r" (?:and|in|of|with|the|a|or|for|by|to|at|from|as)*$")
_REST_END = re.compile(r" (?:and (?=[0-9])|in the |with [0-9]|at [0-9]|compared|, )")


def _predicate(scene: Scene, quantity: Quantity) -> Topic | None:
    """What the counted people did: "… patients in the A group received at least one dose"."""
    found = _PREDICATE.match(scene.text, quantity.end, scene.sentence.end)
    if not found:
        return None
    rest = found["rest"]
    rest = _LOOSE_END.sub("", rest)
    rest = _REST_END.split(rest)[0]
    verb = found["verb"]
    if verb in ("was", "were") and not rest:
        return None
    known = [t for t in scene.subjects if found.start("verb") <= t.start < found.end()]
    if known and not _only_weak(known[0]):
        return known[0]
    name = (rest if verb in _VERBLESS or verb in ("was", "were") else f"{verb}{rest}").strip()
    name = _PASSIVE_SKIP.sub("", " " + name).strip()
    if len(name) < 4:
        return None
    kind = (
        "harm"
        if verb in ("discontinued", "withdrew", "stopped")
        and "adverse" in scene.text[quantity.end : scene.sentence.end]
        else "efficacy"
    )
    return Topic(found.start("verb"), found.end(), name, kind)


def grade_of(scene: Scene, at: int, topic: Topic | None) -> Grade | None:
    """The grade that holds at `at`: the last one named before it, or one in the name right after."""
    best: Grade | None = None
    for grade in scene.grades:
        if grade.start < at and (scene.sees(at, grade.start) or _only_grade(scene, grade)):
            best = grade
    if best is None:
        after = [g for g in scene.grades if g.start >= at]
        if after and topic and topic.start >= at and abs(after[0].start - topic.start) < 80:
            best = after[0]
    return best


def _only_grade(scene: Scene, grade: Grade) -> bool:
    """True for "hypertension (any grade)": the bracket holds the grade and no number beside it."""
    inner = scene.around(grade.start)
    return bool(inner) and not _DIGIT.search(
        scene.text[inner[-1][0] : grade.start] + scene.text[grade.end : inner[-1][1]]
    )
