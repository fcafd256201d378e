"""ClinicalTrials.gov's older JSON ("FullStudiesResponse", CamelCase, in service until 2024).

It holds the same data as API v2 under longer names: `OtherEventList/OtherEvent/0/OtherEventTerm`
for `otherEvents/0/term`. So a study is renamed to the v2 form, read as such, and the places in the
record are translated back. The table below is the whole difference; what it does not list is not
read. `ctgov.json.read` reads the files, in which both forms occur side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from trialweave.errors import LoadError
from trialweave.loaders.ctgov import wire
from trialweave.loaders.ctgov.study import registry_study
from trialweave.records import RegistryStudy, Source

FORMAT = "ctgov-v1"
_Shape = Mapping[str, "tuple[str, _Shape]"]


def _leaves(prefix: str, *names: str) -> dict[str, tuple[str, _Shape]]:
    """Fields whose old name is the object's name and then their own."""
    return {name: (prefix + _capital(name), {}) for name in names}


def _capital(name: str) -> str:
    if name.startswith("ci") and name[2:3].isupper():
        return "CI" + name[2:]
    return name[0].upper() + name[1:]


def _date(name: str) -> dict[str, tuple[str, _Shape]]:
    return {
        f"{name[0].lower()}{name[1:]}Struct": (
            f"{name}Struct",
            {"date": (name, {}), "type": (f"{name}Type", {})},
        )
    }


def _list(name: str, shape: _Shape) -> tuple[str, _Shape]:
    return f"{name}List/{name}", shape


def _events(name: str) -> tuple[str, _Shape]:
    stats = _leaves(f"{name}Stats", "groupId", "numEvents", "numAffected", "numAtRisk")
    fields = _leaves(name, "term", "organSystem", "sourceVocabulary", "assessmentType", "notes")
    return _list(name, {**fields, "stats": _list(f"{name}Stats", stats)})


def _denoms(name: str) -> tuple[str, _Shape]:
    counts = _list(f"{name}Count", _leaves(f"{name}Count", "groupId", "value"))
    return _list(name, {**_leaves(name, "units"), "counts": counts})


def _browse(name: str) -> tuple[str, _Shape]:
    return f"{name}BrowseModule", {
        "meshes": _list(f"{name}Mesh", _leaves(f"{name}Mesh", "id", "term")),
        "ancestors": _list(f"{name}Ancestor", _leaves(f"{name}Ancestor", "id", "term")),
    }


