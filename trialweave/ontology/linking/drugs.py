"""Labels of drugs: what a label may be looked up as, and into which drugs a regimen falls apart."""

from __future__ import annotations

import re

from trialweave.ontology.linking.forms import Form, Reading, distinct

IN_BRACKETS = "parts in brackets"
"""The rule that reads the parts of a regimen from the brackets after its name."""

_NO_DRUG = re.compile(r"\b(?:placebos?|sham|vehicle|dummy|no (?:treatment|intervention))\b", re.IGNORECASE)
_EITHER = re.compile(r"\b(?:or|versus|vs\.?|and/or|without|minus|then)\b", re.IGNORECASE)
_TOGETHER = re.compile(
    r"\s*(?:\s+(?:plus|and|with|in combination with|combined with|followed by)\s+|"
    r"[+&;,]|(?<=[a-z\d])\s*/\s*(?=[a-z]))\s*",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[®™©]|\((?:R|TM)\)|(?<=[a-z])TM\b")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")

_UNIT = (
    r"(?:mg|mcg|µg|μg|ug|ng|g|kg|grams?|milligrams?|micrograms?|m?l|milliliters?|liters?|cc|iu|miu|units?|"
    r"u|meq|mmol|mol|mci|gbq|mbq|gy|ppm|%|percent|auc|tablets?|capsules?|drops?|puffs?|hours?|hrs?|h|days?|"
    r"weeks?|wks?|months?|minutes?|min|years?|doses?|cycles?|fold|x)"
)
_DOSE = re.compile(
    rf"(?:(?<=[\s,;(])|^)[<>≤≥~]?\s*\d[\d,.]*(?:\s*(?:-|–|to|/)\s*\d[\d,.]*)?\s*-?{_UNIT}"
    rf"(?:\s*(?:/|per)\s*(?:\d[\d.]*\s*)?(?:{_UNIT}|m\^?2|m²|body weight|day|dose))*(?=$|[\s,;)/.+])|"
    r"\bAUC\s*=?\s*\d[\d.]*",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"(?:(?<=[\s,;(/-])|^)(?:"
    r"(?:once|twice|thrice|three times|one time|four times)(?:[\s-]+(?:a|per))?"
    r"(?:[\s-]+(?:daily|day|weekly|week|monthly))?|"
    r"every (?:\d+|other|two|three|four) (?:hours?|days?|weeks?|months?)|q\d*[dwh]|"
    r"qd|bid|tid|qid|b\.i\.d\.?|prn|qhs|"
    r"daily|weekly|biweekly|monthly|nightly|as needed|"
    r"oral(?:ly)?|per os|p\.?o\.?|intravenous(?:ly)?|i\.?v\.?|intramuscular(?:ly)?|i\.?m\.?|"
    r"subcutaneous(?:ly)?|"
    r"s\.?c\.?|sublingual|buccal|topical|transdermal|inhaled|inhalation(?:al)?|intranasal|nasal|ophthalmic|"
    r"intravitreal|intrathecal|intraperitoneal|intra-?articular|intradermal|epidural|rectal|vaginal|"
    r"tablets?|tabs?|capsules?|caps|caplets?|pills?|injections?|injectables?|infusions?|infusional|bolus|"
    r"solutions?|suspensions?|syrup|elixir|cream|ointment|gel|lotion|foam|patch(?:es)?|spray|drops|"
    r"powder|granules|"
    r"suppositor(?:y|ies)|lozenges?|nebuli[sz]ed|inhaler|lyophili[sz]ed|film-coated|"
    r"(?:extended|sustained|delayed|controlled|immediate|modified|prolonged|slow)[\s-]release|"
    r"ER|XR|SR|IR|XL|CR|MR|"
    r"treatment|therapy|monotherapy|mono-therapy|administration|regimen|arm|group|only|alone|"
    r"(?:low|high|standard|full|reduced|fixed|single|multiple|medium|maintenance|loading|intermediate|"
    r"higher|lower)"
    r"[\s-]+doses?|dose|dosage|adjuvant|neoadjuvant|generic|open[\s-]label|blinded|active|experimental|"
    r"study drug|investigational product|drug|formulation|for"
    r")(?=$|[\s,;)/-])[\s,;-]*",
    re.IGNORECASE,
)
_FORMULATION = re.compile(
    r"\b(?:liposom(?:e|al)(?:[\s-]+encapsulated)?|pegylated|peg|nab|nanoparticle albumin[\s-]bound|"
    r"albumin[\s-]bound|encapsulated|micellar|depot)\b[\s-]*",
    re.IGNORECASE,
)
_RECOMBINANT = re.compile(r"\b(?:recombinant|therapeutic)(?:\s+human)?\s+|,?\s+recombinant$", re.IGNORECASE)
_REGIMEN = re.compile(r"\s+(?:regimen|chemotherapy|protocol|combination)$", re.IGNORECASE)
_SALT = re.compile(
    r"\s+(?:(?:di|mono|tri|hemi|sesqui)?(?:hydrochloride|hydrobromide|mesyl?ate|dimesylate|methanesulfonate|"
    r"besyl?ate|tosylate|malate|maleate|sul(?:f|ph)ate|bisulfate|phosphate|citrate|tartrate|"
    r"bitartrate|fumarate|"
    r"succinate|acetate|lactate|gluconate|nitrate|bromide|chloride|iodide|oxalate|pamoate|xinafoate|esylate|"
    r"edisylate|napsylate|hydrate|trihydrate|dihydrate|anhydrous|hemihydrate)|hcl|dihydrochloride|"
    r"(?:di|mono)?(?:sodium|potassium)|calcium|magnesium|tromethamine|meglumine|dipotassium|"
    r"trometamol|arginine)$",
    re.IGNORECASE,
)
_SALT_BASES = {
    "sodium", "potassium", "calcium", "magnesium", "zinc", "iron", "ferrous", "ferric", "lithium", "aluminum",
    "aluminium", "ammonium", "copper", "silver", "gold", "strontium", "barium", "bismuth", "manganese",
    "cobalt", "chromium", "selenium", "lanthanum", "choline", "hydrogen", "methyl", "ethyl", "benzalkonium",
    "saline", "cetylpyridinium", "nitrous", "ascorbic", "tin", "technetium", "radium", "rubidium", "thallium",
}  # fmt: skip
_NO_DRUG_ALONE = {
    "chemotherapy", "vaccine", "vaccines", "antibody", "antibodies", "cells", "hormone", "water", "oil",
    "blood",
    "protein", "combination", "control", "radiation", "standard", "care", "best supportive care",
    "supplement",
    "vitamin", "capsule", "solution", "diet", "food", "product", "comparator", "reference", "test", "device",
}  # fmt: skip


