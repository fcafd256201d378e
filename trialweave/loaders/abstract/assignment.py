"""The arms as sentences on assignment and titles list them: "randomly assigned to A or B"."""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.abstract.cued import cued, holds
from trialweave.loaders.abstract.sections import Sentence


class Phrase(NamedTuple):
    """Words that may name an arm; `pair` if they stand in a list of groups ("the A and B groups").

    `valued` if they follow a value ("75% for A"), where many things but arms can stand too.
    """

    words: str
    start: int
    end: int
    letter: str | None = None
    pair: bool = False
    valued: bool = False


GENERIC = re.compile(
    r"(?:treatment|study|trial|randomi[sz]ed|patient|age|risk|stud(?:y|ies)|intention-to-treat"
    r"|comparison|parallel|dose|three|two|oncology|cooperative|"
    r"working|research|analysis|assigned|assignment|sub|high-risk|low-risk|intermediate-risk"
    r"|prespecified|therapy|respective|larger|smaller|entire|whole|first|second|per-protocol|safety|"
    r"prognostic|age|ethnic|subgroup|matched|different|intent-to-treat|same|overall|patients|allocated"
    r"|histological|molecular|mutation|biomarker|other|corresponding|individual)",
    re.IGNORECASE,
)


TRAILING = re.compile(
    r"(?: (?:treatment|the|and|or|in|for|with|of|to|a|at|an|on|by|as|plus|given|administered|orally"
    r"|intravenously|subcutaneously|daily|weekly|once|twice|every|first|patients|tablets?|capsules?"
    r"|(?:study )?drug|per|over|respectively))+$",
    re.IGNORECASE,
)


_ASSIGN = cued(
    re.compile(
        r"(?:random(?:ly|i[sz]ed|i[sz]ation)|assigned|allocated)\b[^.;]{0,230}?\b(?:to|between"
        r"|into)(?=[ :])(?: (?:a|the) (?:\w+ ){0,2}groups?:?)?(?: be\b(?: treated)?(?: with\b)?)?"
        r"(?: (?:one of|either of)(?: the)? (?:\w+[ -]){1,4}?(?:groups|arms|regimens|treatments|schedules"
        r"|doses)[:,]?)?",
        re.IGNORECASE,
    ),
    "random|assigned|allocated",
)


_COMPARE = cued(
    re.compile(
        r"\b(?:compar(?:e|ed|es|ing)|comparison of|trial of|study of"
        r"|versions of)(?: the (?:\w+ ){0,4}(?:of|and safety of))? ",
        re.IGNORECASE,
    ),
    "compar|trial of|study of|versions of",
)


_OR = re.compile(r",? (?:or|versus|vs\.?|v) (?:to )?(?=\S)|; (?:or |and )?")


_ITEM_END = re.compile(
    r"(?:,| and| or)? (?:stratified|with stratification|using|by (?:means|a |the |central|computer|use"
    r"|random|permuted|method)|via|through|according|in (?:a |an )?[0-9]|until|before|within|beginning"
    r"|starting|for (?:up to )?(?:[0-9]|a maximum|at least|one|two|three|four|five|six|the|patients"
    r"|advanced|[a-zA-Z-]+(?: [a-zA-Z-]+){0,4} (?:cancers?|carcinomas?|melanomas?|lymphomas?"
    r"|leukemias?|disease|sarcomas?|tumors?|tumours?|myelomas?|gliomas?|prostate|breast))|every|once"
    r"|twice|three times|on days?|at a|at the|"
    r"daily|weekly|monthly|per day|each|during|given|administered|after|following|as (?:first|second"
    r"|initial|adjuvant|a )|in (?:patients|women|men|adults|children|combination(?= ?$)"
    r"|addition(?= to (?!.))|the|participants|people|(?-i:[A-Z])\w*|advanced|untreated|previously"
    r"|early|first|postmenopausal|locally|metastatic|older|elderly)|among|when|to (?:prevent|determine"
    r"|assess|evaluate|treat|compare|reduce)|if|who|which|was|were|is|are|on (?:overall|survival"
    r"|progression|disease|the|quality)|did|received|experienced|had|achieved|developed|completed"
    r"|discontinued|died|continued|followed by(?= observation)|throughout|intravenously|orally"
    r"|subcutaneously|\((?=[0-9]))\b"
    r"|:|\.(?![0-9])"
)


