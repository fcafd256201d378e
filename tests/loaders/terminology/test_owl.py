"""OWL in its four syntaxes: one ontology gives the same terms and the same triples in each."""

import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pyhornedowl
import pyoxigraph as ox
import pytest

from trialweave import loaders
from trialweave.loaders.terminology import owl_functional, owl_xml, rdf_xml, triples, turtle
from trialweave.records import Rejected, Relation, Statements, Synonym, Term, Terminology

OBO = "http://purl.obolibrary.org/obo/"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"

PREFIXES = f"""
@prefix : <{OBO}A_> .
@prefix obo: <{OBO}> .
@prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .
@prefix owl: <{OWL}> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <{SKOS}> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

MADE = (
    PREFIXES
    + """
obo:a.owl a owl:Ontology ; owl:versionIRI obo:a\\/releases\\/2024-05-06\\/a.owl ;
  dcterms:license <https://creativecommons.org/licenses/by/4.0/> ; dcterms:title "Made by hand"@en .
obo:RO_0000087 a owl:ObjectProperty ; rdfs:label "has role" .
obo:IAO_0000115 a owl:AnnotationProperty .
:1 a owl:Class ; rdfs:label "Grundform"@de , "base form"@en ; obo:IAO_0000115 "What others are made of." ;
  oio:hasExactSynonym "base" ; oio:hasRelatedSynonym "ground" ; skos:altLabel "first form"@en ;
  oio:hasDbXref "UMLS:C1" ; oio:hasAlternativeId "A:01" ; skos:exactMatch obo:B_1 ; skos:notation "A01" .
:2 a owl:Class ; rdfs:label "salt" ; rdfs:subClassOf :1 ,
    [ a owl:Restriction ; owl:onProperty obo:RO_0000087 ; owl:someValuesFrom :3 ] ,
    [ a owl:Restriction ; owl:onProperty obo:RO_0000087 ; owl:allValuesFrom :4 ] .
:3 a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :1
    [ a owl:Restriction ; owl:onProperty obo:RO_0000087 ; owl:someValuesFrom :2 ] ) ] .
:4 a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( :1 :2 ) ] ; owl:disjointWith :2 .
:5 a owl:Class ; owl:deprecated true ; obo:IAO_0100001 :1 ; oio:consider :2 .
:6 a owl:Class ; owl:deprecated true ; obo:IAO_0100001 "A:1" .
:7 a owl:NamedIndividual , :2 .
:8 a owl:Class ; rdfs:subClassOf owl:Thing ,
    [ a owl:Restriction ; owl:onProperty :9 ; owl:someValuesFrom xsd:integer ] .
:9 a owl:DatatypeProperty .
[] a owl:Axiom ; owl:annotatedSource :1 ; owl:annotatedProperty oio:hasExactSynonym ;
  owl:annotatedTarget "base" ; oio:hasSynonymType obo:a\\#layperson .
[] a owl:Axiom ; owl:annotatedSource :1 ; owl:annotatedProperty oio:hasDbXref ;
  owl:annotatedTarget "UMLS:C1" ; oio:hasSynonymType obo:a\\#wrong .
