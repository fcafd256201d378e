"""Forest and funnel plots: what is drawn is what was pooled, and nothing lies on anything else."""

import math
import random
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from PIL import Image

from trialweave.errors import QueryError
from trialweave.queries.synthesis import axis, canvas
from trialweave.queries.synthesis.forest import draw, forest
from trialweave.queries.synthesis.funnel import draw as draw_funnel
from trialweave.queries.synthesis.funnel import funnel
from trialweave.queries.synthesis.study import Counts, Estimate, Model
from trialweave.queries.synthesis.subsets import Synthesis, synthesise
from trialweave.queries.synthesis.table_file import read_table

DATA = Path(__file__).parents[2] / "data" / "synthesis"


def invented(k: int) -> list[Counts]:
    chance = random.Random(k)
    found = []
    for number in range(k):
        n = int(10 ** chance.uniform(1.3, 3))
        events = sum(chance.random() < 0.2 for _ in range(n)), sum(chance.random() < 0.08 for _ in range(n))
        found.append(
            Counts(
                study=f"Trial {number} & $5 <b>",
                events_treated=events[0],
                n_treated=n,
                events_control=events[1],
                n_control=n,
                subgroup="one drug" if number % 2 else "another drug, of a longer name",
            )
        )
    return found


def bcg(by: bool = False) -> Synthesis:
    return synthesise(read_table(DATA / "bcg.csv", "rr", by="allocation"), Model(method="dl"), by_subgroup=by)


