"""Files of a network are read back by other readers, whatever stands in names and attributes."""

import csv
import json
import math
import time
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow.parquet
import pytest

from trialweave.errors import QueryError
from trialweave.queries.network.bipartite import bipartite
from trialweave.queries.network.export import ENDINGS, export
from trialweave.queries.network.links import Link

igraph = pytest.importorskip("igraph", reason="the dev dependencies bring igraph")

NASTY = [
    Link(
        drug='β-blocker "X" <&> \t1',
        toxicity="Dyspnœa, 息切れ\n😀",
        trials=2,
        people=5,
        at_risk=10,
        log_rr=0.25,
        evidence=("https://e.org/1", "https://e.org/2;|,"),
    ),
    Link(drug="plain", toxicity="nul\x00 and bell\x07", trials=1, log_rr=-1.0),
    Link(drug="plain", toxicity="rash", trials=0, log_rr=0.0, people=0, at_risk=7),
    Link(drug="zero", toxicity="rash", trials=1, no_rr_because="no control"),
]


def nasty() -> nx.Graph:
    graph = bipartite(NASTY, weight="log-rr", min_trials=0)
    graph.nodes["drug:plain"]["score"] = 1
    graph.nodes["drug:zero"]["score"] = 0.5
    graph.nodes["toxicity:rash"]["score"] = math.nan
    graph.nodes["toxicity:rash"]["aka"] = ["exanthem", "eruption"]
    return graph


X, Y = 'drug:β-blocker "X" <&> \t1', "toxicity:Dyspnœa, 息切れ\n😀"
NUL = "toxicity:nul\ufffd and bell\ufffd"
WEIGHTS = {(X, Y): 0.25, ("drug:plain", NUL): -1.0, ("drug:plain", "toxicity:rash"): 0.0}
UNKNOWN = ("drug:zero", "toxicity:rash")


def check(graph: nx.Graph, *, lists_as_text: bool = True) -> None:
    """What every format must have kept, in the form of a networkx graph whose nodes have our names."""
    assert graph.number_of_nodes() == 6
    assert {frozenset(edge) for edge in graph.edges} == {frozenset(edge) for edge in [*WEIGHTS, UNKNOWN]}
    for edge, weight in WEIGHTS.items():
        assert graph.edges[edge]["weight"] == weight
        assert graph.edges[edge]["weight_is"] == "known"
    assert graph.edges[UNKNOWN].get("weight") is None
    assert graph.edges[UNKNOWN]["weight_is"] == "not known"
    assert graph.edges[UNKNOWN]["no_rr_because"] == "no control"
    assert graph.edges["drug:plain", "toxicity:rash"]["people"] == 0
    assert graph.edges["drug:plain", NUL].get("people") is None
    evidence = graph.edges[X, Y]["evidence"]
    assert list(json.loads(evidence) if lists_as_text else evidence) == list(NASTY[0].evidence)
    assert graph.nodes["toxicity:rash"].get("score") is None
    assert (graph.nodes["drug:plain"]["score"], graph.nodes["drug:zero"]["score"]) == (1, 0.5)
    aka = graph.nodes["toxicity:rash"]["aka"]
    assert list(json.loads(aka) if lists_as_text else aka) == ["exanthem", "eruption"]
    assert graph.nodes[Y]["label"] == "Dyspnœa, 息切れ\n😀"


def test_graphml_is_read_by_networkx_and_igraph(tmp_path: Path) -> None:
    export(nasty(), tmp_path / "n.graphml")
    theirs = nx.read_graphml(tmp_path / "n.graphml")
    check(nx.relabel_nodes(theirs, dict(theirs.nodes(data="name"))))
    assert set(theirs) == {f"n{place}" for place in range(6)}
    read = igraph.Graph.Read_GraphML(str(tmp_path / "n.graphml"))
    assert (read.vcount(), read.ecount()) == (6, 4)
    weights = {
        (read.vs[edge.source]["name"], read.vs[edge.target]["name"]): edge["weight"] for edge in read.es
    }
    assert {edge: weight for edge, weight in weights.items() if edge != UNKNOWN} == WEIGHTS
    assert math.isnan(weights[UNKNOWN])


def test_gexf_is_read_by_networkx_and_follows_the_format(tmp_path: Path) -> None:
    from lxml import etree

    export(nasty(), tmp_path / "n.gexf")
    read = nx.read_gexf(tmp_path / "n.gexf")
    check(read)
    root = etree.parse(str(tmp_path / "n.gexf")).getroot()
    name = {"g": root.nsmap[None]}
    assert root.get("version") == "1.2"
    declared = {
        (block.get("class"), one.get("id"))
        for block in root.iterfind(".//g:attributes", name)
        for one in block.iterfind("g:attribute", name)
    }
    for kind in ("node", "edge"):
        used = {(kind, one.get("for")) for one in root.iterfind(f".//g:{kind}//g:attvalue", name)}
        assert used <= declared
    ids = {node.get("id") for node in root.iterfind(".//g:node", name)}
    assert all({edge.get("source"), edge.get("target")} <= ids for edge in root.iterfind(".//g:edge", name))
    heavy = {
        (edge.get("source"), edge.get("target")): edge.get("weight")
        for edge in root.iterfind(".//g:edge", name)
    }
    assert heavy[UNKNOWN] is None
    assert float(heavy["drug:plain", "toxicity:rash"]) == 0.0


