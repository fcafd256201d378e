"""A release held against its own parts: hashes, columns, sources, terms; and against the two formats."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pyoxigraph
import pytest

from trialweave import Graph, open_store
from trialweave.errors import StoreError
from trialweave.graph.export.sources import sources
from trialweave.graph.store import Graph as Store
from trialweave.queries.dataset.layout import layouts
from trialweave.release import export_release

Tree = dict[str, Any]


@pytest.fixture(scope="module")
def graph(small_store: Path) -> Graph:
    return open_store(small_store)


@pytest.fixture(scope="module")
def folder(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "out.crate"
    export_release(graph, folder, open_only=True)
    return folder


@pytest.fixture(scope="module")
def crate(folder: Path) -> dict[str, Tree]:
    tree = json.loads((folder / "ro-crate-metadata.json").read_text())
    assert tree["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert len({node["@id"] for node in tree["@graph"]}) == len(tree["@graph"])
    return {node["@id"]: node for node in tree["@graph"]}


def test_the_crate_is_one_by_the_rules_of_1_1(crate: dict[str, Tree]) -> None:
    descriptor, root = crate["ro-crate-metadata.json"], crate["./"]
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["@type"] == "CreativeWork"
    assert root["@type"] == "Dataset"
    assert root.keys() >= {"name", "description", "datePublished", "license", "hasPart"}

    def ids(value: object) -> list[str]:
        if isinstance(value, list):
            return [found for one in value for found in ids(one)]
        return [value["@id"]] if isinstance(value, dict) else []

    for node in crate.values():
        assert node.keys() >= {"@id", "@type"}
        for key, value in node.items():
            if key != "conformsTo":
                assert all(found in crate for found in ids(value)), (node["@id"], key)


def test_each_file_is_named_with_its_size_and_hash(folder: Path, crate: dict[str, Tree]) -> None:
    there = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.name != "ro-crate-metadata.json"
    }
    assert {part["@id"] for part in crate["./"]["hasPart"]} == there.keys()
    for name, data in there.items():
        assert crate[name]["@type"] == "File"
        assert crate[name]["contentSize"] == str(len(data))
        assert crate[name]["sha256"] == hashlib.sha256(data).hexdigest()


def test_each_source_has_its_terms(graph: Graph, folder: Path, crate: dict[str, Tree]) -> None:
    named = {crate[source["@id"]]["name"] for source in crate["./"]["isBasedOn"]}
    assert named == {source.name for source in sources(graph)}
    notice = (folder / "NOTICE.txt").read_text()
    for source in sources(graph):
        assert source.name in notice
        assert source.terms is None or source.terms in notice


def test_croissant_describes_each_column_of_each_table(folder: Path) -> None:
    tree = json.loads((folder / "croissant.json").read_text())
    assert tree["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    files = {file["@id"]: file for file in tree["distribution"]}
    fields = {field["@id"] for table in tree["recordSet"] for field in table["field"]}
    assert {table["@id"] for table in tree["recordSet"]} == layouts().keys()
    for table in tree["recordSet"]:
        file = files[f"{table['@id']}.parquet"]
        data = (folder / file["contentUrl"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
        schema = pyarrow.parquet.read_schema(folder / file["contentUrl"])
        assert [field["source"]["extract"]["column"] for field in table["field"]] == schema.names
        assert {field["source"]["fileObject"]["@id"] for field in table["field"]} == {file["@id"]}
        assert {key["@id"] for key in table["key"]} <= fields
        for field in table["field"]:
            assert field["dataType"] in {"sc:Text", "sc:Integer", "sc:Float", "sc:Boolean"}
            assert field.get("references", {"field": {"@id": field["@id"]}})["field"]["@id"] in fields


def test_the_graph_in_it_holds_what_void_says_and_no_quote(folder: Path) -> None:
    data = gzip.decompress((folder / "graph.nq.gz").read_bytes())
    quads = list(pyoxigraph.parse(data, pyoxigraph.RdfFormat.N_QUADS))
    void = pyoxigraph.Store()
    void.load(path=str(folder / "void.ttl"))
    prefix = "PREFIX void: <http://rdfs.org/ns/void#> "
    [row] = void.query(prefix + "SELECT ?n WHERE { ?d void:triples ?n ; void:propertyPartition ?p }  LIMIT 1")
    assert int(row["n"].value) == len(quads)
    [row] = void.query(
        prefix + "SELECT (SUM(?n) AS ?all) WHERE { ?d void:propertyPartition/void:triples ?n }"
    )
    assert int(row["all"].value) == len(quads)
    assert not [quad for quad in quads if quad.predicate.value.endswith(("oa#exact", "ontology#content"))]
    spans = pyarrow.parquet.read_table(folder / "tables" / "spans.parquet")
    assert spans.column("quote").null_count == len(spans) > 0


def test_the_same_store_gives_the_same_folder(graph: Graph, folder: Path, tmp_path: Path) -> None:
    export_release(graph, tmp_path / "again.crate", open_only=True)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again.crate" / path.relative_to(folder)).read_bytes()


def test_a_store_without_a_date_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="date of its own"):
        export_release(Store.in_memory(), tmp_path / "out.crate")
    assert list(tmp_path.iterdir()) == []


def test_what_holds_quotes_says_that_it_may_not_go_on(graph: Graph, tmp_path: Path) -> None:
    done = export_release(graph, tmp_path / "all.crate")
    assert done.withheld is None
    assert done.statements == len(graph)
    assert "do not pass this folder on" in (tmp_path / "all.crate" / "NOTICE.txt").read_text()
