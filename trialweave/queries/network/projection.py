"""Drugs by the toxicities that they share, and toxicities by the drugs, by sparse matrices.

networkx's own projections go from node to node in Python: minutes where a matrix product takes a second.
The numbers are the same: `shared` is `bipartite.weighted_projected_graph`, `newman` is
`collaboration_weighted_projected_graph` (Newman 2001, Phys Rev E 64:016132), `jaccard` is
`overlap_weighted_projected_graph`, `weight` is `generic_weighted_projected_graph` with the sum of products.
"""

from __future__ import annotations

from typing import NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trialweave.queries.network.bipartite import Side, matrix


class Projection(NamedTuple):
    """The pairs of one side that share something: places of both in `nodes`, the first below the second."""

    side: Side
    nodes: tuple[str, ...]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    shared: NDArray[np.float64]
    """How many they share."""

    weight: NDArray[np.float64]
    """Sum of the products of both weights over what they share; 0 where no such weight is above 0."""

    newman: NDArray[np.float64]
    """What they share, each counting 1 / (its number of neighbours - 1)."""

    jaccard: NDArray[np.float64]
    """What they share, of all that one or the other has."""

    cosine: NDArray[np.float64]
    """`weight`, over the lengths of both profiles of weights: 0 to 1."""


def project(graph: nx.Graph, side: Side) -> Projection:
    """The projection of a bipartite graph on one side.

    >>> from trialweave.queries.network.bipartite import bipartite
    >>> from trialweave.queries.network.links import Link
    >>> pairs = [("a", "rash", 1), ("b", "rash", 3), ("b", "pain", 4)]
    >>> made = project(bipartite([Link(drug=d, toxicity=t, trials=n) for d, t, n in pairs]), "drugs")
    >>> float(made.weight[0]), float(made.jaccard[0]), round(float(made.cosine[0]), 3)
    (3.0, 0.5, 0.6)
    """
    nodes, present, weights = matrix(graph).seen_from(side)
    pairs = _above(present @ present.T)
    first, second, shared = pairs.row, pairs.col, pairs.data
    degree = np.diff(present.indptr)
    others = np.maximum(present.sum(axis=0) - 1, 1)
    newman = _at(pairs, _above(present @ (sparse.diags_array(1 / others) @ present.T)))
    weight = _at(pairs, _above(weights @ weights.T))
    length = np.sqrt(np.asarray(weights.power(2).sum(axis=1)).ravel())
    lengths = length[first] * length[second]
    return Projection(
        side=side,
        nodes=nodes,
        first=first,
        second=second,
        shared=shared,
        weight=weight,
        newman=newman,
        jaccard=shared / (degree[first] + degree[second] - shared),
        cosine=np.divide(weight, lengths, out=np.zeros_like(weight), where=lengths > 0),
    )


def _above(product: sparse.csr_array) -> sparse.coo_array:
    """The part above the diagonal, in order of places."""
    part = sparse.triu(product, k=1, format="csr")
    part.sort_indices()
    return part.tocoo()


def _at(pairs: sparse.coo_array, values: sparse.coo_array) -> NDArray[np.float64]:
    """The values at the given pairs, 0 where there is none; both are in order."""
    found = np.zeros(len(pairs.data))
    width = pairs.shape[1]
    keys = pairs.row.astype(np.int64) * width + pairs.col
    found[np.searchsorted(keys, values.row.astype(np.int64) * width + values.col)] = values.data
    return found


def as_graph(projection: Projection, graph: nx.Graph, *, keep: NDArray[np.bool_] | None = None) -> nx.Graph:
    """A projection, or the pairs of it to keep, as a networkx graph with the nodes' attributes of `graph`.

    Of a million pairs it takes about a gigabyte: keep the backbone of a large one.
    """
    made = nx.Graph(side=projection.side, **graph.graph)
    made.add_nodes_from((node, graph.nodes[node]) for node in projection.nodes)
    chosen = np.arange(len(projection.first)) if keep is None else np.flatnonzero(keep)
    names = np.array(projection.nodes, dtype=object)
    numbers = [getattr(projection, name)[chosen].tolist() for name in _NUMBERS]
    made.add_edges_from(
        (one, two, dict(zip(_NUMBERS, values, strict=True)) | {"shared": int(values[0])})
        for one, two, *values in zip(
            names[projection.first[chosen]], names[projection.second[chosen]], *numbers, strict=True
        )
    )
    return made


_NUMBERS = ("shared", "weight", "newman", "jaccard", "cosine")


def weighted_jaccard(graph: nx.Graph, side: Side) -> sparse.csr_array:
    """Similarity of the profiles of one side: sum of the lesser weights over sum of the greater (Ruzicka).

    Nodes by name, both ways and with the diagonal; 0 for a node without a weight above 0.
    """
    _, _, weights = matrix(graph).seen_from(side)
    total = np.asarray(weights.sum(axis=1)).ravel()
    columns = weights.tocsc()
    rows = []
    for place in range(weights.shape[0]):
        own = weights[[place], :]
        part = columns[:, own.indices].tocsr()
        part.data = np.minimum(part.data, own.data[part.indices])
        lesser = np.asarray(part.sum(axis=1)).ravel()
        greater = total + total[place] - lesser
        rows.append(
            sparse.csr_array(np.divide(lesser, greater, out=np.zeros_like(lesser), where=lesser > 0)[None, :])
        )
    return sparse.vstack(rows, format="csr") if rows else sparse.csr_array((0, 0))
