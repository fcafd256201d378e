"""Commands about the terminologies of a store: link, slice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialweave.cli.app import OutOption, StoreArgument, app, say
from trialweave.cli.output import output


@app.command()
def link(
    store: StoreArgument,
    override: Annotated[
        Path | None,
        typer.Option("--override", metavar="FILE", help="Mappings of your own (SSSOM) that go first."),
    ] = None,
    classes: Annotated[
        Path | None,
        typer.Option("--classes", metavar="FILE", help="Drug classes of your own, a table as ours is."),
    ] = None,
    out: OutOption = None,
) -> None:
    """Link the labels of records to terminologies anew, without reading the records again.

    With --out the links are written in SSSOM's form, ready to be looked through, changed and given back
    with --override. What --override or --classes states is kept until another
    file takes its place.
    """
    from trialweave.graph.link import link as link_store
    from trialweave.graph.links_out import write_links
    from trialweave.graph.store import open_store

    report = link_store(store, override=override, classes=classes)
    say(f"linked anew: {report.quads:,} quads in {store}; {report.overrides:,} mappings of your own")
    if out is not None:
        with output(out) as file:
            say(f"{write_links(open_store(store), file):,} links: {out}")


@app.command("slice")
def slice_(
    store: StoreArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="Write the slice to this file (.nq.gz).")],
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="KEY…", help="Keys to leave out.")
    ] = None,
) -> None:
    """Cut from a store's terminologies the part that its records need, with licences and notices.

    Terminologies that may not be passed on are never in it.
    """
    from trialweave.graph.store import open_store
    from trialweave.graph.terminologies.slice import slice_terminologies

    keys = [key for text in without or [] for key in text.replace(",", " ").split()]
    report = slice_terminologies(open_store(store), out, without=keys)
    for key, count in report.terms.items():
        say(f"  {key}: {count:,} terms")
    for key, count in report.mappings.items():
        say(f"  {key}: {count:,} mappings")
    say(f"{report.statements:,} statements in {report.bytes:,} bytes: {report.file}")
