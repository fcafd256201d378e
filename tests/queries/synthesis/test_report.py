"""The answer as JSON, rows and a page; and the command that gives it."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from trialweave.cli import app
from trialweave.errors import TrialweaveError
from trialweave.queries.synthesis import document
from trialweave.queries.synthesis.study import Counts, Model
from trialweave.queries.synthesis.subsets import synthesise

DATA = Path(__file__).parents[2] / "data" / "synthesis"
BCG = str(DATA / "bcg.csv")
ZEROS = str(DATA / "nielweise2007.csv")


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["pool", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def asked(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--format", "json"))
    return found


def test_the_json_that_others_rely_on() -> None:
    found = asked("--table", BCG, "--measure", "rr", "--method", "dl")
    assert found["log_estimate"] == pytest.approx(-0.7141, abs=5e-5)
    assert found["estimate"] == pytest.approx(math.exp(found["log_estimate"]))
    assert found["se"] == pytest.approx(0.1787, abs=5e-5)
    assert (found["tau2"], found["i2"]) == (pytest.approx(0.3088, abs=5e-5), pytest.approx(92.12, abs=5e-3))
    assert (found["k"], found["q_df"], found["ci_level"]) == (13, 12, 0.95)
    assert found["ci_low"] == pytest.approx(math.exp(-1.06444528))
    assert found["prediction_low"] < found["ci_low"] < found["ci_high"] < found["prediction_high"]
    assert found["p"] < 0.0001
    assert found["q_p"] < 0.0001
    assert found["studies"][0] | {"evidence": []} == {
        "study": "Aronson 1948",
        "subgroup": None,
        "events_treated": 4,
        "n_treated": 123,
        "events_control": 11,
        "n_control": 139,
        "treated": None,
        "control": None,
        "note": None,
        "estimate": pytest.approx(4 / 123 / (11 / 139)),
        "ci_low": pytest.approx(0.1343, abs=1e-4),
        "ci_high": pytest.approx(1.2574, abs=1e-4),
        "weight": pytest.approx(5.0365, abs=1e-4),
        "log_estimate": pytest.approx(math.log(4 / 123 / (11 / 139))),
        "se": pytest.approx(0.5706, abs=1e-4),
        "added_to_cells": 0.0,
        "evidence": [],
    }
    assert found["left_out"] == []
    assert found["zero_cells"] == "nothing was added to any cell"


def test_the_json_of_a_difference_has_no_logarithm() -> None:
    found = asked("--table", BCG, "--measure", "rd", "--method", "mh")
    assert (found["log_estimate"], found["tau2"], found["prediction_low"]) == (None, None, None)
    assert found["se_scale"] == "difference"
    assert found["estimate"] == pytest.approx(-0.0033, abs=1e-4)


def test_peto_pools_odds_ratios_unasked() -> None:
    found = asked("--table", BCG, "--method", "peto")
    assert (found["measure"], found["log_estimate"]) == ("odds ratio", pytest.approx(-0.4744, abs=5e-5))


def test_zero_cells_are_told() -> None:
    found = asked("--table", ZEROS, "--method", "mh")
    assert found["zero_cells"].startswith("nothing was added to any cell of what is pooled")
    assert [one["study"] for one in found["left_out"]] == ["Yucel 2004"]
    found = asked("--table", ZEROS, "--method", "dl", "--to", "none")
    assert found["zero_cells"] == "nothing was added to any cell"
    assert len(found["left_out"]) == 6
    found = asked("--table", ZEROS, "--method", "dl", "--keep00")
    assert found["k"] == 18
    assert "Yucel 2004" in found["zero_cells"]


def test_subgroups_and_leave_one_out() -> None:
    found = asked("--table", BCG, "by=allocation", "--leave-one-out", "--method", "dl")
    assert [one["name"] for one in found["subgroups"]] == ["random", "alternate", "systematic"]
    assert found["between_subgroups"]["q"] == pytest.approx(1.5368, abs=1e-4)
    assert len(found["leave_one_out"]) == 13
    assert len(found["leave_one_subgroup_out"]) == 3
    page = run("--table", BCG, "by=allocation", "--leave-one-out", "--method", "dl")
    assert "without subgroup: random" in page
    assert "between subgroups: Q = 1.54, df = 2, p = 0.4638" in page


def test_rows_say_what_each_is() -> None:
    rows = list(csv.DictReader(io.StringIO(run("--table", ZEROS, "--format", "csv"))))
    assert [row["row"] for row in rows] == ["study"] * 17 + ["pooled", "left out"]
    assert rows[17]["estimate"]
    assert rows[18]["because"] == "nobody had the event in either group"
    assert run("--table", ZEROS, "--format", "md").startswith("| row | study |")


def test_every_row_leads_to_its_evidence() -> None:
    facts = ("https://e.org/1", "https://e.org/2")
    studies = [
        Counts(study=x, events_treated=3, n_treated=9, events_control=2, n_control=9, evidence=facts)
        for x in "AB"
    ]
    found = synthesise(studies, Model())
    assert json.loads(document.document(found))["studies"][1]["evidence"] == list(facts)
    assert document.rows(found).records()[0]["evidence"] == "https://e.org/1 https://e.org/2"


def test_an_infinite_bound_does_not_break_the_json() -> None:
    studies = [Counts(study=x, events_treated=1, n_treated=2, events_control=0, n_control=2) for x in "ABC"]
    found = asked_of(studies, Model(level=0.9999999))
    assert found["prediction_high"] is None or found["prediction_high"] > found["estimate"]


def asked_of(studies: list[Counts], model: Model) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document.document(synthesise(studies, model)))
    return found


def test_pictures_and_files(tmp_path: Path) -> None:
    out = tmp_path / "answer.json"
    run("--table", BCG, "--plot", str(tmp_path / "a.svg"), "--funnel", str(tmp_path / "b.png"),
        "--format", "json", "--out", str(out))  # fmt: skip
    assert json.loads(out.read_text())["k"] == 13
    assert {path.name for path in tmp_path.iterdir()} == {"a.svg", "b.png", "answer.json"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give a STORE"),
        (("store", "--table", BCG), "give a STORE"),
        (("--table", BCG, "drug"), "give a STORE"),
        (("--table", BCG, "--measure", "cubits"), "cubits"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, ["pool", *arguments])
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--table", BCG, "drug=x"), "only by=COLUMN"),
        (("--table", BCG, "by=colour"), "no column 'colour'"),
        (("--table", BCG, "--method", "peto", "--measure", "rr"), "pools odds ratios"),
        (("--table", BCG, "--level", "0.95"), "level 0.0095"),
        (("--table", "none.csv"), "cannot be read"),
        (("--table", BCG, "--plot", "plot.doc"), "unknown ending"),
        (("nowhere", "drug=sorafenib", "event=hypertension"), "no store here"),
    ],
)
def test_refusals(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(TrialweaveError, match=said):
        run(*arguments)
