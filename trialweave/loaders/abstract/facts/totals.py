"""How many people the trial counts, by the ways in which this is said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialweave.loaders.abstract.arms.mentions import ALL
from trialweave.loaders.abstract.quantities.beside import PEOPLE
from trialweave.loaders.abstract.quantities.numbers import NUMBER, WORDS
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import holds

COUNT = rf"(?P<n>(?<![\w.,/:-])(?:{NUMBER})(?![\w%]|\.[0-9]|-[a-z0-9])|\b{WORDS}\b(?!-))"
ADJECTIVES = (
    r"(?: (?!(?:of|and|or|to|in|vs|versus|v|with|were|was)\b)(?:[A-Za-z][\w/()-]*|[0-9]-[0-9])){0,6}?"
)
WHO = rf"(?:(?:men and women|women and men)|{PEOPLE}|residents|outpatients|inpatients|survivors|couples)"
TOTALS = (
    (
        "total-of",
        re.compile(rf"\b[Aa] total of {COUNT}(?=(?P<noun>{ADJECTIVES} {WHO}\b|[ ,(]))"),
    ),
    (
        "people-were",
        re.compile(
            rf"{COUNT}(?P<noun>{ADJECTIVES} {WHO}\b)(?P<between>(?:[^.;0-9]"
            r"|(?:median|mean) age(?: of|,)? [0-9.]+|aged? [0-9]+(?:-"
            r"| to )[0-9]+ years?|[0-9]+ years? of age|[A-Za-z]+-?[0-9]+"
            rf"|,? [0-9]{{4}},?){{0,240}}?)(?:,? (?:were|was|had been|have been|underwent|met|received"
            r"|started|entered|who (?:were|underwent)|constituted|comprised|participated|consented|completed"
            r"|provided)) ?(?:also |eventually |subsequently |eligible and |enrolled and |included and "
            r"|(?:prospectively|finally|ultimately) )?(?P<verb>randomly (?:assigned|allocated)"
            r"|randomi[sz](?:ed|ation)|random (?:assignment|allocation)|enrolled|recruited|included|entered"
            r"|accrued|registered|allocated|assigned|treated|analy[sz]ed|evaluable|assessable|evaluated"
            r"|eligible|protocol therapy|eligibility|treatment|screened)?",
        ),
    ),
    (
        "we-assigned",
        re.compile(
            r"\b(?P<verb>randomly assigned|randomly allocated|randomi[sz]ed|enrolled|recruited|included"
            r"|assigned|accrued|registered|entered|study of|trial of|selected|analysis of|involving|involved"
            r"|analy[sz]ed(?: for| in)?|available for|evaluated|conducted in"
            rf"|performed in) (?:a total of )?{COUNT}(?P<noun>{ADJECTIVES} {WHO}\b|(?=[.,;]))",
        ),
    ),
    (
        "of-n",
        re.compile(
            r"[OA](?<!\w.)(?:(?<=O)f|(?<=A)mong|(?<=O)ut of) (?:the |all |all the "
            rf"|these )?{COUNT}(?P<noun>(?P<verb> (?:randomly assigned|randomi[sz]ed|enrolled|eligible"
            rf"|evaluable|treated|included|recruited))?{ADJECTIVES}(?: {WHO})\b"
            r"(?P<after>(?:(?: ?\([^()]{0,60}\))? (?:who were "
            r"|were )?(?:randomly assigned|randomi[sz]ed|enrolled|recruited|entered|treated|included))?))"
        ),
    ),
    (
        "number-of-arms",
        re.compile(
            r"(?:^"
            rf"|[.,:] ){COUNT}(?P<noun>) ?[\[(](?=[^()\[\]]{{0,60}}[0-9][^()\[\]]{{0,60}}[;,]"
            rf" ?[^()\[\]]{{0,60}}[0-9])[^()\[\]]{{6,160}}[\])](?: (?:were|was)) (?P<verb>treated"
            r"|randomi[sz]ed|randomly assigned|enrolled|evaluable|analy[sz]ed|eligible|included)"
        ),
    ),
    (
        "there-were",
        re.compile(
            rf"\b[Tt]here were {COUNT}(?P<noun> (?P<verb>assessable|evaluable|eligible|randomi[sz]ed"
            rf"|enrolled)\b{ADJECTIVES} {WHO}\b)"
        ),
    ),
    ("sentence-start", re.compile("")),
    (
        "population-n",
        re.compile(
            rf"(?P<noun>(?:population|set|analysis|cohort|patients)) ?[\[(][nN] ?= ?{COUNT}[\])]",
        ),
    ),
    (
        "n-were-included",
        re.compile(
            rf"{COUNT} (?:of (?:these|whom|them) )?(?:\([0-9.]+ ?%\) )?(?:were"
            r"|was|underwent) (?P<verb>randomi[sz]ation|included in the (?:[a-z-]+ )*analys[ei]s"
            r"|randomi[sz]ed|randomly assigned|enrolled|evaluable|eligible|assessable|analy[sz]ed|treated)\b"
        ),
    ),
    (
        "analysed-for",
        re.compile(
            rf"(?:data|results?) (?:could be analy[sz]ed|were available) for {COUNT}(?P<verb>)(?=[ .,;])",
        ),
    ),
)
SCREENED = re.compile(
    r" (?:(?:who|that) )?(?:(?:were|was|had been) )?(?:initially |consecutively )?(?:screened\b"
    r"|(?:assessed|evaluated|considered|examined|approached|invited) (?:for (?:eligibility|inclusion"
    r"|enrol?lment|participation)|to participate))",
    re.IGNORECASE,
)
_AT_START = re.compile(
    rf"{COUNT}(?P<noun>{ADJECTIVES} {WHO}\b)(?! (?:had|died|experienced|developed|received|in the))"
)


def places(rule: str, pattern: re.Pattern[str], scene: Scene) -> Iterator[re.Match[str]]:
    """The places of a rule; those that begin with the number are tried only where one begins."""
    start, end = scene.sentence.start, scene.sentence.end
    text = scene.text if rule in _WITH_CASE else scene.abstract.low
    if rule == "sentence-start":
        if hit := _AT_START.match(text, start, end):
            yield hit
    elif rule in _NUMBER_FIRST:
        at = start
        nexts = _NUMBER_FIRST[rule]
        for number in scene.numbers:
            if not number.in_words and not text.startswith(nexts, number.end, end):
                continue
            if number.start >= at and (hit := pattern.match(text, number.start, end)):
                at = hit.end()
                yield hit
    elif holds(scene.words, _SAID[rule]):
        yield from pattern.finditer(text, start, end)


_WITH_CASE = frozenset({"of-n", "number-of-arms", "there-were", "n-were-included"})
"""The rules that mind capitals; the others are matched against the text in lower case."""
_NUMBER_FIRST = {"people-were": (" ",), "n-were-included": (" o", " (", " w", " u")}
_SAID = {
    "total-of": ("total of",),
    "we-assigned": (
        *("random", "assigned ", "allocated ", "enrolled ", "recruited ", "included ", "accrued "),
        *("registered ", "entered ", "study of ", "trial of ", "selected ", "analysis of ", "involving "),
        *("involved ", "analyzed ", "analysed ", "available for ", "evaluated ", "conducted in "),
        "performed in ",
    ),
    "of-n": ("of ", "among "),
    "number-of-arms": (") were ", ") was ", "] were ", "] was "),
    "there-were": ("there were ",),
    "population-n": ("n=", "n ="),
    "analysed-for": ("analyzed for ", "analysed for ", "available for "),
}
"""What the sentence holds, in lower case, wherever a rule's pattern matches."""
_LIMIT = re.compile(
    r"(?:at least|more than|up to|fewer than|less than|every|grade|stage|aged?|target(?: of)?|[≥≤<>]"
    r"|to|approximately [0-9]+ to|cutoff|among|the other|remaining|another|additional|further"
    r"|(?:age|weight|bmi|score|dose|index|median|mean)(?: of| was| is|,)?) ?$",
    re.IGNORECASE,
)
_WHO_DID = re.compile(
    r"(?: ?[\[(][^()\[\]]{0,20}[\])])? (?:who )?(?:had|have|experienced|died|developed|achieved"
    r"|underwent (?!random)|received (?!at least|one or more|either|treatment|therapy"
    r"|(?:the )?(?:study|trial|protocol|assigned|allocated)))"
)
_NO_PEOPLE = re.compile(r"\b(?:cycles|specimens|samples|lesions|tumou?rs|courses|additional|other|further)\b")
_SECOND_OF_PAIR = re.compile(r"[0-9] and $")
_NOT_VERB = re.compile(
    r"\b(?:not|never)\b(?! (?:previously|been|received|have|had|eligible for|suitable|amenable))"
)
_SHARE = re.compile(r" ?[\[(]?[0-9.]*%|-| ?/")
_SHARE_ALONE = re.compile(r" ?[\[(][0-9.]+ ?%[\])]")
_SHARE_BESIDE = re.compile(r" ?[\[(][0-9.]+ ?%")


