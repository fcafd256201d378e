"""Phrases that may name an arm: of the assigning sentence, of groups, of "A versus B"."""

from __future__ import annotations

import re
from typing import NamedTuple

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


_GROUP = re.compile(r"\b(?:groups?|arms?|cohorts?(?= of the trial))(?![\w-])")
_BEFORE_GROUP = re.compile(r"[^.;:()\[\],]{1,110}$")
_LIST_BEFORE_GROUP = re.compile(r"[^.;:()\[\]]{1,140}$")
_EDGE = frozenset(
    "the a an in of to for with were was receiving received than between from by on per at as each"
    " both either these those two three "
    "four five six all other same assigned among compared versus vs v. v vs. while which that had"
    " did and or respective no every within "
    "across neither allocated randomized patients men women participants favored favoring favored"
    " favours favoured children one any "
    "another into comparing is are study-treatment whereas but our whose despite respectively only"
    " after had".split()
)
_INNER = frozenset({"of", "with", "and", "or", "plus", "to", "in"})
_GENERIC = re.compile(
    r"(?:treatment|study|trial|randomi[sz]ed|patient|age|risk|stud(?:y|ies)|intention-to-treat"
    r"|comparison|parallel|dose|three|two|oncology|cooperative|"
    r"working|research|analysis|assigned|assignment|sub|high-risk|low-risk|intermediate-risk"
    r"|prespecified|therapy|respective|larger|smaller|entire|whole|first|second|per-protocol|safety|"
    r"prognostic|age|ethnic|subgroup|matched|different|intent-to-treat|same|overall|patients|allocated"
    r"|histological|molecular|mutation|biomarker|other|corresponding|individual)",
    re.IGNORECASE,
)
_RECEIVING = re.compile(
    r"\b(?:(?:groups?|those|arm|patients|participants|women|men|children|persons|recipients|subjects"
    r"|individuals|adults)(?: (?:who|that) (?:were )?)? ?(?:receiving|received"
    r"|assigned to(?: receive)?|allocated to(?: receive)?|undergoing|underwent|treated with|given|"
    r"randomi[sz]ed to(?: receive)?|randomly assigned to(?: receive)?|on))(?: the| an?)? (?=[A-Za-z0-9])"
)
_PHRASE_END = re.compile(
    r"[,;:.()\[\]=<>≥≤%]|\b(?:and (?=[0-9]|(?:in|those|for|from|with|who|had|were|the group|patients"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|[A-Z]?[a-z]+teen)\b)|than|compared|as compared"
    r"|versus|vs\.?|v|had|has|have|was|were|did|died|is|are|who|which|that|for|at|in|on|by|from|after"
    r"|before|during|when|while|experienced|"
    r"achieved|reported|showed|developed|until|but|because|whereas|groups?|arms?|as|did|received"
    r"|completed|discontinued|respectively|every|once|twice|daily|weekly|using|via|stratified"
    r"|according|through|throughout|plus placebo(?= and)|over|within|following|followed)\b"
)


def grouped(text: str, start: int, end: int, *, values: bool = True) -> list[Phrase]:
    """The phrases of `text[start:end]` that stand before "group" or "arm", or after "patients receiving", or (`values`) a value.

    >>> text = "longer in the abcnib plus BSC group than in the BSC group"
    >>> [phrase.words for phrase in grouped(text, 0, len(text))]
    ['abcnib plus BSC', 'BSC']
    """
    found: list[Phrase] = []
    for hit in _GROUP.finditer(text, start, end):
        plural = hit.group().endswith("s")
        pattern = _LIST_BEFORE_GROUP if plural else _BEFORE_GROUP
        before = pattern.search(text[max(start, hit.start() - 141) : hit.start()].rstrip())
        if not before:
            continue
        base = max(start, hit.start() - 141) + before.start()
        if plural:
            found.extend(_listed(text, base, hit.start()))
        elif phrase := _before(text, base, hit.start()):
            found.append(phrase)
    for hit in _RECEIVING.finditer(text, start, end):
        stop = _PHRASE_END.search(text, hit.end(), min(end, hit.end() + 90))
        phrase = _trim(text, hit.end(), stop.start() if stop else min(end, hit.end() + 90))
        if stop and stop.group() in ("groups", "arms"):
            continue
        if phrase and len(phrase.words.split()) <= 8:
            found.append(phrase)
    if not values:
        return found
    spans = [(phrase.start, phrase.end) for phrase in found]
    return found + [
        phrase
        for phrase in _with_values(text, start, end)
        if not any(a < phrase.end and phrase.start < b for a, b in spans)
    ]


