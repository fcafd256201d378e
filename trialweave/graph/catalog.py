"""The catalog graph: what each record graph was made from, and which of two versions is newer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as OneOf

from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import GraphWriter, NamedNode, Quad, date_literal
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record, Source

DCTERMS = namespace("dcterms")
FOAF = namespace("foaf")
TW = namespace("tw")

CATALOG = TWGRAPH["catalog"]

REGISTRY_FORMATS = "ctgov-"
"""How the formats of registry records begin."""

Verdict = OneOf["new", "same", "replace", "older", "duplicate"]


class Entry(Record, frozen=True):
    """What the catalog says of one record graph. No clock: the same input makes the same entry."""

    graph: str
    topic: str
    source: Source
    content_hash: str


def is_registry(source: Source) -> bool:
    """Whether a source is the record of a registry, not a publication."""
    return source.format.startswith(REGISTRY_FORMATS)


def judge(held: Entry | None, offered: Entry, *, met: bool) -> Verdict:
    """Whether an offered record is new, the same, replaces the held one, or stays outside.

    The record's own version date decides; `met` says that the held one came in this very build.
    Without dates, a later load replaces an earlier one, and within one build the first stays.
    """
    if held is None:
        return "new"
    if held.content_hash == offered.content_hash:
        return "same"
    old, new = held.source.version, offered.source.version
    if old != new and old is not None:
        return "replace" if new is not None and new > old else "older"
    if old is None and new is not None:
        return "replace"
    if met:
        return "duplicate"
    if old is None or held.source.sha256 == offered.source.sha256 or held.source.file == offered.source.file:
        return "replace"
    return "duplicate"


def entry_quads(entry: Entry) -> Iterator[Quad]:
    """The catalog's description of one record graph."""
    graph = GraphWriter(CATALOG)
    node = graph.node(entry.graph, TW["SourceRecord"])
    source = entry.source
    graph.add(node, FOAF["primaryTopic"], NamedNode(entry.topic))
    graph.add(node, TW["file"], source.file)
    graph.add(node, TW["member"], source.member)
    graph.add(node, TW["format"], source.format)
    graph.add(node, TW["position"], source.position)
    graph.add(node, TW["sha256"], source.sha256)
    graph.add(node, TW["contentHash"], entry.content_hash)
    if source.version is not None:
        graph.add(node, TW["recordVersion"], date_literal(source.version))
    return graph.quads()


_ENTRIES = f"""
PREFIX tw: <{TW[""]}>
PREFIX foaf: <{FOAF[""]}>
SELECT ?graph ?topic ?file ?member ?format ?position ?sha256 ?hash ?version WHERE {{
  GRAPH <{CATALOG}> {{
    ?graph a tw:SourceRecord ; foaf:primaryTopic ?topic ; tw:file ?file ; tw:format ?format ;
           tw:position ?position ; tw:sha256 ?sha256 ; tw:contentHash ?hash .
    OPTIONAL {{ ?graph tw:member ?member }}
    OPTIONAL {{ ?graph tw:recordVersion ?version }}
  }}
}}
"""


def read_entries(graph: Graph) -> dict[str, Entry]:
    """All entries of a store's catalog, by the name of the record graph."""
    entries = {}
    for row in graph.select(_ENTRIES):
        member, version = row["member"], row["version"]
        source = Source(
            file=row["file"].value,
            member=member.value if member is not None else None,
            format=row["format"].value,
            position=int(row["position"].value),
            sha256=row["sha256"].value,
            version=version.value if version is not None else None,
        )
        name = row["graph"].value
        entries[name] = Entry(
            graph=name, topic=row["topic"].value, source=source, content_hash=row["hash"].value
        )
    return entries
