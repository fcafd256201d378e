"""Units as reports write them, and their UCUM codes (https://ucum.org).

UCUM puts what is counted in braces: patients are `{patient}`, a cycle is `{cycle}`.
"""

from __future__ import annotations

import re

_ATOMS = {
    "%": "%",
    "percent": "%",
    "percentage points": "%",
    "percentage point": "%",
    "mg": "mg",
    "milligram": "mg",
    "g": "g",
    "kg": "kg",
    "µg": "ug",
    "μg": "ug",
    "mcg": "ug",
    "ug": "ug",
    "ng": "ng",
    "pg": "pg",
    "kilogram": "kg",
    "gram": "g",
    "microgram": "ug",
    "iu": "[iU]",
    "u": "[U]",
    "units": "[U]",
    "ml": "mL",
    "dl": "dL",
    "l": "L",
    "liter": "L",
    "litre": "L",
    "µl": "uL",
    "μl": "uL",
    "milliliter": "mL",
    "kcal": "kcal",
    "kj": "kJ",
    "mmol": "mmol",
    "gy": "Gy",
    "cgy": "cGy",
    "gbq": "GBq",
    "mbq": "MBq",
    "mci": "mCi",
    "auc": "mg/mL.min",
    "square meter": "m2",
    "square metre": "m2",
    "m2": "m2",
    "m²": "m2",
    "mm hg": "mm[Hg]",
    "mmhg": "mm[Hg]",
    "cm": "cm",
    "mm": "mm",
    "s": "s",
    "sec": "s",
    "min": "min",
    "minute": "min",
    "24 h": "d",
    "h": "h",
    "hr": "h",
    "hour": "h",
    "d": "d",
    "day": "d",
    "daily": "d",
    "wk": "wk",
    "week": "wk",
    "mo": "mo",
    "month": "mo",
    "y": "a",
    "yr": "a",
    "year": "a",
    "patient": "{patient}",
    "participant": "{participant}",
    "subject": "{subject}",
    "woman": "{woman}",
    "women": "{woman}",
    "men": "{man}",
    "child": "{child}",
    "children": "{child}",
    "people": "{person}",
    "person": "{person}",
    "individual": "{person}",
    "case": "{case}",
    "event": "{event}",
    "episode": "{episode}",
    "breath": "{breath}",
    "death": "{death}",
    "lesion": "{lesion}",
    "tumor": "{tumor}",
    "tumour": "{tumor}",
    "eye": "{eye}",
    "fraction": "{fraction}",
    "cycle": "{cycle}",
    "dose": "{dose}",
    "tablet": "{tablet}",
    "point": "{point}",
    "score": "{score}",
    "beat": "{beat}",
    "person-year": "{person}.a",
    "patient-year": "{patient}.a",
    "copies": "{copies}",
    "cells": "{cells}",
}

_OF_BODY = re.compile(r" of body[- ](?:weight|surface(?:[- ]area)?)")


def ucum(unit: str) -> str | None:
    """The UCUM code of a reported unit; None where our table has none.

    >>> ucum("months"), ucum("mg/m2"), ucum("mg per day"), ucum("mg/kg/day")
    ('mo', 'mg/m2', 'mg/d', 'mg/kg/d')
    >>> ucum("mg per square meter of body-surface area")
    'mg/m2'
    >>> ucum("furlongs") is None
    True
    """
    bare = _OF_BODY.sub("", unit.strip().lower())
    parts = [part for part in re.split(r"\s*/\s*|\s+per\s+|\s+a\s+", bare) if part]
    codes = [_atom(part) for part in parts]
    if not codes or any(code is None for code in codes):
        return None
    return "/".join(code for code in codes if code is not None)


def _atom(word: str) -> str | None:
    if word in _ATOMS:
        return _ATOMS[word]
    return _ATOMS.get(word[:-1]) if word.endswith("s") else None