DOSE = re.compile(
    r"(?:,| at)?(?: a dose of)? \(?[0-9][0-9.,]*(?:[- ]?(?:to|or|-) ?[0-9.,]+)? ?(?:[mμkn]?g|mcg|Gy"
    r"|GBq|mCi|IU|U|mL|ml|units?|AUC|mmol|%)(?![a-z])(?:/(?:m\(?2\)?|kg|m²|day|d|[a-z]+)"
    r"|/[a-z]+)*(?: (?:per|/) (?:[a-z]+|m2))*(?: of body weight)?(?: (?:orally|daily|weekly"
    r"|intravenously|twice|once|subcutaneously|a|day|per|every|[0-9]+|days|weeks|on|bolus|infusion"
    r"|IV))*"
)


SCHEDULE = re.compile(
    r",? ?\b(?:(?:on|at) days? [0-9]+(?:(?:, and |, | and | to |-)[0-9]+)*(?: of (?:a|an|each"
    r"|every)[\w -]{0,20}?cycles?)?|(?:once |twice |three times )?every [0-9]+(?:[- ]?(?:to"
    r"|-) ?[0-9]+)? (?:weeks?|days?|months?|hours?)|every other \w+|"
    r"(?:once|twice|three times|thrice)[- ](?:daily|weekly|monthly|(?:a|per|every) \w+)|(?:per|a"
    r"|each) (?:day|week)|for (?:up to )?(?:a (?:total|maximum) of )?(?:[0-9]+|one|two|three|four|five"
    r"|six|eight|twelve)(?: to [0-9]+)?[- ](?:additional )?(?:years?|weeks?|months?|days?|cycles)|"
    r"of (?:the )?(?:treating )?(?:physician|investigator)'?s?'? choice|[0-9]+-(?:day|week) cycles?"
    r"|\w+ weeks on,? \w+ weeks? off)"
)


_COUNTED = re.compile(
    r"(?<=[a-z] )[0-9][0-9,]*(?: (?:patients|women|men|participants))?(?: (?:were "
    r"|was )?(?:randomly )?(?:assigned|allocated|randomi[sz]ed))? to (?:receive )?"
)


_DOSES = cued(
    re.compile(
        r"(?<![A-Za-z])(?P<drug>[A-Za-z][\w-]+) ?[\[(](?P<doses>[0-9][0-9.,]*(?: ?(?:mg|g|μg|mcg|IU"
        r"|mL)\b[^\])]*?)?(?:,? (?:or|and) |, )[0-9][^\])]{2,80}?)[\])]"
    ),
    "(0|(1|(2|(3|(4|(5|(6|(7|(8|(9|[0|[1|[2|[3|[4|[5|[6|[7|[8|[9",
)


_ONE_DOSE = re.compile(
    r"(?P<num>[0-9][0-9.,]*[0-9]|[0-9])(?: ?(?P<unit>mg|g|μg|mcg|IU|mL)\b(?P<rest>[^,0-9]{0,25}?(?=,"
    r"| or | and |$))?)?(?=,| or | and |$)"
)


_WITH_OR_WITHOUT = re.compile(
    r",? (?:with or without|with/without|±|\+/-|alone or (?:in combination )?with|and/or) "
)


def assigned(text: str, parts: list[Sentence]) -> list[list[Phrase]]:
    """The lists of phrases that sentences on assignment give: "randomly assigned to A or B".

    >>> text = "They were randomised (2:1) to receive oral abcnib 12 mg or placebo on days 1-14."
    >>> [phrase.words for phrase in assigned(text, [Sentence(0, len(text), "methods")])[0]]
    ['abcnib', 'placebo']
    """
    found = []
    for part in parts:
        if part.section in ("background", "conclusions"):
            continue
        for hit in _ASSIGN.finditer(text, part.start, part.end):
            found += _readings(text, hit.end() + 1, part.end)
            if DOSE.search(text, hit.end(), part.end):
                found += _readings(text, hit.end() + 1, part.end, doses=False)
            found += _dose_arms(text, hit.end(), part.end)
            inner = _ASSIGN.search(text, hit.start() + 12, part.end)
            if inner and inner.end() != hit.end():
                found += _readings(text, inner.end() + 1, part.end)
    return found


