"""Terminologies in a store on disk: whole or not at all, one version at a time, records left as they are."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trialweave.errors import LoadError
from trialweave.graph.build import build
from trialweave.graph.catalog import read_entries
from trialweave.graph.export import export
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import NamedNode, words
from trialweave.graph.store import Graph, current_generation, open_store
from trialweave.graph.terminologies import names, parents
from trialweave.graph.terminologies.catalog import Held, read_held
from trialweave.ontology.prefixes import expand, namespace

SKOS = namespace("skos")
SSSOM = namespace("sssom")
HP = "https://w3id.org/trialweave/graph/ontology/hp-"


def obo(*terms: str, version: str = "2025-01-16", ontology: str = "hp") -> str:
    header = f"format-version: 1.2\ndata-version: {ontology}/releases/{version}\nontology: {ontology}\n"
    return "\n".join([header, *terms])


def stanza(identifier: str, name: str, *lines: str) -> str:
    return "\n".join(["[Term]", f"id: {identifier}", f"name: {name}", *lines, ""])


TOP = stanza("HP:0000001", "All of it")
PRESSURE = stanza(
    "HP:0000822", "High pressure", 'synonym: "Pressure, high" EXACT []', "is_a: HP:0000001 ! All of it"
)

SSSOM_FILE = """#mapping_set_id: https://example.org/sets/own
#mapping_set_version: "1"
#license: https://creativecommons.org/publicdomain/zero/1.0/
#curie_map:
#  HP: http://purl.obolibrary.org/obo/HP_
#  mesh: http://id.nlm.nih.gov/mesh/
subject_id\tpredicate_id\tobject_id\tmapping_justification\tpredicate_modifier\tconfidence
HP:0000822\tskos:exactMatch\tmesh:D006973\tsemapv:ManualMappingCuration\t\t0.95
HP:0000001\tskos:exactMatch\tmesh:D006973\tsemapv:ManualMappingCuration\tNot\t
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def held(store: Path) -> dict[str, Held]:
    """What was loaded, by key."""
    return {one.key: one for one in read_held(open_store(store)).values() if not one.starter}


def labels(store: Path, graph: str) -> set[str]:
    return {name.text for name in names(open_store(store), graph)}


def study(folder: Path) -> Path:
    protocol = {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "One or another"},
        "statusModule": {"overallStatus": "RECRUITING", "lastUpdateSubmitDate": "2018-05-04"},
        "conditionsModule": {"conditions": ["High pressure"]},
    }
    return write(folder, "study.json", json.dumps({"protocolSection": protocol, "hasResults": False}))


def record_lines(store: Path) -> list[str]:
    graph = open_store(store)
    return sorted(str(quad) for name in read_entries(graph) for quad in graph.quads(name))


def test_a_terminology_has_a_graph_of_its_own_and_an_entry_in_the_catalog(tmp_path: Path) -> None:
    report = build(tmp_path / "store", [write(tmp_path, "hp.obo", obo(TOP, PRESSURE))])
    assert (report.records, report.terminologies, report.terms, report.mappings) == (0, 1, 2, 0)
    graph = open_store(tmp_path / "store")
    name = f"{HP}2025-01-16"
    assert {(n.iri, n.text, n.role) for n in names(graph, name)} == {
        (expand("HP:0000001"), "All of it", "label"),
        (expand("HP:0000822"), "High pressure", "label"),
        (expand("HP:0000822"), "Pressure, high", "exact"),
    }
    assert list(parents(graph, name)) == [(expand("HP:0000822"), expand("HP:0000001"))]
    entry = held(tmp_path / "store")["hp"]
    assert (entry.graph, entry.version, entry.file) == (name, "2025-01-16", "hp.obo")
    assert entry.notice is not None
    assert "cite" in entry.notice
    assert entry.redistributable is True
    assert entry.partial is False
    assert entry.statements == len(list(graph.quads(name)))


def test_the_same_file_again_costs_nothing_and_changes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, "hp.obo", obo(TOP, PRESSURE, stanza("HP:", "Nothing")))
    first = build(tmp_path / "store", [file])
    before = current_generation(tmp_path / "store")
    again = build(tmp_path / "store", [file])
    assert (again.terminologies, again.terminologies_unchanged, again.terms) == (0, 1, 0)
    assert current_generation(tmp_path / "store") == before
    assert before is not None
    standing = (before / "rejected.jsonl").read_text().splitlines()
    assert len(standing) == len(first.rejected)  # a file that is not read again keeps its rejects


