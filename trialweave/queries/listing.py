"""Tables and pages about questions and checks themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trialweave.graph.check import Issue
from trialweave.graph.quads import Literal
from trialweave.queries.catalogue import Question
from trialweave.queries.table import Table


def all_questions(questions: Mapping[str, Question]) -> Table:
    """One row a question: name, summary, and its parameters as one writes them."""
    return Table(
        columns=("question", "summary", "parameters"),
        rows=tuple(
            (Literal(name), Literal(question.summary), Literal(_signature(question)))
            for name, question in questions.items()
        ),
    )


def _signature(question: Question) -> str:
    return " ".join(
        f"[{name}={parameter.type}]"
        if parameter.optional or parameter.default is not None
        else f"{name}={parameter.type}"
        for name, parameter in question.parameters.items()
    )


def one_question(question: Question) -> str:
    """A question in full: words, parameters, columns, SPARQL."""
    lines = [question.name, "", question.question.strip(), ""]
    if question.parameters:
        lines.append("Parameters")
        for name, parameter in question.parameters.items():
            default = f", default {parameter.default}" if parameter.default is not None else ""
            optional = ", optional" if parameter.optional else ""
            lines.append(f"  {name} ({parameter.type}{default}{optional}): {parameter.label}")
        lines.append("")
    lines.append("Columns")
    for name, column in question.columns.items():
        unit = f" [{column.unit}]" if column.unit else ""
        lines.append(f"  {name}: {column.meaning}{unit}")
    return "\n".join([*lines, "", question.sparql])


def issues(found: Iterable[Issue]) -> Table:
    """One row for each thing that a check found."""
    return Table(
        columns=("severity", "check", "count", "message", "where"),
        rows=tuple(
            (
                Literal(issue.severity),
                Literal(issue.check),
                Literal(issue.count),
                Literal(issue.message),
                Literal(issue.where),
            )
            for issue in found
        ),
    )
