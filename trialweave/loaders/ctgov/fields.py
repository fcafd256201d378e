"""What the study records of all formats share: stated words, dates, people, sites, MeSH ids."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from trialweave.loaders.ctgov.values import iso_date, text, whole, word, word_or_none
from trialweave.records import CountrySites, Enrolment, Field, Problem, Source, Stated, StudyDate, StudyDates

NCT_ID = re.compile(r"NCT[0-9]{8}")


def stated(raw: object, path: str) -> Stated | None:
    """The text of a field and its place, or nothing."""
    value = text(raw)
    return None if value is None else Stated(value=value, evidence=Field(path=path, quote=str(raw)))


def stated_word(raw: object, path: str) -> Stated | None:
    """The word of a closed list and its place, or nothing."""
    value = text(raw)
    if value is None:
        return None
    return Stated(value=word(value), evidence=Field(path=path, quote=str(raw)))


def study_date(raw: object, path: str, kind: object, problems: list[Problem]) -> StudyDate | None:
    """A date and its place; one that is none is a problem of the record."""
    written = text(raw)
    if written is None:
        return None
    found = iso_date(written)
    if found is None:
        problems.append(Problem(path=path, reason=f"not a date: {written!r}"))
        return None
    return StudyDate(date=found, evidence=Field(path=path, quote=str(raw)), kind=word_or_none(kind))


def planned(found: StudyDate | None) -> StudyDate | None:
    """The date of an event of the study: "estimated" there means that it is anticipated."""
    if found is None or found.kind != "estimated":
        return found
    return msgspec.structs.replace(found, kind="anticipated")


def with_version(source: Source, dates: StudyDates) -> Source:
    """The source with the record's own version: the day its last update was submitted, or posted."""
    version = dates.last_update_submitted or dates.last_update_posted
    return msgspec.structs.replace(source, version=version.date if version else None)


def enrolment(raw: object, path: str, kind: object, problems: list[Problem]) -> Enrolment | None:
    """The number of people, its place, and whether it is planned."""
    n = whole(raw)
    if n is None:
        problems.append(Problem(path=path, reason=f"not a number of people: {raw!r}"))
        return None
    found = word_or_none(kind)
    return Enrolment(n=n, path=path, kind="anticipated" if found == "estimated" else found)


def countries(places: Iterable[tuple[object, str]]) -> tuple[CountrySites, ...]:
    """The sites of a list by country, in order of first appearance."""
    found: dict[str, tuple[Field, int]] = {}
    for raw, path in places:
        if name := text(raw):
            field, sites = found.get(name, (None, 0))
            found[name] = (field or Field(path=path, quote=str(raw)), sites + 1)
    return tuple(
        CountrySites(country=name, evidence=field, sites=sites) for name, (field, sites) in found.items()
    )


_LAST_SHORT_UI = {"D": 66331, "C": 588418}  # in MeSH, ids beyond these have nine digits


def mesh_ui(raw: object) -> str | None:
    """A MeSH id as NLM writes it; the older API pads all its numbers to nine digits.

    >>> mesh_ui("D006973"), mesh_ui("D000006973"), mesh_ui("D000068878"), mesh_ui("C000109078")
    ('D006973', 'D006973', 'D000068878', 'C109078')
    """
    written = text(raw)
    if written and (found := re.fullmatch(r"([CD])([0-9]{9})", written)):
        letter, digits = found.groups()
        if int(digits) <= _LAST_SHORT_UI[letter]:
            return f"{letter}{int(digits):06d}"
    return written
