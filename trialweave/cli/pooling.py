"""The command that pools: trials of a store, or a table of a person's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from trialweave.cli.app import FormatOption, OutOption, app
from trialweave.cli.asking import split_parameters
from trialweave.cli.output import output, print_table

Measure = Literal["rr", "or", "rd", "hr"]
Method = Literal["mh", "peto", "iv", "dl", "pm", "reml"]
Interval = Literal["normal", "hartung-knapp", "hartung-knapp-adhoc"]
AddTo = Literal["only0", "all", "if0all", "none"]


@app.command()
def pool(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[STORE|URL] [NAME=VALUE]…",
            help="drug=, event=; and if wanted min_grade=, seriousness=, by=drug|disease|phase.",
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--table", help="Pool the 2x2 counts or the estimates of this CSV; no STORE."),
    ] = None,
    measure: Annotated[
        Measure | None,
        typer.Option(help="Risk ratio (by itself), odds ratio (with peto), risk difference."),
    ] = None,
    method: Annotated[Method, typer.Option(help="How effects are weighted.")] = "reml",
    interval: Annotated[Interval, typer.Option(help="Of a random-effects pool.")] = "normal",
    level: Annotated[float, typer.Option(help="Confidence level, percent.")] = 95.0,
    add: Annotated[float, typer.Option(help="What to add to cells.", min=0)] = 0.5,
    to: Annotated[AddTo, typer.Option(help="To the cells of which studies.")] = "only0",
    drop00: Annotated[
        bool | None,
        typer.Option(
            "--drop00/--keep00", help="Leave out studies with nobody, or everybody (so for ratios)."
        ),
    ] = None,
    without_one: Annotated[
        bool, typer.Option("--leave-one-out", help="Also without each study, and each subgroup.")
    ] = False,
    plot: Annotated[Path | None, typer.Option("--plot", help="Forest plot: .svg .png .pdf")] = None,
    funnel: Annotated[Path | None, typer.Option("--funnel", help="Funnel plot: .svg .png .pdf")] = None,
    form: FormatOption = "table",
    out: OutOption = None,
) -> None:
    """Pool the trials of a store, or a table of your own, into one effect with its heterogeneity.

    From a store: one 2x2 table a trial, people with the event given the drug against those not given it.
    Whatever is not pooled is listed with the reason. Methods: Mantel-Haenszel, Peto (odds ratios), inverse
    variance (iv), and random effects with tau² by DerSimonian-Laird, Paule-Mandel, REML. A table has the
    columns study, events_treated, n_treated, events_control, n_control; or study, estimate, ci_low, ci_high.
    """
    from trialweave.queries.source import open_source
    from trialweave.queries.synthesis import answer, document, report
    from trialweave.queries.synthesis.study import Model, ZeroCells

    given = list(arguments or [])
    store = given.pop(0) if given and ("=" not in given[0] or "://" in given[0]) else None
    if (store is None) == (table is None):
        raise typer.BadParameter("give a STORE with drug= and event=, or --table FILE")
    values = split_parameters(given)
    zero_cells = ZeroCells(add=add, to=to, drop00=drop00)
    measure = measure or ("or" if method == "peto" else "rr")
    model = Model(measure=measure, method=method, interval=interval, level=level / 100, zero_cells=zero_cells)
    if table is not None:
        found = answer.from_table(table, model, values, without_one=without_one)
    elif store is not None:
        found = answer.from_graph(open_source(store), model, values, without_one=without_one)
    if plot is not None:
        from trialweave.queries.synthesis.forest import forest

        forest(found, plot)
    if funnel is not None:
        from trialweave.queries.synthesis.funnel import funnel as draw_funnel

        draw_funnel(found, funnel)
    if form in ("table", "json"):
        with output(out) as file:
            file.write(document.document(found) if form == "json" else report.page(found))
    else:
        print_table(document.rows(found), form, out)
