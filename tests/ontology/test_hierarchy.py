"""The closure equals what plain search finds, whatever the graph; cycles included."""

import random
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.ontology.hierarchy import closure, shortest_path

Edges = dict[int, list[int]]

numbers = st.integers(min_value=0, max_value=12)
graphs = st.dictionaries(numbers, st.lists(numbers, max_size=4), max_size=13)


def reached(start: int, edges: Edges) -> set[int]:
    """The same by the plainest search there is."""
    found, waiting = {start}, [start]
    while waiting:
        for upper in edges.get(waiting.pop(), []):
            if upper not in found:
                found.add(upper)
                waiting.append(upper)
    return found


@given(graphs)
def test_the_closure_is_what_can_be_reached(edges: Edges) -> None:
    found = closure(edges, lambda node: edges.get(node, []))
    assert set(found) == set(edges) | {upper for uppers in edges.values() for upper in uppers}
    for node, above in found.items():
        assert len(above) == len(set(above))
        assert set(above) == reached(node, edges)


@given(graphs, st.lists(numbers, max_size=4))
def test_only_what_the_starts_reach_is_looked_up_and_each_once(edges: Edges, starts: list[int]) -> None:
    asked: list[int] = []

    def above(node: int) -> Iterable[int]:
        asked.append(node)
        return edges.get(node, [])

    found = closure(starts, above)
    assert set(found) == set().union(*(reached(start, edges) for start in starts))
    assert set(asked) == set(found)


@given(graphs, numbers, numbers)
def test_a_shortest_path_exists_exactly_where_the_closure_says(edges: Edges, start: int, goal: int) -> None:
    path = shortest_path(start, lambda node: edges.get(node, []), is_goal=lambda node: node == goal)
    if path is None:
        assert goal not in reached(start, edges)
        return
    assert (path[0], path[-1]) == (start, goal)
    assert all(upper in edges[lower] for lower, upper in pairwise(path))
    levels, met = [{start}], {start}  # by levels: no goal nearer than the path says
    while goal not in levels[-1]:
        beyond = {upper for node in levels[-1] for upper in edges.get(node, [])} - met
        met |= beyond
        levels.append(beyond)
    assert len(path) == len(levels)


def test_a_large_graph_with_one_large_cycle() -> None:
    chance = random.Random(5)
    edges = {node: [chance.randrange(node) for _ in range(3)] for node in range(1, 2_000)}
    edges[0] = [1_000]  # closes cycles through the root
    found = closure(edges, lambda node: edges.get(node, []))
    for node in chance.sample(range(2_000), 50):
        assert set(found[node]) == reached(node, edges)


def test_a_long_chain_needs_no_deep_stack() -> None:
    found = closure([0], lambda node: [node + 1] if node < 3_000 else [])
    assert len(found[0]) == 3_001


def test_the_same_as_an_owl_reasoner_on_a_small_graph() -> None:
    owlrl = pytest.importorskip("owlrl", reason="the oracle is not installed")
    import rdflib

    chance = random.Random(7)
    names = [rdflib.URIRef(f"http://example.org/{number}") for number in range(25)]
    graph = rdflib.Graph()
    for lower in names:
        for upper in chance.sample(names, 2):
            graph.add((lower, rdflib.RDFS.subClassOf, upper))
    edges = {lower: list(graph.objects(lower, rdflib.RDFS.subClassOf)) for lower in names}
    found = closure(names, edges.__getitem__)
    owlrl.DeductiveClosure(owlrl.RDFS_Semantics).expand(graph)
    for lower in names:
        uppers = {upper for upper in graph.objects(lower, rdflib.RDFS.subClassOf) if upper in names}
        assert set(found[lower]) == uppers | {lower}
