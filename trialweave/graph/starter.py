"""The starter terminology: the parts of ontologies that come with the package.

They stand in a store wherever the whole terminology of the same key is not loaded, each in a graph of its
own that the catalog marks as partial and as starter, with its notice. `trialweave slice` cuts them.
"""

from __future__ import annotations

import gzip
import hashlib
from importlib.resources import files

import msgspec
import pyoxigraph

from trialweave.graph.catalog import CATALOG
from trialweave.graph.quads import NamedNode
from trialweave.graph.store import Graph
from trialweave.graph.terminology_catalog import Held, held_quads, read_held

STARTER = "starter/terminologies.nq.gz"
"""The file of the package, below `trialweave/ontology`."""


def install(graph: Graph) -> None:
    """Put each part where its whole is not loaded, and take it away where it is."""
    held = read_held(graph).values()
    whole = {(one.kind, one.key) for one in held if not one.starter and not one.partial}
    packed = files("trialweave.ontology").joinpath(STARTER)
    if not packed.is_file():
        return
    data = packed.read_bytes()
    mark = hashlib.sha256(data).hexdigest()
    mine = [one for one in held if one.starter]
    if not mine or any(one.content_hash != mark for one in mine):
        for one in mine:
            _take_away(graph, one)
        mine = _put(graph, data, mark)
    for one in mine:
        if (one.kind, one.key) in whole:
            _take_away(graph, one)


def _put(graph: Graph, data: bytes, mark: str) -> list[Held]:
    """Load everything; the parts that it holds, as the catalog then has them."""
    parsed = list(pyoxigraph.parse(gzip.decompress(data), pyoxigraph.RdfFormat.N_QUADS))
    here = NamedNode(CATALOG)
    described = read_held(Graph.in_memory(quad for quad in parsed if quad.graph_name == here))
    parts = [msgspec.structs.replace(one, content_hash=mark) for one in described.values()]
    graph.extend(quad for quad in parsed if quad.graph_name != here)
    graph.extend(quad for one in parts for quad in held_quads(one))
    return parts


def _take_away(graph: Graph, one: Held) -> None:
    graph.remove_graph(one.graph)
    graph.remove(held_quads(one))
