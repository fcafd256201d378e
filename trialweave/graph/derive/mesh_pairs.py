"""Drug-toxicity links that follow from MeSH qualifiers, each with its grade of trust.

"X / adverse effects" beside "Y / chemically induced" in one record suggests X -> Y. How far to trust
it depends on what X is:

- `substance`          a supplementary substance of the record that maps to the heading X
- `descriptor`         X is a specific drug
- `class`              X is a pharmacological action or a family of chemicals
- `indexing-artefact`  X stands there because a substance of the record maps to it: what the heading
                       says is meant of the substance, and says nothing of the family X
"""

from __future__ import annotations

from collections.abc import Iterator

from trialweave.graph.derive.indexing import Indexing, Line, indexing_of
from trialweave.graph.derive.terminology import SUBJECT_TERMS
from trialweave.graph.iris import TWGRAPH, TWID
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

MESH = namespace("mesh")
RDF = namespace("rdf")
TW = namespace("tw")

PAIRS = TWGRAPH["derived/mesh-pairs"]

HARM = {"adverse effects", "toxicity", "poisoning"}
INDUCED = "chemically induced"


class Link(Record, frozen=True):
    """A suggested link, with the two heading lines behind it."""

    drug: str
    toxicity: str
    trust: str
    lines: tuple[Line, Line]


def links(indexing: Indexing) -> Iterator[Link]:
    """The links that the heading lines of one record suggest."""
    for harm in (line for line in indexing.lines if line.qualifier in HARM):
        meant = indexing.meant_by(harm.descriptor)
        drugs = [(substance.ui, "substance") for substance in meant]
        kind = "descriptor" if harm.is_specific_drug else "class"
        drugs.append((harm.descriptor, "indexing-artefact" if meant else kind))
        for induced in (line for line in indexing.lines if line.qualifier == INDUCED):
            for drug, trust in drugs:
                yield Link(drug=drug, toxicity=induced.descriptor, trust=trust, lines=(harm, induced))


def write(graph: Graph) -> None:
    """Replace the graph of links from MeSH pairs."""
    writer = GraphWriter(PAIRS)
    for publication in sorted(_publications(graph)):
        _write_publication(graph, NamedNode(publication), writer)
    graph.replace_graph(PAIRS, writer.quads())


def _publications(graph: Graph) -> set[str]:
    """Publications with a heading that says "chemically induced"."""
    query = f"""
    SELECT DISTINCT ?publication WHERE {{
      VALUES ?property {{ {" ".join(f"<{term}>" for term in SUBJECT_TERMS)} }}
      ?publication ?property ?pair . FILTER(STRENDS(STR(?pair), "{mesh.qualifier(INDUCED)}"))
    }}"""
    return {row["publication"].value for row in graph.select(query)}


def _write_publication(graph: Graph, publication: NamedNode, writer: GraphWriter) -> None:
    statements = {
        quad.object: quad.subject
        for statement in graph.quads_of(predicate=RDF["subject"], value=publication)
        for quad in graph.quads_of(subject=statement.subject, predicate=RDF["object"])
    }
    key = publication.value.split("//", 1)[1]
    for link in links(indexing_of(graph, publication)):
        iri = TWID[f"mesh-pair/{key}/{link.drug}-{link.toxicity}"]
        node = writer.node(iri, TW["DrugToxicityLink"])
        writer.add(node, TW["drug"], NamedNode(MESH[link.drug]))
        writer.add(node, TW["toxicity"], NamedNode(MESH[link.toxicity]))
        writer.add(node, TW["evidenceKind"], "MeSH qualifier pair")
        writer.add(node, TW["trust"], link.trust)
        writer.add(node, TW["inPublication"], publication)
        for line in link.lines:
            statement = statements.get(line.pair)
            if isinstance(statement, NamedNode):
                writer.add(node, TW["supportingFact"], statement)