_VALUED = re.compile(
    r"(?:[%)\]]|\bmonths|\bweeks|\byears|\bdays|\bpoints|[0-9]) (?:for|with|in|among|after"
    r"|on) (?:(?:the|patients|those|women|men|receiving|treated with|who received|given) )*"
    r"(?P<words>[A-Za-z][^,;:.()\[\]%<>=]{1,70}?)(?= ?(?:,|;|:|\.|\(|\[|\)|$)| and (?=-?[0-9.]|in "
    r"|for |with |those |was |were |had )| (?:versus|vs|v|compared|as compared|than|or|was|were)\b)"
)
_NOT_AN_ARM = re.compile(
    r"\b(?:survival|response|progression|PFS|OS|DFS|EFS|rates?|events?|toxicit\w+|deaths?|patients"
    r"|women|men|participants|subgroup|population|months?|years?|weeks?|days?|interaction|trend|risk"
    r"|age|"
    r"recurrence|disease|cancer|tumou?rs?|analys[ie]s|difference|all|follow-up|baseline|grade|stage"
    r"|cohort|both|arms|groups|mutation\w*|positive|negative|expression|noninferiority|which|who"
    r"|an?)\b",
    re.IGNORECASE,
)


def _with_values(text: str, start: int, end: int) -> list[Phrase]:
    """The phrases of "75% for A and 80% for B", if there are two or more in the sentence."""
    found: list[Phrase] = []
    for hit in _VALUED.finditer(text, start, end):
        phrase = _trim(text, hit.start("words"), hit.end("words"))
        if phrase and _GROUP.search(phrase.words):
            continue
        if phrase and len(phrase.words.split()) <= 6 and not _NOT_AN_ARM.search(phrase.words):
            found.append(phrase._replace(pair=True, valued=True))
    return found if len({phrase.words for phrase in found}) >= 2 else []


def _before(text: str, start: int, end: int) -> Phrase | None:
    """The phrase that ends at `end`: back to "the", or to the first word that cannot be in a name."""
    words = list(re.finditer(r"\S+", text[start:end]))
    kept: list[re.Match[str]] = []
    for word in reversed(words):
        if word.group() in "≤≥<>=":
            break
        low = word.group().lower()
        if low in _EDGE and not (low in _INNER and kept and _has_the(words, word)):
            break
        if len(kept) >= 10 or (
            low.endswith("ly") and low in ("randomly", "significantly", "only", "similarly")
        ):
            break
        kept.append(word)
    if not kept:
        return None
    return _trim(text, start + kept[-1].start(), start + kept[0].end())


def _has_the(words: list[re.Match[str]], word: re.Match[str]) -> bool:
    """True if "the" opens the phrase that this inner word stands in, with no other edge between."""
    at = words.index(word)
    for before in range(at - 1, max(-1, at - 7), -1):
        low = words[before].group().lower()
        if low == "the":
            return word.group().lower() not in ("to", "in")
        if low in _EDGE:
            return False
    return False


def _listed(text: str, start: int, end: int) -> list[Phrase]:
    """The phrases of "the A, B, and C groups"."""
    inside = text[start:end]
    opening = [
        hit.end() for hit in re.finditer(r"\b(?:[Tt]he|both|two|three|between|in|for|of|with|to) ", inside)
    ]
    tail_from = max(
        (at for at in opening if re.search(r"(?: and | or | versus | vs\.? | v |,)", inside[at:])),
        default=None,
    )
    if tail_from is None:
        return []
    pieces = list(
        re.finditer(
            r"[^,]+?(?=,? (?:and|or|versus|vs\.?|v) |,|$)(?:,? (?:and|or|versus|vs\.?|v) |, ?|$)",
            inside[tail_from:],
        )
    )
    found = []
    for piece in pieces:
        words = re.sub(r",? ?(?:and|or|versus|vs\.?|v)? ?$", "", piece.group())
        words = re.sub(r"^(?:and|or|the) ", "", words.strip())
        at = text.find(words, start + tail_from + piece.start(), end) if words else -1
        phrase = _trim(text, at, at + len(words)) if at >= 0 else None
        if phrase is None or len(phrase.words.split()) > 8 or _VERB.search(phrase.words):
            return []
        if any(word.lower() in _EDGE - _INNER for word in phrase.words.split()):
            return []
        found.append(phrase._replace(pair=True))
    return found if len(found) >= 2 else []


