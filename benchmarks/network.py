"""Time and memory of a network of 5,000 drugs, 3,000 toxicities and 300,000 links, beside plain networkx.

    python benchmarks/network.py [--drugs N] [--toxicities N] [--links N] [--networkx SHARE]

Process time (user and system), best of one run; memory is the most that the process ever held. Each step runs
in a process of its own. networkx runs on a graph of SHARE (0.1) of the nodes of each side and of the links,
beside ours on the same, and the numbers of both are compared.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable

import networkx as nx
import numpy as np

from trialweave.queries.network.backbone import keep_of
from trialweave.queries.network.bipartite import matrix
from trialweave.queries.network.centrality import paths
from trialweave.queries.network.communities import communities
from trialweave.queries.network.null_model import rewired
from trialweave.queries.network.projection import as_graph, project


def random_network(drugs: int, toxicities: int, links: int, seed: int = 1) -> nx.Graph:
    """A bipartite graph with uneven degrees, as reports have them, and weights from 1 up."""
    random = np.random.default_rng(seed)
    common = [1 / np.arange(1, count + 1) ** 0.5 for count in (drugs, toxicities)]
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < links:
        rows, columns = (random.choice(len(own), size=links, p=own / own.sum()) for own in common)
        pairs.update(zip(rows.tolist(), columns.tolist(), strict=True))
    graph = nx.Graph()
    graph.add_nodes_from((f"drug:{n}" for n in range(drugs)), bipartite=0)
    graph.add_nodes_from((f"toxicity:{n}" for n in range(toxicities)), bipartite=1)
    weights = random.geometric(0.5, size=links).astype(float).tolist()
    for (drug, toxicity), weight in zip(sorted(pairs)[:links], weights, strict=True):
        graph.add_edge(f"drug:{drug}", f"toxicity:{toxicity}", weight=weight)
    return graph


def ours_projection(graph: nx.Graph) -> dict[frozenset[str], float]:
    made = project(graph, "drugs")
    return dict(zip(_pairs(made), made.shared.tolist(), strict=True)) if len(made.first) < 2_000_000 else {}


def _pairs(made: object) -> list[frozenset[str]]:
    return [
        frozenset((made.nodes[one], made.nodes[two]))  # type: ignore[attr-defined]
        for one, two in zip(made.first, made.second, strict=True)  # type: ignore[attr-defined]
    ]


def theirs_projection(graph: nx.Graph) -> dict[frozenset[str], float]:
    drugs = [node for node, side in graph.nodes(data="bipartite") if side == 0]
    made = nx.bipartite.weighted_projected_graph(graph, drugs)
    return {frozenset((one, two)): weight for one, two, weight in made.edges(data="weight")}


def ours_backbone(graph: nx.Graph) -> int:
    made = project(graph, "drugs")
    return int(as_graph(made, graph, keep=keep_of(made, 0.001)).number_of_edges())


def ours_betweenness(graph: nx.Graph) -> dict[str, float]:
    return dict(zip(graph, paths(graph)[0].tolist(), strict=True))


def theirs_betweenness(graph: nx.Graph) -> dict[str, float]:
    return dict(nx.betweenness_centrality(graph))


def ours_closeness(graph: nx.Graph) -> dict[str, float]:
    return dict(zip(graph, paths(graph)[1].tolist(), strict=True))


def theirs_closeness(graph: nx.Graph) -> dict[str, float]:
    return dict(nx.closeness_centrality(graph))


def one_louvain_run(graph: nx.Graph) -> float:
    return communities(graph, runs=1).modularity


def one_leiden_run(graph: nx.Graph) -> float:
    return communities(graph, runs=1, method="leiden").modularity


def ten_leiden_runs(graph: nx.Graph) -> float:
    found = communities(graph, runs=10, method="leiden")
    print(f"    ten runs agree by {found.rand:.3f}, modularity {found.modularity:.4f}")
    return found.modularity


def one_random_graph(graph: nx.Graph) -> int:
    return int(rewired(matrix(graph).present, np.random.SeedSequence(1)).nnz)


def _timed(work: Callable[[nx.Graph], object], size: tuple[int, int, int], out: object) -> None:
    graph = random_network(*size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    answer = work(graph)
    took = time.process_time() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    out.put((took, (most - before) / 1024, most / 1024, answer))  # type: ignore[attr-defined]


def timed(work: Callable[[nx.Graph], object], size: tuple[int, int, int]) -> object:
    """Run a step in a process of its own, and print its time and memory."""
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    process = context.Process(target=_timed, args=(work, size, out))
    process.start()
    took, more, most, answer = out.get()
    process.join()
    print(
        f"  {work.__name__:<22} {took:9.2f} s  {more:8.0f} MB more than the graph, {most:8.0f} MB in all",
        flush=True,
    )
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drugs", type=int, default=5000)
    parser.add_argument("--toxicities", type=int, default=3000)
    parser.add_argument("--links", type=int, default=300_000)
    parser.add_argument("--networkx", type=float, default=0.1)
    given = parser.parse_args()
    size = (given.drugs, given.toxicities, given.links)
    small = tuple(round(count * given.networkx) for count in size)
    print(f"{size[0]:,} drugs, {size[1]:,} toxicities, {size[2]:,} links")
    for work in (
        ours_projection,
        ours_backbone,
        ours_betweenness,
        one_louvain_run,
        one_leiden_run,
        ten_leiden_runs,
        one_random_graph,
    ):
        timed(work, size)
    print(f"{small[0]:,} drugs, {small[1]:,} toxicities, {small[2]:,} links")
    for ours, theirs in (
        (ours_projection, theirs_projection),
        (ours_betweenness, theirs_betweenness),
        (ours_closeness, theirs_closeness),
    ):
        one, two = timed(ours, small), timed(theirs, small)
        assert isinstance(one, dict)
        assert isinstance(two, dict)
        worst = max(abs(one[key] - two[key]) for key in one)
        print(f"    the same {len(one) == len(two)}; largest difference {worst:.2e}")


if __name__ == "__main__":
    main()
