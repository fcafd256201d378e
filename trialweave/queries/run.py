"""Ask: bind the values, run the SPARQL, hand back a table."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph

from trialweave.errors import QueryError
from trialweave.graph.quads import Term
from trialweave.graph.store import Graph
from trialweave.queries.catalogue import Question, values_block
from trialweave.queries.table import Table
from trialweave.queries.values import parse_value


def bind(question: Question, given: Mapping[str, str], graph: Graph) -> str:
    """The question's SPARQL with the given values in place of its defaults.

    Values become RDF terms first and are written in RDF syntax; nothing typed gets into the query
    as it was typed. Raises QueryError for an unknown parameter, a missing or an unfit value.
    """
    for name in given:
        if name not in question.parameters:
            known = ", ".join(question.parameters) or "none"
            raise QueryError(f"{question.name} has no parameter {name!r}; its parameters: {known}")
    sparql = question.sparql
    for name, parameter in question.parameters.items():
        if name in given:
            block = f"VALUES ?{name} {{ {parse_value(name, parameter, given[name], graph)} }}"
        elif parameter.default is not None:
            continue  # the file holds its default
        elif parameter.optional:
            block = f"VALUES ?{name} {{ UNDEF }}"
        else:
            raise QueryError(f"{question.name} needs {name}=… ({parameter.label})")
        sparql = values_block(name).sub(lambda _, block=block: block, sparql)  # type: ignore[misc]
    return sparql


def ask(
    graph: Graph, question: Question, given: Mapping[str, str] | None = None, *, limit: int | None = None
) -> Table:
    """The answer to a saved question: `given` holds parameter values as a person types them."""
    table = select(graph, bind(question, given or {}, graph), limit=limit)
    missing = [name for name in question.columns if name not in table.columns]
    if missing:
        raise QueryError(f"{question.name}: its SPARQL does not select {', '.join(missing)}")
    return table


def select(graph: Graph, sparql: str, *, limit: int | None = None) -> Table:
    """The answer to SPARQL of one's own: SELECT and ASK as they are, CONSTRUCT as triples.

    Raises QueryError with the parser's words if it is not SPARQL 1.1.
    """
    try:
        answer = graph.query(sparql)
    except SyntaxError as error:
        raise QueryError(f"this is not SPARQL 1.1: {error}") from error
    except OSError as error:
        raise QueryError(f"the query failed: {error}") from error
    rows: list[tuple[Term | None, ...]] = []
    if isinstance(answer, pyoxigraph.QueryBoolean):
        return Table(columns=("answer",), rows=((pyoxigraph.Literal(bool(answer)),),))
    if isinstance(answer, pyoxigraph.QueryTriples):
        columns: tuple[str, ...] = ("subject", "predicate", "object")
        for triple in answer:
            rows.append((triple.subject, triple.predicate, triple.object))
            if limit is not None and len(rows) >= limit:
                break
        return Table(columns=columns, rows=tuple(rows))
    columns = tuple(variable.value for variable in answer.variables)
    for solution in answer:
        if limit is not None and len(rows) >= limit:
            break
        rows.append(tuple(solution[name] for name in columns))
    return Table(columns=columns, rows=tuple(rows))