_VERB = re.compile(
    r"\b(?:was|were|is|are|had|met|than|between|events?|similar|function|complications?|alive|did|not"
    r"|no)\b|[≤≥<>=]"
)
_LEADING = re.compile(
    r"(?:(?:the|an?|daily|either|receive|receiving|undergo|undergoing|oral|orally|intravenous(?=ly)"
    r"|matching|matched|treatment with|therapy with|up to|[0-9]+ cycles of|(?:two|three|four|five|six"
    r"|eight) cycles of|"
    r"open-label|double-blind|assigned|allocated|randomi[sz]ed|to|in|of|with|one of|and|or|from"
    r"|initial|additional|one|both|use of|addition of|adding|topical|investigational|[0-9]+ (?:weeks"
    r"|months|years|days) of|(?:the )?effects? of|efficacy of|a combination of|the combination of"
    r"|combination of|comparing|safety of) )+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?: (?:treatment|the|and|or|in|for|with|of|to|a|at|an|on|by|as|plus|given|administered|orally"
    r"|intravenously|subcutaneously|daily|weekly|once|twice|every|first|patients|tablets?|capsules?"
    r"|(?:study )?drug|per|over|respectively))+$",
    re.IGNORECASE,
)


def _trim(text: str, start: int, end: int) -> Phrase | None:
    """Without leading and trailing words that no name begins or ends with; None if nothing remains."""
    words = text[start:end]
    lead = _LEADING.match(words)
    if lead:
        start += lead.end()
    words = text[start:end].rstrip(" ,;:-")
    tail = _TRAILING.search(words)
    if tail:
        words = words[: tail.start()]
    if (
        not words
        or len(words) < 2
        or _GENERIC.fullmatch(words)
        or not re.search(r"[A-Za-z]", words)
        or words[0] in "-/"
    ):
        return None
    if words.lower() in _EDGE:
        return None
    return Phrase(words, start, start + len(words))


