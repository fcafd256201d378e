"""A network as a file: GraphML, GEXF, Cytoscape's two JSON formats, TSV and Parquet, by the file's ending.

- GraphML (http://graphml.graphdrawing.org/specification.html) and GEXF 1.2 (https://gexf.net) are written by
  networkx; lists in them are JSON arrays
- `.cyjs` and `.cx2`: see `cytoscape`; `.tsv` and `.parquet`: see `tables`

A file appears whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import networkx as nx

from trialweave.errors import QueryError
from trialweave.queries.network import cytoscape, tables
from trialweave.queries.network.files import whole
from trialweave.queries.network.plain import as_json, cast, edges_of, kinds, nodes_of


def export(graph: nx.Graph, file: Path) -> None:
    """Write a network; the format follows from the ending of the file's name.

    Raises QueryError for another ending, and where the file cannot be written.
    """
    ending = file.suffix.lower()
    if ending in (".tsv", ".parquet"):
        tables.write(graph, file)
        return
    if ending not in WRITERS:
        raise QueryError(f"{file}: unknown ending; a network is {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    with whole(file) as part:
        WRITERS[ending](graph, part)


def simple(graph: nx.Graph) -> nx.Graph:
    """The graph with attributes of one plain type each, and no others."""
    nodes, edges = list(nodes_of(graph)), list(edges_of(graph))
    nodes.sort(key=lambda node: int(node[1].get("bipartite", 0) == 1))  # drugs first: edges start from them
    of_node, of_edge = kinds(facts for _, facts in nodes), kinds(facts for _, _, facts in edges)
    made = nx.Graph()
    for node, facts in nodes:
        made.add_node(node, **{name: as_json(cast(value, of_node[name])) for name, value in facts.items()})
    for source, target, facts in edges:
        attributes = {name: as_json(cast(value, of_edge[name])) for name, value in facts.items()}
        made.add_edge(source, target, **attributes)
    return made


def _graphml(graph: nx.Graph, file: Path) -> None:
    """With ids n0, n1, … as its schema wants them (NMTOKEN), and our own as `name`."""
    made = simple(graph)
    for node, facts in made.nodes(data=True):
        facts["name"] = node
    nx.write_graphml(nx.relabel_nodes(made, {node: f"n{place}" for place, node in enumerate(made)}), file)


def _gexf(graph: nx.Graph, file: Path) -> None:
    nx.write_gexf(simple(graph), file)


WRITERS: dict[str, Callable[[nx.Graph, Path], None]] = {
    ".graphml": _graphml,
    ".gexf": _gexf,
    ".cyjs": cytoscape.write_cyjs,
    ".cx2": cytoscape.write_cx2,
}
ENDINGS = (*WRITERS, ".tsv", ".parquet")
