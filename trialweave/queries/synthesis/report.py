"""A pool as a page for people, and the words and numbers of which pages and pictures are made."""

from __future__ import annotations

import math
from collections import Counter
from io import StringIO

from trialweave.graph.quads import Literal
from trialweave.queries.synthesis.study import MEASURES, METHODS, Counts, Model, Pooled, Scale, StudyResult
from trialweave.queries.synthesis.subsets import Synthesis
from trialweave.queries.table import Table, write_table


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
