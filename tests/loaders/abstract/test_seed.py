"""The record that the project grew from, read exactly (facts and figures only)."""

from decimal import Decimal
from pathlib import Path

import pytest

from trialweave import loaders
from trialweave.loaders.abstract.report import with_trial
from trialweave.records import Publication, Trial

PAGE = Path(__file__).parents[4] / "shared" / "data" / "seed" / "anlotinib-pubmed-page.txt"


@pytest.fixture(scope="module")
def publication() -> Publication:
    if not PAGE.exists():
        pytest.skip("the seed page is not beside this checkout")
    [record] = loaders.read(PAGE)
    assert isinstance(record, Publication)
    return with_trial(record)


@pytest.fixture(scope="module")
def trial(publication: Publication) -> Trial:
    assert publication.trial is not None
    return publication.trial


def test_every_quote_is_the_text_at_its_offsets(publication: Publication) -> None:
    assert publication.facts
    for fact in publication.facts:
        assert fact.quote == publication.text[fact.start : fact.end]
        assert fact.rule
        for cue in fact.cues:
            assert cue.quote == publication.text[cue.start : cue.end]


def test_design(trial: Trial) -> None:
    assert [one.value for one in trial.registry_ids] == ["NCT02649361"]
    stated = (
        trial.phase,
        trial.allocation,
        trial.allocation_ratio,
        trial.masking,
        trial.control,
        trial.site_count,
    )
    assert [one and one.value for one in stated] == [
        "2",
        "randomised",
        "2:1",
        "double-blind",
        "placebo-controlled",
        "13",
    ]
    assert [one.value for one in trial.countries] == ["China"]


def test_arms_and_doses(trial: Trial) -> None:
    assert [(arm.key, arm.interventions) for arm in trial.arms] == [
        ("anlotinib", ("anlotinib",)),
        ("placebo", ("placebo",)),
    ]
    [drug, placebo] = trial.interventions
    [regimen] = drug.regimens
    assert (regimen.dose, regimen.unit, regimen.schedule) == (
        Decimal(12),
        "mg",
        "on days 1-14 (repeated every 21 days)",
    )
    [shared] = placebo.regimens
    assert (shared.dose, shared.unit, shared.schedule) == (
        None,
        None,
        "on days 1-14 (repeated every 21 days)",
    )


def test_participants(trial: Trial) -> None:
    assert [(one.n, one.arm, one.population) for one in trial.participants] == [
        (165, None, "randomised"),
        (110, "anlotinib", "randomised"),
        (55, "placebo", "randomised"),
    ]


def test_efficacy(trial: Trial) -> None:
    [endpoint] = trial.endpoints
    assert (endpoint.name, endpoint.role) == ("progression-free survival", "primary")
    medians = [
        (one.arm, str(one.value), str(one.ci_low), str(one.ci_high), one.unit) for one in trial.arm_results
    ]
    assert medians == [
        ("anlotinib", "3.02", "2.63", "3.65", "months"),
        ("placebo", "1.41", "1.38", "1.41", "months"),
    ]
    [ratio] = trial.effect_estimates
    assert (ratio.measure, ratio.endpoint, ratio.arm, ratio.comparator) == (
        "hazard_ratio",
        endpoint.key,
        "anlotinib",
        "placebo",
    )
    assert (str(ratio.value), str(ratio.ci_low), str(ratio.ci_high), ratio.ci_level, ratio.p) == (
        "0.46",
        "0.32",
        "0.66",
        95,
        "<0.001",
    )


def test_events_and_what_is_not_stated(trial: Trial) -> None:
    counts = [
        (one.event, one.arm, one.affected, one.percent, one.grade_low, one.grade_high, one.attribution)
        for one in trial.event_counts
    ]
    related = "treatment-related"
    assert counts == [
        ("hypertension", "anlotinib", 17, 16, 3, 4, related),
        ("decreased appetite", "anlotinib", 6, 6, 3, 4, related),
        ("hyponatremia", "anlotinib", 4, 4, 3, 4, related),
        ("decreased appetite", "placebo", 2, 4, 3, 4, related),
        ("death", "anlotinib", 3, 3, None, None, related),
        ("death", "placebo", 0, None, None, None, related),
    ]


def test_audit(publication: Publication) -> None:
    found = [
        (fact.n, fact.arm, finding.check, finding.computed)
        for fact in publication.facts
        for finding in fact.findings
    ]
    assert found == [
        (None, "placebo", "bound-equals-estimate", "1.41"),
        (17, "anlotinib", "denominator", "104-109"),
        (6, "anlotinib", "denominator", "104-109"),
    ]
