"""Links are held out by time, scored by what came before, and nothing is said where there is too little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.queries.network.bipartite import bipartite
from trialweave.queries.network.links import Link
from trialweave.queries.network.prediction import SCORES, auc, average_precision, predict

RANKED = st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2).filter(
    lambda found: len({true for true, _ in found}) == 2
)


@given(RANKED)
def test_the_areas_are_those_of_their_definitions(found: list[tuple[bool, int]]) -> None:
    truth, score = (np.array(column) for column in zip(*found, strict=True))
    right, wrong = score[truth], score[~truth]
    won = np.mean(right[:, None] > wrong) + np.mean(right[:, None] == wrong) / 2
    assert auc(truth, score.astype(float)) == pytest.approx(won)
    precision = np.mean([truth[score >= own].mean() for own in right])
    assert average_precision(truth, score.astype(float)) == pytest.approx(precision)


def two_groups() -> list[Link]:
    """Drugs of two kinds, each with toxicities of its kind; a quarter of the links is seen late."""
    random = np.random.default_rng(2)
    links = []
    for drug in range(20):
        for toxicity in range(40):
            if (drug < 10) == (toxicity < 20):
                first = "2015-05" if random.random() < 0.25 else f"20{random.integers(0, 10):02}"
                links.append(Link(drug=f"{drug:02}", toxicity=f"{toxicity:02}", trials=1, first=first))
    return links


def test_what_follows_from_earlier_links_is_told() -> None:
    found = predict(bipartite(two_groups()), cutoff="2015")
    assert found.too_few is None
    assert found.earlier + found.later + found.later_of_unknown == 400
    assert found.pairs == 800 - found.earlier
    scores = {score.name: score for score in found.scores}
    assert set(scores) == set(SCORES)
    assert scores["similar-drugs"].auc > 0.99 > 0.7 > scores["preferential-attachment"].auc
    assert scores["similar-drugs"].average_precision > 0.95


def test_scores_see_nothing_of_what_comes_later() -> None:
    """A late link moves from one pair to another: what the earlier graph tells of all others stays."""
    links = two_groups()
    late = {place for place, link in enumerate(links) if link.first == "2015-05"}
    without = [link for place, link in enumerate(links) if place not in late]
    known = bipartite(without)
    free = [
        (drug, toxicity)
        for drug in range(20)
        for toxicity in range(40)
        if not known.has_edge(f"drug:{drug:02}", f"toxicity:{toxicity:02}")
    ]
    reverse = [pair for pair in free if (pair[0] < 10) != (pair[1] < 20)][: len(late)]
    wrong = [Link(drug=f"{d:02}", toxicity=f"{t:02}", trials=1, first="2015-05") for d, t in reverse]
    found = predict(bipartite([*without, *wrong]), cutoff="2015")
    scores = {score.name: score.auc for score in found.scores}
    assert scores["similar-drugs"] < 0.6  # had a score seen them, it would rank them first


def test_pairs_of_which_nobody_can_say_when_are_not_ranked() -> None:
    links = two_groups()
    undated = Link(drug="00", toxicity="39", trials=1)
    zero = Link(drug="01", toxicity="39", trials=0, first="2003")
    plain = predict(bipartite(links, min_trials=0), cutoff="2015")
    more = predict(bipartite([*links, undated, zero], min_trials=0), cutoff="2015")
    assert (more.undated, more.pairs) == (1, plain.pairs - 2)
    assert (more.earlier, more.later) == (plain.earlier, plain.later)


def test_a_link_of_something_new_is_counted_apart() -> None:
    links = [*two_groups(), Link(drug="new", toxicity="00", trials=1, first="2016")]
    plain = predict(bipartite(two_groups()), cutoff="2015")
    found = predict(bipartite(links), cutoff="2015")
    assert (found.later, found.later_of_unknown) == (plain.later, plain.later_of_unknown + 1)


def test_the_cutoff_leaves_a_fifth() -> None:
    links = [
        Link(drug=f"{place % 10}", toxicity=f"{place // 10}", trials=1, first=f"{1900 + place}")
        for place in range(100)
    ]
    assert predict(bipartite(links)).cutoff == "1980"


@pytest.mark.parametrize(
    ("links", "because"),
    [
        ([Link(drug="a", toxicity="rash", trials=1, first="2001")], "fewer than two dates"),
        ([Link(drug="a", toxicity="rash", trials=1)], "fewer than two dates"),
        (
            [Link(drug=f"{n}", toxicity="rash", trials=1, first=f"{2000 + n}") for n in range(30)],
            "fewer than 20",
        ),
    ],
)
def test_too_few_are_said_to_be_too_few(links: list[Link], because: str) -> None:
    found = predict(bipartite(links))
    assert found.scores == ()
    assert found.too_few is not None
    assert because in found.too_few
