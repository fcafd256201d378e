"""The command that makes networks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from trialweave.cli.app import FormatOption, SourceArgument, app, say
from trialweave.cli.output import output, print_table

Weight = Literal["trials", "people", "log-rr"]
Level = Literal["drug", "class"]
Method = Literal["louvain", "leiden"]
Side = Literal["drugs", "toxicities"]
Seriousness = Literal["other", "serious"]


@app.command()
def network(
    store: SourceArgument,
    weight: Annotated[Weight, typer.Option(help="What an edge weighs.")] = "trials",
    level: Annotated[Level, typer.Option(help="Drugs and toxicities, or classes of both.")] = "drug",
    classes: Annotated[
        str, typer.Option(help="Terminologies that classes are taken from: mesh, or such as atc,meddra.")
    ] = "mesh",
    min_trials: Annotated[int, typer.Option(min=0, help="Least number of trials of an edge.")] = 1,
    min_grade: Annotated[
        int | None, typer.Option(min=1, max=5, help="People and risk ratios of this grade and above.")
    ] = None,
    seriousness: Annotated[Seriousness, typer.Option(help="Of which events people are counted.")] = "other",
    project: Annotated[Side | None, typer.Option(help="Join those of one side by what they share.")] = None,
    backbone: Annotated[
        float | None, typer.Option(help="Of a projection, keep pairs with a disparity p below this.")
    ] = None,
    method: Annotated[Method, typer.Option(help="Leiden needs igraph: pip install igraph.")] = "louvain",
    runs: Annotated[int, typer.Option(min=1, help="Runs of it to agree on communities.")] = 10,
    draws: Annotated[int, typer.Option(min=0, help="Random graphs to test against; 0: no test.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of runs and draws.")] = 0,
    processes: Annotated[int, typer.Option(min=1, help="Processes for the draws.")] = 1,
    cutoff: Annotated[
        str | None, typer.Option(help="Hold out links of trials from this date on. [default: last fifth]")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The network: .graphml .gexf .cyjs .cx2 .tsv .parquet"),
    ] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="A picture of it: .svg .png .pdf")] = None,
    heat_map: Annotated[
        Path | None, typer.Option("--heat-map", help="Drugs by toxicities: .svg .png .pdf")
    ] = None,
    form: FormatOption = "table",
) -> None:
    """The network of drugs and toxicities: communities, bridges, what is central, what chance makes of it.

    An edge joins a drug and a toxicity that somebody given it had, in as many trials as it weighs; or it
    weighs people, or the risk ratio pooled over trials with a control. An edge whose weight no source gives
    is kept and marked. --format table gives a page, csv and others one row for each node.
    """
    from trialweave.queries.network import report
    from trialweave.queries.network.analysis import Asked, analyse
    from trialweave.queries.network.links import links
    from trialweave.queries.source import open_source

    if backbone is not None and project is None:
        raise typer.BadParameter("--backbone goes with --project")
    asked = Asked(
        weight=weight,
        level=level,
        min_trials=min_trials,
        project=project,
        backbone=backbone,
        method=method,
        runs=runs,
        draws=draws,
        seed=seed,
        processes=processes,
        cutoff=cutoff,
    )
    found_links = links(
        open_source(store),
        level=level,
        min_grade=min_grade,
        seriousness=seriousness,
        classes=[name.strip().lower() for name in classes.split(",")],
    )
    found = analyse(found_links, asked)
    if out is not None:
        from trialweave.queries.network.export import export

        export(found.network, out)
        say(f"{found.network.number_of_nodes():,} nodes, {found.network.number_of_edges():,} edges in {out}")
    if plot is not None:
        from trialweave.queries.network.picture import draw

        draw(found, plot)
    if heat_map is not None:
        from trialweave.queries.network.heat_map import heat_map as draw_heat_map

        draw_heat_map(found_links, heat_map, weight=weight, min_trials=max(min_trials, 1))
    if form in ("table", "json"):
        with output(None) as file:
            file.write(report.document(found) if form == "json" else report.page(found))
    else:
        print_table(report.rows(found), form, None)
