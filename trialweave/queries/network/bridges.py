"""Bridging toxicities: those that belong to drugs of several communities."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trialweave.queries.network.bipartite import Side, matrix


def participation(present: sparse.csr_array, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """How evenly the edges of each row spread over the communities of the columns: 1 - sum of squared shares.

    0 where all go to one community, or where there is none (Guimerà and Amaral 2005, Nature 433:895).

    >>> rows = sparse.csr_array(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]))
    >>> participation(rows, np.array([0, 0, 1])).round(3)
    array([0.   , 0.444])
    """
    groups = int(labels.max(initial=-1)) + 1
    member = sparse.csr_array(
        (np.ones(len(labels)), (np.arange(len(labels)), labels)), shape=(len(labels), groups)
    )
    counts = (present @ member).tocsr()
    degree = np.asarray(present.sum(axis=1)).ravel()
    squares = np.asarray(counts.power(2).sum(axis=1)).ravel()
    spread: NDArray[np.float64] = 1 - np.divide(
        squares, degree**2, out=np.ones_like(degree), where=degree > 0
    )
    return spread


def bridging(graph: nx.Graph, of: Mapping[str, int], side: Side = "toxicities") -> dict[str, float]:
    """The participation of each node of a side in the communities of its neighbours.

    Edges whose weight is above 0 count 1 each; the others are no ties in the communities either.
    """
    found = matrix(graph)
    nodes, _, weights = found.seen_from(side)
    ties = sparse.csr_array((np.ones(weights.nnz), weights.indices, weights.indptr), shape=weights.shape)
    others = found.drugs if side == "toxicities" else found.toxicities
    labels = np.array([of[node] for node in others], dtype=np.int64)
    return dict(zip(nodes, map(float, participation(ties, labels)), strict=True))