def counted(text: str, parts: list[Sentence]) -> list[list[Phrase]]:
    """The arms that counts tell apart: "30 were assigned to A, 31 to B, and 29 to C".

    >>> text = "We enrolled 90: 30 were assigned to advice by mail, 31 to exercise, and 29 to surgery."
    >>> [phrase.words for phrase in counted(text, [Sentence(0, len(text), "results")])[0]]
    ['advice by mail', 'exercise', 'surgery']
    """
    return [
        reading
        for part in parts
        if part.section in ("results", "abstract", "methods")
        and _ASSIGNED_WORD.search(text, part.start, part.end)
        for reading in _counted_arms(text, part.start, part.start, part.end)
    ]


_ASSIGNED_WORD = cued(
    re.compile(r"\b(?:assigned|allocated|randomi[sz]ed)\b", re.IGNORECASE),
    "assigned|allocated|randomi",
)


_TITLE_BEGIN = re.compile(r": |\b(?:of|with|comparing|and) ")


def contrasted(text: str, parts: list[Sentence]) -> list[list[Phrase]]:
    """The lists that titles and aims give: "A versus B in people with C"."""
    found = []
    for part in parts:
        if part.section == "title":
            begins = [
                part.start,
                *(part.start + hit.end() for hit in _TITLE_BEGIN.finditer(text[part.start : part.end])),
            ]
            for begin in begins:
                found += _readings(text, begin, part.end, conjunction=False)
        elif part.section in ("objective", "methods", "background", "abstract"):
            for hit in _COMPARE.finditer(text, part.start, part.end):
                found += _readings(text, hit.end(), part.end)
    return found


def blank(text: str) -> str:
    """The text with what stands in brackets blanked out, at the same offsets."""
    pieces, depth, done = [], 0, 0
    for hit in _BRACKET.finditer(text):
        at = hit.start()
        if text[at] in "([":
            pieces.append(" " * (at - done) if depth else text[done:at])
            done, depth = at, depth + 1
        elif depth:
            depth -= 1
            pieces.append(" " * (at + 1 - done))
            done = at + 1
    pieces.append(" " * (len(text) - done) if depth else text[done:])
    return "".join(pieces)


_BRACKET = re.compile(r"[()\[\]]")


_AGAINST = re.compile(r" (?:versus|vs\.?|v|compared (?:with|to)|as compared with|with) ")


_AND = re.compile(r",? and ")


_COMMA = re.compile(r", (?:and )?(?=[a-zA-Z])|; ")


