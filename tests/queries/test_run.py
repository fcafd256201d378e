"""Binding and running: nothing typed is read twice, nothing comes twice, and errors stay in the family."""

from pathlib import Path

import pytest

from trialweave.errors import QueryError
from trialweave.graph.quads import GraphWriter, Literal, NamedNode
from trialweave.graph.store import Graph
from trialweave.queries.catalogue import question
from trialweave.queries.run import ask, select

EXAMPLE = "http://example.org/"


@pytest.fixture
def graph() -> Graph:
    """One triple, in two graphs."""
    writers = [GraphWriter(f"{EXAMPLE}{name}") for name in "ab"]
    for writer in writers:
        writer.add(NamedNode(f"{EXAMPLE}s"), f"{EXAMPLE}p", 1)
    return Graph.in_memory(quad for writer in writers for quad in writer.quads())


@pytest.mark.parametrize("query", ["CONSTRUCT WHERE { ?s ?p ?o }", f"DESCRIBE <{EXAMPLE}s>"])
def test_triples_come_once_and_no_more_than_the_limit(graph: Graph, query: str) -> None:
    assert len(select(graph, query)) == 1
    assert len(select(graph, query, limit=0)) == 0


@pytest.mark.parametrize("text", ["VALUES ?b { UNDEF }", "VALUES ?a { 1 } VALUES ?b { 2 }"])
def test_a_text_that_looks_like_a_block_stays_a_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "two.rq").write_text(
        "#+ summary: s\n#+ question: q\n#+ columns: {a: a, b: b}\n"
        "#+ params: {a: {type: text, label: a, optional: true}, b: {type: text, label: b, optional: true}}\n"
        "SELECT ?a ?b WHERE { VALUES ?a { UNDEF } VALUES ?b { UNDEF } } ORDER BY ?a\n"
    )
    two = question("two", tmp_path)
    assert ask(Graph.in_memory(), two, {"a": text, "b": "x"}).rows == ((Literal(text), Literal("x")),)
    assert ask(Graph.in_memory(), two, {"b": text}).rows == ((None, Literal(text)),)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { SERVICE <http://localhost:1/> { ?s ?p ?o } }", "failed"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "read only"),
        ("prefix a: <a:> delete where { ?s a:b ?o }", "read only"),
        ('ASK { ?s ?p "\udcff" }', "UTF-8"),
        ("SELECT nonsense", "not SPARQL"),
    ],
)
def test_what_is_refused_is_refused_in_words(graph: Graph, query: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        select(graph, query)
