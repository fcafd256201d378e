"""The command line: each command opens, calls one library function, prints.

Answers go to stdout, everything else to stderr. Exit status: 0 fine, 1 error, 2 usage,
3 done, with records set aside.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from trialweave._version import __version__
from trialweave.errors import QueryError, TrialweaveError
from trialweave.queries.table import Format, Table, fit, write_table

DONE_WITH_REJECTS = 3

FetchSource = Literal["both", "ctgov", "pubmed"]

app = typer.Typer(
    name="trialweave",
    help="The knowledge graph of clinical trial evidence: every number leads back to its words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

StoreArgument = Annotated[Path, typer.Argument(metavar="STORE", help="Folder of the store.")]
SourceArgument = Annotated[
    str, typer.Argument(metavar="STORE|URL", help="Folder of the store, or address of a SPARQL endpoint.")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="Form of the answer.")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write the answer to this file.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=0, help="At most this many rows.")]
QueriesOption = Annotated[
    Path | None, typer.Option("--queries", help="A folder of .rq files of your own, in place of ours.")
]


def say(message: str) -> None:
    """Tell the person something that is no answer."""
    print(message, file=sys.stderr)  # noqa: T201


def main() -> None:
    """Run the command line; our errors become one message and exit status 1."""
    try:
        app()
    except TrialweaveError as error:
        say(f"trialweave: {error}")
        sys.exit(1)


@contextmanager
def _output(out: Path | None) -> Iterator[TextIO]:
    """Stdout, or a file that appears whole; a device or a pipe is written to as it stands."""
    if out is None:
        yield from _stdout()
        return
    if out.exists() and not out.is_file() and not out.is_dir():
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    if not out.name:
        raise QueryError(f"{out}: is a folder; name a file")
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise QueryError(f"{out}: cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)


def _stdout() -> Iterator[TextIO]:
    """Stdout; whoever reads it may go before the end, as `head` does."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still in the buffer
        raise typer.Exit from None
    except UnicodeEncodeError as error:
        raise QueryError(
            f"stdout is {error.encoding}, which has no {error.object[error.start]!r}; use --out FILE, "
            "or set PYTHONIOENCODING=utf-8"
        ) from error
    except OSError as error:
        raise QueryError(f"stdout: cannot be written ({error.strerror})") from error


def _print_table(table: Table, form: Format, out: Path | None) -> None:
    for_people = out is None and form == "table"
    shown = fit(table, shutil.get_terminal_size().columns) if for_people and sys.stdout.isatty() else table
    with _output(out) as file:
        write_table(shown, form, file)
    if for_people:
        left_out = [name for name in table.columns if name not in shown.columns]
        hidden = f" (not shown: {', '.join(left_out)}; --format csv has them)" if left_out else ""
        say(f"{len(table)} row{'' if len(table) == 1 else 's'}{hidden}")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"trialweave {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def build(
    store: StoreArgument,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE…", help="Files, folders, globs, zips of PubMed or registry records."),
    ],
) -> None:
    """Load records into a store, which is made if it is not there.

    The format is told from the content. Records that cannot be read are set aside in the store's
    rejected.jsonl, with the reason, and the rest goes on (exit status 3).
    """
    from trialweave.graph.build import REJECTED, Item
    from trialweave.graph.build import build as build_store
    from trialweave.graph.store import current_generation

    def bar(items: Iterator[Item]) -> Iterable[Item]:
        console = Console(file=sys.stderr)
        columns = (
            SpinnerColumn(),
            TextColumn("{task.completed:,} records"),
            BarColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
            yield from progress.track(items, total=None)

    report = build_store(store, sources, progress=bar)
    say(
        f"{report.records:,} records: {report.new:,} new, {report.replaced:,} replaced, "
        f"{report.unchanged:,} unchanged"
        + (f" ({report.repeated:,} more came twice, word for word)" if report.repeated else "")
        + f"; {report.trials:,} report a trial; {report.quads:,} quads in {store}"
    )
    if report.rejected:
        generation = current_generation(store)
        say(f"{len(report.rejected):,} set aside, with reasons, in {generation}/{REJECTED}; the first:")
        for reject in report.rejected[:3]:
            say(f"  {reject.member or reject.file}, record {reject.position}: {reject.reason}")
        raise typer.Exit(DONE_WITH_REJECTS)


@app.command()
def ask(
    store: SourceArgument,
    question: Annotated[str, typer.Argument(help="Name of a question; `questions` lists them.")],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]…", help="Its parameters.")
    ] = None,
    form: FormatOption = "table",
    out: OutOption = None,
    limit: LimitOption = None,
    queries: QueriesOption = None,
) -> None:
    """Ask a saved question of a store."""
    from trialweave.queries import catalogue, run
    from trialweave.queries.source import open_source

    saved = catalogue.question(question, queries or catalogue.SAVED)
    given: dict[str, str] = {}
    for name, value in map(_split_parameter, parameters or []):
        if name in given:
            raise typer.BadParameter(f"{name} is given twice; a parameter takes one value")
        given[name] = value
    _print_table(run.ask(open_source(store), saved, given, limit=limit), form, out)


