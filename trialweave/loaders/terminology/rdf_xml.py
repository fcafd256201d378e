"""Ontologies in OWL as RDF/XML: what most publishers give as `.owl`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyoxigraph as ox

from trialweave.errors import LoadError
from trialweave.loaders.terminology import TerminologyItem
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.triples import items
from trialweave.loaders.terminology.xml_prolog import as_utf8, entities, root
from trialweave.records import Rejected

FORMAT = "rdf-xml"

_ROOT = re.compile(r"<(?:[\w.-]+:)?RDF[\s>]")


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is RDF/XML.

    >>> matches('<?xml version="1.0"?><rdf:RDF xmlns:rdf="…">'), matches("<PubmedArticleSet>")
    (True, False)
    """
    return _ROOT.match(root(head) or "") is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[TerminologyItem]:
    """The ontology of one file, its terms, and its triples as published; imports are not followed."""
    with laid_out(stream) as whole:
        try:
            data = as_utf8(whole.data)
            entities(data)  # refuses those that expand without bound
        except LoadError as error:
            yield Rejected(file=file, member=member, position=0, reason=whole.problem or str(error))
            return

        def parse(*, lenient: bool) -> Iterable[ox.Quad]:
            data.seek(0)
            return ox.parse(data, format=ox.RdfFormat.RDF_XML, lenient=lenient)

        yield from items(whole, parse, file=file, member=member, format_name=FORMAT)
