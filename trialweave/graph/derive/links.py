"""Local concepts linked to MeSH by label or entry term, as SSSOM mappings; abstains when unsure."""

from __future__ import annotations

import hashlib
import re

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


def linked(label: str, kind: str) -> str | None:
    """The one term that a label names; None where none does, or more than one.

    The label as it is; else, of a drug, the label without what stands in parentheses (brand names and
    codes, which must not name another term; a parenthesis that speaks of two drugs says too much).

    >>> linked("hypertension", "event"), linked("apatinib", "drug"), linked("headache or rash", "event")
    ('D006973', 'C553458', None)
    >>> linked("Sorafenib (Nexavar, BAY43-9006)", "drug"), linked("Taxol (or Sorafenib)", "drug")
    ('D000077157', None)
    """
    candidates = set(mesh.find(label))
    if not candidates and kind == "drug" and not _TWO.search(label):
        bare, *inside = _PARENTHESES.split(label)
        names = [name for part in inside for name in part.split(",") if name.strip()]
        candidates = set(mesh.find(bare))
        if candidates:
            candidates |= {ui for name in names for ui in mesh.find(name)}
    return candidates.pop() if len(candidates) == 1 else None


_PARENTHESES = re.compile(r"[()\[\]®™]+")
_TWO = re.compile(r"\b(?:and|or|plus|with|versus|vs)\b|[+/]", re.IGNORECASE)


def write(graph: Graph) -> None:
    """Replace the graph of mappings: a concept is linked where exactly one term bears its label."""
    writer = GraphWriter(MAPPINGS)
    for iri, kind, label in local_concepts(graph):
        ui = linked(label, kind)
        if ui is None:
            continue
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
