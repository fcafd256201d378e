"""Local concepts linked to MeSH by label or entry term, as SSSOM mappings; abstains when unsure."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from trialweave.graph.derive.labels import local_concepts
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology import drug_names, mesh
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
SEMAPV = namespace("semapv")
SKOS = namespace("skos")
SSSOM = namespace("sssom")

MAPPINGS = TWGRAPH["mappings"]


class Linked(NamedTuple):
    """The term that a label names, and on what grounds (a SEMAPV justification)."""

    ui: str
    justification: str


def linked(label: str, kind: str) -> Linked | None:
    """The one term that a label names; None where none does, or more than one.

    The label as it is. Else, of a drug: by our table of brands and codes; without its salt; without what
    stands in parentheses (brand names and codes, none of which may name another term). A label that
    speaks of two drugs is left alone.

    >>> linked("hypertension", "event").ui, linked("apatinib", "drug").ui, linked("headache or rash", "event")
    ('D006973', 'C553458', None)
    >>> linked("Sorafenib (Nexavar, BAY43-9006)", "drug").ui, linked("Zactima (vandetanib)", "drug").ui
    ('D000077157', 'C452423')
    >>> linked("sunitinib malate", "drug").ui, linked("Taxol (or Sorafenib)", "drug")
    ('D000077210', None)
    """
    found = mesh.find(label)
    if found or kind != "drug":
        return Linked(found[0], "LexicalMatching") if len(found) == 1 else None
    if _TWO.search(label):
        return None
    bare, *inside = _PARENTHESES.split(label)
    names = [bare, *(name for part in inside for name in part.split(","))]
    candidates = {one for name in names for one in _named(name)}
    if not _named(bare) or len({one.ui for one in candidates}) != 1:
        return None
    return max(candidates)  # curated over lexical, where both say the same


def _named(name: str) -> set[Linked]:
    """What a name of a drug alone can mean, with its salt and without."""
    forms = {name.strip(), _SALT.sub("", name.strip())} - {""}
    found = {Linked(ui, "LexicalMatching") for form in forms for ui in mesh.find(form)}
    curated = {Linked(ui, "ManualMappingCuration") for form in forms if (ui := drug_names.find(form))}
    return found or curated


_PARENTHESES = re.compile(r"[()\[\]®™]+")
_SALT = re.compile(
    r"\s+(?:di|mono)?(?:hydrochloride|maleate|malate|mesylate|tosylate|sulfate|phosphate|acetate|citrate)$",
    re.IGNORECASE,
)
_TWO = re.compile(r"\b(?:and|or|plus|with|versus|vs)\b|[+/]", re.IGNORECASE)


def write(graph: Graph) -> None:
    """Replace the graph of mappings: a concept is linked where exactly one term bears its label."""
    writer = GraphWriter(MAPPINGS)
    for iri, kind, label in local_concepts(graph):
        link = linked(label, kind)
        if link is None:
            continue
        ui = link.ui
        subject, term = NamedNode(iri), NamedNode(MESH[ui])
        writer.add(subject, SKOS["exactMatch"], term)
        digest = hashlib.sha256(f"{iri} {ui}".encode()).hexdigest()
        mapping = writer.node(TWID[f"mapping/{digest[:12]}"], SSSOM["Mapping"])
        writer.add(mapping, SSSOM["subject_id"], subject)
        writer.add(mapping, SSSOM["subject_label"], label)
        writer.add(mapping, SSSOM["predicate_id"], NamedNode(SKOS["exactMatch"]))
        writer.add(mapping, SSSOM["object_id"], term)
        writer.add(mapping, SSSOM["object_label"], mesh.label(ui))
        writer.add(mapping, SSSOM["mapping_justification"], NamedNode(SEMAPV[link.justification]))
    graph.replace_graph(MAPPINGS, writer.quads())
