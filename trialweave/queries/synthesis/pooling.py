"""Pool studies: one effect with its interval, its heterogeneity, and each study's share of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from trialweave.errors import QueryError
from trialweave.queries.synthesis import common_effect, effects, heterogeneity
from trialweave.queries.synthesis.heterogeneity import Floats
from trialweave.queries.synthesis.statistics import p_chi2, p_two_sided, quantile
from trialweave.queries.synthesis.study import (
    MEASURES,
    Counts,
    Estimate,
    LeftOut,
    Model,
    Pooled,
    Study,
    StudyResult,
)


def pool(studies: Sequence[Study], model: Model) -> Pooled:
    """Pool at least two studies, all of counts or all of estimates.

    The interval is normal, or Hartung and Knapp's (2001, Stat Med 20:3875) with t of k - 1 degrees of
    freedom: metafor's `knha`, or `adhoc`, whose scale is never below 1. The prediction interval is that of
    Higgins, Thompson and Spiegelhalter (2009, JRSS A 172:137) with t of k - 2 degrees of freedom, which
    metafor gives with `predtype="Riley"`; its default takes the normal quantile.
    Raises QueryError for a method that does not fit the measure, and for fewer than two studies.

    >>> some = [Counts(study=name, events_treated=a, n_treated=50, events_control=c, n_control=50)
    ...         for name, a, c in (("A", 10, 5), ("B", 12, 4), ("C", 9, 8))]
    >>> pooled = pool(some, Model(measure="rr", method="mh"))
    >>> pooled.k, round(pooled.model.scale.shown(pooled.effect), 3)
    (3, 1.824)
    """
    pooled = pool_any(studies, model)
    if pooled.k < 2:
        left_out = "".join(f"; {one.study}: {one.because}" for one in pooled.left_out)
        raise QueryError(f"one study, {pooled.studies[0].study.study}: pooling takes two{left_out}")
    return pooled


def pool_any(studies: Sequence[Study], model: Model) -> Pooled:
    """As `pool`, but one study stands for itself: its own effect and interval, without heterogeneity."""
    _check(studies, model)
    return _fit(studies, model)


def _check(studies: Sequence[Study], model: Model) -> None:
    if not studies:
        raise QueryError("there is no study to pool")
    if not 0.5 <= model.level < 1:
        raise QueryError(
            f"level {model.level}: expected a confidence level from 0.5 to below 1, such as 0.95"
        )
    if not (math.isfinite(model.zero_cells.add) and model.zero_cells.add >= 0):
        raise QueryError(f"add {model.zero_cells.add}: expected 0 or more")
    names = [study.study for study in studies]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise QueryError(f"studies named twice: {', '.join(twice)}; a study is pooled once")
    if len({type(study) for study in studies}) > 1:
        raise QueryError("counts and estimates are not pooled together; give one kind")
    if isinstance(studies[0], Estimate) and model.method in ("mh", "peto"):
        raise QueryError(f"method {model.method} needs counts; for estimates: iv, dl, pm or reml")
    if isinstance(studies[0], Counts) and model.measure == "hr":
        raise QueryError("counts give no hazard ratio; give estimates with their intervals, or measure rr")
    if model.method == "peto" and model.measure != "or":
        raise QueryError(f"method peto pools odds ratios, no {MEASURES[model.measure]}: choose measure or")
    if model.interval != "normal" and not model.random:
        raise QueryError(f"interval {model.interval} goes with methods dl, pm and reml, not {model.method}")


def _fit(studies: Sequence[Study], model: Model) -> Pooled:
    """The pool of one study or more; `_check` has seen them."""
    counts = [study for study in studies if isinstance(study, Counts)]
    if counts:
        return _fit_cells(counts, model) if model.method in ("mh", "peto") else _fit_counts(counts, model)
    y = np.array([study.effect for study in studies if isinstance(study, Estimate)])
    v = np.array([study.se**2 for study in studies if isinstance(study, Estimate)])
    return _fit_effects(studies, y, v, model)


def _fit_counts(studies: list[Counts], model: Model) -> Pooled:
    left_out: list[LeftOut] = []
    if effects.drops00(model.measure, model.zero_cells):
        studies, left_out = effects.drop(studies)
    added = effects.additions(studies, model.zero_cells)
    y, v = effects.effects(studies, model.measure, added)
    keep = effects.usable(y, v)
    for study, kept in zip(studies, keep, strict=True):
        if not kept:
            because = f"a cell is 0, so its {MEASURES[model.measure]} has no finite variance above 0"
            left_out.append(LeftOut(study=study.study, because=because, evidence=study.evidence))
    studies = [study for study, kept in zip(studies, keep, strict=True) if kept]
    y, v, added = y[keep], v[keep], added[keep]
    if not studies:
        raise QueryError(f"no study can be pooled: {_reasons(left_out)}")
    pooled = _fit_effects(studies, y, v, model, added)
    said = _what_was_added(studies, added) or "nothing was added to any cell"
    return msgspec.structs.replace(pooled, left_out=tuple(left_out), zero_cells=said)


def _fit_effects(
    studies: Sequence[Study], y: Floats, v: Floats, model: Model, added: Floats | None = None
) -> Pooled:
    """Inverse variance: common effect, or random effects with the model's tau²."""
    k = len(y)
    random = model.random and k > 1
    tau2 = heterogeneity.TAU2[model.method](y, v) if random else 0.0
    effect, variance = heterogeneity.mean(y, v, tau2)
    df: int | None = None
    if random and model.interval != "normal":
        df = k - 1
        scale = heterogeneity.generalised_q(y, v, tau2) / df
        variance *= max(1.0, scale) if model.interval == "hartung-knapp-adhoc" else scale
        if variance <= 0:
            raise QueryError(
                "the effects are all the same, so Hartung and Knapp's variance is 0: choose adhoc"
            )
    se = math.sqrt(variance)
    q = heterogeneity.generalised_q(y, v, 0.0)
    i2, h2 = heterogeneity.i2_and_h2(v, tau2) if random else _from_q(q, k - 1)
    prediction = None
    if random and k > 2:
        half = quantile((1 + model.level) / 2, k - 2) * math.sqrt(tau2 + variance)
        prediction = (effect - half, effect + half)
    half = quantile((1 + model.level) / 2, df) * se
    return Pooled(
        model=model,
        effect=effect,
        se=se,
        ci_low=effect - half,
        ci_high=effect + half,
        statistic=effect / se,
        p=p_two_sided(effect / se, df),
        q=q,
        q_df=k - 1,
        q_p=p_chi2(q, k - 1) if k > 1 else None,
        i2=i2,
        h2=h2,
        tau2=tau2 if random else None,
        tau2_ci=heterogeneity.tau2_interval(y, v, model.level) if random else None,
        prediction=prediction,
        studies=_results(studies, y, v, 1 / (v + tau2), model, added),
        left_out=(),
        zero_cells="",
    )


