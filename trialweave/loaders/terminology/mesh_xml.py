"""MeSH in NLM's XML: descriptors, supplementary records, qualifiers, pharmacological actions.

https://www.nlm.nih.gov/mesh/xmlmesh.html. Each record becomes the triples that NLM's own RDF has for it
(https://hhs.github.io/meshrdf/), and each of its names is a `skos:altLabel` of the record itself, as in
`mesh_ntriples`. What stands above a descriptor is read from tree numbers, when the file has been read.

The four files are parts of one terminology, each in a graph of its own: `mesh-descriptors`,
`mesh-supplementary`, `mesh-qualifiers`, `mesh-actions`. NLM's file of actions also lists some that stand
above the action that a substance states. Left out: `RunningHead`, `RecordOriginator` and what NLM's RDF
leaves out too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from trialweave.errors import LoadError
from trialweave.loaders.decoding import Piece, utf8_chunks, utf8_text
from trialweave.loaders.pubmed.xml_records import xml_records
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.mesh import edition, header
from trialweave.loaders.terminology.mesh_triples import Triples
from trialweave.loaders.terminology.mesh_xml_records import READ
from trialweave.records import Rejected, Source, Statements, Terminology

FORMAT = "mesh-xml"


_HEAD = re.compile(
    r"<(?P<set>DescriptorRecordSet|SupplementalRecordSet|QualifierRecordSet|PharmacologicalActionSet)[\s>]"
)
_KEYS = {
    "DescriptorRecordSet": ("mesh-descriptors", "DescriptorRecord"),
    "SupplementalRecordSet": ("mesh-supplementary", "SupplementalRecord"),
    "QualifierRecordSet": ("mesh-qualifiers", "QualifierRecord"),
    "PharmacologicalActionSet": ("mesh-actions", "PharmacologicalAction"),
}


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is one of NLM's MeSH files in XML.

    >>> matches('<?xml version="1.0"?><!DOCTYPE QualifierRecordSet><QualifierRecordSet LanguageCode="eng">')
    True
    """
    return head.lstrip().startswith("<") and _HEAD.search(head) is not None


def read(
    stream: BinaryIO, *, file: str, member: str | None = None
) -> Iterator[Terminology | Statements | Rejected]:
    """The header, then the triples of the records; a record that cannot be read is set aside.

    >>> import io
    >>> xml = b'''<QualifierRecordSet><QualifierRecord><QualifierUI>Q000009</QualifierUI><QualifierName>
    ... <String>adverse effects</String></QualifierName></QualifierRecord></QualifierRecordSet>'''
    >>> header, statements = read(io.BytesIO(xml), file="qual2024.xml")
    >>> header.key, header.version, statements.lines.count(b"\\n")
    ('mesh-qualifiers', '2024', 3)
    """
    with laid_out(stream) as whole:
        head = whole.data.read(1 << 16).decode("utf-8", "replace")
        whole.data.seek(0)
        found = _HEAD.search(head)
        if found is None:
            reason = "no set of MeSH records (descriptors, supplementary records, qualifiers, actions)"
            yield Rejected(file=file, member=member, position=0, reason=reason)
            return
        key, name = _KEYS[found["set"]]
        source = Source(
            file=file,
            format=FORMAT,
            position=1,
            sha256=whole.sha256,
            member=member,
            version=edition(file, member),
        )
        yield header(key, source, partial=True)
        graph = Triples()
        position = 0
        pieces = xml_records(utf8_chunks(whole.data), names=(name,))
        while True:
            try:
                piece = next(pieces, None)
                if piece is None:
                    break
                position += 1
                graph.ui = None
                lines = graph.of(_parsed(piece), READ[name])
            except LoadError as error:
                yield Rejected(file=file, member=member, position=position, reason=str(error), id=graph.ui)
                continue
            if lines:
                yield Statements(lines=lines)
        if lines := graph.rest():
            yield Statements(lines=lines)
        if whole.problem is not None:
            yield Rejected(file=file, member=member, position=position + 1, reason=whole.problem)


def _parsed(piece: Piece) -> etree._Element:
    text = utf8_text(piece.data, offset=piece.offset)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as wrong:
        raise LoadError(
            f"the record that begins at byte {piece.offset} is not well-formed: {wrong.msg}"
        ) from wrong
