"""Whatever a text holds: no crash, every quote at its offsets, and time in proportion to its length."""

import random
import sys
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from trialweave.loaders.abstract import read

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "benchmarks" / "extraction"))
from fuzz import SEEDS, mutate, noise  # noqa: E402

SPACES = st.sampled_from([" ", "  ", "\u2009", "\u00a0", "\n", "\r\n      ", "\t"])
DASHES = st.sampled_from(["-", "–", "−", "‐", "‑"])
POINTS = st.sampled_from([".", "·"])


@given(st.sampled_from(SEEDS), SPACES, DASHES, POINTS, st.data())
@settings(max_examples=60, deadline=None)
def test_spelling_does_not_change_what_is_read(
    seed: str, space: str, dash: str, point: str, data: st.DataObject
) -> None:
    text = "".join(
        space if char == " " and data.draw(st.integers(0, 5)) == 0 else char
        for char in seed.replace("-", dash).replace(".", point if point == "." else ".")
    )
    plain = [
        (fact.kind, fact.value, fact.n, fact.ci_low, fact.ci_high, fact.p, fact.arm)
        for fact in read(seed).facts
    ]
    noisy = read(text).facts
    assert [
        (fact.kind, fact.value, fact.n, fact.ci_low, fact.ci_high, fact.p, fact.arm) for fact in noisy
    ] == plain
    assert all(fact.quote == text[fact.start : fact.end] for fact in noisy)
    assert all(cue.quote == text[cue.start : cue.end] for fact in noisy for cue in fact.cues)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text(text: str) -> None:
    for fact in read(text).facts:
        assert fact.quote == text[fact.start : fact.end]


def test_mutated_texts_in_bounded_time() -> None:
    rng = random.Random(7)
    for number in range(300):
        text = noise(rng) if number % 4 == 0 else mutate(rng.choice(SEEDS), rng)
        begin = time.process_time()
        for fact in read(text).facts:
            assert fact.quote == text[fact.start : fact.end]
        assert time.process_time() - begin < 2 * max(1, len(text) / 1000)


def test_a_long_text_takes_time_in_proportion() -> None:
    times = []
    for copies in (4, 16):
        text = " ".join([SEEDS[0]] * copies)
        begin = time.process_time()
        read(text)
        times.append(time.process_time() - begin)
    assert times[1] < 40 * max(times[0], 0.01)


def test_ranges_and_line_breaks_keep_offsets() -> None:
    inner = SEEDS[0].replace(" (95%", "\r\n      (95%")
    text = "Some page header 12%\n\nThe title\n\n" + inner + "\n\nKeywords: 99%."
    start = text.index("METHODS")
    title = text.index("The title")
    reading = read(text, title=(title, title + 9), abstract=(start, start + len(inner)))
    assert reading.facts
    assert all(start <= fact.start and fact.end <= start + len(inner) for fact in reading.facts)
    assert all(fact.quote == text[fact.start : fact.end] for fact in reading.facts)
    assert any("\r\n" in fact.quote for fact in reading.facts)
