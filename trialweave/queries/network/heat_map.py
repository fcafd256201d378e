"""Drugs (or classes) by toxicities, and what each pair weighs.

An empty cell is a pair that no source tells of. A cell holds its number, so that it reads in grey and in
print; a pair that is linked, but whose weight no source gives, is grey with a cross.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trialweave.errors import QueryError
from trialweave.queries.network.bipartite import Weight, weight_of
from trialweave.queries.network.links import Link
from trialweave.queries.network.picture import shorten
from trialweave.queries.network.report import WEIGHTS
from trialweave.queries.synthesis.canvas import FONT, GREY, INK, PALE, Axes, Polygon, figure, save, text_width

MOST_ROWS, MOST_COLUMNS = 40, 50

_CELL = 0.3
_SIZE = 7.5


def heat_map(links: Sequence[Link], file: Path, *, weight: Weight = "trials", min_trials: int = 1) -> None:
    """Draw the links to an SVG, PNG or PDF: the drugs and toxicities with most links.

    The risk ratio is drawn on a logarithmic scale, orange above 1, purple below.
    Raises QueryError where there is no link, and for a file that cannot be written.
    """
    links = [link for link in links if link.trials >= min_trials]
    if not links:
        raise QueryError("no link to draw")
    drugs, all_drugs = _most([link.drug for link in links], MOST_ROWS)
    toxicities, all_toxicities = _most([link.toxicity for link in links], MOST_COLUMNS)
    cells = {(link.drug, link.toxicity): link for link in links}
    left = max(text_width(shorten(name), _SIZE) for name in drugs) + 0.25
    top = max(text_width(shorten(name), _SIZE) for name in toxicities) + 0.15
    told = [
        f"{len(drugs)} of {all_drugs:,} drugs or classes by {len(toxicities)} of {all_toxicities:,} "
        "toxicities: those with most links",
        f"{_meaning(weight)}; grey with a cross: linked, but no source gives it; empty: no source tells",
    ]
    head = 0.5
    width = max(left + len(toxicities) * _CELL + 0.2, max(text_width(line, _SIZE) for line in told) + 0.3)
    height = head + top + len(drugs) * _CELL + 0.15
    drawn = figure(width, height)
    axes = drawn.add_axes(
        (left / width, 0.15 / height, len(toxicities) * _CELL / width, len(drugs) * _CELL / height)
    )
    axes.set_xlim(0, len(toxicities))
    axes.set_ylim(len(drugs), 0)
    axes.set_xticks([])
    axes.set_yticks([])
    known = [weight_of(link, weight) for link in links]
    largest = max((abs(value) for value in known if value is not None), default=1.0) or 1.0
    for row, drug in enumerate(drugs):
        axes.text(-0.15, row + 0.5, shorten(drug), ha="right", va="center", **_text(INK))
        for column, toxicity in enumerate(toxicities):
            if (link := cells.get((drug, toxicity))) is not None:
                _cell(axes, row, column, weight_of(link, weight), weight, largest)
    for column, toxicity in enumerate(toxicities):
        axes.text(column + 0.5, -0.2, shorten(toxicity), ha="center", va="bottom", rotation=90, **_text(INK))
    for at, line in enumerate(told):
        drawn.text(
            0.15 / width,
            1 - (0.15 + 0.17 * at) / height,
            line,
            va="center",
            **_text(INK if at == 0 else GREY),
        )
    for edge in axes.spines.values():
        edge.set_color(PALE)
    save(drawn, file)


def _meaning(weight: Weight) -> str:
    return "risk ratio against control (Mantel-Haenszel)" if weight == "log-rr" else WEIGHTS[weight]


def _most(names: Sequence[str], most: int) -> tuple[list[str], int]:
    """The names that come most often, in that order, and how many names there are."""
    counts = Counter(names)
    return sorted(counts, key=lambda name: (-counts[name], name))[:most], len(counts)


def _text(colour: str) -> dict[str, Any]:
    return {"fontsize": _SIZE, "family": FONT, "color": colour, "parse_math": False}


def _cell(axes: Axes, row: int, column: int, value: float | None, weight: Weight, largest: float) -> None:
    colour, ink, words = "#e4e4e4", GREY, "×"
    if value is not None:
        red, green, blue = _shade(value, weight, largest)
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else INK
        words = _number(math.exp(value) if weight == "log-rr" else value)
    corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
    axes.add_patch(Polygon(corners, facecolor=colour, edgecolor="white", linewidth=0.6))
    axes.text(
        column + 0.5, row + 0.52, words, ha="center", va="center", **{**_text(ink), "fontsize": _SIZE - 1.5}
    )


_BLUE, _ORANGE, _PURPLE = (8, 64, 129), (179, 88, 6), (84, 39, 136)
_NEAR_WHITE = (247, 247, 247)


def _shade(value: float, weight: Weight, largest: float) -> tuple[int, int, int]:
    """From near white to the full colour, by logarithm for counts; purple and orange are PuOr's ends."""
    if weight == "log-rr":
        share, end = min(1.0, abs(value) / min(largest, math.log(10))), _ORANGE if value > 0 else _PURPLE
    else:
        share, end = math.log1p(max(value, 0)) / math.log1p(largest), _BLUE
    mixed = np.array(_NEAR_WHITE) + share * (np.array(end) - np.array(_NEAR_WHITE))
    red, green, blue = (round(float(part)) for part in mixed)
    return red, green, blue


def _number(value: float) -> str:
    """A number as it fits a cell.

    >>> _number(3), _number(0.5213), _number(12.34), _number(1234), _number(0.004)
    ('3', '0.52', '12', '1k', '<.01')
    """
    if value == int(value) and value < 1000:
        return str(int(value))
    if value >= 1000:
        return f"{value / 1000:.0f}k"
    if value < 0.01:
        return "<.01"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"
