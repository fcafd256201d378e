"""`ro-crate-metadata.json`: RO-Crate 1.1, https://w3id.org/ro/crate/1.1"""

from __future__ import annotations

from trialweave.graph.export.openly import Withheld
from trialweave.graph.export.sources import DataSource
from trialweave.ontology.prefixes import PREFIXES
from trialweave.queries.dataset.layout import layouts
from trialweave.records import Record

Node = dict[str, object]

_FORMATS = {
    ".gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet",
    ".ttl": "text/turtle",
    ".txt": "text/plain",
    ".json": "application/ld+json",
}

_SAID = {
    "graph.nq.gz": "The graph, as N-Quads: one named graph for each record, terminology and derivation",
    "croissant.json": "The tables and their columns, as Croissant 1.0",
    "void.ttl": "What the graph holds, as VoID and DCAT",
    "NOTICE.txt": "The terms of each source, for people",
}

TERMS = "#terms"


class FileEntry(Record, frozen=True):
    """A file of a release: its name below the folder, its bytes, their hash."""

    name: str
    size: int
    sha256: str


def crate(
    files: tuple[FileEntry, ...], described: tuple[DataSource, ...], *, date: str, withheld: Withheld | None
) -> Node:
    """The metadata of a release: the root, its files, its sources and their licences."""
    root: Node = {
        "@id": "./",
        "@type": "Dataset",
        "name": "A graph of clinical trials and its tables",
        "description": "Clinical trials with their arms, results and adverse events, each number with the "
        "place that it was read from; made by trialweave. The date is that of the newest record. "
        f"{_access(withheld)}",
        "datePublished": date,
        "license": {"@id": TERMS},
        "isBasedOn": [{"@id": _source_id(source)} for source in described],
        "hasPart": [{"@id": file.name} for file in files],
    }
    descriptor: Node = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    terms: Node = {
        "@id": TERMS,
        "@type": "CreativeWork",
        "name": "The terms of each source",
        "description": "No one licence covers all: each source has its own, which NOTICE.txt and the "
        "sources of this crate name. What trialweave adds is under the Apache License 2.0.",
    }
    graph = [descriptor, root, *(_file(file) for file in files), terms]
    licences: dict[str, Node] = {}
    for source in described:
        graph.append(_source(source))
        if source.licence is not None:
            identifier = _licence_id(source)
            licences[identifier] = {"@id": identifier, "@type": "CreativeWork", "name": source.licence}
    graph += [licences[identifier] for identifier in sorted(licences)]
    return {
        "@context": ["https://w3id.org/ro/crate/1.1/context", {"sha256": f"{PREFIXES['tw']}sha256"}],
        "@graph": graph,
    }


def _access(withheld: Withheld | None) -> str:
    if withheld is None:
        return "Holds texts of publishers: not to be passed on."
    return (
        f"Holds what may be passed on. Left out: {withheld.words} texts and quotes of publishers, "
        f"{len(withheld.graphs)} graphs of terminologies and mappings."
    )


def _file(file: FileEntry) -> Node:
    table = file.name.removeprefix("tables/").removesuffix(".parquet")
    said = layouts()[table].summary if file.name.startswith("tables/") else _SAID[file.name]
    return {
        "@id": file.name,
        "@type": "File",
        "name": file.name,
        "description": said,
        "contentSize": str(file.size),
        "encodingFormat": _FORMATS[file.name[file.name.rindex(".") :]],
        "sha256": file.sha256,
    }


def _source_id(source: DataSource) -> str:
    return f"#source-{source.key.replace('/', '-')}"


def _licence_id(source: DataSource) -> str:
    licence = source.licence or ""
    is_iri = licence.startswith(("http://", "https://")) and " " not in licence
    return licence if is_iri else f"#licence-{source.key.replace('/', '-')}"


def _source(source: DataSource) -> Node:
    node: Node = {
        "@id": _source_id(source),
        "@type": "CreativeWork",
        "name": source.name,
        "license": {"@id": _licence_id(source)} if source.licence is not None else None,
        "description": source.terms,
        "version": source.version,
        "url": source.homepage,
    }
    return {key: value for key, value in node.items() if value is not None}
