"""Pairs of count and percentage in an arm against its stated sizes."""

import pytest

SEED = [(17, "16"), (6, "6"), (4, "4"), (3, "3")]


def size(arm: str, n: int, **more: object) -> tuple[str, str, dict[str, object]]:
    return ("arm_size", str(n), {"arm": arm, "value": n, **more})


def pair(arm: str, n: int, value: str, **more: object) -> tuple[str, str, dict[str, object]]:
    return ("ae_count", f"{n} [{value}%]", {"arm": arm, "n": n, "value": value, "unit": "%", **more})


def text_of(*facts: tuple[str, str, dict[str, object]]) -> str:
    return "Seen were " + ", ".join(quote for _, quote, _ in facts) + "."


def test_the_arm_of_the_seed_excludes_its_own_size(findings) -> None:
    facts = [size("A", 110), size("B", 55), *(pair("A", n, value) for n, value in SEED)]
    found = findings(text_of(*facts), *facts)
    assert [(one.computed, one.sure) for one in found] == [("104-109", "certain")] * 2
    assert found[0].message == (
        "17 [16 %] is not of 110 (15.45 %); the arm's percentages together allow 104 to 109"
    )


@pytest.mark.parametrize("n", [104, 107, 109])
def test_a_size_that_all_pairs_allow_is_silent(said, n) -> None:
    facts = [size("A", n), *(pair("A", *one) for one in SEED)]
    assert said(text_of(*facts), *facts) == []


def test_a_size_far_off_is_of_other_people(said) -> None:
    for n, found in ((125, 2), (126, 0), (89, 2), (88, 0)):
        facts = [size("A", n), pair("A", 17, "16"), pair("A", 6, "6")]
        assert len(said(text_of(*facts), *facts)) == found, n


def test_any_of_several_sizes_will_do(said) -> None:
    facts = [size("A", 110), size("A", 107, population="treated"), *(pair("A", *one) for one in SEED)]
    assert said(text_of(*facts), *facts) == []


def test_a_pair_that_may_be_cut_is_only_likely(findings) -> None:
    facts = [size("A", 52), pair("A", 24, "46")]
    assert findings(text_of(*facts), *facts) == []
    facts = [size("A", 52), pair("A", 24, "46.1")]
    [found] = findings(text_of(*facts), *facts)
    assert (found.sure, "unless cut, not rounded" in found.message) == ("likely", True)


def test_a_text_that_cuts_all_its_pairs_is_left_alone(said) -> None:
    facts = [size("A", 52), pair("A", 24, "46.1"), pair("A", 29, "55.7")]
    assert said(text_of(*facts), *facts) == []
    rounded = [*facts, pair("A", 19, "36.6")]
    assert len(said(text_of(*rounded), *rounded)) == 3


def test_a_named_population_has_a_size_of_its_own(said) -> None:
    facts = [size("A", 110, population="randomised"), pair("A", 17, "16", population="safety")]
    assert said(text_of(*facts), *facts) == []
    later = [*facts, pair("A", 6, "6")]
    assert said(text_of(*later), *later) == []
    same = [size("A", 110, population="safety"), pair("A", 17, "16", population="safety")]
    assert len(said(text_of(*same), *same)) == 1


def test_a_denominator_written_before_explains_the_pair(said) -> None:
    facts = [size("A", 110), pair("A", 17, "16")]
    plain = "Of adults, 110 took A. Rash: 17 [16%]."
    assert len(said(plain, *facts)) == 1
    written = "Of adults, 110 took A. Cough: 20 of 105 v none of the 50; rash: 17 [16%]."
    assert said(written, *facts) == []
    grouped = "Of adults, 1100 took A. Cough: 9 of 1,069; rash: 171 [16%]."
    assert said(grouped, size("A", 1100), pair("A", 171, "16")) == []
    percents = "Of adults, 110 took A. Cough: a cut of 105%; rash: 17 [16%]."
    assert len(said(percents, *facts)) == 1
    far = "Cough: 20 of 105. " + "Adults came. " * 60 + "Of adults, 110 took A. Rash: 17 [16%]."
    assert len(said(far, *facts)) == 1


def test_a_list_that_is_right_for_the_other_arm_may_be_the_other_arms(said) -> None:
    facts = [size("A", 110), size("B", 107), pair("A", 17, "16"), pair("A", 6, "6")]
    assert said(text_of(*facts), *facts) == []
    one_is_not = [*facts, pair("A", 49, "45")]
    assert len(said(text_of(*one_is_not), *one_is_not)) == 2


def test_efficacy_counts_other_people(said) -> None:
    facts = [size("A", 110), ("rate", "17 [16%]", pair("A", 17, "16")[2])]
    assert said(text_of(*facts), *facts) == []


def test_a_size_is_stated_as_a_denominator_of_harms_too(said) -> None:
    filler = "Adults came and went. " * 40
    fields = {"arm": "A", "n": 9, "denom": 110, "value": "8", "unit": "%"}
    for kind, found in (("ae_count", 1), ("deaths", 1), ("rate", 0)):
        text = f"Seen: 9 of 110 (8%). {filler} Then 17 [16%]."
        assert len(said(text, (kind, "9 of 110 (8%)", fields), pair("A", 17, "16"))) == found


def test_the_borders_of_near(said) -> None:
    for n, found in ((85, 1), (84, 0)):
        facts = [size("A", n), pair("A", 50, "50")]
        assert len(said(text_of(*facts), *facts)) == found


def test_a_stated_zero_percent_or_count_is_no_pair(said) -> None:
    for n, value in ((0, "0"), (0, "3")):
        facts = [size("A", 110), pair("A", n, value)]
        assert said(text_of(*facts), *facts) == []


def test_pairs_that_do_not_go_together_are_told_one_by_one(findings) -> None:
    facts = [size("A", 110), pair("A", 17, "16"), pair("A", 50, "50")]
    found = findings(text_of(*facts), *facts)
    assert [one.computed for one in found] == ["104-109", "100-101"]
    assert not any("together" in one.message for one in found)