"""
)
CLASS = f"{OWL}Class"
ROLE = f"{OBO}RO_0000087"


class Read(NamedTuple):
    ontology: Terminology
    terms: dict[str, Term]
    graph: set[str]
    lines: bytes
    rejected: list[Rejected]


Reader = Callable[..., Iterator[object]]


def read(reader: Reader, data: bytes, file: str = "made") -> Read:
    ontology, *rest = reader(io.BytesIO(data), file=file)
    assert isinstance(ontology, Terminology)
    lines = b"".join(one.lines for one in rest if isinstance(one, Statements))
    terms = [one for one in rest if isinstance(one, Term)]
    assert len({one.iri for one in terms}) == len(terms)
    return Read(
        ontology,
        {one.iri.removeprefix(OBO): one for one in terms},
        canonical(lines, ox.RdfFormat.N_TRIPLES),
        lines,
        [one for one in rest if isinstance(one, Rejected)],
    )


def refused(reader: Reader, data: bytes) -> str:
    [rejected] = reader(io.BytesIO(data), file="made")
    assert isinstance(rejected, Rejected)
    assert rejected.position == 0
    return rejected.reason


def canonical(data: bytes, form: ox.RdfFormat) -> set[str]:
    dataset = ox.Dataset(ox.parse(data, format=form))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


def written() -> dict[str, bytes]:
    rdf = ox.serialize(
        (quad.triple for quad in ox.parse(MADE.encode(), format=ox.RdfFormat.TURTLE)),
        format=ox.RdfFormat.RDF_XML,
    )
    assert rdf is not None
    ontology = pyhornedowl.open_ontology_from_string(rdf.decode(), "rdf")
    return {
        "turtle": MADE.encode(),
        "rdf-xml": rdf,
        "owl-xml": ontology.save_to_string("owx").encode(),
        "owl-functional": ontology.save_to_string("ofn").encode(),
    }


READERS: dict[str, Reader] = {
    "turtle": turtle.read,
    "rdf-xml": rdf_xml.read,
    "owl-xml": owl_xml.read,
    "owl-functional": owl_functional.read,
}


@pytest.fixture(scope="module")
def syntaxes() -> dict[str, bytes]:
    return written()


@pytest.mark.parametrize("syntax", READERS)
def test_the_header_and_the_terms(syntaxes: dict[str, bytes], syntax: str) -> None:
    found = read(READERS[syntax], syntaxes[syntax])
    assert not found.rejected
    head = found.ontology
    assert (head.key, head.version, head.iri, head.source.format) == (
        "a",
        "2024-05-06",
        f"{OBO}a.owl",
        syntax,
    )
    assert (head.title, head.licence) == ("Made by hand", "https://creativecommons.org/licenses/by/4.0/")
    terms = found.terms
    assert {one for one in terms if one.startswith("A_")} == {f"A_{number}" for number in range(1, 10)}
    first = terms["A_1"]
    assert (first.label, first.definition) == ("base form", "What others are made of.")
    assert set(first.synonyms) == {
        Synonym(text="Grundform", kind="label", language="de"),
        Synonym(text="base", scope="exact", kind="layperson"),
        Synonym(text="ground", scope="related"),
        Synonym(text="first form", scope="exact", language="en"),
    }
    assert (first.xrefs, first.alternative_ids, first.notations) == (("UMLS:C1",), ("A:01",), ("A01",))
    assert first.relations == (Relation(predicate=f"{SKOS}exactMatch", target=f"{OBO}B_1"),)
    assert terms["A_2"].parents == (f"{OBO}A_1",)
    assert terms["A_2"].relations == (Relation(predicate=ROLE, target=f"{OBO}A_3"),)
    assert terms["A_3"].parents == (f"{OBO}A_1",)
    assert terms["A_3"].relations == (Relation(predicate=ROLE, target=f"{OBO}A_2"),)
    assert terms["A_4"].parents == ()
    assert terms["A_4"].relations == (Relation(predicate=f"{OWL}disjointWith", target=f"{OBO}A_2"),)
    assert (terms["A_5"].deprecated, terms["A_5"].replaced_by) == (True, (f"{OBO}A_1",))
    assert terms["A_6"].replaced_by == (f"{OBO}A_1",)
    assert set(terms["A_7"].types) == {f"{OWL}NamedIndividual", f"{OBO}A_2"}
    assert (terms["A_8"].parents, terms["A_8"].relations) == ((), ())
    assert terms["RO_0000087"].types == (f"{OWL}ObjectProperty",)


@pytest.mark.parametrize("syntax", READERS)
def test_the_published_triples_go_along_whole(syntaxes: dict[str, bytes], syntax: str) -> None:
    found = read(READERS[syntax], syntaxes[syntax])
    assert found.graph == canonical(MADE.encode(), ox.RdfFormat.TURTLE)
    assert read(READERS[syntax], syntaxes[syntax]).lines == found.lines


def test_blank_nodes_of_two_files_do_not_meet() -> None:
    one, two = (
        read(turtle.read, (MADE + end).encode()).lines for end in ("", ":8 a owl:Class ; rdfs:seeAlso [] .\n")
    )
    nodes = [{word for word in lines.split() if word.startswith(b"_:")} for lines in (one, two)]
    assert nodes[0]
    assert nodes[0].isdisjoint(nodes[1])


def test_a_subject_whose_triples_stand_apart_is_one_term() -> None:
    rows = [str(quad.triple) + " ." for quad in ox.parse(MADE.encode(), format=ox.RdfFormat.TURTLE)]
    shuffled = read(turtle.read, "\n".join(sorted(rows, key=lambda row: row[::-1])).encode())
    ordered = read(turtle.read, MADE.encode())
    assert shuffled.graph == ordered.graph
    for name, term in ordered.terms.items():
        other = shuffled.terms[name]
        assert set(other.synonyms) == set(term.synonyms)
        assert set(other.relations) == set(term.relations)
        assert (other.label, other.parents, other.replaced_by) == (term.label, term.parents, term.replaced_by)


def test_statements_come_in_bounded_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triples, "CHUNK", 7)
    pieces = [one for one in turtle.read(io.BytesIO(MADE.encode()), file="a") if isinstance(one, Statements)]
    assert {one.lines.count(b"\n") for one in pieces[:-1]} == {7}
    whole = b"".join(one.lines for one in pieces)
    assert canonical(whole, ox.RdfFormat.N_TRIPLES) == canonical(MADE.encode(), ox.RdfFormat.TURTLE)


# Axioms that OWL/XML and functional syntax write in one line, and their triples after section 2 of OWL 2's
# mapping to RDF; several disjoint classes are written in pairs, which say the same.
AXIOMS = [
    ("SubClassOf(ObjectIntersectionOf(:a :b) :c)",
     "[] a owl:Class ; owl:intersectionOf ( :a :b ) ; rdfs:subClassOf :c ."),
    ("SubClassOf(:a ObjectMinCardinality(2 :p :b))",
     ":a rdfs:subClassOf [ a owl:Restriction ; owl:minQualifiedCardinality \"2\"^^xsd:nonNegativeInteger ;"
     " owl:onProperty :p ; owl:onClass :b ] ."),
    ("SubClassOf(:a ObjectComplementOf(:b))", ":a rdfs:subClassOf [ a owl:Class ; owl:complementOf :b ] ."),
    ("SubClassOf(:a ObjectSomeValuesFrom(ObjectInverseOf(:p) :b))",
     ":a rdfs:subClassOf [ a owl:Restriction ; owl:someValuesFrom :b ; owl:onProperty _:i ] ."
     " _:i owl:inverseOf :p ."),
    ("DisjointClasses(:a :b :c)", ":a owl:disjointWith :b , :c . :b owl:disjointWith :c ."),
    ("SubObjectPropertyOf(ObjectPropertyChain(:p :q) :r)", ":r owl:propertyChainAxiom ( :p :q ) ."),
    ("TransitiveObjectProperty(:p)", ":p a owl:TransitiveProperty ."),
    ("ObjectPropertyDomain(:p :a)", ":p rdfs:domain :a ."),
    ("ObjectPropertyAssertion(:p :i :j)", ":i :p :j ."),
    ("ClassAssertion(:a :i)", ":i a :a ."),
    ("NegativeObjectPropertyAssertion(:p :i :j)",
     "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :i ; owl:assertionProperty :p ;"
     " owl:targetIndividual :j ."),
    ("HasKey(:a (:p) ())", ":a owl:hasKey ( :p ) ."),
    ('AnnotationAssertion(Annotation(rdfs:comment "why") rdfs:label :a "x"@en)',
     ':a rdfs:label "x"@en . [] a owl:Axiom ; owl:annotatedSource :a ; owl:annotatedProperty rdfs:label ;'
     ' owl:annotatedTarget "x"@en ; rdfs:comment "why" .'),
]  # fmt: skip


@pytest.mark.parametrize(("axiom", "expected"), AXIOMS, ids=lambda one: str(one)[:40])
def test_an_axiom_is_the_triples_that_stand_for_it(axiom: str, expected: str) -> None:
    declared = "".join(f"Declaration(Class(:{one}))" for one in "abc")
    declared += "".join(f"Declaration(ObjectProperty(:{one}))" for one in "pqr")
    text = (
        f"Prefix(:=<http://x/>)\nPrefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)\n"
        f"Ontology(<http://x/o>\n{declared}\n{axiom}\n)"
    )
    turtle_of = (
        f"{PREFIXES}@prefix : <http://x/> .\n"
        ":o a owl:Ontology . :a a owl:Class . :b a owl:Class . :c a owl:Class . :p a owl:ObjectProperty ."
        f":q a owl:ObjectProperty . :r a owl:ObjectProperty .\n{expected}"
    )
    assert read(owl_functional.read, text.encode()).graph == canonical(
        turtle_of.encode(), ox.RdfFormat.TURTLE
    )


OWX = """<?xml version="1.0"?>
<!DOCTYPE Ontology [ <!ENTITY obo "http://purl.obolibrary.org/obo/" > ]>
<Ontology xmlns="http://www.w3.org/2002/07/owl#" xml:base="http://x/o" ontologyIRI="http://x/o">
<Prefix name="obo" IRI="http://purl.obolibrary.org/obo/"/>
<Prefix name="rdfs" IRI="http://www.w3.org/2000/01/rdf-schema#"/>
<Import>IMPORTED</Import>
<Declaration><Class IRI="&obo;A_1"/></Declaration>
<Declaration><Class abbreviatedIRI="obo:A_2"/></Declaration>
<SubClassOf><Class IRI="&obo;A_2"/><Class abbreviatedIRI="obo:A_1"/></SubClassOf>
<AnnotationAssertion><AnnotationProperty abbreviatedIRI="rdfs:label"/><IRI>&obo;A_1</IRI>
<Literal>caf\u00e9 &amp; tea &lt;3</Literal></AnnotationAssertion>
</Ontology>"""


def test_owl_xml_with_entities_and_in_another_encoding() -> None:
    for data in (OWX.encode(), OWX.encode("utf-16"), b"\xef\xbb\xbf" + OWX.encode()):
        found = read(owl_xml.read, data)
        assert found.terms["A_1"].label == "caf\u00e9 & tea <3"
        assert found.terms["A_2"].parents == (f"{OBO}A_1",)
    latin = OWX.replace('version="1.0"', 'version="1.0" encoding="ISO-8859-1"').encode("latin-1")
    assert read(owl_xml.read, latin).terms["A_1"].label == "caf\u00e9 & tea <3"


RDF = """<?xml version="1.0"ENCODING?>
<!DOCTYPE rdf:RDF [ <!-- what a, "quoted" word --> <!ENTITY obo "http://purl.obolibrary.org/obo/" > ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
 xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xml:base="http://x/o">
<owl:Ontology rdf:about=""><owl:imports rdf:resource="IMPORTED"/></owl:Ontology>
<owl:Class rdf:about="&obo;A_1"><rdfs:label>caf\u00e9</rdfs:label></owl:Class>
<owl:Class rdf:about="&obo;A_2"><rdfs:seeAlso rdf:resource="http://x/BAD"/></owl:Class></rdf:RDF>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "us-ascii"])
def test_rdf_xml_in_every_encoding(encoding: str) -> None:
    text = RDF.replace("ENCODING", f' encoding="{encoding}"')
    if encoding == "us-ascii":
        text = text.replace("\u00e9", "&#233;")
    found = read(rdf_xml.read, text.encode(encoding))
    assert (found.ontology.iri, found.terms["A_1"].label) == ("http://x/o", "caf\u00e9")


