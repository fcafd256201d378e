"""A pool for programs: as rows, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from trialweave.graph.quads import Term, to_term
from trialweave.queries.synthesis.report import INTERVALS
from trialweave.queries.synthesis.study import MEASURES, METHODS, Counts, LeftOut, Model, Pooled, StudyResult
from trialweave.queries.synthesis.subsets import Subgroup, Synthesis
from trialweave.queries.table import Table

COLUMNS = (
    "row",
    "study",
    "subgroup",
    "events_treated",
    "n_treated",
    "events_control",
    "n_control",
    "estimate",
    "ci_low",
    "ci_high",
    "weight",
    "p",
    "tau2",
    "i2",
    "treated",
    "control",
    "note",
    "because",
    "evidence",
)


def rows(synthesis: Synthesis) -> Table:
    """One row for each study, each subgroup, the pool, each pool without one, and each that is left out.

    Estimates are as people read them, weights and I² in percent; evidence is IRIs with blanks between.
    """
    found = [*_study_rows(synthesis.pooled)]
    found += [_part_row("subgroup", part) for part in synthesis.subgroups]
    found.append(_pool_row("pooled", None, synthesis.pooled))
    found += [_part_row("without subgroup", part) for part in synthesis.without_subgroup]
    found += [_part_row("without study", part) for part in synthesis.without_study]
    found += [
        {
            "row": "left out",
            "study": one.study,
            "because": one.because,
            "note": one.what,
            "evidence": " ".join(one.evidence),
        }
        for one in synthesis.left_out
    ]
    return Table(
        columns=COLUMNS, rows=tuple(tuple(_term(row.get(name)) for name in COLUMNS) for row in found)
    )


def _term(value: object) -> Term | None:
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return to_term(Decimal(repr(value))) if isinstance(value, float) else to_term(value)  # type: ignore[arg-type]


def _study_rows(pooled: Pooled) -> Iterator[dict[str, object]]:
    for result in pooled.studies:
        yield {"row": "study", **_study(result, pooled.model), "evidence": " ".join(result.study.evidence)}


def _study(result: StudyResult, model: Model) -> dict[str, object]:
    study = result.study
    counts = isinstance(study, Counts)
    cells = ("events_treated", "n_treated", "events_control", "n_control", "treated", "control", "note")
    return {
        "study": study.study,
        "subgroup": study.subgroup,
        **({name: getattr(study, name) for name in cells} if counts else {}),
        "estimate": _shown(result.effect, model),
        "ci_low": _shown(result.ci_low, model),
        "ci_high": _shown(result.ci_high, model),
        "weight": result.weight,
    }


def _shown(effect: float | None, model: Model) -> float | None:
    return None if effect is None else model.scale.shown(effect)


def _pool_row(kind: str, name: str | None, pooled: Pooled) -> dict[str, object]:
    return {
        "row": kind,
        "study": name,
        "estimate": _shown(pooled.effect, pooled.model),
        "ci_low": _shown(pooled.ci_low, pooled.model),
        "ci_high": _shown(pooled.ci_high, pooled.model),
        "p": pooled.p,
        "tau2": pooled.tau2,
        "i2": pooled.i2,
    }


def _part_row(kind: str, part: Subgroup) -> dict[str, object]:
    if part.pooled is None:
        return {"row": kind, "study": part.name, "because": part.because}
    return _pool_row(kind, part.name, part.pooled)


def document(synthesis: Synthesis) -> str:
    """The answer as JSON: `estimate` and its bounds as people read them, `log_…` and `se` as pooled."""
    pooled = synthesis.pooled
    model = pooled.model
    found: dict[str, Any] = {
        "measure": MEASURES[model.measure],
        "method": METHODS[model.method],
        "interval": INTERVALS[model.interval],
        "se_scale": "log" if model.scale.log else "difference",
        **_numbers(pooled),
        "prediction": "Higgins, Thompson and Spiegelhalter 2009: estimate ± t(k - 2) sqrt(tau² + se²)",
        "studies": [_study_document(result, model) for result in pooled.studies],
        "left_out": [_left_out(one) for one in synthesis.left_out],
        "zero_cells": pooled.zero_cells or "estimates, no cells",
    }
    if synthesis.subgroups:
        found["subgroups"] = [_part(part) for part in synthesis.subgroups]
        found["between_subgroups"] = synthesis.between and msgspec.structs.asdict(synthesis.between)
    if synthesis.without_subgroup:
        found["leave_one_subgroup_out"] = [_part(part) for part in synthesis.without_subgroup]
    if synthesis.without_study:
        found["leave_one_out"] = [_part(part) for part in synthesis.without_study]
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


def _numbers(pooled: Pooled) -> dict[str, Any]:
    model = pooled.model
    logs = {
        "log_estimate": pooled.effect,
        "log_ci_low": pooled.ci_low,
        "log_ci_high": pooled.ci_high,
    }
    tau2_low, tau2_high = pooled.tau2_ci or (None, None)
    low, high = pooled.prediction or (None, None)
    return {
        "estimate": _shown(pooled.effect, model),
        "ci_low": _shown(pooled.ci_low, model),
        "ci_high": _shown(pooled.ci_high, model),
        "ci_level": model.level,
        **(logs if model.scale.log else dict.fromkeys(logs)),
        "se": pooled.se,
        "statistic": pooled.statistic,
        "p": pooled.p,
        "k": pooled.k,
        "tau2": pooled.tau2,
        "tau2_ci_low": tau2_low,
        "tau2_ci_high": tau2_high,
        "i2": pooled.i2,
        "h2": pooled.h2,
        "q": pooled.q,
        "q_df": pooled.q_df,
        "q_p": pooled.q_p,
        "prediction_low": _shown(low, model),
        "prediction_high": _shown(high, model),
    }


def _study_document(result: StudyResult, model: Model) -> dict[str, Any]:
    return {
        **_study(result, model),
        "log_estimate": result.effect if model.scale.log else None,
        "se": result.se,
        "added_to_cells": result.added,
        "evidence": list(result.study.evidence),
    }


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {"study": one.study, "because": one.because, "what": one.what, "evidence": list(one.evidence)}


def _part(part: Subgroup) -> dict[str, Any]:
    return {"name": part.name, "because": part.because, **(_numbers(part.pooled) if part.pooled else {})}
