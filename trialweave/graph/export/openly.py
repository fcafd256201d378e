"""The part of a store that may be passed on, as a graph of its own: `--open-only`.

Left out are:

- of publications, the text of the abstract and every quote from it, with the words around it: they are the
  publisher's. What was read from them stays, and so does the place: who has the text finds the words again.
- terminologies and sets of mappings that say that they may not go on, or do not say that they may, with
  what is derived from them: links to their terms, names taken from them, classes that only they state.

The catalog stays as it is: the content hash of a record is that of its whole graph.

Whether a fact, a figure, a name or a title may be protected is no question of a program; these stay.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph

from trialweave.graph.catalog import is_registry, read_entries
from trialweave.graph.derive.closure import WITHIN
from trialweave.graph.derive.links import LINKS
from trialweave.graph.export.sources import may_be_passed_on
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import NamedNode, Quad, Term
from trialweave.graph.store import Graph
from trialweave.graph.terminologies.catalog import read_held
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

OA = namespace("oa")
SSSOM = namespace("sssom")
TW = namespace("tw")

DERIVED = TWGRAPH["derived/"]

PUBLISHERS = {TW["content"], OA["exact"], OA["prefix"], OA["suffix"]}
"""Properties of a publication's record that hold its publisher's words."""


class Withheld(Record, frozen=True):
    """What was left out: quads with words of publishers, graphs of terminologies and mappings by name,
    quads derived from these."""

    words: int
    graphs: tuple[str, ...]
    derived: int


@contextmanager
def open_part(graph: Graph) -> Iterator[tuple[Graph, Withheld]]:
    """A graph of what may be passed on, there within the block; and what was left out of it."""
    closed = tuple(held for held in read_held(graph).values() if not may_be_passed_on(held))
    papers = {name for name, entry in read_entries(graph).items() if not is_registry(entry.source)}
    left = {held.graph for held in closed}
    terms = _terms(graph, left)
    keys = {held.key for held in closed}
    counted = {"words": 0, "derived": 0}

    def kept() -> Iterator[Quad]:
        for name in graph.graph_names():
            if name in left:
                continue
            derived = name.startswith(DERIVED)
            whole = _rests_on(name, keys) if derived else False
            gone = _nodes_of(graph, name, terms) if derived else set()
            for quad in graph.quads(name):
                if name in papers and quad.predicate.value in PUBLISHERS:
                    counted["words"] += 1
                elif derived and (whole or quad.subject in gone or _names(quad, terms)):
                    counted["derived"] += 1
                else:
                    yield quad

    with tempfile.TemporaryDirectory(prefix="trialweave-open-") as folder:
        made = Graph(pyoxigraph.Store(folder), Path(folder))
        made.extend(kept())
        yield made, Withheld(words=counted["words"], graphs=tuple(sorted(left)), derived=counted["derived"])
        made.close()


def _terms(graph: Graph, left: set[str]) -> set[Term]:
    """Terms that only graphs that are left out describe."""
    if not left:
        return set()
    described = {quad.subject for name in left for quad in graph.quads(name)}
    return {
        term
        for term in described
        if isinstance(term, NamedNode)
        and all(
            quad.graph_name.value in left or quad.graph_name.value.startswith(DERIVED)
            for quad in graph.quads_of(subject=term)
            if isinstance(quad.graph_name, NamedNode)
        )
    }


def _names(quad: Quad, terms: set[Term]) -> bool:
    return quad.subject in terms or quad.object in terms


def _nodes_of(graph: Graph, name: str, terms: set[Term]) -> set[Term]:
    """Nodes that go whole: a mapping to such a term, and a concept's preferred name that is the term's."""
    if not terms or name.startswith(WITHIN):
        return set()
    about = SSSOM["object_id"] if name == LINKS else TW["preferredTerm"]
    return {quad.subject for quad in graph.quads_in(name, about) if quad.object in terms}


def _rests_on(name: str, keys: set[str]) -> bool:
    """Whether a graph of what contains what rests on nothing but terminologies that are left out."""
    if not name.startswith(f"{WITHIN}/"):
        return False
    return set(name.removeprefix(f"{WITHIN}/").split("+")) <= keys
