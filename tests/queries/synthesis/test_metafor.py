"""The same numbers as R's metafor, on published tables; how they came about is in tests/data/synthesis."""

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from trialweave.queries.synthesis.pooling import pool
from trialweave.queries.synthesis.study import AddTo, Counts, Measure, Model, Pooled, ZeroCells
from trialweave.queries.synthesis.subsets import leave_one_out, subgroups
from trialweave.queries.synthesis.table_file import read_table

DATA = Path(__file__).parents[2] / "data" / "synthesis"
METAFOR: dict[str, Any] = json.loads((DATA / "metafor.json").read_text())
TABLES = ("bcg", "yusuf1985", "nielweise2007", "collins1985")
INTERVALS = {"": "normal", "knha": "hartung-knapp", "adhoc": "hartung-knapp-adhoc"}


def counts(table: str, by: str | None = None) -> list[Counts]:
    return [study for study in read_table(DATA / f"{table}.csv", "rr", by=by) if isinstance(study, Counts)]


def model(key: str) -> Model:
    measure, method, interval = (*key.split("-"), "")[:3]
    method = "iv" if method == "ee" else method
    return Model(measure=measure, method=method, interval=INTERVALS[interval])  # type: ignore[arg-type]


def numbers(pooled: Pooled) -> dict[str, float]:
    tau2_low, tau2_high = pooled.tau2_ci or (math.nan, math.nan)
    low, high = pooled.prediction or (math.nan, math.nan)
    return {
        "estimate": pooled.effect,
        "se": pooled.se,
        "ci_low": pooled.ci_low,
        "ci_high": pooled.ci_high,
        "p": pooled.p,
        "tau2": pooled.tau2 or 0.0,
        "i2": pooled.i2 if pooled.i2 is not None else math.nan,
        "h2": pooled.h2 if pooled.h2 is not None else math.nan,
        "q": pooled.q,
        "q_p": pooled.q_p if pooled.q_p is not None else math.nan,
        "tau2_ci_low": tau2_low,
        "tau2_ci_high": tau2_high,
        "prediction_low": low,
        "prediction_high": high,
    }


@pytest.mark.parametrize("key", sorted(METAFOR["bcg"]))
@pytest.mark.parametrize("table", TABLES)
def test_a_pool_is_metafors(table: str, key: str) -> None:
    said = METAFOR[table][key]
    pooled = pool(counts(table), model(key))
    found = numbers(pooled)
    for name in said.keys() & found.keys():
        assert found[name] == pytest.approx(said[name], rel=2e-6, abs=2e-10), name
    weights = [weight for weight in said["weights"] if weight]  # 0: a trial that says nothing of a ratio
    assert [one.weight for one in pooled.studies] == pytest.approx(weights, abs=1e-6)
    assert sum(one.weight for one in pooled.studies) == pytest.approx(100)


def test_the_bcg_trials_as_published() -> None:
    dl, reml = (pool(counts("bcg"), Model(method=method)) for method in ("dl", "reml"))
    assert [round(x, 4) for x in (dl.effect, dl.se, dl.tau2 or 0)] == [-0.7141, 0.1787, 0.3088]
    assert round(dl.i2, 1) == 92.1
    assert [round(x, 4) for x in (reml.effect, reml.tau2 or 0)] == [-0.7145, 0.3132]


@pytest.mark.parametrize("key", sorted(METAFOR["zero_cells"]))
def test_cells_of_0_are_metafors(key: str) -> None:
    measure, to, drop00 = key.split("-")
    said = METAFOR["zero_cells"][key]
    zero_cells = ZeroCells(add=0.5, to=to, drop00=drop00 == "TRUE")  # type: ignore[arg-type]
    pooled = pool(counts("nielweise2007"), Model(measure=measure, method="iv", zero_cells=zero_cells))  # type: ignore[arg-type]
    assert [one.study.study for one in pooled.studies] == said["study"]
    assert [one.effect for one in pooled.studies] == pytest.approx(said["effects"], abs=1e-9)
    assert [(one.se or 0) ** 2 for one in pooled.studies] == pytest.approx(said["variances"], abs=1e-9)
    names = {study.study for study in counts("nielweise2007")}
    assert {one.study for one in pooled.left_out} == names - set(said["study"])


def test_leave_one_out_is_metafors() -> None:
    said = METAFOR["leave_one_out"]
    parts = [part.pooled for part in leave_one_out(counts("bcg"), Model(method="dl"))]
    for name, value in (("estimate", "effect"), ("se", "se"), ("tau2", "tau2"), ("q", "q"), ("i2", "i2")):
        assert [getattr(part, value) for part in parts] == pytest.approx(said[name], rel=1e-8), name


def test_subgroups_are_metafors() -> None:
    said = METAFOR["subgroups"]
    parts, between = subgroups(counts("bcg", by="allocation"), Model(method="dl"))
    found = {part.name: part.pooled for part in parts}
    for place, name in enumerate(said["name"]):
        part = found[name]
        assert part is not None
        assert (part.effect, part.se, part.tau2) == pytest.approx(
            tuple(said[field][place] for field in ("estimate", "se", "tau2"))
        )
    assert between is not None
    assert (between.q, between.df, between.p) == pytest.approx((said["q_between"], 2, said["q_between_p"]))


def plain_effect(study: Counts, measure: Measure) -> float:
    p, q = study.events_treated / study.n_treated, study.events_control / study.n_control
    if measure == "rd":
        return p - q
    return math.log(p / q) if measure == "rr" else math.log(p / (1 - p) / (q / (1 - q)))


@pytest.mark.parametrize("measure", ["rr", "or", "rd"])
@pytest.mark.parametrize("to", ["only0", "all", "if0all", "none"])
def test_nothing_is_added_without_being_said(measure: Measure, to: AddTo) -> None:
    studies = counts("nielweise2007")
    pooled = pool(studies, Model(measure=measure, method="dl", zero_cells=ZeroCells(to=to)))
    added = [one.study.study for one in pooled.studies if one.added]
    for name in added:
        assert name in pooled.zero_cells
    if not added:
        assert pooled.zero_cells == "nothing was added to any cell"
    for one in pooled.studies:
        if not one.added and isinstance(one.study, Counts):
            assert one.effect == pytest.approx(plain_effect(one.study, measure))


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_metafor_still_says_so() -> None:
    has = subprocess.run(["Rscript", "-e", "library(metafor); library(jsonlite)"], capture_output=True)
    if has.returncode:
        pytest.skip("R has no metafor and jsonlite")
    done = subprocess.run(["Rscript", "metafor.R"], cwd=DATA, capture_output=True, text=True, check=True)
    again = json.loads(done.stdout)
    for table in TABLES:
        for key, said in METAFOR[table].items():
            for name in ("estimate", "se", "q"):
                assert again[table][key][name] == pytest.approx(said[name], rel=1e-6, abs=1e-9)
