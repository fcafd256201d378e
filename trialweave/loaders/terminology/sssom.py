"""Sets of mappings in SSSOM's TSV form (https://mapping-commons.github.io/sssom/spec/).

The metadata stand in `#` lines above the table (YAML), or in a file of their own beside it
(`x.sssom.yml` for `x.sssom.tsv`). CURIEs are expanded by the set's own `curie_map`, else by our prefixes in
whatever case; a namespace that is another spelling of one of ours becomes ours (MONDO's and Biomappings'
sets spell MeSH in two other ways). A row whose prefix nobody declares is set aside.

What a row does not state, but its set does, holds for the row where SSSOM says so (`mapping_tool`).
Left out: dates, sources and types of subjects and objects, cardinality, match strings, reviewers' names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

import yaml

from trialweave.errors import LoadError
from trialweave.loaders.decoding import Piece, lines, utf8_chunks, utf8_text
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.rows import Row, rows
from trialweave.ontology.prefixes import PREFIXES, canonical, namespace
from trialweave.records import Mapping, MappingSet, Rejected, Source

FORMAT = "sssom-tsv"

SSSOM = namespace("sssom")

_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_OURS = {prefix.casefold(): iri for prefix, iri in PREFIXES.items()}
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_EXCERPT = 200

# What publishers say of sets whose files do not say it.
_LICENCES = {
    "https://w3id.org/biopragmatics/biomappings/": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is a table of mappings.

    >>> matches("#curie_map: {}\\nsubject_id\\tpredicate_id\\tobject_id\\tmapping_justification\\n")
    True
    """
    first = next((line for line in head.splitlines() if line.strip() and not line.startswith("#")), "")
    return {"subject_id", "predicate_id", "object_id"} <= {cell.strip('"') for cell in first.split("\t")}


def is_metadata(head: str) -> bool:
    """Whether a file that begins with `head` is the metadata of a set whose table stands beside it."""
    return re.search(r"^(?:curie_map|mapping_set_id):", head, re.MULTILINE) is not None


def read(
    stream: BinaryIO, *, file: str, member: str | None = None, metadata: bytes | None = None
) -> Iterator[MappingSet | Mapping | Rejected]:
    """The set, then its mappings; `metadata` is the file beside the table, where there is one.

    >>> import io
    >>> table = b'''#curie_map: {HP: "http://purl.obolibrary.org/obo/HP_"}
    ... #mapping_set_id: https://example.org/sets/events.sssom.tsv
    ... subject_id\\tpredicate_id\\tobject_id\\tmapping_justification
    ... HP:0000822\\tskos:exactMatch\\tmesh:D006973\\tsemapv:ManualMappingCuration
    ... HP:0000822\\tskos:exactMatch\\tbrand:1\\tsemapv:ManualMappingCuration
    ... '''
    >>> header, mapping, rejected = read(io.BytesIO(table), file="events.sssom.tsv")
    >>> header.key, mapping.object
    ('sets-events', 'http://id.nlm.nih.gov/mesh/D006973')
    >>> rejected.reason
    'object_id "brand:1": neither the curie_map of the file nor trialweave declares the prefix "brand"'
    """
    with laid_out(stream) as whole:

        def rejected(reason: str, line: int = 0, excerpt: str | None = None) -> Rejected:
            return Rejected(file=file, member=member, position=line, reason=reason, excerpt=excerpt)

        try:
            numbered = enumerate(lines(utf8_chunks(whole.data)), 1)
            comments, first = _until_table(numbered)
            stated = _metadata(b"\n".join(comments)) | _metadata(metadata or b"")
            curie_map = _curie_map(stated)
        except LoadError as error:
            yield rejected(str(error))
            return
        source = Source(file=file, format=FORMAT, position=1, sha256=whole.sha256, member=member)
        yield _mapping_set(stated, source, name=member or file)
        table = rows(chain([first[1]], (piece for _, piece in numbered)), delimiter="\t", first_line=first[0])
        columns = next(table, Row(0, [], "")).cells
        missing = [name for name in _REQUIRED if name not in columns]
        if missing:
            yield rejected(
                f"the table has no column {' and no '.join(missing)}, which SSSOM requires", first[0]
            )
            return
        try:
            for row in table:
                try:
                    yield _mapping(row, columns, stated, curie_map)
                except LoadError as error:
                    yield rejected(str(error), row.line, row.text[:_EXCERPT].rstrip())
        except LoadError as error:  # a line without end, or bytes that are not of the stated encoding
            yield rejected(str(error))
        if whole.problem is not None:
            yield rejected(whole.problem)


# ── the set ──────────────────────────────────────────────────────────────────────────────


def _until_table(numbered: Iterator[tuple[int, Piece]]) -> tuple[list[bytes], tuple[int, Piece]]:
    """The comment lines without their mark, and the first line of the table."""
    comments = []
    for number, piece in numbered:
        if piece.data.startswith(b"#"):
            comments.append(piece.data[1:].rstrip(b"\r\n"))
        elif piece.data.strip():
            return comments, (number, piece)
    raise LoadError("there is no table below the metadata")