def reading(label: str) -> Reading:
    """What a label of a drug may be looked up as, and its parts where it names several.

    Dose, route, form, brand and salt are taken off, one after the other. A label that leaves open which
    drug is given ("A or B"), or that is none ("Placebo to A"), has no reading.

    >>> [form.text for form in reading("Sunitinib malate 50 mg capsule, oral").forms]
    ['Sunitinib malate 50 mg capsule, oral', 'Sunitinib malate', 'Sunitinib']
    >>> [part[0].text for part in reading("FOLFOX + bevacizumab").parts]
    ['FOLFOX', 'bevacizumab']
    >>> reading("Placebo to sunitinib"), reading("sorafenib or sunitinib").parts
    (Reading(forms=(), parts=()), ())
    """
    if _NO_DRUG.search(label):
        return Reading()
    whole = Form(label)
    text = " ".join(_MARKS.sub(" ", label).split())
    if _EITHER.search(text):
        return Reading((whole,))
    names = [name for name in _split(text) if name]
    if len(names) > 1:
        parts = tuple(_single(name) for name in names)
        return Reading(distinct([whole, Form(text)]), parts if all(parts) else ())
    told = _BRACKETS.findall(text)
    names = [name for name in _split(told[0]) if name] if len(told) == 1 else []
    parts = tuple(_single(name, IN_BRACKETS) for name in names) if len(names) > 1 else ()
    return Reading(distinct([whole, *_single(text)]), parts if all(parts) else ())


