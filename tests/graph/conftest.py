"""A publication with a trial, built by hand: what the mapper is held against, whatever the loaders do."""

import io
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from trialweave.graph import study_writer
from trialweave.graph.catalog import Entry, entry_quads
from trialweave.graph.derive import derive
from trialweave.graph.iris import publication_iri
from trialweave.graph.publication import graph_name, publication_quads
from trialweave.graph.quads import Quad
from trialweave.graph.registry import study_quads
from trialweave.graph.store import Graph
from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.records import (
    AdverseEventCount,
    Arm,
    ArmResult,
    EffectEstimate,
    Endpoint,
    Field,
    Finding,
    Intervention,
    MeshHeading,
    ParticipantCount,
    Publication,
    Qualifier,
    Regimen,
    RegistryStudy,
    Source,
    Span,
    Stated,
    Substance,
    Trial,
)

TEXT = (
    "Drug A against placebo\n\n"
    "METHODS: 30 patients were randomised to drug A 0.50 mg daily or placebo (NCT00000001).\n"
    "RESULTS: Median survival 9.10 months (95% CI 8 to 10) with drug A; HR 0.50 (p<0.001). "
    "Grade 3 or 4 rash: 0 with drug A, 12% with placebo."
)


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span.of(TEXT, start, start + len(words), "RESULTS")


@pytest.fixture
def publication() -> Publication:
    trial = Trial(
        registry_ids=(Stated(value="NCT00000001", evidence=span("NCT00000001")),),
        allocation=Stated(value="randomised", evidence=span("randomised")),
        control=Stated(value="placebo", evidence=span("placebo")),
        interventions=(
            Intervention(
                key="drug-a",
                name="drug A",
                kind="drug",
                regimens=(Regimen(dose=Decimal("0.50"), unit="mg", evidence=span("0.50 mg daily")),),
            ),
        ),
        arms=(
            Arm(key="drug-a", name="drug A", role="experimental", interventions=("drug-a",)),
            Arm(key="placebo", name="placebo", role="placebo comparator"),
        ),
        participants=(ParticipantCount(n=30, population="randomised", evidence=span("30 patients")),),
        endpoints=(Endpoint(key="overall survival", name="overall survival", role="primary"),),
        arm_results=(
            ArmResult(
                kind="median_time",
                endpoint="overall survival",
                arm="drug-a",
                value=Decimal("9.10"),
                unit="months",
                ci_low=Decimal(8),
                ci_high=Decimal(10),
                ci_level=Decimal(95),
                evidence=(span("9.10 months"), span("drug A")),
            ),
        ),
        effect_estimates=(
            EffectEstimate(
                measure="hazard_ratio",
                arm="drug-a",
                comparator="placebo",
                value=Decimal("0.50"),
                p="<0.001",
                evidence=(span("HR 0.50 (p<0.001)"),),
            ),
        ),
        event_counts=(
            AdverseEventCount(
                event="rash",
                arm="drug-a",
                affected=0,
                grade_low=3,
                grade_high=4,
                evidence=(span("0 with drug A"),),
            ),
            AdverseEventCount(
                event="rash",
                arm="placebo",
                percent=Decimal(12),
                evidence=(span("12% with placebo"),),
                findings=(
                    Finding(check="denominators", message="no denominator allows it", computed="5 to 9"),
                ),
            ),
        ),
    )
    return Publication(
        source=Source(
            file="made.xml", format="pubmed-xml", position=1, sha256="ab" * 32, version="2021-05-06"
        ),
        text=TEXT,
        title="Drug A against placebo",
        pmid=Stated(value="1", evidence=Field(path="MedlineCitation/PMID[1]", quote="1")),
        date="2021-03",
        headings=(
            MeshHeading(
                label="Hypertension",
                ui="D006973",
                qualifiers=(
                    Qualifier(
                        label="chemically induced",
                        ui="Q000139",
                        evidence=Field(
                            path="MedlineCitation/MeshHeadingList/MeshHeading[1]/QualifierName[1]",
                            quote="chemically induced",
                        ),
                    ),
                    Qualifier(label="pathology", major=True, evidence=span("RESULTS")),
                ),
            ),
            MeshHeading(label="No Such Heading", evidence=Field(path="x", quote="No Such Heading")),
        ),
        substances=(Substance(label="anlotinib", evidence=Field(path="y", quote="anlotinib")),),
        trial=trial,
    )


def study_json(nct_id: str = "NCT00000001", **modules: Any) -> dict[str, Any]:
    """An invented study in the form of API v2: two arms, a plan of 144 people, no results."""
    protocol: dict[str, Any] = {
        "identificationModule": {"nctId": nct_id, "briefTitle": "Anlotinib or placebo"},
        "statusModule": {"overallStatus": "RECRUITING", "lastUpdateSubmitDate": "2018-05-04"},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {"allocation": "RANDOMIZED", "maskingInfo": {"masking": "QUADRUPLE"}},
            "enrollmentInfo": {"count": 144, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "A", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Anlotinib"]},
                {"label": "B", "type": "PLACEBO_COMPARATOR", "interventionNames": ["Drug: Placebo"]},
            ],
            "interventions": [{"type": "DRUG", "name": "Anlotinib"}, {"type": "DRUG", "name": "Placebo"}],
        },
        "outcomesModule": {"primaryOutcomes": [{"measure": "Progress free survival (PFS)"}]},
    }
    results = modules.pop("resultsSection", None)
    protocol |= modules
    study: dict[str, Any] = {"protocolSection": protocol, "hasResults": results is not None}
    return study | ({"resultsSection": results} if results is not None else {})


class Weave:
    """Records made into a graph with its catalog and all that is derived."""

    study = staticmethod(study_json)

    @staticmethod
    def read(*studies: dict[str, Any]) -> list[RegistryStudy]:
        """The records of invented studies, as the loader reads them."""
        found = []
        for study in studies:
            raw = json.dumps(study).encode()
            [record] = ctgov_json.read(io.BytesIO(raw), file="study.json")
            assert isinstance(record, RegistryStudy), record
            found.append(record)
        return found

    def graph(self, studies: list[dict[str, Any]], publications: list[Publication]) -> Graph:
        """The graph of these records, derived graphs included."""
        graph = Graph.in_memory()
        for study in self.read(*studies):
            self._add(
                graph,
                study_writer.graph_name(study),
                study_writer.trial_iri(study),
                study.source,
                study_quads(study),
            )
        for publication in publications:
            name, topic = graph_name(publication), publication_iri(publication)
            self._add(graph, name, topic, publication.source, publication_quads(publication))
        derive(graph)
        return graph

    @staticmethod
    def _add(graph: Graph, name: str, topic: str, source: Source, quads: Iterable[Quad]) -> None:
        graph.extend(quads)
        graph.extend(entry_quads(Entry(graph=name, topic=topic, source=source, content_hash="x")))


@pytest.fixture
def weave() -> Weave:
    return Weave()
