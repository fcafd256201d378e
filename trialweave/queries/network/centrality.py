"""How central a node is: exact, by matrices for all sources at once, with networkx's numbers."""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trialweave.queries.network.bipartite import tied
from trialweave.records import Record

Floats = NDArray[np.float64]


class Centrality(Record, frozen=True):
    """The centrality of a node."""

    degree: int
    strength: float
    """Sum of the weights above 0 of its edges."""

    betweenness: float
    """Share of the shortest paths between others that pass it, edges counting 1 (Freeman 1977)."""

    closeness: float
    """Of those it reaches, one over the mean distance, times their share of all (Wasserman and Faust)."""

    pagerank: float
    """By weight."""


def centralities(graph: nx.Graph) -> dict[str, Centrality]:
    """The centralities of all nodes.

    `betweenness_centrality` and `closeness_centrality` of networkx give the same numbers, and `pagerank` is
    networkx's own, of the edges with a weight above 0.

    >>> path = nx.path_graph(3); nx.set_edge_attributes(path, 1.0, "weight")
    >>> centralities(path)[1].betweenness, centralities(path)[0].degree
    (1.0, 1)
    """
    if not graph:
        return {}
    between, close = paths(graph)
    ties = tied(graph)
    strength = dict(ties.degree(weight="weight"))
    rank = nx.pagerank(ties, weight="weight")
    return {
        node: Centrality(
            degree=graph.degree(node),
            strength=float(strength[node]),
            betweenness=float(between[place]),
            closeness=float(close[place]),
            pagerank=float(rank[node]),
        )
        for place, node in enumerate(graph)
    }


_CELLS = 4_000_000
"""Cells of a dense block of sources: 32 MB each, of which about six are held."""


def paths(graph: nx.Graph) -> tuple[Floats, Floats]:
    """Betweenness (normalised) and closeness of the nodes, in the graph's order; weights do not count.

    Brandes's sums (2001, J Math Sociol 25:163) for a block of sources at a time: each step outwards and
    back is one product of the adjacency matrix with a block.
    """
    n = len(graph)
    adjacency = sparse.csr_array(nx.to_scipy_sparse_array(graph, weight=None, dtype=float, format="csr"))
    adjacency.setdiag(0)
    adjacency.eliminate_zeros()
    between, close = np.zeros(n), np.zeros(n)
    width = max(1, min(n, _CELLS // n))
    for start in range(0, n, width):
        sources = np.arange(start, min(start + width, n))
        _one_block(adjacency, sources, between, close)
    if n > 2:
        between /= (n - 1) * (n - 2)
    return between, close


def _one_block(
    adjacency: sparse.csr_array, sources: NDArray[np.int64], between: Floats, close: Floats
) -> None:
    n, width = adjacency.shape[0], len(sources)
    depth = np.full((n, width), -1, dtype=np.int32)
    depth[sources, np.arange(width)] = 0
    ways = np.zeros((n, width))
    ways[sources, np.arange(width)] = 1
    edge, deepest = ways, 0
    while True:
        edge = adjacency @ edge
        edge[depth >= 0] = 0
        if not edge.any():
            break
        deepest += 1
        depth[edge > 0] = deepest
        ways += edge
    passing = np.zeros((n, width))
    for level in range(deepest, 0, -1):
        share = np.zeros((n, width))
        here = depth == level
        share[here] = (1 + passing[here]) / ways[here]
        back = adjacency @ share
        above = depth == level - 1
        passing[above] = back[above] * ways[above]
    passing[sources, np.arange(width)] = 0
    between += passing.sum(axis=1)
    reached = (depth > 0).sum(axis=0)
    total = np.where(depth > 0, depth, 0).sum(axis=0)
    close[sources] = np.where(total > 0, reached / np.maximum(total, 1) * reached / max(n - 1, 1), 0)
