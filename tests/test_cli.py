"""The commands as a person runs them, in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from trialweave.cli import app

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "trialweave" / "demo" / "corpus"
SEED = CORPUS / "alter1102.txt"


def trialweave(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trialweave", *map(str, arguments)]
    environment = os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "store"
    done = trialweave("build", folder, SEED)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "1 records: 1 new" in done.stderr
    return folder


def test_ask_answers_on_stdout_and_talks_on_stderr(store: Path) -> None:
    done = trialweave("ask", store, "trial-results", "trial=NCT02649361", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert {row["value"] for row in json.loads(done.stdout)} >= {3.02, 1.41, 0.46}
    assert done.stderr == ""
    done = trialweave("ask", store, "trials")
    assert "nct:NCT02649361" in done.stdout
    assert done.stderr == "1 row\n"


def test_a_label_is_resolved(store: Path) -> None:
    done = trialweave("ask", store, "trials-of-drug", "drug=angiogenesis inhibitors", "--format", "csv")
    assert "NCT02649361" in done.stdout
    assert "curated" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("ask", "{store}", "no-such-question"), 1, "there is no question"),
        (("ask", "{store}", "trial-results", "colour=red"), 1, "no parameter 'colour'"),
        (("ask", "{store}", "trial-results", "trial"), 2, "NAME=VALUE"),
        (("ask", "{store}", "trial-results", "trial=1", "trial=2"), 2, "given twice"),
        (("ask", "{store}", "trials", "--out", "."), 1, "is a folder"),
        (("ask", "{store}", "trials", "--out", "/"), 1, "is a folder"),
        (("ask", "{store}", "trial-results", "trial=NCT99999999"), 1, "there is no trial"),
        (("ask", "nowhere", "trials"), 1, "no store here"),
        (("sparql", "{store}", "SELECT nonsense"), 1, "not SPARQL"),
        (("sparql", "{store}"), 2, "--file"),
        (("sparql", "{store}", "--file", "no.rq"), 1, "cannot be read"),
        (("export", "{store}", "graph.docx"), 1, "unknown ending"),
        (("export", "{store}", "no/such/folder/graph.nq"), 1, "cannot be written"),
        (("build", "{store}"), 2, "SOURCE"),
        (("build", "new", "no-such-file.xml"), 1, "no-such-file.xml"),
        (("show", "{store}", "NCT00000000"), 1, "there is no trial"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_errors_are_one_message_with_a_status(
    store: Path, tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    done = trialweave(*(part.format(store=store) for part in arguments), cwd=tmp_path)
    assert done.returncode == status, done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_rejects_give_status_three_and_stand_in_the_store(tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj")
    done = trialweave("build", tmp_path / "store", SEED, tmp_path / "notes.pdf")
    assert done.returncode == 3, done.stderr
    assert "PDF" in done.stderr
    [rejects] = (tmp_path / "store").glob("generations/*/rejected.jsonl")
    [reject] = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert reject["file"] == "notes.pdf"
    assert "PDF" in reject["reason"]


def test_nothing_readable_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    done = trialweave("build", tmp_path / "store", tmp_path / "empty.txt")
    assert done.returncode == 1
    assert "empty" in done.stderr
    assert not (tmp_path / "store").exists()


def test_questions_lists_and_shows(store: Path) -> None:
    done = trialweave("questions", "--format", "csv")
    assert done.stdout.startswith("question,")
    assert "\nevidence-of," in done.stdout
    shown = trialweave("questions", "trial-results").stdout
    assert "SELECT" in shown
    assert "Parameters" in shown


def test_answers_go_whole_into_a_file(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "answer.csv"
    done = trialweave("ask", store, "trials", "--format", "csv", "--out", out)
    assert done.stdout == ""
    assert out.read_text().startswith("trial,title,date,publication\n")
    assert [path.name for path in tmp_path.iterdir()] == ["answer.csv"]


def test_a_device_stays_a_device(store: Path) -> None:
    done = trialweave("ask", store, "trials", "--format", "csv", "--out", "/dev/stdout")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("trial,")
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("command", [("ask", "evidence-of"), ("sparql", "SELECT * { ?s ?p ?o }")])
def test_a_reader_that_leaves_early_is_no_error(store: Path, command: tuple[str, str]) -> None:
    name, what = command
    full = [sys.executable, "-m", "trialweave", name, str(store), what, "--format", "csv"]
    with subprocess.Popen(full, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_one_message(store: Path) -> None:
    full = [sys.executable, "-m", "trialweave", "ask", str(store), "trials"]
    with Path("/dev/full").open("w") as nowhere:
        done = subprocess.run(full, stdout=nowhere, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "stdout: cannot be written" in done.stderr


def test_an_encoding_that_cannot_hold_the_answer_is_named(store: Path) -> None:
    full = [sys.executable, "-m", "trialweave", "show", str(store), "NCT02649361"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(full, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("trialweave: stdout is ascii")


def test_show_is_a_readable_page(store: Path) -> None:
    page = trialweave("show", store, "NCT02649361").stdout
    for words in ("hypertension", "3.02 months", "0.46", "«17 [16%] patients»", "primary endpoint", "165"):
        assert words in page


def test_check_finds_the_seed_in_order(store: Path) -> None:
    done = trialweave("check", store)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors" in done.stderr


def test_check_holds_registry_numbers_against_their_source(tmp_path: Path) -> None:
    study = ROOT / "tests" / "data" / "registry" / "invented.json"
    assert trialweave("build", tmp_path / "store", study).returncode == 0
    done = trialweave("check", tmp_path / "store", study)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "numbers against the fields of 1 registry records" in done.stderr
    done = trialweave("check", tmp_path / "store", tmp_path / "no-such.json")
    assert done.returncode == 1
    assert "no-such.json" in done.stderr


def test_extract_prints_one_object_a_line(tmp_path: Path) -> None:
    lines = tmp_path / "texts.jsonl"
    lines.write_text(
        json.dumps({"id": "x/1", "text": "A trial.\n\nThe hazard ratio was 0.50."}) + "\nnot json\n"
    )
    done = trialweave("extract", SEED, lines)
    assert done.returncode == 3
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["id"] == "doi:10.1002/cam4.3771"
    text = SEED.read_text(encoding="utf-8")
    assert all(text[fact["start"] : fact["end"]] == fact["quote"] for fact in first["facts"])
    assert second["id"] == "x/1"
    assert "line of id and text" in done.stderr


def test_extract_explains_itself(tmp_path: Path) -> None:
    done = trialweave("extract", "--explain", SEED)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "=== doi:10.1002/cam4.3771: " in done.stdout
    assert "| hazard ratio 0.46 [95% CI 0.32-0.66]; p < 0.001}" in done.stdout
    assert "adverse event: hypertension, grade 3-4, treatment-related | anlotinib | 17 (16%)" in done.stdout
    assert "! certain: 17 [16 %] is not of 110 (15.45 %)" in done.stdout
    out = tmp_path / "page.txt"
    again = trialweave("extract", SEED, "--explain", "--out", out)
    assert (again.returncode, again.stdout, out.read_text(encoding="utf-8")) == (0, "", done.stdout)


def test_extract_reads_stdin_and_leaves_early(tmp_path: Path) -> None:
    text = "Of 20 patients, 3 died."
    for arguments in (("--text", "-"), ("--text", "--explain", "-")):
        command = [sys.executable, "-m", "trialweave", "extract", *arguments]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert (done.returncode, "stdin" in done.stdout) == (0, True)
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as run:
            assert run.stdout is not None
            run.stdout.close()
            assert run.communicate(text.encode())[1] == b""
        assert run.returncode == 0


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert [name for name in commands if f"trialweave {name}" not in readme] == []
