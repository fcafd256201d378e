"""How NLM indexed one publication: its heading lines with qualifiers, and its substances."""

from __future__ import annotations

from trialweave.graph.derive.terminology import SUBJECT_TERMS, mesh_uis
from trialweave.graph.quads import NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

TW = namespace("tw")


class Line(Record, frozen=True):
    """One heading line with a qualifier: UI of the descriptor, words of both, IRI of the pair."""

    descriptor: str
    heading: str
    qualifier: str
    pair: NamedNode

    def __str__(self) -> str:
        return f"{self.heading} / {self.qualifier}"


class Indexing(Record, frozen=True):
    """The lines of a publication, sorted, and the UIs of its substances.

    A term that our MeSH does not know is left out: nothing can be told from it (`check` lists it).
    """

    lines: tuple[Line, ...]
    substances: tuple[str, ...]

    def meant_by(self, descriptor: str) -> list[str]:
        """The substances of the record that a heading stands for, as they map to it."""
        return [ui for ui in self.substances if descriptor in mesh.mapped_to(ui)]


def indexing_of(graph: Graph, publication: NamedNode) -> Indexing:
    """Read the indexing of one publication from the graph."""
    lines = set()
    for predicate in SUBJECT_TERMS:
        for quad in graph.quads_of(subject=publication, predicate=predicate):
            uis = mesh_uis(quad.object)
            if uis is None or uis[1] is None or not isinstance(quad.object, NamedNode):
                continue
            heading, qualifier = mesh.label(uis[0]), mesh.label(uis[1])
            if heading and qualifier:
                lines.add(Line(descriptor=uis[0], heading=heading, qualifier=qualifier, pair=quad.object))
    substances = {
        uis[0]
        for quad in graph.quads_of(subject=publication, predicate=TW["mentionsSubstance"])
        if (uis := mesh_uis(quad.object)) and mesh.label(uis[0])
    }
    ordered = tuple(sorted(lines, key=lambda line: line.pair.value))
    return Indexing(lines=ordered, substances=tuple(sorted(substances)))
