"""Doses: a number with a dose unit beside a drug, with the schedule that follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialweave.loaders.abstract.arms import ArmName
from trialweave.loaders.abstract.assignment import dose_lists
from trialweave.loaders.abstract.naming import arm_name
from trialweave.loaders.abstract.numbers import NUMBER, decimal
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.words import COMMON, stems
from trialweave.records import Cue, Fact

Drug = tuple[str, int, int]
"""A drug's name and where it stands."""

_UNIT = (
    r"(?:(?:m|μ|mc|k)?g|Gy|cGy|[GM]Bq|mCi|[kM]?IU|MU|U|units?|mL|ml|mmol|μmol|million units|AUC|PFU|mcg)"
    r"(?:/(?:m\(2\)|m2|m²|kg|mL|ml|d|day|dose|h|L)|(?: ?·? ?m-2)| per (?:square meter|kilogram|m2|kg"
    r"|milliliter)(?: of body[- ](?:surface[- ]area|weight))?)*(?:/(?:d|day|week)|(?: per (?:day|week"
    r"|dose)))?"
)
_DOSE = re.compile(
    rf"(?<![\w.,/-])(?P<low>{NUMBER})(?: ?{_UNIT})?(?:(?: ?- ?| to "
    rf"| or )(?P<high>{NUMBER}))?[ -]?(?P<unit>{_UNIT})(?![\w%])(?!/)"
    r"|(?:area under the (?:concentration-time |plasma |concentration |time-concentration )*curve"
    rf"|\bAUC)(?: ?[\[(]AUC[\])])?(?: of| =|,)? ?(?P<auc>{NUMBER})(?:(?: ?- ?"
    rf"| to )(?P<auc_high>{NUMBER}))?(?P<auc_unit> mg/mL (?:per |· ?|x |× )?min| mg ?[·.×] ?min/mL)?"
)
_SCHEDULE = re.compile(
    r"[\])]?(?: (?:per|a|each) day|/d(?:ay)?)?,? ?(?:(?:\((?:[^()]{0,40})\) )?(?:intravenously|orally"
    r"|subcutaneously|subcutaneous|intramuscularly|IV|bolus|infusion|(?:oral|intravenous) (?:infusion"
    r"|bolus)|by mouth|over [0-9]+ (?:minutes|min|hours?|h)|"
    r"(?:(?:once|twice|two times|three times|thrice|four times)[ -]?(?:daily|weekly|monthly|(?:a|per"
    r"|every|each) (?:day|week|month)|every [0-9]+ \w+)?|daily|weekly|monthly|every other (?:day|week)"
    r"|every (?:[0-9]+|two|three|four|six|eight|12)(?:[- ]?(?:to|-) ?[0-9]+)? ?-?(?:weeks?|days?"
    r"|hours?|months?)|q[0-9]+ ?[whd]|(?:per|a) day|per week|once|"
    r"on days? [0-9]+(?:(?:,| to| and|-| through|, and) ?[0-9]+)*(?: (?:of|in|every"
    r"|repeated every) (?:each |every |a |an )?(?:[0-9]+[- ](?:day|week)s?(?: cycles?)?|cycles?"
    r"|treatment cycle|therapy))?|(?:\(?repeated )?every [0-9]+ (?:days|weeks)\)?"
    r"|\\(repeated every [0-9]+ (?:days|weeks)\\)|of (?:each|every|a|an) [0-9]*[- ]?(?:day"
    r"|week)?[- ]?cycles?|"
    r"for (?:up to |a (?:maximum|total) of )?(?:[0-9]+|one|two|three|four|five|six|seven|eight|nine"
    r"|ten|twelve)(?: to [0-9]+| or [0-9]+)? (?:cycles|days?|weeks?|months?|years?|doses)|in (?:[0-9]+"
    r"|one|five|two|three) (?:daily )?fractions(?: over [0-9.]+(?:-[0-9.]+)? weeks?)?|loading dose"
    r"|maintenance(?: dose)?|until [a-z]+(?: [a-z]+){0,2}))[,;]? ?(?:and |then )?)*"
)
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
_GATE = re.compile(
    r"[0-9][ -]?(?:[mμkn]?g|mcg|Gy|cGy|[GM]Bq|mCi|[kM]?IU|MU|U|units?|m[lL]|m?mol|μmol|million|PFU)\b"
    r"|AUC|area under"
)
_AROUND = " ,;)(]"
_LAB = re.compile(
    r"(?:level|levels|concentration|serum|plasma|antigen|PSA|creatinine|h[a]?emoglobin|bilirubin"
    r"|albumin|glucose|cholesterol|count|clearance|BMI|intake|excretion|mean|median|[<>≥≤]|less than"
    r"|more than|below|above|morphine|consum\w*|loss|required)[^.;0-9]{0,30}$",
    re.IGNORECASE,
)
_LAB_UNIT = re.compile(r"^(?:[nμ]g/mL|[nμ]?mol|mg/dL|g/dL|mmol/L|ng|U/L|IU/L|mL|ml|g/L|U|L)$")
_NAMED = re.compile(
    r"(?:[a-z]+(?:mab|nib|tinib|ciclib|parib|platin|taxel|rubicin|citabine|tecan|mide|statin|prazole"
    r"|zole|trexed|trexate|poside|fosfamide|mustine|uracil|vudine|sartan|pril|olol|gliptin|gliflozin"
    r"|xaban|parin|limus|lone|sone|amine|azine|ine|in|an|ol|ate|ide|one|um|mod|stat|cept|tide|lin|ase"
    r"|ant|erol|fen|pin|mus|zumab|terone|lamide|vir|bin|acid|dronate|cin)"
    r"|[A-Z][A-Za-z]*-?[A-Z0-9][\w-]*|radiotherapy|radiation|radioiodine|irradiation|RT|FU|FA"
    r"|vitamin \w+)$"
)


