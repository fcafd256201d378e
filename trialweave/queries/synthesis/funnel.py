"""The funnel plot: each study's effect against its standard error, and where chance would put it."""

from __future__ import annotations

from pathlib import Path

from trialweave.queries.synthesis import axis, canvas, report
from trialweave.queries.synthesis.statistics import quantile
from trialweave.queries.synthesis.study import MEASURES
from trialweave.queries.synthesis.subsets import Synthesis

SIZE = 9.0
_LEVELS = (0.95, 0.99)


def funnel(synthesis: Synthesis, file: Path) -> None:
    """Draw a funnel plot to an SVG, PNG or PDF.

    The lines around the pooled effect are pseudo confidence limits: where 95 % and 99 % of studies would
    lie if they all had the pooled effect. A lopsided cloud may have many reasons; small unreported studies
    are one.
    """
    canvas.save(draw(synthesis), file)


def draw(synthesis: Synthesis) -> canvas.Figure:
    """The funnel plot as a figure."""
    pooled = synthesis.pooled
    points = [(one.effect, one.se) for one in pooled.studies if one.effect is not None and one.se is not None]
    figure = canvas.figure(5.2, 4.4)
    axes = figure.add_axes((0.14, 0.15, 0.82, 0.74))
    top = 1.08 * max(se for _, se in points)
    reach = [quantile((1 + level) / 2) * top for level in _LEVELS]
    inside = [effect for effect, _ in points] + [pooled.effect, 0.0]
    axes.set_xlim(*axis.limits(inside, [(pooled.effect - reach[-1], pooled.effect + reach[-1])]))
    axes.set_ylim(top, 0.0)
    axes.set_facecolor("#f2f2f2")
    for half, colour, style, level in zip(
        reversed(reach), ("#e4e4e4", "white"), ((0, (1, 2)), (0, (5, 3))), reversed(_LEVELS), strict=True
    ):
        corners = [(pooled.effect, 0.0), (pooled.effect - half, top), (pooled.effect + half, top)]
        axes.add_patch(canvas.Polygon(corners, closed=True, facecolor=colour, edgecolor="none", zorder=0))
        for side in (-half, half):
            axes.plot(
                [pooled.effect, pooled.effect + side],
                [0.0, top],
                color=canvas.GREY,
                lw=0.9,
                ls=style,
                zorder=1,
                label=f"{report.percent(level)} pseudo CI" if side > 0 else None,
            )
    axes.axvline(pooled.effect, color=canvas.POOL, lw=1.3, zorder=2, label="pooled")
    axes.axvline(0.0, color=canvas.INK, lw=0.8, zorder=1)
    size = 26 if len(points) <= 60 else 12
    axes.scatter(
        [effect for effect, _ in points],
        [se for _, se in points],
        s=size,
        facecolor=canvas.STUDY,
        edgecolor="white",
        linewidth=0.5,
        zorder=3,
        label=f"study ({len(points)})",
    )
    axis.label(axes, pooled.model.scale, SIZE - 1)
    axes.tick_params(axis="y", labelsize=SIZE - 1, color=canvas.GREY, length=3)
    for name in ("top", "right"):
        axes.spines[name].set_visible(False)
    measure = MEASURES[pooled.model.measure]
    axes.set_xlabel(f"{measure[0].upper()}{measure[1:]}", size=SIZE)
    axes.set_ylabel(f"Standard error{' (log scale)' if pooled.model.scale.log else ''}", size=SIZE)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles[::-1],
        labels[::-1],
        loc="upper center",
        ncol=4,
        fontsize=SIZE - 1.5,
        frameon=False,
        bbox_to_anchor=(0.55, 0.985),
    )
    return figure
