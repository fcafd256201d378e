"""The same pool without one study or one subgroup, and within each subgroup."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialweave.errors import QueryError
from trialweave.queries.synthesis import heterogeneity
from trialweave.queries.synthesis.pooling import pool, pool_any
from trialweave.queries.synthesis.statistics import p_chi2
from trialweave.queries.synthesis.study import LeftOut, Model, Pooled, Study
from trialweave.records import Record


class Subgroup(Record, frozen=True):
    """One part of the studies: those of a subgroup, or all but one; None where nothing can be pooled."""

    name: str
    pooled: Pooled | None
    because: str | None = None


class Between(Record, frozen=True):
    """Whether subgroups differ: Cochran's Q over their effects, each with its own tau²."""

    q: float
    df: int
    p: float


def leave_one_out(studies: Sequence[Study], model: Model) -> tuple[Subgroup, ...]:
    """The pool without each study in turn, by its name."""
    return tuple(_part(study.study, [one for one in studies if one is not study], model) for study in studies)


def leave_one_subgroup_out(studies: Sequence[Study], model: Model) -> tuple[Subgroup, ...]:
    """The pool without each subgroup in turn: the class, or one bad drug?"""
    return tuple(
        _part(name, [study for study in studies if study.subgroup != name], model) for name in names(studies)
    )


def _part(name: str, studies: Sequence[Study], model: Model) -> Subgroup:
    try:
        return Subgroup(name=name, pooled=pool(studies, model))
    except QueryError as error:
        return Subgroup(name=name, pooled=None, because=str(error))


def names(studies: Sequence[Study]) -> list[str]:
    """The subgroups, in the order in which they are met. Raises QueryError for a study without one."""
    missing = [study.study for study in studies if study.subgroup is None]
    if missing:
        raise QueryError(f"studies without a subgroup: {', '.join(missing)}")
    return list(dict.fromkeys(str(study.subgroup) for study in studies))


def subgroups(studies: Sequence[Study], model: Model) -> tuple[tuple[Subgroup, ...], Between | None]:
    """The pool within each subgroup (one study stands for itself), and whether they differ.

    Each has its own tau². Between them: Q over the subgroups' effects, weighted by the inverse of their
    variance (Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 19); None if fewer than two
    can be pooled.
    """
    parts = []
    for name in names(studies):
        members = [study for study in studies if study.subgroup == name]
        try:
            parts.append(Subgroup(name=name, pooled=pool_any(members, model)))
        except QueryError as error:
            parts.append(Subgroup(name=name, pooled=None, because=str(error)))
    pooled = [part.pooled for part in parts if part.pooled is not None]
    if len(pooled) < 2:
        return tuple(parts), None
    y, v = np.array([one.effect for one in pooled]), np.array([one.se**2 for one in pooled])
    q, df = heterogeneity.generalised_q(y, v, 0.0), len(pooled) - 1
    return tuple(parts), Between(q=q, df=df, p=p_chi2(q, df))


class Synthesis(Record, frozen=True):
    """A pool with its parts, and all that is not in it."""

    pooled: Pooled
    left_out: tuple[LeftOut, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    between: Between | None = None
    without_subgroup: tuple[Subgroup, ...] = ()
    without_study: tuple[Subgroup, ...] = ()


def synthesise(
    studies: Sequence[Study],
    model: Model,
    *,
    by_subgroup: bool = False,
    without_one: bool = False,
    left_out: Sequence[LeftOut] = (),
) -> Synthesis:
    """Pool studies; by subgroup, and without each study and subgroup in turn, where asked.

    `left_out` is what was left out before. Raises QueryError as `pool` does.
    """
    pooled = pool(studies, model)
    parts, between = subgroups(studies, model) if by_subgroup else ((), None)
    return Synthesis(
        pooled=pooled,
        left_out=(*pooled.left_out, *left_out),
        subgroups=parts,
        between=between,
        without_subgroup=leave_one_subgroup_out(studies, model) if by_subgroup and without_one else (),
        without_study=leave_one_out(studies, model) if without_one else (),
    )
