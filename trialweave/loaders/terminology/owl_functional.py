"""Ontologies in OWL's functional syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from trialweave.loaders.terminology import TerminologyItem
from trialweave.loaders.terminology.owl_axioms import read_axioms
from trialweave.loaders.terminology.xml_prolog import text_of

FORMAT = "owl-functional"

_STARTS = re.compile(r"(?:\s*#.*\n)*\s*(?:Prefix\s*\(\s*[\w.-]*:\s*=\s*<|Ontology\s*\()")


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is OWL in functional syntax.

    >>> matches("Prefix(owl:=<http://www.w3.org/2002/07/owl#>)"), matches("Ontology of adverse events")
    (True, False)
    """
    return _STARTS.match(head) is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[TerminologyItem]:
    """The ontology of one file, its terms, and the triples of its axioms; imports are not followed."""
    return read_axioms(stream, text_of, syntax="ofn", format_name=FORMAT, file=file, member=member)
