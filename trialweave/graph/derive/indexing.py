"""How NLM indexed one publication: its heading lines with qualifiers, and its substances."""

from __future__ import annotations

from trialweave.graph.derive.terminology import SUBJECT_TERMS, mesh_uis
from trialweave.graph.quads import NamedNode
from trialweave.graph.store import Graph
from trialweave.graph.terminologies import mesh_terms
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

TW = namespace("tw")


class Line(Record, frozen=True):
    """One heading line with a qualifier: UI of the descriptor, words of both, IRI of the pair.

    What the heading is, a disease or one specific drug, is told beside it.
    """

    descriptor: str
    heading: str
    qualifier: str
    pair: NamedNode
    is_disease: bool
    is_specific_drug: bool

    def __str__(self) -> str:
        return f"{self.heading} / {self.qualifier}"


class Substance(Record, frozen=True):
    """One substance of a record: UI, label, and the UIs of the headings that it is mapped to."""

    ui: str
    label: str
    mapped_to: tuple[str, ...]


class Indexing(Record, frozen=True):
    """The lines of a publication, sorted, and the UIs of its substances, each with those it is mapped to.

    A term that our MeSH does not know is left out: nothing can be told from it (`check` lists it).
    """

    lines: tuple[Line, ...]
    substances: tuple[Substance, ...]

    def meant_by(self, descriptor: str) -> list[Substance]:
        """The substances of the record that a heading stands for, as they map to it."""
        return [substance for substance in self.substances if descriptor in substance.mapped_to]


def indexing_of(graph: Graph, publication: NamedNode) -> Indexing:
    """Read the indexing of one publication from the graph."""
    lines = set()
    for predicate in SUBJECT_TERMS:
        for quad in graph.quads_of(subject=publication, predicate=predicate):
            uis = mesh_uis(quad.object)
            if uis is None or uis[1] is None or not isinstance(quad.object, NamedNode):
                continue
            heading, qualifier = mesh_terms.label(graph, uis[0]), mesh_terms.label(graph, uis[1])
            if heading and qualifier:
                line = Line(
                    descriptor=uis[0],
                    heading=heading,
                    qualifier=qualifier,
                    pair=quad.object,
                    is_disease=mesh_terms.is_disease(graph, uis[0]),
                    is_specific_drug=mesh_terms.is_specific_drug(graph, uis[0]),
                )
                lines.add(line)
    substances = {
        Substance(ui=uis[0], label=label, mapped_to=mesh_terms.mapped_to(graph, uis[0]))
        for quad in graph.quads_of(subject=publication, predicate=TW["mentionsSubstance"])
        if (uis := mesh_uis(quad.object)) and (label := mesh_terms.label(graph, uis[0]))
    }
    return Indexing(
        lines=tuple(sorted(lines, key=lambda line: line.pair.value)),
        substances=tuple(sorted(substances, key=lambda substance: substance.ui)),
    )
