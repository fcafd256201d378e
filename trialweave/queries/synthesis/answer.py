"""From what a person asks to a pool: of a graph's trials, or of a table of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from trialweave.errors import QueryError
from trialweave.queries.synthesis.comparisons import By, Seriousness, comparisons
from trialweave.queries.synthesis.study import Counts, LeftOut, Model
from trialweave.queries.synthesis.subsets import Synthesis, synthesise
from trialweave.queries.synthesis.table_file import read_table

if TYPE_CHECKING:
    from trialweave.queries.source import Source

PARAMETERS = {
    "drug": "the drug, or class of drugs",
    "event": "the adverse event, or class of them",
    "min_grade": "only counts of this CTCAE grade and above",
    "seriousness": "other (and not stated), which it is by itself, or serious",
    "by": "subgroups: drug, disease or phase",
}


def from_table(
    file: Path, model: Model, given: Mapping[str, str] | None = None, *, without_one: bool = False
) -> Synthesis:
    """Pool the studies of a CSV file (see `read_table`); `given` may hold `by`, a column of it."""
    given = given or {}
    if unknown := sorted(set(given) - {"by"}):
        raise QueryError(f"with a table, only by=COLUMN can be given, not {', '.join(unknown)}")
    studies = read_table(file, model.measure, by=given.get("by"))
    return synthesise(studies, model, by_subgroup="by" in given, without_one=without_one)


def from_graph(
    source: Source, model: Model, given: Mapping[str, str], *, without_one: bool = False
) -> Synthesis:
    """Pool the trials of a graph: `given` holds values for `PARAMETERS` as a person types them.

    Raises QueryError for values that do not fit, and where fewer than two trials can be compared.
    """
    if unknown := sorted(set(given) - set(PARAMETERS)):
        raise QueryError(f"pool has no parameter {', '.join(unknown)}; it has {', '.join(PARAMETERS)}")
    for name in ("drug", "event"):
        if not given.get(name):
            raise QueryError(f"pool needs {name}=… ({PARAMETERS[name]})")
    counts, left_out = comparisons(
        source,
        given["drug"],
        given["event"],
        min_grade=_one_of(given, "min_grade", {str(grade): grade for grade in range(1, 6)}),
        seriousness=_one_of(given, "seriousness", _SERIOUSNESS) or "other",
        by=_one_of(given, "by", _BY),
    )
    if len(counts) < 2:
        raise QueryError(_too_few(counts, left_out))
    return synthesise(counts, model, by_subgroup="by" in given, without_one=without_one, left_out=left_out)


_SERIOUSNESS: dict[str, Seriousness] = {"other": "other", "serious": "serious"}
_BY: dict[str, By] = {"drug": "drug", "disease": "disease", "phase": "phase"}

Choice = TypeVar("Choice")


def _one_of(given: Mapping[str, str], name: str, choices: Mapping[str, Choice]) -> Choice | None:
    value = given.get(name)
    if value is None:
        return None
    if value not in choices:
        raise QueryError(f"{name}={value}: expected one of {', '.join(choices)}")
    return choices[value]


_SHOWN = 5


def _too_few(counts: list[Counts], left_out: list[LeftOut]) -> str:
    if not counts and not left_out:
        return (
            "no trial of this drug counts this event; `trialweave ask STORE drugs-with-toxicity` lists drugs"
        )
    found = "".join(
        f" ({one.study}: {one.events_treated} of {one.n_treated} treated, "
        f"{one.events_control} of {one.n_control} controls)"
        for one in counts
    )
    many = "one trial" if counts else "no trial"
    said = f"{many} can be compared{found}, and pooling takes two"
    if left_out:
        told = list(dict.fromkeys((one.study, one.because) for one in left_out))
        reasons = "".join(f"\n  {study}: {because}" for study, because in told[:_SHOWN])
        more = f"\n  and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        said += (
            f"; left out:{reasons}{more}\n`trialweave ask STORE adverse-event-rate-by-arm` lists every count"
        )
    return said
