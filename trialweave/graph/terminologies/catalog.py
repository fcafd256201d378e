"""What the catalog says of each terminology and each set of mappings, and which of two is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal as OneOf

import msgspec

from trialweave.graph.catalog import CATALOG
from trialweave.graph.quads import GraphWriter, NamedNode, Quad, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies.writer import FORM, graph_name
from trialweave.ontology.prefixes import namespace
from trialweave.records import MappingSet, Record, Terminology

DCAT = namespace("dcat")
DCTERMS = namespace("dcterms")
FOAF = namespace("foaf")
RDF = namespace("rdf")
TW = namespace("tw")
VOID = namespace("void")

Kind = OneOf["terminology", "mappings"]

Verdict = OneOf["new", "same", "replace", "partial", "older", "duplicate"]

_CLASS: dict[Kind, str] = {"terminology": TW["TerminologyVersion"], "mappings": TW["MappingSetVersion"]}


class Held(Record, frozen=True):
    """One version of a terminology, or a set of mappings, that a store holds.

    `graph` is the name of its graph. `partial`: a part of the terminology only. `starter`: it came with
    the package, and goes when the whole is loaded. `notice` must stand beside the data wherever they go;
    where `redistributable` is False, the data may not go anywhere.
    """

    graph: str
    kind: Kind
    key: str
    file: str
    format: str
    sha256: str
    content_hash: str
    statements: int
    member: str | None = None
    version: str | None = None
    iri: str | None = None
    title: str | None = None
    licence: str | None = None
    notice: str | None = None
    homepage: str | None = None
    redistributable: bool | None = None
    partial: bool = False
    starter: bool = False


def described(header: Terminology | MappingSet, *, statements: int = 0) -> Held:
    """The entry of a file that was read, as its header has it."""
    source = header.source
    more = header if isinstance(header, Terminology) else None
    told = msgspec.json.encode([FORM, header], order="sorted")
    return Held(
        graph=graph_name(header),
        kind="terminology" if more is not None else "mappings",
        key=header.key,
        file=source.file,
        member=source.member,
        format=source.format,
        sha256=source.sha256,
        content_hash=hashlib.sha256(told).hexdigest(),
        statements=statements,
        version=header.version,
        iri=header.iri,
        title=header.title,
        licence=header.licence,
        notice=more.notice if more else None,
        homepage=more.homepage if more else None,
        redistributable=more.redistributable if more else None,
        partial=more.partial if more else False,
    )


def judge(held: Held | None, offered: Held, *, met: bool) -> Verdict:
    """Whether an offered file is new, the same, takes the place of the held one, or stays outside.

    A part never takes the place of the whole. A later build replaces what an earlier one loaded, be it by
    an older version; within one build (`met`) the newer version counts, and the first of two without
    versions to compare.
    """
    if held is None or held.starter:
        return "new"
    if held.content_hash == offered.content_hash:
        return "same"
    if held.partial != offered.partial:
        return "replace" if held.partial else "partial"
    if not met:
        return "replace"
    if held.version is None or offered.version is None or held.version == offered.version:
        return "duplicate"
    return "replace" if offered.version > held.version else "older"


def held_quads(held: Held) -> Iterator[Quad]:
    """The catalog's description of one terminology or set of mappings."""
    graph = GraphWriter(CATALOG)
    node = graph.node(held.graph, _CLASS[held.kind])
    graph.add(node, TW["terminologyKey"], held.key)
    graph.add(node, TW["file"], held.file)
    graph.add(node, TW["member"], held.member)
    graph.add(node, TW["format"], held.format)
    graph.add(node, TW["sha256"], held.sha256)
    graph.add(node, TW["contentHash"], held.content_hash)
    graph.add(node, VOID["triples"], held.statements)
    graph.add(node, DCAT["version"], held.version)
    graph.add(node, DCTERMS["title"], held.title)
    graph.add(node, TW["licence"], held.licence)
    graph.add(node, TW["notice"], held.notice)
    graph.add(node, TW["redistributable"], held.redistributable)
    graph.add(node, TW["partial"], held.partial or None)
    graph.add(node, TW["starter"], held.starter or None)
    graph.add(node, DCTERMS["isVersionOf"], _iri_or_text(held.iri))
    graph.add(node, FOAF["homepage"], _iri_or_text(held.homepage))
    return graph.quads()


def _iri_or_text(stated: str | None) -> NamedNode | str | None:
    """What a file says of itself is kept, be it no IRI where one is expected."""
    try:
        return NamedNode(stated) if stated is not None else None
    except ValueError:
        return stated


def read_held(graph: Graph) -> dict[str, Held]:
    """All terminologies and sets of mappings of a store, by the name of their graph, sorted.

    The starter terminology of the package is among them, where it is in use; the bundled MeSH is not.
    """
    found = {}
    for kind, class_iri in _CLASS.items():
        for quad in graph.quads_of(predicate=RDF["type"], value=NamedNode(class_iri)):
            if isinstance(quad.subject, NamedNode) and quad.graph_name == NamedNode(CATALOG):
                found[quad.subject.value] = _held(graph, quad.subject, kind)
    return dict(sorted(found.items()))


def _held(graph: Graph, node: NamedNode, kind: Kind) -> Held:
    values = {
        quad.predicate.value: words(quad.object)
        for quad in graph.quads_of(subject=node)
        if quad.graph_name == NamedNode(CATALOG)
    }
    redistributable = values.get(TW["redistributable"])
    return Held(
        graph=node.value,
        kind=kind,
        key=values[TW["terminologyKey"]],
        file=values[TW["file"]],
        member=values.get(TW["member"]),
        format=values[TW["format"]],
        sha256=values[TW["sha256"]],
        content_hash=values[TW["contentHash"]],
        statements=int(values[VOID["triples"]]),
        version=values.get(DCAT["version"]),
        iri=values.get(DCTERMS["isVersionOf"]),
        title=values.get(DCTERMS["title"]),
        licence=values.get(TW["licence"]),
        notice=values.get(TW["notice"]),
        homepage=values.get(FOAF["homepage"]),
        redistributable=None if redistributable is None else redistributable == "true",
        partial=values.get(TW["partial"]) == "true",
        starter=values.get(TW["starter"]) == "true",
    )
