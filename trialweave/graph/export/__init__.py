"""Export: the graph in forms that other tools read, the same bytes for the same graph.

- `rdf`        one file of RDF: `.nq .trig .jsonld .nt .ttl .rdf`
- `documents`  one JSON-LD document a trial, with its evidence
- `kgx`        nodes and edges of the Biolink Model, as KGX TSV
- `openly`     the part of a store that may be passed on

Tables as Parquet are made by `queries/dataset`; a folder of all with its metadata by `release`.
Whatever is written appears whole or not at all.
"""

from trialweave.graph.export.rdf import FORMATS, Exported, export

__all__ = ["FORMATS", "Exported", "export"]
