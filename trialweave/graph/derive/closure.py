"""`tw:within`: from each term in use and each local concept to itself and to every class that contains it.

Each pair stands in one graph, whose name and description say what it rests on: `…/within/mesh`, or
`…/within/mesh+curated` where both say so. So a pair is met once in the union of graphs, and a question reads
the bases off the graph. Which steps count is said in `graph/membership`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from trialweave.graph.derive.labels import local_concepts
from trialweave.graph.derive.terminology import SUBJECT_TERMS, mesh_uis
from trialweave.graph.drug_classes import CURATED, curated_quads
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.membership import NO_TERMINOLOGY, Node, classes_at, start, steps
from trialweave.graph.quads import GraphWriter, NamedNode, Quad
from trialweave.graph.store import Graph
from trialweave.ontology.hierarchy import closure
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")

WITHIN = TWGRAPH["derived/within"]
"""The graph that describes the graphs of pairs, and what their names begin with."""

NAMING = (*SUBJECT_TERMS, TW["mentionsSubstance"], TW["conditionTerm"], TW["interventionTerm"])
"""Predicates by which records name terms themselves."""

_NAMES = {
    "mesh": "MeSH",
    "chebi": "ChEBI",
    "oncotree": "OncoTree",
    "meddra": "MedDRA",
    "drugbank": "DrugBank",
}


def write(graph: Graph) -> None:
    """Replace the graphs of the closure, and that of our curated rows."""
    graph.replace_graph(CURATED, curated_quads())
    for name in graph.graph_names():
        if name.startswith(f"{WITHIN}/"):
            graph.remove_graph(name)
    starts = sorted({iri for iri, _, _ in local_concepts(graph)} | terms_in_use(graph))
    bases: set[tuple[str, ...]] = set()
    graph.extend(_pairs(graph, starts, bases))
    graph.replace_graph(WITHIN, _descriptions(bases))


def terms_in_use(graph: Graph) -> set[str]:
    """The terms that records name, those that local concepts are linked to, and classes of curated rows."""
    found: set[str] = set()
    for predicate in (*NAMING, TW["inDrugClass"]):
        for quad in graph.quads_of(predicate=predicate):
            if isinstance(quad.object, NamedNode):
                uis = mesh_uis(quad.object)  # of a heading with its qualifier, the heading
                found.add(MESH[uis[0]] if uis else quad.object.value)
    for iri, _, _ in local_concepts(graph):
        for predicate in (SKOS["exactMatch"], SKOS["broadMatch"]):
            for quad in graph.quads_of(subject=NamedNode(iri), predicate=predicate):
                if isinstance(quad.object, NamedNode):
                    found.add(quad.object.value)
    return found


def _pairs(graph: Graph, starts: Iterable[str], bases: set[tuple[str, ...]]) -> Iterator[Quad]:
    """A quad for each start and each class that contains it; the combinations of bases are noted."""
    nodes = {iri: start(iri) for iri in starts}
    above = closure(nodes.values(), lambda node: [step.to for step in steps(graph, node)])
    classes: dict[Node, list[str]] = {}
    within = NamedNode(TW["within"])
    for iri, node in nodes.items():
        found: dict[str, set[str]] = defaultdict(set)
        for upper in above[node]:
            if upper not in classes:
                classes[upper] = classes_at(graph, upper)
            for name in classes[upper]:
                found[name].add(upper.basis)
        subject = NamedNode(iri)
        for name in sorted(found):
            on = combined(found[name])
            bases.add(on)
            yield Quad(subject, within, NamedNode(name), NamedNode(graph_name(on)))


def combined(bases: set[str]) -> tuple[str, ...]:
    """Bases in order: terminologies, mapped, curated, user. A mapping adds nothing where none is needed.

    >>> combined({"curated", "mapped", "mesh", "chebi"}), combined({"mapped", "curated"})
    (('chebi', 'mesh', 'curated'), ('mapped', 'curated'))
    """
    stated = sorted(bases - set(NO_TERMINOLOGY))
    others = [basis for basis in NO_TERMINOLOGY if basis in bases and not (basis == "mapped" and stated)]
    return (*stated, *others)


def graph_name(bases: tuple[str, ...]) -> str:
    """The graph of the pairs that rest on just these bases.

    >>> graph_name(("mesh", "curated"))
    'https://w3id.org/trialweave/graph/derived/within/mesh+curated'
    """
    return f"{WITHIN}/{'+'.join(bases)}"


def _descriptions(bases: set[tuple[str, ...]]) -> Iterator[Quad]:
    """What each graph rests on, in words for a column and one by one."""
    writer = GraphWriter(WITHIN)
    for on in sorted(bases):
        node = NamedNode(graph_name(on))
        names = [NO_TERMINOLOGY.get(basis) or _NAMES.get(basis, basis.upper()) for basis in on]
        writer.add(node, RDFS["label"], ", ".join(names))
        writer.add_all(node, TW["basis"], names)
    return writer.quads()
