"""The triples of MeSH's records as they are read from NLM's XML, in batches of N-Triples lines."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from trialweave.loaders.terminology.mesh import MESH, MESHV
from trialweave.ontology.prefixes import namespace

RDF = namespace("rdf")
RDFS = namespace("rdfs")

_BATCH = 1 << 20
"""Characters after which a batch is handed out."""


class Triples:
    """The lines of the records read, handed out in batches; a record that fails leaves none."""

    def __init__(self) -> None:
        self.ui: str | None = None  # of the record being read
        self._record: list[str] = []
        self._batch: list[str] = []
        self._size = 0
        self._numbers: dict[str, str] = {}

    def of(self, record: etree._Element, read_record: Callable[[Triples, etree._Element], None]) -> bytes:
        """Take up a record; gives the batch when it is full."""
        self._record = []
        read_record(self, record)
        lines = dict.fromkeys(self._record)
        self._batch += lines
        self._size += sum(map(len, lines))
        return self.rest(trees=False) if self._size > _BATCH else b""

    def rest(self, *, trees: bool = True) -> bytes:
        """What has not been handed out, with what tree numbers say when all are known."""
        batch = self._batch
        if trees:
            for number, ui in self._numbers.items():
                above = self._numbers.get(number.rpartition(".")[0])
                if above is not None:
                    name = "broaderQualifier" if ui.startswith("Q") else "broaderDescriptor"
                    batch.append(f"<{MESH[ui]}> <{MESHV[name]}> <{MESH[above]}> .\n")
            batch = list(dict.fromkeys(batch))
        self._batch, self._size = [], 0
        return "".join(batch).encode("utf-8")

    def link(self, subject: str, predicate: str, target: str) -> None:
        """One triple between two of MeSH's identifiers; the predicate is an IRI."""
        self._record.append(f"<{MESH[subject]}> <{predicate}> <{target}> .\n")

    def words(self, subject: str, predicate: str, text: str, suffix: str = "@en") -> None:
        """One triple to a text; the suffix is its language or its datatype, as N-Triples has it."""
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        self._record.append(f'<{MESH[subject]}> <{predicate}> "{escaped}"{suffix} .\n')

    def tree_number(self, ui: str, number: str) -> None:
        """A place of a record in the trees."""
        self.link(ui, MESHV["treeNumber"], MESH[number])
        self.link(number, RDF["type"], MESHV["TreeNumber"])
        self.words(number, RDFS["label"], number)
        if "." in number:
            self.link(number, MESHV["parentTreeNumber"], MESH[number.rpartition(".")[0]])

    def placed(self, ui: str, number: str) -> None:
        """Keep in mind who stands at a place, for what stands below it."""
        self._numbers[number] = ui
