"""Which publications report a trial, and what becomes of its facts."""

import pytest

from trialweave.loaders.abstract.report import reports_trial, with_trial
from trialweave.records import Field, Publication, Source, Stated

SOURCE = Source(file="a.txt", format="text", position=1, sha256="0")
ABSTRACT = (
    "METHODS: In this phase 2/3 open-label trial at 21 hospitals in Japan and 4 Swiss"
    " centres, adults were randomly "
    "assigned (1:1) to abcnib 12 mg or 24 mg per day or best supportive care. The primary"
    " endpoint was overall survival. "
    "RESULTS: Overall survival was longer with abcnib (hazard ratio 0.62, 95% CI 0.43-0.91)."
    " Rash of grade 3 or worse "
    "occurred in five (5%) patients with abcnib."
)


def publication(
    abstract: str = ABSTRACT, *, title: str = "Abcnib for cough", types: tuple[str, ...] = ()
) -> Publication:
    text = f"{title}\n\n{abstract}"
    stated = tuple(Stated(value=kind, evidence=Field(path="PT[1]", quote=kind)) for kind in types)
    return Publication(
        source=SOURCE,
        text=text,
        title=title,
        title_span=(0, len(title)),
        abstract_span=(len(title) + 2, len(text)),
        publication_types=stated,
    )


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (publication(), True),
        (publication("Nothing is said.", types=("Randomized Controlled Trial",)), True),
        (publication("Nothing is said.", types=("Clinical Trial, Phase II",)), True),
        (publication("Nothing is said.", types=("Journal Article",)), False),
        (publication(types=("Randomized Controlled Trial", "Review")), False),
        (publication(types=("Meta-Analysis",)), False),
        (publication(title="Abcnib for cough: a systematic review"), False),
        (publication(title="Abcnib for cough: study protocol of a randomised trial"), False),
        (publication("We searched MEDLINE for randomised trials (NCT00000001)."), False),
        (publication("Cough was seen in 12% of 300 farmers."), False),
    ],
)
def test_what_reports_a_trial(record: Publication, expected: bool) -> None:
    assert reports_trial(record) is expected
    if not expected:
        assert with_trial(record).trial is None
        assert with_trial(record).facts == ()


def test_no_abstract_gives_no_trial() -> None:
    record = Publication(
        source=SOURCE,
        text="T",
        title="T",
        publication_types=(
            Stated(value="Randomized Controlled Trial", evidence=Field(path="PT", quote="x")),
        ),
    )
    assert with_trial(record).trial is None


def test_the_parts_of_a_trial_refer_to_each_other() -> None:
    report = with_trial(publication())
    trial = report.trial
    assert trial is not None
    assert [one and one.value for one in (trial.phase, trial.masking, trial.site_count)] == [
        "2/3",
        "open-label",
        "21",
    ]
    assert [one.value for one in trial.countries] == ["Japan", "Switzerland"]
    arms = {arm.key for arm in trial.arms}
    interventions = {one.key for one in trial.interventions}
    endpoints = {one.key for one in trial.endpoints}
    assert len(arms) == len(trial.arms)
    assert all(key in interventions for arm in trial.arms for key in arm.interventions)
    for one in trial.effect_estimates:
        assert one.endpoint in endpoints
        assert {one.arm, one.comparator} <= arms
    [event] = trial.event_counts
    assert (event.event, event.affected, event.grade_low, event.grade_high) == ("Rash", 5, 3, None)
    for evidence in (*event.evidence, *(one for result in trial.effect_estimates for one in result.evidence)):
        assert evidence.quote == report.text[evidence.start : evidence.end]  # type: ignore[union-attr]


def test_reading_twice_gives_the_same() -> None:
    once = with_trial(publication())
    assert with_trial(once) == once
