"""Cutting the part of terminologies that records need, and putting it where the whole is not."""

import gzip
import io
import json
from importlib.resources import files
from pathlib import Path

import pytest

from trialweave.errors import StoreError
from trialweave.graph.build import build
from trialweave.graph.quads import words
from trialweave.graph.store import Graph, open_store
from trialweave.graph.terminologies import names
from trialweave.graph.terminologies.catalog import Held, read_held
from trialweave.graph.terminologies.intake import TerminologyIntake
from trialweave.graph.terminologies.slice import slice_terminologies
from trialweave.graph.terminologies.starter import CLASS_MAPPINGS, OURS, STARTER
from trialweave.loaders.terminology import sssom
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import expand, namespace
from trialweave.records import Mapping, Source, Term, Terminology

MESH = namespace("mesh")
OBO = namespace("obo")
SKOS = namespace("skos")

HEADER = "format-version: 1.2\ndata-version: hp/releases/2025-01-16\nontology: hp\n\n"
TERMS = """[Term]
id: HP:0000001
name: All of it

[Term]
id: HP:0000118
name: Odd things
is_a: HP:0000001

[Term]
id: HP:0000822
name: High pressure
def: "Own words that are left out." []
is_a: HP:0000118

[Term]
id: HP:0000823
name: Pressures, high
synonym: "Another" EXACT []
is_a: HP:0000001

[Term]
id: HP:0009999
name: Nobody asks for this
is_a: HP:0000118
"""

SSSOM = """#mapping_set_id: https://example.org/sets/own
#license: https://creativecommons.org/publicdomain/zero/1.0/
#curie_map:
#  HP: http://purl.obolibrary.org/obo/HP_
#  DOID: http://purl.obolibrary.org/obo/DOID_
subject_id\tpredicate_id\tobject_id\tmapping_justification
HP:0000822\tskos:exactMatch\tDOID:0000822\tsemapv:ManualMappingCuration
HP:0009999\tskos:exactMatch\tDOID:0009999\tsemapv:ManualMappingCuration
"""

DOID = """format-version: 1.2
data-version: doid/releases/2024-01-01
ontology: doid

[Term]
id: DOID:0000822
name: A quite other name
is_a: DOID:4

[Term]
id: DOID:4
name: disease

[Term]
id: DOID:0009999
name: Neither for this
is_a: DOID:4
"""


def study(folder: Path) -> Path:
    protocol = {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "One or another"},
        "statusModule": {"overallStatus": "RECRUITING", "lastUpdateSubmitDate": "2018-05-04"},
        "conditionsModule": {"conditions": ["High pressure"]},
    }
    (folder / "study.json").write_text(json.dumps({"protocolSection": protocol, "hasResults": False}))
    return folder / "study.json"


