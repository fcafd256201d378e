"""Random bipartite graphs in which every drug and every toxicity keeps its number of neighbours.

By curveball trades (Strona et al. 2014, Nat Commun 5:4114; uniform in the limit: Carstens 2015, Phys Rev E
91:042812): two rows put what only one of them has on a heap and share it out again at random, each as many
as it gave. Each draw starts from the observed graph and makes ten trades a row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_TRADES = 10
"""Trades a row; Strona et al. find five times the rows enough."""


def rewired(present: sparse.csr_array, seed: np.random.SeedSequence) -> sparse.csr_array:
    """A random matrix of 0 and 1 with the row sums and column sums of the given one.

    >>> given = sparse.csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    >>> made = rewired(given, np.random.SeedSequence(1))
    >>> made.sum(axis=0), made.sum(axis=1)
    (array([1., 2., 1.]), array([2., 2.]))
    """
    rows, columns = present.shape
    if rows > columns:
        return rewired(present.T.tocsr(), seed).T.tocsr()
    random = np.random.default_rng(seed)
    held = [present.indices[present.indptr[row] : present.indptr[row + 1]].copy() for row in range(rows)]
    mark = np.zeros(columns, dtype=np.int8)
    for _ in range(_TRADES * rows if rows > 1 else 0):
        one, two = _two_of(rows, random)
        _trade(held, int(one), int(two), mark, random)
    indptr = np.concatenate([[0], np.cumsum([len(own) for own in held])])
    indices = np.concatenate(held) if held else np.empty(0, dtype=np.int64)
    made = sparse.csr_array((np.ones(len(indices)), indices, indptr), shape=present.shape)
    made.sort_indices()
    return made


def _two_of(count: int, random: np.random.Generator) -> tuple[int, int]:
    one = int(random.integers(count))
    two = int(random.integers(count - 1))
    return one, two + (two >= one)


def _trade(
    held: list[NDArray[np.int32]],
    one: int,
    two: int,
    mark: NDArray[np.int8],
    random: np.random.Generator,
) -> None:
    left, right = held[one], held[two]
    mark[left] += 1
    mark[right] += 2
    of_both = left[mark[left] == 3]
    only_left, only_right = left[mark[left] == 1], right[mark[right] == 2]
    mark[left] = 0
    mark[right] = 0
    if len(only_left) == 0 or len(only_right) == 0:
        return
    heap = random.permutation(np.concatenate([only_left, only_right]))
    held[one] = np.concatenate([of_both, heap[: len(only_left)]])
    held[two] = np.concatenate([of_both, heap[len(only_left) :]])
