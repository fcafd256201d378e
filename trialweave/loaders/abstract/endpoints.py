"""Endpoints and adverse events as a sentence names them, with grades, time points and populations.

A name is found by its head word ("survival", "response", "neutropenia", …) and taken with the
words before it that can belong to it ("invasive disease-free survival"), and with what follows
"rate of", "time to" and their like.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from trialweave.loaders.abstract.cued import cued


class Topic(NamedTuple):
    """`text[start:end]` names an endpoint; `kind` is efficacy, survival, harm, death or follow-up."""

    start: int
    end: int
    name: str
    kind: str


_HEADS = {
    "death": r"deaths?|died|mortality|fatalit(?:y|ies)",
    "survival": r"survival|PFS|OS|DFS|EFS|RFS|MFS|DMFS|IDFS|iDFS|DDFS|LRFS|TTP|TTF|FFS|CSS|BCSS"
    r"|time to (?:[a-z-]+ ){0,4}?(?:progression|failure|recurrence|relapse|deterioration|treatment"
    r"|worsening|event|metastasis|death|response|discontinuation)",
    "follow-up": r"follow-?[ ]?up|observation time|followed",
    "harm": (
        r"[a-z]*(?:penias?|a?emias?|(?<!hepat)(?<!arthr)itis|algia|neuropath(?:y|ies)|rrho?ea|toxicit(?:y"
        r"|ies)|toxic effects|thrombosis|embolism|embolic events?|oedema|edema|dynia|phagia|pno?ea"
        r"|thyroidism|kal[ae]emia|esthesia|cytosis)|"
        r"(?:(?:serious|severe|adverse|toxic|treatment-emergent|side|unwanted|immune-related|cardiac"
        r"|cardiovascular|bleeding|skeletal-related|thrombotic|infectious|hepatic"
        r"|vascular) (?:drug )?(?:events?|effects?|reactions?))|(?:TR|TE|S|ir|IR)?AEs?(?:SIs?)?|"
        r"pain|rash|fatigue|asthenia|nausea|vomiting|emesis|headaches?|dizziness|pruritus|cough|fever"
        r"|pyrexia|chills|hypertension|hypotension|bleeding|ha?emorrhages?|infections?|sepsis|pneumonia"
        r"|perforations?|fistulas?|leaks?|leakage|"
        r"fractures?|strokes?|infarctions?|heart failure|alopecia|anorexia|appetite|weight (?:loss|gain)"
        r"|constipation|insomnia|(?:re-?)?admissions? to (?:the )?hospital"
        r"|hospital (?:re)?admissions?|hot flashes|hot flushes|xerostomia|dry mouth|erythema|flushing"
        r"|incontinence|dysfunction|complications?|morbidity|syndrome|"
        r"thromboembolism|VTE|discontinuations?|withdrawals?|dose reductions?|hospitali[sz]ations?|spasms?"
        r"|cramps|tinnitus|lymph(?:o)?edema|ulcers?|ulceration|seizures?|depression|falls|lipase|amylase"
        r"|gyna?ecomastia|myelosuppression|cardiotoxicity|"
        r"mucositis|stomatitis|transaminases?|aminotransferases?|creatinine(?: levels?)?|bilirubin"
        r"|hepatitis|arthritis|neuropathy|reactions?|scaling|pneumonitis|reoperations?|transfusions?"
        r"|malignanc(?:y|ies)|second(?:ary)? (?:primary )?cancers?|obstruction|injur(?:y|ies)"
        r"|thromboembolic events?|arrhythmias?|hypoxia|sweats?|DLTs?|HFS|ILD"
    ),
    "efficacy": (
        r"responses?|responders?|responded|remissions?|ORR|OR(?= rate)|CRR?|PR(?= rate)|pCR|MPR|DCR|CBR"
        r"|DOR|DoR|control(?!s| group| arm| patients| participants| regimen| and | \(|,|\.)|progression"
        r"|progressed|recurrences?|recurred|relapses?|relapsed|metastas[ie]s|cure|clearance|success"
        r"|failures?|eradication|"
        r"benefit|scores?|QoL|QOL|quality[- ]of[- ]life|adherence|compliance|completion|completed"
        r"|stable disease|disease progression|live births?|pregnanc(?:y|ies)|concentrations?|levels?"
        r"|duration|shedding|lesions?|"
        r"conversion|resection|resections|preservation|resolution|detection|engraftment|seroconversion"
        r"|seroresponse|efficacy|satisfaction|consumption|requirements?|length of (?:hospital )?stay"
        r"|hospital stay|blood loss|operative time|operating time|"
        r"outcome events?|outcomes?|end ?points?|alive|diagnosis|diagnoses|weight|pressure|volume|density"
        r"|reductions?|improvements?|decreases?|increases?|change|changes|uptake|screening|participation"
        r"|rates?|events?|incidence|symptoms?|intensity|ratings?|use|function|healing|dependence"
        r"|independence|abstinence|cessation|recovery|opioids?|interventions|excretion|AUC"
    ),
}
_HEAD = re.compile(
    r"(?<![\w])(?:"
    + "|".join(f"(?P<k{number}>(?:{words.lower()})(?![\\w]))" for number, words in enumerate(_HEADS.values()))
    + ")"
)
"""A head word, in a text in lower case."""
_KINDS = list(_HEADS)
_ABBREVIATED = re.compile(r"(?<![\w-])[a-z]?[A-Z][A-Za-z0-9]*[A-Z]s?(?![\w])")
_LEFT = re.compile(r"(?<![\w-])(?:[A-Za-zéïö'][\w'/]*(?:-[\w'/]+)*|\([a-z]+\)[a-z]+) $")
_LEFT_STOP = frozenset(
    "the a an year month week day of in for and or with to median mean was were had has have"
    " improved improve improves significantly longer better higher lower similar both this that"
    " these those "
    "estimated reported achieved prolonged our no grade corresponding between by on at from as than"
    " not did most common main more fewer less including such all any other "
    "showed show experienced occurred developed reduced increased? favored significant statistically"
    " difference differences compared versus vs v we an its their also only "
    "overall-? which who when where during after before until despite without patients participants"
    " women men respective corresponding key secondary primary higher-? greater shorter "
    "per among received receiving due via into about approximately annual crude observed actual"
    " calculated estimated- patient one two three four five six seven eight nine ten first second "
    "frequent frequently were-? being been is are there but while however respectively worst single"
    " superior inferior worse trend increasing decreasing improving absolute relative hazard risk"
    " because her his mainly chiefly predominantly principally primarily mostly often notably namely"
    " largely usually generally especially particularly typically "
    "additional new likely serious? least objective? group arm groups arms adding addition same"
    " greatest highest lowest produced resulted demonstrated yielded noted observed had causing"
    " leading caused attributed related-? treated developing experiencing considered possibly".split()
)
_OF = tuple(
    "rate rates incidence incidences frequency frequencies proportion proportions probability probabilities"
    " percentage percentages number duration freedom risk risks likelihood time occurrence success failure"
    " change changes increase increases decrease decreases reduction reductions loss level levels control"
    " score scores completion improvement improvements recurrence recurrences prevalence odds use quality"
    " clearance diagnosis symptom symptoms length".split()
)
_RIGHT = re.compile(
    r" (?:of|to|from|in|for|on) (?:the |a |an |any )?(?:(?!(?:patients|participants|women|men|those"
    r"|the|was|were|in|with|for|at|is|are|had|group|arm|between|and|or|who|did|which|that|as|by|than"
    r"|from|to|during|over|after|within|per|on|both|each|all|less|more"
    r"|[0-9])\b)[A-Za-z][\w'-]*(?: (?:of|or|from) (?=[a-z]))? ?){1,5}"
)
_GRADE = re.compile(
    r"(?:(?P<before>≥|>=|> or = ?|<=|≤|at least |maximum |worst )? ?)\b[Gg]rades?[- ]? ?(?P<op>≥|>=|>"
    r"|<=|≤|<|> or = ?|at least )? ?(?P<low>[0-5])(?:(?P<plus>\+)|(?:(?: ?- ?| ?/ ?| to | or | and "
    r"| through | and/or |, | ?, ?(?:or|and) )(?:grade )?(?P<high>[1-5](?!\d))(?:(?:,| ?/| or|, or"
    r"| and)? ?(?:or |and )?(?P<third>[45])(?!\d|%| ?\())?|,? (?:or|and) (?P<word>more severe|higher"
    r"|worse|above|greater|more|severer|over|lower|less)))?(?![0-9.]|%)"
    r"|(?P<any>\b(?:any|all)[- ]grades?\b)"
)
_TIMEPOINT = cued(
    re.compile(
        r"\b(?P<adjective>(?:[0-9]+(?:\.[0-9]+)?|one|two|three|four|five|six|ten|twelve)-(?:year|month"
        r"|week|day))s?\b|\b(?:at|by|after|within|over|through) (?:(?:a|the|about|approximately"
        r"|the first) )?(?P<unit>(?:months?|weeks?|years?|days?) )?(?P<num>[0-9]+(?:\.[0-9]+)?|one|two"
        r"|three|four|five|six|ten|twelve)(?(unit)|[ -](?P<unit2>years?|months?|weeks?|days?))\b"
        r"|\b(?P<num3>[0-9]+) (?P<unit3>years?|months?|weeks?|days?) after\b",
        re.IGNORECASE,
    ),
    "year|month|week|day",
)
_POPULATION = cued(
    re.compile(
        r"\b(?:in|among|for|of) (?:the )?(?:modified )?(?P<name>intention[- ]to[- ]treat"
        r"|intent[- ]to[- ]treat|ITT|per[- ]protocol|safety|eligible|evaluable|as-treated|overall"
        r"|PD-L1[- ]positive|full analysis) (?:population|analysis|set|patients|cohort)",
        re.IGNORECASE,
    ),
    "population|analysis|set|patients|cohort",
    "intent|itt|protocol|safety|eligible|evaluable|treated|overall|positive|analysis",
)
_RELATED = {
    "treatment-related": r"treatment[- ]related|related to (?:the )?(?:study )?treatment|drug[- ]related"
    r"|related to (?:the )?(?:study )?drug|considered (?:as )?(?:drug|treatment)[- ]related|(?:drug"
    r"|treatment) related|attributed to (?:the )?(?:study )?(?:treatment|drug|regimen)|TRAEs?"
    r"|toxic deaths?|attributable to",
    "any cause": r"(?:any|all)[- ]cause|regardless of (?:cause|causality|attribution)|irrespective of",
    "treatment-emergent": r"treatment[- ]emergent|TEAEs?",
    "immune-related": r"immune[- ](?:related|mediated)|irAEs?",
}
_RELATION = cued(
    re.compile(
        "|".join(f"(?P<r{number}>{words})" for number, words in enumerate(_RELATED.values())), re.IGNORECASE
    ),
    "related|attribut|trae|toxic death|cause|regardless of|irrespective of|emergent|teae|immune|irae",
)
_RELATIONS = list(_RELATED)
SERIOUS = re.compile(r"\bserious\b|\bSAEs?\b", re.IGNORECASE)


_OF_GRADE = re.compile(r" of (?:(?:any|all) )?grades?(?: [0-9]| or| any)*$")
_TEMPORAL = re.compile(
    r"\b(?:after|before|during|until|following|since|throughout|despite|naive to|history of"
    r"|risk factors? for|"
    r"(?:defined|measured|assessed|scored) (?:as|by|with)) (?:the |an? |any |their |first |both )?$",
    re.IGNORECASE,
)
_DEFINITION = cued(
    re.compile(
        r", (?:defined|measured|assessed) (?:as|by|with) (?:[^.;]|\.(?=[0-9])){5,260}?, (?=(?:was|were"
        r"|occurred|in)\b)"
    ),
    "efined|easured|ssessed",
)


class Grade(NamedTuple):
    """A grade at `text[start:end]`; `value` is the contract's band ("3-4", ">=3", "any")."""

    start: int
    end: int
    value: str


