"""The forest plot: each study with its counts, its effect and its weight; below them, the pool."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from trialweave.queries.synthesis import axis, canvas, report
from trialweave.queries.synthesis.study import MEASURES, Counts, Model, Pooled, StudyResult
from trialweave.queries.synthesis.subsets import Synthesis
from trialweave.records import Record

SIZE = 8.0
"""Points of the text."""

_ROW = 0.2
_MARGIN = 0.15
_GAP = 0.2
_PLOT = 3.0
_LARGEST = 0.16
"""Inches: a line, the outer margin, the space between columns, the plot, the side of the largest square."""


class Line(Record, frozen=True):
    """One line of the plot: its words, and what is drawn beside them."""

    kind: Literal["head", "study", "part", "pooled", "prediction", "words", "space"]
    words: str = ""
    treated: str = ""
    control: str = ""
    effect: str = ""
    weight: str = ""
    low: float | None = None
    centre: float | None = None
    high: float | None = None
    share: float = 0.0


def forest(synthesis: Synthesis, file: Path, *, favours: tuple[str, str] = ("treatment", "control")) -> None:
    """Draw a forest plot to an SVG, PNG or PDF.

    The area of a square is the study's weight; the diamond is the pool with its interval; an arrow says that
    an interval goes on beyond the axis. `favours` names who is better off on the left and on the right.
    """
    canvas.save(draw(synthesis, favours=favours), file)


def draw(synthesis: Synthesis, *, favours: tuple[str, str] = ("treatment", "control")) -> canvas.Figure:
    """The forest plot as a figure."""
    pooled = synthesis.pooled
    body = list(lines(synthesis))
    columns = _columns(body, pooled)
    plot_left = columns["control"][0] + _GAP
    plot_right = plot_left + _PLOT
    width = columns["weight"][0] + _MARGIN
    notes = _notes(synthesis, width)
    head, foot = 0.55, 0.62 + 0.15 * len(notes)
    height = head + foot + _ROW * len(body)
    figure = canvas.figure(width, height)
    axes = figure.add_axes((plot_left / width, foot / height, _PLOT / width, _ROW * len(body) / height))
    axes.set_ylim(len(body) - 0.5, -0.5)
    axes.set_xlim(*_limits(body))
    place = canvas.inches_and_rows(axes)
    for row, line in enumerate(body):
        _write(axes, place, row, line, columns)
        _mark(axes, row, line, max(each.share for each in body))
    _frame(axes, pooled, body)
    axis.label(axes, pooled.model.scale, SIZE - 0.5)
    _headings(axes, place, columns, pooled)
    for words, x, side in zip(favours, (plot_left, plot_right), ("left", "right"), strict=True):
        arrow = f"← favours {words}" if side == "left" else f"favours {words} →"
        figure.text(x / width, (foot - 0.38) / height, arrow, ha=side, size=SIZE - 0.5, color=canvas.GREY)
    for number, words in enumerate(notes):
        y = (foot - 0.58 - 0.15 * number) / height
        figure.text(_MARGIN / width, y, words, size=SIZE - 1, color=canvas.GREY, parse_math=False)
    return figure


# ── what stands on each line ─────────────────────────────────────────────────────────────


def lines(synthesis: Synthesis) -> Iterator[Line]:
    """The lines from top to bottom: studies under their subgroups, the pool, its heterogeneity."""
    pooled, model = synthesis.pooled, synthesis.pooled.model
    if not synthesis.subgroups:
        yield from (_study(result, model) for result in pooled.studies)
    for part in synthesis.subgroups:
        yield Line(kind="head", words=part.name)
        members = [result for result in pooled.studies if result.study.subgroup == part.name]
        yield from (_study(result, model) for result in members)
        if part.pooled is not None and len(members) > 1:
            yield _pool("part", "Subgroup", part.pooled, sum(result.weight for result in members))
            yield from _words("", report.heterogeneity_lines(part.pooled))
        yield Line(kind="space")
    if not synthesis.subgroups:
        yield Line(kind="space")
    yield _pool("pooled", "All studies", pooled, 100.0)
    if pooled.prediction is not None:
        low, high = pooled.prediction
        scale = model.scale
        shown = f"{report.brief(scale.shown(low), scale)} to {report.brief(scale.shown(high), scale)}"
        words = f"{report.percent(model.level)} prediction interval"
        yield Line(kind="prediction", words=words, effect=shown, low=low, high=high, centre=pooled.effect)
    yield from _words("Heterogeneity: ", report.heterogeneity_lines(pooled))
    if synthesis.between is not None:
        between = synthesis.between
        said = f"Q = {between.q:.2f}, df = {between.df}, {report.p_value(between.p)}"
        yield Line(kind="words", words=f"Between subgroups: {said}")


def _words(before: str, said: tuple[str, str]) -> Iterator[Line]:
    yield Line(kind="words", words=f"{before}{said[0]}")
    if said[1]:
        yield Line(kind="words", words=said[1])


def _study(result: StudyResult, model: Model) -> Line:
    study = result.study
    effect = "not estimable"
    if result.effect is not None and result.ci_low is not None and result.ci_high is not None:
        effect = report.interval(result.ci_low, result.effect, result.ci_high, model.scale)
    treated = control = ""
    if isinstance(study, Counts):
        treated = f"{study.events_treated}/{study.n_treated}"
        control = f"{study.events_control}/{study.n_control}"
    return Line(
        kind="study",
        words=study.study,
        treated=treated,
        control=control,
        effect=effect,
        weight=f"{result.weight:.1f}",
        low=result.ci_low,
        centre=result.effect,
        high=result.ci_high,
        share=result.weight,
    )


def _pool(kind: Literal["part", "pooled"], words: str, pooled: Pooled, weight: float) -> Line:
    counts = [one.study for one in pooled.studies if isinstance(one.study, Counts)]
    treated = f"{sum(c.events_treated for c in counts)}/{sum(c.n_treated for c in counts)}"
    control = f"{sum(c.events_control for c in counts)}/{sum(c.n_control for c in counts)}"
    return Line(
        kind=kind,
        words=words,
        treated=treated if counts else "",
        control=control if counts else "",
        effect=report.interval(pooled.ci_low, pooled.effect, pooled.ci_high, pooled.model.scale),
        weight=f"{weight:.1f}",
        low=pooled.ci_low,
        centre=pooled.effect,
        high=pooled.ci_high,
    )


def _notes(synthesis: Synthesis, width: float) -> list[str]:
    pooled = synthesis.pooled
    said = [f"{report.title(pooled)}; {report.percent(pooled.model.level)} CI"]
    if pooled.model.interval != "normal":
        said.append(f"interval by {report.INTERVALS[pooled.model.interval]}")
    if pooled.prediction is not None:
        said.append(f"prediction interval: Higgins, t with {pooled.k - 2} df")
    if any(result.added for result in pooled.studies):
        said.append(f"zero cells: {pooled.zero_cells}")
    if synthesis.left_out:
        studies = {one.study for one in synthesis.left_out} - {one.study.study for one in pooled.studies}
        said.append(f"{len(studies)} studies left out" if studies else "")
    characters = int((width - 2 * _MARGIN) / canvas.text_width("n", SIZE - 1) * 1.05)
    return textwrap.wrap("; ".join(one for one in said if one), characters)


# ── where it stands ──────────────────────────────────────────────────────────────────────

_INDENT = 0.12


def _columns(body: list[Line], pooled: Pooled) -> dict[str, tuple[float, str]]:
    """Each column's place in inches and the side that its words stand on."""
    titles = _titles(pooled)

    def width(name: str) -> float:
        words = [
            (getattr(line, name), line.kind in ("pooled", "head")) for line in body if line.kind != "words"
        ]
        title = max(canvas.text_width(part, SIZE, bold=True) for part in titles[name].split("\n"))
        return max(title, *(canvas.text_width(text, SIZE, bold=bold) for text, bold in words))

    study = _MARGIN + _INDENT + width("words")
    longest = max(canvas.text_width(line.words, SIZE - 0.5) for line in body if line.kind == "words")
    counts = _GAP + width("treated") + _GAP + width("control") if any(line.treated for line in body) else 0.0
    control = max(study + counts, _MARGIN + longest)
    treated = control - width("control") - _GAP
    effect = control + _GAP + _PLOT + _GAP + width("effect")
    weight = effect + _GAP + width("weight")
    return {
        "words": (_MARGIN, "left"),
        "treated": (treated, "right"),
        "control": (control, "right"),
        "effect": (effect, "right"),
        "weight": (weight, "right"),
    }


