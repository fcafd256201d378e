"""Numbers that are no quantities: of dates, grades, phases, ages, "2 x 2"."""

from __future__ import annotations

import re

from trialweave.loaders.abstract.quantities.numbers import Number
from trialweave.loaders.abstract.text.cued import holds

_MASK = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? [0-9]{1,2}(?:, ?[0-9]{4})?(?![0-9])"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*,? (?:of )?(?:19|20)[0-9]{2}\b"
    r"|\b(?:in|from|between|since|until|through|to|and|during|before|after|by) (?:19"
    r"|20)[0-9]{2}(?:-(?:19|20)[0-9]{2})?(?![0-9.%,-]| ?(?:patients|women|men|participants))"
    r"|(?:≥|>=|> or = ?)? ?\b[Gg]rades? ?(?:≥|>=|>|<=|≤|<|> or = ?)? ?[0-5](?:(?: ?[-/,] ?| to | or "
    r"| and )[0-5](?![0-9.%]))*(?![0-9.]|%)"
    r"|\b(?:[Pp]hase|[Ss]tages?|[Dd]ays?|[Ww]eeks?|[Cc]ycles?|[Vv]ersion|[Aa]rms?|[Gg]roups?"
    r"|[Cc]ohorts?|[Tt]ype|[Pp]art|[Ll]evel|[Mm]onths?|[Yy]ears?|[Tt]rials?|[Ss]tudy"
    r"|[Qq]uartiles?) [0-9]{1,2}(?:(?: ?[-/,] ?| to | or | and )[0-9]{1,2}(?![0-9.%]))*(?![0-9.]|%"
    r"| [\[(][0-9.]+ ?%)"
    r"|\b[0-9]{1,2}(?: ?-| to )[0-9]{1,2} years (?:of age|old)"
    r"|\baged? (?:[<>≥≤] ?)?[0-9]{1,2}(?:(?: ?-| to )[0-9]{1,2})?(?: years)?"
    r"|[0-9]{1,2} years (?:of age|old)|\b[0-9] ?[x×] ?[0-9]\b(?!\.)"
)
_MASKED_WORDS = (
    *("rade", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"),
    *("Nov", "Dec", "of age", " old"),
)
_MASKED_BEFORE = tuple(
    f"{word} "
    for word in (
        "hase|tage|tages|ay|ays|eek|eeks|ycle|ycles|ersion|rm|rms|roup|roups|ohort|ohorts|ype|art|evel|onth"
        "|onths|ear|ears|rial|rials|tudy|uartile|uartiles"
    ).split("|")
)
_MASKED_ELSE = re.compile(
    r"[x×a12](?:(?<=[x×])(?<=[0-9 ].) ?[0-9]|(?<!\w.)(?:(?<=a)ged? |(?<= [12])[90][0-9]{2}))"
)


def masked(text: str, start: int, end: int, heads: list[Number]) -> list[tuple[int, int]]:
    """The spans whose numbers are no quantities; `heads` are the numbers of `text[start:end]`.

    >>> from trialweave.loaders.abstract.quantities.numbers import numbers
    >>> text = "On day 8 there were 30 patients with grade 3 or 4 rash"
    >>> [text[a:b] for a, b in masked(text, 0, len(text), numbers(text, 0, len(text)))]
    ['day 8', ' grade 3 or 4']
    """
    if not _may_mask(text, start, end, heads):
        return []
    return [hit.span() for hit in _MASK.finditer(text, start, end)]


def _may_mask(text: str, start: int, end: int, heads: list[Number]) -> bool:
    """True if something stands there that a number can be part of; most sentences hold no such thing."""
    return (
        holds(text[start:end], _MASKED_WORDS)
        or any(text.endswith(_MASKED_BEFORE, start, head.start) for head in heads)
        or bool(_MASKED_ELSE.search(text, start, end))
    )
