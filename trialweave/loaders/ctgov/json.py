"""ClinicalTrials.gov JSON: API v2 in all its containers (and studies of the older API among them).

A single study, an array, a page (`{"studies": […], "nextPageToken": …}`), a study with its history
(`{"study": …}`), JSON lines, and the bulk download's members. One study at a time is decoded; a
container of any size is read in pieces. Format: the data structure of ClinicalTrials.gov's API v2.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

import msgspec

from trialweave.errors import LoadError
from trialweave.loaders.ctgov import wire
from trialweave.loaders.ctgov.fields import NCT_ID
from trialweave.loaders.ctgov.json_split import records
from trialweave.loaders.ctgov.study import registry_study
from trialweave.loaders.ctgov.v1 import study_of_v1
from trialweave.records import Problem, RegistryStudy, Rejected, Source

FORMAT = "ctgov-v2"
_SMALL = 1 << 23  # bytes; a file up to this size is first taken for one study


class _Envelope(msgspec.Struct):
    """What a study may be wrapped in; empty where it is not."""

    study: msgspec.Raw = msgspec.Raw(b"")
    old_study: msgspec.Raw = msgspec.field(name="Study", default=msgspec.Raw(b""))
    old_protocol: msgspec.Raw = msgspec.field(name="ProtocolSection", default=msgspec.Raw(b""))


_decode_study = msgspec.json.Decoder(wire.Study, float_hook=str).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[RegistryStudy | Rejected]:
    """The studies of one file, in file order; what cannot be read is set aside with its reason.

    >>> import io
    >>> page = b'{"studies": [{"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}}, {}]}'
    >>> [type(each).__name__ for each in read(io.BytesIO(page), file="page.json")]
    ['RegistryStudy', 'Rejected']
    """
    position = 0
    try:
        start = stream.read(_SMALL)
        more = stream.read(1)
        if not more and start.lstrip()[:1] == b"{":
            found = _whole(start, file=file, member=member)
            if found is not None:
                yield found
                return
        for raw in records(stream, under=("studies", "FullStudies"), start=start + more):
            position += 1
            yield _study(raw, file=file, member=member, position=position)
    except LoadError as error:
        at = position + 1 if position else 0
        yield Rejected(file=file, member=member, position=at, reason=str(error))
        return
    if position == 0:
        yield Rejected(file=file, member=member, position=0, reason="no study in it")


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of all that may be a study in a file: as a whole, one by one, inside its envelope.

    A superset of what `read` makes studies of, for finding records again by the hash of their bytes.

    >>> import io
    >>> [piece.decode() for piece in pieces(io.BytesIO(b'{"studies": [{"study": {"a": 1}}]}'))]
    ['{"studies": [{"study": {"a": 1}}]}', '{"study": {"a": 1}}', '{"a": 1}']
    """
    start = stream.read(_SMALL)
    more = stream.read(1)
    if not more:
        yield start
    for raw in records(stream, under=("studies", "FullStudies"), start=start + more):
        if more or raw != start:
            yield raw
        try:
            wrapped = _decode_envelope(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if inner := bytes(wrapped.study) or bytes(wrapped.old_study):
            yield inner


_HEAD = re.compile(
    r'[\[{].*?"(?:protocolSection|ProtocolSection|FullStudiesResponse|studies)"\s*:', re.DOTALL
)


def matches(head: str) -> bool:
    """Whether a file that begins with `head` holds studies in JSON.

    >>> matches('{"studies": [{"protocolSection": {'), matches('{"title": "A trial"}')
    (True, False)
    """
    return _HEAD.match(head.lstrip("\ufeff \t\r\n")) is not None


def _whole(raw: bytes, *, file: str, member: str | None) -> RegistryStudy | None:
    """The study that is the whole file, if it is one: the common case, without looking for more."""
    try:
        study = _decode_study(raw)
        if study.protocol_section is None:
            return None
        return _checked(registry_study(study, _source(raw, FORMAT, file, member, 1)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LoadError):
        return None


def _study(raw: bytes, *, file: str, member: str | None, position: int) -> RegistryStudy | Rejected:
    try:
        return _checked(_read_study(raw, file, member, position))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = f"not a study in JSON: {error}"
    except RecursionError:
        reason = "not a study in JSON: nested too deep"
    except LoadError as error:
        reason = str(error)
    mentioned = re.search(rb'"(?:nctId|NCTId)"\s*:\s*"(NCT[0-9]{8})"', raw)
    return Rejected(
        file=file,
        member=member,
        position=position,
        reason=reason,
        id=mentioned[1].decode() if mentioned else None,
        excerpt=raw[:120].decode("utf-8", "replace"),
    )


def _read_study(raw: bytes, file: str, member: str | None, position: int) -> RegistryStudy:
    study = _decode_study(raw)
    if study.protocol_section is not None:
        return registry_study(study, _source(raw, FORMAT, file, member, position))
    wrapped = _decode_envelope(raw)
    if inner := bytes(wrapped.study):
        return registry_study(_decode_study(inner), _source(inner, FORMAT, file, member, position))
    if inner := bytes(wrapped.old_study) or (raw if bytes(wrapped.old_protocol) else b""):
        return study_of_v1(inner, _source(inner, "ctgov-v1", file, member, position))
    raise LoadError("neither a study nor something that holds one: no protocolSection")


def _source(raw: bytes, form: str, file: str, member: str | None, position: int) -> Source:
    digest = hashlib.sha256(raw).hexdigest()
    return Source(file=file, format=form, position=position, sha256=digest, member=member)


def _checked(study: RegistryStudy) -> RegistryStudy:
    """The study, with a problem noted where the file is named after another one."""
    named = NCT_ID.match(PurePosixPath(study.source.member or study.source.file).name)
    if named is None or named[0] == study.nct_id.value:
        return study
    reason = f"the file is named {named[0]}, the record says {study.nct_id.value}"
    problem = Problem(path=study.nct_id.evidence.path, reason=reason)  # type: ignore[union-attr]
    return msgspec.structs.replace(study, problems=(*study.problems, problem))
