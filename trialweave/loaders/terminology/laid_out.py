"""A whole file on hand, with its hash, before the first record of it is given.

The header of a terminology names the hash of the whole file and comes first, so a file is read twice: once
to hash it and lay it out (in memory while small, else on disk), once to read it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, cast

from trialweave.errors import LoadError

_IN_MEMORY = 1 << 26
_STEP = 1 << 20


class LaidOut(NamedTuple):
    """A file's bytes, unpacked, at their beginning and free to seek; `sha256` is theirs.

    Where the stream broke off, `problem` says why, and the bytes are those that came before.
    """

    data: BinaryIO
    sha256: str
    problem: str | None


@contextmanager
def laid_out(stream: BinaryIO) -> Iterator[LaidOut]:
    """The rest of `stream`, laid out until the block ends.

    >>> import io
    >>> with laid_out(io.BytesIO(b"ontology: hp")) as whole:
    ...     whole.data.read(), whole.sha256[:8], whole.problem
    (b'ontology: hp', 'b7ae6cf0', None)
    """
    # read1: where the data break off, what came before is still handed out
    read = getattr(stream, "read1", stream.read)
    digest = hashlib.sha256()
    problem = None
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as data:
        try:
            while chunk := read(_STEP):
                digest.update(chunk)
                data.write(chunk)
        except LoadError as error:
            problem = str(error)
        data.seek(0)
        yield LaidOut(cast(BinaryIO, data), digest.hexdigest(), problem)