def is_total(scene: Scene, rule: str, hit: re.Match[str], value: int) -> bool:
    """True if the number counts the trial's people, not some of them."""
    text, groups = scene.text, hit.groupdict()
    before = text[max(scene.sentence.start, hit.start("n") - 24) : hit.start("n")]
    if _LIMIT.search(before) and rule != "of-n":
        return False
    noun = groups.get("noun") or ""
    if _SECOND_OF_PAIR.search(before) and rule != "of-n":
        return False
    if _NO_PEOPLE.search(noun) or (noun and _SHARE_ALONE.match(text, hit.end("noun"))):
        return False
    if _NOT_VERB.search(groups.get("between") or ""):
        return False
    after = text[hit.end("n") : hit.end("n") + 3]
    if _SHARE.match(after) or (
        _SHARE_BESIDE.match(text[hit.end("n") : hit.end("n") + 10]) and rule != "n-were-included"
    ):
        return False
    if rule == "sentence-start":
        return (
            scene.sentence.section in ("methods", "abstract")
            and value >= 10
            and not scene.quantities_with_share()
            and not any(m.arm >= 0 and m.start < hit.end() + 40 for m in scene.mentions)
        )
    if rule == "total-of" and (
        re.match(
            r" of | (?:[a-z]+ )?[(\[][0-9.]+ ?%[)\]] (?!were (?:random|assign|enrol))", text[hit.end("n") :]
        )
        or any(m.arm != ALL and hit.end() <= m.start < hit.end() + 45 for m in scene.mentions)
        or _WHO_DID.match(text, hit.end("noun") if noun.strip(" ,(") else hit.end("n"))
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
        return not re.search(r"(?<!age )\bof (?:the |these |whom )?[0-9]", groups["between"] or "")
    if rule == "of-n":
        stated = (groups.get("verb") or "") + (groups.get("after") or "")
        if re.match(
            r", [0-9][0-9,]*(?: \([0-9.]+ ?%\))? (?:were|was|received)", text[hit.end() : hit.end() + 40]
        ):
            return value >= 10
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
