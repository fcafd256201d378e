"""How far effects differ by more than chance: Q, tau² by three methods, its interval, I² and H².

Effects are given as arrays `y` with sampling variances `v`, taken as known.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trialweave.errors import QueryError
from trialweave.queries.synthesis.statistics import find_root, quantile_chi2

Floats = NDArray[np.float64]


def mean(y: Floats, v: Floats, tau2: float) -> tuple[float, float]:
    """The mean weighted by inverse variance, and its variance.

    >>> mean(np.array([0.0, 1.0]), np.array([1.0, 1.0]), 0.0)
    (0.5, 0.5)
    """
    w = 1 / (v + tau2)
    return float(np.sum(w * y) / np.sum(w)), float(1 / np.sum(w))


def generalised_q(y: Floats, v: Floats, tau2: float) -> float:
    """The sum of squared deviations from the mean, weighted by 1 / (v + tau²); Cochran's Q at tau² = 0."""
    centre, _ = mean(y, v, tau2)
    return float(np.sum((y - centre) ** 2 / (v + tau2)))


def dersimonian_laird(y: Floats, v: Floats) -> float:
    """tau² by the method of moments; below 0 it is 0 (DerSimonian and Laird 1986, Control Clin Trials 7:177).

    (statsmodels gives the negative number, and weights by it.)

    >>> round(dersimonian_laird(np.array([0.0, 1.0, 2.0]), np.array([0.1, 0.2, 0.3])), 4)
    0.8167
    """
    w = 1 / v
    excess = generalised_q(y, v, 0.0) - (len(y) - 1)
    return max(0.0, float(excess / (np.sum(w) - np.sum(w**2) / np.sum(w))))


def paule_mandel(y: Floats, v: Floats) -> float:
    """tau² at which the generalised Q equals k - 1 (Paule and Mandel 1982, J Res NBS 87:377).

    Q falls as tau² grows, so the root is bracketed and found to the last digits. (statsmodels' own
    iteration sets tau² to 0 where rounding takes it past the root, and so is not used.)
    """
    return _where_q_is(len(y) - 1, y, v)


def restricted_likelihood(y: Floats, v: Floats, tau2: float) -> float:
    """Log of the restricted likelihood of tau², without its constant (Viechtbauer 2005, JEBS 30:261)."""
    w = 1 / (v + tau2)
    centre, variance = mean(y, v, tau2)
    return float(0.5 * (np.sum(np.log(w)) + np.log(variance) - np.sum(w * (y - centre) ** 2)))


def reml(y: Floats, v: Floats) -> float:
    """tau² at the maximum of the restricted likelihood.

    Every maximum is found, as a place where the slope goes from up to down, and the highest is taken.
    """

    def slope(tau2: float) -> float:
        w = 1 / (v + tau2)
        centre, variance = mean(y, v, tau2)
        return float(0.5 * (np.sum(w**2 * (y - centre) ** 2) - np.sum(w) + np.sum(w**2) * variance))

    top = _above(slope, y, v)
    grid = np.concatenate([[0.0], np.geomspace(min(float(np.min(v)), top) * 1e-4, top, 200)])
    slopes = [slope(float(tau2)) for tau2 in grid]
    peaks = [0.0] if slopes[0] <= 0 else []
    for low, high, before, after in zip(grid[:-1], grid[1:], slopes[:-1], slopes[1:], strict=True):
        if before > 0 >= after:
            peaks.append(find_root(slope, float(low), float(high)))
    return max(peaks, key=lambda tau2: restricted_likelihood(y, v, tau2))


TAU2: dict[str, Callable[[Floats, Floats], float]] = {
    "dl": dersimonian_laird,
    "pm": paule_mandel,
    "reml": reml,
}


def tau2_interval(y: Floats, v: Floats, level: float) -> tuple[float, float] | None:
    """The interval of tau² by Q-profile (Viechtbauer 2007, Stat Med 26:37); None if it is empty."""
    df, tail = len(y) - 1, (1 - level) / 2
    if generalised_q(y, v, 0.0) < quantile_chi2(tail, df):
        return None
    return _where_q_is(quantile_chi2(1 - tail, df), y, v), _where_q_is(quantile_chi2(tail, df), y, v)


def i2_and_h2(v: Floats, tau2: float) -> tuple[float, float]:
    """I² (percent) and H²: tau² against the typical sampling variance (Higgins and Thompson 2002, eq. 9).

    With DerSimonian-Laird's tau² they are (Q - df) / Q and Q / df.
    """
    w = 1 / v
    typical = float((len(v) - 1) * np.sum(w) / (np.sum(w) ** 2 - np.sum(w**2)))
    return 100 * tau2 / (tau2 + typical), (tau2 + typical) / typical


def _where_q_is(target: float, y: Floats, v: Floats) -> float:
    def excess(tau2: float) -> float:
        return generalised_q(y, v, tau2) - target

    if excess(0.0) <= 0:
        return 0.0
    return find_root(excess, 0.0, _above(excess, y, v))


def _above(falling: Callable[[float], float], y: Floats, v: Floats) -> float:
    """A tau² at which a function that ends below zero is there."""
    top = float(np.sum((y - np.mean(y)) ** 2) + np.max(v))
    for _ in range(200):
        if falling(top) < 0:
            return top
        top *= 2
    raise QueryError("tau² cannot be estimated: the effects lie too far apart for their standard errors")
