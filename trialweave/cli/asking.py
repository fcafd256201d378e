"""Commands that ask: ask, why, questions, sparql, show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialweave.cli.app import (
    AnswerFormatOption,
    FormatOption,
    LimitOption,
    OutOption,
    QueriesOption,
    SourceArgument,
    StoreArgument,
    app,
    say,
)
from trialweave.cli.output import output, print_table
from trialweave.errors import QueryError

if TYPE_CHECKING:
    from trialweave.queries.catalogue import Column
    from trialweave.queries.source import Source


@app.command()
def ask(
    store: SourceArgument,
    question: Annotated[str, typer.Argument(help="Name of a question; `questions` lists them.")],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]…", help="Its parameters.")
    ] = None,
    form: AnswerFormatOption = "table",
    out: OutOption = None,
    limit: LimitOption = None,
    queries: QueriesOption = None,
) -> None:
    """Ask a saved question of a store."""
    from trialweave.queries import catalogue, run
    from trialweave.queries.source import open_source

    saved = catalogue.question(question, queries or catalogue.SAVED)
    given = split_parameters(parameters or [])
    source = open_source(store)
    if form == "parquet":
        _write_parquet(source, run.bind(saved, given, source), out, limit, columns=saved.columns)
    else:
        print_table(run.ask(source, saved, given, limit=limit), form, out)


def _write_parquet(
    source: Source, query: str, out: Path | None, limit: int | None, *, columns: Mapping[str, Column]
) -> None:
    from trialweave.queries.arrow import arrow_table, write_parquet

    if out is None:
        raise typer.BadParameter("Parquet is a file for programs; name it with --out FILE")
    table = arrow_table(source, query, columns=columns)
    write_parquet(table if limit is None else table.slice(0, limit), out)


def split_parameters(parameters: Iterable[str]) -> dict[str, str]:
    """The values of NAME=VALUE arguments, by name."""
    given: dict[str, str] = {}
    for name, value in map(_split_parameter, parameters):
        if name in given:
            raise typer.BadParameter(f"{name} is given twice; a parameter takes one value")
        given[name] = value
    return given


def _split_parameter(parameter: str) -> tuple[str, str]:
    name, equals, value = parameter.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{parameter!r}: write NAME=VALUE, such as drug=anlotinib")
    return name, value


@app.command()
def why(
    store: StoreArgument,
    term: Annotated[str, typer.Argument(metavar="TERM", help="A drug, condition or event.")],
    containing: Annotated[str, typer.Argument(metavar="CLASS", help="What it may lie within.")],
    form: FormatOption = "table",
    out: OutOption = None,
) -> None:
    """Why a drug, condition or event counts as within a class: each way, step by step, and who says so.

    Both are a label, a CURIE such as mesh:D020533 or HP:0000822, or an IRI. Exit status 1 if there is no way.
    """
    from trialweave.graph.store import open_store
    from trialweave.queries.why import why as ways

    found = ways(open_store(store), term, containing)
    if not found.rows:
        say(f"trialweave: no way from {term!r} to {containing!r}: nothing in this store puts it there")
        raise typer.Exit(1)
    print_table(found, form, out)


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
        print_table(listing.all_questions(catalogue.questions(folder)), form, out)
        return
    with output(out) as file:
        file.write(listing.one_question(catalogue.question(name, folder)))


@app.command()
def sparql(
    store: SourceArgument,
    query: Annotated[str | None, typer.Argument(help="The query.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the query from this file.")] = None,
    form: AnswerFormatOption = "table",
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
    source = open_source(store)
    if form == "parquet":
        _write_parquet(source, query or "", out, limit, columns={})
    else:
        print_table(select(source, query or "", limit=limit), form, out)


@app.command()
def show(
    store: SourceArgument,
    trial: Annotated[str, typer.Argument(help="Registry id, or the PMID or DOI of its publication.")],
    out: OutOption = None,
) -> None:
    """One trial on a page: design, arms, results and toxicity, each with the words it was read from."""
    from trialweave.queries.page import trial_page
    from trialweave.queries.source import open_source

    with output(out) as file:
        file.write(trial_page(open_source(store), trial))
