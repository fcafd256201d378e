"""How sources become records: one file per format; `read` finds the right one by content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from trialweave.errors import LoadError
from trialweave.loaders.companions import MeddraTables, is_metadata, metadata_beside
from trialweave.loaders.decoding import CHUNK
from trialweave.loaders.detect import Item, detect
from trialweave.loaders.files import Document, documents, find_files
from trialweave.loaders.terminology import sssom
from trialweave.records import MappingSet, Rejected, Terminology

__all__ = ["Item", "read"]


Skip = Callable[[Terminology | MappingSet], bool]


def read(*sources: str | Path, skip: Skip | None = None) -> Iterator[Item]:
    """The records of files, folders (with all below), globs, zips and gz, in a fixed order.

    Formats are told by content: PubMed XML, MEDLINE text, "Abstract (text)", a PubMed page copied as
    text; ClinicalTrials.gov JSON (API v2 and the older v1) and legacy XML; terminologies and mappings in
    the formats of `loaders/terminology`, each header before what it is of. Sources come in the order
    given, the files of each sorted by name, records as they stand. A file that is refused as a whole is
    one Rejected at position 0, and the rest goes on. Of a terminology or a set of mappings only the header
    is read where `skip` says so of it.

    Raises LoadError, before anything is read, for a source that does not exist.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "export.txt").write_text("PMID- 1\\nTI  - A trial.\\n\\nPMID- 2\\n")
    ...     [record, rejected] = read(folder)
    >>> record.title, rejected.id, rejected.reason
    ('A trial.', '2', 'the record has no title (neither TI nor BTI)')
    """
    files = [found for source in sources for found in find_files(source)]
    return _records(files, skip)


def _records(files: list[tuple[str, Path]], skip: Skip | None) -> Iterator[Item]:
    tables = MeddraTables()
    for name, path in files:
        if is_metadata(path):
            continue
        for document in documents(name, path):
            if not tables.take(document):
                yield from _unless(skip, records_of(document, metadata_beside(path)))
    yield from tables.read()


def _unless(skip: Skip | None, items: Iterator[Item]) -> Iterator[Item]:
    """The items of a file; only its header, where that is to be skipped."""
    for item in items:
        yield item
        if isinstance(item, Terminology | MappingSet) and skip is not None and skip(item):
            return


def records_of(document: Document, metadata: bytes | None = None) -> Iterator[Item]:
    """The records of one stream, in the format that its beginning shows.

    `metadata` are those that stand beside a set of mappings.
    """
    file, member, stream, problem = document
    if stream is None:
        yield Rejected(file=file, member=member, position=0, reason=problem or "cannot be read")
        return
    try:
        form = detect(stream.peek(CHUNK))
    except LoadError as error:
        yield Rejected(file=file, member=member, position=0, reason=str(error))
        return
    if metadata is not None and form.name == sssom.FORMAT:
        yield from sssom.read(stream, file=file, member=member, metadata=metadata)
    else:
        yield from form.read(stream, file=file, member=member)
