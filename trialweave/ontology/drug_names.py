"""Names of drugs that our MeSH does not have: brands, codes of development, generic names newer than it.

A curated table beside it (`drug_names.tsv`: name, mesh_ui, kind), a basis of its own: a link that rests on
it says so.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_PUNCTUATION = re.compile(r"[\W_]+")


def find(name: str) -> str | None:
    """The MeSH UI of a name; case and punctuation do not count. None where the table has none.

    >>> find("avastin"), find("BAY43-9006"), find("bevacizumab")
    ('D000068258', 'D000077157', None)
    """
    return _table().get(_fold(name))


@cache
def rows() -> tuple[tuple[str, str], ...]:
    """Every name and the MeSH UI that it stands for, sorted by name."""
    _, *lines = files(__package__).joinpath("drug_names.tsv").read_text("utf-8").splitlines()
    cells = (line.split("\t") for line in lines)
    return tuple((name, ui) for name, ui, _ in cells)


@cache
def _table() -> dict[str, str]:
    return {_fold(name): ui for name, ui in rows()}


def _fold(name: str) -> str:
    return _PUNCTUATION.sub("", name.casefold())
