"""Prefixes: one file, read right, and names that survive the way there and back."""

from importlib.resources import files

import pytest
import rdflib
import rdflib.plugins.sparql
from hypothesis import given
from hypothesis import strategies as st

from trialweave.errors import LinkError
from trialweave.ontology.prefixes import PREFIXES, SPELLINGS, canonical, compact, expand, namespace

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def test_the_line_reading_finds_what_an_rdf_parser_finds() -> None:
    graph = rdflib.Graph().parse(str(files("trialweave.ontology") / "prefixes.ttl"))
    declared = {
        str(graph.value(node, SH.prefix)): str(graph.value(node, SH.namespace))
        for node in graph.objects(predicate=SH.declare)
    }
    assert dict(PREFIXES) == declared
    assert len(list(graph.objects(predicate=SH.declare))) == len(declared)


def test_the_line_reading_finds_every_other_spelling() -> None:
    graph = rdflib.Graph().parse(str(files("trialweave.ontology") / "prefixes.ttl"))
    found = {
        str(space): str(graph.value(node, SH.prefix))
        for node, space in graph.subject_objects(rdflib.VOID.uriSpace)
    }
    assert dict(SPELLINGS) == found
    assert set(found.values()) <= PREFIXES.keys()
    assert not [
        space
        for space in found
        if any(space.startswith(own) for own in PREFIXES.values() if own != PREFIXES["obo"])
    ]


@given(space=st.sampled_from(sorted(SPELLINGS)), name=st.text(min_size=1))
def test_every_spelling_gives_the_iri_that_the_prefix_gives(space: str, name: str) -> None:
    assert canonical(space + name) == PREFIXES[SPELLINGS[space]] + name
    assert canonical(PREFIXES[SPELLINGS[space]] + name) == PREFIXES[SPELLINGS[space]] + name


def test_namespaces_are_distinct_absolute_and_end_in_a_separator() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert all(iri.startswith("http") and iri[-1] in "/#_" for iri in PREFIXES.values())


def test_namespaces_agree_with_those_that_rdflib_ships() -> None:
    bound = {p: str(iri) for p, iri in rdflib.Graph(bind_namespaces="rdflib").namespaces()}
    shared = bound.keys() & PREFIXES.keys()
    assert {"owl", "prov", "schema", "skos", "void"} <= shared
    assert {p: bound[p] for p in shared} == {p: PREFIXES[p] for p in shared}


def test_ours_are_where_the_design_puts_them() -> None:
    assert namespace("tw")["affected"] == "https://w3id.org/trialweave/ontology#affected"
    assert expand("mesh:D006973Q000139") == "http://id.nlm.nih.gov/mesh/D006973Q000139"
    assert compact("http://id.nlm.nih.gov/mesh/D27.505.954.248.025") == "mesh:D27.505.954.248.025"


@pytest.mark.parametrize("wrong", ["Hypertension", "mesh:", "", ":D1", "http://id.nlm.nih.gov/mesh/D1"])
def test_what_is_not_a_curie_is_refused(wrong: str) -> None:
    with pytest.raises(LinkError):
        expand(wrong)


@given(prefix=st.sampled_from(sorted(PREFIXES)), name=st.text(min_size=1))
def test_a_curie_made_by_compact_expands_to_its_iri(prefix: str, name: str) -> None:
    iri = PREFIXES[prefix] + name
    short = compact(iri)
    assert short == iri or expand(short) == iri


@given(
    prefix=st.sampled_from(sorted(PREFIXES)),
    name=st.from_regex(r"[A-Za-z0-9_.-]*[A-Za-z0-9_]", fullmatch=True),
)
def test_a_curie_made_by_compact_is_read_by_sparql(prefix: str, name: str) -> None:
    iri = PREFIXES[prefix] + name
    short = compact(iri) if compact(iri) != iri else f"<{iri}>"
    head = "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())
    rdflib.plugins.sparql.prepareQuery(f"{head} ASK {{ {short} ?p ?o }}")
