"""XML cut into its records by their tags, one after another, in flat memory.

What stands around the records (root elements, further XML declarations, other elements) is passed over;
comments and CDATA are known as such. A DOCTYPE that declares entities is refused: no source of ours
needs them, and a few lines of them expand to gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trialweave.errors import LoadError
from trialweave.loaders.decoding import LONGEST_RECORD, Piece

_LONGEST_TAG = 1 << 16
_COMMENT_END = re.compile(rb"-->")
_CDATA_END = re.compile(rb"\]\]>")


def xml_records(chunks: Iterator[Piece], *, names: Sequence[str]) -> Iterator[Piece]:
    """Every outermost element whose name is in `names`, as its own bytes, in file order.

    A record inside which another begins is handed out up to there (its parser will say what is missing).
    Raises LoadError where the file ends inside a record, declares entities, or a record is too long.

    >>> pieces = xml_records(iter([Piece(0, b"<s><r>1</r><!-- <r> --><r/></s>")]), names=("r",))
    >>> [(piece.offset, piece.data) for piece in pieces]
    [(3, b'<r>1</r>'), (23, b'<r/>')]
    """
    any_name = "|".join(names).encode("ascii")
    outside = re.compile(rb"<!--|<!\[CDATA\[|<!ENTITY|<(?P<name>" + any_name + rb")(?:\s[^<>]*)?/?>")
    window = _Window(chunks)
    while (found := window.find(outside, 0, keep=False)) is not None:
        tag, name, start, end = found[0], found["name"], found.start(), found.end()
        if tag == b"<!ENTITY":
            raise LoadError(
                "the file declares XML entities of its own, which may expand without bound; "
                "PubMed's exports have none: fetch the file again from PubMed"
            )
        if name is None:
            window.drop(window.end_of(tag, end))
            continue
        window.drop(start)
        whole = end - start if tag.endswith(b"/>") else _record_end(window, name, end - start, names)
        yield window.take(whole)


def _record_end(window: _Window, name: bytes, start: int, names: Sequence[str]) -> int:
    # a PubmedArticle holds a MedlineCitation: only a sibling's opening tag says that the record broke off
    siblings = b"|".join(
        one.encode("ascii") for one in names if one != "MedlineCitation" or one.encode() == name
    )
    inside = re.compile(rb"<!--|<!\[CDATA\[|</" + name + rb"\s*>|<(?P<next>" + siblings + rb")(?=[\s/>])")
    while True:
        found = window.find(inside, start)
        if found is None:
            raise LoadError(
                f"the file ends inside the record that begins at byte {window.offset}: it was cut off; "
                "fetch it again for the rest"
            )
        if found["next"] is not None:
            return found.start()
        if found[0].startswith(b"</"):
            return found.end()
        start = window.end_of(found[0], found.end())


class _Window:
    """The part of the stream that is still needed; `offset` is the byte at which it begins."""

    def __init__(self, chunks: Iterator[Piece]) -> None:
        self._chunks = chunks
        self.data = bytearray()
        self.offset = 0

    def find(self, pattern: re.Pattern[bytes], start: int, *, keep: bool = True) -> re.Match[bytes] | None:
        """The next match; read its groups before dropping. Without `keep`, what is passed over goes."""
        while True:
            found = pattern.search(self.data, start)
            if found is not None:
                return found
            start = self._resume(start)
            if not keep:
                self.drop(start)
                start = 0
            if not self._more():
                return None

    def _resume(self, start: int) -> int:
        """From where a search goes on when more has come: a match may have begun before the end."""
        open_tag = self.data.rfind(b"<", start)
        near_end = max(start, len(self.data) - 2)
        return (
            min(open_tag, near_end)
            if open_tag >= len(self.data) - _LONGEST_TAG and open_tag >= 0
            else near_end
        )

    def _more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        if not self.data:
            self.offset = chunk.offset
        self.data += chunk.data
        if len(self.data) > LONGEST_RECORD:
            raise LoadError(
                f"more than {LONGEST_RECORD:,} bytes without an end of a record, from byte {self.offset}"
            )
        return True

    def end_of(self, opening: bytes, start: int) -> int:
        """Where the comment or CDATA section ends that was opened before `start`."""
        found = self.find(_COMMENT_END if opening == b"<!--" else _CDATA_END, start)
        if found is None:
            raise LoadError(
                f"the file ends inside a comment or CDATA section, after byte {self.offset}: it was cut off"
            )
        return found.end()

    def drop(self, count: int) -> None:
        del self.data[:count]
        self.offset += count

    def take(self, count: int) -> Piece:
        piece = Piece(self.offset, bytes(self.data[:count]))
        self.drop(count)
        return piece
