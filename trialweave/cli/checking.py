"""Commands that read, check and hand over: extract, check, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialweave.cli.app import DONE_WITH_REJECTS, FormatOption, OutOption, StoreArgument, app, say
from trialweave.cli.output import output, print_table


@app.command()
def extract(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Records, or lines of {id, text}.")],
    text: Annotated[
        bool, typer.Option("--text", help="Read each file as the plain text of an abstract.")
    ] = False,
    out: OutOption = None,
) -> None:
    """Read the numbers of abstracts: one JSON object a line, {"id", "facts"}."""
    from trialweave.loaders.extract import extract_lines, extract_text
    from trialweave.records import Rejected

    rejected = 0
    with output(out) as file:
        for item in extract_text(files) if text else extract_lines(files):
            if isinstance(item, Rejected):
                rejected += 1
                say(f"{item.member or item.file}, record {item.position}: {item.reason}")
            else:
                file.write(item + "\n")
    if rejected:
        raise typer.Exit(DONE_WITH_REJECTS)


@app.command()
def check(
    store: StoreArgument,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]…",
            help="Where the registry records were read from: each number is compared with its field.",
        ),
    ] = None,
    form: FormatOption = "table",
    out: OutOption = None,
) -> None:
    """Check a store: shapes, every quote against its text, every heading and unit known.

    With sources, every number of a registry record is held against the field that it was read from.
    Exit status 1 if something is wrong; what a source posts that contradicts itself, and what is merely
    unknown, is listed and does not count.
    """
    from trialweave.graph.check import check as check_store
    from trialweave.graph.store import open_store
    from trialweave.queries.listing import issues

    report = check_store(open_store(store), sources or ())
    if report.issues:
        print_table(issues(report.issues), form, out)
    say(report.summary())
    if report.errors:
        raise typer.Exit(1)


@app.command()
def export(
    store: StoreArgument,
    file: Annotated[Path, typer.Argument(help=".nq .trig .jsonld .nt .ttl or .rdf, .gz behind it or not.")],
) -> None:
    """Write the whole graph to a file, the same bytes for the same graph."""
    from trialweave.graph.export import export as export_graph
    from trialweave.graph.store import open_store

    done = export_graph(open_store(store), file)
    graphs = (
        "graph names left out, as this format has none" if done.graphs is None else f"{done.graphs:,} graphs"
    )
    say(f"{done.statements:,} statements, {graphs}: {done.file}")
