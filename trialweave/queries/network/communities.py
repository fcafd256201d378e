"""Communities by Louvain's or Leiden's method, and how far they hang on the seed.

One run is one of many answers. Runs with other seeds are compared by the adjusted Rand index and
the normalised mutual information, and what most agree on is the answer: the method again, on a graph whose
edges weigh the share of runs that put both ends together (Lancichinetti and Fortunato 2012, Sci Rep 2:336,
kept to the edges of the graph as in Tandon et al. 2019, Phys Rev E 99:042301), until all runs agree.

Louvain is networkx's. Leiden (Traag et al. 2019, Sci Rep 9:5233) is igraph's, much faster on large
graphs; igraph is under the GPL, so it comes with no extra of ours: `pip install igraph`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Literal

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trialweave.errors import QueryError
from trialweave.queries.network.bipartite import tied
from trialweave.records import Record

Labels = NDArray[np.int64]
Method = Literal["louvain", "leiden"]
Find = Callable[[nx.Graph, Sequence[Hashable], int], Labels]


class Communities(Record, frozen=True):
    """The communities that most runs agree on, the largest first, and how far the runs agree."""

    of: Mapping[str, int]
    """The community of each node, counted from 0."""

    stability: Mapping[str, float]
    """Of each node: of its edges within the community, the mean share of runs that put both ends together."""

    runs: int
    seed: int
    modularity: float
    """Of the communities given, by weight (Newman and Girvan 2004)."""

    rand: float | None
    """Mean adjusted Rand index of all pairs of runs: 1 all the same, 0 no more alike than by chance."""

    mutual_information: float | None
    """Mean normalised mutual information (arithmetic mean) of all pairs of runs."""

    @property
    def members(self) -> list[list[str]]:
        """The nodes of each community, by name."""
        found: list[list[str]] = [[] for _ in range(1 + max(self.of.values(), default=-1))]
        for node, place in sorted(self.of.items()):
            found[place].append(node)
        return found


def communities(graph: nx.Graph, *, runs: int = 10, seed: int = 0, method: Method = "louvain") -> Communities:
    """The communities of a graph by the weights of its edges; those of None, and of 0 or less, are no ties.

    A node without a tie is a community of its own. Raises QueryError where Leiden is wanted and igraph is not
    there. The same graph, runs and seed give the same answer.

    >>> two = nx.Graph()
    >>> two.add_weighted_edges_from([(a, b, 1.0) for a, b in ("ab", "bc", "ca", "de", "ef", "fd", "cd")])
    >>> communities(two).members
    [['a', 'b', 'c'], ['d', 'e', 'f']]
    """
    if runs < 1:
        raise QueryError(f"{runs} runs: expected 1 or more")
    ties = tied(graph)
    order = sorted(ties)
    ordered = nx.Graph()
    ordered.add_nodes_from(order)
    ordered.add_edges_from(_sorted_edges(ties))
    find = METHODS[method]
    found = [find(ordered, order, seed + run) for run in range(runs)]
    pairs = [(one, two) for place, one in enumerate(found) for two in found[place + 1 :]]
    labels, together = _consensus(ordered, order, found, seed, find)
    labels = _largest_first(labels)
    of = {node: int(label) for node, label in zip(order, labels, strict=True)}
    groups = [{order[place] for place in np.flatnonzero(labels == label)} for label in np.unique(labels)]
    return Communities(
        of=of,
        stability=_stability(ordered, of, together),
        runs=runs,
        seed=seed,
        modularity=nx.community.modularity(ordered, groups) if ordered.number_of_edges() else 0.0,
        rand=float(np.mean([adjusted_rand(*pair) for pair in pairs])) if pairs else None,
        mutual_information=float(np.mean([normalised_mutual_information(*pair) for pair in pairs]))
        if pairs
        else None,
    )


def _sorted_edges(graph: nx.Graph) -> list[tuple[str, str, dict[str, float]]]:
    edges = sorted((min(a, b), max(a, b), w) for a, b, w in graph.edges(data="weight"))
    return [(one, two, {"weight": weight}) for one, two, weight in edges]


def louvain(graph: nx.Graph, order: Sequence[Hashable], seed: int) -> Labels:
    """One run of networkx's Louvain, as a label for each node in the given order."""
    place = {node: number for number, node in enumerate(order)}
    labels = np.empty(len(order), dtype=np.int64)
    if graph.number_of_edges() == 0:
        return np.arange(len(order))
    for label, members in enumerate(nx.community.louvain_communities(graph, weight="weight", seed=seed)):
        labels[[place[node] for node in members]] = label
    return labels


