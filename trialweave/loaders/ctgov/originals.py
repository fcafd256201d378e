"""Registry records as they stand in their files: found again by the hash of their bytes, and decoded.

For checking: what a graph says of a record is compared with what stands in it, place by place.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
from lxml import etree

from trialweave.errors import LoadError
from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.loaders.ctgov import xml as ctgov_xml
from trialweave.loaders.decoding import CHUNK
from trialweave.loaders.detect import detect
from trialweave.loaders.files import documents, find_files
from trialweave.records import RegistryStudy

_decode = msgspec.json.Decoder(float_hook=str).decode


class Original(NamedTuple):
    """One record: `record` is what `places.value_at` looks into, `sha256` the hash of its bytes.

    `study` is what the loader reads from it.
    """

    sha256: str
    record: Any
    study: RegistryStudy


def originals(sources: Collection[str | Path], *, wanted: Collection[str]) -> Iterator[Original]:
    """The records of the sources whose hash is among `wanted`, in the order of the files.

    Whatever else stands in the sources is passed over. Raises LoadError for a source that is not there.

    >>> import tempfile
    >>> raw = b'{"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}}'
    >>> digest = hashlib.sha256(raw).hexdigest()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "one.json").write_bytes(raw)
    ...     [found] = originals([folder], wanted={digest})
    >>> found.sha256 == digest, list(found.record), found.study.nct_id.value
    (True, ['protocolSection'], 'NCT00000001')
    """
    files = [found for source in sources for found in find_files(source)]
    for name, path in files:
        for document in documents(name, path):
            if document.stream is None:
                continue
            try:
                form = detect(document.stream.peek(CHUNK)).name
                if form == ctgov_json.FORMAT:
                    yield from _json(document.stream, wanted)
                elif form == ctgov_xml.FORMAT:
                    yield from _xml(document.stream, wanted)
            except (LoadError, etree.LxmlError, msgspec.DecodeError):
                continue  # the load set it aside, with its reason: none of it is in the graph


def _json(stream: BinaryIO, wanted: Collection[str]) -> Iterator[Original]:
    for raw in ctgov_json.pieces(stream):
        digest = hashlib.sha256(raw).hexdigest()
        if digest in wanted:
            for study in ctgov_json.read(io.BytesIO(raw), file=""):
                if isinstance(study, RegistryStudy):
                    yield Original(digest, _decode(raw), study)


def _xml(stream: BinaryIO, wanted: Collection[str]) -> Iterator[Original]:
    for element, raw in ctgov_xml.elements(stream):
        digest = hashlib.sha256(raw).hexdigest()
        if digest in wanted:
            for study in ctgov_xml.read(io.BytesIO(raw), file=""):
                if isinstance(study, RegistryStudy):
                    yield Original(digest, element, study)
