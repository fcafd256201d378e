"""`croissant.json`: Croissant 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html"""

from __future__ import annotations

from collections.abc import Mapping

from trialweave.queries.dataset.layout import TableColumn, TableLayout
from trialweave.release.crate import FileEntry

Node = dict[str, object]

CONTEXT: Node = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification prescribes."""

_TYPES = {"text": "sc:Text", "integer": "sc:Integer", "decimal": "sc:Float", "boolean": "sc:Boolean"}


def croissant(tables: Mapping[str, TableLayout], files: tuple[FileEntry, ...], *, date: str) -> Node:
    """The metadata of the tables: a file and a record set each, with keys and references between them."""
    held = {file.name: file for file in files}
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "trialweave-tables",
        "description": "Clinical trials, their arms, doses, endpoints, estimates and adverse events.",
        "url": "https://w3id.org/trialweave/",
        "license": "NOTICE.txt",
        "version": "1.0.0",
        "datePublished": date,
        "citeAs": "trialweave: the knowledge graph of clinical trial evidence",
        "distribution": [_file(name, held[f"tables/{name}.parquet"]) for name in tables],
        "recordSet": [_record_set(name, layout, tables) for name, layout in tables.items()],
    }


def _file(name: str, file: FileEntry) -> Node:
    return {
        "@type": "cr:FileObject",
        "@id": f"{name}.parquet",
        "name": f"{name}.parquet",
        "contentUrl": file.name,
        "contentSize": f"{file.size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": file.sha256,
    }


def _record_set(name: str, layout: TableLayout, tables: Mapping[str, TableLayout]) -> Node:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": layout.summary,
        "key": [{"@id": f"{name}/{key}"} for key in layout.key],
        "field": [_field(name, key, column, tables) for key, column in layout.columns.items()],
    }


def _field(table: str, name: str, column: TableColumn, tables: Mapping[str, TableLayout]) -> Node:
    unit = f" ({column.unit})" if column.unit else ""
    node: Node = {
        "@type": "cr:Field",
        "@id": f"{table}/{name}",
        "name": name,
        "description": f"{column.meaning}{unit}",
        "dataType": _TYPES[column.type],
        "source": {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": name}},
    }
    if column.refers is not None:
        node["references"] = {"field": {"@id": f"{column.refers}/{tables[column.refers].key[0]}"}}
    return node
