"""A publication with a trial, built by hand: what the mapper is held against, whatever the loaders do."""

from decimal import Decimal

import pytest

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
