"""The page as a reviewer sees it."""

import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from trialweave.loaders import abstract
from trialweave.loaders.explain import show
from trialweave.loaders.extract import Extracted, extract
from trialweave.records import Fact

POOL = Path(__file__).parents[4] / "shared" / "data" / "extraction" / "pool_dev.jsonl.gz"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
TEXT = (
    "Abcnib for cough.\n\nMETHODS: Adults were randomly assigned to abcnib (n=110) or placebo (n=55). "
    "RESULTS: Median survival was 3.02 months (95% CI 3.02-3.65) with abcnib. All were glad."
)
PAGE = """\
=== one: 3 facts, 1 finding (at 3)
arms: abcnib; placebo
marks: {number| words}, ! for a finding; kinds: time, people

Abcnib for cough.

METHODS: Adults were randomly assigned to abcnib (n={1| 110}) or placebo (n={2|
55}).
  1  people in the arm: randomised | abcnib | 110 patients
     arm from "abcnib"; rule arm-n
  2  people in the arm: randomised | placebo | 55 patients
     arm from "placebo"; rule arm-n

RESULTS: Median survival was {3!| 3.02 months (95% CI 3.02-3.65)} with abcnib.
  3  median time: survival | abcnib | 3.02 months, 95% CI 3.02 to 3.65
     arm from "abcnib"; endpoint from "survival"; rule time:arm-right
     ! certain: the lower bound 3.02 is the estimate itself
     (bound-equals-estimate)

All were glad.

"""


def shown(text: str, facts: tuple[Fact, ...] | None = None, **options: Any) -> str:
    reading = abstract.read(text)
    record = Extracted(
        id="one",
        text=text,
        spans=((0, len(text)),),
        arms=reading.arms,
        facts=reading.facts if facts is None else facts,
    )
    out = io.StringIO()
    show(record, out, **{"width": 80, **options})
    return out.getvalue()


def test_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(TEXT) == PAGE


def test_colours_add_nothing_but_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = shown(TEXT, colours=True)
    assert ESCAPE.sub("", coloured) == PAGE
    assert len(set(ESCAPE.findall(coloured))) > 4
    monkeypatch.setenv("NO_COLOR", "1")
    without = shown(TEXT, colours=True)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", without)


def test_a_text_without_facts() -> None:
    assert shown("All were glad.") == "=== one: no facts, no findings\n\nAll were glad.\n\n"


def test_facts_that_overlap_share_a_mark_and_show_their_words() -> None:
    text = "OS was better (HR 0.5, P = .02) with it."
    facts = (
        Fact(kind="hazard_ratio", start=15, end=30, quote=text[15:30], rule="a", value=Decimal("0.5")),
        Fact(kind="p_value", start=23, end=30, quote=text[23:30], rule="b", p="=0.02"),
    )
    lines = shown(text, facts).splitlines()
    assert "OS was better ({1,2| HR 0.5, P = .02}) with it." in lines
    assert "     rule a" in lines
    assert '     words "P = .02"; rule b' in lines


def test_what_would_drive_the_terminal_is_taken_out() -> None:
    page = shown("Of 20 patients, 3 died \x1b[2J of \u202e it.", colours=False)
    assert "\x1b" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("width", [24, 40, 80, 200])
def test_every_line_fits(width: int) -> None:
    assert max(cell_len(line) for line in shown(TEXT, width=width).splitlines()) <= width


def read_pool() -> Iterator[Extracted]:
    if not POOL.exists():
        pytest.skip(f"{POOL.name} is not beside this checkout")
    for item in islice(extract([POOL]), 30):
        assert isinstance(item, Extracted)
        yield item


def test_real_abstracts_are_shown_whole_with_every_fact_once() -> None:
    for record in read_pool():
        out = io.StringIO()
        show(record, out, width=100)
        page = out.getvalue()
        body = page.split("\n\n", 1)[1]
        assert sorted(int(n) for n in re.findall(r"^ +([0-9]+)  \S", body, re.MULTILINE)) == list(
            range(1, len(record.facts) + 1)
        )
        told = "\n".join(line for line in body.splitlines() if not line.startswith("  "))
        plain = re.sub(r"\{[0-9,!]+\|\s", "", told)
        marked = sum(plain.count(brace) for brace in "{}") - sum(record.text.count(brace) for brace in "{}")
        assert marked == len(re.findall(r"\{[0-9,!]+\|", told))
        assert re.sub(r"[\s}]", "", plain) == re.sub(r"[\s}]", "", record.text)
        assert all(cell_len(line) <= 100 for line in page.splitlines())
        assert all(line == line.rstrip() for line in page.splitlines())


def test_the_ids_of_json_lines_may_be_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": 7, "text": "All were glad."}))
    [record] = extract([tmp_path / "a.jsonl"])
    assert isinstance(record, Extracted)
    out = io.StringIO()
    show(record, out)
    assert out.getvalue().startswith("=== 7: no facts")