_PROTOCOL: _Shape = {
    "identificationModule": (
        "IdentificationModule",
        {
            "nctId": ("NCTId", {}),
            "nctIdAliases": ("NCTIdAliasList/NCTIdAlias", {}),
            "orgStudyIdInfo": ("OrgStudyIdInfo", {"id": ("OrgStudyId", {})}),
            "secondaryIdInfos": _list(
                "SecondaryIdInfo",
                {
                    "id": ("SecondaryId", {}),
                    "type": ("SecondaryIdType", {}),
                    "domain": ("SecondaryIdDomain", {}),
                },
            ),
            **_leaves("", "briefTitle", "officialTitle", "acronym"),
        },
    ),
    "statusModule": (
        "StatusModule",
        {
            **_leaves("", "overallStatus", "lastKnownStatus", "whyStopped", "statusVerifiedDate"),
            **_leaves("", "studyFirstSubmitDate", "resultsFirstSubmitDate", "lastUpdateSubmitDate"),
            **_date("StartDate"),
            **_date("PrimaryCompletionDate"),
            **_date("CompletionDate"),
            **_date("StudyFirstPostDate"),
            **_date("ResultsFirstPostDate"),
            **_date("LastUpdatePostDate"),
        },
    ),
    "sponsorCollaboratorsModule": (
        "SponsorCollaboratorsModule",
        {
            "leadSponsor": ("LeadSponsor", _leaves("LeadSponsor", "name", "class")),
            "collaborators": _list("Collaborator", _leaves("Collaborator", "name", "class")),
        },
    ),
    "conditionsModule": (
        "ConditionsModule",
        {"conditions": _list("Condition", {}), "keywords": _list("Keyword", {})},
    ),
    "designModule": (
        "DesignModule",
        {
            "studyType": ("StudyType", {}),
            "phases": _list("Phase", {}),
            "designInfo": (
                "DesignInfo",
                {
                    **_leaves("Design", "allocation", "interventionModel", "primaryPurpose"),
                    "observationalModel": ("DesignObservationalModelList/DesignObservationalModel/0", {}),
                    "timePerspective": ("DesignTimePerspectiveList/DesignTimePerspective/0", {}),
                    "maskingInfo": (
                        "DesignMaskingInfo",
                        {**_leaves("Design", "masking"), "whoMasked": _list("DesignWhoMasked", {})},
                    ),
                },
            ),
            "enrollmentInfo": ("EnrollmentInfo", _leaves("Enrollment", "count", "type")),
        },
    ),
    "armsInterventionsModule": (
        "ArmsInterventionsModule",
        {
            "armGroups": _list(
                "ArmGroup",
                {
                    **_leaves("ArmGroup", "label", "type", "description"),
                    "interventionNames": ("ArmGroupInterventionList/ArmGroupInterventionName", {}),
                },
            ),
            "interventions": _list(
                "Intervention",
                {
                    **_leaves("Intervention", "type", "name", "description"),
                    "armGroupLabels": _list("InterventionArmGroupLabel", {}),
                    "otherNames": _list("InterventionOtherName", {}),
                },
            ),
        },
    ),
    "outcomesModule": (
        "OutcomesModule",
        {
            f"{role.lower()}Outcomes": _list(
                f"{role}Outcome", _leaves(f"{role}Outcome", "measure", "timeFrame")
            )
            for role in ("Primary", "Secondary", "Other")
        },
    ),
    "contactsLocationsModule": (
        "ContactsLocationsModule",
        {"locations": _list("Location", _leaves("Location", "country"))},
    ),
    "referencesModule": (
        "ReferencesModule",
        {
            "references": _list(
                "Reference",
                {"pmid": ("ReferencePMID", {}), **_leaves("Reference", "type", "citation")},
            )
        },
    ),
}
_OUTCOME: _Shape = {
    **_leaves("OutcomeMeasure", "type", "title", "timeFrame", "reportingStatus"),
    **_leaves("OutcomeMeasure", "paramType", "dispersionType", "unitOfMeasure"),
    "groups": _list("OutcomeGroup", _leaves("OutcomeGroup", "id", "title", "description")),
    "denoms": _denoms("OutcomeDenom"),
    "classes": _list(
        "OutcomeClass",
        {
            "title": ("OutcomeClassTitle", {}),
            "denoms": _denoms("OutcomeClassDenom"),
            "categories": _list(
                "OutcomeCategory",
                {
                    "title": ("OutcomeCategoryTitle", {}),
                    "measurements": _list(
                        "OutcomeMeasurement",
                        _leaves(
                            "OutcomeMeasurement",
                            *("groupId", "value", "spread", "lowerLimit", "upperLimit", "comment"),
                        ),
                    ),
                },
            ),
        },
    ),
    "analyses": _list(
        "OutcomeAnalysis",
        {
            "groupIds": ("OutcomeAnalysisGroupIdList/OutcomeAnalysisGroupId", {}),
            **_leaves(
                "OutcomeAnalysis",
                *("groupDescription", "testedNonInferiority", "nonInferiorityType", "nonInferiorityComment"),
                *("pValue", "pValueComment", "statisticalMethod", "statisticalComment", "paramType"),
                *("paramValue", "ciPctValue", "ciNumSides", "ciLowerLimit", "ciUpperLimit"),
                *("ciLowerLimitComment", "ciUpperLimitComment", "dispersionType", "dispersionValue"),
                *("estimateComment", "otherAnalysisDescription"),
            ),
        },
    ),
}
_FLOW: _Shape = {
    "groups": _list("FlowGroup", _leaves("FlowGroup", "id", "title", "description")),
    "periods": _list(
        "FlowPeriod",
        {
            "title": ("FlowPeriodTitle", {}),
            "milestones": _list(
                "FlowMilestone",
                {
                    "type": ("FlowMilestoneType", {}),
                    "achievements": _list(
                        "FlowAchievement", _leaves("FlowAchievement", "groupId", "numSubjects")
                    ),
                },
            ),
            "dropWithdraws": _list(
                "FlowDropWithdraw",
                {
                    "type": ("FlowDropWithdrawType", {}),
                    "reasons": _list("FlowReason", _leaves("FlowReason", "groupId", "numSubjects")),
                },
            ),
        },
    ),
}
_ADVERSE_EVENTS: _Shape = {
    **_leaves("Events", "frequencyThreshold", "timeFrame"),
    "eventGroups": _list(
        "EventGroup",
        _leaves(
            "EventGroup",
            *("id", "title", "description", "deathsNumAffected", "deathsNumAtRisk"),
            *("seriousNumAffected", "seriousNumAtRisk", "otherNumAffected", "otherNumAtRisk"),
        ),
    ),
    "seriousEvents": _events("SeriousEvent"),
    "otherEvents": _events("OtherEvent"),
}
_STUDY: _Shape = {
    "protocolSection": ("ProtocolSection", _PROTOCOL),
    "resultsSection": (
        "ResultsSection",
        {
            "participantFlowModule": ("ParticipantFlowModule", _FLOW),
            "outcomeMeasuresModule": (
                "OutcomeMeasuresModule",
                {"outcomeMeasures": _list("OutcomeMeasure", _OUTCOME)},
            ),
            "adverseEventsModule": ("AdverseEventsModule", _ADVERSE_EVENTS),
        },
    ),
    "derivedSection": (
        "DerivedSection",
        {
            "conditionBrowseModule": _browse("Condition"),
            "interventionBrowseModule": _browse("Intervention"),
        },
    ),
}


