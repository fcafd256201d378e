"""How terminologies and mappings become records: a module per format, with `FORMAT`, `matches`, `read`.

`read(stream, *, file, member)` gives the header first (`Terminology` or `MappingSet`), then its `Term`s or
`Mapping`s in file order as they come, `Statements` where the file is RDF, and `Rejected` for each that is
bad. Nothing is fetched: what a file imports is not part of it.
"""

from __future__ import annotations

from trialweave.records import Mapping, MappingSet, Rejected, Statements, Term, Terminology

TerminologyItem = Terminology | Term | Statements | MappingSet | Mapping | Rejected
"""What a file of terms or mappings gives."""
