"""Linking anew: what a user states goes first and is kept, records stay, and a failure leaves the store."""

import subprocess
import sys
from pathlib import Path

import pytest

from trialweave.errors import LoadError, StoreError
from trialweave.graph.build import build
from trialweave.graph.catalog import read_entries
from trialweave.graph.iris import concept_iri
from trialweave.graph.link import link
from trialweave.graph.quads import words
from trialweave.graph.store import current_generation, open_store
from trialweave.graph.terminologies.catalog import read_held
from trialweave.ontology.prefixes import namespace

SKOS = namespace("skos")
USER = "https://w3id.org/trialweave/graph/mappings/user"

HEADER = """#mapping_set_id: https://example.org/sets/mine
#license: https://creativecommons.org/publicdomain/zero/1.0/
#curie_map:
#  twid: https://w3id.org/trialweave/id/
#  mesh: http://id.nlm.nih.gov/mesh/
subject_id\tpredicate_id\tobject_id\tmapping_justification
"""
CONCEPT = concept_iri("condition", "Raised pressure of the blood")

STUDY = """{"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "One"},
"statusModule": {"overallStatus": "RECRUITING", "lastUpdateSubmitDate": "2018-05-04"},
"conditionsModule": {"conditions": ["Raised pressure of the blood"]}}, "hasResults": false}"""


def override(folder: Path, *rows: str) -> Path:
    path = folder / "mine.sssom.tsv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def row(concept: str, term: str) -> str:
    return f"{concept}\tskos:exactMatch\t{term}\tsemapv:ManualMappingCuration"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "study.json").write_text(STUDY, encoding="utf-8")
    (tmp_path / "bad.xml").write_text("<PubmedArticleSet><PubmedArticle>", encoding="utf-8")
    build(tmp_path / "store", [tmp_path / "study.json", tmp_path / "bad.xml"])
    return tmp_path / "store"


def stated(store: Path) -> set[tuple[str, str]]:
    found = open_store(store).quads_in(USER, SKOS["exactMatch"])
    return {(words(quad.subject), words(quad.object)) for quad in found}


def records(store: Path) -> list[str]:
    graph = open_store(store)
    return sorted(str(quad) for name in read_entries(graph) for quad in graph.quads(name))


def test_what_a_user_states_is_kept_and_records_stay(store: Path, tmp_path: Path) -> None:
    before, old = records(store), current_generation(store)
    report = link(store, override=override(tmp_path, row(CONCEPT, "mesh:D006973")))
    assert report.overrides == 1
    assert records(store) == before
    new = current_generation(store)
    assert old is not None
    assert new is not None
    assert new != old
    assert (new / "rejected.jsonl").read_bytes() == (old / "rejected.jsonl").read_bytes() != b""
    assert stated(store) == {(CONCEPT, "http://id.nlm.nih.gov/mesh/D006973")}
    [entry] = (one for one in read_held(open_store(store)).values() if one.key == "user")
    assert (entry.kind, entry.graph) == ("mappings", USER)
    assert link(store).overrides == 1  # kept until another file takes its place
    build(store, [tmp_path / "study.json"])
    assert stated(store) == {(CONCEPT, "http://id.nlm.nih.gov/mesh/D006973")}


def test_another_file_takes_the_place_and_an_empty_one_takes_it_away(store: Path, tmp_path: Path) -> None:
    link(store, override=override(tmp_path, row(CONCEPT, "mesh:D006973")))
    link(store, override=override(tmp_path, row(CONCEPT, "mesh:D014652")))
    assert stated(store) == {(CONCEPT, "http://id.nlm.nih.gov/mesh/D014652")}
    assert link(store, override=override(tmp_path)).overrides == 0
    assert stated(store) == set()
    assert "user" not in {one.key for one in read_held(open_store(store)).values()}


def test_one_wrong_row_and_nothing_is_linked_anew(store: Path, tmp_path: Path) -> None:
    link(store, override=override(tmp_path, row(CONCEPT, "mesh:D006973")))
    before = current_generation(store)
    wrong = override(tmp_path, row(CONCEPT, "mesh:D014652"), row(CONCEPT, "nowhere:1"))
    with pytest.raises(LoadError, match=r"nowhere.*nothing was linked anew"):
        link(store, override=wrong)
    assert current_generation(store) == before
    assert stated(store) == {(CONCEPT, "http://id.nlm.nih.gov/mesh/D006973")}


def test_a_store_that_is_not_there_and_a_file_of_something_else(store: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        link(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(LoadError, match="mappings"):
        link(store, override=tmp_path / "study.json")


def test_links_come_out_as_a_table_that_can_be_given_back(store: Path, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(
        STUDY.replace("Raised pressure of the blood", "Hypertension").replace("NCT00000001", "NCT00000002"),
        encoding="utf-8",
    )
    build(store, [tmp_path / "known.json"])
    out = tmp_path / "links.sssom.tsv"
    command = [sys.executable, "-m", "trialweave", "link", str(store), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in out.read_text("utf-8").splitlines() if not line.startswith("#")]
    header, links = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert header[0] == "subject_id"
    assert "mesh:D006973" in {one["object_id"] for one in links}
    assert {one["subject_label"] for one in links} >= {"Hypertension"}
    report = link(store, override=out)
    assert report.overrides == len(links)