def doses(scene: Scene) -> Iterator[Fact]:
    """The doses of a sentence, in normalised offsets.

    A number with a unit is a dose only beside a drug: before it ("abcnib 12 mg") or after it
    ("12 mg of abcnib"); "PSA 10 ng/mL" is none.
    """
    text, start, end = scene.text, scene.sentence.start, scene.sentence.end
    if scene.sentence.section in ("conclusions", "funding", "registration"):
        return
    if not _GATE.search(text, start, end):
        return
    last: Drug | None = None
    taken = start
    for fact in _listed(scene):
        taken = fact.end
        yield fact
    for hit in _DOSE.finditer(text, taken, end):
        unit = (hit["unit"] or "").strip()
        if hit.start() < taken or not (hit["auc"] or _is_dose(scene, hit, unit)):
            continue
        again = (
            last is not None and hit.start() - taken < 60 and bool(_AGAIN.search(text[taken : hit.start()]))
        )
        if last and text[taken : hit.start()].strip() in ("[", "(", "=") and not again:
            continue
        drug = _drug(scene, hit) or (last if again else None) or _bracketed_drug(scene, hit, unit)
        if drug is None:
            continue
        last, taken = drug, hit.end()
        low, high = hit["low"] or hit["auc"], hit["high"] or hit["auc_high"]
        yield _dose(
            scene,
            drug,
            (hit.start(), hit.end()),
            low,
            high,
            "AUC" if hit["auc"] else unit,
            _schedule(scene, hit.end()),
        )


def _dose(
    scene: Scene,
    drug: Drug,
    at: tuple[int, int],
    low: str,
    high: str | None,
    unit: str,
    schedule: tuple[str, str, int, int] | None,
) -> Fact:
    arm = _arm_of(scene, drug, *at)
    return Fact(
        kind="dose",
        start=at[0],
        end=at[1],
        quote="",
        rule="dose",
        section=scene.sentence.section,
        endpoint=scene.short.get(drug[0], drug[0]),
        arm=arm_name(scene, arm) if arm is not None else None,
        value=decimal(low),
        high=decimal(high) if high else None,
        unit=unit.replace("m(2)", "m2"),
        schedule=schedule[1] if schedule else None,
        cues=(Cue(role="drug", start=drug[1], end=drug[2], quote=""), *_schedule_cue(schedule)),
    )


_PLUS_MINUS_BEFORE = re.compile(r"± ?$|\+/- ?$")


_PLUS_MINUS = re.compile(r" ?±")


def _is_dose(scene: Scene, hit: re.Match[str], unit: str) -> bool:
    """True unless the number is a laboratory value, a result, or a limit."""
    text, start = scene.text, scene.sentence.start
    if scene.sentence.section == "results" and unit != "Gy" and not _DOSING.search(text, start, hit.start()):
        return False
    if _PLUS_MINUS_BEFORE.search(text[max(start, hit.start() - 5) : hit.start()]) or _PLUS_MINUS.match(
        text[hit.end() : hit.end() + 2]
    ):
        return False
    return not _LAB.search(text[max(start, hit.start() - 40) : hit.start()]) and not _LAB_UNIT.match(unit)


def _listed(scene: Scene) -> Iterator[Fact]:
    """The doses of "abcnib (5, 25, or 75 mg daily)"."""
    if scene.sentence.section == "results":
        return
    for drug, ones in dose_lists(scene.text, scene.sentence.start, scene.sentence.end):
        for one in ones:
            schedule = ("schedule", one.rest, one.end - len(one.rest), one.end) if one.rest else None
            yield _dose(scene, drug, (one.start, one.end), one.number, None, one.unit, schedule)


_DOSING = re.compile(r"\b(?:received|receive|assigned|randomi[sz]ed|administered|given|dose of)\b")
_AGAIN = re.compile(
    r"(?:^|[ ,;])(?:or|and|then|followed by|to|vs\.?|versus|v|plus|dose|,|;)(?: (?:a|at|an|the|dose"
    r"|maintenance|loading|initial|of))* $|, $"
)


def _schedule(scene: Scene, at: int) -> tuple[str, str, int, int] | None:
    """The schedule after a dose: how it is given ("schedule"), its words, where they stand.

    Where both arms share it ("abcnib 12 mg or placebo on days 1-14"), it is a "shared schedule".
    """
    found, role = _SCHEDULE.match(scene.text, at, scene.sentence.end), "schedule"
    if not found or not found.group().strip(_AROUND):
        other = next((m for m in scene.mentions if m.start >= at), None)
        if other is None or not re.fullmatch(
            r" (?:or|versus|vs\.?|and) (?:matching |matched |oral |an? )*", scene.text[at : other.start]
        ):
            return None
        found, role = _SCHEDULE.match(scene.text, other.end, scene.sentence.end), "shared schedule"
    words = found.group().strip(_AROUND) if found else ""
    if not found or not words:
        return None
    start = scene.text.index(words, found.start())
    if "(" in words and ")" not in words and scene.text[start + len(words) : start + len(words) + 1] == ")":
        words += ")"
    return role, words, start, start + len(words)


def _schedule_cue(schedule: tuple[str, str, int, int] | None) -> tuple[Cue, ...]:
    return (Cue(role=schedule[0], start=schedule[2], end=schedule[3], quote=""),) if schedule else ()


def _drug(scene: Scene, hit: re.Match[str]) -> Drug | None:
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


def _bracketed_drug(scene: Scene, hit: re.Match[str], unit: str) -> Drug | None:
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


def _arm_of(scene: Scene, drug: tuple[str, int, int], at: int, end: int) -> int | None:
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
