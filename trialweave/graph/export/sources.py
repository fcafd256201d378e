"""Whose data a store holds, and under what terms each may be passed on."""

from __future__ import annotations

import re

from trialweave.graph.catalog import is_registry, read_entries
from trialweave.graph.derive.terminology import MESH_GRAPH, VOCABULARY
from trialweave.graph.drug_classes import CURATED
from trialweave.graph.quads import NamedNode, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies.catalog import Held, read_held
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

DCTERMS = namespace("dcterms")

OURS = "https://www.apache.org/licenses/LICENSE-2.0"

_OPEN = re.compile(
    r"publicdomain/zero|\bcc[- ]?0\b|creativecommons\.org/licenses/by(-sa)?/"
    r"|\bcc[- ]by([- ]sa)?([- ][\d.]+)?$",
    re.IGNORECASE,
)


class DataSource(Record, frozen=True):
    """One source: `licence` is an IRI or a text, absent where none is stated; `terms` what it asks for.

    `records` counts source records, of a terminology its statements. `open` says whether it may be passed
    on; absent: not stated. `version` of records is the newest one's own date.
    """

    key: str
    name: str
    homepage: str | None = None
    licence: str | None = None
    terms: str | None = None
    version: str | None = None
    records: int = 0
    open: bool | None = None


def sources(graph: Graph) -> tuple[DataSource, ...]:
    """The sources of a store: registry, publications, terminologies, mappings, and what is ours."""
    found = []
    entries = read_entries(graph).values()
    registry = [entry.source for entry in entries if is_registry(entry.source)]
    papers = [entry for entry in entries if not is_registry(entry.source)]
    if registry:
        found.append(
            DataSource(
                key="clinicaltrials.gov",
                name="ClinicalTrials.gov",
                homepage="https://clinicaltrials.gov/",
                licence="https://clinicaltrials.gov/about-site/terms-conditions",
                terms="Free to use and pass on: name ClinicalTrials.gov as the source, show the date of the "
                "data, say that they were modified, and keep them current.",
                version=max((one.version for one in registry if one.version), default=None),
                records=len(registry),
                open=True,
            )
        )
    if papers:
        dated = [_dated(graph, entry.topic, entry.source.version) for entry in papers]
        found.append(
            DataSource(
                key="pubmed",
                name="PubMed",
                homepage="https://pubmed.ncbi.nlm.nih.gov/",
                licence="https://www.nlm.nih.gov/databases/download/terms_and_conditions.html",
                terms="Citations, headings and numbers may be passed on, with NLM named as the source; the "
                "texts of abstracts, and the quotes from them, belong to their publishers and may not.",
                version=max(filter(None, dated), default=None),
                records=len(papers),
                open=True,
            )
        )
    found += [_of_terminology(held) for held in read_held(graph).values()]
    if graph.holds(MESH_GRAPH):
        found.append(
            DataSource(
                key="mesh-bundled",
                name=f"Medical Subject Headings {mesh.VERSION}, the part that the records reach",
                homepage="https://www.nlm.nih.gov/mesh/",
                licence="https://www.nlm.nih.gov/databases/download/terms_and_conditions_mesh.html",
                terms="Courtesy of the U.S. National Library of Medicine; modified (cut), not the most "
                "current, neither reviewed nor endorsed by NLM.",
                version=str(mesh.VERSION),
                records=sum(1 for _ in graph.quads(MESH_GRAPH)),
                open=True,
            )
        )
    ours = sum(1 for name in (VOCABULARY, CURATED) for _ in graph.quads(name))
    found.append(
        DataSource(
            key="trialweave",
            name="trialweave: its vocabulary, its table of drug classes, and what it derives",
            homepage="https://w3id.org/trialweave/",
            licence=OURS,
            records=ours,
            open=True,
        )
    )
    return tuple(sorted(found, key=lambda one: one.key))


def may_be_passed_on(held: Held) -> bool | None:
    """Whether a terminology or set of mappings may go on: as it is stated, or as its licence says.

    Absent: neither is stated, or the licence is not one that we know to be open.
    """
    if held.redistributable is not None:
        return held.redistributable
    return True if held.licence is not None and _OPEN.search(held.licence.strip()) else None


def _of_terminology(held: Held) -> DataSource:
    return DataSource(
        key=held.graph.rpartition("/graph/")[2],
        name=held.title or held.key,
        homepage=held.homepage,
        licence=held.licence,
        terms=held.notice,
        version=held.version,
        records=held.statements,
        open=may_be_passed_on(held),
    )


def _dated(graph: Graph, topic: str, version: str | None) -> str | None:
    """The record's own date; else that of the publication."""
    if version is not None:
        return version
    issued = graph.quads_of(subject=NamedNode(topic), predicate=DCTERMS["issued"])
    return min((words(quad.object) for quad in issued), default=None)
