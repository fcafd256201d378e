"""A registry study as quads, lean: a fact's name ends in the place of its field, and costs no more.

The record's graph is `…/graph/ctgov/NCT…`; its facts are `…/id/ctgov/NCT…#/resultsSection/…` (a JSON
Pointer, or an XPath, in the form of RFC 6901 section 6). Groups stay apart from arms; where the record
shows that a group is an arm, `tw:isArm` says so, and on what evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from trialweave.graph.iris import concept_iri
from trialweave.graph.quads import NamedNode, Quad, date_literal
from trialweave.graph.registry_results import write_events, write_flow, write_outcomes
from trialweave.graph.study_writer import StudyWriter, write_endpoint
from trialweave.graph.trial import PHASE_CLASS, PLACEBO
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace
from trialweave.records import Arm, Intervention, MeshTerm, RegistryStudy, StudyDate

DCTERMS = namespace("dcterms")
MESH = namespace("mesh")
NCT = namespace("nct")
PUBMED = namespace("pubmed")
RDFS = namespace("rdfs")
SCHEMA = namespace("schema")
TW = namespace("tw")

_MESH_UI = re.compile(r"[DC]\d+")

_DATES = {
    "start": "startDate",
    "primary_completion": "primaryCompletionDate",
    "completion": "completionDate",
    "first_posted": "firstPosted",
    "results_first_posted": "resultsFirstPosted",
    "last_update_posted": "lastUpdatePosted",
}

_REFERENCES = {
    "result": "resultReference",
    "background": "backgroundReference",
    "derived": "derivedReference",
}


def study_quads(study: RegistryStudy) -> Iterator[Quad]:
    """The quads of a study's record graph."""
    writer = StudyWriter(study)
    _write_identity(study, writer)
    _write_design(study, writer)
    in_arms = {key for arm in study.arms for key in arm.interventions}
    for intervention in study.interventions:
        _write_intervention(intervention, writer)
        if intervention.key not in in_arms:
            writer.graph.add(writer.trial, TW["listsIntervention"], writer.place(intervention.key))
    for arm in study.arms:
        _write_arm(arm, writer)
    for endpoint in study.endpoints:
        write_endpoint(endpoint, writer)
    if study.flow is not None:
        write_flow(study.flow, writer)
    write_outcomes(study.outcomes, writer)
    if study.adverse_events is not None:
        write_events(study.adverse_events, writer)
    return writer.graph.quads()


def _write_identity(study: RegistryStudy, writer: StudyWriter) -> None:
    graph = writer.graph
    trial = graph.node(writer.trial.value, TW["Trial"])
    graph.add(trial, TW["registryId"], study.nct_id.value)
    graph.add_all(trial, TW["registryId"], (alias.value for alias in study.nct_aliases))
    graph.add_all(trial, TW["secondaryId"], (identifier.value for identifier in study.secondary_ids))
    title = study.brief_title or study.official_title
    graph.add(trial, DCTERMS["title"], title.value if title else None)
    graph.add(trial, TW["acronym"], study.acronym.value if study.acronym else None)
    graph.add(trial, TW["status"], study.status.value if study.status else None)
    graph.add(trial, TW["sponsor"], study.sponsor.name if study.sponsor else None)
    graph.add(trial, TW["hasPostedResults"], study.has_results)
    for name, predicate in _DATES.items():
        date: StudyDate | None = getattr(study.dates, name)
        if date is not None:
            graph.add(trial, TW[predicate], date_literal(date.date))
            if date.kind == "anticipated":
                graph.add(trial, TW["anticipated"], NamedNode(TW[predicate]))
    for reference in study.references:
        if reference.pmid is not None:
            predicate = _REFERENCES.get(reference.kind or "", "reference")
            graph.add(trial, TW[predicate], NamedNode(PUBMED[reference.pmid.value]))


def _write_design(study: RegistryStudy, writer: StudyWriter) -> None:
    graph, trial, design = writer.graph, writer.trial, study.design
    for predicate, stated in (
        ("studyType", design.study_type),
        ("allocation", design.allocation),
        ("interventionModel", design.intervention_model),
        ("primaryPurpose", design.primary_purpose),
        ("masking", design.masking),
    ):
        graph.add(trial, TW[predicate], stated.value if stated else None)
    phases = "/".join(phase.value.removeprefix("phase ") for phase in design.phases)
    if phases and phases != "not applicable":
        graph.add(trial, TW["phase"], phases)
    for name in _classes(study, phases):
        graph.node(trial.value, TW[name])
    if study.enrolment is not None:
        count = writer.typed(study.enrolment.path, "ParticipantCount")
        graph.add(count, TW["ofTrial"], trial)
        graph.add(count, TW["count"], study.enrolment.n)
        graph.add(count, TW["population"], "enrolled")
        if study.enrolment.kind == "anticipated":
            graph.add(count, TW["planned"], True)
    graph.add_all(trial, TW["country"], (site.country for site in study.countries))
    for condition in study.conditions:
        graph.add(trial, TW["condition"], NamedNode(concept_iri("condition", condition.value)))
    for predicate, terms in (
        ("conditionTerm", study.condition_mesh),
        ("interventionTerm", study.intervention_mesh),
    ):
        for term in terms:
            if not term.ancestor and (ui := _mesh_ui(term)):
                graph.add(trial, TW[predicate], NamedNode(MESH[ui]))


def _mesh_ui(term: MeshTerm) -> str | None:
    """UI of a term of MeSH; legacy XML names it by its heading alone."""
    ui = term.ui or mesh.substance(term.term)
    return ui if ui is not None and _MESH_UI.fullmatch(ui) else None


def _classes(study: RegistryStudy, phases: str) -> Iterable[str]:
    """The trial classes that the stated design puts the study in."""
    allocation = study.design.allocation.value if study.design.allocation else None
    if allocation == "randomized":
        yield "RandomizedTrial"
    elif allocation == "non-randomized":
        yield "NonRandomizedTrial"
    if any(arm.role == "placebo comparator" for arm in study.arms):
        yield "PlaceboControlledTrial"
    if phases in PHASE_CLASS:
        yield PHASE_CLASS[phases]


def _write_intervention(intervention: Intervention, writer: StudyWriter) -> None:
    graph = writer.graph
    node = writer.place(intervention.key)
    graph.add(node, RDFS["label"], intervention.name)
    graph.add(node, TW["interventionKind"], intervention.kind)
    if intervention.kind in ("drug", "biological") and not PLACEBO.search(intervention.name):
        graph.add(node, TW["drug"], NamedNode(concept_iri("drug", intervention.name)))
    for regimen in intervention.regimens:
        path = regimen.evidence.path if hasattr(regimen.evidence, "path") else intervention.key
        one = writer.nth_place(f"{path}/regimen")
        graph.add(node, TW["hasRegimen"], one)
        graph.add(one, SCHEMA["doseValue"], regimen.dose)
        graph.add(one, TW["doseHigh"], regimen.high)
        graph.add(one, SCHEMA["doseUnit"], regimen.unit)
        graph.add(one, TW["schedule"], regimen.schedule)
        graph.add(one, TW["route"], regimen.route)


def _write_arm(arm: Arm, writer: StudyWriter) -> None:
    graph = writer.graph
    node = writer.place(arm.key)
    graph.add(writer.trial, TW["hasArm"], node)
    graph.add(node, TW["ofTrial"], writer.trial)
    graph.add(node, RDFS["label"], arm.name)
    graph.add(node, TW["armRole"], arm.role)
    graph.add_all(node, TW["hasIntervention"], (writer.place(key) for key in arm.interventions))
