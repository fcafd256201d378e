"""Commands that read, check and hand over: extract, check, push."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from trialweave.cli.app import DONE_WITH_REJECTS, FormatOption, OutOption, StoreArgument, app, say
from trialweave.cli.bars import bar
from trialweave.cli.output import output, print_table


@app.command()
def extract(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Records, or lines of {id, text}; - for stdin.")
    ],
    text: Annotated[
        bool, typer.Option("--text", help="Read each file as the plain text of an abstract.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the text with its facts marked, to check them by eye.")
    ] = False,
    out: OutOption = None,
) -> None:
    """Read the numbers of abstracts: one JSON object a line, {"id", "facts"}.

    With --explain, the text itself: every fact marked and numbered where it stands, and below each
    sentence what was read, from which words, by which rule, and what the audit says of it.
    """
    from trialweave.loaders import extract as extraction
    from trialweave.loaders.explain import show
    from trialweave.records import Rejected

    rejected = 0
    with output(out) as file:
        for item in extraction.extract_texts(files) if text else extraction.extract(files):
            if isinstance(item, Rejected):
                rejected += 1
                say(f"{item.member or item.file}, record {item.position}: {item.reason}")
            elif explain:
                show(item, file)
            else:
                file.write(extraction.encode(item) + "\n")
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
def push(
    store: StoreArgument,
    endpoint: Annotated[str, typer.Argument(metavar="URL", help="Address where the other store answers.")],
    preset: Annotated[str, typer.Option("--preset", help="What kind of store it is.")],
    route: Annotated[
        Literal["graphs", "update", "file"] | None,
        typer.Option(
            "--route", help="Whole graphs, SPARQL updates, or a file to be loaded there; else the preset's."
        ),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="The file that --route file writes.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Make a SPARQL store elsewhere hold this graph: only what changed is sent, and all is verified.

    Graphs that trialweave did not write there stay as they are. A push that was cut off goes on where it
    stopped. Credentials come from TRIALWEAVE_USER and TRIALWEAVE_PASSWORD, or TRIALWEAVE_TOKEN.
    """
    from trialweave.graph import push as pushing
    from trialweave.graph.endpoint import Credentials, Endpoint
    from trialweave.graph.export import export as export_graph
    from trialweave.graph.push.presets import preset as preset_named
    from trialweave.graph.store import open_store

    chosen = preset_named(preset)
    graph = open_store(store)
    if (route or chosen.route) == "file":
        if file is None:
            raise typer.BadParameter("name the file to write with --file FILE.nq.gz")
        done = export_graph(graph, file)
        say(f"{done.statements:,} statements: {done.file}; load it there with: {chosen.bulk}")
        return
    updates, graphs = chosen.addresses(endpoint)
    credentials = Credentials.of(os.environ, scheme=chosen.scheme)
    with Endpoint(endpoint, credentials=credentials, update_url=updates, graphs_url=graphs) as there:
        if dry_run:
            made = pushing.plan(graph, there, chosen)
        else:
            made = pushing.push(graph, there, chosen, route=route, progress=bar("graphs"))
    words = "would be" if dry_run else "were"
    say(
        f"{made.count('write'):,} graphs {words} written, {made.count('rewrite'):,} written anew, "
        f"{made.count('remove'):,} removed; {made.unchanged:,} unchanged"
        + ("" if dry_run else f"; {sum(made.sizes.values()):,} triples there, verified")
    )