def words(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def squares(axes: Axes) -> list[Line2D]:
    return [line for line in axes.lines if line.get_marker() == "s"]


def test_each_study_has_its_counts_effect_and_weight() -> None:
    [axes] = draw(bcg()).axes
    said = words(axes)
    for expected in ("Aronson 1948", "4/123", "11/139", "0.41 (0.13 to 1.26)", "5.0"):
        assert expected in said
    for expected in (
        "All studies",
        "1065/191064",
        "0.49 (0.34 to 0.70)",
        "95 % prediction interval",
        "100.0",
    ):
        assert expected in said
    assert "Heterogeneity: Q = 152.23, df = 12, p < 0.0001" in said
    assert "I² = 92.1 %; tau² = 0.309 (95 % CI 0.120 to 1.11)" in said


def test_the_area_of_a_square_is_the_weight() -> None:
    found = bcg()
    [axes] = draw(found).axes
    drawn = {float(line.get_xdata()[0]): line.get_markersize() ** 2 for line in squares(axes)}  # type: ignore[index]
    assert len(drawn) == 13
    by_weight = [drawn[one.effect] / one.weight for one in found.pooled.studies if one.effect is not None]
    assert by_weight == pytest.approx([by_weight[0]] * 13)


def test_the_diamond_is_the_pool_and_its_interval() -> None:
    found = bcg(by=True)
    [axes] = draw(found).axes
    diamonds = [patch for patch in axes.patches if isinstance(patch, Polygon)]
    spans = [(patch.get_xy()[:, 0].min(), patch.get_xy()[:, 0].max()) for patch in diamonds]
    pools = [part.pooled for part in found.subgroups if part.pooled is not None] + [found.pooled]
    assert spans == [pytest.approx((pool.ci_low, pool.ci_high)) for pool in pools]


def test_an_interval_beyond_the_axis_ends_in_an_arrow() -> None:
    studies = [Estimate(study=name, effect=0.1 * place, se=0.1) for place, name in enumerate("ABC")]
    [plain] = draw(synthesise(studies, Model(measure="hr", method="iv"))).axes
    assert not [line for line in plain.lines if line.get_marker() in "<>"]
    wide = [*studies, Estimate(study="D", effect=0.2, se=8)]
    [axes] = draw(synthesise(wide, Model(measure="hr"))).axes
    low, high = axes.get_xlim()
    arrows = {
        line.get_marker(): float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() in "<>"
    }  # type: ignore[index]
    assert arrows == {"<": pytest.approx(low), ">": pytest.approx(high)}


@pytest.mark.parametrize(
    "found",
    [
        bcg(),
        bcg(by=True),
        synthesise(invented(24), Model(measure="rd", method="mh"), by_subgroup=True),
        synthesise([Estimate(study=x, effect=0.1, se=0.2) for x in "AB"], Model(measure="hr")),
    ],
    ids=["ratio", "subgroups", "difference", "estimates"],
)
def test_no_words_lie_on_others_or_on_the_plot(found: Synthesis) -> None:
    figure = draw(found)
    renderer = FigureCanvasAgg(figure).get_renderer()
    [axes] = figure.axes
    boxes = [text.get_window_extent(renderer) for text in [*axes.texts, *figure.texts] if text.get_text()]
    boxes += [label.get_window_extent(renderer) for label in axes.get_xticklabels()]
    plot = axes.get_window_extent(renderer)
    for place, box in enumerate(boxes):
        assert not box.overlaps(plot)
        for other in boxes[place + 1 :]:
            overlap = (
                min(box.x1, other.x1) - max(box.x0, other.x0),
                min(box.y1, other.y1) - max(box.y0, other.y0),
            )
            assert min(overlap) < 2, (box, other)
    whole = figure.bbox
    assert all(box.x0 >= 0 and box.x1 <= whole.x1 and box.y0 >= 0 and box.y1 <= whole.y1 for box in boxes)


def test_files_of_each_kind(tmp_path: Path) -> None:
    for made, name in ((forest, "forest"), (funnel, "funnel")):
        for ending in canvas.ENDINGS:
            made(bcg(), tmp_path / f"{name}{ending}")
            first = (tmp_path / f"{name}{ending}").read_bytes()
            made(bcg(), tmp_path / f"{name}{ending}")
            assert (tmp_path / f"{name}{ending}").read_bytes() == first, "the same picture, the same bytes"
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.format == "PNG"
            assert len(picture.convert("L").getcolors(10_000) or []) > 20
        assert ElementTree.parse(tmp_path / f"{name}.svg").getroot().tag.endswith("svg")
        assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == sorted(canvas.ENDINGS * 2)


def test_three_hundred_studies_each_have_a_line_of_their_own(tmp_path: Path) -> None:
    found = synthesise(invented(300), Model(method="dl"))
    figure = draw(found)
    assert len(squares(figure.axes[0])) == found.pooled.k
    assert figure.get_size_inches()[1] > 0.2 * found.pooled.k
    forest(found, tmp_path / "long.png")
    with Image.open(tmp_path / "long.png") as picture:
        assert picture.height > 12_000


@pytest.mark.parametrize(
    ("name", "said"), [("plot.gif", "unknown ending"), ("no/such/plot.svg", "cannot be written")]
)
def test_pictures_that_cannot_be_written(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        forest(bcg(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_funnel_shows_every_study_and_its_limits() -> None:
    found = bcg()
    figure: Figure = draw_funnel(found)
    [axes] = figure.axes
    [points] = axes.collections
    expected = np.array([(one.effect, one.se) for one in found.pooled.studies])
    assert np.asarray(points.get_offsets()) == pytest.approx(expected)
    top = axes.get_ylim()[0]
    ends = sorted(float(line.get_xdata()[1]) for line in axes.lines if line.get_linestyle() == "--")  # type: ignore[index]
    spread = [(end - found.pooled.effect) / top for end in ends]
    assert spread == pytest.approx([-2.5758, -1.9600, 1.9600, 2.5758], abs=1e-4)


def test_ticks_are_round_and_few() -> None:
    for low, high in ((-0.05, 0.06), (-0.5, 0.7), (-3, 3), (-12, 9), (-60, 80)):
        values = axis.ticks(low, high)
        assert 2 <= len(values) <= 9
        assert all(low <= math.log(value) <= high for value in values)


@pytest.mark.parametrize(
    ("library", "module", "said"),
    [
        ("matplotlib", "forest", "pictures need matplotlib"),
        ("statsmodels.stats", "pooling", "pooling needs statsmodels"),
    ],
)
def test_a_missing_extra_is_named(library: str, module: str, said: str) -> None:
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from trialweave.errors import QueryError\n"
        f"try:\n    import trialweave.queries.synthesis.{module}\n"
        "except QueryError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said in done.stdout
    assert "trialweave[evidence]" in done.stdout
