"""What lies within what, over small terminologies made by hand: each rule, its basis, what it must not do."""

import re
from collections.abc import Iterator

import pytest

from trialweave.errors import QueryError
from trialweave.graph.derive import closure, labels, names
from trialweave.graph.drug_classes import replace_user_classes
from trialweave.graph.iris import TWGRAPH, concept_iri
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology.classes import DrugClass
from trialweave.ontology.prefixes import compact, expand
from trialweave.queries.why import why

WITHIN = expand("tw:within")
MESH_TERMS = """
mesh:D1000 rdfs:label "Vessel Diseases"      mesh:D1000 meshv:treeNumber mesh:C14
mesh:D1001 rdfs:label "High Pressure"        mesh:D1001 meshv:treeNumber mesh:C14.1
mesh:C14.1 meshv:parentTreeNumber mesh:C14
mesh:D1002 rdfs:label "Low Places"           mesh:D1002 meshv:treeNumber mesh:F03.1
mesh:D1001 meshv:treeNumber mesh:F03.1.9     mesh:F03.1.9 meshv:parentTreeNumber mesh:F03.1
mesh:D1003 rdfs:label "Very High Pressure"   mesh:D1003 meshv:treeNumber mesh:C14.1.5
mesh:C14.1.5 meshv:parentTreeNumber mesh:C14.1
mesh:D2000 rdfs:label "Growth Stoppers"      mesh:D2000 meshv:treeNumber mesh:D27.1
mesh:D2009 rdfs:label "Agents"               mesh:D2009 meshv:treeNumber mesh:D27
mesh:D27.1 meshv:parentTreeNumber mesh:D27
mesh:D2001 rdfs:label "Alphamab"             mesh:D2001 meshv:treeNumber mesh:D12.5
mesh:D2001 meshv:pharmacologicalAction mesh:D2000
mesh:C3001 rdfs:label "betanib"              mesh:C3001 meshv:preferredMappedTo mesh:D2001
"""
CHEBI_TERMS = """
CHEBI:1 rdfs:label "betanib"     CHEBI:1 rdfs:subClassOf CHEBI:2
CHEBI:2 rdfs:label "indoles"     CHEBI:2 obo:RO_0000087 CHEBI:8
CHEBI:8 rdfs:label "stopper"     CHEBI:8 rdfs:subClassOf CHEBI:9
CHEBI:9 rdfs:label "role"
"""
MONDO_TERMS = """
MONDO:1 rdfs:label "pressure, high"   MONDO:1 rdfs:subClassOf MONDO:2
MONDO:2 rdfs:label "vessel disorder"  MONDO:2 rdfs:subClassOf MONDO:3
MONDO:3 rdfs:label "disorder"         MONDO:3 rdfs:subClassOf MONDO:2
"""


def statements(text: str) -> Iterator[tuple[str, str, str]]:
    """Subject, predicate and object, the object in quotes where it is words."""
    for found in re.finditer(r'(\S+) (\S+) ("[^"]+"|\S+)', text):
        yield found[1], found[2], found[3]


def terminology(name: str, text: str) -> GraphWriter:
    writer = GraphWriter(TWGRAPH[f"ontology/{name}"])
    for subject, predicate, value in statements(text):
        term = value.strip('"') if value.startswith('"') else NamedNode(expand(value))
        writer.add(NamedNode(expand(subject)), expand(predicate), term)
    return writer


def mapping(writer: GraphWriter, one: str, other: str, **more: str) -> None:
    node = writer.node(f"http://example.org/mapping/{len(writer)}", expand("sssom:Mapping"))
    writer.add(node, expand("sssom:subject_id"), NamedNode(expand(one)))
    writer.add(node, expand("sssom:object_id"), NamedNode(expand(other)))
    writer.add(node, expand("sssom:predicate_id"), NamedNode(expand("skos:exactMatch")))
    grounds = more.get("grounds", "semapv:ManualMappingCuration")
    writer.add(node, expand("sssom:mapping_justification"), NamedNode(expand(grounds)))
    if "modifier" in more:
        writer.add(node, expand("sssom:predicate_modifier"), more["modifier"])


LINKS = {
    ("drug", "betanib"): [("skos:exactMatch", "mesh:C3001"), ("skos:exactMatch", "CHEBI:1")],
    ("drug", "alphamab"): [("skos:exactMatch", "mesh:D2001")],
    ("event", "high pressure"): [("skos:exactMatch", "mesh:D1001")],
    ("event", "very high pressure"): [("skos:broadMatch", "mesh:D1003")],
    ("event", "near it"): [("skos:closeMatch", "MONDO:1")],
    ("condition", "nowhere"): [],
}


@pytest.fixture
def graph() -> Graph:
    record, links = GraphWriter("http://example.org/record"), GraphWriter(TWGRAPH["derived/links"])
    for number, ((kind, label), terms) in enumerate(LINKS.items()):
        concept = NamedNode(concept_iri(kind, label))
        record.add(NamedNode(f"http://example.org/fact/{number}"), expand(f"tw:{kind}"), concept)
        for predicate, term in terms:
            links.add(concept, expand(predicate), NamedNode(expand(term)))
    maps = GraphWriter(TWGRAPH["mappings/made"])
    mapping(maps, "mesh:D1001", "MONDO:1")
    mapping(maps, "MONDO:2", "mesh:D1002", grounds="semapv:LexicalMatching")  # made by a machine
    mapping(maps, "CHEBI:8", "mesh:D2000")
    mapping(maps, "CHEBI:1", "MONDO:3")
    mapping(maps, "MONDO:3", "CHEBI:1", modifier="Not")  # denied, whichever way round
    writers = (
        record,
        links,
        maps,
        terminology("mesh-9", MESH_TERMS),
        terminology("chebi-9", CHEBI_TERMS),
        terminology("mondo-9", MONDO_TERMS),
    )
    graph = Graph.in_memory(quad for writer in writers for quad in writer.quads())
    derive(graph)
    return graph


