"""Doses in the registry's free text: only a drug's name beside a number and a unit of dose.

"sunitinib 50 mg once daily", "50 mg of sunitinib"; and a drug's own dose in its name, or at the
beginning of its own description. Everything else stays unread: a dose that is missing is better than one that
belongs to another drug.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from trialweave.loaders.ctgov.groups import DRUG_KINDS
from trialweave.records import Arm, Field, Intervention, Regimen

_UNIT = (
    r"(?:mg|mcg|µg|μg|ug|ng|g|IU|MIU|units?|U|mL|mCi|MBq|GBq|Gy)"
    r"(?:\s*/\s*(?:kg|m2|m\^2|m²|day|d|hr|h|hour|min|dose)){0,2}"
)
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,.])|[0-9]+(?:\.[0-9]+)?"
_SCHEDULE = (
    r"(?:once|twice|three times|four times|[0-9] times)(?: (?:a|per|each|every))? ?"
    r"(?:daily|day|weekly|week|monthly|month)"
    r"|every (?:other day|[0-9]+ (?:hours?|days?|weeks?|months?)|day|week|month)|daily|weekly|monthly"
    r"|q[0-9]+[dwh]|q\.?d\.?|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?o\.?d\.?"
)
_ROUTE = (
    r"orally|oral|by mouth|p\.?o\.?|intravenous(?:ly)?|i\.?v\.?|subcutaneous(?:ly)?|s\.?c\.?"
    r"|intramuscular(?:ly)?|i\.?m\.?|intravitreal(?:ly)?|topical(?:ly)?|inhaled"
)
_DOSE = re.compile(
    rf"(?<![\w/.,–-])(?P<dose>{_NUMBER})(?:\s*(?:-|–|to)\s*(?P<high>{_NUMBER}))?\s*(?P<unit>{_UNIT})(?![\w/%²^])"
    rf"(?:[\s,(]*(?:tablets?|capsules?|administered|given|taken)?[\s,(]*\b(?P<route>{_ROUTE})(?![\w]))?"
    rf"(?:[\s,(]*\b(?P<schedule>{_SCHEDULE})(?![\w]))?"
    rf"(?:[\s,(]*\b(?P<route_after>{_ROUTE})(?![\w]))?",
    re.IGNORECASE,
)
_BEFORE_DOSE = re.compile(
    r"[\s,:(–-]*(?:at(?: a dose of)?|dose of|dosed at|will be given at)?[\s(]*$", re.IGNORECASE
)
_BRACKET = re.compile(r"\s*\([^()]{0,40}\)$")
_AFTER_DOSE = re.compile(r"[\s)]*(?:tablets?|capsules?|dose)?\s*(?:of\s+)?", re.IGNORECASE)
_PLACEBO_BEFORE = re.compile(r"placebo[\s-]+(?:for|to|of|matching|match(?:ed|ing)? to)?\s*$")
_PLACEBO_AFTER = re.compile(r"[\s-]*(?:match(?:ed|ing)[\s-]+)?placebo")
_SEVERAL = re.compile(r"[/+,&]| and | or | plus ", re.IGNORECASE)
_REACH = 120  # characters before a dose in which its drug's name must stand


def doses(text: str, interventions: Sequence[Intervention], *, path: str) -> Iterator[tuple[str, Regimen]]:
    """The doses of drugs named in a text: pairs of intervention key and regimen.

    >>> drug = Intervention(key="/i/0", name="Sunitinib")
    >>> for key, regimen in doses("Sunitinib 37.5 mg orally once daily to 70 kg", [drug], path="/t"):
    ...     print(key, regimen.dose, regimen.unit, regimen.route, regimen.schedule, regimen.evidence.quote)
    /i/0 37.5 mg orally once daily Sunitinib 37.5 mg orally once daily
    """
    yield from _doses(text, _names(interventions), path)


def _doses(text: str, names: list[tuple[str, str]], path: str) -> Iterator[tuple[str, Regimen]]:
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose small form is longer: offsets would be wrong
        return
    for found in _DOSE.finditer(text):
        beside = []
        if before := _named_before(lowered, found.start(), names):
            beside.append((before[0], before[1], found.end()))
        if after := _named_after(lowered, found.end("unit"), names):
            beside.append((after[0], found.start(), max(found.end(), after[1])))
        if len({key for key, _, _ in beside}) == 1:
            key, start, end = beside[0]
            yield key, _regimen(found, text[start:end], path)


def _named_before(text: str, at: int, names: list[tuple[str, str]]) -> tuple[str, int] | None:
    head = _BEFORE_DOSE.sub("", text[max(0, at - _REACH) : at])
    for words in (head, _BRACKET.sub("", head)):
        for name, key in names:
            before = words[: -len(name)]
            if words.endswith(name) and not before[-1:].isalnum():
                if _PLACEBO_BEFORE.search(before):
                    return None
                return key, max(0, at - _REACH) + len(words) - len(name)
    return None


def _named_after(text: str, at: int, names: list[tuple[str, str]]) -> tuple[str, int] | None:
    between = _AFTER_DOSE.match(text, at)
    start = between.end() if between else at
    for name, key in names:
        end = start + len(name)
        if start > at and text.startswith(name, start) and not text[end : end + 1].isalnum():
            return None if _PLACEBO_AFTER.match(text, end) else (key, end)
    return None


def own_dose(text: str, *, path: str) -> Regimen | None:
    """The dose at the beginning of a drug's own description, where it states no other.

    >>> own_dose("600mg po bid for 48 weeks", path="/d").schedule
    'bid'
    >>> own_dose("50 mg, then 100 mg", path="/d") is None
    True
    """
    first = _DOSE.match(text.strip())
    if first is None or len(list(_DOSE.finditer(text))) != 1:
        return None
    return _regimen(first, first[0], path)


def named_dose(name: str, *, path: str) -> Regimen | None:
    """The dose in the name of one drug.

    >>> named_dose("Tafamidis 20 mg", path="/name").dose
    Decimal('20')
    >>> named_dose("Tafamidis and aspirin 20 mg", path="/name") is None
    True
    """
    found = list(_DOSE.finditer(name))
    if len(found) != 1 or found[0]["high"]:  # "49-51 mg" in a name are the doses of two drugs
        return None
    if _SEVERAL.search(name[: found[0].start()]) or _SEVERAL.search(name[found[0].end() :]):
        return None
    return _regimen(found[0], found[0][0], path)


def _names(interventions: Iterable[Intervention]) -> list[tuple[str, str]]:
    """The names in small letters and whose they are, longest first; a shared name is nobody's."""
    forms: dict[str, set[str]] = {}
    for intervention in interventions:
        for name in (intervention.name, *intervention.aliases):
            outside = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", name)
            for form in (name, outside, *re.findall(r"[(\[]([^)\]]+)[)\]]", name)):
                if len(form.strip()) > 2:
                    forms.setdefault(form.strip().lower(), set()).add(intervention.key)
    return [
        (form, next(iter(keys)))
        for form, keys in sorted(forms.items(), key=lambda item: -len(item[0]))
        if len(keys) == 1
    ]