def renamed(study: Any, shape: _Shape = _STUDY) -> Any:
    """A decoded v1 object under the names of v2.

    >>> renamed({"ProtocolSection": {"IdentificationModule": {"NCTId": "NCT02649361"}}})
    {'protocolSection': {'identificationModule': {'nctId': 'NCT02649361'}}}
    """
    if not shape:
        return study
    if isinstance(study, list):
        return [renamed(each, shape) for each in study]
    if not isinstance(study, dict):
        return study
    found = {}
    for name, (old, inner) in shape.items():
        value: Any = study
        for step in old.split("/"):
            if isinstance(value, list) and step == "0":
                value = value[0] if value else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            found[name] = renamed(value, inner)
    return found


def old_pointer(pointer: str) -> str:
    """A JSON Pointer of the v2 form in the v1 form.

    >>> old_pointer("/resultsSection/adverseEventsModule/otherEvents/3/stats/1")
    '/ResultsSection/AdverseEventsModule/OtherEventList/OtherEvent/3/OtherEventStatsList/OtherEventStats/1'
    """
    steps, shape = [], _STUDY
    for name in pointer.split("/")[1:]:
        if name.isdigit():
            steps.append(name)
        elif name in shape:
            old, shape = shape[name]
            steps.append(old)
        else:  # not a place, but words of the record that look like one
            return pointer
    return "/" + "/".join(steps)


def study_of_v1(raw: bytes, source: Source) -> RegistryStudy:
    """The record of one v1 study (the `Study` object). Raises `LoadError` where it is none."""
    try:
        decoded = msgspec.json.Decoder(Any, float_hook=str).decode(raw)
        study = msgspec.convert(renamed(decoded), wire.Study)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LoadError(f"not a study in the older API's form: {error}") from error
    found = msgspec.to_builtins(registry_study(study, source))
    return msgspec.convert(_translated(found), RegistryStudy)


_PLACES = ("/protocolSection/", "/resultsSection/", "/derivedSection/")


def _translated(value: Any) -> Any:
    if isinstance(value, str):
        return old_pointer(value) if value.startswith(_PLACES) else value
    if isinstance(value, dict):
        return {name: _translated(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_translated(each) for each in value]
    return value
