"""Counts with their percentage or denominator: "17 (16%)", "5 of 110", "3/40"."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.loaders.abstract.quantities.beside import OF, PEOPLE, TIME, Quantity, read_on, whole
from trialweave.loaders.abstract.quantities.intervals import PValue
from trialweave.loaders.abstract.quantities.numbers import NUMBER, Number, decimal

_COUNT_PERCENT = re.compile(
    rf"(?P<noun>(?: [a-z][\w'/-]*){{0,3}}?|(?: [a-z-]+){{0,3}} {PEOPLE}[^0-9()\[\];:.]{{0,90}}?| (?:in"
    rf"|on|of those|receiving|given) [^0-9()\[\];:.]{{1,70}}?) ?[\[(](?:(?:[<>≤≥]|<="
    rf"|>=) ?)?(?:{NUMBER}) ?(?:%|percent)"
)
_PERCENT_AFTER = re.compile(
    rf"(?P<noun>[^0-9()\[\];:.]{{0,80}}) ?[\[(](?:(?:[<>≤≥]|<=|>=) ?)?(?:{NUMBER}) ?(?:%|percent)"
)
_COUNT_OVER = re.compile(rf" ?[\[(](?P<n>{NUMBER}) ?/ ?{NUMBER}, ?{NUMBER} ?%[\])]")
OVER = re.compile(rf" ?/ ?(?P<n>{NUMBER})(?![\w%/]|\.[0-9])")
_BLOOD_PRESSURE = re.compile(r" ?(?:mm ?Hg|torr)\b", re.IGNORECASE)
_ACT_BEFORE = re.compile(
    r"\b(?:Regulations?|Directives?|Decisions?|Acts?|Law|Nos?\.?|Nr\.?) ?(?:\([A-Z]+\) ?)?$"
)
_CODE_BEFORE = re.compile(r"[A-Z]{2,}[ -]$")
STRAY = re.compile(
    r"(?:(?:(?:0?\.)?[0-9]{2}(?:\.[0-9]+)?)(?: ?%|[- ]percent) ?-? ?)(?:two-sided |one-sided )?(?:(?:upper"
    r"|lower) )?(?:CI|CrI|confidence|credible)(?: (?:limit|bound)s?,? -?[0-9.]+ ?%?)?",
    re.IGNORECASE,
)


def read_count(text: str, stop: int, base: Quantity, ps: dict[int, PValue]) -> Quantity | None:
    """A count with its percentage or denominator, if there is one; "HPV 31 (79%)" is none."""
    if _NAME_BEFORE.search(text, max(0, base.start - 8), base.start):
        return None
    assert_n = int(base.value) if isinstance(base.value, Decimal) else None
    counted = base._replace(shape="count", value=None, op=None, n=assert_n)
    if of := OF.match(text, base.end):
        denom = whole(of["n"])
        after = text[of.end() : of.end() + 2]
        enough = denom is not None and denom >= max(assert_n or 0, 10 if base.in_words else 1)
        if enough and (
            of["noun"]
            or after[:1] in ",;.)]"
            or after[:2] in (" (", " [")
            or not base.in_words
            or _IN_ARM.match(text, of.end())
        ):
            counted = counted._replace(end=of.end(), denom=denom, noun=of["noun"])
            later = _PERCENT_AFTER.match(text, of.end(), stop)
            if later and not STRAY.match(text, later.end("noun") + 2) and not _AWAY.search(later["noun"]):
                read = read_on(text, stop, counted._replace(end=later.end("noun")), ps)
                if read.value is not None:
                    return read
            return read_on(text, stop, counted, ps)
    if (over := OVER.match(text, base.end)) and not base.in_words:
        return read_on(text, stop, counted._replace(end=over.end(), denom=int(decimal(over["n"]))), ps)
    if (again := _COUNT_OVER.match(text, base.end, stop)) and int(decimal(again["n"])) == assert_n:
        return read_on(text, stop, counted, ps)
    percent = _COUNT_PERCENT.match(text, base.end, stop)
    if percent and not STRAY.match(text, percent.end("noun") + 2) and not TIME.match(text, base.end):
        words = percent["noun"].split()
        long = len(words) >= 3 and words[0] in ("in", "on", "of") and base.n is None
        if (long or not any(word in _NOT_COUNTED for word in words[:1])) and not (
            {"versus", "vs", "v"} & set(words)
        ):
            counted = counted._replace(end=percent.end("noun"), noun=percent["noun"] or None)
            read = read_on(text, stop, counted, ps)
            return read if read.value is not None else None
    return None


def is_no_share(text: str, number: Number) -> bool:
    """True if a slash follows the number that parts no count from its denominator.

    So it is in blood pressures, seasons, and numbers of trials and regulations.

    >>> from trialweave.loaders.abstract.quantities.numbers import numbers
    >>> [is_no_share(text, numbers(text, 0, 9)[0]) for text in ("146/79", "2010/2011", "3/40")]
    [True, True, False]
    """
    over = OVER.match(text, number.end)
    if not over or number.in_words:
        return False
    n, denom = number.value, decimal(over["n"])
    before = text[max(0, number.start - 16) : number.start]
    return (
        n > denom
        or (1900 <= n <= 2100 and denom == n + 1)
        or (n >= 1000 and "," not in over.group() and bool(_CODE_BEFORE.search(before)))
        or text.startswith(("×", "x", ")×", ")x", ") ×"), over.end())
        or bool(_BLOOD_PRESSURE.match(text, over.end()))
        or bool(_ACT_BEFORE.search(before))
    )


_NAME_BEFORE = re.compile(r"(?<![\w])(?:HPV|CD|IL|PD|COX|HER|CA|FOXP)[- ]$")
_IN_ARM = re.compile(r" (?:in|with|on|who|receiving|given|of|non-|treated|from|assigned)\b")
_AWAY = re.compile(r"\b(?:versus|vs\.?|compared|and|while|than)\b")
_NOT_COUNTED = {
    "and",
    "or",
    "to",
    "vs",
    "v",
    "versus",
    "was",
    "were",
    "had",
    "than",
    "in",
    "of",
    "for",
    "at",
    "with",
    "mg",
    "by",
    "on",
    "positive",
    "x",
}
