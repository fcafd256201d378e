"""From bytes to text: UTF-8, or what a byte order mark or an XML declaration says; never a guess."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, NamedTuple

from trialweave.errors import LoadError

CHUNK = 1 << 16
LONGEST_RECORD = 1 << 25  # bytes; the longest of PubMed's 38 million records has about 2 MB

_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Piece(NamedTuple):
    """Some bytes of a file (a chunk, a line, a record), and the byte at which they begin."""

    offset: int
    data: bytes


def utf8_chunks(stream: BinaryIO) -> Iterator[Piece]:
    """The bytes of `stream` as UTF-8, in chunks, without a byte order mark; each with its offset.

    UTF-16 is known by its mark, any other encoding by the XML declaration. UTF-8 itself is passed on
    unchecked: `utf8_text` checks it record by record, so that one bad byte costs one record.

    Raises LoadError where the declared encoding is unknown, or the bytes are not of it.

    >>> [chunk.data for chunk in utf8_chunks(io.BytesIO("µg".encode("utf-16")))]
    [b'\\xc2\\xb5g']
    """
    # read1: where the data break off, what came before is still handed out
    read = stream.read1 if isinstance(stream, io.BufferedReader) else stream.read
    first = read(CHUNK)
    encoding = declared_encoding(first)
    if encoding is not None:
        yield from _recoded(first, read, encoding)
        return
    offset = 0
    if first.startswith(codecs.BOM_UTF8):
        offset = len(codecs.BOM_UTF8)
        first = first[offset:]
    chunk = first
    while chunk:
        yield Piece(offset, chunk)
        offset += len(chunk)
        chunk = read(CHUNK)


def declared_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark or an XML declaration names, or None for UTF-8."""
    if head.startswith(_UTF16):
        return "utf-16"
    found = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    if found is None:
        return None
    name = found[1].decode("ascii")
    try:
        known = codecs.lookup(name).name
        "".encode(known)
    except LookupError:
        raise LoadError(f"the XML declaration names the unknown encoding {name!r}; save as UTF-8") from None
    if known.startswith("utf-16"):
        raise LoadError("the XML declaration says UTF-16, but the bytes are not; save as UTF-8")
    return None if known in ("utf-8", "ascii") else known


def utf8_text(data: bytes, *, offset: int = 0) -> str:
    """`data` decoded; `offset` is the byte of the file at which it begins.

    Raises LoadError with the offset of the first byte that is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise LoadError(
            f"byte {offset + wrong.start} (0x{data[wrong.start]:02x}) is not UTF-8; if the file is in "
            "another encoding (Latin-1, Windows-1252), save it as UTF-8"
        ) from wrong


def lines(chunks: Iterable[Piece]) -> Iterator[Piece]:
    r"""The lines of a text, endings kept, whichever of `\n`, `\r\n`, `\r` ends them.

    >>> [line.data for line in lines([Piece(0, b"a\r"), Piece(2, b"\nb\rc")])]
    [b'a\r\n', b'b\r', b'c']
    """
    held = bytearray()
    start = 0
    for chunk in chunks:
        if not held:
            start = chunk.offset
        fresh = max(len(held) - 1, 0)
        held += chunk.data
        if len(held) > LONGEST_RECORD:
            raise LoadError(f"a line of more than {LONGEST_RECORD:,} bytes begins at byte {start}")
        # a last \r may be the first half of \r\n
        cut = max(held.rfind(b"\n", fresh), held.rfind(b"\r", fresh, len(held) - 1)) + 1
        for line in bytes(held[:cut]).splitlines(keepends=True):
            yield Piece(start, line)
            start += len(line)
        del held[:cut]
    for line in bytes(held).splitlines(keepends=True):
        yield Piece(start, line)
        start += len(line)


def _recoded(first: bytes, read: Callable[[int], bytes], encoding: str) -> Iterator[Piece]:
    decoder = codecs.getincrementaldecoder(encoding)()
    taken = given = 0
    chunk = first
    while True:
        waiting = len(decoder.getstate()[0])
        try:
            data = decoder.decode(chunk, final=not chunk).encode("utf-8")
        except UnicodeError as wrong:
            at = taken - waiting + getattr(wrong, "start", 0)
            raise LoadError(f"byte {at} is not {encoding.upper()}, which the file says it is") from wrong
        if data:
            yield Piece(given, data)
        given += len(data)
        taken += len(chunk)
        if not chunk:
            return
        chunk = read(CHUNK)