def _fit_cells(studies: list[Counts], model: Model) -> Pooled:
    """Mantel-Haenszel or Peto. Trials that say nothing of a ratio carry no weight, and are left out."""
    left_out: list[LeftOut] = []
    if model.measure != "rd":
        studies, left_out = effects.drop(studies)
    if not studies:
        raise QueryError(f"no study can be pooled: {_reasons(left_out)}")
    if model.method == "peto":
        effect, se, y, v = common_effect.peto(studies)
        weights, added = 1 / v, np.zeros(len(studies))
        said = "nothing was added to any cell"
    else:
        effect, se, weights = common_effect.mantel_haenszel(studies, model.measure)
        added = effects.additions(studies, model.zero_cells)
        y, v = effects.effects(studies, model.measure, added)
        own = _what_was_added(studies, added)
        said = "nothing was added to any cell of what is pooled"
        said += f"; for the studies' own effects, and Q over them, {own}" if own else ""
    if se <= 0:
        raise QueryError("the pooled effect has variance 0: every cell of one column is 0")
    keep = effects.usable(y, v)
    q = float(np.sum((y[keep] - effect) ** 2 / v[keep]))
    df = max(sum(keep) - 1, 0)
    i2, h2 = _from_q(q, df)
    half = quantile((1 + model.level) / 2) * se
    return Pooled(
        model=model,
        effect=effect,
        se=se,
        ci_low=effect - half,
        ci_high=effect + half,
        statistic=effect / se,
        p=p_two_sided(effect / se),
        q=q,
        q_df=df,
        q_p=p_chi2(q, df) if df else None,
        i2=i2,
        h2=h2,
        tau2=None,
        tau2_ci=None,
        prediction=None,
        studies=_results(studies, y, v, weights, model, added),
        left_out=tuple(left_out),
        zero_cells=said,
    )


def _from_q(q: float, df: int) -> tuple[float | None, float | None]:
    """I² in percent, at least 0, and H²; None where there is nothing to differ from."""
    if df == 0:
        return None, None
    return (max(0.0, 100 * (q - df) / q) if q > 0 else 0.0), q / df


def _results(
    studies: Sequence[Study], y: Floats, v: Floats, weights: Floats, model: Model, added: Floats | None
) -> tuple[StudyResult, ...]:
    z = quantile((1 + model.level) / 2)
    share = 100 * weights / np.sum(weights)
    results = []
    for i, (study, own) in enumerate(zip(studies, effects.usable(y, v), strict=True)):
        effect, se = float(y[i]), math.sqrt(v[i]) if own else math.nan
        results.append(
            StudyResult(
                study=study,
                effect=effect if own else None,
                se=se if own else None,
                ci_low=effect - z * se if own else None,
                ci_high=effect + z * se if own else None,
                weight=float(share[i]),
                added=float(added[i]) if added is not None else 0.0,
            )
        )
    return tuple(results)


def _what_was_added(studies: Sequence[Counts], added: Floats) -> str:
    names = [study.study for study, plus in zip(studies, added, strict=True) if plus > 0]
    if not names:
        return ""
    many = f"{len(names)} of {len(studies)} studies"
    return f"{np.max(added):g} was added to each cell of {many} ({', '.join(names)})"


def _reasons(left_out: Sequence[LeftOut]) -> str:
    return "; ".join(f"{one.study}: {one.because}" for one in left_out)
