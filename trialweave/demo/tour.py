"""The tour: build the bundled corpus, ask it five questions, say what to try next."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TextIO

from trialweave.graph.build import build
from trialweave.graph.store import open_store
from trialweave.queries.catalogue import question
from trialweave.queries.run import ask
from trialweave.queries.table import Table, write_table

STOPS: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    (
        "trial-results",
        {"trial": "NCT02649361"},
        ("endpoint", "measure", "arm", "versus", "value", "unit", "ci_low", "ci_high", "p", "quote"),
    ),
    (
        "trial-adverse-events",
        {"trial": "NCT02649361"},
        ("event", "arm", "grade", "affected", "percent", "audit", "quote"),
    ),
    (
        "shared-toxicities",
        {"drug": "anlotinib", "drug_class": "Angiogenesis Inhibitors"},
        ("event", "trials_of_drug", "trials_of_class"),
    ),
    (
        "adverse-event-rate-by-arm",
        {"drug_class": "Angiogenesis Inhibitors", "event": "Hypertension", "only": "counted"},
        ("trial", "arm", "role", "membership", "seriousness", "affected", "at_risk", "percent"),
    ),
    (
        "registry-vs-publication",
        {"only_trial": "NCT02649361"},
        ("kind", "verdict", "registry_value", "publication_value", "reason"),
    ),
)
"""Question, its parameters, and the columns that the tour shows."""


def tour(store: Path, out: TextIO) -> None:
    """Build the corpus into `store` and print five answers to `out`."""
    with as_file(files("trialweave.demo").joinpath("corpus")) as corpus:
        report = build(store, [corpus])
    graph = open_store(store)
    trials = len({row["trial"] for row in ask(graph, question("trials")).records()})
    out.write(f"Built {store} from {report.records} records: {trials} trials, {report.quads:,} quads.\n")
    for name, given, columns in STOPS:
        asked = question(name)
        parameters = "".join(f' {key}="{value}"' for key, value in given.items())
        out.write(f"\n{asked.question.strip()}\n$ trialweave ask {store} {name}{parameters}\n\n")
        write_table(_only(ask(graph, asked, given), columns), "table", out)
    out.write(
        f"""
Try next
  trialweave show {store} NCT02649361            one trial on a page, each number with its words
  trialweave ask {store} adverse-event-rate-by-arm   all arms, and what was left out and why
  trialweave questions                          what else can be asked
  trialweave ask {store} evidence-of --limit 5   where facts were read: quote, offsets, file
  trialweave export {store} demo.trig            the whole graph, for Protégé or a triple store
  trialweave build my-store my-export.nbib      your own PubMed export
"""
    )


def _only(table: Table, columns: tuple[str, ...]) -> Table:
    """The table with these columns; repeated rows fold into one."""
    places = [table.columns.index(name) for name in columns]
    rows = dict.fromkeys(tuple(row[place] for place in places) for row in table.rows)
    return Table(columns=columns, rows=tuple(rows))
