"""Which drug a dose is of, and which arm is given it."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.arms.resolve import ArmName
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.words import COMMON, stems

Drug = tuple[str, int, int]
"""A drug's name and where it stands."""
_DRUG_BEFORE = re.compile(
    r"(?<![A-Za-zαβγ])(?P<drug>[A-Za-zαβγ][\w'-]*(?: [a-z]+(?=ine\b|ide\b"
    r"|ate\b))?)(?: ?[\[(][A-Za-z0-9 -]{1,14}[\])])?(?:,? (?:at|with|administered at|given at"
    r"|was administered at|was given at|dose of|at a (?:fixed |total |starting |daily "
    r"|initial )*dose(?: level)? of|in a dose of|tablets?|capsules?|was administered [a-z]+"
    r"|intravenously|orally|subcutaneously|daily|monohydrate|once daily|alone|infusion|oral"
    r"|IV)){0,3},? ?[\[(]?(?:at (?:a )?(?:fixed )?(?:dose of )?|up to |of |total dose |≤ ?)?$"
)
_DRUG_AFTER = re.compile(
    r"[\])]?(?: (?:per day|daily|once daily|twice daily))?(?:,)? (?:of )?(?:oral |intravenous "
    r"|topical |subcutaneous |adjuvant )?(?P<drug>[A-Za-z][A-Za-z-]{3,})"
)
_NOT_DRUG = frozenset(
    "or and to of with the a an than in for at by from was were is dose doses total daily least most"
    " about followed then plus per receive received less more over every between oral intravenous"
    " day days on either "
    "level levels ratio weight serum plasma creatinine hemoglobin psa below above greater increased"
    " given administered respectively once only if until each group arm radiotherapy-free within up"
    " low high both starting area count as rate rates dose-rate".split()
)
_NAMED = re.compile(
    r"(?:[a-z]+(?:mab|nib|tinib|ciclib|parib|platin|taxel|rubicin|citabine|tecan|mide|statin|prazole"
    r"|zole|trexed|trexate|poside|fosfamide|mustine|uracil|vudine|sartan|pril|olol|gliptin|gliflozin"
    r"|xaban|parin|limus|lone|sone|amine|azine|ine|in|an|ol|ate|ide|one|um|mod|stat|cept|tide|lin|ase"
    r"|ant|erol|fen|pin|mus|zumab|terone|lamide|vir|bin|acid|dronate|cin)"
    r"|[A-Z][A-Za-z]*-?[A-Z0-9][\w-]*|radiotherapy|radiation|radioiodine|irradiation|RT|FU|FA"
    r"|vitamin \w+)$"
)


def drug_beside(scene: Scene, hit: re.Match[str]) -> Drug | None:
    """The drug right before a dose, or after "of"."""
    text, start = scene.text, scene.sentence.start
    low = max(start, hit.start() - 110)
    mention = next((m for m in reversed(scene.mentions) if m.end <= hit.start()), None)
    if (
        mention
        and mention.arm >= 0
        and text[mention.end : hit.start()]
        in (" ", " (", ", ", " [", " at ", " at a dose of ", " (at a dose of ")
    ):
        words = _GROUP_WORD.sub("", text[mention.start : mention.end])
        if (
            not stems(words, {}) <= COMMON
            and not words.endswith("rate")
            and not re.search(r"[Aa]rm |[Gg]roup ", words)
        ):
            return _last_part(words, mention.start)
    before = _DRUG_BEFORE.search(text[low : hit.start()])
    if before and _can_be_drug(before["drug"], scene.arms):
        at = low + before.start("drug")
        return _whole_name(text, start, at, at + len(before["drug"]), scene.arms)
    after = _DRUG_AFTER.match(text, hit.end(), scene.sentence.end)
    if after and _can_be_drug(after["drug"], scene.arms):
        return after["drug"], after.start("drug"), after.end("drug")
    return None


def _can_be_drug(word: str, arms: list[ArmName]) -> bool:
    return (
        word.lower() not in _NOT_DRUG
        and not word.isdigit()
        and bool(_NAMED.fullmatch(word) or _names_arm(word, arms))
    )


def _last_part(words: str, start: int) -> Drug:
    """The last drug of "A plus B": the one that the dose stands at."""
    cut = max((hit.end() for hit in re.finditer(r" (?:plus|and|with|or) | ?\+ ?", words)), default=0)
    return words[cut:], start + cut, start + len(words)


