"""Lists of arms: "A or B", "A with or without B", "A, B, and C"."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.arms.phrases import GENERIC, Phrase, without_trailing
from trialweave.loaders.abstract.text.cued import holds

_OR = re.compile(r",? (?:or|versus|vs\.?|v) (?:to )?(?=\S)|; (?:or |and )?")
_ITEM_END = re.compile(
    r"(?:,| and| or)? (?:stratified|with stratification|using|by (?:means|a |the |central|computer|use"
    r"|random|permuted|method)|via|through|according|in (?:a |an )?[0-9]|until|before|within|beginning"
    r"|starting|for (?:up to )?(?:[0-9]|a maximum|at least|one|two|three|four|five|six|the|patients"
    r"|advanced|[a-zA-Z-]+(?: [a-zA-Z-]+){0,4} (?:cancers?|carcinomas?|melanomas?|lymphomas?"
    r"|leukemias?|disease|sarcomas?|tumors?|tumours?|myelomas?|gliomas?|prostate|breast))|every|once"
    r"|twice|three times|on days?|at a(?! dose of)|at the|"
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
    r"(?:once |twice )?daily(?= +plus )|"
    r"(?:loading|initial|maintenance) doses?(?:,? (?:and )?(?:followed by|then))?|"
    r"of (?:the )?(?:treating )?(?:physician|investigator)'?s?'? choice|[0-9]+-(?:day|week) cycles?"
    r"|\w+ weeks on,? \w+ weeks? off)"
)
_COUNTED = re.compile(
    r"(?<=[a-z] )[0-9][0-9,]*(?: (?:patients|women|men|participants))?(?: (?:were "
    r"|was )?(?:randomly )?(?:assigned|allocated|randomi[sz]ed))? to (?:receive )?"
)
_WITH_OR_WITHOUT = re.compile(
    r",? (?:with or without|with/without|±|\+/-|alone or (?:in combination )?with|and/or) "
)


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


def ways_to_read(
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
    ends = [(hit.start() - start, hit.end() - start) for hit in _GROUP_NAMED.finditer(text, start, end)]
    if len(ends) >= 2:
        begins = [0, *(hit.end() for _, stop in ends if (hit := _BETWEEN.match(plain, stop)))]
        named = [one_arm(plain, start, begin, at) for begin, (at, _) in zip(begins, ends, strict=False)]
        if all(named):
            return [[phrase for phrase in named if phrase]]
    both = _WITH_OR_WITHOUT.search(plain)
    cuts = [hit for hit in _OR.finditer(plain) if not (both and both.start() <= hit.start() < both.end())]
    readings: list[list[Phrase]] = []
    if both and (not cuts or both.start() < cuts[0].start() + 12):
        base = one_arm(plain, start, 0, both.start(), first=True)
        more = one_arm(plain, start, both.end(), len(plain))
        if base and more:
            together = Phrase(f"{more.words} plus {base.words}", more.start, more.end)
            readings.append([together, Phrase(f"{base.words} alone", base.start, base.end)])
    against = _AGAINST.search(plain)
    if against:
        pair = [
            one_arm(plain, start, 0, against.start(), first=True),
            one_arm(plain, start, against.end(), len(plain)),
        ]
        if all(pair):
            readings.append([phrase for phrase in pair if phrase])
    and_then = _AND.search(plain) if conjunction else None
    if and_then:
        pair = [
            one_arm(plain, start, 0, and_then.start(), first=True),
            one_arm(plain, start, and_then.end(), len(plain)),
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


_GROUP_NAMED = re.compile(r"\((?:the )?[A-Za-z][\w -]{1,40}[- ](?:group|arm)\)")
_BETWEEN = re.compile(r"[,;]? ?(?:(?:or|and|versus|vs\.?)(?: to)? )?")
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
        phrase = one_arm(plain, start, begin, stop, first=number == 0)
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
    r"|an?|of|in|one|oral)\b *"
    r"|(?:[0-9]+|two|three|four|five|six|eight) (?:[a-z]+ )?(?:cycles|courses) of |[:,-] *)*"
)
_MANNER = re.compile(
    r"^(?:oral|intravenous|subcutaneous|topical|matching|either|the|an?|concomitant) (?=\S+)"
)
_TWO_LETTERS = re.compile(r"[A-Za-z]{2}")


def one_arm(plain: str, start: int, begin: int, stop: int, *, first: bool = False) -> Phrase | None:
    """One arm of a list: without leading words, and cut where its name ends."""
    lead = _ITEM_LEAD.match(plain[begin:stop])
    begin += lead.end() if lead else 0
    ending = _ITEM_END.search(plain, begin + 1, stop)
    piece = plain[begin : ending.start() if ending else stop]
    words = " ".join(piece.split()).strip(" ,;:.")
    words = _MANNER.sub("", words)
    words = without_trailing(words)
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
