"""Projections, centralities, backbone and communities have the numbers of networkx and of brute force."""

import itertools
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.errors import QueryError
from trialweave.queries.network.backbone import backbone, keep_of
from trialweave.queries.network.bipartite import Side, bipartite, matrix, tied
from trialweave.queries.network.bridges import bridging
from trialweave.queries.network.centrality import centralities
from trialweave.queries.network.communities import (
    Method,
    adjusted_rand,
    communities,
    normalised_mutual_information,
)
from trialweave.queries.network.links import Link
from trialweave.queries.network.projection import as_graph, project, weighted_jaccard

PAIRS = st.dictionaries(
    st.tuples(st.integers(0, 6), st.integers(0, 8)),
    st.one_of(st.none(), st.floats(-2, 5).map(lambda x: round(x, 2))),
    min_size=1,
)


def network(pairs: dict[tuple[int, int], float | None]) -> nx.Graph:
    return bipartite(
        (
            Link(drug=f"d{drug}", toxicity=f"t{toxicity}", trials=1, log_rr=weight)
            for (drug, toxicity), weight in pairs.items()
        ),
        weight="log-rr",
    )


def random_network(seed: int, drugs: int = 12, toxicities: int = 30, share: float = 0.2) -> nx.Graph:
    random = np.random.default_rng(seed)
    at = np.argwhere(random.random((drugs, toxicities)) < share)
    return network({(int(d), int(t)): float(random.uniform(0.1, 3)) for d, t in at})


def of_side(graph: nx.Graph, side: Side) -> list[str]:
    wanted = 0 if side == "drugs" else 1
    return [node for node, own in graph.nodes(data="bipartite") if own == wanted]


@given(PAIRS, st.sampled_from(["drugs", "toxicities"]))
def test_projections_are_those_of_networkx(pairs: dict[tuple[int, int], float | None], side: Side) -> None:
    graph = network(pairs)
    nodes = of_side(graph, side)
    made = as_graph(project(graph, side), graph)

    def products(graph: nx.Graph, one: str, two: str) -> float:
        return sum(
            max(graph.edges[one, hub]["weight"] or 0, 0) * max(graph.edges[two, hub]["weight"] or 0, 0)
            for hub in set(graph[one]) & set(graph[two])
        )

    for name, theirs in (
        ("shared", nx.bipartite.weighted_projected_graph(graph, nodes)),
        ("newman", nx.bipartite.collaboration_weighted_projected_graph(graph, nodes)),
        ("jaccard", nx.bipartite.overlap_weighted_projected_graph(graph, nodes)),
        ("weight", nx.bipartite.generic_weighted_projected_graph(graph, nodes, weight_function=products)),
    ):
        assert set(made) == set(theirs)
        assert {frozenset(edge) for edge in made.edges} == {frozenset(edge) for edge in theirs.edges}
        for one, two, weight in theirs.edges(data="weight"):
            assert made.edges[one, two][name] == pytest.approx(weight, abs=1e-12), name


@given(PAIRS)
def test_similarities_are_those_of_their_formulas(pairs: dict[tuple[int, int], float | None]) -> None:
    graph = network(pairs)
    found = matrix(graph)
    dense = found.weights.toarray()
    made = as_graph(project(graph, "drugs"), graph)
    ruzicka = weighted_jaccard(graph, "drugs").toarray()
    for (i, one), (j, two) in itertools.combinations(enumerate(found.drugs), 2):
        lesser, greater = np.minimum(dense[i], dense[j]).sum(), np.maximum(dense[i], dense[j]).sum()
        assert ruzicka[i, j] == pytest.approx(lesser / greater if greater else 0)
        if made.has_edge(one, two):
            lengths = np.linalg.norm(dense[i]) * np.linalg.norm(dense[j])
            cosine = dense[i] @ dense[j] / lengths if lengths else 0
            assert made.edges[one, two]["cosine"] == pytest.approx(cosine)


