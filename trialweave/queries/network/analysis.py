"""All that is asked of a network at once, and its numbers on the nodes of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import networkx as nx

from trialweave.queries.network.backbone import keep_of
from trialweave.queries.network.bipartite import Side, Weight, bipartite
from trialweave.queries.network.bridges import bridging
from trialweave.queries.network.centrality import Centrality, centralities
from trialweave.queries.network.communities import Communities, Method, communities
from trialweave.queries.network.links import Level, Link
from trialweave.queries.network.prediction import Prediction, predict
from trialweave.queries.network.projection import as_graph, project
from trialweave.queries.network.significance import Significance, significance
from trialweave.records import Record


class Asked(Record, frozen=True):
    """What is asked of a network."""

    weight: Weight = "trials"
    level: Level = "drug"
    min_trials: int = 1
    project: Side | None = None
    backbone: float | None = None
    """Of a projection, keep the pairs whose disparity p is below this."""

    method: Method = "louvain"
    runs: int = 10
    draws: int = 0
    """Random graphs to test against; 0 for no test."""

    seed: int = 0
    processes: int = 1
    cutoff: str | None = None
    """Date from which links are held out, to see whether earlier ones tell of them."""


class Analysis(NamedTuple):
    """A network and what was found in it."""

    asked: Asked
    links: Sequence[Link]
    network: nx.Graph
    """The bipartite graph, or its projection; the numbers below stand on its nodes too."""

    stated_zero: int
    """Pairs of which sources state zeros only."""

    centralities: dict[str, Centrality]
    communities: Communities
    bridging: dict[str, float]
    """Of a bipartite graph: participation of toxicities in the communities of their drugs."""

    significance: Significance | None
    prediction: Prediction | None


def analyse(links: Sequence[Link], asked: Asked) -> Analysis:
    """Make the network of links, and find its centralities, communities, bridges, and what it tells of later.

    A projection has no bridges, and is not tested: `pair_significance` tests its pairs.
    """
    both = bipartite(links, weight=asked.weight, min_trials=asked.min_trials)
    network, tested, foretold, bridges = both, None, None, {}
    if asked.project is not None:
        made = project(both, asked.project)
        keep = None if asked.backbone is None else keep_of(made, asked.backbone)
        network = as_graph(made, both, keep=keep)
    groups = communities(network, runs=asked.runs, seed=asked.seed, method=asked.method)
    if asked.project is None:
        bridges = bridging(both, groups.of)
        foretold = predict(both, cutoff=asked.cutoff)
        if asked.draws:
            tested = significance(
                both,
                draws=asked.draws,
                runs=asked.runs,
                seed=asked.seed,
                method=asked.method,
                processes=asked.processes,
            )
    found = Analysis(
        asked=asked,
        links=links,
        network=network,
        stated_zero=sum(link.trials == 0 for link in links),
        centralities=centralities(network),
        communities=groups,
        bridging=bridges,
        significance=tested,
        prediction=foretold,
    )
    for node, facts in numbers(found).items():
        network.nodes[node].update(facts)
    return found


def numbers(found: Analysis) -> dict[str, dict[str, object]]:
    """What was found of each node, by name of the number; None where there is none."""
    tested = found.significance
    return {
        node: {
            "degree": one.degree,
            "strength": one.strength,
            "betweenness": one.betweenness,
            "closeness": one.closeness,
            "pagerank": one.pagerank,
            "community": found.communities.of[node],
            "stability": found.communities.stability[node],
            "bridging": found.bridging.get(node),
            "bridging_p": tested.bridge_p.get(node) if tested else None,
            "bridging_adjusted_p": tested.bridge_adjusted_p.get(node) if tested else None,
        }
        for node, one in found.centralities.items()
    }
