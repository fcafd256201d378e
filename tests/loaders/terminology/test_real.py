"""The publishers' files, held against counts of their lines and against other libraries' reading of them."""

import gzip
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import fastobo
import pyoxigraph as ox
import pytest
import rdflib

from trialweave import loaders
from trialweave.records import Rejected, Statements, Term, Terminology

DATA = Path(__file__).parents[3].parent / "shared/data/ontologies"
OBO = "http://purl.obolibrary.org/obo/"
OWL = "http://www.w3.org/2002/07/owl#"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the ontologies (../shared/data/ontologies) are not here"
)


COUNTED = "name def synonym is_a xref alt_id is_obsolete replaced_by relationship".split()


class Read(NamedTuple):
    ontology: Terminology
    terms: list[Term]
    lines: bytes


@pytest.fixture(autouse=True, scope="module")
def forget() -> Iterator[None]:
    yield
    read.cache_clear()


@cache
def read(name: str) -> Read:
    ontology, *rest = loaders.read(DATA / name)
    assert isinstance(ontology, Terminology)
    assert not [one for one in rest if isinstance(one, Rejected)]
    lines = b"".join(one.lines for one in rest if isinstance(one, Statements))
    return Read(ontology, [one for one in rest if isinstance(one, Term)], lines)


def named(name: str, iri: str) -> Term:
    [found] = [one for one in read(name).terms if one.iri == iri]
    return found


@pytest.mark.parametrize(
    ("name", "key", "version", "classes"),
    [
        ("hp.obo.gz", "hp", "2025-01-16", 19_484),
        ("doid.obo.gz", "doid", "2024-07-23", 11_454),
        ("mondo.obo.gz", "mondo", "2024-07-23", 23_964),
        ("chebi.obo.gz", "chebi", "2024-07-23", 197_618),
    ],
)
def test_every_line_of_an_obo_file_is_in_a_term(name: str, key: str, version: str, classes: int) -> None:
    ontology, terms, _ = read(name)
    assert (ontology.key, ontology.version) == (key, version)
    text = gzip.decompress((DATA / name).read_bytes()).decode()
    tags = Counter(re.findall(r"^([a-z_]+):", text.partition("\n[")[2], re.MULTILINE))
    assert len(re.findall(r"^\[Term\]$", text, re.MULTILINE)) == classes
    assert sum(one.types == (f"{OWL}Class",) for one in terms) == classes
    assert len({one.iri for one in terms}) == len(terms) == tags["id"]
    assert Counter(
        {
            "name": sum(one.label is not None for one in terms),
            "def": sum(one.definition is not None for one in terms),
            "synonym": sum(len(one.synonyms) for one in terms),
            "is_a": sum(len(one.parents) for one in terms),
            "xref": sum(len(one.xrefs) for one in terms),
            "alt_id": sum(len(one.alternative_ids) for one in terms),
            "is_obsolete": sum(one.deprecated for one in terms),
            "replaced_by": sum(len(one.replaced_by) for one in terms),
            "relationship": sum(len(one.relations) for one in terms) - tags["consider"],
        }
    ) == Counter({tag: tags[tag] for tag in COUNTED})


@pytest.mark.parametrize("name", ["hp.obo.gz", "doid.obo.gz"])
def test_an_obo_file_reads_as_fastobo_reads_it(name: str) -> None:
    expected: dict[str, dict[str, Any]] = {}
    with gzip.open(DATA / name) as file:
        for frame in fastobo.iter(file, ordered=True):
            if not isinstance(frame, fastobo.term.TermFrame):
                continue
            term = expected[OBO + str(frame.id).replace(":", "_")] = {
                "synonyms": set(),
                "parents": set(),
                "xrefs": set(),
            }
            for clause in frame:
                if isinstance(clause, fastobo.term.NameClause):
                    term["label"] = clause.name
                elif isinstance(clause, fastobo.term.DefClause):
                    term["definition"] = clause.definition
                elif isinstance(clause, fastobo.term.SynonymClause):
                    said = clause.synonym
                    kind = None if said.type is None else str(said.type)
                    term["synonyms"].add((said.desc, said.scope.lower(), kind))
                elif isinstance(clause, fastobo.term.IsAClause):
                    term["parents"].add(OBO + str(clause.term).replace(":", "_"))
                elif isinstance(clause, fastobo.term.XrefClause):
                    term["xrefs"].add(str(clause.xref.id))
    found = {
        one.iri: {
            "synonyms": {(said.text, said.scope, said.kind) for said in one.synonyms},
            "parents": set(one.parents),
            "xrefs": set(one.xrefs),
        }
        | ({} if one.label is None else {"label": one.label})
        | ({} if one.definition is None else {"definition": one.definition})
        for one in read(name).terms
        if one.types == (f"{OWL}Class",)
    }
    assert found.keys() == expected.keys()
    for iri, said in expected.items():
        assert found[iri] == said, iri


