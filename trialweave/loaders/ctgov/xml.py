"""ClinicalTrials.gov's legacy XML: `clinical_study` elements, one a file or many in one.

Places are XPaths relative to `clinical_study`. The format was retired in 2024; files from 2008 on
are read, with the older names of dates and design where they stand. Entities are never resolved.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from lxml import etree

from trialweave.errors import LoadError
from trialweave.loaders.ctgov.xml_lists import Element
from trialweave.loaders.ctgov.xml_study import registry_study
from trialweave.records import RegistryStudy, Rejected, Source

FORMAT = "ctgov-xml"
_SMALL = 1 << 23
_LIMIT = 1 << 26


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[RegistryStudy | Rejected]:
    """The studies of one file, in file order; what cannot be read is set aside with its reason.

    >>> raw = b"<clinical_study><id_info><nct_id>NCT00000001</nct_id></id_info></clinical_study>"
    >>> [each.nct_id.evidence.path for each in read(io.BytesIO(raw), file="NCT00000001.xml")]
    ['id_info/nct_id']
    """
    position = 0
    try:
        for element, raw in elements(stream):
            position += 1
            yield _study(element, raw, file=file, member=member, position=position)
    except (etree.LxmlError, LoadError) as error:
        reason = str(error) if isinstance(error, LoadError) else f"not well-formed XML: {error}"
        at = position + 1 if position else 0
        yield Rejected(file=file, member=member, position=at, reason=reason)
        return
    if position == 0:
        yield Rejected(file=file, member=member, position=0, reason="no clinical_study element in it")


def elements(stream: BinaryIO) -> Iterator[tuple[Element, bytes]]:
    """Each `clinical_study` of a file with its bytes; the element is good until the next is asked for.

    Raises lxml's error where the file is not well-formed.
    """
    start = stream.read(_SMALL)
    more = stream.read(1)
    if not more:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
        root = etree.fromstring(start, parser)
        if root.tag == "clinical_study":
            yield root, start
            return
    whole = cast(BinaryIO, _Rest(start + more, stream))
    for _, element in etree.iterparse(
        whole, tag="clinical_study", resolve_entities=False, no_network=True, remove_comments=True
    ):
        yield element, etree.tostring(element, with_tail=False)
        element.clear(keep_tail=False)
        while (before := element.getprevious()) is not None and (above := element.getparent()) is not None:
            above.remove(before)


def matches(head: str) -> bool:
    """Whether a file that begins with `head` holds studies in legacy XML.

    >>> matches("<?xml version='1.0'?><clinical_study rank='1'>"), matches("<PubmedArticleSet>")
    (True, False)
    """
    return re.search(r"<clinical_study[\s>]", head) is not None


class _Rest(io.RawIOBase):
    """What was read of a stream, and then the rest of it."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start: bytes = start
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if self._start:
            size = len(self._start) if size < 0 else size
            given, self._start = self._start[:size], self._start[size:]
            return given
        return self._stream.read(size)


def _study(
    element: Element, raw: bytes, *, file: str, member: str | None, position: int
) -> RegistryStudy | Rejected:
    digest = hashlib.sha256(raw).hexdigest()
    source = Source(file=file, format=FORMAT, position=position, sha256=digest, member=member)
    try:
        if len(raw) > _LIMIT:
            raise LoadError(f"a record is longer than {_LIMIT} bytes")
        return registry_study(element, source)
    except LoadError as error:
        return Rejected(
            file=file,
            member=member,
            position=position,
            reason=str(error),
            excerpt=raw[:120].decode("utf-8", "replace"),
        )