@given(PAIRS)
def test_centralities_are_those_of_networkx(pairs: dict[tuple[int, int], float | None]) -> None:
    graph = network(pairs)
    ours = centralities(graph)
    between, close = nx.betweenness_centrality(graph), nx.closeness_centrality(graph)
    rank = nx.pagerank(tied(graph), weight="weight")
    for node, found in ours.items():
        assert found.betweenness == pytest.approx(between[node], abs=1e-12)
        assert found.closeness == pytest.approx(close[node], abs=1e-12)
        assert found.pagerank == pytest.approx(rank[node], abs=1e-12)
        assert found.degree == graph.degree(node)
        weights = [facts["weight"] for _, _, facts in graph.edges(node, data=True)]
        assert found.strength == pytest.approx(sum(w for w in weights if w is not None and w > 0))


def test_a_large_graph_goes_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = random_network(3)
    whole = centralities(graph)
    monkeypatch.setattr("trialweave.queries.network.centrality._CELLS", 5 * len(graph))
    blocks = centralities(graph)
    for node, one in whole.items():
        assert (one.betweenness, one.closeness) == pytest.approx(
            (blocks[node].betweenness, blocks[node].closeness), abs=1e-13
        )


def test_the_backbone_is_the_integral_of_the_paper() -> None:
    graph = as_graph(project(random_network(5), "drugs"), random_network(5))

    def p_of(node: str, weight: float) -> float:
        """1 - (k - 1) times the integral of (1 - x)^(k - 2) from 0 to the share, by the midpoint rule."""
        k = graph.degree(node)
        share = weight / graph.degree(node, weight="weight")
        middles = (np.arange(20_000) + 0.5) / 20_000 * share
        return float(1 - (k - 1) * np.sum((1 - middles) ** (k - 2)) * share / 20_000)

    expected = {
        frozenset((one, two)): min(p_of(one, weight), p_of(two, weight))
        for one, two, weight in graph.edges(data="weight")
    }
    whole = backbone(graph, alpha=2)
    assert whole.number_of_edges() == graph.number_of_edges()
    for one, two, p in whole.edges(data="disparity"):
        assert p == pytest.approx(expected[frozenset((one, two))], abs=1e-6)
    kept = {frozenset(edge) for edge in backbone(graph, alpha=0.2).edges}
    assert kept == {edge for edge, p in expected.items() if p < 0.2}
    made = project(random_network(5), "drugs")
    by_arrays = as_graph(made, random_network(5), keep=keep_of(made, 0.2))
    assert {frozenset(edge) for edge in by_arrays.edges} == kept != set()


def test_a_tie_that_nothing_weighs_against_is_no_backbone() -> None:
    pair = nx.Graph()
    pair.add_edge("a", "b", weight=9.0)
    pair.add_edge("b", "c", weight=None)
    pair.add_edge("b", "d", weight=0.0)
    assert not backbone(pair, alpha=0.99).edges


LABELS = st.lists(st.integers(0, 3), min_size=2, max_size=12)