def _titles(pooled: Pooled) -> dict[str, str]:
    name = MEASURES[pooled.model.measure]
    counts = isinstance(pooled.studies[0].study, Counts)
    return {
        "words": "Study",
        "treated": "Treated\nn/N" if counts else "",
        "control": "Control\nn/N" if counts else "",
        "effect": f"{name[0].upper()}{name[1:]}\n({report.percent(pooled.model.level)} CI)",
        "weight": "Weight\n(%)",
    }


def _limits(body: list[Line]) -> tuple[float, float]:
    pools = [line for line in body if line.kind in ("pooled", "part")]
    inside = [line.centre for line in body if line.centre is not None]
    inside += [bound for line in pools for bound in (line.low, line.high) if bound is not None]
    inside.append(0.0)
    drawn = [(line.low, line.high) for line in body if line.low is not None and line.high is not None]
    return axis.limits(inside, drawn)


def _headings(
    axes: canvas.Axes,
    place: canvas.Transform,
    columns: dict[str, tuple[float, str]],
    pooled: Pooled,
) -> None:
    for name, title in _titles(pooled).items():
        x, side = columns[name]
        axes.text(
            x, -0.9, title, transform=place, ha=side, va="bottom", size=SIZE, weight="bold", color=canvas.INK
        )
    left, right = _MARGIN, columns["weight"][0]
    axes.plot([left, right], [-0.65, -0.65], transform=place, color=canvas.INK, lw=0.8, clip_on=False)


