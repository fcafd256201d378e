"""One record after another: each is loaded, or set aside with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from trialweave.errors import LoadError
from trialweave.loaders.decoding import Piece
from trialweave.records import Publication, Rejected, Source

_EXCERPT = 200


def load_each(
    pieces: Iterator[Piece],
    publication: Callable[[Piece, Source], Publication],
    *,
    file: str,
    member: str | None,
    format_name: str,
    pmid: Callable[[bytes], str | None],
) -> Iterator[Publication | Rejected]:
    """Make a publication of every piece.

    A piece that raises LoadError is set aside and the rest goes on. Where `pieces` itself raises (the
    file breaks off), everything from there is one Rejected. A file without any record is one Rejected
    at position 0.
    """
    position = 0
    while True:
        try:
            piece = next(pieces, None)
        except LoadError as error:
            yield Rejected(
                file=file, member=member, position=position + 1 if position else 0, reason=str(error)
            )
            return
        if piece is None:
            break
        position += 1
        source = Source(
            file=file,
            member=member,
            format=format_name,
            position=position,
            sha256=hashlib.sha256(piece.data).hexdigest(),
        )
        try:
            yield publication(piece, source)
        except LoadError as error:
            yield Rejected(
                file=file,
                member=member,
                position=position,
                reason=str(error),
                id=pmid(piece.data),
                excerpt=piece.data[:_EXCERPT].decode("utf-8", errors="backslashreplace"),
            )
    if position == 0:
        yield Rejected(file=file, member=member, position=0, reason=f"no {format_name} record in it")