def leiden(graph: nx.Graph, order: Sequence[Hashable], seed: int) -> Labels:
    """One run of igraph's Leiden by modularity, until nothing moves, as a label for each node."""
    try:
        import igraph
    except ImportError as error:
        raise QueryError("Leiden needs igraph, which is under the GPL: pip install igraph") from error
    place = {node: number for number, node in enumerate(order)}
    edges = [(place[one], place[two]) for one, two in graph.edges]
    weights = [weight for _, _, weight in graph.edges(data="weight")]
    igraph.set_random_number_generator(random.Random(seed))
    made = igraph.Graph(n=len(order), edges=edges)
    found = made.community_leiden(objective_function="modularity", weights=weights, n_iterations=-1)
    return np.array(found.membership, dtype=np.int64)


METHODS: dict[Method, Find] = {"louvain": louvain, "leiden": leiden}

_ROUNDS = 10


def _consensus(
    graph: nx.Graph, order: Sequence[str], found: list[Labels], seed: int, find: Find
) -> tuple[Labels, dict[tuple[str, str], float]]:
    """What runs agree on, and for each edge of the graph the share of the first runs that join its ends."""
    place = {node: number for number, node in enumerate(order)}
    edges = list(graph.edges)
    first = np.array([place[one] for one, _ in edges], dtype=np.int64)
    second = np.array([place[two] for _, two in edges], dtype=np.int64)
    shares = np.mean([labels[first] == labels[second] for labels in found], axis=0)
    together = dict(zip(edges, map(float, shares), strict=True))
    for round_ in range(1, _ROUNDS):
        if all(_same(found[0], other) for other in found[1:]):
            break
        agreed = nx.Graph()
        agreed.add_nodes_from(order)
        agreed.add_weighted_edges_from(
            (one, two, float(share)) for (one, two), share in zip(edges, shares, strict=True) if share >= 0.5
        )
        found = [find(agreed, order, seed + round_ * len(found) + run) for run in range(len(found))]
        shares = np.mean([labels[first] == labels[second] for labels in found], axis=0)
    return found[0], together


def _same(one: Labels, two: Labels) -> bool:
    return len(np.unique(one)) == len(np.unique(two)) == len(np.unique(np.stack([one, two]), axis=1).T)


def _largest_first(labels: Labels) -> Labels:
    """Labels counted from 0, the largest community first, of equals the one with the first node."""
    names, firsts, inverse, counts = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((firsts, -counts))] = np.arange(len(names))
    return rank[inverse]


def _stability(
    graph: nx.Graph, of: Mapping[str, int], together: Mapping[tuple[str, str], float]
) -> dict[str, float]:
    shares: dict[str, list[float]] = {node: [] for node in graph}
    for (one, two), share in together.items():
        if of[one] == of[two]:
            shares[one].append(share)
            shares[two].append(share)
    return {node: float(np.mean(own)) if own else 1.0 for node, own in shares.items()}


# ── how alike two partitions are ─────────────────────────────────────────────────────────


def _table(one: Labels, two: Labels) -> tuple[NDArray[np.float64], NDArray[np.float64], sparse.coo_array]:
    """Sizes of the parts of one and of two, and of the parts that are in both."""
    left, one = np.unique(one, return_inverse=True)
    right, two = np.unique(two, return_inverse=True)
    both = sparse.coo_array((np.ones(len(one)), (one, two)), shape=(len(left), len(right))).tocsr()
    return np.asarray(both.sum(axis=1)), np.asarray(both.sum(axis=0)), both.tocoo()


def adjusted_rand(one: Labels, two: Labels) -> float:
    """The adjusted Rand index (Hubert and Arabie 1985, J Classif 2:193): 1 the same, about 0 by chance.

    >>> round(adjusted_rand(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1])), 6)
    0.571429
    """
    left, right, both = _table(one, two)
    pairs = math.comb(len(one), 2)
    together = float(np.sum(both.data * (both.data - 1)) / 2)
    in_one, in_two = (float(np.sum(size * (size - 1)) / 2) for size in (left, right))
    chance = in_one * in_two / pairs if pairs else 0.0
    most = (in_one + in_two) / 2
    return 1.0 if most == chance else (together - chance) / (most - chance)


def normalised_mutual_information(one: Labels, two: Labels) -> float:
    """Mutual information over the mean of both entropies: 1 the same, 0 independent.

    >>> round(normalised_mutual_information(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])), 6)
    0.8
    """
    left, right, both = _table(one, two)
    n = len(one)
    expected = left[both.row] * right[both.col] / n
    mutual = float(np.sum(both.data / n * np.log(both.data / expected)))
    entropy = sum(-float(np.sum(size / n * np.log(size / n))) for size in (left, right)) / 2
    return 1.0 if entropy == 0 else max(0.0, mutual / entropy)
