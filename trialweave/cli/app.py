"""The application, what its commands take in common, and how it speaks to the person."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from trialweave._version import __version__
from trialweave.queries.table import Format

DONE_WITH_REJECTS = 3

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
AnswerFormat = Literal["table", "csv", "tsv", "json", "sparql-json", "md", "parquet"]
AnswerFormatOption = Annotated[AnswerFormat, typer.Option("--format", "-f", help="Form of the answer.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="Form of the answer.")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write the answer to this file.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=0, help="At most this many rows.")]
QueriesOption = Annotated[
    Path | None, typer.Option("--queries", help="A folder of .rq files of your own, in place of ours.")
]


def say(message: str) -> None:
    """Tell the person something that is no answer."""
    print(message, file=sys.stderr)  # noqa: T201


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
