"""The door to statsmodels and scipy, which come with the extra `evidence`."""

from __future__ import annotations

from collections.abc import Callable

from trialweave.errors import QueryError

try:
    from scipy.optimize import brentq
    from scipy.stats import chi2, norm, t
    from statsmodels.stats.contingency_tables import StratifiedTable
    from statsmodels.stats.meta_analysis import effectsize_2proportions
except ImportError as error:
    raise QueryError("pooling needs statsmodels and scipy: pip install 'trialweave[evidence]'") from error

__all__ = [
    "StratifiedTable",
    "effectsize_2proportions",
    "find_root",
    "p_chi2",
    "p_two_sided",
    "quantile",
    "quantile_chi2",
]


def find_root(function: Callable[[float], float], low: float, high: float) -> float:
    """The root between two places where a function has unlike signs, to the last digits (Brent's method)."""
    return float(brentq(function, low, high, xtol=1e-300, rtol=1e-14, maxiter=1000))


def quantile(probability: float, df: float | None = None) -> float:
    """A quantile of the normal distribution, or of Student's t.

    >>> round(quantile(0.975), 4), round(quantile(0.975, 11), 4)
    (1.96, 2.201)
    """
    return float(norm.ppf(probability) if df is None else t.ppf(probability, df))


def p_two_sided(statistic: float, df: float | None = None) -> float:
    """The two-sided p of a normal or a t statistic."""
    return float(2 * (norm.sf(abs(statistic)) if df is None else t.sf(abs(statistic), df)))


def quantile_chi2(probability: float, df: int) -> float:
    """A quantile of the chi-squared distribution."""
    return float(chi2.ppf(probability, df))


def p_chi2(statistic: float, df: int) -> float:
    """The upper tail of the chi-squared distribution."""
    return float(chi2.sf(statistic, df))
