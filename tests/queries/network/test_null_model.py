"""Random graphs keep every degree, and nothing is called significant more often than the level says."""

from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import binom, chisquare

from trialweave.errors import QueryError
from trialweave.queries.network.bipartite import bipartite, matrix
from trialweave.queries.network.links import Link
from trialweave.queries.network.null_model import rewired
from trialweave.queries.network.significance import pair_significance, significance

MATRICES = st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=9).map(
    lambda rows: sparse.csr_array(np.array(rows, dtype=float))
)


@given(MATRICES, st.integers(0, 2**32))
def test_every_degree_is_kept(present: sparse.csr_array, seed: int) -> None:
    made = rewired(present, np.random.SeedSequence(seed)).toarray()
    assert set(np.unique(made)) <= {0.0, 1.0}
    assert (made.sum(axis=0) == present.sum(axis=0)).all()
    assert (made.sum(axis=1) == present.sum(axis=1)).all()


def test_all_graphs_of_these_degrees_are_equally_likely() -> None:
    """Of 3 x 3 with two a row and two a column there are six."""
    start = sparse.csr_array(1.0 - np.eye(3))
    seeds = np.random.SeedSequence(7).spawn(3000)
    found = Counter(rewired(start, seed).toarray().tobytes() for seed in seeds)
    assert len(found) == 6
    assert chisquare(list(found.values())).pvalue > 0.001


def random_network(seed: int, drugs: int = 10, toxicities: int = 14) -> nx.Graph:
    """Edges by chance alone, with uneven degrees."""
    random = np.random.default_rng(seed)
    share = np.outer(random.uniform(0.2, 1, drugs), random.uniform(0.2, 1, toxicities)) * 0.7
    at = np.argwhere(random.random((drugs, toxicities)) < share)
    return network_of([(int(drug), int(toxicity)) for drug, toxicity in at])


def network_of(pairs: list[tuple[int, int]]) -> nx.Graph:
    return bipartite(Link(drug=f"{drug:03}", toxicity=f"{toxicity:03}", trials=1) for drug, toxicity in pairs)


def planted() -> nx.Graph:
    """Two groups of drugs with toxicities of their own, and a few toxicities that both have."""
    random = np.random.default_rng(0)
    pairs = [
        (drug, toxicity)
        for drug in range(16)
        for toxicity in range(40)
        if (toxicity >= 36) or (drug < 8) == (toxicity < 18)
        if random.random() < 0.7
    ]
    return network_of(pairs)


def test_chance_is_called_significant_no_more_often_than_the_level() -> None:
    """120 graphs by chance, at level 0.1: as many false alarms as the level allows, and no more.

    A count above the 99.9 % quantile of its binomial distribution would mean that the level is not held.
    """
    graphs, level = 120, 0.1
    alarms: Counter[str] = Counter()
    for seed in range(graphs):
        graph = random_network(seed)
        found = significance(graph, draws=19, seed=seed)
        alarms["modularity"] += found.modularity_p <= level
        alarms["community"] += min(found.community_p) <= level
        alarms["bridge"] += min(found.bridge_adjusted_p.values()) <= level
        pairs = pair_significance(graph, "drugs", draws=19, seed=seed)
        alarms["pair"] += min(pair.adjusted_p for pair in pairs) <= level
    most = binom.ppf(0.999, graphs, level)
    assert all(count <= most for count in alarms.values()), alarms
    assert alarms["pair"] > 0
    assert alarms["modularity"] > 0


def test_what_was_planted_stands_out() -> None:
    found = significance(planted(), draws=99, seed=1)
    assert found.modularity_p == 0.01
    assert found.modularity > 1.5 * found.modularity_expected
    assert sum(p <= 0.05 for p in found.community_p) >= 2
    assert sum(found.community_share) == pytest.approx(found.modularity)
    spread = [found.bridge[f"toxicity:{place:03}"] for place in range(36, 40)]
    assert min(spread) > max(value for node, value in found.bridge.items() if node < "toxicity:036")
    pairs = pair_significance(planted(), "drugs", draws=99, seed=1)
    stand_out = [pair for pair in pairs if pair.adjusted_p <= 0.05]
    assert stand_out
    assert all((pair.one < "drug:008") == (pair.two < "drug:008") for pair in stand_out)
    assert all(pair.shared > pair.expected for pair in stand_out)


def test_shares_are_barbers_modularity() -> None:
    graph = planted()
    found = significance(graph, draws=19)
    present = matrix(graph).present.toarray()
    edges = present.sum()
    expected = sum(
        present[i, j] / edges - present[i].sum() * present[:, j].sum() / edges**2
        for i, drug in enumerate(matrix(graph).drugs)
        for j, toxicity in enumerate(matrix(graph).toxicities)
        if found.of[drug] == found.of[toxicity]
    )
    assert found.modularity == pytest.approx(expected)


def test_processes_change_nothing_but_the_time() -> None:
    graph = random_network(3)
    assert significance(graph, draws=20, seed=5, processes=2) == significance(graph, draws=20, seed=5)
    assert significance(graph, draws=20, seed=5) != significance(graph, draws=20, seed=6)


def test_too_little_to_test_is_refused() -> None:
    with pytest.raises(QueryError, match="expected 19 or more"):
        significance(random_network(1), draws=10)
    with pytest.raises(QueryError, match="without an edge"):
        significance(bipartite([]), draws=19)
    with pytest.raises(QueryError, match="0 processes"):
        significance(random_network(1), draws=19, processes=0)


def test_too_many_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialweave.queries.network.significance._MOST_CELLS", 100)
    with pytest.raises(QueryError, match="too many to hold"):
        pair_significance(random_network(1), "drugs", draws=19)