@pytest.fixture
def sliced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A slice for one study; from now on it is what comes with the package."""
    monkeypatch.setattr("trialweave.graph.terminologies.starter.STARTER", str(tmp_path / "nothing"))
    (tmp_path / "hp.obo").write_text(HEADER + TERMS)
    (tmp_path / "doid.obo").write_text(DOID)
    (tmp_path / "own.sssom.tsv").write_text(SSSOM)
    names_of_files = ("hp.obo", "doid.obo", "own.sssom.tsv")
    build(tmp_path / "whole", [study(tmp_path), *(tmp_path / name for name in names_of_files)])
    slice_terminologies(open_store(tmp_path / "whole"), tmp_path / "slice.nq.gz")
    monkeypatch.setattr("trialweave.graph.terminologies.starter.STARTER", str(tmp_path / "slice.nq.gz"))
    return tmp_path / "slice.nq.gz"


def held(store: Path) -> dict[str, Held]:
    """What a store holds, but for our own mappings, which always stand beside a starter."""
    found = {one.key: one for one in read_held(open_store(store)).values()}
    assert found.pop(OURS, None) is not None or not any(one.starter for one in found.values())
    return found


def kept(store: Path, key: str) -> set[str]:
    return {name.text for name in names(open_store(store), held(store)[key].graph)}


def test_what_is_needed_is_kept_and_nothing_else(sliced: Path, tmp_path: Path) -> None:
    text = gzip.decompress(sliced.read_bytes()).decode()
    assert "Nobody asks" not in text
    assert "Neither for this" not in text
    assert "left out" not in text  # no definitions
    build(tmp_path / "store", [study(tmp_path)])
    assert kept(tmp_path / "store", "hp") == {
        "High pressure",
        "Pressures, high",  # the same words: whoever says "high pressures" may mean either
        "Another",
        "Odd things",
        "All of it",
    }
    assert kept(tmp_path / "store", "doid") == {"A quite other name", "disease"}  # by the mapping
    [mappings] = (one for one in held(tmp_path / "store").values() if one.kind == "mappings")
    graph = open_store(tmp_path / "store")
    direct = [words(quad.object) for quad in graph.quads_in(mappings.graph, SKOS["exactMatch"])]
    assert direct == [expand("DOID:0000822")]


def test_the_same_store_gives_the_same_bytes(sliced: Path, tmp_path: Path) -> None:
    again = slice_terminologies(open_store(tmp_path / "whole"), tmp_path / "again.nq.gz")
    assert (tmp_path / "again.nq.gz").read_bytes() == sliced.read_bytes()
    assert again.terms == {"hp": 4, "doid": 2}
    assert sum(again.mappings.values()) == 1
    assert again.bytes == sliced.stat().st_size
    lines = gzip.decompress(sliced.read_bytes()).splitlines()
    assert lines == sorted(set(lines))


def test_the_notice_of_each_part_stands_in_the_file_and_beside_it(sliced: Path, tmp_path: Path) -> None:
    beside = (tmp_path / "NOTICE.txt").read_text()
    assert "version 2025-01-16" in beside
    assert "publicdomain/zero" in beside
    build(tmp_path / "store", [study(tmp_path)])
    entry = held(tmp_path / "store")["hp"]
    assert (entry.partial, entry.starter, entry.version) == (True, True, "2025-01-16")
    assert entry.notice is not None
    assert entry.notice in beside


def test_the_whole_takes_the_place_of_the_part(sliced: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(store, [study(tmp_path)])
    part = held(store)["hp"].graph
    build(store, [tmp_path / "hp.obo"])
    assert held(store)["hp"].starter is False
    assert "Nobody asks for this" in kept(store, "hp")
    assert part not in open_store(store).graph_names()
    assert held(store)["doid"].starter is True
    starters = [one for one in held(store).values() if one.starter]
    assert len(starters) == 2


def test_another_slice_takes_the_place_of_the_one_before(
    sliced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    build(store, [study(tmp_path)])
    slice_terminologies(open_store(tmp_path / "whole"), tmp_path / "less.nq.gz", without=["doid"])
    monkeypatch.setattr("trialweave.graph.terminologies.starter.STARTER", str(tmp_path / "less.nq.gz"))
    other = study(tmp_path).with_name("other.json")
    other.write_text(study(tmp_path).read_text().replace("NCT00000001", "NCT00000002"))
    build(store, [other])
    assert "doid" not in held(store)
    assert kept(store, "hp") >= {"High pressure", "All of it"}


def test_what_may_not_be_passed_on_is_never_in_a_slice(tmp_path: Path) -> None:
    graph = Graph.in_memory()
    intake = TerminologyIntake(graph, tmp_path / "waiting")
    for key, free in (("free", True), ("bound", False)):
        source = Source(file=f"{key}.txt", format="obo", position=1, sha256=key * 9)
        intake.begin(Terminology(key=key, source=source, version="1", redistributable=free))
        intake.add(Term(iri=f"http://example.org/{key}", path="1", label=f"{key} term"))
    intake.finish()
    from trialweave.graph.catalog import CATALOG
    from trialweave.graph.derive.terminology import SUBJECT_TERMS
    from trialweave.graph.quads import NamedNode, Quad
    from trialweave.graph.terminologies.catalog import held_quads

    graph.extend(quad for one in intake.held for quad in held_quads(one))
    for key in ("free", "bound"):
        term = NamedNode(f"http://example.org/{key}")
        record = NamedNode("http://example.org/record")
        graph.extend([Quad(record, NamedNode(SUBJECT_TERMS[0]), term, NamedNode(CATALOG))])
    report = slice_terminologies(graph, tmp_path / "slice.nq.gz")
    assert report.terms == {"free": 1}
    assert b"bound term" not in gzip.decompress((tmp_path / "slice.nq.gz").read_bytes())


def test_a_store_without_terminologies_has_nothing_to_cut(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no terminology to cut from"):
        slice_terminologies(Graph.in_memory(), tmp_path / "slice.nq.gz")
    assert not (tmp_path / "slice.nq.gz").exists()


# ── the one that comes with the package ──────────────────────────────────────────────────

PACKAGED = files("trialweave.ontology").joinpath(STARTER)


def test_the_packaged_starter_is_small_free_of_sentences_and_has_its_notices() -> None:
    packed = PACKAGED.read_bytes()
    assert len(packed) < 1_000_000
    lines = gzip.decompress(packed).decode().splitlines()
    assert lines == sorted(set(lines))
    text = "\n".join(lines)
    for sentences in (OBO["IAO_0000115"], SKOS["definition"], SKOS["note"], SKOS["scopeNote"]):
        assert sentences not in text
    notices = files("trialweave.ontology").joinpath("starter/NOTICE.txt").read_text("utf-8")
    graph = Graph.in_memory()
    from trialweave.graph.terminologies.starter import install

    install(graph)
    parts = list(read_held(graph).values())
    assert {"mondo", "hp", "doid", "chebi", "ncit", "ctcae"} <= {one.key for one in parts}
    for one in parts:
        assert one.starter
        assert one.partial or one.key == OURS
        assert one.redistributable is not False
        assert one.licence or one.notice, one.key
        assert one.statements == len(list(graph.quads(one.graph)))
        assert one.key == OURS or f"({one.key}, " in notices
    assert "meddra" not in {one.key for one in parts}


def test_our_mappings_of_classes_join_one_role_to_one_action_each() -> None:
    table = files("trialweave.ontology").joinpath(CLASS_MAPPINGS).read_bytes()
    _, *mappings = sssom.read(io.BytesIO(table), file="class_mappings.sssom.tsv")
    assert all(isinstance(mapping, Mapping) for mapping in mappings)
    pairs = [(one.subject, one.object) for one in mappings if isinstance(one, Mapping)]
    assert len({subject for subject, _ in pairs}) == len({action for _, action in pairs}) == len(pairs)
    for one in mappings:
        assert isinstance(one, Mapping)
        assert mesh.label(one.object.removeprefix(MESH[""])) == one.object_label
        assert one.justification == expand("semapv:ManualMappingCuration")