_COMPOUND = re.compile(r"-(?:free|related|specific|treated|naive|based|positive|negative)")


def topics(text: str, start: int, end: int, short: dict[str, str]) -> list[Topic]:
    """The endpoints and events that `text[start:end]` names, in order.

    >>> text = "Median invasive disease-free survival was not reached; neutropenia and decreased appetite"
    >>> [(topic.name, topic.kind) for topic in topics(text, 0, len(text), {})]
    [('invasive disease-free survival', 'survival'), ('neutropenia', 'harm'), ('decreased appetite', 'harm')]
    """
    found: list[Topic] = []
    covered, low = start, text[:end].lower()
    asides = (
        [hit.span() for hit in _DEFINITION.finditer(text, start, end)] if "efined" in text[start:end] else []
    )
    for token in _TOKEN.finditer(text, start, end):
        if token.start() < covered or not _may_begin(token.group()):
            continue
        hit = _HEAD.match(low, token.start())
        if not hit or any(a <= hit.start() < b for a, b in asides):
            continue
        word = text[hit.start() : hit.end()]
        if not word.isupper() and word.lower() in _ONLY_UPPER and word not in ("AEs", "DoR"):
            continue
        kind = _KINDS[int((hit.lastgroup or "k0")[1:])]
        if hit.start() and text[hit.start() - 1] == "-" and kind not in ("survival", "death", "harm"):
            continue
        begin = _leftwards(text, start, hit.start(), covered)
        if _TEMPORAL.search(text, max(start, begin - 30), begin):
            continue
        stop = hit.end()
        if word.lower().endswith(_OF) and (right := _RIGHT.match(text, stop, end)):
            stop = right.start() + len(right.group().rstrip(" ,"))
            inner = _HEAD.search(low, hit.end(), stop)
            if inner:
                kind = _KINDS[int((inner.lastgroup or "k0")[1:])] if kind == "efficacy" else kind
        if _COMPOUND.match(text[stop : stop + 12]) and kind != "survival":
            continue
        name = _OF_GRADE.sub("", _expanded(text[begin:stop], short))
        found.append(Topic(begin, stop, name, kind))
        covered = stop
    for hit in _ABBREVIATED.finditer(text, start, end) if short else ():
        long = short.get(hit.group()) or short.get(hit.group().rstrip("s"))
        if not long or any(topic.start < hit.end() and hit.start() < topic.end for topic in found):
            continue
        heads = list(_HEAD.finditer(long.lower()))
        if heads:
            found.append(Topic(hit.start(), hit.end(), long, _KINDS[int((heads[-1].lastgroup or "k0")[1:])]))
    return sorted(found)


