"""MeSH in NLM's RDF, as N-Triples (`mesh.nt`, https://hhs.github.io/meshrdf/).

The published triples are handed on as they stand, a chunk at a time. One kind is added, so that a term can
be found by any of its names without three steps: each name that a record has through its concepts
(`preferredConcept` or `concept`, then `preferredTerm` or `term`, then `prefLabel` or `altLabel`) is also a
`skos:altLabel` of the record itself, but for the name that is its label.

A line that is no N-Triples statement is set aside with its number, and the rest goes on. Memory: one entry
for each concept and term of the file (0.3 GB for the 354,000 records of 2024), whatever else it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.mesh import MESH, MESHV, edition, header
from trialweave.ontology.prefixes import namespace
from trialweave.records import Rejected, Source, Statements, Terminology

FORMAT = "mesh-ntriples"

SKOS = namespace("skos")

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 20
_EXCERPT = 200

_BASE = re.escape(MESH[""].encode())
_VOCABULARY = re.escape(MESHV[""].encode())
_HEAD = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*<(?P<subject>[^>\n]*)>[ \t]*<(?P<predicate>[^>\n]*)>")

# https://www.w3.org/TR/n-triples/#n-triples-grammar, without blank nodes: MeSH has none
_ESCAPED = rb"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_IRI = rb"<[A-Za-z][A-Za-z0-9+.-]*+:(?:[^\x00-\x20<>\"{}|^`\\]++|" + _ESCAPED + rb")*+>"
_LITERAL = (
    rb"\"(?:[^\"\\\r\n]++|\\[tbnrf\"'\\]|"
    + _ESCAPED
    + rb")*+\"(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^"
    + _IRI
    + rb")?+"
)
_STATEMENT = (
    rb"[ \t]*+(?:" + _IRI + rb"[ \t]*+" + _IRI + rb"[ \t]*+(?:" + _IRI + rb"|" + _LITERAL + rb")[ \t]*+\."
    rb"[ \t]*+)?+(?:#[^\r\n]*+)?+\r?\n"
)
_LINE = re.compile(_STATEMENT)
_LINES = re.compile(rb"(?>" + _STATEMENT + rb")*+")

_EDGE = re.compile(
    rb"\n<"
    + _BASE
    + rb"([^<>]+)> <"
    + _VOCABULARY
    + rb"(preferredConcept|concept|preferredTerm|term|treeNumber"
    rb"|parentTreeNumber)> <" + _BASE + rb"([^<>]+)> \.",
)
_NAME = re.compile(
    rb"\n<" + _BASE + rb"([^<>]+)> <" + _VOCABULARY + rb"(prefLabel|altLabel)> (" + _LITERAL + rb") \.",
)
_RECORD = re.compile(rb"[CDQ]\d+")
_YEARLY = re.compile(_BASE.decode() + r"(?:19|20)\d\d/")


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is MeSH in N-Triples.

    >>> matches('<http://id.nlm.nih.gov/mesh/D000001> <http://id.nlm.nih.gov/mesh/vocab#concept> <http')
    True
    """
    first = _HEAD.match(head)
    return first is not None and first["subject"].startswith(MESH[""]) and MESHV[""] in head


