"""Complete, partial, stable, progressive."""

import pytest

NAMES = {
    "complete": "complete response",
    "partial": "partial response",
    "stable": "stable disease",
    "progressive": "progressive disease",
    "overall": "objective response rate",
    "control": "disease control rate",
}


def stated(words):
    """The fact of "complete 12": 12 % complete responses in arm A."""
    name, value = words.rsplit(maxsplit=1)
    return ("rate", words, {"arm": "A", "endpoint": f"{name} response", "value": value, "unit": "%"})


def group(said, text="", arm="A", arms=(), **shares):
    """Shares as percentages ("12") or counts of a denominator ((3, 40))."""
    facts = []
    text = text + " ".join(f"{NAMES[name]} {value};" for name, value in shares.items())
    for name, value in shares.items():
        quote = f"{NAMES[name]} {value};"
        numbers = (
            {"value": value, "unit": "%"}
            if isinstance(value, str)
            else dict(zip(("n", "denom"), value, strict=False))
        )
        facts.append(("rate", quote, {"arm": arm, "endpoint": NAMES[name], **numbers}))
    return [(check, computed) for check, computed, _ in said(text, *facts, arms=list(arms))]


@pytest.mark.parametrize(
    ("shares", "computed"),
    [
        ({"complete": "12", "partial": "30", "overall": "42"}, None),
        ({"complete": "12", "partial": "30", "overall": "43"}, None),
        ({"complete": "12", "partial": "30", "overall": "44"}, "42"),
        ({"complete": "12", "partial": "30", "overall": "40"}, "42"),
        ({"complete": "12.1", "partial": "30.2", "overall": "42.5"}, "42.3"),
        ({"complete": "12.1", "partial": "30.2", "overall": "42.4"}, None),
        ({"complete": (5,), "partial": (12,), "overall": (17,)}, None),
        ({"complete": (5,), "partial": (12,), "overall": (18,)}, "17"),
        ({"partial": "50", "overall": "42"}, "50"),
        ({"complete": "12", "overall": "42"}, None),
        ({"complete": "12", "partial": "30", "stable": "20", "control": "62"}, None),
        ({"complete": "12", "partial": "30", "stable": "20", "control": "70"}, "62"),
        ({"partial": "30", "stable": "20", "control": "70"}, None),
        ({"partial": "30", "stable": "50", "control": "70"}, "80"),
        ({"complete": "12", "partial": "30", "stable": "20", "progressive": "38"}, None),
        ({"complete": "12", "partial": "30", "stable": "20", "progressive": "44"}, "106"),
        ({"complete": "12", "partial": "30", "stable": "20", "progressive": "10"}, None),
        ({"complete": "60", "progressive": "50"}, "110"),
        ({"progressive": "101"}, None),
        ({"complete": (5, 40), "partial": (12, 40), "stable": (13, 40), "progressive": (10, 40)}, None),
        ({"complete": (5, 40), "partial": (12, 40), "stable": (13, 40), "progressive": (11, 40)}, "41"),
        ({"complete": (5, 40), "partial": (12, 40), "stable": (13, 40), "progressive": (11, 41)}, None),
    ],
)
def test_sums(said, shares, computed) -> None:
    assert group(said, **shares) == ([("responses", computed)] if computed else [])


def test_more_categories_leave_the_sums_open(said) -> None:
    shares = {"complete": "12", "partial": "30", "overall": "50"}
    assert len(group(said, **shares)) == 1
    assert group(said, "Very good partial response came too. ", **shares) == []
    assert group(said, "CRi: 8%. ", **shares) == []


def test_facts_without_an_arm_may_be_of_several(said) -> None:
    shares = {"complete": "12", "partial": "30", "overall": "50"}
    assert len(group(said, arm=None, arms=["A"], **shares)) == 1
    assert group(said, arm=None, arms=["A", "B"], **shares) == []


def test_pathological_responses_are_another_thing(said) -> None:
    names = ("partial 30", "overall 50", "pathological complete 12")
    assert said(" ".join(names), *map(stated, names)) == []


def test_a_category_stated_twice_is_left_alone(said) -> None:
    text = "complete 12 partial 30 overall 50 overall 42"
    facts = [
        (
            "rate",
            words,
            {"arm": "A", "endpoint": f"{words.split()[0]} response", "value": words.split()[1], "unit": "%"},
        )
        for words in ("complete 12", "partial 30", "overall 50", "overall 42")
    ]
    assert len(said(text, *facts[:3])) == 1
    assert said(text, *facts) == []


def test_categories_far_apart_are_left_alone(said) -> None:
    text = "complete 12 partial 30" + " Adults came." * 45 + " overall 50"
    facts = [
        (
            "rate",
            words,
            {"arm": "A", "endpoint": f"{words.split()[0]} response", "value": words.split()[1], "unit": "%"},
        )
        for words in ("complete 12", "partial 30", "overall 50")
    ]
    assert said(text, *facts) == []
