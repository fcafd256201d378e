"""Doses: a number with a dose unit beside a drug, with the schedule that follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialweave.loaders.abstract.arms.dose_lists import dose_lists
from trialweave.loaders.abstract.facts.drugs import Drug, arm_given, bracketed_drug, drug_beside
from trialweave.loaders.abstract.facts.naming import arm_name
from trialweave.loaders.abstract.quantities.numbers import NUMBER, decimal
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import holds
from trialweave.records import Cue, Fact

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
_AMOUNT = re.compile(
    r"[0-9][ -]?(?:[mμkn]?g|mcg|Gy|cGy|[GM]Bq|mCi|[kM]?IU|MU|U|units?|m[lL]|m?mol|μmol|million|PFU)\b"
)
_AREA = ("AUC", "area under")
_AROUND = " ,;)(]"
_LAB = re.compile(
    r"(?:level|levels|concentration|serum|plasma|antigen|PSA|creatinine|h[a]?emoglobin|bilirubin"
    r"|albumin|glucose|cholesterol|count|clearance|BMI|intake|excretion|mean|median|[<>≥≤]|less than"
    r"|more than|below|above|morphine|consum\w*|loss|required)[^.;0-9]{0,30}$",
    re.IGNORECASE,
)
_LAB_UNIT = re.compile(r"^(?:[nμ]g/mL|[nμ]?mol|mg/dL|g/dL|mmol/L|ng|U/L|IU/L|mL|ml|g/L|U|L)$")


def doses(scene: Scene) -> Iterator[Fact]:
    """The doses of a sentence, in normalised offsets.

    A number with a unit is a dose only beside a drug: before it ("abcnib 12 mg") or after it
    ("12 mg of abcnib"); "PSA 10 ng/mL" is none.
    """
    text, start, end = scene.text, scene.sentence.start, scene.sentence.end
    if scene.sentence.section in ("conclusions", "funding", "registration"):
        return
    if not holds(text[start:end], _AREA) and not _AMOUNT.search(text, start, end):
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
        drug = drug_beside(scene, hit) or (last if again else None) or bracketed_drug(scene, hit, unit)
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
    arm = arm_given(scene, drug, *at)
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
