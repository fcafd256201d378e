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
from hypothesis import settings

from trialweave import build

settings.register_profile("untimed", deadline=None)  # how long a test takes says nothing on a busy machine
settings.load_profile("untimed")


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


VIRTUOSO_INI = """
[Database]
DatabaseFile = {dir}/virtuoso.db
ErrorLogFile = {dir}/virtuoso.log
LockFile = {dir}/virtuoso.lck
TransactionFile = {dir}/virtuoso.trx
xa_persistent_file = {dir}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {dir}/virtuoso-temp.db
TransactionFile = {dir}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CheckpointInterval = 60
CaseMode = 2
DirsAllowed = {dir}
NumberOfBuffers = 30000
MaxDirtyBuffers = 20000
ThreadsPerQuery = 1
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {dir}
ServerThreads = 10
Charset = UTF-8
[Client]
SQL_PREFETCH_ROWS = 100
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryCostEstimationTime = 4000
MaxQueryExecutionTime = 120
"""

VIRTUOSO_USERS = """
DB.DBA.USER_CREATE ('app', 'app-pw');
GRANT SPARQL_UPDATE TO "app";
DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('app', 7);
DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('nobody', 1);
"""


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The query address of an empty Virtuoso 7, in which the user "app" with "app-pw" may write."""
    program, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if program is None or isql is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7, virtuoso-opensource-7-bin)")
    folder = tmp_path_factory.mktemp("virtuoso")
    http, sql = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO_INI.format(dir=folder, http=http, sql=sql))
    start = [program, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    quiet = {"stdin": subprocess.DEVNULL, "cwd": folder}
    with (folder / "server.log").open("wb") as log:
        # it creates its database, sets the passwords and exits; then it is started again to serve
        passwords = ["+pwdold", "dba", "+pwddba", "dba-pw", "+pwddav", "dba-pw"]
        subprocess.run([*start, *passwords], stdout=log, stderr=log, check=True, **quiet)
        process = subprocess.Popen(start, stdout=log, stderr=log, **quiet)
    try:
        admin = [isql, f"127.0.0.1:{sql}", "dba", "dba-pw", "ERRORS=STDOUT"]
        for _ in range(600):
            asked = subprocess.run([*admin, "exec=select 1;"], capture_output=True, check=False)
            if b"1 Rows" in asked.stdout:
                break
            if process.poll() is not None:
                pytest.fail((folder / "server.log").read_text()[-2000:])
            time.sleep(0.1)
        subprocess.run(admin, input=VIRTUOSO_USERS, text=True, capture_output=True, check=True)
        yield f"http://127.0.0.1:{http}/sparql"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two publications and three registry records, one of them of a publication's trial."""
    corpus = Path(__file__).parent.parent / "trialweave" / "demo" / "corpus"
    invented = Path(__file__).parent / "data" / "registry"
    folder = tmp_path_factory.mktemp("small") / "store"
    sources = [corpus / "alter1102.txt", corpus / "fresco.nbib", corpus / "registry" / "NCT02649361.json"]
    report = build(folder, [*sources, invented / "invented.json", invented / "invented-crossover.json"])
    assert report.rejected == ()
    return folder