def derive(graph: Graph) -> None:
    labels.write(graph)
    names.write(graph)
    closure.write(graph)


def within(graph: Graph, kind: str, label: str) -> dict[str, str]:
    """Each class of a local concept, with the last part of the name of the graph that says so."""
    found = graph.quads_of(subject=NamedNode(concept_iri(kind, label)), predicate=WITHIN)
    return {compact(q.object.value): q.graph_name.value.rpartition("/")[2] for q in found}  # type: ignore[union-attr]


def test_the_trees_of_mesh_are_climbed_by_their_numbers(graph: Graph) -> None:
    """D1001 stands in two trees, and D1003 below it in one only: it is not in the other."""
    found = within(graph, "event", "very high pressure")
    assert found["mesh:D1003"] == found["mesh:D1001"] == found["mesh:D1000"] == "mesh"
    assert "mesh:D1002" not in found
    assert within(graph, "event", "high pressure")["mesh:D1002"] == "mesh"


def test_a_close_match_carries_nothing(graph: Graph) -> None:
    assert set(within(graph, "event", "near it").values()) == {"label"}
    assert within(graph, "event", "very high pressure")["MONDO:1"] == "mapped"  # from D1001 above it


def test_an_action_counts_for_the_drug_that_states_it(graph: Graph) -> None:
    assert within(graph, "drug", "alphamab")["mesh:D2000"] == "mesh"
    assert within(graph, "drug", "alphamab")["mesh:D2009"] == "mesh"
    betanib = within(graph, "drug", "betanib")
    assert betanib["mesh:D2001"] == "mesh"  # the heading that it is mapped to
    assert betanib["mesh:D2000"] == "mapped"  # not by that heading's action; by the role that ChEBI states


def test_a_role_is_inherited_and_then_climbed(graph: Graph) -> None:
    found = within(graph, "drug", "betanib")
    assert [found[f"CHEBI:{n}"] for n in (1, 2, 8, 9)] == ["chebi"] * 4


def test_a_mapping_is_followed_once_if_a_person_made_it_and_nobody_denies_it(graph: Graph) -> None:
    found = within(graph, "event", "high pressure")
    assert [found[f"MONDO:{n}"] for n in (1, 2, 3)] == ["mapped"] * 3
    assert found["mesh:D1002"] == "mesh"  # its own tree, no machine's mapping
    assert "MONDO:3" not in within(graph, "drug", "betanib")


def test_what_nothing_is_said_of_is_within_itself(graph: Graph) -> None:
    (only,) = within(graph, "condition", "nowhere").items()
    assert only == (concept_iri("condition", "nowhere"), "label")


def test_each_pair_stands_once_and_its_graph_says_its_bases(graph: Graph) -> None:
    pairs = [(q.subject, q.object) for q in graph.quads_of(predicate=WITHIN)]
    assert len(pairs) == len(set(pairs))
    described = {q.subject for q in graph.quads(closure.WITHIN)}
    assert described == {q.graph_name for q in graph.quads_of(predicate=WITHIN)}


def test_a_users_row_is_a_basis_of_its_own(graph: Graph) -> None:
    row = DrugClass(
        drug="betanib",
        mesh_ui="C3001",
        class_label="Growth Stoppers",
        class_ui="D2000",
        target="X",
        basis="inhibits",
        citation="pmid:1",
        date="2026-11-22",
    )
    replace_user_classes(graph, [row])
    derive(graph)
    found = within(graph, "drug", "betanib")
    assert found["mesh:D2000"] == found["mesh:D2009"] == "mapped+user"
    replace_user_classes(graph, [])
    derive(graph)
    assert within(graph, "drug", "betanib")["mesh:D2000"] == "mapped"


def test_done_again_it_is_the_same(graph: Graph) -> None:
    before = set(graph)
    derive(graph)
    assert set(graph) == before


def test_why_tells_each_way_with_what_says_so(graph: Graph) -> None:
    rows = why(graph, "betanib", "Growth Stoppers").records()
    steps = [(row["basis"], row["how"], row["to_name"], row["says"]) for row in rows]
    assert steps[1:] == [
        ("mapped", "is a", "indoles", "chebi-9"),
        ("mapped", "has role", "stopper", "chebi-9"),
        ("mapped", "mapping", "Growth Stoppers", "semapv:ManualMappingCuration, made"),
    ]
    (tree,) = why(graph, "mesh:D1003", "High Pressure").records()
    assert (tree["how"], tree["says"]) == ("tree", "mesh-9: mesh:C14.1.5 is below mesh:C14.1")


def test_why_and_the_closure_agree_on_every_pair_and_basis(graph: Graph) -> None:
    """The closure leaves out mappings where a terminology says it already; why tells of them too."""
    classes = {q.object.value for q in graph.quads_of(predicate=WITHIN)}  # type: ignore[union-attr]
    for (kind, label), _ in LINKS.items():
        found = within(graph, kind, label)
        for name in classes - {concept_iri(*key) for key in LINKS}:
            told = {str(row["basis"]) for row in why(graph, concept_iri(kind, label), name).records()}
            stated = set(found.get(compact(name), "").split("+")) - {""}
            assert stated == (told - {"mapped"} if told - {"mapped", "curated", "user"} else told)


def test_why_says_nothing_where_no_way_leads(graph: Graph) -> None:
    assert not why(graph, "alphamab", "Vessel Diseases").rows
    with pytest.raises(QueryError, match="no term in this graph"):
        why(graph, "alphamab", "no such class at all")
