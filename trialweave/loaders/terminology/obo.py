"""OBO flat files (1.0, 1.2, 1.4): an ontology, and its terms, relations and instances.

Identifiers become IRIs as the translation of OBO to OWL has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

from trialweave.errors import LoadError
from trialweave.loaders.decoding import utf8_chunks
from trialweave.loaders.terminology import TerminologyItem, heading
from trialweave.loaders.terminology import obo_lines as lines
from trialweave.loaders.terminology.laid_out import LaidOut, laid_out
from trialweave.loaders.terminology.obo_ids import iri_of
from trialweave.loaders.terminology.obo_lines import Clause, Stanza
from trialweave.loaders.terminology.obo_terms import STANZAS, Names, identifier, term
from trialweave.ontology.prefixes import namespace
from trialweave.records import Rejected, Scope, Terminology

FORMAT = "obo"

OBO = namespace("obo")

_EXCERPT = 200
_STARTS = re.compile(
    r"(?:\s*!.*\n)*\s*(?:(format-version)\s*:|(\[\s*(?:Term|Typedef|Instance)\s*\])|[a-z][a-z-]*\s*:)"
)
_STANZA_LINE = re.compile(r"^\[(?:Term|Typedef|Instance)\]", re.MULTILINE)
_DAY = re.compile(r"(\d\d):(\d\d):(\d{4})(?: \d\d:\d\d)?")
_TYPE_SCOPE = re.compile(r'(\S+)\s+"(?:[^"\\]|\\.)*"\s*(EXACT|NARROW|BROAD|RELATED)\b')


class _Header(NamedTuple):
    """What stands before the first stanza, and what the relations' stanzas say of their names."""

    ontology: str | None = None
    version: str | None = None
    spaces: dict[str, str] = {}  # noqa: RUF012 (never written to)
    scopes: dict[str, Scope] = {}  # noqa: RUF012
    properties: tuple[Clause, ...] = ()


def matches(head: str) -> bool:
    r"""Whether a file that begins with `head` is an OBO flat file.

    >>> matches("format-version: 1.2\nontology: hp\n"), matches("! made by hand\n[Term]\nid: A:1\n")
    (True, True)
    >>> matches("ontology: hp\n\nid: A:1\n")
    False
    """
    found = _STARTS.match(head)
    return found is not None and (bool(found[1] or found[2]) or _STANZA_LINE.search(head) is not None)


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[TerminologyItem]:
    r"""The ontology of one file, then its terms in file order; a bad stanza is set aside, the rest goes on.

    >>> import io
    >>> text = b"ontology: hp\ndata-version: hp/releases/2025-01-16\n[Term]\nid: HP:1\nis_a: HP:2 ! All\n"
    >>> ontology, first = read(io.BytesIO(text), file="hp.obo")
    >>> ontology.key, ontology.version, first.iri, first.parents
    ('hp', '2025-01-16', 'http://purl.obolibrary.org/obo/HP_1', ('http://purl.obolibrary.org/obo/HP_2',))
    """
    with laid_out(stream) as whole:
        yield from _items(whole, file=file, member=member)


def _items(whole: LaidOut, *, file: str, member: str | None) -> Iterator[TerminologyItem]:
    def set_aside(reason: str, position: int, stanza: Stanza | None = None) -> Rejected:
        excerpt = None if stanza is None else stanza.data[:_EXCERPT].decode("utf-8", "backslashreplace")
        name = None if stanza is None else identifier(stanza)
        return Rejected(file=file, member=member, position=position, reason=reason, id=name, excerpt=excerpt)

    position = 0
    try:
        header, relations = _first_reading(whole)
        ontology, names = _ontology(header, relations, whole, file=file, member=member)
        yield ontology
        for stanza in _stanzas(whole):
            if stanza.name is None:
                continue
            position += 1
            if stanza.name == "":
                yield set_aside(f"line {stanza.line}: no name of a stanza in brackets", position, stanza)
            elif stanza.name in STANZAS:
                try:
                    yield term(stanza, names)
                except LoadError as error:
                    yield set_aside(str(error), position, stanza)
    except LoadError as error:
        yield set_aside(str(error), position + 1 if position else 0)
        return
    if whole.problem is not None:
        yield set_aside(whole.problem, position + 1 if position else 0)
    elif not position:
        yield set_aside("no [Term] in it", 0)


def _stanzas(whole: LaidOut) -> Iterator[Stanza]:
    """All stanzas; of a file that breaks off, all but the last, which is not whole."""
    whole.data.seek(0)
    held = None
    for stanza in lines.stanzas(utf8_chunks(whole.data)):
        if held is not None:
            yield held
        held = stanza
    if held is not None and whole.problem is None:
        yield held


def _first_reading(whole: LaidOut) -> tuple[_Header, dict[str, list[str]]]:
    """The header, and the cross-references of the relations, which stand at the end of a file."""
    header = _Header()
    relations: dict[str, list[str]] = {}
    for stanza in _stanzas(whole):
        if stanza.name is None:
            header = _header(stanza)
        elif stanza.name == "Typedef":
            name = identifier(stanza)
            if name is not None:
                relations[name] = [lines.xref(one) for one in lines.clauses(stanza) if one.tag == "xref"]
    return header, relations


def _header(stanza: Stanza) -> _Header:
    values: dict[str, list[Clause]] = {}
    for clause in lines.clauses(stanza):
        values.setdefault(clause.tag, []).append(clause)
    spaces = [clause.value.split() for clause in values.get("idspace", ())]
    scopes = [_TYPE_SCOPE.match(clause.value) for clause in values.get("synonymtypedef", ())]
    stated = [lines.free_text(one) for one in values.get("data-version", ())]
    saved = [_day(one.value) for one in values.get("date", ())]
    return _Header(
        ontology=next((lines.names(one).first for one in values.get("ontology", ())), None),
        version=next((one for one in (*stated, *saved) if one), None),
        spaces={parts[0]: parts[1] for parts in spaces if len(parts) > 1},
        scopes={found[1]: cast(Scope, found[2].lower()) for found in scopes if found is not None},
        properties=tuple(values.get("property_value", ())),
    )


def _day(date: str) -> str | None:
    """The day on which an old file without a version was saved (dd:MM:yyyy HH:mm), in ISO's form."""
    found = _DAY.fullmatch(date)
    return f"{found[3]}-{found[2]}-{found[1]}" if found else None


def _ontology(
    header: _Header, relations: dict[str, list[str]], whole: LaidOut, *, file: str, member: str | None
) -> tuple[Terminology, Names]:
    ontology = header.ontology
    if ontology is not None and "://" not in ontology:
        ontology = OBO[f"{ontology.removesuffix('.owl').removesuffix('.obo')}.owl"]
    key = heading.key(ontology, file=file, member=member)
    iri = iri_of(key, spaces=header.spaces, relations=relations)
    stated: dict[str, list[str]] = {}
    for clause in header.properties:
        try:
            said = lines.property_value(clause)
            stated.setdefault(iri(said.predicate), []).append(said.text or said.id or "")
        except LoadError:
            continue  # a property that cannot be read says nothing of the ontology
    record = heading.terminology(
        whole,
        file=file,
        member=member,
        format_name=FORMAT,
        iri=ontology,
        version=header.version,
        stated=stated,
    )
    return record, Names(iri, header.scopes)
