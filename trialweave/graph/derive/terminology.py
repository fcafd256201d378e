"""Our vocabulary and the part of MeSH that the records reach, each in a graph of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import TypeVar

import pyoxigraph

from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import BlankNode, GraphWriter, Literal, NamedNode, Quad, Term, graph_of
from trialweave.graph.store import Graph
from trialweave.graph.terminologies.mesh_terms import label, whole_mesh
from trialweave.ontology import classes, mesh, mesh_rdf
from trialweave.ontology.prefixes import namespace

FABIO = namespace("fabio")
MESH = namespace("mesh")
MESHV = namespace("meshv")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")

VOCABULARY = TWGRAPH["ontology/trialweave"]
MESH_GRAPH = TWGRAPH[f"ontology/mesh-{mesh.VERSION}-starter"]
"""What records reach of the bundled MeSH; beside a whole MeSH, only pairs that it does not spell out."""

SUBJECT_TERMS = (FABIO["hasPrimarySubjectTerm"], FABIO["hasSubjectTerm"])

_UI = re.compile(re.escape(MESH[""]) + r"([DC]\d+)(Q\d+)?")


def mesh_uis(term: Term) -> tuple[str, str | None] | None:
    """Descriptor (or substance) and qualifier of a MeSH IRI; None for anything else.

    >>> mesh_uis(NamedNode("http://id.nlm.nih.gov/mesh/D006973Q000139"))
    ('D006973', 'Q000139')
    """
    match = _UI.fullmatch(term.value) if isinstance(term, NamedNode) else None
    return (match[1], match[2]) if match else None


def terms_in_use(graph: Graph) -> tuple[set[str], set[tuple[str, str]]]:
    """UIs of all MeSH terms that records or mappings name, and the descriptor-qualifier pairs."""
    uis: set[str] = {row.class_ui for row in classes.rows()}
    pairs: set[tuple[str, str]] = set()
    for predicate in (
        TW["inDrugClass"],
        *SUBJECT_TERMS,
        TW["mentionsSubstance"],
        TW["conditionTerm"],
        TW["interventionTerm"],
        SKOS["exactMatch"],
    ):
        for quad in graph.quads_of(predicate=predicate):
            if found := mesh_uis(quad.object):
                uis.add(found[0])
                if found[1]:
                    pairs.add((found[0], found[1]))
    return uis, pairs


def write(graph: Graph) -> None:
    """Replace the graphs of our vocabulary and of MeSH."""
    graph.replace_graph(VOCABULARY, _vocabulary())
    graph.replace_graph(MESH_GRAPH, _mesh(graph))


def _vocabulary() -> Iterator[Quad]:
    """`trialweave.ttl`, its blank nodes named, so that the same file always gives the same quads."""
    text = files("trialweave.ontology").joinpath("trialweave.ttl").read_bytes()
    dataset = pyoxigraph.Dataset(quad for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    for quad in dataset:
        yield Quad(_named(quad.subject), quad.predicate, _named(quad.object), NamedNode(VOCABULARY))


T = TypeVar("T")


def _named(term: T) -> T | NamedNode:
    """A blank node by a name of ours (RDF 1.1, section 3.5); other terms as they are."""
    return NamedNode(TWID[f"genid/{term.value}"]) if isinstance(term, BlankNode) else term


def _mesh(graph: Graph) -> Iterator[Quad]:
    """The terms in use, all that they lie within, and the heading-qualifier pairs in use."""
    uis, pairs = terms_in_use(graph)
    whole = whole_mesh(graph)
    if whole is not None:
        yield from _pairs(graph, pairs, whole.graph)
        return
    wanted = {ui for ui in uis if mesh.label(ui) is not None}
    wanted |= {d + q for d, q in pairs if mesh.label(d + q) is not None}
    lines = "".join(mesh_rdf.ntriples(sorted(wanted)))
    graph_name = NamedNode(MESH_GRAPH)
    for quad in pyoxigraph.parse(lines, pyoxigraph.RdfFormat.N_TRIPLES):
        yield Quad(quad.subject, quad.predicate, quad.object, graph_name)


def _pairs(graph: Graph, pairs: set[tuple[str, str]], whole: str) -> Iterator[Quad]:
    """The heading-qualifier pairs in use that a whole MeSH does not spell out, as it would."""
    writer = GraphWriter(MESH_GRAPH)
    for descriptor, qualifier in sorted(pairs):
        node = NamedNode(MESH[descriptor + qualifier])
        names = label(graph, descriptor), label(graph, qualifier)
        spelt = any(graph_of(quad) == whole for quad in graph.quads_of(subject=node))
        if spelt or names[0] is None or names[1] is None:
            continue
        writer.add(node, RDFS["label"], Literal("/".join(map(str, names)), language="en"))
        writer.add(node, MESHV["hasDescriptor"], NamedNode(MESH[descriptor]))
        writer.add(node, MESHV["hasQualifier"], NamedNode(MESH[qualifier]))
    return writer.quads()