def _metadata(text: bytes) -> dict[str, object]:
    try:
        stated = yaml.safe_load(utf8_text(_dedented(text)))
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1} of them" if where else ""
        raise LoadError(f"the metadata are no YAML{line}: {getattr(error, 'problem', error)}") from error
    if stated is None:
        return {}
    if not isinstance(stated, dict):
        raise LoadError("the metadata are no YAML mapping (name: value)")
    return {str(name): value for name, value in stated.items()}


def _dedented(text: bytes) -> bytes:
    """Without the one space that many writers put after each `#`."""
    written = [line for line in text.split(b"\n") if line.strip()]
    if written and all(line.startswith(b" ") for line in written):
        return b"\n".join(line[1:] for line in written)
    return text


def _curie_map(stated: dict[str, object]) -> dict[str, str]:
    found = stated.get("curie_map")
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(iri, str) for iri in found.values()):
        raise LoadError("curie_map in the metadata is no list of prefixes with their namespaces")
    return {str(prefix): canonical(iri) for prefix, iri in found.items()}


def _text(stated: dict[str, object], name: str) -> str | None:
    value = stated.get(name)
    return str(value) if value not in (None, "") and not isinstance(value, list | dict) else None


def _mapping_set(stated: dict[str, object], source: Source, *, name: str) -> MappingSet:
    iri = _text(stated, "mapping_set_id")
    licence = _text(stated, "license") or next(
        (terms for start, terms in _LICENCES.items() if iri and iri.startswith(start)), None
    )
    return MappingSet(
        key=_key(iri, name),
        source=source,
        iri=iri if iri and _IRI.fullmatch(iri) else None,
        version=_text(stated, "mapping_set_version"),
        title=_text(stated, "mapping_set_title"),
        licence=licence,
    )


def _key(iri: str | None, name: str) -> str:
    """What the set's own id says after the host; without an id, the file's name."""
    path = urlsplit(iri).path if iri else PurePosixPath(name).name
    bare = re.sub(r"(?:\.sssom)?(?:\.tsv)?(?:\.gz)?$", "", path.strip("/").casefold())
    return re.sub(r"[^a-z0-9._]+", "-", bare).strip("-.") or "mappings"


# ── its rows ─────────────────────────────────────────────────────────────────────────────


def _mapping(row: Row, columns: list[str], stated: dict[str, object], curie_map: Lookup[str, str]) -> Mapping:
    if row.problem is not None:
        raise LoadError(row.problem)
    if len(row.cells) > len(columns):
        raise LoadError(f"the row has {len(row.cells)} cells, the table {len(columns)} columns")
    cells = {name: cell for name, cell in zip(columns, row.cells, strict=False) if cell != ""}

    def iri(name: str) -> str:
        if name not in cells:
            raise LoadError(f"the row has no {name}")
        return _expanded(name, cells[name], curie_map)

    target = iri("object_id")
    if SSSOM["NoTermFound"] in (target, iri("subject_id")):
        raise LoadError("the row says that no term was found (sssom:NoTermFound): it maps nothing")
    modifier = cells.get("predicate_modifier")
    if modifier not in (None, "Not"):
        raise LoadError(f'predicate_modifier is "{modifier}", expected "Not" or nothing')
    return Mapping(
        subject=iri("subject_id"),
        predicate=iri("predicate_id"),
        object=target,
        path=f"line {row.line}",
        justification=iri("mapping_justification"),
        negated=modifier == "Not",
        confidence=_number(cells, "confidence", lowest=0),
        reviewer_agreement=_number(cells, "reviewer_agreement", lowest=-1),
        subject_label=cells.get("subject_label"),
        object_label=cells.get("object_label"),
        author=cells.get("author_id") or cells.get("author_label"),
        tool=cells.get("mapping_tool") or cells.get("mapping_tool_id") or _text(stated, "mapping_tool"),
        comment=cells.get("comment"),
    )


def _expanded(name: str, reference: str, curie_map: Lookup[str, str]) -> str:
    prefix, colon, local = reference.partition(":")
    if local.startswith("//"):
        found = canonical(reference)
    elif not colon or not local:
        raise LoadError(f'{name} "{reference}" is no CURIE (prefix:name)')
    else:
        space = curie_map.get(prefix) or _OURS.get(prefix.casefold())
        if space is None:
            raise LoadError(
                f'{name} "{reference}": neither the curie_map of the file nor trialweave declares the prefix '
                f'"{prefix}"'
            )
        found = space + local
    if not _IRI.fullmatch(found):
        raise LoadError(f'{name} "{reference}" gives {found}, which is no IRI')
    return found


def _number(cells: dict[str, str], name: str, *, lowest: int) -> Decimal | None:
    reported = cells.get(name)
    if reported is None:
        return None
    try:
        value = Decimal(reported)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not lowest <= value <= 1:
        raise LoadError(f'{name} is "{reported}", expected a number from {lowest} to 1')
    return value
