"""What `--open-only` leaves out: publishers' words, closed terminologies, and what follows from them."""

from pathlib import Path

import pytest

from trialweave import Graph, open_store
from trialweave.graph.catalog import is_registry, read_entries
from trialweave.graph.derive.closure import WITHIN
from trialweave.graph.derive.links import LINKS
from trialweave.graph.derive.names import PREFERRED
from trialweave.graph.export.openly import open_part
from trialweave.graph.export.sources import may_be_passed_on, sources
from trialweave.graph.iris import TWGRAPH, concept_iri
from trialweave.graph.quads import GraphWriter, NamedNode, words
from trialweave.graph.store import Graph as Store
from trialweave.graph.terminologies.catalog import Held, held_quads
from trialweave.ontology.prefixes import namespace

MEDDRA = namespace("meddra")
OA = namespace("oa")
SKOS = namespace("skos")
SSSOM = namespace("sssom")
TW = namespace("tw")


@pytest.fixture(scope="module")
def graph(small_store: Path) -> Graph:
    return open_store(small_store)


def held(key: str, *, may: bool | None, licence: str | None = None) -> Held:
    return Held(
        graph=TWGRAPH[f"ontology/{key}-1"],
        kind="terminology",
        key=key,
        file=f"{key}.asc",
        format="meddra",
        sha256="ab" * 32,
        content_hash="cd" * 32,
        statements=1,
        redistributable=may,
        licence=licence,
    )


def test_no_words_of_a_publisher_go_along_and_everything_else_does(graph: Graph) -> None:
    papers = {name for name, entry in read_entries(graph).items() if not is_registry(entry.source)}
    texts = [words(q.object) for q in graph.quads_of(predicate=TW["content"])]
    assert len(texts) == len(papers) > 1
    with open_part(graph) as (part, withheld):
        gone = set(graph) - set(part)
        assert {q.predicate.value for q in gone} == {
            *(OA[name] for name in ("exact", "prefix", "suffix")),
            TW["content"],
        }
        assert {q.graph_name.value for q in gone} <= papers
        assert withheld.words == len(gone)
        assert read_entries(part) == read_entries(graph)
        assert withheld.graphs == ()
        assert set(part) <= set(graph)
        sentences = {text[start : start + 80] for text in texts for start in range(300, len(text) - 80, 40)}
        for quad in part:
            if quad.graph_name.value in papers:
                assert not any(sentence in words(quad.object) for sentence in sentences)
        places = {words(q.subject) for q in part.quads_of(predicate=OA["start"])}
        assert places == {words(q.subject) for q in graph.quads_of(predicate=OA["start"])}


def test_a_closed_terminology_goes_with_all_that_follows_from_it() -> None:
    concept, term, open_term = concept_iri("event", "Rash"), MEDDRA["10037844"], MEDDRA["1"]
    store = Store.in_memory()
    for one in (held("meddra", may=False), held("silent", may=None), held("free", may=True)):
        store.extend(held_quads(one))
        writer = GraphWriter(one.graph)
        writer.add(NamedNode(term if one.key == "meddra" else open_term), SKOS["prefLabel"], one.key)
        store.extend(writer.quads())
    names = GraphWriter(PREFERRED)
    names.add(NamedNode(concept), TW["preferredTerm"], NamedNode(term))
    names.add(NamedNode(concept), TW["preferredName"], "secret")
    links = GraphWriter(LINKS)
    links.add(NamedNode(concept), SKOS["exactMatch"], NamedNode(term))
    mapping = links.node("http://example.org/m", SSSOM["Mapping"])
    links.add(mapping, SSSOM["object_id"], NamedNode(term))
    links.add(mapping, SSSOM["object_label"], "secret")
    within = GraphWriter(f"{WITHIN}/meddra")
    within.add(NamedNode(concept), TW["within"], NamedNode(open_term))
    both = GraphWriter(f"{WITHIN}/free+meddra")
    both.add(NamedNode(concept), TW["within"], NamedNode(open_term))
    for one in (names, links, within, both):
        store.extend(one.quads())
    with open_part(store) as (part, withheld):
        assert withheld.graphs == (TWGRAPH["ontology/meddra-1"], TWGRAPH["ontology/silent-1"])
        assert withheld.derived == len(names) + len(links) + len(within)
        assert part.graph_names() == [
            TWGRAPH["catalog"],
            f"{WITHIN}/free+meddra",
            TWGRAPH["ontology/free-1"],
        ]
        assert not any("secret" in str(quad) or term in str(quad) for quad in part)


@pytest.mark.parametrize(
    ("may", "licence", "expected"),
    [
        (False, "https://creativecommons.org/publicdomain/zero/1.0/", False),
        (None, "https://creativecommons.org/publicdomain/zero/1.0/", True),
        (None, "https://creativecommons.org/licenses/by/4.0/", True),
        (None, "CC0", True),
        (None, "CC BY 4.0", True),
        (None, "https://creativecommons.org/licenses/by-nc/4.0/", None),
        (None, "CC BY-NC 4.0", None),
        (None, "CC BY-ND 4.0", None),
        (None, "all rights reserved", None),
        (None, None, None),
        (True, None, True),
    ],
)
def test_an_open_licence_is_known_by_its_name(may: bool | None, licence: str | None, expected: bool) -> None:
    assert may_be_passed_on(held("x", may=may, licence=licence)) is expected


def test_each_source_is_named_once_with_its_terms(graph: Graph) -> None:
    described = {one.key: one for one in sources(graph)}
    assert described["clinicaltrials.gov"].records == 3
    assert described["pubmed"].records == 2
    assert described["pubmed"].terms is not None
    assert "publishers" in described["pubmed"].terms
    assert {one.open for one in described.values()} == {True}
    terms = [name for name in graph.graph_names() if name.startswith(TWGRAPH["ontology/"])]
    named = [key for key in described if key.startswith("ontology/")]
    assert len(named) + 2 == len(terms)  # the bundled MeSH and our vocabulary are named by other keys