def read(
    stream: BinaryIO, *, file: str, member: str | None = None
) -> Iterator[Terminology | Statements | Rejected]:
    """The header, then the triples as published, each chunk followed by the names that it adds.

    >>> import io
    >>> def triple(*names):
    ...     return " ".join(f"<http://id.nlm.nih.gov/mesh/{name}>" for name in names) + " .\\n"
    >>> text = triple("D1", "vocab#concept", "M1") + triple("M1", "vocab#term", "T1")
    >>> text += '<http://id.nlm.nih.gov/mesh/T1> <http://id.nlm.nih.gov/mesh/vocab#prefLabel> "Drops"@en .\\n'
    >>> terminology, published, added = read(io.BytesIO(text.encode()), file="mesh-2024.nt")
    >>> terminology.version, published.lines.decode() == text
    ('2024', True)
    >>> added.lines
    b'<http://id.nlm.nih.gov/mesh/D1> <http://www.w3.org/2004/02/skos/core#altLabel> "Drops"@en .\\n'
    """
    with laid_out(stream) as whole:
        first_line = whole.data.readline(_LONGEST_LINE).decode("utf-8", "replace")
        if _YEARLY.search(first_line):
            reason = (
                "the IRIs are those of one year's archive (…/mesh/2024/D…), which no record uses; load the "
                "file with the plain ones (mesh.nt)"
            )
            yield Rejected(file=file, member=member, position=0, reason=reason)
            return
        whole.data.seek(0)
        layout = _layout(whole.data)
        whole.data.seek(0)
        source = Source(
            file=file,
            format=FORMAT,
            position=1,
            sha256=whole.sha256,
            member=member,
            version=edition(file, member),
        )
        yield header("mesh", source, partial=layout.partial or whole.problem is not None)
        line = 1
        for chunk in _chunks(whole.data):
            good, bad = _checked(chunk, line)
            for number, text, reason in bad:
                excerpt = text[:_EXCERPT].decode("utf-8", "backslashreplace").rstrip()
                yield Rejected(file=file, member=member, position=number, reason=reason, excerpt=excerpt)
            if good:
                yield Statements(lines=good)
            if added := b"".join(_added(good, layout)):
                yield Statements(lines=added)
            line += chunk.count(b"\n")
        if whole.problem is not None:
            yield Rejected(file=file, member=member, position=line, reason=whole.problem)


class _Layout(NamedTuple):
    """Which record each term names; the terms that are the record's own label; whether trees have gaps."""

    record_of: dict[bytes, bytes]
    labels: set[bytes]
    partial: bool


def _layout(data: BinaryIO) -> _Layout:
    record_of_concept: dict[bytes, bytes] = {}
    preferred_concepts: set[bytes] = set()
    concept_of_term: dict[bytes, bytes] = {}
    preferred_terms: set[bytes] = set()
    numbers: set[bytes] = set()
    parents: set[bytes] = set()
    for chunk in _chunks(data):
        for subject, edge, target in _EDGE.findall(b"\n" + chunk):
            if edge == b"treeNumber":
                numbers.add(target)
            elif edge == b"parentTreeNumber":
                parents.add(target)
            elif edge.lower().endswith(b"concept"):
                record_of_concept[target] = subject
                if edge == b"preferredConcept":
                    preferred_concepts.add(target)
            elif not _RECORD.fullmatch(subject):  # a record names its preferred term too
                concept_of_term[target] = subject
                if edge == b"preferredTerm":
                    preferred_terms.add(target)
    record_of = {
        term: record_of_concept[concept]
        for term, concept in concept_of_term.items()
        if concept in record_of_concept
    }
    labels = {term for term in preferred_terms if concept_of_term[term] in preferred_concepts}
    return _Layout(record_of, labels, not numbers or not parents <= numbers)


def _added(lines: bytes, layout: _Layout) -> Iterator[bytes]:
    for term, kind, name in _NAME.findall(b"\n" + lines):
        record = layout.record_of.get(term)
        if record is not None and not (kind == b"prefLabel" and term in layout.labels):
            yield b"<%s%s> <%s> %s .\n" % (MESH[""].encode(), record, SKOS["altLabel"].encode(), name)


def _chunks(data: BinaryIO) -> Iterator[bytes]:
    """The bytes in chunks of whole lines, each ended."""
    while chunk := data.read(_CHUNK):
        if not chunk.endswith(b"\n"):
            chunk += data.readline(_LONGEST_LINE)
        yield chunk if chunk.endswith(b"\n") else chunk + b"\n"


def _checked(chunk: bytes, line: int) -> tuple[bytes, list[tuple[int, bytes, str]]]:
    """The good lines of a chunk that begins at `line`, and the bad ones with number and reason."""
    if _LINES.fullmatch(chunk) and _is_utf8(chunk):
        return chunk, []
    good, bad = [], []
    for number, text in enumerate(chunk.splitlines(keepends=True), line):
        if not _is_utf8(text):
            bad.append((number, text, f"line {number} is not UTF-8"))
        elif not _LINE.fullmatch(text):
            bad.append((number, text, f"line {number} is no N-Triples statement about IRIs"))
        else:
            good.append(text)
    return b"".join(good), bad


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