def _readings(
    text: str, start: int, end: int, *, doses: bool = True, conjunction: bool = True
) -> list[list[Phrase]]:
    """The ways to read a list of arms that begins at `start`.

    Without `doses`, these tell arms apart; without `conjunction`, "A and B" is no list.
    """
    end = min(end, start + 700)
    stop = _UNTIL.search(text, start, end)
    end = stop.start() if stop and _OR.search(text, start, stop.start()) else end
    plain = blank(text[start:end])
    if _DIGIT.search(plain):
        plain = _COUNTED.sub(_spaces, plain)
        plain = DOSE.sub(_spaces, plain) if doses else plain
    if holds(plain, _SCHEDULED):
        plain = SCHEDULE.sub(_spaces, plain)
    both = _WITH_OR_WITHOUT.search(plain)
    cuts = [hit for hit in _OR.finditer(plain) if not (both and both.start() <= hit.start() < both.end())]
    readings: list[list[Phrase]] = []
    if both and (not cuts or both.start() < cuts[0].start() + 12):
        base = _item(plain, start, 0, both.start(), first=True)
        more = _item(plain, start, both.end(), len(plain))
        if base and more:
            together = Phrase(f"{more.words} plus {base.words}", more.start, more.end)
            readings.append([together, Phrase(f"{base.words} alone", base.start, base.end)])
    against = _AGAINST.search(plain)
    if against:
        pair = [
            _item(plain, start, 0, against.start(), first=True),
            _item(plain, start, against.end(), len(plain)),
        ]
        if all(pair):
            readings.append([phrase for phrase in pair if phrase])
    and_then = _AND.search(plain) if conjunction else None
    if and_then:
        pair = [
            _item(plain, start, 0, and_then.start(), first=True),
            _item(plain, start, and_then.end(), len(plain)),
        ]
        if all(pair) and not cuts:
            readings.append([phrase for phrase in pair if phrase])
    if cuts:
        bounds = [0, *[at for hit in cuts for at in (hit.start(), hit.end())], len(plain)]
        pieces = list(zip(bounds[::2], bounds[1::2], strict=True))
        readings.append(_items(plain, start, pieces))
        commas: list[tuple[int, int]] = []
        for begin, piece_end in pieces:
            since = begin
            for comma in _COMMA.finditer(plain[begin:piece_end]):
                commas.append((since, begin + comma.start()))
                since = begin + comma.end()
            commas.append((since, piece_end))
        if len(commas) != len(pieces) and cuts[-1].group()[0] in ",;":
            readings.append(_items(plain, start, commas))
        if len(pieces) == 3:
            readings.append(_items(plain, start, [(pieces[0][0], pieces[1][1]), pieces[2]]))
            readings.append(_items(plain, start, [pieces[0], (pieces[1][0], pieces[2][1])]))
    return [reading for reading in readings if len(reading) >= 2]


_DIGIT = re.compile("[0-9]")
_SCHEDULED = (
    "day",
    "daily",
    "week",
    "month",
    "year",
    "cycle",
    "every",
    "choice",
    "once",
    "twice",
    "times",
    "thrice",
)


def _spaces(hit: re.Match[str]) -> str:
    return " " * len(hit.group())


def _items(plain: str, start: int, pieces: list[tuple[int, int]]) -> list[Phrase]:
    found = []
    for number, (begin, stop) in enumerate(pieces):
        phrase = _item(plain, start, begin, stop, first=number == 0)
        if phrase:
            found.append(phrase)
    return found


_UNTIL = re.compile(r",? until (?=disease|progress|unaccept|tox|death|PD)")


_BAD = re.compile(
    r"\b(?:survival|progression-free|response|toxicity|mortality|recurrence|quality of life|patients"
    r"|were|was|randomi[sz]ed|efficacy|profile|trial|study|investigated|compared|improves?|whether"
    r"|effects?|differences?)\b|;"
)


_ITEM_LEAD = re.compile(
    r"\s*(?:(?:either|receive|receiving|undergo|undergoing|be|treated|treatment|therapy|with|to|the"
    r"|an?|of|in|one|oral)\b *|[:,-] *)*"
)


_MANNER = re.compile(
    r"^(?:oral|intravenous|subcutaneous|topical|matching|either|the|an?|concomitant) (?=\S+)"
)


_TWO_LETTERS = re.compile(r"[A-Za-z]{2}")


def _item(plain: str, start: int, begin: int, stop: int, *, first: bool = False) -> Phrase | None:
    """One arm of a list: without leading words, and cut where its name ends."""
    lead = _ITEM_LEAD.match(plain[begin:stop])
    begin += lead.end() if lead else 0
    ending = _ITEM_END.search(plain, begin + 1, stop)
    piece = plain[begin : ending.start() if ending else stop]
    words = " ".join(piece.split()).strip(" ,;:.")
    words = _MANNER.sub("", words)
    tail = TRAILING.search(words)
    words = words[: tail.start()] if tail else words
    if words.split(" ")[0] in (
        "on",
        "at",
        "in",
        "every",
        "for",
        "by",
        "as",
        "with",
        "then",
        "and",
        "followed",
        "once",
        "plus",
        "all",
        "both",
        "whereas",
        "while",
        "the",
        "or",
        "without",
        "their",
        "those",
    ) or _BAD.search(words):
        return None
    if not words or len(words.split()) > 14 or not _TWO_LETTERS.search(words) or GENERIC.fullmatch(words):
        return None
    if first and len(words.split()) > 13:
        return None
    at = start + begin + (len(piece) - len(piece.lstrip()))
    return Phrase(words, at, start + begin + len(piece.rstrip()))


