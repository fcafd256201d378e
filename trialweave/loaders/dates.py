"""Dates of publication, as precise as the source gives them.

PubMed writes a date as words ("2021 Mar 15"), as a season ("2000 Spring"), or as a range
("2019 Sep-Oct", "1998 Dec-1999 Jan"). What a range leaves open stays open: a range of days gives its
month, a range of months its year, a range of years the year in which it begins (NLM files it there).
"""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDS = re.compile(
    r"(?P<year>(?:1[5-9]|2[01])\d\d)(?!\d)(?:[ /-]+(?P<month>[A-Za-z]{3,9}|\d{1,2})(?![\w])"
    r"(?:[ /-]+(?P<day>\d{1,2})(?!\d))?)?(?P<rest>.*)",
    re.DOTALL,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")


def iso_date(words: str) -> str | None:
    """`words` as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, or None where they hold no year.

    A day or month that no calendar has is not stated.

    >>> [iso_date(words) for words in ("2021 Mar 15", "2021 Mar", "20210214", "2000 Spring")]
    ['2021-03-15', '2021-03', '2021-02-14', '2000']
    >>> [iso_date(words) for words in ("2019 Sep-Oct", "2000 Jan 3-17", "1998 Dec-1999 Jan", "n.d.")]
    ['2019', '2000-01', '1998', None]
    """
    compact = _COMPACT.fullmatch(words.strip())
    found = _WORDS.match(" ".join(compact.groups()) if compact else words.strip())
    if found is None:
        return None
    year, rest = found["year"], found["rest"].strip()
    month = _month_number(found["month"])
    if month is None:
        return year
    if rest:  # a range: what follows the last part belongs to its end
        days_only = found["day"] is not None and re.fullmatch(r"[-–/]\s*\d{1,2}", rest)
        return f"{year}-{month:02}" if days_only else year
    if found["day"] is None:
        return f"{year}-{month:02}"
    try:
        return date(int(year), month, int(found["day"])).isoformat()
    except ValueError:
        return f"{year}-{month:02}"


def _month_number(word: str | None) -> int | None:
    if word is None:
        return None
    if word.isdigit():
        return int(word) if 1 <= int(word) <= 12 else None
    start = word[:3].lower()
    return _MONTHS.index(start) + 1 if start in _MONTHS else None
