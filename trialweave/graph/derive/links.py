"""Local concepts linked to MeSH by label or entry term, as SSSOM mappings; abstains when unsure."""

from __future__ import annotations

import hashlib

from trialweave.graph.derive.labels import local_concepts
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
SEMAPV = namespace("semapv")
SKOS = namespace("skos")
SSSOM = namespace("sssom")

MAPPINGS = TWGRAPH["mappings"]


def write(graph: Graph) -> None:
    """Replace the graph of mappings: a concept is linked where exactly one term bears its label."""
    writer = GraphWriter(MAPPINGS)
    for iri, _, label in local_concepts(graph):
        candidates = mesh.find(label)
        if len(candidates) != 1:
            continue
        ui = candidates[0]
        subject, term = NamedNode(iri), NamedNode(MESH[ui])
        writer.add(subject, SKOS["exactMatch"], term)
        digest = hashlib.sha256(f"{iri} {ui}".encode()).hexdigest()
        mapping = writer.node(TWID[f"mapping/{digest[:12]}"], SSSOM["Mapping"])
        writer.add(mapping, SSSOM["subject_id"], subject)
        writer.add(mapping, SSSOM["subject_label"], label)
        writer.add(mapping, SSSOM["predicate_id"], NamedNode(SKOS["exactMatch"]))
        writer.add(mapping, SSSOM["object_id"], term)
        writer.add(mapping, SSSOM["object_label"], mesh.label(ui))
        writer.add(mapping, SSSOM["mapping_justification"], NamedNode(SEMAPV["LexicalMatching"]))
    graph.replace_graph(MAPPINGS, writer.quads())
