"""OWL's own syntaxes (OWL/XML, functional): axioms, and the triples that stand for them.

Read by py-horned-owl and written as RDF/XML after OWL 2's mapping to RDF, from where they go the way of all
RDF. The whole ontology is held in memory meanwhile.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import BinaryIO, Literal

import pyoxigraph as ox

from trialweave.errors import LoadError
from trialweave.loaders.terminology import TerminologyItem
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.triples import items
from trialweave.records import Rejected

Syntax = Literal["owx", "ofn"]


def read_axioms(
    stream: BinaryIO,
    text_of: Callable[[BinaryIO], str],
    *,
    syntax: Syntax,
    format_name: str,
    file: str,
    member: str | None,
) -> Iterator[TerminologyItem]:
    """The ontology, its terms and its triples; one Rejected where it cannot be read.

    `text_of` gives the text of the file's bytes, or raises LoadError.
    """
    with laid_out(stream) as whole:
        try:
            if whole.problem is not None:
                raise LoadError(whole.problem)
            rdf = _rdf(text_of(whole.data), syntax)
        except LoadError as error:
            yield Rejected(file=file, member=member, position=0, reason=str(error))
            return

        def parse(*, lenient: bool) -> Iterable[ox.Quad]:
            return ox.parse(io.BytesIO(rdf), format=ox.RdfFormat.RDF_XML, lenient=lenient)

        yield from items(whole, parse, file=file, member=member, format_name=format_name)


def _rdf(text: str, syntax: Syntax) -> bytes:
    try:
        from pyhornedowl import open_ontology_from_string
        from pyhornedowl.model import DisjointClasses
    except ImportError:
        raise LoadError(
            "OWL/XML and functional syntax are read by py-horned-owl, which is not here: "
            "install trialweave[owl], or convert the file to RDF/XML"
        ) from None
    try:
        ontology = open_ontology_from_string(text, syntax)
        # py-horned-owl writes the pairs of the first of several disjoint classes only (seen in 2.0.0)
        for axiom in ontology.get_components():
            if isinstance(axiom.component, DisjointClasses):
                for pair in combinations(axiom.component.first[1:], 2):
                    ontology.add_component(DisjointClasses(list(pair)), axiom.ann)
        rdf: str = ontology.save_to_string("rdf")
    except ValueError as error:
        raise LoadError(f"not an ontology in OWL's syntax: {error}") from error
    return rdf.encode()
