"""Ask: bind the values, run the SPARQL, hand back a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyoxigraph

from trialweave.errors import QueryError, RemoteError
from trialweave.graph.quads import Term, Triple
from trialweave.queries.catalogue import Question, values_block
from trialweave.queries.table import Table
from trialweave.queries.values import parse_value

if TYPE_CHECKING:
    from trialweave.queries.source import Source

Answer = pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples


def bind(question: Question, given: Mapping[str, str], source: Source) -> str:
    """The question's SPARQL with the given values in place of its defaults.

    Values become RDF terms first and are written in RDF syntax; nothing typed gets into the query
    as it was typed. Raises QueryError for an unknown parameter, a missing or an unfit value.
    """
    for name in given:
        if name not in question.parameters:
            known = ", ".join(question.parameters) or "none"
            raise QueryError(f"{question.name} has no parameter {name!r}; its parameters: {known}")
    blocks: dict[str, str] = {}
    for name, parameter in question.parameters.items():
        if name in given:
            blocks[name] = f"VALUES ?{name} {{ {parse_value(name, parameter, given[name], source)} }}"
        elif parameter.default is not None:
            continue  # the file holds its default
        elif parameter.optional:
            blocks[name] = f"VALUES ?{name} {{ UNDEF }}"
        else:
            raise QueryError(f"{question.name} needs {name}=… ({parameter.label})")
    if not blocks:
        return question.sparql
    # All at once: a text that itself looks like a block is never looked at again.
    texts = list(blocks.values())
    places = re.compile("|".join(f"({values_block(name).pattern})" for name in blocks))
    return places.sub(lambda match: texts[(match.lastindex or 1) - 1], question.sparql)


def ask(
    source: Source, question: Question, given: Mapping[str, str] | None = None, *, limit: int | None = None
) -> Table:
    """The answer to a saved question: `given` holds parameter values as a person types them."""
    table = select(source, bind(question, given or {}, source), limit=limit)
    missing = [name for name in question.columns if name not in table.columns]
    if missing:
        raise QueryError(f"{question.name}: its SPARQL does not select {', '.join(missing)}")
    return table


def select(source: Source, sparql: str, *, limit: int | None = None) -> Table:
    """The answer to SPARQL of one's own: SELECT and ASK as they are, CONSTRUCT as triples.

    The union of all graphs holds a triple as often as there are graphs with it: count with DISTINCT.

    Raises QueryError with the parser's words if it is not a query of SPARQL 1.1, or if it fails,
    and RemoteError where an endpoint does not answer in full.
    """
    found = answer(source, sparql)
    with failures_told(source):
        return table_of(found, limit)


def answer(source: Source, sparql: str) -> Answer:
    """The engine's own answer, read as it is used: within `failures_told`."""
    try:
        return source.query(sparql)
    except UnicodeEncodeError as error:
        raise QueryError("the query holds bytes that are no UTF-8 text") from error
    except SyntaxError as error:
        if _UPDATE.match(sparql):
            raise QueryError(
                "this is an update; a store is read only, and only `build` changes it"
            ) from error
        raise QueryError(f"this is not SPARQL 1.1: {error}") from error
    except (OSError, RuntimeError) as error:
        raise QueryError(f"the query failed: {error}") from error


@contextmanager
def failures_told(source: Source) -> Iterator[None]:
    """What goes wrong while an answer is read, in our errors."""
    try:
        yield
    except SyntaxError as error:  # only an answer from elsewhere can be malformed
        raise RemoteError(f"{source}: its answer is no SPARQL result, or breaks off ({error})") from error
    except (OSError, RuntimeError) as error:
        raise QueryError(f"the query failed: {error}") from error


_UPDATE = re.compile(
    r"\s*(?:PREFIX\s+\S*\s*<[^>]*>\s*)*(?:INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD|WITH)\b",
    re.IGNORECASE,
)


def table_of(answer: Answer, limit: int | None = None) -> Table:
    """The rows of an engine's answer, `limit` at most."""
    rows: list[tuple[Term | None, ...]] = []
    if isinstance(answer, pyoxigraph.QueryBoolean):
        return Table(columns=("answer",), rows=((pyoxigraph.Literal(bool(answer)),),))
    if isinstance(answer, pyoxigraph.QueryTriples):
        columns: tuple[str, ...] = ("subject", "predicate", "object")
        triples: dict[Triple, None] = {}  # once each: DESCRIBE finds one in every graph that holds it
        for triple in answer:
            if limit is not None and len(triples) >= limit:
                break
            triples[triple] = None
        return Table(columns=columns, rows=tuple((t.subject, t.predicate, t.object) for t in triples))
    columns = tuple(variable.value for variable in answer.variables)
    for solution in answer:
        if limit is not None and len(rows) >= limit:
            break
        rows.append(tuple(solution[name] for name in columns))
    return Table(columns=columns, rows=tuple(rows))
