"""Network pictures and heat maps: what is drawn is what was found, and names do not lie on each other."""

import math
from pathlib import Path

import matplotlib.image
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from trialweave.errors import QueryError
from trialweave.queries.network import heat_map as heat_maps
from trialweave.queries.network import picture
from trialweave.queries.network.analysis import Analysis, Asked, analyse
from trialweave.queries.network.bipartite import Side
from trialweave.queries.network.heat_map import heat_map
from trialweave.queries.network.links import Link


def invented(drugs: int, toxicities: int) -> list[Link]:
    return [
        Link(
            drug=f"drug {drug} & $5 <b>",
            toxicity=f"{'a long name of a ' * (toxicity % 3)}toxicity {toxicity}",
            trials=1 + (drug * toxicity) % 4,
            log_rr=None if (drug + toxicity) % 5 == 0 else math.log(0.5 + (drug + toxicity) % 7),
        )
        for drug in range(drugs)
        for toxicity in range(toxicities)
        if (drug * 7 + toxicity * 3) % 4 < 2
    ]


def drawn(found: Analysis) -> tuple[Figure, Axes]:
    made = picture._circle(found) if found.asked.project else picture._columns(found)
    [axes] = made.axes
    return made, axes


@pytest.mark.parametrize(
    ("drugs", "toxicities", "project"),
    [  # the toxicities of 300 drugs are drawn as those of 24 are, and take minutes
        (drugs, toxicities, project)
        for drugs, toxicities in [(1, 1), (24, 30), (300, 400)]
        for project in (None, "drugs", "toxicities")
        if (drugs, project) != (300, "toxicities")
    ],
)
def test_names_are_in_the_picture_and_not_on_each_other(
    drugs: int, toxicities: int, project: Side | None
) -> None:
    links = (
        invented(drugs, toxicities)
        if drugs > 1
        else [
            Link(drug="one", toxicity="rash", trials=1),
            Link(drug="two", toxicity="rash", trials=1),
            Link(drug="two", toxicity="pain", trials=1),
        ]
    )
    found = analyse(links[:4000], Asked(project=project, runs=1))
    made, axes = drawn(found)
    canvas = FigureCanvasAgg(made)
    canvas.draw()
    whole = made.bbox
    texts = list(axes.texts)
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in texts]
    assert all(
        whole.x0 - 1 <= box.x0
        and box.x1 <= whole.x1 + 1
        and whole.y0 - 1 <= box.y0
        and box.y1 <= whole.y1 + 1
        for box in boxes
    )
    if project is None:  # a turned text's box is larger than the text
        for place, one in enumerate(boxes):
            assert not any(one.overlaps(two) for two in boxes[place + 1 :])
    names = [text.get_text() for text in texts]
    shown = sum("[" in name and "]" in name and "colour" not in name for name in names)
    kinds = [kind for _, kind in found.network.nodes(data="kind")]
    assert shown == min(kinds.count("drug"), 30) + min(kinds.count("toxicity"), 45)


def test_an_unknown_weight_is_dashed_and_a_heavy_one_wide() -> None:
    links = [
        Link(drug="a", toxicity="x", trials=1, log_rr=2.0),
        Link(drug="a", toxicity="y", trials=1, log_rr=0.5),
        Link(drug="b", toxicity="x", trials=1),
        Link(drug="b", toxicity="y", trials=1, log_rr=-1.0),
    ]
    _, axes = drawn(analyse(links, Asked(weight="log-rr", runs=1)))
    lines = [line for line in axes.lines if len(line.get_xdata()) == 2]
    assert len(lines) == 3  # a risk ratio below 1 is no tie
    assert sum(line.is_dashed() for line in lines) == 1
    widths = sorted(line.get_linewidth() for line in lines if not line.is_dashed())
    assert widths == pytest.approx([0.4 + 2.6 / 4, 3.0])
    assert any("dashed" in text.get_text() for text in axes.texts)


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_pictures_are_files_and_the_same_again(tmp_path: Path, ending: str) -> None:
    links = invented(5, 9)
    for name in ("one", "two"):
        picture.draw(analyse(links, Asked(runs=2)), tmp_path / f"{name}.{ending}")
        heat_map(links, tmp_path / f"{name}-map.{ending}", weight="log-rr")
    for kind in ("", "-map"):
        first, second = (tmp_path / f"{name}{kind}.{ending}" for name in ("one", "two"))
        assert first.read_bytes() == second.read_bytes()
        assert first.stat().st_size > 1000


def test_a_cell_is_empty_crossed_or_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Figure] = []
    monkeypatch.setattr(heat_maps, "save", lambda figure, file: kept.append(figure))
    links = [
        Link(drug="a", toxicity="x", trials=1, log_rr=math.log(3)),
        Link(drug="a", toxicity="y", trials=1),
        Link(drug="b", toxicity="x", trials=1, log_rr=math.log(0.5)),
        Link(drug="b", toxicity="z", trials=0, log_rr=None),
    ]
    heat_map(links, tmp_path / "n.svg", weight="log-rr")
    [axes] = kept[0].axes
    cells = {
        (round(text.get_position()[0] - 0.5), round(text.get_position()[1] - 0.52)): text.get_text()
        for text in axes.texts
        if text.get_ha() == "center" and text.get_va() == "center"
    }
    assert cells == {(0, 0): "3.0", (1, 0): "×", (0, 1): "0.50"}  # nothing at b and y: no source tells
    orange, grey, purple = (patch.get_facecolor()[:3] for patch in axes.patches)
    assert orange[0] > orange[2]
    assert purple[2] > purple[0]
    assert grey[0] == grey[1] == grey[2]


def test_nothing_to_draw_is_said(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="without an edge"):
        picture.draw(analyse([], Asked()), tmp_path / "n.svg")
    with pytest.raises(QueryError, match="no link to draw"):
        heat_map([], tmp_path / "n.svg")
    with pytest.raises(QueryError, match="unknown ending"):
        heat_map(invented(2, 2), tmp_path / "n.gif")


def test_a_png_is_dark_on_white(tmp_path: Path) -> None:
    picture.draw(analyse(invented(4, 6), Asked(runs=1)), tmp_path / "n.png")
    pixels = matplotlib.image.imread(tmp_path / "n.png")[..., :3]
    assert pixels[0, 0].min() == 1.0
    assert pixels.min() < 0.2
