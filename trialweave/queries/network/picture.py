"""A network as a picture: drugs on the left, toxicities on the right; of one side, a circle.

Both are in the order of their communities, whose number stands at each name, so that colour is no reader's
only help. Only the nodes with most edges are drawn, and the picture says how many are not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from trialweave.errors import QueryError
from trialweave.queries.network.analysis import Analysis
from trialweave.queries.network.report import WEIGHTS, plural
from trialweave.queries.synthesis.canvas import FONT, GREY, INK, Axes, Figure, figure, save, text_width

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's, without black and yellow; the seventh community begins again, its number does not."""

MOST = {"drug": 30, "toxicity": 45}

_ROW = 0.2
_SIZE = 7.5
_WIDEST = 46


def draw(found: Analysis, file: Path) -> None:
    """Draw a network to an SVG, PNG or PDF.

    Raises QueryError for a network without an edge, and for a file that cannot be written.
    """
    if found.network.number_of_edges() == 0:
        raise QueryError("a network without an edge makes no picture")
    save(_circle(found) if found.asked.project else _columns(found), file)


def shorten(words: str) -> str:
    """A label as it fits a picture.

    >>> shorten("pain"), len(shorten("x" * 60))
    ('pain', 46)
    """
    return words if len(words) <= _WIDEST else words[: _WIDEST - 1] + "…"


def _chosen(found: Analysis) -> dict[str, list[str]]:
    """The nodes of each kind that are drawn, in the order of their communities."""
    chosen: dict[str, list[str]] = {}
    of = found.communities.of
    for kind, most in MOST.items():
        nodes = [node for node, own in found.network.nodes(data="kind") if own == kind]
        nodes.sort(key=lambda node: (-found.centralities[node].degree, node))
        chosen[kind] = sorted(
            nodes[:most], key=lambda node: (of[node], -found.centralities[node].degree, node)
        )
    return chosen


def _colour(found: Analysis, node: str) -> str:
    return COLOURS[found.communities.of[node] % len(COLOURS)]


def _name(found: Analysis, node: str, *, left: bool) -> str:
    label, group = shorten(found.network.nodes[node]["label"]), found.communities.of[node]
    return f"{label}  [{group}]" if left else f"[{group}]  {label}"


def _columns(found: Analysis) -> Figure:
    chosen = _chosen(found)
    drugs, toxicities = chosen["drug"], chosen["toxicity"]
    left = max(text_width(_name(found, node, left=True), _SIZE) for node in drugs) + 0.3
    right = max(text_width(_name(found, node, left=False), _SIZE) for node in toxicities) + 0.3
    rows = max(len(drugs), len(toxicities))
    middle, head, foot = 3.6, 0.75, 0.15
    told = _title(found, chosen)
    width = max(left + middle + right, max(text_width(line, _SIZE + 1) for line in told) + 0.3)
    drawn = figure(width, head + rows * _ROW + foot)
    axes = _bare(drawn, (0, 0, 1, 1))
    height = rows * _ROW
    places = {
        node: (x, foot + height * (1 - (at + 0.5) / len(column)))
        for x, column in ((left, drugs), (left + middle, toxicities))
        for at, node in enumerate(column)
    }
    axes.set_xlim(0, width)
    axes.set_ylim(0, head + height + foot)
    _edges(axes, found, places)
    for node, (x, y) in places.items():
        is_drug = x == left
        axes.plot(
            [x], [y], marker="s" if is_drug else "o", color=_colour(found, node), markersize=5, zorder=3
        )
        axes.text(
            x + (-0.1 if is_drug else 0.1),
            y,
            _name(found, node, left=is_drug),
            ha="right" if is_drug else "left",
            **_text(),
        )
    for at, line in enumerate(told):
        axes.text(
            0.15, head + height + foot - 0.17 - 0.18 * at, line, ha="left", **_text(INK if at == 0 else GREY)
        )
    return drawn


