"""One record at a time out of a large JSON file, as bytes, without decoding or holding the rest.

What counts as a record: each element of an outermost array; each element of an array that stands
under one of the given names in the outermost object (or one level deeper); each line of a file of
JSON lines; else each outermost value. Only brackets and strings are looked at: whoever decodes a
record finds what is wrong inside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO

from trialweave.errors import LoadError

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(_STRING + rb'|[{}\[\]"]', re.DOTALL)
# inside a record, from one bracket to the next, past objects and arrays that hold none
_FLAT = rb'(?:[^"{}\[\]]++|' + _STRING + rb")"
_BRACKET = re.compile(
    rb"(?:" + _FLAT + rb"|\{" + _FLAT + rb"*+\}|\[" + _FLAT + rb"*+\])*+([{}\[\]])", re.DOTALL
)
_ARRAY_FOLLOWS = re.compile(rb"\s*:\s*\[")
_BETWEEN = b" \t\r\n,"
_BOM = b"\xef\xbb\xbf"


def records(
    stream: BinaryIO,
    *,
    under: Collection[str] = (),
    start: bytes = b"",
    chunk: int = 1 << 20,
    limit: int = 1 << 26,
) -> Iterator[bytes]:
    """The records of a JSON file in file order; `start` is what was already read from it.

    Raises `LoadError` where the file ends too early, closes a bracket that it never opened, or
    holds a record of more than `limit` bytes.

    >>> import io
    >>> list(records(io.BytesIO(b'{"total": 2, "studies": [{"a": "}"}, {"b": [1]}]}'), under=["studies"]))
    [b'{"a": "}"}', b'{"b": [1]}']
    >>> list(records(io.BytesIO(b'{"a": 1}\\n{"b" 2}\\n{"c": 3}\\n')))
    [b'{"a": 1}', b'{"b" 2}', b'{"c": 3}']
    """
    buffer = start or stream.read(chunk)
    if buffer.startswith(_BOM):
        buffer = buffer[len(_BOM) :]
    lines = buffer.lstrip().splitlines()
    if len(lines) > 1 and lines[0].startswith(b"{") and lines[0].rstrip().endswith(b"}"):
        following = next((line for line in lines[1:] if line.strip()), b"")
        if following.lstrip().startswith(b"{") and following.strip() != b"{":
            yield from _lines(stream, buffer, chunk, limit)
            return
    yield from _elements(stream, buffer, {f'"{name}"'.encode() for name in under}, chunk, limit)


def _lines(stream: BinaryIO, buffer: bytes, chunk: int, limit: int) -> Iterator[bytes]:
    while True:
        *whole, rest = buffer.split(b"\n")
        for line in whole:
            if line.strip():
                yield line.strip()
        if len(rest) > limit:
            raise LoadError(f"a line is longer than {limit} bytes; what follows was not read")
        more = stream.read(chunk)
        if not more:
            if rest.strip():
                yield rest.strip()
            return
        buffer = rest + more


def _elements(stream: BinaryIO, buffer: bytes, under: set[bytes], chunk: int, limit: int) -> Iterator[bytes]:
    base = 0  # the depth at which records stand
    depth = 0
    kept = 0  # where in the buffer the current record, or the gap before it, begins
    at = 0  # how far the buffer is scanned
    inside = False  # whether a record has begun
    while True:
        while True:
            if inside and (base or depth > 2):
                found = _BRACKET.match(buffer, at)
            else:
                found = _TOKEN.search(buffer, at)
            if found is None or found[0] == b'"':  # or a string that goes on in the next chunk
                break
            word, end = found[found.lastindex or 0], found.end()
            if len(word) > 1:
                if base == 0 and 0 < depth < 3 and word in under:
                    if not buffer[end:].strip(b" \t\r\n:"):
                        break  # whether an array follows is in the next chunk
                    if _ARRAY_FOLLOWS.match(buffer, end):
                        base, inside = depth + 1, False
                at = end
                continue
            at = end
            if word in b"{[":
                if not inside and depth == base:
                    if gap := buffer[kept : end - 1].strip(_BETWEEN):
                        yield gap
                    if depth == 0 and word == b"[":
                        base = 1
                    else:
                        inside = True
                    kept = end - 1 if inside else at
                depth += 1
                if not inside:
                    kept = at
                continue
            depth -= 1
            if depth < 0:
                raise LoadError("a bracket is closed that was never opened; what follows was not read")
            if inside and depth == base:
                yield buffer[kept:at]
                inside, kept = False, at
            elif not inside:
                if depth == base - 1:  # the array of the records ends
                    if gap := buffer[kept : end - 1].strip(_BETWEEN):
                        yield gap
                    base = 0
                kept = at
        if inside or depth == base:
            buffer, at, kept = buffer[kept:], at - kept, 0
        else:
            buffer, at, kept = buffer[at:], 0, 0
        if len(buffer) > limit:
            raise LoadError(f"a record is longer than {limit} bytes; what follows was not read")
        more = stream.read(chunk)
        if not more:
            break
        buffer += more
    if depth:
        raise LoadError("the file ends before its outermost bracket is closed")
    if gap := buffer.strip(_BETWEEN):
        yield gap
