import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.ctgov.groups import Column, fold, group_reader
from trialweave.records import Arm, Intervention, ResultGroup

SUNITINIB = Intervention(key="/i/0", name="Sunitinib malate", aliases=("Sutent", "SU011248"), kind="drug")
LAPATINIB = Intervention(key="/i/1", name="Lapatinib", kind="drug")
APATINIB = Intervention(key="/i/2", name="Apatinib", kind="drug")
PLACEBO = Intervention(key="/i/3", name="Placebo", kind="drug")
IMAGING = Intervention(key="/i/4", name="Magnetic resonance imaging", kind="procedure")
DRUGS = [SUNITINIB, LAPATINIB, APATINIB, PLACEBO, IMAGING]


def arm(number: int, name: str, *given: Intervention) -> Arm:
    return Arm(key=f"/a/{number}", name=name, interventions=tuple(each.key for each in given))


def groups(
    arms: list[Arm], titles: list[str], *, crossover: bool = False, phases: bool = False, **more: int
) -> tuple[ResultGroup, ...]:
    at_risk = list(more.values())
    read = group_reader(
        arms,
        DRUGS,
        crossover=crossover,
        several_phases=phases,
        enrolled=at_risk[0] if at_risk else None,
    )
    people = at_risk[1:] or [None] * len(titles)
    return read(
        [
            Column(f"/g/{i}", f"EG00{i}", title, n)
            for i, (title, n) in enumerate(zip(titles, people, strict=True))
        ]
    )


def matches(arms: list[Arm], *titles: str) -> list[str | None]:
    return [group.arm for group in groups(arms, list(titles))]


def pairs(found: tuple[ResultGroup, ...]) -> set[tuple[int, int]]:
    return {
        (i, int(overlap.group.rpartition("/")[2]))
        for i, group in enumerate(found)
        for overlap in group.overlaps
    }


def test_the_same_title_but_for_case_space_and_punctuation():
    arms = [arm(0, "Sunitinib, 50 mg®"), arm(1, "Placebo (matched)")]
    assert matches(arms, "SUNITINIB 50mg", "placebo: matched") == ["/a/0", "/a/1"]


def test_a_title_of_two_arms_matches_none():
    assert matches([arm(0, "Placebo"), arm(1, "placebo")], "Placebo", "Other") == [None, None]


def test_content_matches_only_when_exact_and_unique():
    arms = [arm(0, "1", SUNITINIB), arm(1, "2", SUNITINIB, LAPATINIB), arm(2, "3", PLACEBO)]
    assert matches(arms, "Sutent 50 mg once daily", "Lapatinib and SU011248", "Placebo") == [
        "/a/0",
        "/a/1",
        "/a/2",
    ]
    assert matches(arms, "Sunitinib malate in the elderly", "Lapatinib") == [None, None]
    two_doses = [arm(0, "low", SUNITINIB), arm(1, "high", SUNITINIB)]
    assert matches(two_doses, "Sutent", "Other") == [None, None]


def test_an_arm_is_told_by_its_drugs_where_all_arms_share_the_rest():
    arms = [arm(0, "I", SUNITINIB, IMAGING), arm(1, "II", PLACEBO, IMAGING)]
    found = groups(arms, ["Sutent", "Placebo"])
    assert [(g.arm, g.match) for g in found] == [
        ("/a/0", "the only arm with exactly these drugs"),
        ("/a/1", "the only arm with exactly these drugs"),
    ]
    with_and_without = [arm(0, "I", SUNITINIB, IMAGING), arm(1, "II", SUNITINIB)]
    assert matches(with_and_without, "Sutent", "Other") == ["/a/1", None]


def test_a_drug_inside_the_name_of_another_is_not_named():
    arms = [arm(0, "1", APATINIB), arm(1, "2", LAPATINIB)]
    assert matches(arms, "Lapatinib", "Apatinib") == ["/a/1", "/a/0"]


def test_designators():
    arms = [arm(0, "Arm A: Sunitinib"), arm(1, "Arm B: Placebo")]
    found = groups(arms, ["Arm A (Sutent, then rest)", "Arm C"])
    assert [(g.arm, g.match) for g in found] == [("/a/0", "same designator, 'arm a'"), (None, None)]
    assert matches([arm(0, "Stratum 1 (inducers)"), arm(1, "Stratum 2")], "Stratum II: others", "x") == [
        "/a/1",
        None,
    ]


def test_a_designator_that_the_drugs_contradict_is_no_match():
    arms = [arm(0, "Arm A", SUNITINIB), arm(1, "Arm B", PLACEBO)]
    assert matches(arms, "Arm A: Placebo", "Arm B: Placebo") == [None, "/a/1"]


def test_an_arm_of_one_period_is_not_told_by_its_drugs_alone():
    arms = [arm(0, "Part 1 Double-blind", SUNITINIB, PLACEBO), arm(1, "Part 2 Open-label", SUNITINIB)]
    assert matches(arms, "Sutent", "Placebo") == [None, None]
    assert matches(arms, "Part 2: Sutent", "Placebo") == ["/a/1", None]


