"""Extraction on its own: sources in, one JSON object a record out, by the extraction contract."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from trialweave import loaders
from trialweave.errors import LoadError
from trialweave.loaders import abstract
from trialweave.records import Fact, Publication, Record, Rejected

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Line(Record, frozen=True):
    """A text with its id, as one line of JSON."""

    id: str
    text: str


def extract_lines(sources: Iterable[str | Path]) -> Iterator[str | Rejected]:
    """`{"id", "facts"}` for each record of the sources, which may be files of `{"id", "text"}` lines.

    Every publication is read, whether it reports a trial or not; a registry record has fields, and needs
    no reading, so it is passed over. A record that cannot be read comes as
    `Rejected`. Raises LoadError for a source that is not there.
    """
    for source in sources:
        path = Path(source)
        if path.is_file() and _holds_lines(path):
            yield from _of_lines(path)
            continue
        for item in loaders.read(source):
            if isinstance(item, Publication):
                yield encode(record_id(item), _facts(item))
            elif isinstance(item, Rejected):
                yield item


def extract_text(files: Iterable[str | Path]) -> Iterator[str | Rejected]:
    """`{"id", "facts"}` for files that each hold the text of one abstract; the id is the file's name."""
    for name in files:
        path = Path(name)
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise LoadError(f"{path}: cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            reason = f"is not UTF-8 text (byte {error.start}); convert it first"
            yield Rejected(file=path.name, position=0, reason=reason)
            continue
        yield encode(path.name, abstract.read(text, title=(0, 0), abstract=(0, len(text))).facts)


def record_id(publication: Publication) -> str:
    """`pmid:…`, else `doi:…`, else a hash of the record."""
    if publication.pmid:
        return f"pmid:{publication.pmid.value}"
    if publication.doi:
        return f"doi:{publication.doi.value}"
    return f"sha256:{publication.source.sha256[:16]}"


def encode(record: str, facts: Iterable[Fact]) -> str:
    """One line of the answer.

    >>> encode("a", [])
    '{"id":"a","facts":[]}'
    """
    return _ENCODER.encode({"id": record, "facts": list(facts)}).decode()


def _facts(publication: Publication) -> tuple[Fact, ...]:
    reading = abstract.read(
        publication.text, title=publication.title_span, abstract=publication.abstract_span or (0, 0)
    )
    return reading.facts


def _holds_lines(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.readline(1 << 20).lstrip(b"\xef\xbb\xbf \t")
    if not head.startswith(b"{"):
        return False
    try:
        msgspec.json.decode(head, type=Line)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return False
    return True


def _of_lines(path: Path) -> Iterator[str | Rejected]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            try:
                line = msgspec.json.decode(raw, type=Line)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                digest = hashlib.sha256(raw).hexdigest()[:16]
                yield Rejected(
                    file=path.name, position=number, id=digest, reason=f"is no line of id and text: {error}"
                )
                continue
            yield encode(line.id, abstract.read(line.text).facts)
