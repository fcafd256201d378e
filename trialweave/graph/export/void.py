"""What a graph holds and where it comes from, as VoID and DCAT: `void.ttl`.

https://www.w3.org/TR/void/, https://www.w3.org/TR/vocab-dcat-3/
"""

from __future__ import annotations

from collections import Counter

import pyoxigraph

from trialweave.graph.export.sources import DataSource
from trialweave.graph.quads import GraphWriter, NamedNode, Triple, date_literal, words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import PREFIXES, namespace

DCAT = namespace("dcat")
DCTERMS = namespace("dcterms")
FOAF = namespace("foaf")
RDF = namespace("rdf")
VOID = namespace("void")

DATASET = "https://w3id.org/trialweave/id/dataset"


def void_turtle(graph: Graph, described: tuple[DataSource, ...], *, date: str, dump: str) -> bytes:
    """The description of a graph: its size, classes and properties, and each source with its terms.

    `dump` is the name of the file that holds the graph, beside this one.
    """
    writer = GraphWriter(DATASET)
    dataset = writer.node(DATASET, VOID["Dataset"], DCAT["Dataset"])
    writer.add(dataset, DCTERMS["title"], "A graph of clinical trials, made by trialweave")
    writer.add(dataset, DCTERMS["modified"], date_literal(date))
    writer.add(dataset, VOID["triples"], len(graph))
    writer.add(dataset, VOID["feature"], NamedNode("http://www.w3.org/ns/formats/N-Quads"))
    writer.add(dataset, VOID["uriSpace"], PREFIXES["twid"])
    file = writer.node(f"{DATASET}/{dump}", DCAT["Distribution"])
    writer.add(dataset, DCAT["distribution"], file)
    writer.add(file, DCTERMS["title"], dump)
    writer.add(
        file, DCAT["mediaType"], NamedNode("https://www.iana.org/assignments/media-types/application/n-quads")
    )
    properties: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for quad in graph:
        properties[quad.predicate.value] += 1
        if quad.predicate.value == RDF["type"]:
            classes[words(quad.object)] += 1
    for kind, key, counts in (("property", "triples", properties), ("class", "entities", classes)):
        for number, (iri, count) in enumerate(sorted(counts.items()), start=1):
            part = NamedNode(f"{DATASET}/{kind}/{number}")
            writer.add(dataset, VOID[f"{kind}Partition"], part)
            writer.add(part, VOID[kind], NamedNode(iri))
            writer.add(part, VOID[key], count)
    for source in described:
        part = writer.node(f"{DATASET}/source/{source.key}", VOID["Dataset"], DCAT["Dataset"])
        writer.add(dataset, DCTERMS["source"], part)
        writer.add(part, DCTERMS["title"], source.name)
        writer.add(part, DCTERMS["rights"], source.terms)
        writer.add(part, DCAT["version"], source.version)
        if source.licence is not None:
            is_iri = source.licence.startswith(("http://", "https://")) and " " not in source.licence
            writer.add(part, DCTERMS["license"], NamedNode(source.licence) if is_iri else source.licence)
        if source.homepage is not None:
            writer.add(part, FOAF["homepage"], NamedNode(source.homepage))
    triples = sorted((Triple(q.subject, q.predicate, q.object) for q in writer.quads()), key=str)
    return pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.TURTLE, prefixes=dict(PREFIXES)) or b""
