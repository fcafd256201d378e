"""A trial on one page: design, results, toxicity, what the audit found, each with its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from trialweave.errors import QueryError
from trialweave.graph.quads import NamedNode
from trialweave.ontology.prefixes import compact
from trialweave.queries.catalogue import question
from trialweave.queries.run import ask, select
from trialweave.queries.table import Python
from trialweave.queries.values import resolve_trial

if TYPE_CHECKING:
    from trialweave.queries.source import Source

Row = Mapping[str, Python]

_WIDTH = 26


def trial_page(source: Source, trial: str) -> str:
    """The page of a trial, as text. Raises QueryError if this graph does not have it."""
    try:
        iri = resolve_trial(source, trial).value
    except ValueError as error:
        raise QueryError(f"{trial!r}: holds bytes that are no UTF-8 text") from error

    def rows(name: str, **given: str) -> list[Row]:
        found = ask(source, question(name), given).records()
        return [row | {"quote": _in_context(source, str(row["fact"]))} for row in found]

    summary = rows("trial-summary", trial=iri)
    titles = [str(row["value"]) for row in summary if row["item"] == "title"]
    lines = [*(titles or ["(no publication in this graph reports this trial)"]), compact(iri), ""]
    lines += _section("Design", (_stated(row) for row in summary if row["item"] != "title"))
    lines += _section("Results", _results(rows("trial-results", trial=iri)))
    lines += _section("Adverse events", _events(rows("trial-adverse-events", trial=iri)))
    lines += _section("What the number audit found", _findings(rows("number-audit", only_trial=iri)))
    lines.append("Offsets, file and graph of each: trialweave ask STORE evidence-of")
    return "\n".join(lines) + "\n"


def _section(title: str, entries: Iterable[list[str]]) -> list[str]:
    body = [line for entry in entries for line in entry]
    return [title, "─" * len(title), *body, ""] if body else []


def _in_context(source: Source, fact: str) -> str | None:
    """The words of a fact in guillemets, with the words around them; None for a field."""
    found = select(source, _CONTEXT.format(fact=NamedNode(fact))).records()
    if not found:
        return None
    before, quote, behind = (
        " ".join(str(found[0][name] or "").split("\n")) for name in ("before", "quote", "behind")
    )
    head = "…" + before.partition(" ")[2] if before else ""
    tail = behind.rpartition(" ")[0] + "…" if behind else ""
    return f"{head}«{quote}»{tail}"


_CONTEXT = """
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX tw: <https://w3id.org/trialweave/ontology#>
SELECT ?before ?quote ?behind WHERE {{
  {fact} tw:evidence ?span . ?span oa:hasSelector ?selector .
  ?selector oa:exact ?quote ; oa:prefix ?before ; oa:suffix ?behind .
}} ORDER BY ?quote LIMIT 1
"""


def _quoted(row: Row) -> list[str]:
    return [f"{'':{_WIDTH}}  {row['quote']}"] if row["quote"] else []


def _stated(row: Row) -> list[str]:
    of = f" ({row['of']})" if row["of"] else ""
    return [f"{row['item'] or '':{_WIDTH}}  {row['value']}{of}", *_quoted(row)]


def _results(found: list[Row]) -> Iterable[list[str]]:
    for endpoint, group in groupby(found, key=lambda row: (row["endpoint"], row["role"])):
        name, role = endpoint
        yield [f"{name or 'endpoint not stated'}{f' ({role} endpoint)' if role else ''}"]
        for row in group:
            versus = f" versus {row['versus']}" if row["versus"] else ""
            arm = row["arm"] or "arm not stated"
            yield [f"  {row['measure'] or '':{_WIDTH - 2}}  {arm}{versus}: {_value(row)}", *_quoted(row)]


def _value(row: Row) -> str:
    parts = []
    if row["value"] is not None:
        parts.append(f"{row['value']}{_unit(row['unit'])}")
    if row["not_reached"]:
        parts.append("not reached")
    if row["n"] is not None:
        parts.append(f"{row['n']}" + (f" of {row['of']}" if row["of"] is not None else ""))
    if row["ci_low"] is not None or row["ci_high"] is not None:
        level = f"{row['ci_level']} % " if row["ci_level"] is not None else ""
        name = row["interval"] or ("CI" if level else "")
        low, high = ("not stated" if row[end] is None else row[end] for end in ("ci_low", "ci_high"))
        parts.append(f"({level}{name}{' ' if name else ''}{low} to {high})")
    if row["sd"] is not None:
        parts.append(f"SD {row['sd']}")
    if row["p"] is not None:
        parts.append(f"p {row['p']}")
    if row["timepoint"] is not None:
        parts.append(f"at {row['timepoint']}")
    return " ".join(parts)


def _unit(unit: Python) -> str:
    return f" {unit}" if unit else ""


def _events(found: list[Row]) -> Iterable[list[str]]:
    """The counts of publications, one by one; of the registry's long tables, how many there are."""
    posted = sum(row["source"] == "registry" for row in found)
    for row in (row for row in found if row["source"] == "publication"):
        grade = f", grade {row['grade']}" if row["grade"] else ""
        cause = f", {row['attribution']}" if row["attribution"] else ""
        count = [] if row["affected"] is None else [str(row["affected"])]
        count += [] if row["at_risk"] is None else [f"of {row['at_risk']}"]
        count += [] if row["percent"] is None else [f"({row['percent']} %)"]
        audit = f"  ⚠ {row['audit']}" if row["audit"] else ""
        what = f"{row['event']}{grade}{cause}"
        yield [f"  {row['arm'] or 'arm not stated'}: {what}: {' '.join(count)}{audit}", *_quoted(row)]
    if posted:
        yield [
            f"  {posted:,} counts stand in the registry's tables: trialweave ask STORE trial-adverse-events"
        ]


def _findings(found: list[Row]) -> Iterable[list[str]]:
    for row in found:
        yield [f"  {row['check']} ({row['certainty']}): {row['message']}", *_quoted(row)]
