"""OBO-graph JSON: nodes, edges, definitions, and parts that are bad."""

import io
import json
from typing import Any

import pytest

from trialweave.loaders.terminology import obo_graph
from trialweave.records import Rejected, Relation, Synonym, Term, Terminology

OBO = "http://purl.obolibrary.org/obo/"
OIO = "http://www.geneontology.org/formats/oboInOwl#"


def read(*graphs: dict[str, Any], bom: bytes = b"") -> list[Terminology | Term | Rejected]:
    data = bom + json.dumps({"graphs": graphs}).encode()
    return [
        one
        for one in obo_graph.read(io.BytesIO(data), file="made.json")
        if isinstance(one, Terminology | Term | Rejected)
    ]


GRAPH: dict[str, Any] = {
    "id": f"{OBO}a.owl",
    "meta": {
        "version": f"{OBO}a/releases/2024-05-06/a.owl",
        "basicPropertyValues": [{"pred": "http://purl.org/dc/terms/license", "val": "https://x.org/licence"}],
        "subsets": ["x"],
    },
    "nodes": [
        {
            "id": f"{OBO}A_1",
            "lbl": "one",
            "type": "CLASS",
            "meta": {
                "definition": {"val": "The first.", "xrefs": ["PMID:1"]},
                "synonyms": [
                    {
                        "pred": "hasExactSynonym",
                        "val": "first",
                        "synonymType": f"{OBO}a#layperson",
                        "xrefs": [],
                    },
                    {"pred": "hasRelatedSynonym", "val": "number one"},
                ],
                "xrefs": [{"val": "UMLS:C1"}],
                "basicPropertyValues": [
                    {"pred": f"{OIO}hasAlternativeId", "val": "A:01"},
                    {"pred": "http://www.w3.org/2004/02/skos/core#exactMatch", "val": f"{OBO}B_1"},
                    {"pred": f"{OIO}hasOBONamespace", "val": "a"},
                ],
            },
        },
        {
            "id": f"{OBO}A_2",
            "type": "CLASS",
            "meta": {
                "deprecated": True,
                "basicPropertyValues": [{"pred": f"{OBO}IAO_0100001", "val": "A:1"}],
            },
        },
        {"id": f"{OBO}RO_0000087", "lbl": "has role", "type": "PROPERTY"},
        {"id": f"{OBO}p", "lbl": "note", "type": "PROPERTY", "propertyType": "ANNOTATION"},
        {"id": f"{OBO}C_9"},
    ],
    "edges": [
        {"sub": f"{OBO}A_1", "pred": "is_a", "obj": f"{OBO}A_3"},
        {"sub": f"{OBO}A_1", "pred": f"{OBO}RO_0000087", "obj": f"{OBO}A_4"},
        {"sub": f"{OBO}A_1", "pred": "part_of", "obj": f"{OBO}A_5"},
        {"sub": f"{OBO}RO_0000087", "pred": "inverseOf", "obj": f"{OBO}RO_0000081"},
    ],
    "logicalDefinitionAxioms": [
        {
            "definedClassId": f"{OBO}A_1",
            "genusIds": [f"{OBO}A_3", f"{OBO}A_6"],
            "restrictions": [{"propertyId": f"{OBO}RO_0000087", "fillerId": f"{OBO}A_7"}, None],
        }
    ],
}


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_graph(bom: bytes) -> None:
    ontology, one, two, role, note = read(GRAPH, bom=bom)
    assert isinstance(ontology, Terminology)
    assert (ontology.key, ontology.version, ontology.licence) == ("a", "2024-05-06", "https://x.org/licence")
    assert one == Term(
        iri=f"{OBO}A_1",
        path="/graphs/0/nodes/0",
        label="one",
        types=("http://www.w3.org/2002/07/owl#Class",),
        definition="The first.",
        synonyms=(
            Synonym(text="first", scope="exact", kind="layperson"),
            Synonym(text="number one", scope="related"),
        ),
        parents=(f"{OBO}A_3", f"{OBO}A_6"),
        relations=(
            Relation(predicate=f"{OBO}RO_0000087", target=f"{OBO}A_4"),
            Relation(predicate=f"{OBO}BFO_0000050", target=f"{OBO}A_5"),
            Relation(predicate=f"{OBO}RO_0000087", target=f"{OBO}A_7"),
            Relation(predicate="http://www.w3.org/2004/02/skos/core#exactMatch", target=f"{OBO}B_1"),
        ),
        xrefs=("UMLS:C1",),
        alternative_ids=("A:01",),
    )
    assert isinstance(two, Term)
    assert (two.label, two.deprecated, two.replaced_by) == (None, True, (f"{OBO}A_1",))
    assert isinstance(role, Term)
    assert not role.relations
    assert isinstance(note, Term)
    assert [role.types, note.types] == [
        ("http://www.w3.org/2002/07/owl#ObjectProperty",),
        ("http://www.w3.org/2002/07/owl#AnnotationProperty",),
    ]


def test_two_graphs_are_two_ontologies() -> None:
    found = read(GRAPH, {"id": f"{OBO}b.owl", "nodes": [{"id": f"{OBO}B_1", "lbl": "b"}]})
    assert [one.key for one in found if isinstance(one, Terminology)] == ["a", "b"]
    assert isinstance(found[-1], Term)
    assert found[-1].path == "/graphs/1/nodes/0"


def test_bad_parts_are_set_aside_and_the_rest_goes_on() -> None:
    bad = {
        "id": f"{OBO}a.owl",
        "nodes": [
            {"id": f"{OBO}A_1", "lbl": 7},
            {"lbl": "without id"},
            {"id": f"{OBO}A_3", "lbl": "x", "meta": {"synonyms": [{"pred": "hasSynonym", "val": "y"}]}},
            {"id": f"{OBO}A_4", "lbl": "good"},
        ],
        "edges": [
            {"sub": f"{OBO}A_4", "pred": "is_a"},
            {"sub": f"{OBO}A_4", "pred": "is_a", "obj": f"{OBO}A_5"},
        ],
    }
    _, one, two, three, good, edge = read(bad)
    assert isinstance(good, Term)
    assert good.parents == (f"{OBO}A_5",)
    for found, words in (
        (one, "/graphs/0/nodes/0: Expected `str | null`, got `int` - at `$.lbl`"),
        (two, "/graphs/0/nodes/1: Object missing required field `id`"),
        (three, "/graphs/0/nodes/2: a synonym's pred is 'hasSynonym'"),
        (edge, "/graphs/0/edges/0: Object missing required field `obj`"),
    ):
        assert isinstance(found, Rejected)
        assert words in found.reason
        assert found.excerpt


@pytest.mark.parametrize(
    "data", [b'{"graphs": [{"nodes": [', b'{"graphs": 7}', b'{"graphs": [{"id": "\xff"}]}']
)
def test_what_is_no_graph_is_refused(data: bytes) -> None:
    [rejected] = obo_graph.read(io.BytesIO(data), file="a.json")
    assert isinstance(rejected, Rejected)
    assert "not an OBO graph" in rejected.reason
