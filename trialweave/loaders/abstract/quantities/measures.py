"""Which effect measure a number is a value of: named before it, or by the last one of a list."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.quantities.beside import Quantity
from trialweave.loaders.abstract.quantities.estimates import Label
from trialweave.loaders.abstract.quantities.numbers import Number

_VERSUS_NEXT = re.compile(r"[\])]* (?:v|vs\.?|versus) ")
_VERSUS_LAST = re.compile(r" (?:v|vs\.?|versus) $")
_FOR = re.compile(r" for (?:[a-zA-Z]|the )")
_IN_GAP = re.compile(
    r"[0-9.]+ ?% ?(?:CI|C\.I|confidence|credible)|[0-9]+-[a-z]|[A-Za-z][A-Za-z-]*-?[0-9][\w/-]*"
    r"|(?:[<>≤≥]|>=|<=) ?[0-9.]+|grades? [0-9][^,;:]{0,12}|\barms? [0-9]|group [0-9]"
)
_ARM_IN_BRACKET = re.compile(r"\([A-Z][\w ]{0,20}[,:] $")
_DIGIT = re.compile(r"[0-9]")


def label_of(text: str, number: Number, labels: list[Label]) -> Label | None:
    """The last effect-measure name before the number, if nothing but words stands between."""
    for label in reversed(labels):
        if label.end > number.start:
            continue
        gap = text[label.end : number.start]
        if len(gap) > 170 or _DIGIT.search(_IN_GAP.sub("", gap)):
            return None
        if label.kind == "difference" and (
            len(gap) > 110
            or ";" in gap
            or (":" in gap and " vs" not in gap)
            or _ARM_IN_BRACKET.search(gap)
            or "no " in text[max(0, label.start - 30) : label.start]
        ):
            return None
        return label
    return None


def inherited_label(
    text: str, before: list[Quantity], quantity: Quantity, last_label: Label | None
) -> Label | None:
    """The measure of an unnamed value with an interval: that of the last estimate before it."""
    if quantity.interval not in ("CI", None):
        return None
    last = next((q for q in reversed(before) if q.shape not in ("count", "bare")), None)
    in_row = _VERSUS_NEXT.match(text, quantity.end) or _VERSUS_LAST.search(
        text, max(0, quantity.start - 10), quantity.start
    )
    if in_row and not (last and last.shape == "ratio" and quantity.start - last.end < 8):
        return None
    if is_other_measure(text, quantity.start):
        return None
    if last and last.shape == "ratio":
        return last.label
    named = next((q for q in reversed(before) if q.shape == "ratio"), None)
    if named:
        return named.label
    return last_label if last is None and quantity.interval is None else None


_OTHER_MEASURE = re.compile(
    r"\b(?:NNTs?|NNHs?|[Nn]umbers? needed|(?:[AS]?[UW]?M|A?R)Ds?|I2|AUCs?|kappa|κ|ICCs?|r(?= ?=)|ρ|β"
    r"|sensitivity|specificity|correlation|(?:mean|risk|absolute) difference|area under)\b"
    r"[,:]?[^0-9;,()\[\]]{0,40}$"
)


def is_other_measure(text: str, at: int) -> bool:
    """True if the number at `at` is said to be of a measure that is neither a ratio nor an outcome.

    >>> is_other_measure("an NNT of 3.0", 10), is_other_measure("an OR of 3.0", 9)
    (True, False)
    """
    return bool(_OTHER_MEASURE.search(text, max(0, at - 70), at))


def listed_label(text: str, at: int, before: list[Quantity]) -> Label | None:
    """The measure of the next value in a list: "hazard ratios were 0.51 for A and 0.64 for B"."""
    last = next((q for q in reversed(before) if q.shape != "bare"), None)
    return last.label if last and last.shape == "ratio" and _FOR.match(text, at) else None


def start_with_label(label: Label, at: int) -> int:
    """Where an estimate begins: at its measure's name, if that stands right before the number."""
    return label.start if at - label.end <= 12 else at
