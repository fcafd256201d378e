"""Lines of N-Triples: whatever a record holds comes back as it was, and nothing else is let through."""

from decimal import Decimal

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.graph.terminologies.writer import (
    StatementLines,
    literal,
    mapping_lines,
    read_lines,
    term_lines,
)
from trialweave.ontology.prefixes import expand, namespace
from trialweave.records import Mapping, Relation, Synonym, Term

OBO = namespace("obo")
OIO = namespace("oio")
RDFS = namespace("rdfs")
SKOS = namespace("skos")


def triples(lines: str | bytes) -> list[tuple[str, str, str]]:
    data = lines.encode() if isinstance(lines, str) else lines
    found = pyoxigraph.parse(data, pyoxigraph.RdfFormat.N_TRIPLES)
    return [(q.subject.value, q.predicate.value, q.object.value) for q in found]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_comes_back(text: str) -> None:
    [(_, _, value)] = triples(f"<http://e.org/a> <http://e.org/b> {literal(text)} .\n")
    assert value == text


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x2FFF), max_size=30))
def test_an_iri_is_refused_or_comes_back(tail: str) -> None:
    term = Term(iri=f"http://example.org/{tail}", path="1", label="x")
    try:
        lines = "".join(term_lines(term))
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            pyoxigraph.NamedNode(term.iri)
        return
    assert {subject for subject, _, _ in triples(lines)} == {term.iri}


def test_obo_terms_are_written_as_owl_has_them() -> None:
    role = OBO["RO_0000087"]
    term = Term(
        iri=expand("CHEBI:1"),
        path="1",
        label="a drug",
        definition="Own words.",
        synonyms=(Synonym(text="narrow one", scope="narrow"), Synonym(text="le nom", language="fr")),
        parents=(expand("CHEBI:2"),),
        relations=(Relation(predicate=role, target=expand("CHEBI:3")),),
        deprecated=True,
        replaced_by=(expand("CHEBI:4"),),
    )
    found = triples("".join(term_lines(term)))
    assert {predicate for _, predicate, _ in found} == {
        expand("rdf:type"),
        RDFS["label"],
        RDFS["subClassOf"],
        OBO["IAO_0000115"],
        OIO["hasNarrowSynonym"],
        OIO["hasExactSynonym"],
        role,
        expand("owl:deprecated"),
        OBO["IAO_0100001"],
    }
    assert '"le nom"@fr' in "".join(term_lines(term))


def test_concepts_are_written_in_skos() -> None:
    concept = Term(
        iri=expand("HP:1"), path="1", types=(SKOS["Concept"],), label="a", parents=(expand("HP:2"),)
    )
    assert [p for _, p, _ in triples("".join(term_lines(concept)))][1:] == [
        SKOS["prefLabel"],
        SKOS["broader"],
    ]


def test_of_a_term_in_rdf_only_what_reading_made_is_written() -> None:
    term = Term(
        iri=expand("HP:1"), path="1", label="a", synonyms=(Synonym(text="b"),), parents=(expand("HP:2"),)
    )
    assert [p for _, p, _ in triples("".join(read_lines(term)))] == [
        OIO["hasExactSynonym"],
        RDFS["subClassOf"],
    ]


def test_a_mapping_that_does_not_hold_is_no_triple() -> None:
    mapping = Mapping(
        subject=expand("HP:1"),
        predicate=SKOS["exactMatch"],
        object=expand("HP:2"),
        path="1",
        justification=expand("semapv:ManualMappingCuration"),
        confidence=Decimal("0.90"),
        negated=True,
    )
    found = triples("".join(mapping_lines(mapping, "own")))
    assert SKOS["exactMatch"] not in {predicate for _, predicate, _ in found}
    assert (expand("sssom:confidence"), "0.9") in {(p, o) for _, p, o in found}


def test_lines_are_checked_and_blank_nodes_named_alike_each_time() -> None:
    lines = b"""<http://e.org/a> <http://e.org/b> _:x .
_:x <http://e.org/b> "a _:x ." .
_:y <http://e.org/b> _:x .
<http://e.org/a b> <http://e.org/b> "c" .
<http://e.org/caf%C3%A9> <http://e.org/b> "c"@en-GB .
<relative> <http://e.org/b> "c" .
"""
    good, bad = StatementLines("hp-1").checked(lines)
    assert (good, bad) == StatementLines("hp-1").checked(lines)
    assert [line.split()[0] for line, _ in bad] == [b"<http://e.org/a", b"<relative>"]
    base = "https://w3id.org/trialweave/id/genid/hp-1/"
    assert triples(good)[:3] == [
        ("http://e.org/a", "http://e.org/b", f"{base}1"),
        (f"{base}1", "http://e.org/b", "a _:x ."),
        (f"{base}2", "http://e.org/b", f"{base}1"),
    ]
