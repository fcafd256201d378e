"""Nodes and edges of the Biolink Model 4, as KGX TSV: `nodes.tsv` and `edges.tsv`.

Nodes are trials, what an arm is given (`biolink:Treatment`), drugs, diseases and events, publications. A
local concept that is linked exactly to a term bears the term's id, the preferred one of several; the others
are its `xref`. Edges:

```
trial        related_to              drug, condition     what the trial studies
trial        has_part                treatment           an arm's; `has_part` again to each of its drugs
drug         in_clinical_trials_for  condition           given in an experimental arm of a trial of it
treatment    has_adverse_event       event               one count of one arm: has_count of has_total
drug         has_adverse_event       event               MeSH qualifier pair, but for indexing artefacts
publication  mentions                trial               reports it, or cites its number
```

What the model has no word for is not said: no estimates, no grades but in an edge's `description`. A count
of a group that is no one arm, or of nobody's, is left out and counted. No edge says that a drug causes what
was seen in an arm. Format: https://github.com/biolink/kgx/blob/master/specification/kgx-format.md
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO

from trialweave.graph.catalog import read_entries
from trialweave.graph.export.kgx_records import add_indexed, add_pairs, add_record
from trialweave.graph.export.kgx_rows import Edges, Nodes, Row, Slot
from trialweave.graph.export.whole import whole_folder
from trialweave.graph.store import Graph
from trialweave.records import Record

NODE_COLUMNS = (
    "id",
    "category",
    "name",
    "iri",
    "xref",
    "provided_by",
    "clinical_trial_phase",
    "clinical_trial_overall_status",
    "clinical_trial_start_date",
    "has_drug",
    "publication_type",
    "authors",
    "mesh_terms",
    "creation_date",
)

EDGE_COLUMNS = (
    "id",
    "subject",
    "predicate",
    "object",
    "category",
    "knowledge_level",
    "agent_type",
    "primary_knowledge_source",
    "original_predicate",
    "original_object",
    "has_count",
    "has_total",
    "has_percentage",
    "has_supporting_studies",
    "publications",
    "supporting_text",
    "description",
)


class KgxReport(Record, frozen=True):
    """What was written. `left_out`: counts of adverse events whose group is no one arm."""

    folder: str
    nodes: int
    edges: int
    left_out: int


def export_kgx(graph: Graph, folder: Path) -> KgxReport:
    """Write `nodes.tsv` and `edges.tsv` into `folder`, sorted by id; lists are joined by `|`.

    The folder appears whole or not at all. Raises StoreError if it cannot be written.
    """
    nodes, edges = Nodes(graph), Edges()
    left_out = 0
    for _, entry in sorted(read_entries(graph).items()):
        left_out += add_record(graph, entry, nodes, edges)
    add_indexed(graph, nodes, edges)
    add_pairs(graph, nodes, edges)
    with whole_folder(folder) as part:
        for name, columns, rows in (
            ("nodes.tsv", NODE_COLUMNS, nodes.rows),
            ("edges.tsv", EDGE_COLUMNS, edges.rows),
        ):
            with (part / name).open("w", encoding="utf-8", newline="") as file:
                _write(file, columns, (rows[key] for key in sorted(rows)))
    return KgxReport(folder=str(folder), nodes=len(nodes.rows), edges=len(edges.rows), left_out=left_out)


def _write(file: IO[str], columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    file.write("\t".join(columns) + "\n")
    for row in rows:
        file.write("\t".join(_cell(row.get(column)) for column in columns) + "\n")


def _cell(value: Slot) -> str:
    """A cell: no tab or line end in it, and `|` only between the values of a list."""
    if isinstance(value, list):
        return "|".join(sorted({_cell(one).replace("|", "/") for one in value}))
    return " ".join(value.split()) if value else ""
