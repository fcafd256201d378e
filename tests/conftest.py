"""Real SPARQL servers on this machine, for the tests of what speaks to one."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def oxigraph_server(tmp_path: Path) -> Iterator[str]:
    """The address of an empty Oxigraph server: /query, /update and /store below it."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if program is None:
        pytest.skip("Oxigraph's server is not installed (the dev dependencies bring it)")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [program, "serve", "--location", str(tmp_path / "server"), "--bind", f"127.0.0.1:{port}"]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen([*command, "--union-default-graph"], stdout=log, stderr=log)
    try:
        for _ in range(200):
            try:
                httpx.get(f"{address}/query", timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        else:
            pytest.fail((tmp_path / "server.log").read_text())
        yield address
    finally:
        process.terminate()
        process.wait()
