"""The graph as one file of RDF: N-Quads, TriG, JSON-LD, N-Triples, Turtle, RDF/XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyoxigraph

from trialweave.errors import StoreError
from trialweave.graph.export.whole import whole_file
from trialweave.graph.quads import Literal, Quad, Triple
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Record

FORMATS = {
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".trig": pyoxigraph.RdfFormat.TRIG,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".rdf": pyoxigraph.RdfFormat.RDF_XML,
}


class Exported(Record, frozen=True):
    """What was written: `graphs` is None where the format holds no graph names."""

    file: str
    statements: int
    graphs: int | None


def export(graph: Graph, file: Path) -> Exported:
    """Write the whole graph to `file`, in the format of its ending, `.gz` behind it or not.

    Quads are sorted by graph, subject, predicate, object. Formats without graph names (`.nt`, `.ttl`,
    `.rdf`) get each triple once. The file appears whole or not at all.

    Raises StoreError for an ending that is not known, if the file cannot be written, and for `.rdf` if a
    text holds a character that XML 1.0 cannot.
    """
    suffixes = [suffix.lower() for suffix in file.suffixes]
    zipped = suffixes[-1:] == [".gz"]
    ending = (suffixes[-2:-1] if zipped else suffixes[-1:]) or [""]
    form = FORMATS.get(ending[0])
    if form is None:
        raise StoreError(
            f"{file}: unknown ending {ending[0]!r}; use one of {', '.join(FORMATS)} (.gz may follow)"
        )
    names = graph.graph_names()
    if form == pyoxigraph.RdfFormat.RDF_XML:
        _refuse_what_xml_cannot_hold(graph, names, file)
    counter = _Counter()
    with whole_file(file) as out:
        _serialise(graph, names, form, out, counter)
    return Exported(
        file=str(file), statements=counter.count, graphs=len(names) if form.supports_datasets else None
    )


_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _refuse_what_xml_cannot_hold(graph: Graph, names: list[str], file: Path) -> None:
    """XML 1.0 (section 2.2) has no form for most control characters, escaped or not."""
    for name in names:
        for quad in graph.quads(name):
            if isinstance(quad.object, Literal) and (found := _NOT_XML.search(quad.object.value)):
                raise StoreError(
                    f"{file}: {quad.subject} holds the character U+{ord(found[0]):04X}, which XML cannot "
                    "hold; use another format, such as .ttl or .nt"
                )


class _Counter:
    count = 0


def _serialise(
    graph: Graph, names: list[str], form: pyoxigraph.RdfFormat, out: IO[bytes], counter: _Counter
) -> None:
    prefixes = dict(PREFIXES)
    if form.supports_datasets:
        pyoxigraph.serialize(_sorted_quads(graph, names, counter), out, form, prefixes=prefixes)
    else:
        pyoxigraph.serialize(_sorted_triples(graph, names, counter), out, form, prefixes=prefixes)


def _sorted_quads(graph: Graph, names: list[str], counter: _Counter) -> Iterator[Quad]:
    for name in names:
        for quad in sorted(graph.quads(name), key=str):
            counter.count += 1
            yield quad


def _sorted_triples(graph: Graph, names: list[str], counter: _Counter) -> Iterator[Triple]:
    triples = {quad.triple for name in names for quad in graph.quads(name)}
    for triple in sorted(triples, key=str):
        counter.count += 1
        yield triple
