"""What is pooled and what comes of it: frozen records, on the scale on which the pooling is done.

That scale is the logarithm for ratios (risk ratio, odds ratio, hazard ratio) and the plain difference for
risk differences; `Scale` turns one into the other.
"""

from __future__ import annotations

import math
from typing import Literal

from trialweave.records import Record

Measure = Literal["rr", "or", "rd", "hr"]
Method = Literal["mh", "peto", "iv", "dl", "pm", "reml"]
Interval = Literal["normal", "hartung-knapp", "hartung-knapp-adhoc"]
AddTo = Literal["only0", "all", "if0all", "none"]

MEASURES: dict[Measure, str] = {
    "rr": "risk ratio",
    "or": "odds ratio",
    "rd": "risk difference",
    "hr": "hazard ratio",
}
METHODS: dict[Method, str] = {
    "mh": "Mantel-Haenszel, common effect",
    "peto": "Peto, common effect",
    "iv": "inverse variance, common effect",
    "dl": "inverse variance, random effects, tau² by DerSimonian-Laird",
    "pm": "inverse variance, random effects, tau² by Paule-Mandel",
    "reml": "inverse variance, random effects, tau² by restricted maximum likelihood",
}


class Counts(Record, frozen=True):
    """People with the event, of how many, in two groups that share nobody."""

    study: str
    events_treated: int
    n_treated: int
    events_control: int
    n_control: int
    subgroup: str | None = None
    evidence: tuple[str, ...] = ()
    """IRIs of the facts that the counts are."""

    treated: str | None = None
    """The arms that were counted as treated, and below as control, as the source names them."""

    control: str | None = None
    note: str | None = None


class Estimate(Record, frozen=True):
    """An effect that a study reports, on the scale of pooling (the log of a hazard ratio), and its SE."""

    study: str
    effect: float
    se: float
    subgroup: str | None = None
    evidence: tuple[str, ...] = ()


Study = Counts | Estimate


class ZeroCells(Record, frozen=True):
    """What is done about cells of 0, with the meaning that metafor's `escalc` gives to the same words.

    `add` is added to each cell of: trials with a cell of 0 (`only0`), all trials (`all`), all trials if one
    of them has a cell of 0 (`if0all`), no trial (`none`). With `drop00`, trials in which nobody or everybody
    had the event in both groups are left out; None means so for ratios and not for risk differences.
    Mantel-Haenszel and Peto add nothing to what they pool.
    """

    add: float = 0.5
    to: AddTo = "only0"
    drop00: bool | None = None


class Scale(Record, frozen=True):
    """The scale of a measure.

    >>> Scale(measure="rr").shown(0.0), Scale(measure="rd").shown(0.0)
    (1.0, 0.0)
    """

    measure: Measure

    @property
    def log(self) -> bool:
        """Whether effects are pooled as logarithms."""
        return self.measure != "rd"

    def shown(self, effect: float) -> float:
        """An effect as people read it."""
        if not self.log:
            return effect
        try:
            return math.exp(effect)
        except OverflowError:
            return math.inf


class Model(Record, frozen=True):
    """How studies are pooled."""

    measure: Measure = "rr"
    method: Method = "reml"
    interval: Interval = "normal"
    level: float = 0.95
    zero_cells: ZeroCells = ZeroCells()

    @property
    def random(self) -> bool:
        """Whether the effects of the studies may differ by more than chance."""
        return self.method in ("dl", "pm", "reml")

    @property
    def scale(self) -> Scale:
        """From the scale of pooling to the one that people read."""
        return Scale(measure=self.measure)


class LeftOut(Record, frozen=True):
    """A study, or a row of one, that is not in the pooled number, and why."""

    study: str
    because: str
    what: str | None = None
    """Which of its counts, where it is not the study as a whole."""

    evidence: tuple[str, ...] = ()


class StudyResult(Record, frozen=True):
    """A study in the pool: its own effect on the scale of pooling, and its weight in percent."""

    study: Study
    effect: float | None
    """None where a cell of 0 leaves it without a finite effect of its own."""

    se: float | None
    ci_low: float | None
    ci_high: float | None
    weight: float
    added: float = 0.0
    """What was added to each of its four cells to get its own effect."""


class Pooled(Record, frozen=True):
    """A pooled effect on the scale of pooling. None: not estimated by this method, or from so few."""

    model: Model
    effect: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    p: float
    q: float
    q_df: int
    q_p: float | None
    i2: float | None
    h2: float | None
    tau2: float | None
    tau2_ci: tuple[float, float] | None
    prediction: tuple[float, float] | None
    studies: tuple[StudyResult, ...]
    left_out: tuple[LeftOut, ...]
    zero_cells: str

    @property
    def k(self) -> int:
        """How many studies are in the pool."""
        return len(self.studies)
