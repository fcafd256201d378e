"""Terms of the Biolink Model 4 that the KGX export uses, and CURIEs as its registry of prefixes writes them.

Source: https://w3id.org/biolink/biolink-model.yaml, version 4.4.6 (CC0).
"""

from __future__ import annotations

import re

from trialweave.ontology.prefixes import PREFIXES, compact

TRIAL = "biolink:ClinicalTrial"
TREATMENT = "biolink:Treatment"
DRUG = "biolink:Drug"
CHEMICAL = "biolink:ChemicalEntity"
CONDITION = "biolink:DiseaseOrPhenotypicFeature"
PUBLICATION = "biolink:Publication"
THING = "biolink:NamedThing"

ASSOCIATION = "biolink:Association"
EVENT_ASSOCIATION = "biolink:EntityToPhenotypicFeatureAssociation"
HARM_ASSOCIATION = "biolink:ChemicalOrDrugOrTreatmentAdverseEventAssociation"
TESTED_ASSOCIATION = "biolink:ChemicalOrDrugOrTreatmentToDiseaseOrPhenotypicFeatureAssociation"
MENTION_ASSOCIATION = "biolink:InformationContentEntityToNamedThingAssociation"

RELATED = "biolink:related_to"
MENTIONS = "biolink:mentions"
HAS_PART = "biolink:has_part"
HAS_ADVERSE_EVENT = "biolink:has_adverse_event"
IN_TRIALS_FOR = "biolink:in_clinical_trials_for"

PHASES = {
    "1": "clinical_trial_phase_1",
    "1/2": "clinical_trial_phase_1_to_2",
    "2": "clinical_trial_phase_2",
    "2/3": "clinical_trial_phase_2_to_3",
    "3": "clinical_trial_phase_3",
    "4": "clinical_trial_phase_4",
}
"""`ResearchPhaseEnum`, by our words for a phase."""

STATUSES = {
    "ACTIVE_NOT_RECRUITING",
    "APPROVED_FOR_MARKETING",
    "AVAILABLE",
    "COMPLETED",
    "ENROLLING_BY_INVITATION",
    "NO_LONGER_AVAILABLE",
    "NOT_YET_RECRUITING",
    "RECRUITING",
    "SUSPENDED",
    "TEMPORARILY_NOT_AVAILABLE",
    "TERMINATED",
    "UNKNOWN",
    "WITHDRAWN",
}
"""`ClinicalTrialStatusEnum`."""


def status(ours: str) -> str | None:
    """The status as Biolink writes it; None where it has none for it.

    >>> status("active, not recruiting"), status("completed"), status("withheld")
    ('ACTIVE_NOT_RECRUITING', 'COMPLETED', None)
    """
    name = re.sub(r"\W+", "_", ours.strip()).upper()
    return name if name in STATUSES else None


OURS = "trialweave"

_PREFIXES = {
    PREFIXES["nct"]: "CLINICALTRIALS",
    PREFIXES["pubmed"]: "PMID",
    PREFIXES["doi"]: "doi",
    PREFIXES["mesh"]: "MESH",
    PREFIXES["drugbank"]: "DRUGBANK",
    PREFIXES["meddra"]: "MEDDRA",
    PREFIXES["atc"]: "ATC",
    PREFIXES["twid"]: OURS,
}


def curie(iri: str) -> str:
    """The CURIE of an IRI with Biolink's prefix; what has none there keeps ours, or stays an IRI.

    A name of ours has its slashes and colons escaped once more, as KGX takes neither; the `iri` of its node
    is as it is.

    >>> curie("https://clinicaltrials.gov/study/NCT02649361"), curie("http://id.nlm.nih.gov/mesh/D006973")
    ('CLINICALTRIALS:NCT02649361', 'MESH:D006973')
    >>> curie("http://purl.obolibrary.org/obo/MONDO_0005044")
    'MONDO:0005044'
    >>> curie("https://w3id.org/trialweave/id/concept/event/Skin%20Lesion")
    'trialweave:concept%2Fevent%2FSkin%20Lesion'
    """
    for base, prefix in _PREFIXES.items():
        if iri.startswith(base):
            name = iri.removeprefix(base)
            return f"{prefix}:{name.replace('/', '%2F').replace(':', '%3A') if prefix == OURS else name}"
    return compact(iri)