def _write(
    axes: canvas.Axes, place: canvas.Transform, row: int, line: Line, columns: dict[str, tuple[float, str]]
) -> None:
    bold = line.kind in ("head", "pooled")
    small = line.kind == "words"
    for name, (x, side) in columns.items():
        words = getattr(line, name)
        if not words:
            continue
        indent = _INDENT if name == "words" and line.kind == "study" else 0.0
        axes.text(
            x + indent,
            row,
            words,
            transform=place,
            ha=side,
            va="center",
            size=SIZE - 0.5 if small else SIZE,
            weight="bold" if bold else "normal",
            color=canvas.GREY if small else canvas.INK,
            parse_math=False,
        )


# ── what is drawn ────────────────────────────────────────────────────────────────────────


def _mark(axes: canvas.Axes, row: int, line: Line, largest: float) -> None:
    if line.centre is None or line.low is None or line.high is None:
        return
    low, high = axes.get_xlim()
    if line.kind in ("pooled", "part"):
        half = 0.34 if line.kind == "pooled" else 0.26
        corners = [(line.low, row), (line.centre, row - half), (line.high, row), (line.centre, row + half)]
        fill = canvas.POOL if line.kind == "pooled" else "white"
        diamond = canvas.Polygon(
            corners, closed=True, facecolor=fill, edgecolor=canvas.POOL, lw=1.1, zorder=4
        )
        axes.add_patch(diamond)
        return
    colour = canvas.GREY if line.kind == "prediction" else canvas.INK
    thick = 2.6 if line.kind == "prediction" else 0.9
    axes.plot(
        [max(line.low, low), min(line.high, high)],
        [row, row],
        color=colour,
        lw=thick,
        zorder=2,
        solid_capstyle="butt",
    )
    for cut, x, shape in ((line.low < low, low, "<"), (line.high > high, high, ">")):
        if cut:
            axes.plot([x], [row], marker=shape, color=colour, ms=4.5, mew=0, zorder=3, clip_on=False)
    if line.kind == "study":
        side = 72 * _LARGEST * math.sqrt(line.share / largest) if largest else 0.0
        axes.plot([line.centre], [row], marker="s", ms=max(side, 1.6), mew=0, color=canvas.STUDY, zorder=3)


def _frame(axes: canvas.Axes, pooled: Pooled, body: list[Line]) -> None:
    """The axis below, the line of no effect, and the line of the pool through the studies."""
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(canvas.GREY)
    axes.set_yticks([])
    axes.axvline(0.0, color=canvas.INK, lw=0.8, zorder=1)
    last = next(row for row, line in enumerate(body) if line.kind == "pooled")
    axes.plot([pooled.effect] * 2, [-0.5, last], color=canvas.POOL, lw=0.8, ls=(0, (4, 3)), zorder=1)