def test_imports_are_not_fetched() -> None:
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/imported.owl"
        for reader, text in (
            (owl_xml.read, OWX.replace("IMPORTED", address)),
            (rdf_xml.read, RDF.replace("ENCODING", "").replace("IMPORTED", address)),
            (
                owl_functional.read,
                f"Ontology(<http://x/o>\nImport(<{address}>)\nDeclaration(Class(<{OBO}A_1>)))",
            ),
        ):
            found = read(reader, text.encode())
            assert f"imports> <{address}>" in "\n".join(found.graph)
            assert "A_1" in found.terms
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


def test_a_triple_with_an_iri_that_is_none_is_set_aside() -> None:
    text = RDF.replace("ENCODING", "").replace("/BAD", "/a b")
    found = read(rdf_xml.read, text.encode())
    assert set(found.terms) == {"A_1", "A_2"}
    [rejected] = found.rejected
    assert "http://x/a b" in rejected.reason
    assert b"a b" not in found.lines
    assert len(found.graph) == 5


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY b "&obo;&obo;">',
        '<!ENTITY b SYSTEM "http://127.0.0.1:9/x">',
        '<!ENTITY % b "x">',
        f'<!ENTITY b "{"x" * 2000}">',
        '<!ENTITY b "<!--"><!ENTITY c "&obo;&obo;"><!ENTITY d "-->">',
        '<!-- <r> --><!ENTITY b "&obo;&obo;">',
        f'<!-- {"x" * (1 << 20)} --><!ENTITY b "&obo;&obo;">',
    ],
)
def test_entities_that_expand_without_bound_are_refused(entity: str) -> None:
    for reader, text in ((rdf_xml.read, RDF.replace("ENCODING", "")), (owl_xml.read, OWX)):
        assert "entities" in refused(reader, text.replace("<!ENTITY obo", f"{entity} <!ENTITY obo").encode())


@pytest.mark.parametrize(
    ("reader", "data", "words"),
    [
        (rdf_xml.read, RDF.replace("ENCODING", "")[:-20], "not well-formed"),
        (turtle.read, MADE[:-20], "not well-formed"),
        (owl_xml.read, OWX[:-20], "not an ontology in OWL's syntax"),
        (owl_functional.read, "Ontology(<http://x>\nSubClass(:a :b))", "not an ontology in OWL's syntax"),
        (turtle.read, "<http://x/a> <http://x/b> <http://x/c> .", "without a class"),
        (owl_functional.read, "Ontology(<http://x>)", "without a class"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(reader: Reader, data: str, words: str) -> None:
    assert words in refused(reader, data.encode())


@pytest.mark.parametrize("syntax", READERS)
def test_formats_are_told_by_content(tmp_path: Path, syntaxes: dict[str, bytes], syntax: str) -> None:
    (tmp_path / "no-name").write_bytes(syntaxes[syntax])
    ontology = next(loaders.read(tmp_path / "no-name"))
    assert isinstance(ontology, Terminology)
    assert ontology.source.format == syntax


def test_without_py_horned_owl_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyhornedowl", None)
    assert "trialweave[owl]" in refused(owl_xml.read, OWX.encode())