def _regimen(found: re.Match[str], quote: str, path: str) -> Regimen:
    high = found["high"]
    return Regimen(
        evidence=Field(path=path, quote=quote.strip()),
        dose=Decimal(found["dose"].replace(",", "")),
        high=Decimal(high.replace(",", "")) if high else None,
        unit=found["unit"],
        schedule=found["schedule"],
        route=found["route"] or found["route_after"],
    )


def dosed(
    interventions: Sequence[Intervention],
    descriptions: Mapping[str, object],
    of_arms: Iterable[tuple[Arm, object, str]],
) -> tuple[Intervention, ...]:
    """The interventions with the doses that the record states for its drugs.

    They are looked for in a drug's name, in its description (`descriptions`, by key), and in the
    texts of arms, given with their places.
    """
    found: dict[str, list[Regimen]] = {each.key: [] for each in interventions if each.kind in DRUG_KINDS}
    if not found:
        return tuple(interventions)
    names = _names(interventions)
    for each in interventions:
        own = found.get(each.key)
        description, path = descriptions.get(each.key), f"{each.key}/description"
        if own is None:
            continue
        if isinstance(each.evidence, Field):
            named = named_dose(each.evidence.quote, path=each.evidence.path)
            own += [named] if named else []
        if isinstance(description, str):
            first = own_dose(description, path=path)
            if first is not None:
                own.append(first)
            else:
                own += [regimen for key, regimen in _doses(description, names, path) if key == each.key]
    for arm, raw, path in of_arms:
        if isinstance(raw, str):
            for key, regimen in _doses(raw, names, path):
                if key in found:
                    found[key].append(msgspec.structs.replace(regimen, arm=arm.key))
    return tuple(
        msgspec.structs.replace(each, regimens=tuple(dict.fromkeys(found[each.key])))
        if found.get(each.key)
        else each
        for each in interventions
    )