def _split(text: str) -> list[str]:
    """The names between "and", "plus", "+", "/", commas; brackets and doses stay with their name."""
    hidden = text
    for pattern in (_BRACKETS, _DOSE):
        hidden = pattern.sub(lambda inside: "\1" * len(inside[0]), hidden)
    names, start = [], 0
    for match in _TOGETHER.finditer(hidden):
        names.append(text[start : match.start()])
        start = match.end()
    names.append(text[start:])
    kept = [name.strip() for name in names]
    # dose and route words between separators are no names ("Drug X 50 mg tablet, oral")
    return [name for name in kept if _without_dose(name)]


def _without_dose(text: str) -> str:
    before = None
    while before != text:
        before = text
        text = _DOSE.sub(" ", _GIVEN.sub(" ", text))
        text = " ".join(text.split()).strip(" ,;:-/.")
    return text


def _single(text: str, *rules: str) -> tuple[Form, ...]:
    """What the name of one drug may be looked up as."""
    return tuple(form._replace(rules=(*rules, *form.rules)) for form in _one_drug(text))


def _one_drug(text: str) -> tuple[Form, ...]:
    outside = " ".join(_BRACKETS.sub(" ", text).split())
    if outside == text:
        found = [Form(text), *_shorter(text, ())]
    else:
        found = [Form(text), Form(outside, ("without brackets",)), *_shorter(outside, ("without brackets",))]
        if _is_brand(outside):
            for inside in in_brackets(text):
                found.append(Form(inside, ("generic name in brackets",)))
                found.extend(_shorter(inside, ("generic name in brackets",)))
    return distinct([form for form in found if _may_be_looked_up(form, text)])


def in_brackets(text: str) -> tuple[str, ...]:
    """The names in brackets: brands, codes, or the drug itself; they must not name another drug.

    >>> in_brackets("Sorafenib (Nexavar, BAY43-9006)")
    ('Nexavar', 'BAY43-9006')
    """
    insides = (name.strip() for inside in _BRACKETS.findall(text) for name in re.split(r"[,;/]", inside))
    return tuple(name for name in insides if name and _without_dose(name))


def _shorter(name: str, rules: tuple[str, ...]) -> list[Form]:
    found = []
    bare = _without_dose(name)
    if bare != name:
        rules = (*rules, "without dose, route and form")
        found.append(Form(bare, rules))
    if (regimen := _REGIMEN.sub("", name)) != name or name.isupper():
        found.append(Form(f"{regimen} protocol", (*rules, "protocol of this name")))
    recombinant = _RECOMBINANT.sub("", bare)
    if recombinant != bare:
        bare, rules = recombinant, (*rules, "recombinant")
        found.append(Form(bare, rules))
    salt = _SALT.search(bare)
    base = bare
    while salt and base[: salt.start()].strip().casefold() not in _SALT_BASES:
        base = base[: salt.start()].strip()
        found.append(Form(base, (*rules, "without salt")))
        salt = _SALT.search(base)
    formulation = _FORMULATION.sub("", base)
    if formulation != base:
        found.append(Form(formulation, (*rules, "without formulation"), "broad"))
    return found


def _is_brand(outside: str) -> bool:
    """Whether a name before brackets is short enough to be a brand or a code of what they hold."""
    words = outside.split()
    return len(words) == 1 and words[0].casefold() not in _NO_DRUG_ALONE


def _may_be_looked_up(form: Form, label: str) -> bool:
    """A form that lost something must still be a name: four letters or digits, and no general word."""
    if form.text == label:
        return True
    name = form.text.strip().casefold()
    letters = sum(c.isalnum() for c in name)
    return (letters >= 4 or (letters == 3 and any(c.isdigit() for c in name))) and name not in _NO_DRUG_ALONE
