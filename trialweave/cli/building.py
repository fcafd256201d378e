"""Commands that make a store and what goes into it: build, fetch, demo."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from trialweave.cli.app import DONE_WITH_REJECTS, StoreArgument, app, say
from trialweave.cli.bars import bar
from trialweave.cli.output import output
from trialweave.errors import LoadError

FetchSource = Literal["both", "ctgov", "pubmed"]


@app.command()
def build(
    store: StoreArgument,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE…",
            help="Files, folders, globs, zips of PubMed or registry records, and of terminologies.",
        ),
    ],
) -> None:
    """Load records and terminologies into a store, which is made if it is not there.

    The format is told from the content. Of each terminology one version is held, the one loaded last.
    Records that cannot be read are set aside in the store's rejected.jsonl, with the reason, and the rest
    goes on (exit status 3).
    """
    from trialweave.graph.build import REJECTED
    from trialweave.graph.build import build as build_store
    from trialweave.graph.store import current_generation

    report = build_store(store, sources, progress=bar("records"))
    say(
        f"{report.records:,} records: {report.new:,} new, {report.replaced:,} replaced, "
        f"{report.unchanged:,} unchanged"
        + (f" ({report.repeated:,} more came twice, word for word)" if report.repeated else "")
        + f"; {report.trials:,} report a trial; {report.quads:,} quads in {store}"
    )
    if report.terminologies or report.terminologies_unchanged:
        say(
            f"{report.terminologies:,} terminologies and sets of mappings loaded, with "
            f"{report.statements:,} statements ({report.terms:,} terms, {report.mappings:,} mappings "
            f"read one by one); {report.terminologies_unchanged:,} unchanged"
        )
    if report.rejected:
        generation = current_generation(store)
        say(f"{len(report.rejected):,} set aside, with reasons, in {generation}/{REJECTED}; the first:")
        for reject in report.rejected[:3]:
            say(f"  {reject.member or reject.file}, record {reject.position}: {reject.reason}")
        raise typer.Exit(DONE_WITH_REJECTS)


@app.command()
def fetch(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to fetch into.")],
    nct: Annotated[
        list[str] | None, typer.Option("--nct", metavar="ID…", help="NCT numbers, with commas between.")
    ] = None,
    pmid: Annotated[
        list[str] | None, typer.Option("--pmid", metavar="ID…", help="PMIDs, with commas between.")
    ] = None,
    query: Annotated[str | None, typer.Option("--query", help="Whatever matches this.")] = None,
    source: Annotated[FetchSource, typer.Option("--source", help="Where to send the query.")] = "both",
    ontology: Annotated[
        list[str] | None,
        typer.Option(
            "--ontology", metavar="KEY…", help="Terminologies, such as mesh,mondo,hp,chebi,ncit,doid."
        ),
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again for what is here.")] = False,
    email: Annotated[
        str | None, typer.Option("--email", envvar="NCBI_EMAIL", help="Your address, which NCBI asks for.")
    ] = None,
) -> None:
    """Fetch records from ClinicalTrials.gov and PubMed, or terminologies, into a folder for `build` to take.

    What is there is not fetched again, and a run that was cut off goes on where it stopped. With a key in
    NCBI_API_KEY, PubMed is asked 10 times a second at most, else 3 times. Exit status 3 if a source does
    not have some of the ids.
    """
    if ontology:
        _fetch_ontologies(folder, _split_ids(ontology), refresh=refresh)
        if not (nct or pmid or query):
            return
    from trialweave.fetch import BOTH, Step
    from trialweave.fetch import fetch as fetch_records
    from trialweave.fetch.pubmed import URL as EUTILS_URL
    from trialweave.fetch.registry import URL as CTGOV_URL

    def bar(steps: Iterator[Step]) -> Iterable[Step]:
        console = Console(file=sys.stderr)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("listing", total=None)
            for step in steps:
                description = f"{step.source}: {step.done:,} of {step.wanted:,}"
                progress.update(task, description=description, completed=step.done, total=step.wanted)
                yield step

    report = fetch_records(
        folder,
        nct=_split_ids(nct),
        pmid=_split_ids(pmid),
        query=query,
        sources=BOTH if source == "both" else (source,),
        refresh=refresh,
        email=email,
        api_key=os.environ.get("NCBI_API_KEY", "").strip() or None,
        ctgov_url=os.environ.get("TRIALWEAVE_CTGOV_URL") or CTGOV_URL,
        eutils_url=os.environ.get("TRIALWEAVE_EUTILS_URL") or EUTILS_URL,
        progress=bar,
    )
    for one in report.sources:
        say(
            f"{one.source}: {one.new:,} new, {one.replaced:,} replaced, {one.unchanged:,} unchanged, "
            f"{one.held:,} here already; {one.requests:,} requests"
        )
        for note in one.notes:
            say(f"  {note}")
        if one.not_found:
            say(f"  {len(one.not_found):,} not found: {', '.join(one.not_found)}")
    if report.not_found:
        raise typer.Exit(DONE_WITH_REJECTS)


def _fetch_ontologies(folder: Path, keys: list[str], *, refresh: bool) -> None:
    from trialweave.fetch.ontologies import addresses, fetch_ontologies

    other = os.environ.get("TRIALWEAVE_ONTOLOGIES")  # a table of other addresses, such as those of a mirror
    try:
        table = addresses(Path(other).read_text("utf-8")) if other else None
    except (OSError, UnicodeDecodeError) as error:
        raise LoadError(f"{other}: cannot be read as a table of addresses ({error})") from error
    for one in fetch_ontologies(folder, keys, table=table, refresh=refresh):
        say(
            f"{one.key}: {one.file}, {one.outcome}; {one.bytes:,} bytes, "
            f"version {one.version or 'not stated'}"
        )


def _split_ids(given: list[str] | None) -> list[str]:
    return [one for text in given or [] for one in text.replace(",", " ").split()]


@app.command()
def demo(
    store: Annotated[Path, typer.Argument(metavar="[STORE]", help="Where to build it.")] = Path(
        "trialweave-demo"
    ),
) -> None:
    """Build the bundled corpus and ask it five questions."""
    from trialweave.demo.tour import tour

    with output(None) as out:
        tour(store, out)