def test_cyjs_is_read_by_networkx_and_has_the_shape_that_cytoscape_imports(tmp_path: Path) -> None:
    export(nasty(), tmp_path / "n.cyjs")
    told = json.loads((tmp_path / "n.cyjs").read_text(encoding="utf-8"), parse_constant=_no_constant)
    check(nx.cytoscape_graph(told | {"data": list(told["data"].items())}), lists_as_text=False)
    nodes, edges = told["elements"]["nodes"], told["elements"]["edges"]
    ids = [one["data"]["id"] for one in [*nodes, *edges]]
    assert len(set(ids)) == len(ids) == 10
    assert all(isinstance(one, str) for one in ids)
    assert all(value is not None for one in [*nodes, *edges] for value in one["data"].values())


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_cx2_is_read_by_ndexs_library_and_declares_all(tmp_path: Path) -> None:
    cx2 = pytest.importorskip("ndex2.cx2", reason="the dev dependencies bring ndex2")
    export(nasty(), tmp_path / "n.cx2")
    told = json.loads((tmp_path / "n.cx2").read_text(encoding="utf-8"), parse_constant=_no_constant)
    assert told[0] == {"CXVersion": "2.0", "hasFragments": False}
    assert told[-1] == {"status": [{"success": True, "error": ""}]}
    parts = {name: value for part in told[1:] for name, value in part.items()}
    counts = {one["name"]: one["elementCount"] for one in parts["metaData"]}
    assert counts == {name: len(parts[name]) for name in counts}
    declared = parts["attributeDeclarations"][0]
    types = {"string": str, "double": float, "long": int, "boolean": bool, "list_of_string": list}
    for aspect in ("nodes", "edges"):
        for one in parts[aspect]:
            for name, value in one["v"].items():
                assert type(value) is types[declared[aspect][name]["d"]]
    network = cx2.RawCX2NetworkFactory().get_cx2network(str(tmp_path / "n.cx2"))
    read = nx.Graph()
    names = {}
    for number, node in network.get_nodes().items():
        attributes = node["v"]
        names[number] = f"{attributes['kind']}:{attributes['name']}"
        read.add_node(names[number], **attributes)
    for edge in network.get_edges().values():
        read.add_edge(names[edge["s"]], names[edge["t"]], **edge["v"])
    check(read, lists_as_text=False)


def test_tsv_is_read_by_csv(tmp_path: Path) -> None:
    export(nasty(), tmp_path / "n.tsv")
    with (tmp_path / "n.tsv").open(encoding="utf-8", newline="") as file:
        edges = list(csv.DictReader(file, delimiter="\t"))
    with (tmp_path / "n.nodes.tsv").open(encoding="utf-8", newline="") as file:
        nodes = list(csv.DictReader(file, delimiter="\t"))
    check(_graph(nodes, edges, parse=True))


def test_parquet_is_typed(tmp_path: Path) -> None:
    export(nasty(), tmp_path / "n.parquet")
    edges, nodes = (pyarrow.parquet.read_table(tmp_path / name) for name in ("n.parquet", "n.nodes.parquet"))
    check(_graph(nodes.to_pylist(), edges.to_pylist(), parse=False), lists_as_text=False)
    kinds = {field.name: str(field.type) for field in edges.schema}
    assert (kinds["weight"], kinds["trials"], kinds["source"]) == ("double", "int64", "string")
    assert kinds["evidence"].startswith("list<")


NUMBERS = {"weight": float, "score": float, "people": int}


def _graph(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], *, parse: bool) -> nx.Graph:
    def typed(row: dict[str, Any]) -> dict[str, Any]:
        if not parse:
            return row
        kept = {name: cell for name, cell in row.items() if cell != ""}
        return {name: NUMBERS.get(name, str)(cell) for name, cell in kept.items()}

    made = nx.Graph()
    made.add_nodes_from((row["id"], typed(row)) for row in nodes)
    made.add_edges_from((row["source"], row["target"], typed(row)) for row in edges)
    return made


@pytest.mark.parametrize("ending", ENDINGS)
def test_drugs_come_first_and_an_empty_network_is_a_file(tmp_path: Path, ending: str) -> None:
    export(bipartite([]), tmp_path / f"e{ending}")
    assert (tmp_path / f"e{ending}").exists()
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_large_network_is_written_in_seconds(tmp_path: Path, ending: str) -> None:
    """40,000 edges here; benchmarks/network.py writes 300,000."""
    links = [
        Link(
            drug=f"d{drug}", toxicity=f"t{toxicity}", trials=1 + drug % 3, evidence=(f"https://e.org/{drug}",)
        )
        for drug in range(200)
        for toxicity in range(200)
    ]
    graph = bipartite(links)
    start = time.process_time()
    export(graph, tmp_path / f"large{ending}")
    assert time.process_time() - start < 30
    assert (tmp_path / f"large{ending}").stat().st_size > 10_000


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"unknown ending; a network is \.graphml"):
        export(nasty(), tmp_path / "n.xlsx")
    with pytest.raises(QueryError, match="cannot be written"):
        export(nasty(), tmp_path / "nowhere" / "n.cyjs")
    graph = nasty()
    graph.nodes["drug:plain"]["odd"] = {"a": 1}
    with pytest.raises(QueryError, match="attribute odd is dict"):
        export(graph, tmp_path / "n.graphml")
    assert not list(tmp_path.iterdir())