_ONLY_UPPER = frozenset({"os", "or", "cr", "pr", "aes", "ae", "dor", "css", "auc"})
_TOKEN = re.compile(r"(?<![\w])[A-Za-z]+")
_BEGINS_SEVERAL = frozenset(
    "time toxic serious severe adverse treatment side unwanted immune cardiac cardiovascular"
    " bleeding skeletal thrombotic infectious hepatic "
    "vascular heart weight hot dry dose second secondary stable disease quality length hospital"
    " blood operative operating outcome end live admission admissions readmission readmissions re "
    "follow observation creatinine thromboembolic or pr".split()
)


@lru_cache(maxsize=1 << 16)
def _may_begin(word: str) -> bool:
    """True if an endpoint's head can begin with this word."""
    return word.lower() in _BEGINS_SEVERAL or bool(_HEAD.match(word.lower()))


def _expanded(name: str, short: dict[str, str]) -> str:
    last = name.rpartition(" ")[2]
    if name in short:
        return short[name]
    if last in short and any(char.isupper() for char in last):
        return name[: len(name) - len(last)] + short[last]
    return name


_PERIOD = re.compile(r"(?:[0-9]+|one|two|three|four|five)-(?:year|month|week|day)s?")


def _leftwards(text: str, start: int, at: int, covered: int) -> int:
    """Back over the words that can belong to the name whose head stands at `at`."""
    low = max(start, covered)
    for _ in range(6):
        before = _LEFT.search(text, max(low, at - 32), at)
        if not before:
            break
        word = before.group().strip()
        if word.lower() in _LEFT_STOP or _PERIOD.fullmatch(word.lower()) or word[0].isdigit():
            break
        at = before.start()
    return at


