"""The sections of an abstract, and its sentences."""

from __future__ import annotations

import re
from typing import NamedTuple

from trialweave.loaders.abstract.text.normal import Normal

_NAMES = {
    "background": ("background", "importance", "introduction", "context", "rationale", "hypothesis"),
    "objective": ("purpose", "objective", "objectives", "aim", "aims", "question", "goal", "goals"),
    "methods": (
        "methods",
        "method",
        "design",
        "setting",
        "settings",
        "participants",
        "patients",
        "intervention",
        "interventions",
        "measures",
        "measurements",
        "outcomes",
        "measure",
        "procedures",
        "eligibility",
        "materials",
        "population",
        "exposures",
        "subjects",
        "analysis",
    ),
    "results": ("results", "result", "findings", "finding"),
    "conclusions": (
        "conclusion",
        "conclusions",
        "interpretation",
        "relevance",
        "discussion",
        "implications",
        "significance",
    ),
    "registration": ("registration", "registry", "identifier"),
    "funding": ("funding", "sponsor", "funded"),
}
_SECTION_OF = {word: section for section, words in _NAMES.items() for word in words}
_HEADING = re.compile(
    r"([A-Z](?:(?<=^.)|(?<=[.?!)\]:;] .)|(?<=[a-z] .))"
    r"(?:[A-Z/&'-]+(?:(?:, ?| )[A-Z][A-Z/&'-]+){0,6}|[a-z]+(?:,? (?:and|[A-Z]?[a-z]+)){0,3})) ?: "
)
_WORD = re.compile(r"[A-Za-z]+")
_STOP = re.compile(r"[.?!][\"')\]]{0,2} (?=[\"'(\[]?[A-Z0-9>≥<≤])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:vs|v|e\.g|i\.e|eg|ie|cf|al|approx|no|No|Dr|St|fig|Fig|ca|resp|incl|Inc|Co|Ltd|sp|spp"
    r"|[A-Z]|[Vv]ol|[Pp]t)|\b[A-Za-z]\.[A-Za-z])$"
)
_DEPTH = (("(", 1), ("[", 1), (")", -1), ("]", -1))
_LATER = {"conclusions", "registration", "funding"}


class Sentence(NamedTuple):
    """A sentence `text[start:end]` of the normalised text, and the section that it stands in."""

    start: int
    end: int
    section: str


def sentences(normal: Normal, *, title_end: int) -> list[Sentence]:
    """Split a normalised text into sentences; what stands before `title_end` is the title.

    Sections: title, background, objective, methods, results, conclusions, registration, funding,
    or "abstract" where the text has no headings.

    >>> from trialweave.loaders.abstract.text.normal import normalise
    >>> text = "A trial. METHODS: We asked. RESULTS: OS was 3 vs. 2 months."
    >>> found = sentences(normalise(text, 0, 99), title_end=9)
    >>> [(part.section, text[part.start : part.end]) for part in found]
    [('title', 'A trial.'), ('methods', 'We asked.'), ('results', 'OS was 3 vs. 2 months.')]
    """
    text = normal.text
    marks = [(0, 0, "title"), (title_end, title_end, "abstract")] if title_end else [(0, 0, "abstract")]
    for found in _HEADING.finditer(text, title_end):
        section = _section(found.group(1))
        if section:
            marks.append((found.start(), found.end(), section))
    parts: list[Sentence] = []
    for here, (_, start, section) in enumerate(marks):
        end = marks[here + 1][0] if here + 1 < len(marks) else len(text)
        parts.extend(_split(text, start, end, section, normal.paragraphs))
    return parts


def _section(heading: str) -> str | None:
    """The section that a heading opens; None where it is no heading of an abstract."""
    words = _WORD.findall(heading)
    known = [_SECTION_OF[word.lower()] for word in words if word.lower() in _SECTION_OF]
    if not known or (not heading.isupper() and len(known) < len([w for w in words if w != "and"])):
        return None
    if "results" in known:
        return "abstract" if "methods" in known else "results"
    return next((section for section in known if section in _LATER), known[0])


def _never_closes(text: str, start: int, end: int) -> bool:
    """True if no bracket is closed in `text[start:end]` that was opened before it."""
    depth = 0
    for hit in _BRACKET.finditer(text, start, end):
        depth += 1 if hit.group() in "([" else -1
        if depth < 0:
            return False
    return True


_BRACKET = re.compile(r"[()\[\]]")


def _split(text: str, start: int, end: int, section: str, paragraphs: tuple[int, ...]) -> list[Sentence]:
    parts, begin, depth, at = [], start, 0, start
    stops = [(found.start() + 1, found.end()) for found in _STOP.finditer(text, start, end)]
    stops += [(mark, mark) for mark in paragraphs if start < mark < end]
    for stop, following in sorted(stops):
        depth += sum(sign * text.count(mark, at, following) for mark, sign in _DEPTH)
        at = following
        depth = max(depth, 0)
        closed = (
            depth == 0
            or stop == following
            or following - begin > 1500
            or _never_closes(text, following, min(end, following + 600))
        )
        if not closed or (stop != following and _ABBREVIATION.search(text, max(begin, stop - 8), stop - 1)):
            continue
        depth = 0
        if text[begin:following].strip():
            parts.append(Sentence(begin, begin + len(text[begin:following].rstrip()), section))
        begin = following
    if text[begin:end].strip():
        parts.append(Sentence(begin, begin + len(text[begin:end].rstrip()), section))
    return parts
