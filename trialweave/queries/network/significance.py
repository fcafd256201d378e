"""Whether communities and bridges are more than the degrees make by chance.

Each random graph (`null_model`) goes through what the observed one went through: communities of the same
kind, found with as many runs, and the participation of each toxicity in them. Under the null the observed
graph is one draw among the others, so

- p is (1 + draws at least as extreme) / (1 + draws), never 0 (Phipson and Smyth 2010, SAGMB 9:39);
- adjusted p compares with the most extreme community, or toxicity, of each draw (Westfall and Young's
  maximum): the chance that even one of a graph is called significant by chance is at most the level.

Edges count 1 each: the weights have no null model here. Draws have seeds of their own, so the number of
processes changes nothing but the time.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trialweave.errors import QueryError
from trialweave.queries.network.bipartite import Side, matrix
from trialweave.queries.network.bridges import participation
from trialweave.queries.network.communities import Method, communities
from trialweave.queries.network.null_model import rewired
from trialweave.records import Record

Floats = NDArray[np.float64]


class Significance(Record, frozen=True):
    """What the random graphs say of the observed one, by the presence of edges alone."""

    draws: int
    runs: int
    seed: int
    of: dict[str, int]
    """The communities that were tested: those of the edges without weights."""

    modularity: float
    """Of those communities against the degrees of both sides (Barber 2007, Phys Rev E 76:066102)."""

    modularity_expected: float
    """Its mean over the random graphs."""

    modularity_p: float
    community_share: list[float]
    """What each community adds to the modularity."""

    community_p: list[float]
    """Adjusted, by community."""

    bridge: dict[str, float]
    """The participation of each toxicity."""

    bridge_p: dict[str, float]
    """Of the toxicity alone: as many of the random graphs spread its drugs as widely."""

    bridge_adjusted_p: dict[str, float]


class _Found(NamedTuple):
    labels: NDArray[np.int64]
    share: Floats
    participation: Floats


def significance(
    graph: nx.Graph,
    *,
    draws: int,
    runs: int = 1,
    seed: int = 0,
    method: Method = "louvain",
    processes: int = 1,
) -> Significance:
    """Test the communities and the bridging toxicities of a bipartite graph.

    Raises QueryError for a graph without an edge, or for fewer than 19 draws, which cannot reach 0.05.
    """
    _check(draws, processes)
    found = matrix(graph)
    if found.present.nnz == 0:
        raise QueryError("a network without an edge has nothing to test")
    observed = _statistics(found.present, runs, seed, method)
    random = list(
        _draw(
            partial(_one_draw, runs=runs, method=method),
            found.present,
            draws=draws,
            seed=seed,
            processes=processes,
        )
    )
    total = observed.share.sum()
    totals = np.array([one.share.sum() for one in random])
    largest = np.array([one.share.max() for one in random])
    spread = np.stack([observed.participation, *(one.participation for one in random)])
    p, adjusted = _against_the_most(spread)
    nodes = (*found.drugs, *found.toxicities)
    return Significance(
        draws=draws,
        runs=runs,
        seed=seed,
        of={node: int(label) for node, label in zip(nodes, observed.labels, strict=True)},
        modularity=float(total),
        modularity_expected=float(totals.mean()),
        modularity_p=_p(total, totals),
        community_share=observed.share.tolist(),
        community_p=[_p(share, largest) for share in observed.share],
        bridge=dict(zip(found.toxicities, observed.participation.tolist(), strict=True)),
        bridge_p=dict(zip(found.toxicities, p.tolist(), strict=True)),
        bridge_adjusted_p=dict(zip(found.toxicities, adjusted.tolist(), strict=True)),
    )


def _check(draws: int, processes: int) -> None:
    if draws < 19:
        raise QueryError(f"{draws} draws: expected 19 or more; with fewer, no p can be 0.05 or less")
    if processes < 1:
        raise QueryError(f"{processes} processes: expected 1 or more")


_TIE = 1e-12
"""What rounding may do to sums of the same terms in another order; ties count against significance."""


def _p(observed: float, random: Floats) -> float:
    return float((1 + np.sum(random >= observed - _TIE)) / (1 + len(random)))


def _against_the_most(values: Floats) -> tuple[Floats, Floats]:
    """p and adjusted p of the first row among all rows, by column; columns are made comparable first.

    A column is measured from its mean over all rows in its standard deviations, the first row among them, so
    that under the null each row is as good as any other.
    """
    random = values[1:]
    p = (1 + np.sum(random >= values[0] - _TIE, axis=0)) / len(values)
    deviation = values.std(axis=0)
    varies = deviation > _TIE
    z = np.divide(values - values.mean(axis=0), deviation, out=np.zeros_like(values), where=varies)
    most = z[1:].max(axis=1)
    adjusted = (1 + np.sum(most[:, None] >= z[0] - _TIE, axis=0)) / len(values)
    return p, np.where(varies, adjusted, 1.0)


def _statistics(present: sparse.csr_array, runs: int, seed: int, method: Method) -> _Found:
    rows, columns = present.shape
    graph = nx.Graph()
    graph.add_nodes_from(range(rows + columns))
    at = present.tocoo()
    graph.add_edges_from(zip(at.row.tolist(), (at.col + rows).tolist(), strict=True), weight=1.0)
    of = communities(graph, runs=runs, seed=seed, method=method).of
    labels = np.array([of[node] for node in range(rows + columns)], dtype=np.int64)  # type: ignore[index]
    return _Found(
        labels=labels,
        share=_shares(present, labels[:rows], labels[rows:]),
        participation=participation(present.T.tocsr(), labels[:rows]),
    )


def _shares(present: sparse.csr_array, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
    """What each community adds to Barber's modularity: its share of edges less the expected one."""
    groups = int(max(rows.max(initial=0), columns.max(initial=0))) + 1
    at, edges = present.tocoo(), present.nnz
    inside = rows[at.row] == columns[at.col]
    held = np.bincount(rows[at.row][inside], minlength=groups) / edges
    left = np.bincount(rows[at.row], minlength=groups) / edges
    right = np.bincount(columns[at.col], minlength=groups) / edges
    shares: Floats = held - left * right
    return shares