def test_a_bad_term_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = stanza("HP:0000002", "Odd", "is_a: http://example.org/a|b")
    report = build(tmp_path / "store", [write(tmp_path, "hp.obo", obo(TOP, bad, PRESSURE))])
    assert report.terms >= 2
    [reject] = report.rejected
    assert "a|b" in reject.reason
    assert "High pressure" in labels(tmp_path / "store", f"{HP}2025-01-16")


def test_another_version_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(store, [study(tmp_path), write(tmp_path, "old.obo", obo(TOP, PRESSURE))])
    records = record_lines(store)
    changed = PRESSURE.replace("High pressure", "Raised pressure").replace("Pressure, high", "High pressure")
    newer = write(tmp_path, "new.obo", obo(TOP, changed, version="2025-05-06"))
    report = build(store, [newer])
    assert (report.terminologies, report.records) == (1, 0)
    graph = open_store(store)
    assert [n for n in graph.graph_names() if n.startswith(HP)] == [f"{HP}2025-05-06"]
    assert held(store)["hp"].version == "2025-05-06"
    assert record_lines(store) == records  # only what is derived may change
    build(store, [tmp_path / "old.obo"])  # and back again: whoever loads an older one wants it
    assert held(store)["hp"].version == "2025-01-16"
    assert record_lines(store) == records


def test_going_back_to_a_version_gives_the_same_store(tmp_path: Path) -> None:
    store = tmp_path / "store"
    old = write(tmp_path, "old.obo", obo(TOP, PRESSURE))
    build(store, [study(tmp_path), old])
    export(open_store(store), tmp_path / "before.nq")
    build(store, [write(tmp_path, "new.obo", obo(TOP, version="2025-05-06"))])
    build(store, [old])
    export(open_store(store), tmp_path / "after.nq")
    assert (tmp_path / "after.nq").read_bytes() == (tmp_path / "before.nq").read_bytes()


def test_of_two_versions_in_one_build_the_newer_counts(tmp_path: Path) -> None:
    write(tmp_path / "in" if (tmp_path / "in").mkdir() is None else tmp_path, "a.obo", obo(TOP, PRESSURE))
    write(tmp_path / "in", "b.obo", obo(TOP, version="2025-05-06"))
    write(tmp_path / "in", "c.obo", obo(TOP, PRESSURE, version="2024-05-06"))
    report = build(tmp_path / "store", [tmp_path / "in"])
    assert report.terminologies == 1
    [reject] = report.rejected
    assert (reject.file, reject.position) == ("c.obo", 0)
    assert "2025-05-06" in reject.reason
    assert labels(tmp_path / "store", f"{HP}2025-05-06") == {"All of it"}


def test_mappings_say_what_holds_and_what_does_not(tmp_path: Path) -> None:
    report = build(tmp_path / "store", [write(tmp_path, "own.sssom.tsv", SSSOM_FILE)])
    assert (report.terminologies, report.mappings) == (1, 2)
    graph = open_store(tmp_path / "store")
    [entry] = (one for one in read_held(graph).values() if one.kind == "mappings" and not one.starter)
    assert entry.graph.startswith(TWGRAPH["mappings/"])
    assert entry.licence == "https://creativecommons.org/publicdomain/zero/1.0/"
    direct = [(words(q.subject), words(q.object)) for q in graph.quads_in(entry.graph, SKOS["exactMatch"])]
    assert direct == [(expand("HP:0000822"), expand("mesh:D006973"))]
    denied = [q.subject for q in graph.quads_in(entry.graph, SSSOM["predicate_modifier"])]
    [subject] = (q.object for q in graph.quads_of(subject=denied[0], predicate=SSSOM["subject_id"]))
    assert subject == NamedNode(expand("HP:0000001"))
    [confidence] = (words(q.object) for q in graph.quads_in(entry.graph, SSSOM["confidence"]))
    assert confidence == "0.95"