def test_terms_that_the_demo_rests_on() -> None:
    sorafenib = named("chebi.obo.gz", f"{OBO}CHEBI_50924")
    assert sorafenib.label == "sorafenib"
    roles = {one.target for one in sorafenib.relations if one.predicate == f"{OBO}RO_0000087"}
    assert f"{OBO}CHEBI_48422" in roles  # angiogenesis inhibitor
    hypertension = named("hp.obo.gz", f"{OBO}HP_0000822")
    assert hypertension.label == "Hypertension"
    assert "high blood pressure" in {one.text.lower() for one in hypertension.synonyms}
    assert hypertension.parents == (f"{OBO}HP_0032263",)
    old = next(one for one in read("hp.obo.gz").terms if one.replaced_by)
    assert old.deprecated
    licence = read("hp.obo.gz").ontology
    assert (licence.licence, licence.redistributable) == ("https://hpo.jax.org/app/license", True)


OWL_FILES = ["DO_cancer_slim.owl", "OAE_DINTO_subset_2015.owl", "new_OAE_terms_2022.owl"]


@pytest.mark.parametrize("name", OWL_FILES)
def test_an_owl_file_reads_as_rdflib_reads_it(name: str) -> None:
    graph = rdflib.Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph.parse(DATA / name, format="xml")
    _, terms, lines = read(name)
    assert lines.count(b"\n") == len(graph) == sum(1 for _ in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))
    types = [rdflib.OWL.Class, rdflib.OWL.AnnotationProperty, rdflib.OWL.ObjectProperty]
    declared = {
        one
        for kind in types
        for one in graph.subjects(rdflib.RDF.type, kind)
        if isinstance(one, rdflib.URIRef)
    }
    assert {one.iri for one in terms} == {str(one) for one in declared}
    oio = rdflib.Namespace("http://www.geneontology.org/formats/oboInOwl#")
    kinds = {}
    for axiom in graph.subjects(oio.hasSynonymType):
        source, target = (graph.value(axiom, rdflib.OWL[f"annotated{end}"]) for end in ("Source", "Target"))
        kind = str(graph.value(axiom, oio.hasSynonymType))
        kinds[(str(source), str(target))] = kind.rpartition("#")[2].rpartition("/")[2]
    for one in terms:
        subject = rdflib.URIRef(one.iri)
        labels = {str(label) for label in graph.objects(subject, rdflib.RDFS.label)}
        assert {one.label} | {said.text for said in one.synonyms if said.kind == "label"} == labels or {None}
        parents = {
            up for up in graph.objects(subject, rdflib.RDFS.subClassOf) if isinstance(up, rdflib.URIRef)
        }
        assert {str(up) for up in parents} <= set(one.parents)
        assert {str(up) for up in graph.objects(subject, oio.hasDbXref)} == set(one.xrefs)
        for scope in ("Exact", "Narrow", "Broad", "Related"):
            texts = {
                str(text)
                for text in graph.objects(subject, oio[f"has{scope}Synonym"])
                if isinstance(text, rdflib.Literal)
            }
            assert texts <= {said.text for said in one.synonyms if said.scope == scope.lower()}
        for said in one.synonyms:
            if said.kind not in (None, "label", "alternative term", "editor preferred term"):
                assert kinds.pop((one.iri, said.text)) == said.kind
    assert not kinds


def test_what_the_owl_files_say_of_themselves() -> None:
    slim = read("DO_cancer_slim.owl").ontology
    assert (slim.key, slim.version, slim.partial) == ("do_cancer_slim", "2026-07-31", True)
    oae = read("OAE_DINTO_subset_2015.owl").ontology
    assert (oae.key, oae.version) == ("oae", "Vision Release; 1.1.247")
    assert oae.licence == "http://creativecommons.org/licenses/by/3.0/"
    assert read("new_OAE_terms_2022.owl").ontology.version is None


def test_ncit_reads_as_its_json_has_it() -> None:
    name = "ncit-disease-2018-06-08.json.gz"
    [graph] = json.loads(gzip.decompress((DATA / name).read_bytes()))["graphs"]
    ontology, terms, _ = read(name)
    assert (ontology.key, ontology.version) == ("ncit", None)
    assert [one.iri for one in terms] == [node["id"] for node in graph["nodes"]]
    assert [one.label for one in terms] == [node["lbl"] for node in graph["nodes"]]
    edges = Counter(edge["pred"] == "is_a" for edge in graph["edges"])
    assert (edges[True], edges[False]) == (29_060, 21_144)
    assert sum(len(one.parents) for one in terms) == 29_060  # each genus is stated as a parent too
    assert sum(len(one.relations) for one in terms) == 21_144
    assert sum(len(one.synonyms) for one in terms) == 61_801
