"""The catalogue of saved questions: one `.rq` file each, whose header is its contract.

The header is YAML behind `#+ `; below it stands plain SPARQL 1.1 that runs as it is, with the
defaults. Each parameter is one `VALUES ?name { … }` block, which the value asked for replaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from trialweave.errors import QueryError
from trialweave.records import Record

ParameterType = Literal[
    "concept", "trial", "publication", "fact", "integer", "decimal", "grade", "choice", "text"
]

SAVED = Path(str(files(__package__).joinpath("saved")))
"""The folder of our own questions."""

_HEADER_LINE = re.compile(r"#\+ ?(.*)")


class Parameter(Record, frozen=True):
    """A value that a question takes. `default` absent and `optional` false: it must be given."""

    type: ParameterType
    label: str
    default: str | int | float | None = None
    optional: bool = False
    choices: tuple[str, ...] = ()


class Column(Record, frozen=True):
    """What a column holds, and its unit where it has one."""

    meaning: str
    unit: str | None = None


class Header(Record, frozen=True, forbid_unknown_fields=True):
    """The contract of a question, as its file states it."""

    summary: str
    question: str
    columns: dict[str, Column | str]
    params: dict[str, Parameter] = msgspec.field(default_factory=dict)


class Question(Record, frozen=True):
    """A saved question: its name is its file's name."""

    name: str
    summary: str
    question: str
    parameters: dict[str, Parameter]
    columns: dict[str, Column]
    sparql: str


def values_block(name: str) -> re.Pattern[str]:
    """Where a parameter stands in the SPARQL text.

    >>> bool(values_block("drug").search("VALUES ?drug { mesh:D020533 }"))
    True
    """
    return re.compile(rf"\bVALUES\s+\?{name}\s*\{{[^{{}}]*\}}")


def header_of(path: Path) -> tuple[object, str]:
    """The YAML behind `#+ ` of an `.rq` file, and the SPARQL below it.

    Raises QueryError, naming the file, if there is no header or it is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{path}: cannot be read: {error}") from error
    lines = text.splitlines()
    header_lines = [match[1] for line in lines if (match := _HEADER_LINE.fullmatch(line))]
    if not header_lines:
        raise QueryError(f"{path}: has no header; begin it with lines such as `#+ summary: …`")
    try:
        loaded = yaml.safe_load("\n".join(header_lines))
    except yaml.YAMLError as error:
        raise QueryError(f"{path}: the header is not valid: {error}") from error
    return loaded, "\n".join(line for line in lines if not _HEADER_LINE.fullmatch(line)).strip() + "\n"


def read_question(path: Path) -> Question:
    """Read one `.rq` file.

    Raises QueryError, naming the file, if the header is missing or does not fit the SPARQL below it.
    """
    loaded, sparql = header_of(path)
    try:
        header = msgspec.convert(loaded, type=Header)
    except msgspec.ValidationError as error:
        raise QueryError(f"{path}: the header is not valid: {error}") from error
    for name in header.params:
        if not values_block(name).search(sparql):
            raise QueryError(f"{path}: parameter {name} has no `VALUES ?{name} {{ … }}` block to stand in")
    return Question(
        name=path.stem,
        summary=header.summary,
        question=header.question,
        parameters=header.params,
        columns={
            name: column if isinstance(column, Column) else Column(meaning=column)
            for name, column in header.columns.items()
        },
        sparql=sparql,
    )


def questions(folder: Path = SAVED) -> Mapping[str, Question]:
    """All questions of a folder, by name, sorted.

    >>> "trial-results" in questions()
    True
    """
    found = sorted(folder.glob("*.rq"))
    if not found:
        raise QueryError(f"{folder}: holds no .rq files")
    return {path.stem: read_question(path) for path in found}


def question(name: str, folder: Path = SAVED) -> Question:
    """One question by name.

    Raises QueryError, listing those that there are.
    """
    path = folder / f"{name}.rq"
    if re.fullmatch(r"[\w-]+", name) and path.is_file():
        return read_question(path)
    known = ", ".join(sorted(path.stem for path in folder.glob("*.rq")))
    raise QueryError(f"there is no question {name!r}; there are: {known}")
