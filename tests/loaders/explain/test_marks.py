"""What is marked, and where the text is broken to tell it."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.explain.marks import blocks, marks
from trialweave.records import Fact


def fact(start: int, end: int) -> Fact:
    return Fact(kind="rate", start=start, end=end, quote="", rule="")


def parts(text: str, *spans: tuple[int, int], facts: list[Fact] | None = None) -> list[str]:
    found = blocks(text, spans or [(0, len(text))], marks(facts or []))
    return [text[one.start : one.end] for one in found]


def at(text: str, words: str) -> Fact:
    return fact(text.index(words), text.index(words) + len(words))


def test_a_block_ends_with_the_sentence_that_states_a_fact() -> None:
    text = "Few came. Three left vs. 2 there. (None died.) All were glad. Most stayed."
    assert parts(text) == [text]
    assert parts(text, facts=[at(text, "Three")]) == [
        "Few came. Three left vs. 2 there.",
        "(None died.) All were glad. Most stayed.",
    ]
    assert parts(text, facts=[at(text, "Three"), at(text, "None")])[1] == ("(None died.) All were glad.")


def test_sections_and_paragraphs_end_a_block() -> None:
    text = "A title\n\nAIM: To see. PATIENTS AND METHODS: We saw. RESULTS: HR 2: no."
    assert parts(text) == ["A title", "AIM: To see.", "PATIENTS AND METHODS: We saw.", "RESULTS: HR 2: no."]


def test_spans_are_told_one_after_the_other() -> None:
    text = "Title. PMID 1. Three died. Copyright."
    assert parts(text, (0, 6), (15, 26), facts=[at(text, "Three")]) == ["Title.", "Three died."]


def test_a_sentence_is_not_broken_inside_a_fact() -> None:
    text = "It was 15. 2 (95% CI. 6 to 24) in all. Then more."
    assert parts(text, facts=[at(text, "15. 2 (95% CI. 6 to 24)")]) == [
        "It was 15. 2 (95% CI. 6 to 24) in all.",
        "Then more.",
    ]


TEXTS = st.lists(
    st.sampled_from(["Three died", ". ", " vs. ", "\n\n", "AIM: ", "17 (16%)", " ", "?", "! (", "A"]),
    max_size=25,
).map("".join)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 80), st.integers(1, 12)), max_size=8))
def test_nothing_is_lost_and_no_mark_is_broken(text: str, places: list[tuple[int, int]]) -> None:
    facts = [fact(a, min(a + n, len(text))) for a, n in places if a < len(text)]
    marked = marks(facts)
    assert sorted(here for mark in marked for here in mark.facts) == list(range(len(facts)))
    assert all(one.end <= other.start for one, other in pairwise(marked))
    for mark in marked:
        assert min(facts[here].start for here in mark.facts) == mark.start
        assert max(facts[here].end for here in mark.facts) == mark.end
    found = list(blocks(text, [(0, len(text))], marked))
    assert re.sub(r"\s", "", "".join(text[one.start : one.end] for one in found)) == re.sub(r"\s", "", text)
    told = [mark for one in found for mark in one.marks]
    assert told == [mark for mark in marked if text[mark.start : mark.end].strip()] or told == marked
    assert all(one.start <= mark.start and mark.end <= one.end for one in found for mark in one.marks)
