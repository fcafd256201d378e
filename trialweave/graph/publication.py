"""A publication's record as quads: what it is, how NLM indexed it, and the trial that it reports."""

from __future__ import annotations

from collections.abc import Iterator

from trialweave.graph.evidence import EvidenceWriter
from trialweave.graph.iris import TWGRAPH, audit_graph_name, publication_iri, record_key
from trialweave.graph.quads import GraphWriter, NamedNode, Quad, date_literal
from trialweave.graph.trial import write_trial
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace
from trialweave.records import Evidence, Publication

DCTERMS = namespace("dcterms")
FABIO = namespace("fabio")
MESH = namespace("mesh")
PRISM = namespace("prism")
RDFS = namespace("rdfs")
TW = namespace("tw")


def graph_name(publication: Publication) -> str:
    """The named graph of a publication's record."""
    return TWGRAPH[record_key(publication)]


def publication_quads(publication: Publication) -> Iterator[Quad]:
    """The quads of a record: its own graph first, then (if any) its audit's.

    >>> from trialweave.records import Source
    >>> source = Source(file="a.txt", format="pubmed-page", position=1, sha256="ab" * 32)
    >>> quads = list(publication_quads(Publication(source=source, text="A trial", title="A trial")))
    >>> {quad.graph_name.value for quad in quads}
    {'https://w3id.org/trialweave/graph/publication/abababababababab'}
    """
    graph = GraphWriter(graph_name(publication))
    audit = GraphWriter(audit_graph_name(graph_name(publication)))
    evidence = EvidenceWriter(graph, record_key(publication), publication.text)
    node = graph.node(publication_iri(publication), FABIO["JournalArticle"])
    _write_bibliography(publication, node, evidence)
    _write_indexing(publication, node, evidence)
    if publication.trial is not None:
        graph.node(node.value, FABIO["ClinicalTrialReport"])
        graph.add(node, TW["reportsTrial"], write_trial(publication.trial, evidence, audit))
    yield from graph.quads()
    yield from audit.quads()


def _write_bibliography(publication: Publication, node: NamedNode, evidence: EvidenceWriter) -> None:
    graph = evidence.graph
    graph.add(node, DCTERMS["title"], publication.title)
    for predicate, stated in (
        (FABIO["hasPubMedId"], publication.pmid),
        (FABIO["hasPubMedCentralId"], publication.pmcid),
        (PRISM["doi"], publication.doi),
    ):
        if stated is not None:
            evidence.state(node, predicate, stated.value, stated.evidence)
    for stated in publication.registry_ids:
        evidence.state(node, TW["registryId"], stated.value, stated.evidence)
    graph.add(node, PRISM["publicationName"], publication.journal)
    graph.add(node, DCTERMS["bibliographicCitation"], publication.citation)
    if publication.date is not None:
        graph.add(node, DCTERMS["issued"], date_literal(publication.date))
    graph.add_all(node, DCTERMS["language"], publication.language)
    graph.add_all(node, DCTERMS["creator"], publication.authors)
    for stated in publication.publication_types:
        evidence.state(node, TW["publicationType"], stated.value, stated.evidence)
    for stated in publication.keywords:
        evidence.state(node, TW["keyword"], stated.value, stated.evidence)
    graph.add(node, TW["sourceText"], evidence.write_text())


def _write_indexing(publication: Publication, node: NamedNode, evidence: EvidenceWriter) -> None:
    for heading in publication.headings:
        descriptor = heading.ui or mesh.descriptor(heading.label)
        if heading.evidence is not None:
            _write_term(node, descriptor, heading.label, heading.major, heading.evidence, evidence)
        for qualifier in heading.qualifiers:
            qualifier_ui = qualifier.ui or mesh.qualifier(qualifier.label)
            pair = f"{descriptor}{qualifier_ui}" if descriptor and qualifier_ui else None
            label = f"{heading.label} / {qualifier.label}"
            _write_term(node, pair, label, qualifier.major, qualifier.evidence, evidence)
            _keep_label(qualifier_ui, qualifier.label, evidence)
        _keep_label(descriptor, heading.label, evidence)
    for substance in publication.substances:
        ui = substance.ui or mesh.substance(substance.label)
        if ui is None:
            evidence.state(node, TW["unresolvedSubstance"], substance.label, substance.evidence)
        else:
            evidence.state(node, TW["mentionsSubstance"], NamedNode(MESH[ui]), substance.evidence)
            _keep_label(ui, substance.label, evidence)


def _write_term(
    node: NamedNode, ui: str | None, label: str, major: bool, cited: Evidence, evidence: EvidenceWriter
) -> None:
    """One heading line. A heading that our MeSH does not know keeps its words and is found by `check`."""
    if ui is None:
        evidence.state(node, TW["unresolvedHeading"], label, cited)
        return
    predicate = FABIO["hasPrimarySubjectTerm"] if major else FABIO["hasSubjectTerm"]
    evidence.state(node, predicate, NamedNode(MESH[ui]), cited)


def _keep_label(ui: str | None, label: str, evidence: EvidenceWriter) -> None:
    """A term that is newer than our MeSH keeps the label that its record gives it."""
    if ui is not None and mesh.label(ui) is None:
        evidence.graph.add(NamedNode(MESH[ui]), RDFS["label"], label)
