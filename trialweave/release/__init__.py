"""A release: the graph and its tables in one folder, with what a stranger and a machine must know of them.

```
FOLDER/
  ro-crate-metadata.json   RO-Crate 1.1: each file, each source, under what terms
  croissant.json           Croissant 1.0: each table and column
  void.ttl                 VoID and DCAT: what the graph holds
  NOTICE.txt               terms of each source, and what was left out, for people
  graph.nq.gz              the graph
  tables/*.parquet         the tables of `queries/dataset`
```
"""

from __future__ import annotations

import hashlib
import json
from contextlib import nullcontext
from pathlib import Path

from trialweave.errors import StoreError
from trialweave.graph.export.openly import Withheld, open_part
from trialweave.graph.export.rdf import export
from trialweave.graph.export.sources import DataSource, sources
from trialweave.graph.export.void import void_turtle
from trialweave.graph.export.whole import MARKER, whole_folder
from trialweave.graph.store import Graph
from trialweave.queries.dataset import export_tables
from trialweave.queries.dataset.layout import layouts
from trialweave.records import Record
from trialweave.release.crate import FileEntry, crate
from trialweave.release.croissant import croissant

__all__ = ["ReleaseReport", "export_release"]

GRAPH_FILE = "graph.nq.gz"


class ReleaseReport(Record, frozen=True):
    """What was written. `withheld` is absent where everything was."""

    folder: str
    statements: int
    rows: int
    date: str
    sources: tuple[DataSource, ...]
    withheld: Withheld | None = None


def export_release(graph: Graph, folder: Path, *, open_only: bool = False) -> ReleaseReport:
    """Write a release of a store to `folder`; with `open_only`, of what may be passed on.

    Its date is the newest one of its records, as no clock is asked. Raises StoreError where no record has
    a date, or if the folder cannot be written.
    """
    with open_part(graph) if open_only else nullcontext((graph, None)) as (part, withheld):
        described = tuple(one for one in sources(part) if not (open_only and one.open is not True))
        dates = [one.version for one in described if one.key in ("clinicaltrials.gov", "pubmed")]
        date = max(filter(None, dates), default=None)
        if date is None:
            raise StoreError(
                "no record of the store has a date of its own, which a release must bear; export the graph "
                "and the tables alone"
            )
        with whole_folder(folder) as made:
            done = export(part, made / GRAPH_FILE)
            tables = export_tables(part, made / "tables")
            (made / "tables" / MARKER).unlink()
            (made / "void.ttl").write_bytes(void_turtle(part, described, date=date, dump=GRAPH_FILE))
            (made / "NOTICE.txt").write_text(_notice(described, withheld), encoding="utf-8")
            files = _files(made)
            _write_json(made / "croissant.json", croissant(layouts(), files, date=date))
            files = _files(made)
            _write_json(
                made / "ro-crate-metadata.json",
                crate(files, described, date=date, withheld=withheld),
            )
    return ReleaseReport(
        folder=str(folder),
        statements=done.statements,
        rows=sum(tables.rows.values()),
        date=date,
        sources=described,
        withheld=withheld,
    )


def _files(folder: Path) -> tuple[FileEntry, ...]:
    """The files of a folder, sorted by name."""
    return tuple(
        FileEntry(
            name=path.relative_to(folder).as_posix(),
            size=path.stat().st_size,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def _write_json(file: Path, tree: object) -> None:
    file.write_text(json.dumps(tree, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _notice(described: tuple[DataSource, ...], withheld: Withheld | None) -> str:
    """The terms of each source, and what was left out, for people."""
    parts = ["This folder holds data of several sources, each under its own terms.\n"]
    for source in described:
        version = f", {source.version}" if source.version else ""
        lines = [f"{source.name}{version}", f"  licence: {source.licence or 'not stated'}"]
        lines += [f"  {source.terms}"] if source.terms else []
        lines += [f"  {source.homepage}"] if source.homepage else []
        if source.open is not True:
            may = (
                "may not be passed on"
                if source.open is False
                else "may be passed on only if its owner says so"
            )
            lines.append(f"  This part {may}.")
        parts.append("\n".join(lines) + "\n")
    if withheld is None:
        parts.append(
            "The graph and the tables hold the texts of abstracts and quotes from them. They belong to\n"
            "their publishers: do not pass this folder on. `--open-only` makes one without them.\n"
        )
    else:
        names = "".join(f"  {name}\n" for name in withheld.graphs) or "  none\n"
        parts.append(
            f"Left out: {withheld.words:,} texts and quotes of publishers; what follows from terminologies\n"
            f"that may not be passed on ({withheld.derived:,} statements), and these graphs:\n{names}"
        )
    return "\n".join(parts)
