"""DrugBank's open vocabulary: one CSV row a drug (https://go.drugbank.com/releases/latest#open-data, CC0).

The file states no version, and its name seldom does. CAS numbers, UNIIs and InChIKeys stand as
cross-references, accession numbers as other ids of the drug.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from trialweave.errors import LoadError
from trialweave.loaders.decoding import lines, utf8_chunks
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.rows import Row, rows
from trialweave.ontology.prefixes import namespace
from trialweave.records import Rejected, Source, Synonym, Term, Terminology

FORMAT = "drugbank-csv"

DRUGBANK = namespace("drugbank")
SKOS = namespace("skos")

_ID = re.compile(r"DB\d{5,}")
_CROSS_REFERENCES = (("CAS", "CAS"), ("UNII", "UNII"), ("Standard InChI Key", "INCHIKEY"))


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is DrugBank's vocabulary.

    >>> matches("DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key")
    True
    """
    first = head.lstrip().partition("\n")[0]
    return {"DrugBank ID", "Common name"} <= {cell.strip().strip('"') for cell in first.split(",")}


def read(
    stream: BinaryIO, *, file: str, member: str | None = None
) -> Iterator[Terminology | Term | Rejected]:
    """The header, then one term a drug; a row without a DrugBank id or a name is set aside.

    >>> import io
    >>> table = b"DrugBank ID,Common name,Synonyms\\nDB00112,Bevacizumab,Avastin | rhuMAb-VEGF\\n"
    >>> header, drug = read(io.BytesIO(table), file="drugbank vocabulary.csv")
    >>> drug.label, [synonym.text for synonym in drug.synonyms]
    ('Bevacizumab', ['Avastin', 'rhuMAb-VEGF'])
    """
    with laid_out(stream) as whole:
        yield Terminology(
            key="drugbank",
            source=Source(file=file, format=FORMAT, position=1, sha256=whole.sha256, member=member),
            iri=DRUGBANK[""],
            title="DrugBank open vocabulary",
            licence="https://creativecommons.org/publicdomain/zero/1.0/",
            homepage="https://go.drugbank.com/releases/latest#open-data",
            redistributable=True,
        )
        table = rows(lines(utf8_chunks(whole.data)), delimiter=",")
        columns = next(table, Row(1, [], "")).cells
        seen: set[str] = set()
        for row in table:
            try:
                if row.problem is not None:
                    raise LoadError(row.problem)
                yield _term(row.line, columns, row.cells, seen)
            except LoadError as error:
                yield Rejected(
                    file=file,
                    member=member,
                    position=row.line,
                    reason=str(error),
                    excerpt=row.text.rstrip()[:200],
                )
        if whole.problem is not None:
            yield Rejected(file=file, member=member, position=0, reason=whole.problem)


def _term(line: int, columns: list[str], found: list[str], seen: set[str]) -> Term:
    if len(found) != len(columns):
        raise LoadError(f"the row has {len(found)} cells, the table {len(columns)} columns")
    cells = {name: cell.strip() for name, cell in zip(columns, found, strict=True) if cell.strip()}
    identifier, name = cells.get("DrugBank ID", ""), cells.get("Common name")
    if not _ID.fullmatch(identifier):
        raise LoadError(f'DrugBank ID is "{identifier}", expected DB and at least five digits')
    if name is None:
        raise LoadError(f"{identifier} has no common name")
    if identifier in seen:
        raise LoadError(f"{identifier} stands in an earlier row too")
    seen.add(identifier)
    return Term(
        iri=DRUGBANK[identifier],
        path=f"line {line}",
        label=name,
        types=(SKOS["Concept"],),
        synonyms=tuple(Synonym(text=text) for text in _listed(cells.get("Synonyms")) if text != name),
        notations=(identifier,),
        xrefs=tuple(f"{prefix}:{cells[column]}" for column, prefix in _CROSS_REFERENCES if column in cells),
        alternative_ids=_listed(cells.get("Accession Numbers")),
    )


def _listed(cell: str | None) -> tuple[str, ...]:
    parts = (part.strip() for part in (cell or "").split(" | "))
    return tuple(dict.fromkeys(part for part in parts if part))
