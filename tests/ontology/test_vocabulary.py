"""The vocabulary: every term labelled, defined, aligned, and one kind of thing; OWL 2 DL."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, XSD

from trialweave.ontology import reasoning
from trialweave.ontology.prefixes import PREFIXES, compact

TW = PREFIXES["tw"]
ONTOLOGY = rdflib.URIRef("https://w3id.org/trialweave/ontology")
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual}
MATCHES = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)
BUILT_IN = ("owl", "rdf", "rdfs", "xsd")

GRAPH = reasoning.vocabulary()
OURS = sorted({s for s in GRAPH.subjects() if isinstance(s, rdflib.URIRef) and s.startswith(TW)})


def kinds(term: rdflib.term.Node) -> set[rdflib.term.Node]:
    return set(GRAPH.objects(term, RDF.type)) & KINDS


def is_built_in(term: rdflib.term.Node) -> bool:
    return any(str(term).startswith(PREFIXES[prefix]) for prefix in BUILT_IN)


def test_the_header_names_version_and_license() -> None:
    version = GRAPH.value(ONTOLOGY, OWL.versionInfo)
    assert str(GRAPH.value(ONTOLOGY, OWL.versionIRI)) == f"{ONTOLOGY}/{version}"
    assert GRAPH.value(ONTOLOGY, rdflib.DCTERMS.license) is not None
    assert not list(GRAPH.objects(ONTOLOGY, OWL.imports))


@pytest.mark.parametrize("term", OURS, ids=compact)
def test_each_term_of_ours_is_whole(term: rdflib.URIRef) -> None:
    assert len(kinds(term)) == 1
    assert [label.language for label in GRAPH.objects(term, RDFS.label)] == ["en"]
    (definition,) = GRAPH.objects(term, SKOS.definition)
    assert str(definition).endswith(".")
    assert len(str(definition).split()) > 4
    assert list(GRAPH.objects(term, RDFS.isDefinedBy)) == [ONTOLOGY]


def aligned(term: rdflib.term.Node) -> bool:
    """Aligned itself, or below a class or property that is, or equivalent to one made of such."""
    direct = [o for p in (*MATCHES, RDFS.subClassOf, RDFS.subPropertyOf) for o in GRAPH.objects(term, p)]
    foreign = [o for o in direct if isinstance(o, rdflib.URIRef) and not o.startswith(TW)]
    own = [o for o in direct if str(o).startswith(TW)]
    for definition in GRAPH.objects(term, OWL.equivalentClass):
        members = GRAPH.value(definition, OWL.intersectionOf)
        own += [m for m in rdflib.collection.Collection(GRAPH, members) if isinstance(m, rdflib.URIRef)]
    return bool(foreign) or any(aligned(parent) for parent in own)


@pytest.mark.parametrize("term", OURS, ids=compact)
def test_each_term_of_ours_is_aligned_or_says_why_not(term: rdflib.URIRef) -> None:
    assert aligned(term) or GRAPH.value(term, SKOS.scopeNote)


def test_labels_are_told_apart() -> None:
    labels: dict[str, list[str]] = {}
    for term in OURS:
        if OWL.Class in kinds(term):
            labels.setdefault(str(GRAPH.value(term, RDFS.label)).lower(), []).append(str(term))
    assert [terms for terms in labels.values() if len(terms) > 1] == []


def test_nothing_is_two_kinds_of_thing() -> None:
    punned = {term: kinds(term) for term in set(GRAPH.subjects()) if len(kinds(term)) > 1}
    assert punned == {}


def test_every_property_used_is_declared() -> None:
    used = {p for p in GRAPH.predicates() if not is_built_in(p)}
    used |= set(GRAPH.objects(None, OWL.onProperty)) | set(GRAPH.objects(None, RDFS.subPropertyOf))
    for chain in GRAPH.objects(None, OWL.propertyChainAxiom):
        used |= set(rdflib.collection.Collection(GRAPH, chain))
    assert {p for p in used if not kinds(p)} == set()


def test_every_class_used_in_an_axiom_is_declared() -> None:
    used = {o for p in (RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith, OWL.someValuesFrom)
            for o in GRAPH.objects(None, p)}  # fmt: skip
    used |= set(GRAPH.objects(None, RDFS.domain))
    for listed in (OWL.intersectionOf, OWL.unionOf, OWL.members):
        for head in GRAPH.objects(None, listed):
            used |= set(rdflib.collection.Collection(GRAPH, head))
    undeclared = {c for c in used if isinstance(c, rdflib.URIRef) and OWL.Class not in kinds(c)}
    assert undeclared == set()


def test_ranges_fit_the_kind_of_property() -> None:
    for prop, target in GRAPH.subject_objects(RDFS.range):
        is_data = str(target).startswith(str(XSD)) or (target, RDF.type, RDFS.Datatype) in GRAPH
        assert kinds(prop) == {OWL.DatatypeProperty if is_data else OWL.ObjectProperty}, prop


def test_transitive_properties_keep_out_of_what_dl_forbids_them() -> None:
    restricted = set(GRAPH.subjects(OWL.maxCardinality)) | set(GRAPH.subjects(OWL.qualifiedCardinality))
    assert not restricted
    assert not set(GRAPH.subjects(RDF.type, OWL.TransitiveProperty)) & set(
        GRAPH.subjects(RDF.type, OWL.FunctionalProperty)
    )


def test_opaque_identifiers_of_others_have_a_label() -> None:
    opaque = {o for p in MATCHES for o in GRAPH.objects(None, p) if str(o).startswith(PREFIXES["obo"])}
    assert len(opaque) > 20
    assert {o for o in opaque if GRAPH.value(o, RDFS.label) is None} == set()


def test_its_prefixes_are_those_of_the_package() -> None:
    text = files("trialweave.ontology").joinpath("trialweave.ttl").read_text("utf-8")
    stated = dict(re.findall(r"^@prefix (\w+): <([^>]+)> \.$", text, re.MULTILINE))
    assert stated == {prefix: PREFIXES[prefix] for prefix in stated}
    assert "tw" in stated


def test_every_term_that_the_code_writes_is_declared() -> None:
    package = Path(str(files("trialweave")))
    used: dict[str, str] = {}
    for file in sorted(package.rglob("*.py")):
        for name in re.findall(r'\bTW\["(\w+)"\]', file.read_text("utf-8")):
            used[name] = file.name
    for file in sorted(package.rglob("*.rq")):
        for name in re.findall(r"\btw:(\w+)", file.read_text("utf-8")):
            used[name] = file.name
    declared = {str(term).removeprefix(TW) for term in OURS}
    missing = {name: file for name, file in used.items() if name not in declared}
    assert missing == {}, f"declare them in trialweave/ontology/trialweave.ttl: {missing}"
