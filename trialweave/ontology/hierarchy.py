"""What lies above what: the closure of "is below" over any relation, and the shortest way up.

Both take a function from a node to the nodes right above it, so that a large terminology need not be read
whole. Cycles are allowed: the terms of one contain each other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def closure(starts: Iterable[N], above: Callable[[N], Iterable[N]]) -> dict[N, tuple[N, ...]]:
    """Each start, and each node met on the way up, with itself and all that lies above it.

    Each node is looked up once. The strongly connected components come out upper ones first (Tarjan 1972,
    SIAM J. Comput. 1:146), so that each is put together from finished ones.

    >>> up = {"beagle": ["dog"], "dog": ["pet", "mammal"]}
    >>> found = closure(["beagle"], lambda name: up.get(name, ()))
    >>> sorted(found["beagle"]), sorted(found["dog"]), found["pet"]
    (['beagle', 'dog', 'mammal', 'pet'], ['dog', 'mammal', 'pet'], ('pet',))
    """
    found: dict[N, tuple[N, ...]] = {}
    order: dict[N, int] = {}  # when a node was first met; nodes still open stand on `waiting`
    lowest: dict[N, int] = {}
    waiting: list[N] = []
    for start in starts:
        if start in order:
            continue
        path: list[tuple[N, list[N], Iterator[N]]] = []
        _enter(start, above, order, lowest, waiting, path)
        while path:
            node, uppers, rest = path[-1]
            for upper in rest:
                if upper not in order:
                    _enter(upper, above, order, lowest, waiting, path)
                    break
                if upper not in found:
                    lowest[node] = min(lowest[node], order[upper])
            else:
                path.pop()
                if path:
                    below = path[-1][0]
                    lowest[below] = min(lowest[below], lowest[node])
                if lowest[node] == order[node]:
                    _finish(node, uppers, above, waiting, found)
    return found


def _enter(
    node: N,
    above: Callable[[N], Iterable[N]],
    order: dict[N, int],
    lowest: dict[N, int],
    waiting: list[N],
    path: list[tuple[N, list[N], Iterator[N]]],
) -> None:
    order[node] = lowest[node] = len(order)
    waiting.append(node)
    uppers = list(above(node))
    path.append((node, uppers, iter(uppers)))


def _finish(
    node: N,
    uppers: list[N],
    above: Callable[[N], Iterable[N]],
    waiting: list[N],
    found: dict[N, tuple[N, ...]],
) -> None:
    """Take a component off the stack: all its nodes share one closure."""
    if waiting[-1] == node:  # nearly always: a component of one
        waiting.pop()
        reached = {node}.union(*(found[upper] for upper in uppers if upper != node))
        found[node] = tuple(reached)
        return
    members = waiting[waiting.index(node) :]
    del waiting[-len(members) :]
    reached = set(members)
    inside = set(members)
    for member in members:
        reached.update(*(found[upper] for upper in above(member) if upper not in inside))
    shared = tuple(reached)
    for member in members:
        found[member] = shared


def shortest_path(
    start: N, above: Callable[[N], Iterable[N]], *, is_goal: Callable[[N], bool]
) -> tuple[N, ...] | None:
    """A shortest way up from `start` to a node that is a goal; None where no way leads there.

    Of several equally short ones, the first in the order that `above` gives.

    >>> up = {"beagle": ["dog", "hound"], "dog": ["mammal"], "hound": ["dog"]}
    >>> shortest_path("beagle", lambda name: up.get(name, ()), is_goal=lambda name: name == "mammal")
    ('beagle', 'dog', 'mammal')
    """
    came_from: dict[N, N] = {}
    met = {start}
    level = [start]
    while level:
        for node in level:
            if is_goal(node):
                path = [node]
                while path[-1] in came_from:
                    path.append(came_from[path[-1]])
                return tuple(reversed(path))
        beyond: list[N] = []
        for node in level:
            for upper in above(node):
                if upper not in met:
                    met.add(upper)
                    came_from[upper] = node
                    beyond.append(upper)
        level = beyond
    return None