_COUNT_TO = re.compile(
    r"(?<![\w.,/:-])[0-9][0-9,]*(?: (?:patients|women|men|participants|children|adults|subjects"
    r"|people))?(?: (?:were |was )?(?:randomly )?(?:assigned|allocated|randomi[sz]ed))? (?:to|received"
    r"|underwent) (?:receive |undergo |the |either )*"
)


_AND_AT_END = re.compile(r"(?:,|;)? ?(?:and )?$")


def _counted_arms(text: str, at: int, start: int, end: int) -> list[list[Phrase]]:
    """The arms of "30 were assigned to A, 31 to B, and 29 to C"."""
    hits = list(_COUNT_TO.finditer(text, max(start, at - 40), end))
    if not 2 <= len(hits) <= 7:
        return []
    plain = SCHEDULE.sub(
        lambda hit: " " * len(hit.group()),
        DOSE.sub(lambda hit: " " * len(hit.group()), blank(text[start:end])),
    )
    found = []
    for here, hit in enumerate(hits):
        stop = hits[here + 1].start() if here + 1 < len(hits) else end
        piece = _AND_AT_END.sub("", plain[hit.end() - start : stop - start])
        phrase = _item(plain, start, hit.end() - start, hit.end() - start + len(piece))
        if phrase:
            found.append(phrase)
    return [found] if len(found) == len(hits) else []


class ListedDose(NamedTuple):
    """One dose of a list: `text[start:end]`, with the unit and schedule that the list gives it."""

    number: str
    unit: str
    rest: str
    start: int
    end: int


def dose_lists(text: str, start: int, end: int) -> list[tuple[tuple[str, int, int], list[ListedDose]]]:
    """The drugs that are given in several doses, "abcnib (5, 25, or 75 mg daily)", with these.

    >>> [(drug, ones)] = dose_lists("abcnib (5, 25, or 75 mg daily)", 0, 30)
    >>> drug[0], [(one.number, one.unit, one.rest) for one in ones]
    ('abcnib', [('5', 'mg', 'daily'), ('25', 'mg', 'daily'), ('75', 'mg', 'daily')])
    """
    found = []
    for hit in _DOSES.finditer(text, start, end):
        ones: list[ListedDose] = []
        unit, rest = "", ""
        if "/" in hit["doses"]:
            continue
        for one in reversed(list(_ONE_DOSE.finditer(hit["doses"]))):
            unit = one["unit"] or unit
            rest = (one["rest"] or "").strip() if one["unit"] else rest
            at = hit.start("doses") + one.start()
            ones.insert(0, ListedDose(one["num"], unit, rest, at, at + len(one.group().rstrip())))
        if len(ones) >= 2 and unit:
            found.append(((hit["drug"], hit.start("drug"), hit.end("drug")), ones))
    return found


_OTHER_ARM = re.compile(
    r"[\])],? (?:or|and|versus|vs\.?) (?:matching |oral )?(placebo|standard [a-z]+|usual care|[a-z]+)"
)


def _dose_arms(text: str, start: int, end: int) -> list[list[Phrase]]:
    """The arms of "abcnib (5, 25, or 75 mg daily) or placebo": one for each dose."""
    found = []
    for drug, ones in dose_lists(text, start, end):
        phrases = [
            Phrase(f"{drug[0]} {one.number} {one.unit} {one.rest}".strip(), one.start, one.end)
            for one in ones
        ]
        other = _OTHER_ARM.search(text, ones[-1].end, min(end, ones[-1].end + 50))
        if other:
            phrases.append(Phrase(other[1], other.start(1), other.end(1)))
        found.append(phrases)
    return found
