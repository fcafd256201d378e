"""What must hold of any pool: symmetries, single studies, maxima found by brute force, clear refusals."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import multivariate_normal
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.meta_analysis import combine_effects

from trialweave.errors import QueryError
from trialweave.queries.synthesis import heterogeneity
from trialweave.queries.synthesis.pooling import pool, pool_any
from trialweave.queries.synthesis.study import Counts, Estimate, Measure, Method, Model, Study, ZeroCells
from trialweave.queries.synthesis.subsets import leave_one_out, leave_one_subgroup_out, subgroups, synthesise

RATIOS: tuple[Measure, ...] = ("rr", "or")
METHODS: tuple[Method, ...] = ("mh", "iv", "dl", "pm", "reml")


@st.composite
def tables(draw: st.DrawFn, least: int = 2, most: int = 8) -> list[Counts]:
    found = []
    for number in range(draw(st.integers(least, most))):
        n1, n2 = draw(st.integers(2, 400)), draw(st.integers(2, 400))
        a, c = draw(st.integers(0, n1)), draw(st.integers(0, n2))
        found.append(
            Counts(study=f"S{number}", events_treated=a, n_treated=n1, events_control=c, n_control=n2)
        )
    return found


@st.composite
def effects_of(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    k = draw(st.integers(2, 12))
    y = draw(st.lists(st.floats(-3, 3), min_size=k, max_size=k))
    v = draw(st.lists(st.floats(1e-3, 2), min_size=k, max_size=k))
    return np.array(y), np.array(v)


def swapped(study: Counts) -> Counts:
    return Counts(
        study=study.study,
        events_treated=study.events_control,
        n_treated=study.n_control,
        events_control=study.events_treated,
        n_control=study.n_treated,
    )


def models() -> st.SearchStrategy[Model]:
    plain = st.builds(Model, measure=st.sampled_from(("rr", "or", "rd")), method=st.sampled_from(METHODS))
    return plain | st.just(Model(measure="or", method="peto"))


@given(tables(), models())
@settings(max_examples=150, deadline=None)
def test_swapping_the_arms_turns_the_effect_round(studies: list[Counts], model: Model) -> None:
    try:
        pooled = pool(studies, model)
    except QueryError:
        with pytest.raises(QueryError):
            pool([swapped(study) for study in studies], model)
        return
    turned = pool([swapped(study) for study in studies], model)
    assert turned.effect == pytest.approx(-pooled.effect, rel=1e-6, abs=1e-8)
    assert turned.se == pytest.approx(pooled.se, rel=1e-6)
    assert turned.ci_low == pytest.approx(-pooled.ci_high, rel=1e-6, abs=1e-8)
    assert turned.q == pytest.approx(pooled.q, rel=1e-6, abs=1e-8)
    shown, back = pooled.model.scale.shown(pooled.effect), pooled.model.scale.shown(turned.effect)
    assert back == pytest.approx(1 / shown if model.measure != "rd" else -shown, rel=1e-6, abs=1e-8)


@given(tables(), models(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_rows_does_not_matter(studies: list[Counts], model: Model, random: object) -> None:
    other = list(studies)
    random.shuffle(other)  # type: ignore[attr-defined]
    try:
        pooled = pool(studies, model)
    except QueryError:
        return
    again = pool(other, model)
    assert again.effect == pytest.approx(pooled.effect, rel=1e-7, abs=1e-9)
    assert (again.i2 or 0) == pytest.approx(pooled.i2 or 0, rel=1e-6, abs=1e-6)
    assert {one.study.study: one.weight for one in again.studies} == pytest.approx(
        {one.study.study: one.weight for one in pooled.studies}, rel=1e-6, abs=1e-8
    )


@given(tables(least=1, most=1))
@settings(deadline=None)
def test_one_study_stands_for_itself(studies: list[Counts]) -> None:
    study = studies[0]
    a, b = study.events_treated, study.n_treated - study.events_treated
    c, d = study.events_control, study.n_control - study.events_control
    assume(min(a, b, c, d) > 0)
    plain = Table2x2(np.array([[a, b], [c, d]]))
    for method in METHODS:
        pooled = pool_any(studies, Model(measure="or", method=method))
        assert (pooled.effect, pooled.se) == pytest.approx((plain.log_oddsratio, plain.log_oddsratio_se))
        pooled = pool_any(studies, Model(measure="rr", method=method))
        assert (pooled.effect, pooled.se) == pytest.approx((plain.log_riskratio, plain.log_riskratio_se))
        assert (pooled.prediction, pooled.tau2, pooled.q_p, pooled.i2, pooled.h2) == (None,) * 5


@given(effects_of(), st.floats(0.1, 10))
@settings(deadline=None)
def test_effects_twice_as_large_make_tau2_four_times(
    effects: tuple[np.ndarray, np.ndarray], by: float
) -> None:
    y, v = effects
    for estimate in heterogeneity.TAU2.values():
        assert estimate(by * y, by**2 * v) == pytest.approx(by**2 * estimate(y, v), rel=1e-6, abs=1e-9)


@given(effects_of(), st.floats(-5, 5))
@settings(deadline=None)
def test_heterogeneity_does_not_move_with_the_effects(
    effects: tuple[np.ndarray, np.ndarray], by: float
) -> None:
    y, v = effects
    for estimate in heterogeneity.TAU2.values():
        assert estimate(y + by, v) == pytest.approx(estimate(y, v), rel=1e-5, abs=1e-8)


@given(effects_of())
@settings(deadline=None)
def test_reml_is_the_highest_point_of_the_likelihood(effects: tuple[np.ndarray, np.ndarray]) -> None:
    y, v = effects
    k = len(y)
    contrasts = np.hstack(
        [np.eye(k - 1), -np.ones((k - 1, 1))]
    )  # the residual likelihood, from its definition

    def likelihood(tau2: float) -> float:
        covariance = contrasts @ np.diag(v + tau2) @ contrasts.T
        return float(multivariate_normal(np.zeros(k - 1), covariance).logpdf(contrasts @ y))

    best = heterogeneity.reml(y, v)
    for tau2 in [0.0, *np.geomspace(1e-6, 50, 25)]:
        assert likelihood(best) >= likelihood(tau2) - 1e-8
    found = minimize_scalar(
        lambda tau2: -likelihood(tau2),
        bounds=(0, 2 * best + 0.01),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert likelihood(best) >= -found.fun - 1e-8
    difference = likelihood(best) - likelihood(best + 0.1)
    ours = [heterogeneity.restricted_likelihood(y, v, tau2) for tau2 in (best, best + 0.1)]
    assert ours[0] - ours[1] == pytest.approx(difference, abs=1e-8)


@given(effects_of())
@settings(deadline=None)
def test_paule_mandel_and_the_profile_solve_their_equations(effects: tuple[np.ndarray, np.ndarray]) -> None:
    y, v = effects
    df = len(y) - 1
    tau2 = heterogeneity.paule_mandel(y, v)
    q = heterogeneity.generalised_q(y, v, tau2)
    assert q == pytest.approx(df, rel=1e-8) if tau2 > 0 else q <= df * (1 + 1e-9)
    interval = heterogeneity.tau2_interval(y, v, 0.95)
    if interval is not None:
        assert interval[0] <= tau2 <= interval[1] or tau2 == pytest.approx(interval[0])


def test_statsmodels_agrees_where_it_has_the_same() -> None:
    y, v = np.array([0.1, 0.8, -0.3, 1.2]), np.array([0.05, 0.1, 0.08, 0.2])
    theirs = combine_effects(y, v, method_re="dl")
    studies: list[Study] = [
        Estimate(study=str(i), effect=float(y[i]), se=math.sqrt(v[i])) for i in range(len(y))
    ]
    ours = pool(studies, Model(measure="hr", method="dl", interval="hartung-knapp"))
    assert (ours.tau2, ours.q) == pytest.approx((theirs.tau2, theirs.q))
    assert (ours.effect, ours.se) == pytest.approx((theirs.mean_effect_re, theirs.sd_eff_w_re_hksj))


def test_equal_effects_have_tau2_0_and_not_less() -> None:
    studies = [Estimate(study=name, effect=0.5, se=0.2) for name in "ABC"]
    for method in ("dl", "pm", "reml"):
        pooled = pool(studies, Model(measure="hr", method=method))  # type: ignore[arg-type]
        assert (pooled.tau2, pooled.i2, pooled.h2) == (0.0, 0.0, 1.0)
        assert pooled.se == pytest.approx(0.2 / math.sqrt(3))


def test_the_prediction_interval_takes_three_studies() -> None:
    studies = [Estimate(study=name, effect=x, se=0.2) for name, x in (("A", 0.0), ("B", 1.0), ("C", 0.4))]
    assert pool(studies[:2], Model(measure="hr")).prediction is None
    pooled = pool(studies, Model(measure="hr"))
    assert pooled.tau2 is not None
    low, high = pooled.prediction or (0, 0)
    assert (high - low) / 2 == pytest.approx(12.7062047 * math.sqrt(pooled.tau2 + pooled.se**2))


A = Counts(study="A", events_treated=5, n_treated=50, events_control=2, n_control=50, subgroup="x")
B = Counts(study="B", events_treated=9, n_treated=60, events_control=4, n_control=55, subgroup="y")
C = Counts(study="C", events_treated=7, n_treated=40, events_control=7, n_control=45, subgroup="y")
NOBODY = Counts(study="N", events_treated=0, n_treated=40, events_control=0, n_control=45, subgroup="z")
EVERYBODY = Counts(study="V", events_treated=40, n_treated=40, events_control=45, n_control=45)
ONLY_TREATED = Counts(study="T", events_treated=4, n_treated=40, events_control=0, n_control=45)
HR = Estimate(study="H", effect=-0.3, se=0.1)


@pytest.mark.parametrize("method", [*METHODS, "peto"])
def test_trials_that_say_nothing_of_a_ratio_are_named(method: Method) -> None:
    pooled = pool([A, B, NOBODY, EVERYBODY], Model(measure="or", method=method))
    assert [(one.study, one.because) for one in pooled.left_out] == [
        ("N", "nobody had the event in either group"),
        ("V", "everybody had the event in both groups"),
    ]
    assert pooled.effect == pytest.approx(pool([A, B], Model(measure="or", method=method)).effect)


def test_they_do_say_something_of_a_difference() -> None:
    assert pool([A, B, NOBODY], Model(measure="rd", method="mh")).k == 3
    with_one = pool([A, B, NOBODY], Model(measure="rd", method="iv"))
    assert (with_one.k, with_one.studies[2].added) == (3, 0.5)
    without = Model(measure="rd", method="iv", zero_cells=ZeroCells(drop00=True))
    assert pool([A, B, NOBODY], without).k == 2


@pytest.mark.parametrize(
    ("studies", "model", "said"),
    [
        ([], Model(), "no study"),
        ([A], Model(), "one study, A"),
        ([A, NOBODY], Model(), "one study, A: pooling takes two; N: nobody had the event"),
        ([A, A], Model(), "named twice: A"),
        ([A, HR], Model(), "not pooled together"),
        ([NOBODY, EVERYBODY], Model(), "no study can be pooled: N: nobody"),
        ([NOBODY, EVERYBODY], Model(method="mh"), "no study can be pooled: N: nobody"),
        ([HR, msgspec.structs.replace(HR, study="I")], Model(measure="hr", method="mh"), "needs counts"),
        ([A, B], Model(measure="hr"), "no hazard ratio"),
        ([A, B], Model(method="peto"), "pools odds ratios"),
        ([A, B], Model(method="mh", interval="hartung-knapp"), "dl, pm and reml"),
        ([A, B], Model(level=95), "level 95"),
        ([A, B], Model(zero_cells=ZeroCells(add=-1)), "0 or more"),
        ([ONLY_TREATED, NOBODY], Model(method="mh"), "no finite number"),
        (
            [ONLY_TREATED, msgspec.structs.replace(ONLY_TREATED, study="U")],
            Model(zero_cells=ZeroCells(to="none")),
            "T: a cell is 0",
        ),
        (
            [HR, msgspec.structs.replace(HR, study="I")],
            Model(measure="hr", interval="hartung-knapp"),
            "choose adhoc",
        ),
    ],
)
def test_refusals_say_why(studies: list[Study], model: Model, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        pool(studies, model)


def test_the_adhoc_interval_is_never_the_narrower() -> None:
    studies = [Estimate(study=name, effect=x, se=0.5) for name, x in (("A", 0.1), ("B", 0.12), ("C", 0.11))]
    narrow = pool(studies, Model(measure="hr", interval="hartung-knapp"))
    adhoc = pool(studies, Model(measure="hr", interval="hartung-knapp-adhoc"))
    assert narrow.se < 0.1 < adhoc.se == pytest.approx(0.5 / math.sqrt(3))


def test_subgroups_and_leave_one_out_are_pools_of_their_studies() -> None:
    studies = [A, B, C]
    found = synthesise(studies, Model(method="mh"), by_subgroup=True, without_one=True)
    parts = {part.name: part.pooled for part in found.subgroups}
    assert parts["x"] == pool_any([A], Model(method="mh"))
    assert parts["y"] == pool([B, C], Model(method="mh"))
    assert found.between is not None
    assert found.between.df == 1
    without = {part.name: part for part in leave_one_out(studies, Model(method="mh"))}
    assert without["A"].pooled == pool([B, C], Model(method="mh"))
    by_group = {part.name: part for part in leave_one_subgroup_out(studies, Model(method="mh"))}
    assert by_group["x"].pooled == pool([B, C], Model(method="mh"))
    assert by_group["y"].pooled is None
    assert "pooling takes two" in str(by_group["y"].because)


def test_a_subgroup_with_nothing_to_pool_says_so() -> None:
    parts, between = subgroups([A, B, C, NOBODY], Model())
    silent = next(part for part in parts if part.name == "z")
    assert silent.pooled is None
    assert "nobody had the event" in str(silent.because)
    assert between is not None
    assert between.df == 1


def test_a_study_without_a_subgroup_is_no_subgroup() -> None:
    with pytest.raises(QueryError, match="without a subgroup: V"):
        subgroups([A, B, EVERYBODY], Model())