def grades(text: str, start: int, end: int) -> list[Grade]:
    """The grades that `text[start:end]` names.

    >>> text = "grade 3 or 4; grade ≥ 3; grade 2 or worse; any-grade; grades 3-5"
    >>> [grade.value for grade in grades(text, 0, len(text))]
    ['3-4', '>=3', '>=2', 'any', '3-5']
    """
    found: list[Grade] = []
    if "rade" not in text[start:end]:
        return found
    for hit in _GRADE.finditer(text, start, end):
        if hit["any"]:
            found.append(Grade(hit.start(), hit.end(), "any"))
            continue
        begin = hit.start() + (len(hit.group()) - len(hit.group().lstrip()))
        low, high = hit["low"], hit["third"] or hit["high"]
        op = (hit["op"] or hit["before"] or "").strip()
        if hit["word"] in ("lower", "less") or op in ("≤", "<="):
            value = f"<={low}"
        elif hit["plus"] or hit["word"] or op in ("≥", ">=", "> or =", "at least"):
            value = f">={low}"
        elif op == ">":
            value = f">={int(low) + 1}"
        else:
            value = f"{low}-{high}" if high and high > low else low
        found.append(Grade(begin, hit.end(), value))
    return found


def timepoint(text: str, start: int, at: int, end: int) -> str | None:
    """The last time point named before `at`, or the first one shortly after it.

    >>> timepoint("the 2-year DFS was 30%", 0, 19, 22)
    '2 years'
    """
    best = None
    for hit in _TIMEPOINT.finditer(text, start, min(end, at + 60)):
        if hit.start() > at and best:
            break
        best = hit
    if best is None:
        return None
    if best["adjective"]:
        number, unit = best["adjective"].split("-")
        return f"{_FIGURE.get(number.lower(), number)} {unit}{'' if number in ('1', 'one') else 's'}"
    number = best["num"] or best["num3"]
    unit = (best["unit2"] or best["unit3"] or best["unit"]).strip()
    return f"{unit} {number}" if best["unit"] else f"{_FIGURE.get(number.lower(), number)} {unit}"


_FIGURE = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "ten": "10",
    "twelve": "12",
}


def population(text: str, start: int, end: int) -> str | None:
    """The analysis population that `text[start:end]` names, if any."""
    found = _POPULATION.search(text, start, end)
    return found["name"].lower() if found else None


def attribution(text: str, start: int, end: int) -> tuple[str, int, int] | None:
    """Whether events are said to be related to treatment, and where this is said.

    >>> attribution("were considered drug related", 0, 28)
    ('treatment-related', 5, 28)
    """
    found = _RELATION.search(text, start, end)
    return (_RELATIONS[int((found.lastgroup or "r0")[1:])], found.start(), found.end()) if found else None
