"""A network as two tables, edges in the file named and nodes beside it: `x.tsv` and `x.nodes.tsv`.

TSV in the form of Python's `csv` (a cell with a tab, a quote or a line break is quoted); absent is an empty
cell, a list is a JSON array. Parquet has typed columns, null for absent, and lists.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import networkx as nx

from trialweave.queries.arrow import columns_table, write_parquet
from trialweave.queries.network.files import whole
from trialweave.queries.network.plain import Value, as_json, cast, edges_of, kinds, nodes_of

Row = dict[str, Value]


def write(graph: nx.Graph, file: Path) -> None:
    """Write both tables of a network, as TSV or Parquet by the file's ending."""
    nodes: list[Row] = [{"id": node, **facts} for node, facts in nodes_of(graph)]
    edges: list[Row] = [
        {"source": source, "target": target, **facts} for source, target, facts in edges_of(graph)
    ]
    write_one = _parquet if file.suffix.lower() == ".parquet" else _tsv
    write_one(nodes, nodes_beside(file), ("id",))
    write_one(edges, file, ("source", "target"))


def nodes_beside(file: Path) -> Path:
    """Where the nodes of a table of edges stand.

    >>> nodes_beside(Path("network.tsv")).name
    'network.nodes.tsv'
    """
    return file.with_name(f"{file.stem}.nodes{file.suffix}")


def _columns(rows: Iterable[Row], first: tuple[str, ...]) -> dict[str, type]:
    return dict.fromkeys(first, str) | kinds(rows)


def _tsv(rows: list[Row], file: Path, first: tuple[str, ...]) -> None:
    columns = _columns(rows, first)
    with whole(file) as part, part.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row[name], kind) if name in row else "" for name, kind in columns.items()])


def _cell(value: Value, kind: type) -> str:
    value = as_json(cast(value, kind))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parquet(rows: list[Row], file: Path, first: tuple[str, ...]) -> None:
    columns = _columns(rows, first)
    write_parquet(
        columns_table(
            {
                name: (kind, [cast(row[name], kind) if name in row else None for row in rows])
                for name, kind in columns.items()
            }
        ),
        file,
    )
