"""Names of drugs that our MeSH does not have: brands, codes of development, generic names newer than it.

A curated table beside it (`drug_names.tsv`: name, mesh_ui, kind), a basis of its own: a link that rests on
it says so.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def rows() -> tuple[tuple[str, str], ...]:
    """Every name and the MeSH UI that it stands for, sorted by name.

    >>> dict(rows())["Avastin"]
    'D000068258'
    """
    _, *lines = files(__package__).joinpath("drug_names.tsv").read_text("utf-8").splitlines()
    cells = (line.split("\t") for line in lines)
    return tuple((name, ui) for name, ui, _ in cells)
