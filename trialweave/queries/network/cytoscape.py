"""Cytoscape's formats: Cytoscape.js JSON (`.cyjs`), and CX2.

- cyjs: https://js.cytoscape.org/#notation/elements-json, as Cytoscape 3 imports it
- CX2: https://cytoscape.org/cx/cx2/specification/cytoscape-exchange-format-specification-(version-2)/

Written element by element; absent attributes are left out, lists are lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

import networkx as nx

from trialweave.queries.network.plain import Value, cast, edges_of, kinds, known, nodes_of


def write_cyjs(graph: nx.Graph, file: Path) -> None:
    """Write Cytoscape.js JSON: each node and edge with its `data`, ids as texts, `name` for the label."""
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"data": ' + _json({"name": "trialweave", **known(graph.graph)}) + ', "directed": false, ')
        out.write('"multigraph": false, "elements": {"nodes": [')
        _elements(
            out,
            (
                {"data": {**facts, "id": node, "value": node, "name": facts.get("label", node)}}
                for node, facts in nodes_of(graph)
            ),
        )
        out.write('], "edges": [')
        _elements(
            out,
            (
                {"data": {**facts, "id": f"e{number}", "source": source, "target": target}}
                for number, (source, target, facts) in enumerate(edges_of(graph))
            ),
        )
        out.write("]}}\n")


def _elements(out: TextIO, elements: Iterable[Mapping[str, object]]) -> None:
    for number, element in enumerate(elements):
        out.write((",\n" if number else "\n") + _json(element))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


_CX2_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "long",
    float: "double",
    str: "string",
    tuple: "list_of_string",
}


def write_cx2(graph: nx.Graph, file: Path) -> None:
    """Write CX2: declared attributes, nodes and edges with whole numbers as ids, `name` for the label."""
    node_kinds = kinds(facts for _, facts in nodes_of(graph))
    edge_kinds = kinds(facts for _, _, facts in edges_of(graph))
    own = {"name": "trialweave", **known(graph.graph)}
    declared = {
        "networkAttributes": _declared(kinds([own])),
        "nodes": _declared({"name": str, **node_kinds}),
        "edges": _declared(edge_kinds),
    }
    counts = (
        ("attributeDeclarations", 1),
        ("networkAttributes", 1),
        ("nodes", graph.number_of_nodes()),
        ("edges", graph.number_of_edges()),
    )
    places = {node: number for number, (node, _) in enumerate(nodes_of(graph))}
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.write('[{"CXVersion": "2.0", "hasFragments": false},\n')
        metadata = [{"name": name, "elementCount": count} for name, count in counts if count]
        out.write(_json({"metaData": metadata}) + ",\n")
        out.write(_json({"attributeDeclarations": [declared]}) + ",\n")
        out.write(_json({"networkAttributes": [own]}) + ',\n{"nodes": [')
        _elements(
            out,
            (
                {
                    "id": places[node],
                    "v": _cast({"name": facts.get("label", node), **facts}, {"name": str, **node_kinds}),
                }
                for node, facts in nodes_of(graph)
            ),
        )
        out.write(']},\n{"edges": [')
        _elements(
            out,
            (
                {"id": number, "s": places[source], "t": places[target], "v": _cast(facts, edge_kinds)}
                for number, (source, target, facts) in enumerate(edges_of(graph))
            ),
        )
        out.write(']},\n{"status": [{"success": true, "error": ""}]}]\n')


def _declared(found: Mapping[str, type]) -> dict[str, dict[str, str]]:
    return {name: {"d": _CX2_TYPES[kind]} for name, kind in found.items()}


def _cast(facts: Mapping[str, Value], found: Mapping[str, type]) -> dict[str, Value]:
    return {name: cast(value, found[name]) for name, value in facts.items()}
