"""What docs/stores.md shows, run as it stands against a real server."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", (ROOT / "docs/stores.md").read_text(), re.DOTALL)


def test_every_example_of_the_page_on_stores_runs(tmp_path: Path, oxigraph_server: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    records = tmp_path / "records"
    records.mkdir()
    corpus = ROOT / "trialweave" / "demo" / "corpus"
    shutil.copy(corpus / "alter1102.txt", records)
    shutil.copy(next((corpus / "registry").iterdir()), records)
    programs = Path(sys.executable).parent
    environment = os.environ | {
        "ENDPOINT": f"{oxigraph_server}/query",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    said = []
    for language, block in BLOCKS:
        command = ["bash", "-euc", block] if language == "bash" else [sys.executable, "-c", block]
        run = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"{block}\n{run.stderr}"
        said.append(run.stdout)
    _, asked, counted, frame, wrapped, *_, listed = said
    assert asked.splitlines()[0].startswith("trial,")
    assert "NCT02649361" in asked
    assert counted.split() == ["trials", "2"]
    assert frame.split() == ["Int64", "people"]
    assert wrapped.strip() in listed.split()
    assert len(set(listed.split())) == 2
