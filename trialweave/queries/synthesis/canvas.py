"""The door to matplotlib, which comes with the extra `evidence`: figures without a screen, and their files.

Colours are of Okabe and Ito's palette, which people with any colour vision tell apart; in grey, the marks of
studies print darker than those of pools.
"""

from __future__ import annotations

import os
from pathlib import Path

from trialweave.errors import QueryError

try:
    import matplotlib as mpl
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Polygon
    from matplotlib.transforms import Transform, blended_transform_factory
except ImportError as error:
    raise QueryError("pictures need matplotlib: pip install 'trialweave[evidence]'") from error

__all__ = ["Axes", "Figure", "Polygon", "Transform", "figure", "inches_and_rows", "save", "text_width"]

INK = "#1a1a1a"
GREY = "#6b6b6b"
PALE = "#d9d9d9"
STUDY = "#0072b2"
POOL = "#d55e00"

ENDINGS = (".svg", ".png", ".pdf")
FONT = "DejaVu Sans"

_DPI = 200
_MOST_PIXELS = 60_000


def figure(width: float, height: float) -> Figure:
    """An empty white figure of so many inches."""
    made = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(made)
    return made


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """The width of words in inches, at a size in points. `$` is a dollar here, never mathematics.

    >>> text_width("", 8) == 0 and 0 < text_width("NCT00494299", 8) < text_width("NCT00494299", 8, bold=True)
    True
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(words, font, False)
    return float(width) / 72


def inches_and_rows(axes: Axes) -> Transform:
    """Places whose x is in inches from the left of the figure, and whose y is a row of the axes."""
    root = axes.get_figure(root=True)
    if root is None:
        raise QueryError("these axes are in no figure")
    return blended_transform_factory(root.dpi_scale_trans, axes.transData)


def save(drawn: Figure, file: Path) -> None:
    """Write a figure as SVG, PNG or PDF, by the file's ending; the same figure gives the same bytes.

    Raises QueryError for another ending, and where the file cannot be written.
    """
    ending = file.suffix.lower()
    if ending not in ENDINGS:
        raise QueryError(f"{file}: unknown ending; a picture is {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}[ending]
    dpi = min(_DPI, _MOST_PIXELS / max(drawn.get_size_inches()))
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with mpl.rc_context({"font.family": FONT, "svg.hashsalt": "trialweave", "pdf.fonttype": 42}):
            drawn.savefig(part, format=ending[1:], dpi=dpi, metadata=metadata)
        part.replace(file)
    except OSError as error:
        raise QueryError(f"{file}: cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)