def _one_draw(
    present: sparse.csr_array, seed: np.random.SeedSequence, *, runs: int, method: Method
) -> _Found:
    chain, start = seed.spawn(2)
    return _statistics(rewired(present, chain), runs, int(start.generate_state(1)[0]), method)


# ── pairs of one side ────────────────────────────────────────────────────────────────────


class PairSignificance(Record, frozen=True):
    """Of two nodes: what they share, what chance lets them share, and how often as much."""

    one: str
    two: str
    shared: int
    expected: float
    p: float
    adjusted_p: float


_MOST_CELLS = 100_000_000


def pair_significance(
    graph: nx.Graph, side: Side, *, draws: int, seed: int = 0, processes: int = 1
) -> list[PairSignificance]:
    """Which pairs of a side share more neighbours than their degrees make likely; those that share any.

    Raises QueryError where pairs times draws take more than 800 MB, and for fewer than 19 draws.
    """
    _check(draws, processes)
    nodes, present, _ = matrix(graph).seen_from(side)
    first, second = np.triu_indices(len(nodes), k=1)
    if len(first) * (draws + 1) > _MOST_CELLS:
        raise QueryError(
            f"{len(first):,} pairs by {draws} draws are too many to hold; --min-trials makes a smaller "
            "network, and the other side may have fewer nodes"
        )
    drawn = _draw(_shared_of_draw, present, draws=draws, seed=seed, processes=processes)
    counts = np.stack([_shared(present), *drawn])
    p, adjusted = _against_the_most(counts)
    expected = counts[1:].mean(axis=0)
    return [
        PairSignificance(
            one=nodes[first[at]],
            two=nodes[second[at]],
            shared=int(counts[0, at]),
            expected=float(expected[at]),
            p=float(p[at]),
            adjusted_p=float(adjusted[at]),
        )
        for at in np.flatnonzero(counts[0] > 0)
    ]


def _shared(present: sparse.csr_array) -> Floats:
    product: Floats = (present @ present.T).toarray()
    return product[np.triu_indices(len(product), k=1)]


def _shared_of_draw(present: sparse.csr_array, seed: np.random.SeedSequence) -> Floats:
    return _shared(rewired(present, seed))


# ── many draws ───────────────────────────────────────────────────────────────────────────

Outcome = TypeVar("Outcome")


def _draw(
    one: Callable[[sparse.csr_array, np.random.SeedSequence], Outcome],
    present: sparse.csr_array,
    *,
    draws: int,
    seed: int,
    processes: int,
) -> Iterator[Outcome]:
    """The outcome of each draw, in order; processes are spawned, never forked."""
    seeds = np.random.SeedSequence(seed).spawn(draws)
    work = partial(one, present)
    if processes == 1:
        yield from map(work, seeds)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, seeds, chunksize=4)
