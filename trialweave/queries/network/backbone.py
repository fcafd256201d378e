"""The disparity filter: which edges are too heavy for chance to have shared out a node's strength so."""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from trialweave.queries.network.projection import Projection

Floats = NDArray[np.float64]


def disparity(weight: Floats, first: NDArray[np.int32], second: NDArray[np.int32], nodes: int) -> Floats:
    """The lesser of the two p-values of each edge, one from each end.

    Under the null, a node's strength s is cut at random into its k parts: (1 - w / s) ^ (k - 1). A node of
    one edge says nothing of it: 1. (Serrano, Boguñá, Vespignani 2009, PNAS 106:6483, equation 2.)
    Edges of weight 0 are no ties: they get 1, and count for no degree. These are p-values of single edges,
    not adjusted for their number.
    """
    ties = weight > 0
    strength, degree = np.zeros(nodes), np.zeros(nodes)
    for ends in (first, second):
        strength += np.bincount(ends, weights=weight, minlength=nodes)
        degree += np.bincount(ends, weights=ties, minlength=nodes)
    best = np.ones(len(weight))
    for ends in (first, second):
        own = np.ones(len(weight))
        heard = ties & (degree[ends] > 1)
        part = np.clip(1 - weight[heard] / strength[ends[heard]], 0, 1)
        own[heard] = part ** (degree[ends[heard]] - 1)
        best = np.minimum(best, own)
    return best


def keep_of(projection: Projection, alpha: float) -> NDArray[np.bool_]:
    """Which pairs of a projection are in its backbone: those with a p below `alpha`."""
    return disparity(projection.weight, projection.first, projection.second, len(projection.nodes)) < alpha


def backbone(graph: nx.Graph, alpha: float = 0.05) -> nx.Graph:
    """All nodes, with the edges whose p is below `alpha`; each edge kept has its p as `disparity`.

    Edges of weight None are left out: no share is known of them.

    >>> star = nx.Graph()
    >>> star.add_weighted_edges_from([("a", "b", 98.0), ("a", "c", 1.0), ("a", "d", 1.0)])
    >>> backbone(star, 0.05).edges
    EdgeView([('a', 'b')])
    """
    places = {node: place for place, node in enumerate(graph)}
    edges = [(one, two, facts) for one, two, facts in graph.edges(data=True) if facts["weight"] is not None]
    weight = np.array([max(facts["weight"], 0) for _, _, facts in edges], dtype=float)
    first = np.array([places[one] for one, _, _ in edges], dtype=np.int32)
    second = np.array([places[two] for _, two, _ in edges], dtype=np.int32)
    made = nx.Graph(**graph.graph)
    made.add_nodes_from(graph.nodes(data=True))
    p = disparity(weight, first, second, len(places))
    made.add_edges_from(
        (one, two, {**facts, "disparity": float(own)})
        for (one, two, facts), own in zip(edges, p, strict=True)
        if own < alpha
    )
    return made
