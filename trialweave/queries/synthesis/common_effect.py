"""Mantel-Haenszel and Peto: a common effect from the cells themselves, to which nothing is added."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from trialweave.errors import QueryError
from trialweave.queries.synthesis.effects import cells
from trialweave.queries.synthesis.heterogeneity import Floats
from trialweave.queries.synthesis.statistics import StratifiedTable
from trialweave.queries.synthesis.study import MEASURES, Counts, Measure


def mantel_haenszel(studies: Sequence[Counts], measure: Measure) -> tuple[float, float, Floats]:
    """The effect, its standard error, and the weights of the studies.

    Variances: Robins, Breslow and Greenland 1986 (Biometrics 42:311) of the log odds ratio; Greenland and
    Robins 1985 (Biometrics 41:55) of the log risk ratio; Sato, Greenland and Robins 1989 (Biometrics 45:1323)
    of the risk difference, which holds for sparse tables too and is metafor's.
    Raises QueryError where the effect is no finite number: an arm without any event.
    """
    a, b, c, d = cells(studies)
    n1, n2, n = a + b, c + d, a + b + c + d
    if measure == "rd":
        effect = float(np.sum((a * n2 - c * n1) / n) / np.sum(n1 * n2 / n))
        p = np.sum(c * (n1 / n) ** 2 - a * (n2 / n) ** 2 + (n1 / n) * (n2 / n) * (n2 - n1) / 2)
        q = np.sum((a * d + c * b) / n) / 2
        variance = float((effect * p + q) / np.sum(n1 * n2 / n) ** 2)
        return effect, math.sqrt(variance), n1 * n2 / n
    up, down = (a * d, b * c) if measure == "or" else (a * n2, c * n1)
    for total, said in ((np.sum(up), "treated"), (np.sum(down), "control")):
        if total == 0:
            raise QueryError(
                f"the Mantel-Haenszel {MEASURES[measure]} is no finite number: no study has an event to "
                f"set against in the {said} group; --method peto, or --measure rd"
            )
    tables = StratifiedTable(np.array([[a, b], [c, d]]))
    if measure == "or":
        return float(tables.logodds_pooled), float(tables.logodds_pooled_se), b * c / n
    variance = float(np.sum(n1 * n2 * (a + c) / n**2 - a * c / n) / np.sum(up / n) / np.sum(down / n))
    return math.log(float(tables.riskratio_pooled)), math.sqrt(variance), c * n1 / n


def peto(studies: Sequence[Counts]) -> tuple[float, float, Floats, Floats]:
    """The log odds ratio, its standard error, and each study's own log odds ratio and variance.

    From observed less expected events O - E and their hypergeometric variance V: the sums of both, divided
    (Yusuf, Peto et al. 1985, Prog Cardiovasc Dis 27:335).
    """
    a, b, c, d = cells(studies)
    n1, n2, n, events = a + b, c + d, a + b + c + d, a + c
    surplus = a - events * n1 / n
    v = events * (b + d) * (n1 / n) * (n2 / n) / (n - 1)
    return float(np.sum(surplus) / np.sum(v)), float(1 / np.sqrt(np.sum(v))), surplus / v, 1 / v
