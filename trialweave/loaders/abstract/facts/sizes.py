"""How many people are in the trial, in all and by arm, and the ratio of the assignment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialweave.loaders.abstract.facts.arm_sizes import arm_sizes, people_counted
from trialweave.loaders.abstract.facts.population import population_of
from trialweave.loaders.abstract.facts.totals import SCREENED, TOTALS, is_total, places
from trialweave.loaders.abstract.quantities.numbers import decimal
from trialweave.loaders.abstract.scene import Scene
from trialweave.loaders.abstract.text.cued import holds
from trialweave.records import Fact

_ASSIGNED = (
    r"(?:randomly (?:assigned|allocated)|randomi[sz]ed|underwent random|assigned|allocated"
    r"|underwent randomi[sz]ation)"
)
_RATIO = re.compile(
    rf"(?:(?:{_ASSIGNED}"
    rf"|randomi[sz]ation)[^.;:0-9]{{0,90}}?)?(?<![\w:.,])(?P<ratio>[0-9]{{1,2}}(?: ?:"
    rf" ?[0-9]{{1,2}}){{1,5}})(?![\w:]|\.[0-9])(?: (?:randomi[sz]ation|allocation|ratio"
    r"|random assignment)\b)?",
    re.IGNORECASE,
)
_RATIO_CUE = re.compile(r"random|ratio|assigned|allocat", re.IGNORECASE)


def sizes(scene: Scene) -> Iterator[Fact]:
    """Total numbers, arm sizes and assignment ratios of a sentence, in normalised offsets."""
    start, end = scene.sentence.start, scene.sentence.end
    for hit in _RATIO.finditer(scene.text, start, end) if ":" in scene.text[start:end] else ():
        around = scene.text[max(start, hit.start("ratio") - 110) : min(end, hit.end() + 25)]
        parts = [int(part) for part in hit["ratio"].replace(" ", "").split(":")]
        if _RATIO_CUE.search(around) and min(parts) > 0 and max(parts) <= 10:
            yield _size(
                scene,
                "randomisation_ratio",
                hit.start("ratio"),
                hit.end("ratio"),
                hit["ratio"].replace(" ", ""),
                "ratio",
            )
    if scene.sentence.section in (
        "title",
        "background",
        "conclusions",
        "objective",
        "funding",
        "registration",
    ):
        return
    arm_spans: list[tuple[int, int]] = []
    for fact, at in arm_sizes(scene):
        arm_spans.append(at)
        yield fact
    totals: set[int] = set()
    if not holds(scene.words, _PEOPLE_SAID) and not _MEN_OR_N.search(scene.words):
        return
    for rule, pattern in TOTALS:
        for hit in places(rule, pattern, scene):
            place = hit.start("n")
            value = people_counted(hit["n"])
            if (
                value is None
                or value < 2
                or place in totals
                or any(a <= place < b for a, b in arm_spans)
                or not is_total(scene, rule, hit, value)
            ):
                continue
            totals.add(place)
            words = hit.group() + scene.text[hit.end() : min(end, hit.end() + 60)].split(";")[0]
            groups = hit.groupdict()
            stop = hit.end("noun") if groups.get("noun") else hit.end("n")
            if "(" in (groups.get("after") or ""):
                stop = hit.start("after")
            yield _size(
                scene,
                "total_n",
                place,
                max(stop, hit.end("n")),
                value,
                rule,
                population="screened"
                if SCREENED.match(scene.text, stop, end)
                else population_of(groups.get("verb") or words),
            )


_PEOPLE_SAID = (
    "random", "assign", "allocat", "enrol", "recruit", "includ", "total", "patients", "participants",
    "women", "residents", "people", "persons", "subjects", "children", "adults", "analy",
)  # fmt: skip
_MEN_OR_N = re.compile(r"\bmen\b|n ?= ?[0-9]")


def _size(
    scene: Scene,
    kind: str,
    start: int,
    end: int,
    value: int | str,
    rule: str,
    *,
    population: str | None = None,
) -> Fact:
    number = value if isinstance(value, str) else decimal(str(value))
    return Fact(
        kind=kind,
        start=start,
        end=end,
        quote="",
        rule=rule,
        section=scene.sentence.section,
        value=number,
        unit="patients" if kind == "total_n" else None,
        population=population,
    )
