"""Ontologies in OWL/XML, as STATO and others publish them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from trialweave.loaders.terminology import TerminologyItem
from trialweave.loaders.terminology.owl_axioms import read_axioms
from trialweave.loaders.terminology.xml_prolog import as_utf8, entities, expanded, root, text_of

FORMAT = "owl-xml"

_ROOT = re.compile(r"<(?:\w+:)?Ontology\s[^>]*http://www\.w3\.org/2002/07/owl#")


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is OWL/XML.

    >>> matches('<Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="http://x/o">')
    True
    """
    return _ROOT.match(root(head) or "") is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[TerminologyItem]:
    """The ontology of one file, its terms, and the triples of its axioms; imports are not followed."""
    return read_axioms(stream, _text, syntax="owx", format_name=FORMAT, file=file, member=member)


def _text(data: BinaryIO) -> str:
    plain = as_utf8(data)
    known = entities(plain)
    return expanded(text_of(plain), known)
