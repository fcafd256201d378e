"""What the README shows is what happens."""

import ast
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trialweave import ask, build, open_store, question

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SEED = ROOT / "trialweave" / "demo" / "corpus" / "alter1102.txt"


def test_the_library_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [block] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    shutil.copy(SEED, tmp_path / "export.nbib")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    *statements, last = ast.parse(block).body
    exec(compile(ast.Module(statements, []), "README.md", "exec"), names)
    assert isinstance(last, ast.Expr)
    shown = block.rstrip().splitlines()[-1].partition("#")[2].strip()
    value = eval(compile(ast.Expression(last.value), "README.md", "eval"), names)
    assert value == eval(shown, {"Decimal": Decimal})


def test_the_row_it_shows_is_in_the_answer(tmp_path: Path) -> None:
    build(tmp_path / "store", [SEED])
    head, _, row = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.findall(r"^\| event .*\n.*\n.*$", README, re.MULTILINE)[0].splitlines()
    )
    answer = ask(open_store(tmp_path / "store"), question("trial-adverse-events"), {"trial": "NCT02649361"})
    rows = [[str(record[name]) for name in head] for record in answer.records()]
    quote = head.index("quote")
    found = [each for each in rows if each[:quote] == row[:quote]]
    assert found
    assert found[0][quote] in row[quote]


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
