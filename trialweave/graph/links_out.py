"""The links of a store in SSSOM's form (https://mapping-commons.github.io/sssom/), to be read and changed."""

from __future__ import annotations

from typing import TextIO

from trialweave.graph.iris import TWGRAPH
from trialweave.graph.quads import words
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import PREFIXES, compact, namespace

SSSOM = namespace("sssom")

LINKS = TWGRAPH["derived/links"]

COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
    "confidence",
    "match_string",
    "comment",
)


def write_links(graph: Graph, out: TextIO) -> int:
    """Write every link of a store as one row, sorted; how many there are.

    >>> import sys
    >>> write_links(Graph.in_memory(), sys.stdout)
    #curie_map: {}
    subject_id	subject_label	...
    0
    """
    nodes: dict[str, dict[str, str]] = {}
    for column in COLUMNS:
        for quad in graph.quads_in(LINKS, SSSOM[column]):
            nodes.setdefault(words(quad.subject), {})[column] = words(quad.object)
    rows = []
    used: set[str] = set()
    for values in nodes.values():
        row = []
        for column in COLUMNS:
            cell = " ".join(values.get(column, "").split())
            if column.endswith("_id") or column == "mapping_justification":
                cell = compact(cell)
                used.update({cell.partition(":")[0]} & set(PREFIXES))
            row.append(cell)
        rows.append(row)
    if used:
        out.write("#curie_map:\n")
        out.writelines(f"#  {prefix}: {PREFIXES[prefix]}\n" for prefix in sorted(used))
    else:
        out.write("#curie_map: {}\n")
    out.write("\t".join(COLUMNS) + "\n")
    out.writelines("\t".join(row) + "\n" for row in sorted(rows))
    return len(rows)
