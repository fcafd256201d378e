"""Evidence as quads: from a fact or a statement to the words or the field it was read from.

- A span of text becomes an `oa:SpecificResource` with a quote selector (exact, prefix, suffix) and
  a position selector (Web Annotation). Its source is the record's text, kept in the same graph.
- A field costs no quads of its own: the statement's IRI ends in the field's path, as a fragment.
- A plain triple (this publication has that DOI) gets its evidence through an `rdf:Statement`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from trialweave.graph.iris import TWID, fragment
from trialweave.graph.quads import GraphWriter, NamedNode, Value, to_term
from trialweave.ontology.prefixes import namespace
from trialweave.records import Evidence, Field, Span

OA = namespace("oa")
RDF = namespace("rdf")
TW = namespace("tw")

CONTEXT = 32
"""Characters of prefix and suffix that a quote selector carries."""


class EvidenceWriter:
    """Writes the evidence of one record: `key` is its path, `text` the text that spans hold in."""

    def __init__(self, graph: GraphWriter, key: str, text: str) -> None:
        self.graph = graph
        self.key = key
        self.text = text
        self.text_node = NamedNode(TWID[f"{key}/text"])

    def write_text(self) -> NamedNode:
        """Keep the text itself, so that every quote can be checked against it."""
        self.graph.node(self.text_node.value, TW["SourceText"])
        self.graph.add(self.text_node, TW["content"], self.text)
        return self.text_node

    def span(self, span: Span) -> NamedNode:
        """The node of a span; the same words, cited twice, are one node."""
        graph = self.graph
        base = TWID[f"{self.key}/span/{span.start}-{span.end}"]
        node = graph.node(base, OA["SpecificResource"])
        graph.add(node, OA["hasSource"], self.text_node)
        graph.add(node, TW["section"], span.section)
        position = graph.node(f"{base}/position", OA["TextPositionSelector"])
        graph.add(position, OA["start"], span.start)
        graph.add(position, OA["end"], span.end)
        exact = graph.node(f"{base}/quote", OA["TextQuoteSelector"])
        graph.add(exact, OA["exact"], span.quote)
        graph.add(exact, OA["prefix"], self.text[max(0, span.start - CONTEXT) : span.start])
        graph.add(exact, OA["suffix"], self.text[span.end : span.end + CONTEXT])
        graph.add(node, OA["hasSelector"], position)
        graph.add(node, OA["hasSelector"], exact)
        return node

    def cite(self, fact: NamedNode, evidence: Iterable[Evidence]) -> None:
        """Hang evidence on a fact: the first piece is the fact's own words, the rest its context."""
        for order, piece in enumerate(evidence):
            if isinstance(piece, Span):
                predicate = "evidence" if order == 0 else "contextEvidence"
                self.graph.add(fact, TW[predicate], self.span(piece))

    def state(
        self, subject: NamedNode, predicate: str, value: Value | None, evidence: Evidence | None
    ) -> None:
        """Write a plain triple, and the statement that leads to its evidence."""
        if value is None:
            return
        graph = self.graph
        graph.add(subject, predicate, value)
        if evidence is None:
            return
        statement = NamedNode(self._statement_iri(subject, predicate, value, evidence))
        graph.node(statement.value, RDF["Statement"])
        graph.add(statement, RDF["subject"], subject)
        graph.add(statement, RDF["predicate"], NamedNode(predicate))
        graph.add(statement, RDF["object"], value)
        self.cite(statement, [evidence])

    def _statement_iri(self, subject: NamedNode, predicate: str, value: Value, evidence: Evidence) -> str:
        if isinstance(evidence, Field):
            return f"{TWID[self.key]}#{fragment(evidence.path)}"
        words = f"{subject} {predicate} {to_term(value)} {evidence.start}"
        return TWID[f"{self.key}/statement/{hashlib.sha256(words.encode()).hexdigest()[:12]}"]
