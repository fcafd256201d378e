"""A pool as a page for people, as rows, and as JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import msgspec

from trialweave.graph.quads import Literal, Term, to_term
from trialweave.queries.synthesis.study import (
    MEASURES,
    METHODS,
    Counts,
    LeftOut,
    Model,
    Pooled,
    Scale,
    StudyResult,
)
from trialweave.queries.synthesis.subsets import Subgroup, Synthesis
from trialweave.queries.table import Table, write_table

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


# ── for people ───────────────────────────────────────────────────────────────────────────


def page(synthesis: Synthesis) -> str:
    """The answer as a page of text: studies, pool, heterogeneity, what was done and what was left out."""
    pooled = synthesis.pooled
    out = StringIO()
    out.write(f"{title(pooled)}; {pooled.k} studies\n\n")
    write_table(_readable(synthesis), "table", out)
    out.write("\n" + "\n".join(summary(synthesis)) + "\n")
    if synthesis.left_out:
        reasons = Counter((one.study, one.because) for one in synthesis.left_out)
        out.write(
            f"\nleft out of the pool ({len({study for study, _ in reasons})} studies, in whole or in part)\n"
        )
        for (study, because), counts in reasons.items():
            out.write(f"  {study}: {because}{f' ({counts} counts)' if counts > 1 else ''}\n")
    return out.getvalue()


def title(pooled: Pooled) -> str:
    """What was pooled and how."""
    name = MEASURES[pooled.model.measure]
    return f"{name[0].upper()}{name[1:]}; {METHODS[pooled.model.method]}"


def summary(synthesis: Synthesis) -> list[str]:
    """The pool in lines: estimate, prediction, heterogeneity, subgroups, zero cells."""
    pooled, scale = synthesis.pooled, synthesis.pooled.model.scale
    kind = "" if pooled.model.interval == "normal" else f" by {INTERVALS[pooled.model.interval]}"
    level = percent(pooled.model.level)
    lines = [
        f"pooled: {interval(pooled.ci_low, pooled.effect, pooled.ci_high, scale)}, {level} CI{kind}; "
        f"{p_value(pooled.p)}"
    ]
    if pooled.prediction is not None:
        low, high = (brief(scale.shown(bound), scale) for bound in pooled.prediction)
        lines.append(f"{level} prediction interval: {low} to {high} (Higgins, t with {pooled.k - 2} df)")
    lines.append(f"heterogeneity: {'; '.join(heterogeneity_lines(pooled))}")
    if synthesis.between is not None:
        between = synthesis.between
        lines.append(f"between subgroups: Q = {between.q:.2f}, df = {between.df}, {p_value(between.p)}")
    if pooled.zero_cells:
        lines.append(f"zero cells: {pooled.zero_cells}")
    return lines


INTERVALS = {
    "normal": "the normal distribution",
    "hartung-knapp": "Hartung and Knapp",
    "hartung-knapp-adhoc": "Hartung and Knapp, scale at least 1",
}


def heterogeneity_lines(pooled: Pooled) -> tuple[str, str]:
    """Q with its p, and I² with tau²."""
    if pooled.q_p is None or pooled.i2 is None:
        return "one study tells of no heterogeneity", ""
    said = f"I² = {pooled.i2:.1f} %"
    if pooled.tau2 is not None:
        said += f"; tau² = {number(pooled.tau2)}"
        if pooled.tau2_ci is not None:
            low, high = pooled.tau2_ci
            said += f" ({percent(pooled.model.level)} CI {number(low)} to {number(high)})"
    return f"Q = {pooled.q:.2f}, df = {pooled.q_df}, {p_value(pooled.q_p)}", said


def number(value: float) -> str:
    """A number with three significant digits, or two decimals from 1 up.

    >>> number(0.48941), number(12.3456), number(0.00123), number(123456.7), number(0)
    ('0.489', '12.35', '0.00123', '123457', '0')
    """
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    size = abs(value)
    return f"{value:.0f}" if size >= 1000 else f"{value:.2f}" if size >= 1 else f"{value:#.3g}"


def brief(value: float, scale: Scale) -> str:
    """An effect as journals print it: two decimals for a ratio, three for a difference.

    >>> [brief(value, Scale(measure="rr")) for value in (0.4894, 12.345, 0.0123, 345.6)]
    ['0.49', '12.35', '0.012', '346']
    >>> brief(-0.01234, Scale(measure="rd"))
    '−0.012'
    """
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞"
    if not scale.log:
        return f"{value:.3f}".replace("-", "−")
    if value == 0:
        return "0"
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}" if value >= 0.1 else f"{value:#.2g}"


def percent(level: float) -> str:
    """A confidence level in percent.

    >>> percent(0.95), percent(0.999)
    ('95 %', '99.9 %')
    """
    return f"{100 * level:.10g} %"


def p_value(p: float) -> str:
    """A p-value as journals write it.

    >>> p_value(0.0000012), p_value(0.0212)
    ('p < 0.0001', 'p = 0.0212')
    """
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"


def interval(low: float, effect: float, high: float, scale: Scale) -> str:
    """An effect with its interval, from the scale of pooling to what people read.

    >>> interval(math.log(0.3), math.log(0.45), math.log(0.7), Scale(measure="rr"))
    '0.45 (0.30 to 0.70)'
    """
    shown = [brief(scale.shown(value), scale) for value in (effect, low, high)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


def _readable(synthesis: Synthesis) -> Table:
    """The studies, subgroups and pools without one, for a terminal."""
    model = synthesis.pooled.model
    effect = MEASURES[model.measure] + f" ({percent(model.level)} CI)"
    found: list[tuple[str, ...]] = []
    for result in synthesis.pooled.studies:
        study = result.study
        cells = ("", "")
        if isinstance(study, Counts):
            cells = (f"{study.events_treated}/{study.n_treated}", f"{study.events_control}/{study.n_control}")
        found.append((study.study, study.subgroup or "", *cells, _own(result, model), f"{result.weight:.1f}"))
    for kind, parts in (
        ("subgroup", synthesis.subgroups),
        ("without subgroup", synthesis.without_subgroup),
        ("without study", synthesis.without_study),
    ):
        for part in parts:
            said = part.because or ""
            if part.pooled is not None:
                one = part.pooled
                said = interval(one.ci_low, one.effect, one.ci_high, model.scale)
                said += f", I² = {one.i2:.1f} %" if one.i2 is not None else ""
            found.append((f"{kind}: {part.name}", "", "", "", said, ""))
    columns = ("study", "subgroup", "treated", "control", effect, "weight, %")
    used = [place for place in range(len(columns)) if any(row[place] for row in found)]
    return Table(
        columns=tuple(columns[place] for place in used),
        rows=tuple(tuple(Literal(row[place]) if row[place] else None for place in used) for row in found),
    )


def _own(result: StudyResult, model: Model) -> str:
    if result.effect is None or result.ci_low is None or result.ci_high is None:
        return "no finite estimate of its own"
    return interval(result.ci_low, result.effect, result.ci_high, model.scale)


# ── for programs ─────────────────────────────────────────────────────────────────────────


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
