"""The KGX files against the Biolink Model, of which `biolink-4.4.6.json` holds what they use.

It was cut from the model's own YAML: of each category and association its ancestors, slots and required
slots; of each predicate its ancestors, domain and range; of each slot its range; and the enumerations.
"""

import csv
import json
import re
from pathlib import Path

import pytest

from trialweave import Graph, open_store
from trialweave.graph.export.kgx import EDGE_COLUMNS, NODE_COLUMNS, export_kgx
from trialweave.graph.quads import words
from trialweave.ontology.prefixes import namespace

MODEL = json.loads((Path(__file__).parent / "biolink-4.4.6.json").read_text())
CURIE = re.compile(r"[^ <()>:]+:[^ :]+")
LISTS = {
    *("category", "xref", "has_drug", "publication_type", "authors", "mesh_terms"),
    *("has_supporting_studies", "publications", "supporting_text", "provided_by"),
}
REQUIRED_BY_US = {"knowledge_level", "agent_type", "primary_knowledge_source"}
Row = dict[str, list[str]]
TW = namespace("tw")


def read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
        return [
            {key: value.split("|") if key in LISTS else [value] for key, value in row.items() if value}
            for row in rows
        ]


@pytest.fixture(scope="module")
def graph(small_store: Path) -> Graph:
    return open_store(small_store)


@pytest.fixture(scope="module")
def folder(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kgx") / "out.kgx"
    export_kgx(graph, folder)
    return folder


@pytest.fixture(scope="module")
def nodes(folder: Path) -> dict[str, Row]:
    rows = read(folder / "nodes.tsv")
    assert len({row["id"][0] for row in rows}) == len(rows)
    return {row["id"][0]: row for row in rows}


@pytest.fixture(scope="module")
def edges(folder: Path) -> list[Row]:
    rows = read(folder / "edges.tsv")
    assert len({row["id"][0] for row in rows}) == len(rows)
    return rows


def fits(value: str, slot: str) -> bool:
    kind = MODEL["slots"][slot]["range"]
    if kind in MODEL["enums"]:
        return value in MODEL["enums"][kind]
    if kind == "integer":
        return value.isdecimal()
    if kind == "double":
        return float(value) >= 0
    if kind == "uriorcurie" or slot in ("id", "subject", "object", "publications", "has_drug"):
        return CURIE.fullmatch(value) is not None
    return True


def assert_valid(row: Row, kinds: list[str], group: str) -> None:
    known = [MODEL[group][kind] for kind in kinds]
    allowed = {slot for kind in known for slot in kind["slots"]}
    assert row.keys() <= allowed, f"{row['id']}: {row.keys() - allowed}"
    for kind in known:
        assert set(kind["required"]) <= row.keys(), row
    for slot, values in row.items():
        assert MODEL["slots"][slot]["multivalued"] or len(values) == 1, (slot, row)
        assert all(fits(value, slot) for value in values), (slot, values)


def test_nodes_are_valid(nodes: dict[str, Row]) -> None:
    for row in nodes.values():
        assert_valid(row, row["category"], "categories")


def ancestors(row: Row) -> set[str]:
    return {name for kind in row["category"] for name in MODEL["categories"][kind]["ancestors"]}


def test_edges_are_valid_and_join_nodes_that_the_predicate_allows(
    nodes: dict[str, Row], edges: list[Row]
) -> None:
    for row in edges:
        assert_valid(row, row["category"], "associations")
        assert row.keys() >= REQUIRED_BY_US
        predicate = MODEL["predicates"][row["predicate"][0]]
        [kind] = row["category"]
        if asked := MODEL["associations"][kind].get("predicate"):
            assert asked in predicate["ancestors"]
        assert predicate["domain"] in ancestors(nodes[row["subject"][0]])
        assert predicate["range"] in ancestors(nodes[row["object"][0]])
        for study in row.get("has_supporting_studies", []):
            assert nodes[study]["category"] == ["biolink:ClinicalTrial"]
        for paper in row.get("publications", []):
            assert "biolink:Publication" in nodes[paper]["category"]


def test_a_count_keeps_its_numbers_its_words_and_its_source(nodes: dict[str, Row], edges: list[Row]) -> None:
    [row] = [row for row in edges if row.get("has_percentage") == ["16"]]
    assert nodes[row["object"][0]]["id"] == ["MESH:D006973"]
    assert row["supporting_text"] == ["17 [16%] patients"]
    assert row["has_count"] == ["17"]
    assert "has_total" not in row
    assert row["knowledge_level"] == ["observation"]
    assert row["agent_type"] == ["text_mining_agent"]
    assert "lowest grade: 3; highest grade: 4" in row["description"][0]
    treatment = nodes[row["subject"][0]]
    assert treatment["category"] == ["biolink:Treatment"]
    assert treatment["has_drug"] == ["MESH:C000625192"]


def test_every_count_of_an_arm_is_an_edge_and_no_other(
    graph: Graph, edges: list[Row], tmp_path: Path
) -> None:
    done = export_kgx(graph, tmp_path / "again.kgx")
    counts = {words(quad.subject) for quad in graph.quads_of(predicate=TW["event"])}
    told = [row for row in edges if row["category"] == ["biolink:EntityToPhenotypicFeatureAssociation"]]
    assert len(told) + done.left_out == len(counts)
    assert done.left_out < len(counts) / 2


def test_artefacts_of_indexing_are_no_edges(nodes: dict[str, Row], edges: list[Row]) -> None:
    harmful = {row["subject"][0] for row in edges if row["knowledge_level"] == ["prediction"]}
    assert "MESH:C000625192" in harmful
    assert not {"MESH:D007211", "MESH:D011804"} & {
        row["subject"][0] for row in edges if row["predicate"] == ["biolink:has_adverse_event"]
    }


def test_columns_and_bytes(graph: Graph, folder: Path, tmp_path: Path) -> None:
    export_kgx(graph, tmp_path / "again.kgx")
    for name, columns in (("nodes.tsv", NODE_COLUMNS), ("edges.tsv", EDGE_COLUMNS)):
        written = (folder / name).read_bytes()
        assert written == (tmp_path / "again.kgx" / name).read_bytes()
        lines = written.decode().splitlines()
        assert lines[0].split("\t") == list(columns)
        assert all(line.count("\t") == len(columns) - 1 for line in lines)
