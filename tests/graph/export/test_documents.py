"""One JSON-LD document a trial: read elsewhere, it is exactly the trial's triples."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from trialweave import Graph, open_store
from trialweave.errors import StoreError
from trialweave.graph.catalog import is_registry, read_entries
from trialweave.graph.export.documents import document, export_documents
from trialweave.graph.export.trials import trial_triples, trials_and_records
from trialweave.graph.quads import Literal, NamedNode, Triple
from trialweave.ontology.prefixes import namespace

TW = namespace("tw")
XSD = namespace("xsd")
NCT = namespace("nct")


@pytest.fixture(scope="module")
def graph(small_store: Path) -> Graph:
    return open_store(small_store)


@pytest.fixture(scope="module")
def lines(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    file = tmp_path_factory.mktemp("documents") / "trials.jsonl"
    done = export_documents(graph, file)
    lines = file.read_bytes().splitlines()
    assert done.documents == len(lines) == len(trials_and_records(graph))
    return lines


def test_each_document_is_exactly_its_trials_triples(graph: Graph, lines: list[bytes]) -> None:
    for (trial, records), line in zip(trials_and_records(graph).items(), lines, strict=True):
        expected = trial_triples(graph, trial, records)
        assert {quad.triple for quad in pyoxigraph.parse(line, pyoxigraph.RdfFormat.JSON_LD)} == expected


def test_another_reader_finds_the_same(graph: Graph, lines: list[bytes]) -> None:
    trial = NCT["NCT02649361"]
    trials = trials_and_records(graph)
    line = lines[list(trials).index(trial)]
    there = rdflib.Graph().parse(data=line, format="json-ld")
    triples = pyoxigraph.serialize(
        trial_triples(graph, trial, trials[trial]), format=pyoxigraph.RdfFormat.N_TRIPLES
    )
    assert isomorphic(there, rdflib.Graph().parse(data=triples, format="nt"))


def test_no_record_of_a_trial_is_left_out(graph: Graph) -> None:
    told = set()
    for trial, records in trials_and_records(graph).items():
        told |= trial_triples(graph, trial, records)
    for name, entry in read_entries(graph).items():
        quads = list(graph.quads(name))
        if is_registry(entry.source) or any(q.predicate.value == TW["reportsTrial"] for q in quads):
            assert {quad.triple for quad in quads} <= told


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from nodes(value)


def test_a_count_stands_under_its_arm_with_its_words(graph: Graph, lines: list[bytes]) -> None:
    place = list(trials_and_records(graph)).index(NCT["NCT02649361"])
    tree = json.loads(lines[place])
    assert tree["id"] == "nct:NCT02649361"
    assert "@included" not in tree
    facts = [
        (arm["label"], fact["affected"], fact["percent"])
        for arm in nodes(tree)
        for fact in arm.get("facts", [])
        if "percent" in fact and "hypertension" in json.dumps(fact["event"]).lower()
    ]
    assert ("anlotinib", 17, "16") in facts
    [fact] = [node for node in nodes(tree) if node.get("affected") == 17]
    selectors = [part for part in nodes(fact["evidence"]) if "exact" in part]
    assert any("17" in part["exact"] for part in selectors)


def test_a_folder_holds_the_same_documents(graph: Graph, lines: list[bytes], tmp_path: Path) -> None:
    export_documents(graph, tmp_path / "trials")
    files = sorted((tmp_path / "trials").glob("*.jsonld"))
    assert "NCT02649361.jsonld" in {file.name for file in files}
    held = {json.dumps(json.loads(file.read_bytes()), sort_keys=True) for file in files}
    assert held == {json.dumps(json.loads(line), sort_keys=True) for line in lines}


def test_the_same_store_gives_the_same_bytes(graph: Graph, lines: list[bytes], tmp_path: Path) -> None:
    export_documents(graph, tmp_path / "a.jsonl.gz")
    export_documents(graph, tmp_path / "b.jsonl.gz")
    assert (tmp_path / "a.jsonl.gz").read_bytes()[10:] == (tmp_path / "b.jsonl.gz").read_bytes()[10:]


def test_a_folder_of_other_things_stays_as_it_is(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(StoreError, match="no earlier export"):
        export_documents(graph, tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


# ── any triples ──────────────────────────────────────────────────────────────────────────

SUBJECTS = [NamedNode(f"https://w3id.org/trialweave/id/x/{letter}") for letter in "abcd"]
OBJECTS = [*SUBJECTS, NamedNode(TW["HazardRatio"]), NamedNode("http://example.org/no%20prefix")]
PREDICATES = [
    *(TW[name] for name in ("ofTrial", "ofGroup", "ofEndpoint", "hasArm", "evidence", "ciLow", "affected")),
    *(TW[name] for name in ("comparator", "label", "planned", "about")),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://example.org/p",
]
DATATYPES = [XSD[name] for name in ("string", "integer", "decimal", "boolean", "gYearMonth", "double")]
LITERALS = st.one_of(
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(kind)),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
        | st.sampled_from(["true", "007", "12"]),
        st.sampled_from(DATATYPES),
    ),
    st.builds(lambda text: Literal(text, language="en"), st.text(max_size=5)),
    st.integers().map(lambda n: Literal(str(n), datatype=NamedNode(XSD["integer"]))),
)


@given(
    st.sets(
        st.builds(
            lambda s, p, o: (s, p, o),
            st.sampled_from(SUBJECTS),
            st.sampled_from(PREDICATES),
            st.sampled_from(OBJECTS) | LITERALS,
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_triples_come_back(found: set[Any]) -> None:
    triples = {
        Triple(s, NamedNode(p), o)
        for s, p, o in found
        if not (p.endswith("#type") and isinstance(o, Literal))
    }
    if not any(triple.subject == SUBJECTS[0] for triple in triples):
        triples.add(Triple(SUBJECTS[0], NamedNode(TW["phase"]), Literal("2")))
    line = json.dumps(document(SUBJECTS[0].value, triples))
    read = {quad.triple for quad in pyoxigraph.parse(line, pyoxigraph.RdfFormat.JSON_LD)}
    assert read == triples
