"""Drugs given in several doses, "abcnib (5, 25, or 75 mg daily)": each can be an arm."""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.abstract.arms.phrases import Phrase
from trialweave.loaders.abstract.text.cued import cued

_DOSES = cued(
    re.compile(
        r"(?<![A-Za-z])(?P<drug>[A-Za-z][\w-]+) ?[\[(](?P<doses>[0-9][0-9.,]*(?: ?(?:mg|g|μg|mcg|IU"
        r"|mL)\b[^\])]*?)?(?:,? (?:or|and) |, )[0-9][^\])]{2,80}?)[\])]"
    ),
    "(0|(1|(2|(3|(4|(5|(6|(7|(8|(9|[0|[1|[2|[3|[4|[5|[6|[7|[8|[9",
)
_ONE_DOSE = re.compile(
    r"(?P<num>[0-9][0-9.,]*[0-9]|[0-9])(?: ?(?P<unit>mg|g|μg|mcg|IU|mL)\b(?P<rest>[^,0-9]{0,25}?(?=,"
    r"| or | and |$))?)?(?=,| or | and |$)"
)


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


def dose_arms(text: str, start: int, end: int) -> list[list[Phrase]]:
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
