"""Links that we made by hand, for labels that no rule gets right: the table `curated.tsv`.

Columns: kind, label, predicate ("exact", "close", "broad"), term (a CURIE), term_label. A row goes before
all that rules find in the same terminology. "Decreased appetite" stands there, say, because CTCAE calls it
anorexia, and because indexers file it under eating disorders, of which it is none.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, cast

from trialweave.ontology.linking.forms import Kind
from trialweave.ontology.linking.spelling import key
from trialweave.ontology.prefixes import expand


class Row(NamedTuple):
    """One link made by hand; `term` is an IRI."""

    kind: Kind
    label: str
    predicate: Literal["exact", "close", "broad"]
    term: str
    term_label: str


@cache
def rows() -> tuple[Row, ...]:
    """All rows, sorted by kind and label."""
    _, *lines = files(__package__).joinpath("curated.tsv").read_text("utf-8").splitlines()
    found = []
    for line in lines:
        kind, label, predicate, term, term_label = line.split("\t")
        found.append(
            Row(
                cast("Kind", kind),
                label,
                cast('Literal["exact", "close", "broad"]', predicate),
                expand(term),
                term_label,
            )
        )
    return tuple(found)


def find(label: str, kind: Kind) -> tuple[Row, ...]:
    """The rows of a label, in whatever spelling.

    >>> [(row.predicate, row.term_label) for row in find("decreased appetite", "event")]
    [('exact', 'Anorexia'), ('broad', 'Feeding and Eating Disorders')]
    """
    return _by_key()[kind].get(key(label), ())


@cache
def _by_key() -> dict[Kind, dict[str, tuple[Row, ...]]]:
    found: dict[Kind, dict[str, tuple[Row, ...]]] = defaultdict(dict)
    for row in rows():
        made = key(row.label)
        found[row.kind][made] = (*found[row.kind].get(made, ()), row)
    return found
