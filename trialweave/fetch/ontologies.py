"""Terminologies from their publishers: the files of the table `ontologies.tsv`, whole and with their hash.

A file is written to the hidden `.fetch` folder until all of it is there; one that breaks off is gone on with
by the next try or the next run. `trialweave build STORE DIR` takes the folder as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple

from trialweave.errors import LoadError
from trialweave.fetch.http import Client, Timing
from trialweave.fetch.manifest import Batch, Manifest, SavedFile, digest_of, open_manifest
from trialweave.records import Record

Outcome = Literal["new", "replaced", "unchanged", "held"]

INTERVAL = 1.0
"""Seconds between requests."""

_FOLDER = "ontologies"
_COLUMNS = "key\tfile\turl"
_STATED = re.compile(
    rb"^data-version:[ \t]*(?P<obo>\S+)|^#[ \t]*mapping_set_version:[ \t]*[\"']?(?P<sssom>[^\s\"']+)",
    re.MULTILINE,
)


class Address(NamedTuple):
    """A file of a terminology, the name that it gets here, and where its publisher keeps it."""

    key: str
    file: str
    url: str


class Fetched(Record, frozen=True):
    """What was done with one file; `version` is what it says of itself, else the day of its last change."""

    key: str
    file: str
    outcome: Outcome
    bytes: int
    sha256: str
    version: str | None


def addresses(table: str | None = None) -> tuple[Address, ...]:
    """The rows of the table that comes with the package, or of the text of another in its form.

    Raises LoadError at the first wrong line.

    >>> [row.url for row in addresses() if row.key == "mondo"]
    ['http://purl.obolibrary.org/obo/mondo.obo']
    """
    text = table if table is not None else files(__package__).joinpath("ontologies.tsv").read_text("utf-8")
    lines = text.splitlines()
    if not lines or lines[0] != _COLUMNS:
        raise LoadError("the table of addresses: the first line must name the columns key, file and url")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != 3 or not all(cells) or "/" in cells[1]:
            raise LoadError(
                f"the table of addresses, line {number}: expected key, file name, url, between tabs"
            )
        rows.append(Address(*cells))
    return tuple(rows)


def fetch_ontologies(
    folder: str | Path,
    keys: Iterable[str],
    *,
    table: Sequence[Address] | None = None,
    refresh: bool = False,
    timeout: float = 60.0,
    timing: Timing | None = None,
) -> Iterator[Fetched]:
    """Fetch the files of terminologies into a folder, one after another; what was done is given file by file.

    What the folder has is not fetched again but with `refresh`. `timeout` is that of a silence, in seconds.

    Raises LoadError for a key that is not in the table, before anything is asked; RemoteError where a
    publisher's server fails for good, and StoreError where the folder cannot be written. Files that were
    fetched until then are kept.

    >>> next(fetch_ontologies("unused", ["mondoo"]))
    Traceback (most recent call last):
    trialweave.errors.LoadError: 'mondoo' is no terminology whose address is known; known are biomappings, ...
    """
    rows = table if table is not None else addresses()
    known = {row.key for row in rows}
    wanted = list(dict.fromkeys(key.strip().lower() for key in keys))
    for key in wanted:
        if key not in known:
            raise LoadError(
                f"{key!r} is no terminology whose address is known; known are {', '.join(sorted(known))}"
            )
    timing = timing or Timing()
    year = str(timing.now().year)
    client = Client(interval=INTERVAL, timing=timing, timeout=timeout)
    try:
        with open_manifest(Path(folder)) as manifest:
            for key in wanted:
                for row in rows:
                    if row.key == key:
                        here = Address(key, row.file.format(year=year), row.url.format(year=year))
                        yield _fetch(client, manifest, here, refresh=refresh)
            manifest.tidy()
    finally:
        client.close()


def _fetch(client: Client, manifest: Manifest, row: Address, *, refresh: bool) -> Fetched:
    held = manifest.held("ontology", row.file)
    intact = held is not None and manifest.is_intact(held)
    if held is not None and intact and not refresh:
        return _told(row, held, "held")
    part = manifest.folder / ".fetch" / f"{row.file}.part"
    answer = client.download(row.url, part)
    version = _stated_version(part) or answer.modified
    saved = SavedFile(
        file=f"{_FOLDER}/{row.file}",
        sha256=digest_of(part),
        bytes=part.stat().st_size,
        versions={row.file: version},
    )
    batch = Batch(
        source="ontology",
        url=row.url,
        params={} if answer.url == row.url else {"redirected": answer.url},
        time=client.timing.stamp(),
        status=200,
        files=(saved,),
    )
    manifest.keep_download(batch, part)
    part.with_name(f"{part.name}.json").unlink(missing_ok=True)
    if held is None:
        return _told(row, saved, "new")
    return _told(row, saved, "unchanged" if held.sha256 == saved.sha256 else "replaced")


def _stated_version(path: Path) -> str | None:
    """The version that an OBO or SSSOM file states at its beginning."""
    with path.open("rb") as file:
        found = _STATED.search(file.read(1 << 14))
    if found is None:
        return None
    return (found["obo"] or found["sssom"]).decode("utf-8", "replace")


def _told(
    row: Address, saved: SavedFile, outcome: Literal["new", "replaced", "unchanged", "held"]
) -> Fetched:
    return Fetched(
        key=row.key,
        file=saved.file,
        outcome=outcome,
        bytes=saved.bytes,
        sha256=saved.sha256,
        version=saved.versions[row.file],
    )