def bracketed_drug(scene: Scene, hit: re.Match[str], unit: str) -> Drug | None:
    """The drug before the bracket around a dose; radiotherapy for gray; else the last drug named."""
    text, start = scene.text, scene.sentence.start
    for begin, _ in reversed(scene.around(hit.start())):
        mention = next(
            (m for m in reversed(scene.mentions) if 0 <= begin - m.end <= 1 and 0 <= m.arm < len(scene.arms)),
            None,
        )
        if mention and not text[mention.start : mention.end].endswith("rate"):
            return _first_part(_GROUP_WORD.sub("", text[mention.start : mention.end]), mention.start)
    if unit in ("Gy", "cGy"):
        found = _RADIATION.search(text, start, scene.sentence.end)
        return ("radiotherapy", *found.span()) if found else None
    if "/" in unit or scene.around(hit.start()):
        named = list(_DRUG_NAME.finditer(text, max(start, hit.start() - 110), hit.start()))
        if named:
            return named[-1].group(), named[-1].start(), named[-1].end()
    return None


def _first_part(words: str, start: int) -> Drug:
    cut = re.search(r" (?:plus|and|with|or) | ?\+ ?", words)
    return (words[: cut.start()], start, start + cut.start()) if cut else (words, start, start + len(words))


_RADIATION = re.compile(
    r"radio(?:chemo)?therapy|chemoradio|radiation|irradiat|brachytherapy|RT\b", re.IGNORECASE
)
_GROUP_WORD = re.compile(r"[ -](?:groups?|arms?|regimen|patients|treated)$")
_DRUG_NAME = re.compile(
    r"(?<![\w-])[A-Za-z-]+(?:mab|nib|ciclib|parib|platin|taxel|rubicin|citabine|tecan|trexed|trexate"
    r"|poside|fosfamide|mustine|uracil|zumab|lutamide|terone|trozole|statin|dronate|prazole|setron"
    r"|caine|vudine|limus|lone|sone|parin|xaban)(?![\w-])"
)


def _whole_name(text: str, start: int, at: int, end: int, arms: list[ArmName]) -> tuple[str, int, int]:
    """With the word before it, where both together are an arm's name ("low-dose radioiodine")."""
    before = re.search(r"([A-Za-z][\w-]*) $", text[max(start, at - 24) : at])
    if (
        before
        and any(f"{before[1]} {text[at:end]}".lower() in arm.name.lower() for arm in arms)
        and before[1].lower() not in _NOT_DRUG
    ):
        at -= len(before.group())
    return text[at:end], at, end


def _names_arm(word: str, arms: list[ArmName]) -> bool:
    found = stems(word, {})
    return (
        bool(found)
        and not found <= COMMON
        and any(found <= variant for arm in arms for variant in arm.variants)
    )


_OPENS_BRACKET = re.compile(r"[^,;()\[\]]{0,60}[\[(](?:[^()]{0,60}\[)?")


def arm_given(scene: Scene, drug: tuple[str, int, int], at: int, end: int) -> int | None:
    """The one arm that gets the dose; None if several do, or if the abstract does not say."""
    text = scene.text
    closing = next((m for m in scene.mentions if m.start >= end), None)
    if closing and 0 <= closing.arm < len(scene.arms) and _OPENS_BRACKET.fullmatch(text[end : closing.start]):
        return closing.arm
    for begin, _ in reversed(scene.around(at)):
        opening = next((m for m in reversed(scene.mentions) if m.end <= begin and begin - m.end <= 1), None)
        if opening and 0 <= opening.arm < len(scene.arms):
            return opening.arm
    spans = [here for here, arm in enumerate(scene.arms) if any(a <= at < b for a, b in arm.spans)]
    if len(spans) == 1:
        return spans[0]
    beside = [
        m.arm
        for m in scene.mentions
        if m.start <= drug[1] and drug[2] <= m.end and 0 <= m.arm < len(scene.arms)
    ]
    found = stems(drug[0], {})
    having = [
        here
        for here, arm in enumerate(scene.arms)
        if found and any(found <= variant for variant in arm.variants)
    ]
    if len(having) == 1 and having == beside[:1]:
        return having[0]
    if beside and (not having or len(having) > 1):
        return beside[0] if not having else None
    return having[0] if len(having) == 1 else None
