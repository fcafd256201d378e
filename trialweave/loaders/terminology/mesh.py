"""What all of NLM's MeSH files have in common: who publishes them, under which terms, of which year."""

from __future__ import annotations

import re

from trialweave.ontology.prefixes import namespace
from trialweave.records import Source, Terminology

MESH = namespace("mesh")
MESHV = namespace("meshv")

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def edition(*names: str | None) -> str | None:
    """The year that a file's name states; None where it states none, or several.

    >>> edition("mesh-2024-core.nt.gz"), edition("mesh.nt"), edition("desc2024.xml")
    ('2024', None, '2024')
    """
    years = {year for name in names if name for year in _YEAR.findall(name)}
    return years.pop() if len(years) == 1 else None


def header(key: str, source: Source, *, partial: bool) -> Terminology:
    """The header of a MeSH file; `source.version` is its edition.

    NLM asks that its data be named as "courtesy of" it, and that it be said where they are changed or not
    the newest.
    """
    return Terminology(
        key=key,
        source=source,
        version=source.version,
        iri=MESH[""],
        title="Medical Subject Headings",
        licence="https://www.nlm.nih.gov/databases/download/terms_and_conditions_mesh.html",
        notice=(
            "Courtesy of the U.S. National Library of Medicine, which has not reviewed or endorsed this "
            "use of it; may not be the most current version of its data."
        ),
        homepage="https://www.nlm.nih.gov/mesh/",
        redistributable=True,
        partial=partial,
    )
