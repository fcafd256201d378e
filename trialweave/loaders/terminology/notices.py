"""What must stand beside the data of each known terminology, in our words, and whether it may be passed on.

What a file itself says of its licence is the `licence` of its record; this is what its publisher asks for.
Of a terminology that is not listed nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Notice(NamedTuple):
    """`text` is for people; `redistributable` is whether the data may be passed on under its terms."""

    text: str
    redistributable: bool


def _attribution(name: str, licence: str) -> Notice:
    return Notice(f"{name}, {licence}: name it, its version and the licence wherever its terms go.", True)


NOTICES: Mapping[str, Notice] = MappingProxyType(
    {
        "chebi": _attribution("ChEBI, of the European Bioinformatics Institute (EMBL-EBI)", "CC BY 4.0"),
        "doid": Notice("Human Disease Ontology, CC0 1.0: free to use; its authors ask to be cited.", True),
        "hp": Notice(
            "Human Phenotype Ontology (https://hpo.jax.org): use it freely under its own licence; cite it, "
            "show the version used, and do not change its content.",
            True,
        ),
        "mondo": _attribution("Mondo Disease Ontology, of the Monarch Initiative", "CC BY 4.0"),
        "ncit": _attribution(
            "NCI Thesaurus, of the US National Cancer Institute (in the OBO edition)", "CC BY 4.0"
        ),
        "oae": _attribution("Ontology of Adverse Events", "CC BY"),
    }
)
"""By the key of the terminology, in lower case."""
