"""The analytic tables of a store as a set of Parquet files, for DuckDB, polars, pandas and Arrow.

One file a table (`layout`), its columns always of the same types, be they empty. Each field's metadata hold
its `meaning`, its `unit`, and the table that it `refers` to; those of the file the table's `summary` and
`key`. Rows are sorted by key. Decimals are doubles; where the source's writing matters, a column has it.

Needs pyarrow: `pip install 'trialweave[tables]'`. A table is held in memory while it is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trialweave.graph.export.whole import whole_folder
from trialweave.graph.store import Graph
from trialweave.queries.arrow import arrow_table, as_types, parquet_bytes
from trialweave.queries.dataset.layout import TableLayout, layouts
from trialweave.records import Record

if TYPE_CHECKING:
    import pyarrow

__all__ = ["TablesReport", "export_tables", "read_table"]


class TablesReport(Record, frozen=True):
    """What was written: rows by the name of the table."""

    folder: str
    rows: dict[str, int]


def read_table(graph: Graph, layout: TableLayout) -> pyarrow.Table:
    """One table of the set, typed as its header says.

    Raises QueryError where a value does not fit the type of its column.
    """
    found = arrow_table(graph, layout.sparql)
    fields = {
        name: (
            column.type,
            {"meaning": column.meaning}
            | ({"unit": column.unit} if column.unit else {})
            | ({"refers": column.refers} if column.refers else {}),
        )
        for name, column in layout.columns.items()
    }
    about = {"summary": layout.summary, "key": ",".join(layout.key)}
    return as_types(found, fields, table_name=layout.name, metadata=about)


def export_tables(graph: Graph, folder: Path) -> TablesReport:
    """Write each table to `folder` as `NAME.parquet`. The folder appears whole or not at all.

    Raises StoreError if it cannot be written, QueryError as `read_table` does.
    """
    rows = {}
    with whole_folder(folder) as part:
        for name, layout in layouts().items():
            table = read_table(graph, layout)
            (part / f"{name}.parquet").write_bytes(parquet_bytes(table))
            rows[name] = len(table)
    return TablesReport(folder=str(folder), rows=rows)
