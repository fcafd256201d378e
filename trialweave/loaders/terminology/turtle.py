"""Ontologies and concept schemes in Turtle, or N-Triples, which is Turtle too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyoxigraph as ox

from trialweave.loaders.terminology import TerminologyItem
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.triples import items

FORMAT = "turtle"

_STARTS = re.compile(
    r"(?:\s*#.*\n)*\s*(?:(?i:@prefix|prefix)\s+[^\s:]*:\s*<|(?i:@base|base)\s+<|<[^<>\s]+>\s+(?:a\s|<[^<>\s]+>\s))"
)


def matches(head: str) -> bool:
    r"""Whether a file that begins with `head` is Turtle.

    >>> matches("# ours\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"), matches("<r> <b>x</b></r>")
    (True, False)
    """
    return _STARTS.match(head) is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[TerminologyItem]:
    """The ontology of one file, its terms, and its triples as published."""
    with laid_out(stream) as whole:

        def parse(*, lenient: bool) -> Iterable[ox.Quad]:
            whole.data.seek(0)
            return ox.parse(whole.data, format=ox.RdfFormat.TURTLE, lenient=lenient)

        yield from items(whole, parse, file=file, member=member, format_name=FORMAT)
