"""The command that writes a store in the forms of others: export."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trialweave.cli.app import StoreArgument, app, say

if TYPE_CHECKING:
    from trialweave.graph.export.openly import Withheld
    from trialweave.graph.store import Graph

Form = Literal["rdf", "trials", "kgx", "tables", "release"]


@app.command()
def export(
    store: StoreArgument,
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET",
            help="A file: .nq .trig .jsonld .nt .ttl .rdf or .jsonl, .gz behind it or not. Or a folder.",
        ),
    ],
    form: Annotated[
        Form | None,
        typer.Option(
            "--form",
            help="rdf: one file. trials: a JSON-LD document a trial. kgx: Biolink nodes and edges. "
            "tables: Parquet. release: graph and tables with RO-Crate, Croissant and VoID. "
            "Else by the ending: .jsonl is trials, .parquet tables, .kgx kgx, .crate release.",
        ),
    ] = None,
    open_only: Annotated[
        bool,
        typer.Option(
            "--open-only", help="Only what may be passed on: no publishers' texts, no closed terms."
        ),
    ] = False,
) -> None:
    """Write the store in a form that other tools read, the same bytes for the same store.

    What is written appears whole or not at all; a folder is replaced only if an earlier export made it.
    """
    from trialweave.graph.export.openly import open_part
    from trialweave.graph.store import open_store

    graph = open_store(store)
    chosen = form or _form_of(target)
    if chosen == "release":
        _release(graph, target, open_only=open_only)
        return
    with open_part(graph) if open_only else nullcontext((graph, None)) as (part, withheld):
        say(_WRITERS[chosen](part, target))
        if withheld is not None:
            _say_withheld(withheld)


_ENDINGS: dict[str, Form] = {".jsonl": "trials", ".parquet": "tables", ".kgx": "kgx", ".crate": "release"}


def _form_of(target: Path) -> Form:
    """The form that the name of the target asks for.

    >>> _form_of(Path("out/tables.parquet")), _form_of(Path("trials.jsonl.gz")), _form_of(Path("all.nq.gz"))
    ('tables', 'trials', 'rdf')
    """
    return _ENDINGS.get(Path(target.name.lower().removesuffix(".gz")).suffix, "rdf")


def _rdf(graph: Graph, target: Path) -> str:
    from trialweave.graph.export import export as export_graph

    done = export_graph(graph, target)
    graphs = (
        "graph names left out, as this format has none" if done.graphs is None else f"{done.graphs:,} graphs"
    )
    return f"{done.statements:,} statements, {graphs}: {done.file}"


def _trials(graph: Graph, target: Path) -> str:
    from trialweave.graph.export.documents import export_documents

    done = export_documents(graph, target)
    return f"{done.documents:,} documents, {done.statements:,} statements: {done.target}"


def _kgx(graph: Graph, target: Path) -> str:
    from trialweave.graph.export.kgx import export_kgx

    done = export_kgx(graph, target)
    return (
        f"{done.nodes:,} nodes, {done.edges:,} edges: {done.folder}; {done.left_out:,} counts left out, as "
        "their group is no one arm"
    )


def _tables(graph: Graph, target: Path) -> str:
    from trialweave.queries.dataset import export_tables

    done = export_tables(graph, target)
    return f"{len(done.rows)} tables, {sum(done.rows.values()):,} rows: {done.folder}"


_WRITERS = {"rdf": _rdf, "trials": _trials, "kgx": _kgx, "tables": _tables}


def _release(graph: Graph, target: Path, *, open_only: bool) -> None:
    from trialweave.release import export_release

    done = export_release(graph, target, open_only=open_only)
    say(f"{done.statements:,} statements, {done.rows:,} rows of tables, as of {done.date}: {done.folder}")
    if done.withheld is not None:
        _say_withheld(done.withheld)
    else:
        say("It holds texts of publishers, which may not be passed on; --open-only leaves them out.")


def _say_withheld(withheld: Withheld) -> None:
    say(
        f"left out: {withheld.words:,} texts and quotes of publishers, {len(withheld.graphs):,} graphs of "
        f"terminologies and mappings, {withheld.derived:,} statements that follow from these"
    )