_ASSIGN = re.compile(
    r"(?:random(?:ly|i[sz]ed|i[sz]ation)|assigned|allocated)\b[^.;]{0,230}?\b(?:to|between"
    r"|into)(?=[ :])(?: (?:a|the) (?:\w+ ){0,2}groups?:?)?(?: be(?: treated)?(?: with)?)?"
    r"(?: (?:one of|either of)(?: the)? (?:\w+[ -]){1,4}?(?:groups|arms|regimens|treatments|schedules"
    r"|doses)[:,]?)?",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\b(?:compar(?:e|ed|es|ing)|comparison of|trial of|study of"
    r"|versions of)(?: the (?:\w+ ){0,4}(?:of|and safety of))? ",
    re.IGNORECASE,
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
_DOSE = re.compile(
    r"(?:,| at)?(?: a dose of)? \(?[0-9][0-9.,]*(?:[- ]?(?:to|or|-) ?[0-9.,]+)? ?(?:[mμkn]?g|mcg|Gy"
    r"|GBq|mCi|IU|U|mL|ml|units?|AUC|mmol|%)(?![a-z])(?:/(?:m\(?2\)?|kg|m²|day|d|[a-z]+)"
    r"|/[a-z]+)*(?: (?:per|/) (?:[a-z]+|m2))*(?: of body weight)?(?: (?:orally|daily|weekly"
    r"|intravenously|twice|once|subcutaneously|a|day|per|every|[0-9]+|days|weeks|on|bolus|infusion"
    r"|IV))*"
)
_SCHEDULE = re.compile(
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
_DOSES = re.compile(
    r"(?P<drug>[A-Za-z][\w-]+) ?[\[(](?P<doses>[0-9][0-9.,]*(?: ?(?:mg|g|μg|mcg|IU"
    r"|mL)\b[^\])]*?)?(?:,? (?:or|and) |, )[0-9][^\])]{2,80}?)[\])]"
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
            if _DOSE.search(text, hit.end(), part.end):
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


_ASSIGNED_WORD = re.compile(r"\b(?:assigned|allocated|randomi[sz]ed)\b", re.IGNORECASE)


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


def _blank(text: str) -> str:
    """The text with what stands in brackets blanked out, at the same offsets."""
    out, depth = [], 0
    for char in text:
        depth += char in "(["
        out.append(" " if depth else char)
        depth -= char in ")]" and depth > 0
    return "".join(out)


def _readings(
    text: str, start: int, end: int, *, doses: bool = True, conjunction: bool = True
) -> list[list[Phrase]]:
    """The ways to read a list of arms that begins at `start`.

    Without `doses`, these tell arms apart; without `conjunction`, "A and B" is no list.
    """
    end = min(end, start + 700)
    stop = _UNTIL.search(text, start, end)
    end = stop.start() if stop and _OR.search(text, start, stop.start()) else end
    plain = _blank(text[start:end])
    plain = _COUNTED.sub(lambda hit: " " * len(hit.group()), plain)
    if doses:
        plain = _DOSE.sub(lambda hit: " " * len(hit.group()), plain)
    plain = _SCHEDULE.sub(lambda hit: " " * len(hit.group()), plain)
    both = _WITH_OR_WITHOUT.search(plain)
    cuts = [hit for hit in _OR.finditer(plain) if not (both and both.start() <= hit.start() < both.end())]
    readings: list[list[Phrase]] = []
    if both and (not cuts or both.start() < cuts[0].start() + 12):
        base = _item(text, plain, start, 0, both.start(), first=True)
        more = _item(text, plain, start, both.end(), len(plain))
        if base and more:
            together = Phrase(f"{more.words} plus {base.words}", more.start, more.end)
            readings.append([together, Phrase(f"{base.words} alone", base.start, base.end)])
    against = re.search(r" (?:versus|vs\.?|v|compared (?:with|to)|as compared with|with) ", plain)
    if against:
        pair = [
            _item(text, plain, start, 0, against.start(), first=True),
            _item(text, plain, start, against.end(), len(plain)),
        ]
        if all(pair):
            readings.append([phrase for phrase in pair if phrase])
    and_then = re.search(r",? and ", plain) if conjunction else None
    if and_then:
        pair = [
            _item(text, plain, start, 0, and_then.start(), first=True),
            _item(text, plain, start, and_then.end(), len(plain)),
        ]
        if all(pair) and not cuts:
            readings.append([phrase for phrase in pair if phrase])
    if cuts:
        bounds = [0, *[at for hit in cuts for at in (hit.start(), hit.end())], len(plain)]
        pieces = list(zip(bounds[::2], bounds[1::2], strict=True))
        readings.append(_items(text, plain, start, pieces))
        commas: list[tuple[int, int]] = []
        for begin, stop in pieces:
            at = begin
            for hit in re.finditer(r", (?:and )?(?=[a-zA-Z])|; ", plain[begin:stop]):
                commas.append((at, begin + hit.start()))
                at = begin + hit.end()
            commas.append((at, stop))
        if len(commas) != len(pieces) and cuts[-1].group()[0] in ",;":
            readings.append(_items(text, plain, start, commas))
        if len(pieces) == 3:
            readings.append(_items(text, plain, start, [(pieces[0][0], pieces[1][1]), pieces[2]]))
            readings.append(_items(text, plain, start, [pieces[0], (pieces[1][0], pieces[2][1])]))
    return [reading for reading in readings if len(reading) >= 2]


def _items(text: str, plain: str, start: int, pieces: list[tuple[int, int]]) -> list[Phrase]:
    found = []
    for number, (begin, stop) in enumerate(pieces):
        phrase = _item(text, plain, start, begin, stop, first=number == 0)
        if phrase:
            found.append(phrase)
    return found


_UNTIL = re.compile(r",? until (?=disease|progress|unaccept|tox|death|PD)")
_BAD = re.compile(
    r"\b(?:survival|progression-free|response|toxicity|mortality|recurrence|quality of life|patients"
    r"|were|was|randomi[sz]ed|efficacy|profile|trial|study|investigated|compared|improves?|whether"
    r"|effects?)\b|;"
)


def _item(text: str, plain: str, start: int, begin: int, stop: int, *, first: bool = False) -> Phrase | None:
    """One arm of a list: without leading words, and cut where its name ends."""
    lead = re.match(
        r"\s*(?:(?:either|receive|receiving|undergo|undergoing|be|treated|treatment|therapy|with|to|the"
        r"|an?|of|in|one|oral)\b ?|[:,-] ?)*",
        plain[begin:stop],
    )
    begin += lead.end() if lead else 0
    ending = _ITEM_END.search(plain, begin + 1, stop)
    piece = plain[begin : ending.start() if ending else stop]
    words = " ".join(piece.split()).strip(" ,;:.")
    words = re.sub(
        r"^(?:oral|intravenous|subcutaneous|topical|matching|either|the|an?|concomitant) (?=\S+)", "", words
    )
    tail = _TRAILING.search(words)
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
    if (
        not words
        or len(words.split()) > 14
        or not re.search(r"[A-Za-z]{2}", words)
        or _GENERIC.fullmatch(words)
    ):
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


def _counted_arms(text: str, at: int, start: int, end: int) -> list[list[Phrase]]:
    """The arms of "30 were assigned to A, 31 to B, and 29 to C"."""
    hits = list(_COUNT_TO.finditer(text, max(start, at - 40), end))
    if not 2 <= len(hits) <= 7:
        return []
    plain = _SCHEDULE.sub(
        lambda hit: " " * len(hit.group()),
        _DOSE.sub(lambda hit: " " * len(hit.group()), _blank(text[start:end])),
    )
    found = []
    for here, hit in enumerate(hits):
        stop = hits[here + 1].start() if here + 1 < len(hits) else end
        piece = re.sub(r"(?:,|;)? ?(?:and )?$", "", plain[hit.end() - start : stop - start])
        phrase = _item(text, plain, start, hit.end() - start, hit.end() - start + len(piece))
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


_LETTER = re.compile(
    r"(?<![\w-])(?:[Tt]reatment |[Ss]tudy )?(?P<noun>[Aa]rm|[Gg]roup|ARM"
    r"|[Cc]ohort)s? (?P<letter>[A-H](?:[0-9]|[A-Z]{1,2})?|[VXP][A-Z]?|[1-4]|I{1,3}"
    r"|IV)(?![\w-])(?!\.[0-9])"
)


def lettered(text: str, parts: list[Sentence]) -> list[Phrase]:
    """Arms that go by a letter or a number, with the words that define them where they are given.

    >>> text = "to abcnib (arm A) or placebo (arm B). In arm A, 3% fell; in arm B, 4%."
    >>> [(phrase.letter, phrase.words) for phrase in lettered(text, [Sentence(0, len(text), "methods")])]
    [('A', 'abcnib'), ('B', 'placebo')]
    """
    first: dict[str, Phrase] = {}
    times: dict[str, int] = {}
    for part in parts:
        if part.section in ("background", "conclusions", "title"):
            continue
        for hit in _LETTER.finditer(text, part.start, part.end):
            if hit["noun"].lower() == "cohort":
                continue
            letter = hit["letter"]
            times[letter] = times.get(letter, 0) + 1
            words = _definition(text, part.start, hit)
            if letter not in first or (words and not first[letter].words):
                start, end = (first[letter].start, first[letter].end) if letter in first else hit.span()
                first[letter] = Phrase(words, start, end, letter)
    if len(first) < 2 or sum(times.values()) < 3:
        return []
    return [first[letter] for letter in sorted(first)]


def _definition(text: str, start: int, hit: re.Match[str]) -> str:
    """The words before "(arm A)", or after "arm A:" and "arm A (", if they look like a name."""
    before = text[max(start, hit.start() - 120) : hit.start()]
    if before.endswith(("(", "[")) and not re.match(r",? ?[0-9]|:|, ?n", text[hit.end() : hit.end() + 4]):
        plain = _SCHEDULE.sub(" ", _DOSE.sub(" ", _blank(before[:-1])))
        piece = re.split(r"[,;:.]| (?:or|versus|vs\.?|v|to|either|receive|receiving|and|with|of) ", plain)[-1]
        phrase = _trim(piece, 0, len(piece.rstrip()))
        return (
            phrase.words
            if phrase and not re.search(r"[0-9]|\b(?:its|the|same|completion|cycles?)\b", phrase.words)
            else ""
        )
    after = re.match(
        r"(?:,|:| ?\(| received| consisted of| was|,? n ?= ?[0-9]+,)? ?(?=[A-Za-z])([^,;:.()\[\]0-9]{3,60})",
        text[hit.end() : hit.end() + 70],
    )
    if (after and text[hit.end() : hit.end() + 1] in ",:(") or text[hit.end() : hit.end() + 2] == " (":
        phrase = _trim(after[1], 0, len(after[1])) if after else None
        if (
            phrase
            and len(phrase.words.split()) <= 6
            and not re.search(r"\b(?:was|were|had|vs?|versus|and|than|arm|group)\b", phrase.words)
        ):
            return phrase.words
    return ""
