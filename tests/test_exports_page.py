"""What docs/exports.md shows, run as it stands, and the form that the ending of a target asks for."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pyoxigraph

from trialweave import export, open_store

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", (ROOT / "docs/exports.md").read_text(), re.DOTALL)


def test_every_example_of_the_page_runs(small_store: Path, tmp_path: Path) -> None:
    shutil.copytree(small_store, tmp_path / "my-store")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    said = []
    for language, block in BLOCKS:
        block = block.replace("trialweave export", f"{sys.executable} -m trialweave export")
        command = ["bash", "-euc", block] if language == "bash" else [sys.executable, "-c", block]
        run = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"{block}\n{run.stderr}"
        said.append(run)
    assert "nodes" in said[0].stderr
    assert "texts and quotes of publishers" in said[0].stderr
    assert "affected" in said[1].stdout
    assert (tmp_path / "out.crate" / "tables" / "trials.parquet").is_file()
    assert (tmp_path / "graph.kgx" / "nodes.tsv").is_file()


def test_an_export_loaded_into_a_server_is_the_same_graph(
    small_store: Path, tmp_path: Path, oxigraph_server: str
) -> None:
    graph = open_store(small_store)
    export(graph, tmp_path / "all.nq")
    answer = httpx.post(
        f"{oxigraph_server}/store",
        content=(tmp_path / "all.nq").read_bytes(),
        headers={"Content-Type": "application/n-quads"},
        timeout=60,
    )
    assert answer.status_code in (200, 201, 204)
    there = httpx.get(
        f"{oxigraph_server}/store", headers={"Accept": "application/n-quads"}, timeout=60
    ).content
    assert set(pyoxigraph.parse(there, pyoxigraph.RdfFormat.N_QUADS)) == set(graph)


def test_open_only_holds_for_a_file_of_rdf(small_store: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trialweave", "export", str(small_store), "x.jsonl", "--open-only"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    lines = (tmp_path / "x.jsonl").read_text().splitlines()
    assert any('"start":' in line for line in lines)
    for line in lines:
        assert '"exact":' not in json.dumps({k: v for k, v in json.loads(line).items() if k != "@context"})