@given(LABELS.flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
def test_agreement_counts_pairs(labels: tuple[list[int], list[int]]) -> None:
    one, two = (np.array(own) for own in labels)
    pairs = list(itertools.combinations(range(len(one)), 2))
    a = sum(one[i] == one[j] and two[i] == two[j] for i, j in pairs)
    left, right = (sum(own[i] == own[j] for i, j in pairs) for own in (one, two))
    chance, most = left * right / len(pairs), (left + right) / 2
    expected = 1.0 if most == chance else (a - chance) / (most - chance)
    assert adjusted_rand(one, two) == pytest.approx(expected)
    joint = {(x, y): float(np.mean((one == x) & (two == y))) for x in set(one) for y in set(two)}
    px, py = ({x: float(np.mean(own == x)) for x in set(own)} for own in (one, two))
    mutual = sum(p * math.log(p / px[x] / py[y]) for (x, y), p in joint.items() if p)
    entropy = -sum(p * math.log(p) for own in (px, py) for p in own.values()) / 2
    expected = mutual / entropy if entropy else 1.0
    assert normalised_mutual_information(one, two) == pytest.approx(expected, abs=1e-9)


def planted(groups: int = 3, size: int = 8) -> nx.Graph:
    """Groups of drugs with toxicities of their own, and one toxicity that all have."""
    pairs = {
        (group * size + drug, group * size + toxicity): 1.0
        for group in range(groups)
        for drug in range(size)
        for toxicity in range(size)
        if (drug * 3 + toxicity) % 4
    }
    return network(pairs | {(drug, 999): 1.0 for drug in range(groups * size)})


@pytest.mark.parametrize("method", ["louvain", "leiden"])
def test_communities_find_what_was_planted_and_are_told_the_same_again(method: Method) -> None:
    if method == "leiden":
        pytest.importorskip("igraph", reason="the dev dependencies bring igraph")
    graph = planted()
    found = communities(graph, runs=5, method=method)
    drugs = [[node for node in members if node.startswith("drug:")] for members in found.members]
    assert sorted(map(len, drugs)) == [8, 8, 8]
    assert all(len({int(drug.removeprefix("drug:d")) // 8 for drug in members}) == 1 for members in drugs)
    assert found.rand is not None
    assert found.rand > 0.9
    shuffled = nx.Graph()
    shuffled.add_nodes_from(reversed(list(graph.nodes(data=True))))
    shuffled.add_edges_from((two, one, facts) for one, two, facts in reversed(list(graph.edges(data=True))))
    assert communities(shuffled, runs=5, method=method) == found


def test_bridging_is_the_spread_over_communities() -> None:
    graph = planted()
    found = bridging(graph, communities(graph).of)
    assert found["toxicity:t999"] == pytest.approx(1 - 3 * (1 / 3) ** 2)
    assert sorted(found.values())[-2] == 0


def test_runs_that_differ_are_said_to_differ() -> None:
    ring = nx.cycle_graph(60)
    nx.set_edge_attributes(ring, 1.0, "weight")
    found = communities(nx.relabel_nodes(ring, str), runs=8)
    assert found.rand is not None
    assert found.mutual_information is not None
    assert 0 < found.rand < 0.9
    assert min(found.stability.values()) < 1


def test_what_is_not_known_is_kept_and_is_no_tie() -> None:
    graph = network({(0, 0): None, (0, 1): 1.5, (1, 0): None, (1, 1): 0.7, (2, 2): None, (0, 3): -0.5})
    assert graph.number_of_edges() == 6
    assert graph.edges["drug:d0", "toxicity:t0"]["weight"] is None
    assert matrix(graph).present.nnz == 6
    assert matrix(graph).weights.nnz == 2
    found = centralities(graph)["drug:d2"]
    assert (found.degree, found.strength) == (1, 0)
    assert communities(graph).of["drug:d2"] != communities(graph).of["toxicity:t2"]
    made = as_graph(project(graph, "drugs"), graph)
    assert made.edges["drug:d0", "drug:d1"]["shared"] == 2
    assert made.edges["drug:d0", "drug:d1"]["weight"] == pytest.approx(1.5 * 0.7)


def test_stated_zeros_are_edges_only_when_asked_for() -> None:
    links = [Link(drug="a", toxicity="rash", trials=0), Link(drug="a", toxicity="pain", trials=3)]
    assert bipartite(links).number_of_edges() == 1
    whole = bipartite(links, min_trials=0)
    assert whole.edges["drug:a", "toxicity:rash"]["weight"] == 0
    assert bipartite(links, min_trials=4).number_of_nodes() == 0


def test_what_is_no_network_is_refused() -> None:
    same = [Link(drug="a", toxicity="rash", trials=1)] * 2
    with pytest.raises(QueryError, match="linked twice"):
        bipartite(same)
    graph = network({(0, 0): 1.0, (1, 1): 1.0})
    graph.add_edge("drug:d0", "drug:d1", weight=1.0)
    with pytest.raises(QueryError, match="of one side"):
        matrix(graph)
    graph.remove_edge("drug:d0", "drug:d1")
    graph.edges["drug:d0", "toxicity:t0"]["weight"] = math.inf
    with pytest.raises(QueryError, match="no finite number"):
        matrix(graph)
    with pytest.raises(QueryError, match="0 runs"):
        communities(planted(), runs=0)


def test_an_empty_network_has_no_numbers() -> None:
    empty = bipartite([])
    assert centralities(empty) == {}
    assert communities(empty).members == []
    assert len(project(empty, "drugs").first) == 0