def _split_parameter(parameter: str) -> tuple[str, str]:
    name, equals, value = parameter.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{parameter!r}: write NAME=VALUE, such as drug=anlotinib")
    return name, value


@app.command()
def questions(
    name: Annotated[str | None, typer.Argument(metavar="[QUESTION]", help="Show this one in full.")] = None,
    form: FormatOption = "table",
    out: OutOption = None,
    queries: QueriesOption = None,
) -> None:
    """List the saved questions, or show one with its parameters and its SPARQL."""
    from trialweave.queries import catalogue, listing

    folder = queries or catalogue.SAVED
    if name is None:
        _print_table(listing.all_questions(catalogue.questions(folder)), form, out)
        return
    with _output(out) as file:
        file.write(listing.one_question(catalogue.question(name, folder)))


@app.command()
def sparql(
    store: SourceArgument,
    query: Annotated[str | None, typer.Argument(help="The query.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the query from this file.")] = None,
    form: FormatOption = "table",
    out: OutOption = None,
    limit: LimitOption = None,
) -> None:
    """Run SPARQL 1.1 of your own; the default graph is the union of all graphs.

    A triple that stands in several graphs is met several times there: write COUNT(DISTINCT …).
    """
    from trialweave.queries.run import select
    from trialweave.queries.source import open_source

    if (query is None) == (file is None):
        raise typer.BadParameter("give a query, or --file with one")
    if file is not None:
        try:
            query = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise QueryError(f"{file}: cannot be read ({error})") from error
    _print_table(select(open_source(store), query or "", limit=limit), form, out)


@app.command()
def show(
    store: SourceArgument,
    trial: Annotated[str, typer.Argument(help="Registry id, or the PMID or DOI of its publication.")],
    out: OutOption = None,
) -> None:
    """One trial on a page: design, arms, results and toxicity, each with the words it was read from."""
    from trialweave.queries.page import trial_page
    from trialweave.queries.source import open_source

    with _output(out) as file:
        file.write(trial_page(open_source(store), trial))


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
    with _output(out) as file:
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
        _print_table(issues(report.issues), form, out)
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
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again for what is here.")] = False,
    email: Annotated[
        str | None, typer.Option("--email", envvar="NCBI_EMAIL", help="Your address, which NCBI asks for.")
    ] = None,
) -> None:
    """Fetch records from ClinicalTrials.gov and PubMed into a folder, which `build` then takes.

    What is there is not fetched again, and a run that was cut off goes on where it stopped. With a key in
    NCBI_API_KEY, PubMed is asked 10 times a second at most, else 3 times. Exit status 3 if a source does
    not have some of the ids.
    """
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

    with _output(None) as out:
        tour(store, out)


if __name__ == "__main__":
    main()