def test_a_terminology_with_nothing_in_it_leaves_the_old_one(tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(store, [write(tmp_path, "hp.obo", obo(TOP))])
    empty = write(tmp_path, "empty.obo", obo(version="2025-09-09"))
    report = build(store, [empty, study(tmp_path)])
    assert report.rejected
    assert held(store)["hp"].version == "2025-01-16"


def test_a_file_that_breaks_off_is_refused_whole(tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(store, [write(tmp_path, "hp.obo", obo(TOP, PRESSURE))])
    many = [stanza(f"HP:{n:07}", f"Thing {n * 7919 % 100_003}") for n in range(2, 5000)]
    packed = gzip.compress(obo(TOP, *many, version="2025-05-06").encode())
    (tmp_path / "cut.obo.gz").write_bytes(packed[: len(packed) // 2])
    report = build(store, [tmp_path / "cut.obo.gz", study(tmp_path)])
    assert any("break off" in reject.reason for reject in report.rejected)
    assert held(store)["hp"].version == "2025-01-16"
    assert "High pressure" in labels(store, f"{HP}2025-01-16")


def test_a_build_that_is_killed_leaves_the_old_version(tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(store, [write(tmp_path, "hp.obo", obo(TOP, PRESSURE))])
    many = [stanza(f"HP:{n:07}", f"Thing {n}", "is_a: HP:0000001") for n in range(2, 60_000)]
    big = write(tmp_path, "big.obo", obo(TOP, *many, version="2025-05-06"))
    command = [sys.executable, "-m", "trialweave", "build", str(store), str(big)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    waiting = store / "generations" / "000002" / "waiting"
    while process.poll() is None and not waiting.exists():
        time.sleep(0.02)
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert held(store)["hp"].version == "2025-01-16"
    report = build(store, [big])
    assert report.terms == 59_999
    assert held(store)["hp"].version == "2025-05-06"
    assert not (current_generation(store) or store).joinpath("waiting").exists()


def test_a_large_graph_is_replaced_by_copying_what_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trialweave.graph.store._LARGE", 2)
    store = tmp_path / "store"
    build(store, [study(tmp_path), write(tmp_path, "old.obo", obo(TOP, PRESSURE))])
    records = record_lines(store)
    build(store, [write(tmp_path, "new.obo", obo(TOP, version="2025-05-06"))])
    assert record_lines(store) == records
    assert labels(store, f"{HP}2025-05-06") == {"All of it"}
    assert [n for n in open_store(store).graph_names() if n.startswith(HP)] == [f"{HP}2025-05-06"]


MESH = "http://id.nlm.nih.gov/mesh/"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
NT = f"""<{MESH}D1> <{MESH}vocab#treeNumber> <{MESH}C14> .
<{MESH}D1> {LABEL} "One \\"thing\\""@en .
<{MESH}a b> {LABEL} "Bad" .
"""


def test_published_triples_are_stored_as_they_stand_and_bad_ones_set_aside(tmp_path: Path) -> None:
    report = build(tmp_path / "store", [write(tmp_path, "mesh2024.nt", NT)])
    assert len(report.rejected) == 1
    [entry] = held(tmp_path / "store").values()
    assert (entry.key, entry.version) == ("mesh", "2024")
    assert labels(tmp_path / "store", entry.graph) == {'One "thing"'}


def test_nothing_but_bad_files_leaves_no_store(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="not one record could be read"):
        build(tmp_path / "store", [write(tmp_path, "empty.obo", obo())])
    assert not (tmp_path / "store").exists()


def test_an_unreadable_catalog_entry_is_none_of_a_record(tmp_path: Path) -> None:
    build(tmp_path / "store", [write(tmp_path, "hp.obo", obo(TOP)), study(tmp_path)])
    graph = open_store(tmp_path / "store")
    assert len(read_entries(graph)) == 1
    assert Graph.in_memory().graph_names() == []


def test_a_set_of_mappings_that_breaks_off_is_not_kept(tmp_path: Path) -> None:
    rows = "".join(
        f"HP:{n:07}\tskos:exactMatch\tmesh:D{n * 7919 % 100_003:06}\tsemapv:ManualMappingCuration\t\t\n"
        for n in range(3000)
    )
    packed = gzip.compress((SSSOM_FILE + rows).encode())
    (tmp_path / "cut.sssom.tsv.gz").write_bytes(packed[: len(packed) // 2])
    report = build(tmp_path / "store", [tmp_path / "cut.sssom.tsv.gz", study(tmp_path)])
    assert any("break off" in reject.reason for reject in report.rejected)
    assert held(tmp_path / "store") == {}
