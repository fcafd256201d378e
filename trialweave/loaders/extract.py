"""Extraction on its own: sources in, the numbers of each record out, by the extraction contract."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from trialweave import loaders
from trialweave.errors import LoadError
from trialweave.loaders import abstract
from trialweave.loaders.decoding import CHUNK
from trialweave.loaders.files import Document, documents, find_files, piped
from trialweave.records import Arm, Fact, Publication, Record, Rejected

STDIN = "-"
LONGEST = 1 << 18
"""No abstract is longer, in characters; a longer text is something else, and is set aside."""

_HINT = 'the text of an abstract is read with --text, and lines of JSON need "id" and "text"'
_LONGEST_LINE = 1 << 24
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Line(Record, frozen=True):
    """A text with its id, as one line of JSON."""

    id: str | int
    text: str


_DECODER = msgspec.json.Decoder(Line)


class Extracted(Record, frozen=True):
    """What was read in one record; `spans` are the (start, end) of `text` that were read."""

    id: str | int
    text: str
    spans: tuple[tuple[int, int], ...]
    arms: tuple[Arm, ...] = ()
    facts: tuple[Fact, ...] = ()


def extract(sources: Iterable[str | Path]) -> Iterator[Extracted | Rejected]:
    """The numbers of each record of the sources, which may be files of `{"id", "text"}` lines.

    Sources are those of `trialweave.read`, and "-" for stdin. Every publication is read, whether it
    reports a trial or not; a registry record has fields, and needs no reading, so it is passed over. A
    record that cannot be read comes as `Rejected`, and the rest goes on. Raises LoadError, before
    anything is read, for a source that is not there.
    """
    return _of_documents(_found(sources))


def extract_texts(sources: Iterable[str | Path]) -> Iterator[Extracted | Rejected]:
    """The same for files that each hold the text of one abstract; the id is the file's name."""
    return _of_texts(_found(sources))


def extract_lines(sources: Iterable[str | Path]) -> Iterator[str | Rejected]:
    """`{"id", "facts"}`, one JSON object for each record that `extract` gives."""
    for item in extract(sources):
        yield item if isinstance(item, Rejected) else encode(item)


def encode(record: Extracted) -> str:
    """One line of the answer.

    >>> encode(Extracted(id="a", text="None.", spans=((0, 5),)))
    '{"id":"a","facts":[]}'
    """
    return _ENCODER.encode({"id": record.id, "facts": record.facts}).decode()


def record_id(publication: Publication) -> str:
    """`pmid:…`, else `doi:…`, else a hash of the record."""
    if publication.pmid:
        return f"pmid:{publication.pmid.value}"
    if publication.doi:
        return f"doi:{publication.doi.value}"
    return f"sha256:{publication.source.sha256[:16]}"


def _found(sources: Iterable[str | Path]) -> Iterator[Document]:
    files = [(source, [] if source == STDIN else find_files(source)) for source in sources]
    return _documents(files)


def _documents(files: list[tuple[str | Path, list[tuple[str, Path]]]]) -> Iterator[Document]:
    for source, found in files:
        if source == STDIN:
            yield from piped("stdin", sys.stdin.buffer)
        for name, path in found:
            yield from documents(name, path)


def _of_documents(found: Iterator[Document]) -> Iterator[Extracted | Rejected]:
    for document in found:
        if document.stream is not None and _holds_lines(document.stream):
            yield from _of_lines(document)
            continue
        for item in loaders.records_of(document):
            if isinstance(item, Publication):
                spans = tuple(
                    span for span in (item.title_span, item.abstract_span) if span and span[0] < span[1]
                )
                reading = abstract.read(
                    item.text, title=item.title_span, abstract=item.abstract_span or (0, 0)
                )
                yield Extracted(
                    id=record_id(item), text=item.text, spans=spans, arms=reading.arms, facts=reading.facts
                )
            elif isinstance(item, Rejected):
                unknown = item.position == 0 and document.stream is not None
                yield msgspec.structs.replace(item, reason=f"{item.reason}; {_HINT}") if unknown else item


def _of_texts(found: Iterator[Document]) -> Iterator[Extracted | Rejected]:
    for file, member, stream, problem in found:
        if stream is None:
            yield Rejected(file=file, member=member, position=0, reason=problem or "cannot be read")
            continue
        try:
            text = stream.read(_LONGEST_LINE).decode("utf-8-sig")
        except LoadError as error:
            yield Rejected(file=file, member=member, position=0, reason=str(error))
            continue
        except UnicodeDecodeError as error:
            reason = f"is not UTF-8 text (byte {error.start}); convert it first"
            yield Rejected(file=file, member=member, position=0, reason=reason)
            continue
        if unfit := "the file is empty" if not text.strip() else _too_long(text):
            yield Rejected(file=file, member=member, position=0, reason=unfit)
            continue
        whole = (0, len(text))
        reading = abstract.read(text, title=(0, 0), abstract=whole)
        yield Extracted(id=member or file, text=text, spans=(whole,), arms=reading.arms, facts=reading.facts)


def _too_long(text: str) -> str | None:
    return f"more than {LONGEST:,} characters, which is no abstract" if len(text) > LONGEST else None


def _holds_lines(stream: io.BufferedReader) -> bool:
    """True if a stream begins with JSON lines of id and text, even if the first ones are spoilt."""
    try:
        head = stream.peek(CHUNK).removeprefix(b"\xef\xbb\xbf")
    except LoadError:
        return False
    line = b""
    for line in head.splitlines():
        try:
            _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        return True
    return line.lstrip().startswith((b'{"id":', b'{"id" :', b'{"text":', b'{"text" :'))


def _of_lines(document: Document) -> Iterator[Extracted | Rejected]:
    file, member, stream, _ = document
    number = 0
    try:
        for number, raw in enumerate(_lines(stream) if stream is not None else (), start=1):
            if not raw.strip():
                continue
            line = _line(raw)
            if isinstance(line, str):
                digest = hashlib.sha256(raw).hexdigest()[:16]
                yield Rejected(file=file, member=member, position=number, id=digest, reason=line)
                continue
            reading = abstract.read(line.text)
            spans = ((0, len(line.text)),)
            yield Extracted(id=line.id, text=line.text, spans=spans, arms=reading.arms, facts=reading.facts)
    except LoadError as error:
        yield Rejected(file=file, member=member, position=number + 1, reason=str(error))


def _line(raw: bytes) -> Line | str:
    """A line, or why it is none."""
    try:
        line = _DECODER.decode(raw)
    except UnicodeDecodeError as error:
        return f"is not UTF-8 text ({error.reason})"
    except msgspec.DecodeError as error:
        return f"is no line of id and text: {error}"
    return _too_long(line.text) or line


def _lines(stream: io.BufferedReader) -> Iterator[bytes]:
    """The lines of a stream without a byte order mark; one that is too long to hold is cut, and so spoilt."""
    first = True
    while raw := stream.readline(_LONGEST_LINE):
        yield raw.removeprefix(b"\xef\xbb\xbf") if first else raw
        first = False
        while len(raw) == _LONGEST_LINE and not raw.endswith(b"\n"):
            raw = stream.readline(_LONGEST_LINE)
