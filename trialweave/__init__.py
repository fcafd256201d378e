"""trialweave: the knowledge graph of clinical trial evidence.

The commands of the command line, as functions of the same names:

- `build(folder, sources)` loads records into a store; `open_store(folder)` opens it
- `questions()`, `question(name)`, `ask(graph, question, {…})`, `select(graph, sparql)` ask it
- `open_source(name)` opens a store or a SPARQL endpoint; `ask_arrow(…)` answers as an Arrow table, and
  `to_frame(table)` makes it a DataFrame
- `why(graph, term, containing)` says on what ways a term counts as within a class
- `trial_page(graph, trial)` shows a trial, `check(graph)` checks, `export(graph, file)` exports
- `read(*sources)` gives the records of files, `extract_lines(sources)` the numbers of their abstracts
"""

from trialweave._version import __version__
from trialweave.errors import (
    CheckError,
    LinkError,
    LoadError,
    QueryError,
    RemoteError,
    StoreError,
    TrialweaveError,
)
from trialweave.graph.build import build
from trialweave.graph.check import check
from trialweave.graph.export import export
from trialweave.graph.store import Graph, open_store
from trialweave.loaders import read
from trialweave.loaders.extract import extract_lines
from trialweave.queries.arrow import arrow_table, ask_arrow, to_frame
from trialweave.queries.catalogue import question, questions
from trialweave.queries.page import trial_page
from trialweave.queries.run import ask, select
from trialweave.queries.source import open_source
from trialweave.queries.table import Table, write_table
from trialweave.queries.why import why

__all__ = [
    "CheckError",
    "Graph",
    "LinkError",
    "LoadError",
    "QueryError",
    "RemoteError",
    "StoreError",
    "Table",
    "TrialweaveError",
    "__version__",
    "arrow_table",
    "ask",
    "ask_arrow",
    "build",
    "check",
    "export",
    "extract_lines",
    "open_source",
    "open_store",
    "question",
    "questions",
    "read",
    "select",
    "to_frame",
    "trial_page",
    "why",
    "write_table",
]
