"""The command as a person runs it, on the bundled corpus."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parents[3]


def trialweave(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trialweave", *map(str, arguments)]
    environment = os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network") / "store"
    corpus = ROOT / "trialweave" / "demo" / "corpus"
    records = [corpus / "alter1102.txt", *sorted((corpus / "registry").glob("NCT004[69]*.json"))]
    done = trialweave("build", folder, *records)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_page_a_table_and_files(store: Path, tmp_path: Path) -> None:
    done = trialweave(
        "network", store, "--runs", "2", "--draws", "19", "--out", tmp_path / "n.graphml",
        "--plot", tmp_path / "n.svg", "--heat-map", tmp_path / "m.pdf",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "edges, by number of trials" in done.stdout
    assert "2 runs agree by" in done.stdout
    assert "against 19 random graphs" in done.stdout
    graph = nx.read_graphml(tmp_path / "n.graphml")
    assert f"{graph.number_of_edges():,} edges in" in done.stderr
    assert (tmp_path / "n.svg").exists()
    assert (tmp_path / "m.pdf").exists()
    drugs = [facts for facts in graph.nodes.values() if facts["kind"] == "drug"]
    assert all({"degree", "community", "stability"} <= set(facts) for facts in drugs)
    toxicities = [facts for facts in graph.nodes.values() if facts["kind"] == "toxicity"]
    assert all({"bridging", "bridging_p", "bridging_adjusted_p"} <= set(facts) for facts in toxicities)
    rows = list(csv.DictReader(io.StringIO(trialweave("network", store, "--runs", "2", "-f", "csv").stdout)))
    assert len(rows) == graph.number_of_nodes()
    degree = {(facts["kind"], facts["label"]): facts["degree"] for facts in graph.nodes.values()}
    assert {(row["kind"], row["name"]): int(row["degree"]) for row in rows} == degree


def test_json_holds_every_edge_with_its_evidence(store: Path) -> None:
    done = trialweave("network", store, "--weight", "log-rr", "--runs", "1", "--format", "json")
    told = json.loads(done.stdout)
    assert told["asked"]["weight"] == "log-rr"
    assert told["edges"]
    for edge in told["edges"]:
        assert edge["weight"] == edge["log_rr"]
        assert (edge["log_rr"] is None) == (edge["no_rr_because"] is not None)
        assert edge["evidence"]
    labels = {node["id"]: node["label"] for node in told["nodes"]}
    anlotinib = [edge for edge in told["edges"] if labels[edge["source"]].lower() == "anlotinib"]
    hypertension = next(edge for edge in anlotinib if labels[edge["target"]] == "Hypertension")
    # the source states 17 people and not of how many, and nothing of placebo
    assert (hypertension["trials"], hypertension["people"], hypertension["at_risk"]) == (1, None, None)
    assert (hypertension["control_people"], hypertension["log_rr"]) == (None, None)


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--backbone", "0.05"], 2, "goes with --project"),
        (["--out", "n.xlsx"], 1, "unknown ending"),
        (["--draws", "5"], 1, "expected 19 or more"),
        (["--min-trials", "9999", "--plot", "n.svg"], 1, "without an edge"),
    ],
)
def test_what_cannot_be_done_is_said(store: Path, options: list[str], status: int, said: str) -> None:
    done = trialweave("network", store, "--runs", "1", *options)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
