"""`trialweave fetch` as a person runs it, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trialweave.loaders.files import find_files


def trialweave(server: Any, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    server.limit = 1000  # the clock of this server stands still
    servers = {"TRIALWEAVE_CTGOV_URL": f"{server.url}/v2", "TRIALWEAVE_EUTILS_URL": f"{server.url}/eutils"}
    mine = {name: value for name, value in os.environ.items() if not name.startswith("NCBI_")}
    return subprocess.run(
        [sys.executable, "-m", "trialweave", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**mine, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", **servers, **environment},
    )


def test_ids_and_a_query_come_into_the_folder(server: Any, tmp_path: Path) -> None:
    first, second = server.put_study(1), server.put_study(2)
    server.put_study(3, title="anlotinib")
    server.put_article(7)
    server.put_article(8, title="anlotinib")
    asked = ("--nct", f"{first}, {second}", "--nct", "NCT00000003", "--pmid", "7", "--query", "anlotinib")
    done = trialweave(
        server, "fetch", tmp_path / "new", *asked, NCBI_API_KEY="secret-key", NCBI_EMAIL="a@example.org"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "ctgov: 3 new, 0 replaced, 0 unchanged, 0 here already; 2 requests",
        "pubmed: 2 new, 0 replaced, 0 unchanged, 0 here already; 2 requests",
    ]
    assert [name for name, _ in find_files(tmp_path / "new")][:3] == [
        f"ctgov/NCT0000000{n}.json" for n in (1, 2, 3)
    ]
    sent = server.asked("/eutils/efetch.fcgi")[0]
    assert (sent["api_key"], sent["email"]) == ("secret-key", "a@example.org")
    again = trialweave(server, "fetch", tmp_path / "new", *asked)
    assert "ctgov: 0 new, 0 replaced, 0 unchanged, 3 here already; 0 requests" in again.stderr


def test_what_was_fetched_is_built_as_it_stands(server: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 3)]
    pmids = [server.put_article(number) for number in range(1, 4)]
    done = trialweave(server, "fetch", tmp_path / "both", "--pmid", ",".join(pmids), "--nct", ",".join(ids))
    assert done.returncode == 0, done.stderr
    done = trialweave(server, "build", tmp_path / "store", tmp_path / "both")
    assert done.returncode == 0, done.stderr
    assert "5 records: 5 new" in done.stderr


def test_unknown_ids_give_status_three(server: Any, tmp_path: Path) -> None:
    nct_id = server.put_study(1)
    done = trialweave(server, "fetch", tmp_path, "--nct", f"{nct_id},NCT99999999")
    assert done.returncode == 3
    assert "ctgov: 1 new" in done.stderr
    assert "  1 not found: NCT99999999\n" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--nct", "NCT1"), 1, "'NCT1' is no ClinicalTrials.gov id"),
        ((), 1, "nothing to fetch"),
        (("--query", "x", "--source", "google"), 2, "google"),
        (("--nct", "NCT00000001"), 1, "403 Forbidden"),
    ],
)
def test_errors_are_one_message(
    server: Any, tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    server.fail(403)
    done = trialweave(server, "fetch", tmp_path / "new", *arguments)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