def test_titles_without_letters_match_nothing():
    assert matches([arm(0, "-"), arm(1, "x")], "…", "", "Cohort 1") == [None] * 3


def test_a_cohort_beside_the_group_that_may_hold_it():
    assert pairs(groups([], ["Placebo", "Cohort 1: Placebo", "Cohort 2: Sunitinib"])) == {(0, 1), (1, 0)}


def test_an_arm_that_is_a_period_by_its_own_title_stays_an_arm():
    found = groups([arm(0, "Open label period")], ["Open-Label Period", "Double-blind period"])
    assert [g.kind for g in found] == ["arm", "period"]
    assert pairs(found) == {(0, 1), (1, 0)}


def test_the_only_arm_and_the_only_group():
    [found] = groups([arm(0, "Open")], ["Anything"])
    assert (found.arm, found.match) == ("/a/0", "the only arm, and the only group")
    assert matches([arm(0, "Open")], "Anything", "Else") == [None, None]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Double-blind Period: Placebo", "period"),
        ("Placebo - Open Label Extension", "period"),
        ("Part 2: Sunitinib", "period"),
        ("Run-in", "period"),
        ("Cohort 3: Sunitinib", "cohort"),
        ("Expansion cohort", "cohort"),
        ("Placebo Crossed Over to Sunitinib", "crossover"),
        ("Switched to Sunitinib", "crossover"),
        ("Non-switching arm", None),
        ("Sunitinib Second Course", "second course"),
        ("Retreatment", "second course"),
        ("Total", "total"),
        ("All Randomized Participants", "total"),
        ("Sunitinib, pooled", "total"),
        ("Total Knee Arthroplasty", None),
        ("Overall survival counselling", None),
        ("Combined oral contraceptive", None),
        ("Sunitinib", None),
    ],
)
def test_kinds(title: str, kind: str | None):
    assert groups([], [title, "Another one"])[0].kind == kind


def test_a_period_of_an_arm_is_matched_to_it_and_marked():
    found = groups([arm(0, "Placebo")], ["Placebo: Treatment Period", "Placebo: Follow-up Period"])
    assert [(g.kind, g.arm) for g in found] == [("period", "/a/0")] * 2
    assert pairs(found) == {(0, 1), (1, 0)}


def test_groups_of_one_period_are_apart():
    assert not pairs(groups([], ["Period 1: Sunitinib", "Period 1: Placebo"]))
    assert not pairs(groups([], ["Sunitinib", "Placebo"]))


def test_phases_of_a_phase_1_and_2_trial_are_cohorts():
    titles = ["Phase 1: Sunitinib", "Phase 2: Sunitinib"]
    assert [g.kind for g in groups([], titles, phases=True)] == ["cohort"] * 2
    assert [g.kind for g in groups([], titles)] == ["period"] * 2


def test_treatments_of_a_crossover_study_share_people_but_sequences_do_not():
    treatments = groups([], ["Sunitinib", "Placebo"], crossover=True)
    assert pairs(treatments) == {(0, 1), (1, 0)}
    assert "crossover" in treatments[0].overlaps[0].reason
    assert not pairs(groups([], ["Sunitinib, then Placebo", "Placebo, then Sunitinib"], crossover=True))
    arms = [arm(0, "Sutent/Placebo", SUNITINIB, PLACEBO), arm(1, "Placebo/Sutent", PLACEBO, SUNITINIB)]
    assert not pairs(groups(arms, ["Sutent/Placebo", "Placebo/Sutent"], crossover=True))


def test_more_people_than_were_enrolled():
    assert pairs(groups([], ["A", "B"], enrolled=100, a=80, b=80)) == {(0, 1), (1, 0)}
    assert not pairs(groups([], ["A", "B"], enrolled=160, a=80, b=80))


WORDS = st.sampled_from(
    [
        "Sunitinib",
        "Placebo",
        "Period 1",
        "Part 2:",
        "Cohort A",
        "Total",
        "Crossover",
        "then",
        "Arm A",
        "(",
        "+",
        "é",
    ]
)


@given(
    st.lists(st.lists(WORDS, max_size=4).map(" ".join), max_size=6),
    st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=4),
    st.booleans(),
)
def test_matches_have_reasons_and_overlaps_are_mutual(titles: list[str], names: list[str], crossover: bool):
    arms = [arm(i, name, *DRUGS[i : i + 1]) for i, name in enumerate(names)]
    found = groups(arms, titles, crossover=crossover)
    assert [group.key for group in found] == [f"/g/{i}" for i in range(len(titles))]
    assert all((group.arm is None) == (group.match is None) for group in found)
    shared = pairs(found)
    assert shared == {(j, i) for i, j in shared}
    assert all(i != j for i, j in shared)
    for i, group in enumerate(found):
        for j, other in enumerate(found):
            if i != j and group.kind == "total":
                assert (i, j) in shared
            if i != j and group.title and fold(group.title) and fold(group.title) == fold(other.title or ""):
                assert (i, j) in shared
