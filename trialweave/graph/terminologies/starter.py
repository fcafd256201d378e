"""The starter terminology: the parts of ontologies that come with the package.

They stand in a store wherever the whole terminology of the same key is not loaded, each in a graph of its
own that the catalog marks as partial and as starter, with its notice. `trialweave slice` cuts them.

Beside them stand mappings of our own, curated by hand: roles of ChEBI that are pharmacological actions of
MeSH, so that a drug to which one of the two gives a class counts in the other's.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from importlib.resources import files
from pathlib import Path

import msgspec
import pyoxigraph

from trialweave.errors import StoreError
from trialweave.graph.catalog import CATALOG
from trialweave.graph.quads import NamedNode, Quad
from trialweave.graph.store import Graph
from trialweave.graph.terminologies.catalog import Held, described, held_quads, read_held
from trialweave.graph.terminologies.writer import mapping_lines
from trialweave.loaders.terminology import sssom
from trialweave.records import Mapping, MappingSet

STARTER = "starter/terminologies.nq.gz"
"""The file of the package, below `trialweave/ontology`."""

CLASS_MAPPINGS = "starter/class_mappings.sssom.tsv"
"""Our own mappings of drug classes, in SSSOM's form."""

OURS = "trialweave-class-mappings"
"""The key of that set; no slice holds it, as it always comes beside one."""


def install(graph: Graph) -> None:
    """Put each part where its whole is not loaded, and take it away where it is."""
    held = read_held(graph).values()
    whole = {(one.kind, one.key) for one in held if not one.starter and not one.partial}
    packed = files("trialweave.ontology").joinpath(STARTER)
    if not packed.is_file():
        return
    data, ours = packed.read_bytes(), files("trialweave.ontology").joinpath(CLASS_MAPPINGS).read_bytes()
    mark = hashlib.sha256(data + ours).hexdigest()
    mine = [one for one in held if one.starter]
    if not mine or any(one.content_hash != mark for one in mine):
        for one in mine:
            _take_away(graph, one)
        mine = [*_put(graph, data, mark), _put_ours(graph, ours, mark)]
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


def _put_ours(graph: Graph, data: bytes, mark: str) -> Held:
    """Write our own mappings; the set as the catalog then has it."""
    header, *rest = sssom.read(io.BytesIO(data), file=Path(CLASS_MAPPINGS).name)
    if not isinstance(header, MappingSet):
        raise StoreError(f"{CLASS_MAPPINGS}: is no set of mappings; install the package anew")
    entry = msgspec.structs.replace(described(header), starter=True, content_hash=mark)
    lines = [line for item in rest if isinstance(item, Mapping) for line in mapping_lines(item, header.key)]
    entry = msgspec.structs.replace(entry, statements=len(set(lines)))
    name = NamedNode(entry.graph)
    triples = pyoxigraph.parse("".join(lines), pyoxigraph.RdfFormat.N_TRIPLES)
    graph.extend(Quad(one.subject, one.predicate, one.object, name) for one in triples)
    graph.extend(held_quads(entry))
    return entry


def _take_away(graph: Graph, one: Held) -> None:
    graph.remove_graph(one.graph)
    graph.remove(held_quads(one))
