"""From a 2x2 table to an effect with its variance, and what is done about cells of 0."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap

import numpy as np

from trialweave.queries.synthesis.heterogeneity import Floats
from trialweave.queries.synthesis.statistics import effectsize_2proportions
from trialweave.queries.synthesis.study import Counts, LeftOut, Measure, ZeroCells

_STATISTIC = {"rr": "risk-ratio", "or": "odds-ratio", "rd": "diff"}


def cells(studies: Sequence[Counts]) -> tuple[Floats, Floats, Floats, Floats]:
    """Events and others among the treated, events and others among the controls: four arrays."""
    a = np.array([study.events_treated for study in studies], dtype=float)
    b = np.array([study.n_treated for study in studies], dtype=float) - a
    c = np.array([study.events_control for study in studies], dtype=float)
    d = np.array([study.n_control for study in studies], dtype=float) - c
    return a, b, c, d


def uninformative(study: Counts) -> str | None:
    """Why a study says nothing of a ratio: nobody, or everybody, had the event in both groups.

    >>> uninformative(Counts(study="A", events_treated=0, n_treated=9, events_control=0, n_control=8))
    'nobody had the event in either group'
    """
    if study.events_treated == study.events_control == 0:
        return "nobody had the event in either group"
    if study.events_treated == study.n_treated and study.events_control == study.n_control:
        return "everybody had the event in both groups"
    return None


def drops00(measure: Measure, zero_cells: ZeroCells) -> bool:
    """Whether trials that say nothing of a ratio are left out."""
    return measure != "rd" if zero_cells.drop00 is None else zero_cells.drop00


def drop(studies: Sequence[Counts], because: str = "{}") -> tuple[list[Counts], list[LeftOut]]:
    """The studies that say something of a ratio, and the others with the reason."""
    kept, left_out = [], []
    for study in studies:
        reason = uninformative(study)
        if reason is None:
            kept.append(study)
        else:
            left_out.append(
                LeftOut(study=study.study, because=because.format(reason), evidence=study.evidence)
            )
    return kept, left_out


def additions(studies: Sequence[Counts], zero_cells: ZeroCells) -> Floats:
    """What is added to each cell of each study.

    >>> some = [Counts(study=s, events_treated=e, n_treated=9, events_control=2, n_control=9)
    ...         for s, e in (("A", 0), ("B", 4))]
    >>> for to in ("only0", "all", "if0all", "none"):
    ...     print(to, additions(some, ZeroCells(to=to)).tolist())
    only0 [0.5, 0.0]
    all [0.5, 0.5]
    if0all [0.5, 0.5]
    none [0.0, 0.0]
    """
    zero = np.any(np.array(cells(studies)) == 0, axis=0)
    to = {"only0": zero, "all": zero | True, "if0all": zero | np.any(zero), "none": zero & False}[
        zero_cells.to
    ]
    return np.where(to, zero_cells.add, 0.0)


def effects(studies: Sequence[Counts], measure: Measure, added: Floats) -> tuple[Floats, Floats]:
    """Each study's effect (log ratio, or difference) and its variance; not finite where a cell forbids it."""
    a, b, c, d = (cell + added for cell in cells(studies))
    with np.errstate(divide="ignore", invalid="ignore"):
        y, v = effectsize_2proportions(a, a + b, c, c + d, statistic=_STATISTIC[measure])
    return np.asarray(y, dtype=float), np.asarray(v, dtype=float)


def usable(y: Floats, v: Floats) -> list[bool]:
    """Which effects can be weighted by the inverse of their variance."""
    return list(starmap(_is_usable, zip(y.tolist(), v.tolist(), strict=True)))


def _is_usable(effect: float, variance: float) -> bool:
    return bool(np.isfinite(effect) and np.isfinite(variance) and variance > 0)