def _circle(found: Analysis) -> Figure:
    chosen = _chosen(found)
    nodes = [node for kind in chosen.values() for node in kind]
    angles = {node: 2 * math.pi * at / len(nodes) for at, node in enumerate(nodes)}
    radius = max(1.6, len(nodes) * 0.19 / (2 * math.pi))
    told = _title(found, chosen)
    head = 0.75
    reach = {node: radius + 0.3 + text_width(_name(found, node, left=False), _SIZE) for node in nodes}
    half = max(abs(math.cos(angle)) * reach[node] for node, angle in angles.items())
    half = max(half, (max(text_width(line, _SIZE) for line in told) + 0.3) / 2)
    tall = max(abs(math.sin(angle)) * reach[node] for node, angle in angles.items())
    tall = max(tall, radius + 0.3)
    drawn = figure(2 * half, 2 * tall + head)
    axes = _bare(drawn, (0, 0, 1, 1))
    axes.set_xlim(-half, half)
    axes.set_ylim(-tall, tall + head)
    places = {node: (radius * math.cos(a), radius * math.sin(a)) for node, a in angles.items()}
    _edges(axes, found, places)
    for node, angle in angles.items():
        x, y = places[node]
        turned = math.cos(angle) < 0
        axes.plot([x], [y], marker="o", color=_colour(found, node), markersize=5, zorder=3)
        axes.text(
            x * (1 + 0.1 / radius),
            y * (1 + 0.1 / radius),
            _name(found, node, left=turned),
            ha="right" if turned else "left",
            rotation=math.degrees(angle) + (180 if turned else 0),
            rotation_mode="anchor",
            **_text(),
        )
    for at, line in enumerate(told):
        axes.text(
            -half + 0.15,
            tall + head - 0.17 - 0.18 * at,
            line,
            ha="left",
            **_text(INK if at == 0 else GREY),
        )
    return drawn


def _bare(drawn: Figure, place: tuple[float, float, float, float]) -> Axes:
    axes = drawn.add_axes(place)
    axes.set_axis_off()
    return axes


def _text(colour: str = INK) -> dict[str, Any]:
    return {
        "va": "center_baseline",
        "fontsize": _SIZE,
        "family": FONT,
        "color": colour,
        "parse_math": False,
    }


def _edges(axes: Axes, found: Analysis, places: Mapping[str, tuple[float, float]]) -> None:
    """The edges between the nodes drawn: the heavier, the wider; within a community in its colour."""
    edges = [edge for edge in _between(found.network, places) if edge[2] is None or edge[2] > 0]
    heaviest = max((weight for _, _, weight in edges if weight is not None), default=1.0)
    of = found.communities.of
    for one, two, weight in sorted(edges, key=lambda edge: edge[2] or 0):
        inside = of[one] == of[two]
        axes.plot(
            [places[one][0], places[two][0]],
            [places[one][1], places[two][1]],
            color=_colour(found, one) if inside and weight is not None else "#9a9a9a",
            linewidth=0.4 if weight is None else 0.4 + 2.6 * weight / heaviest,
            linestyle=(0, (2, 3)) if weight is None else "-",
            alpha=0.75 if inside and weight is not None else 0.45,
            zorder=2 if inside else 1,
        )


def _between(network: nx.Graph, places: Mapping[str, object]) -> Iterable[tuple[str, str, float | None]]:
    return (
        (one, two, weight)
        for one, two, weight in network.edges(data="weight")
        if one in places and two in places
    )


def _title(found: Analysis, chosen: Mapping[str, Sequence[str]]) -> list[str]:
    network = found.network
    counts = []
    for kind, nodes in chosen.items():
        total = sum(own == kind for _, own in network.nodes(data="kind"))
        if total:
            counts.append(f"{len(nodes)} of {total:,} {plural(kind)}")
    by = WEIGHTS[found.asked.weight]
    lines = [f"{', '.join(counts)}: those with most edges"]
    if found.asked.project:
        lines.append(f"line width: sum over what two share of the products of their {by}")
    else:
        unknown = any(weight is None for _, _, weight in network.edges(data="weight"))
        lines.append(f"line width: {by}{'; dashed: no source gives it' if unknown else ''}")
    return [*lines, "[n], colour and coloured lines: community; grey lines join two communities"]
