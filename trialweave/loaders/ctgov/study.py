"""A decoded API v2 study becomes a `RegistryStudy`: the protocol and derived sections.

The paths are JSON Pointers in the v2 form; `ctgov.v1` translates them to its own.
"""

from __future__ import annotations

from trialweave.errors import LoadError
from trialweave.loaders.ctgov import wire
from trialweave.loaders.ctgov.doses import dosed
from trialweave.loaders.ctgov.events import adverse_events
from trialweave.loaders.ctgov.fields import (
    NCT_ID,
    countries,
    enrolment,
    mesh_ui,
    planned,
    stated,
    stated_word,
    study_date,
    with_version,
)
from trialweave.loaders.ctgov.groups import fold, group_reader
from trialweave.loaders.ctgov.results import flow, outcomes
from trialweave.loaders.ctgov.values import text, word_or_none
from trialweave.records import (
    Arm,
    Design,
    Endpoint,
    Enrolment,
    Field,
    Intervention,
    MeshTerm,
    Organisation,
    Problem,
    Reference,
    RegistryStudy,
    SecondaryId,
    Source,
    Stated,
    StudyDate,
    StudyDates,
)

_PROTOCOL = "/protocolSection"
_ID = f"{_PROTOCOL}/identificationModule"
_STATUS = f"{_PROTOCOL}/statusModule"
_DESIGN = f"{_PROTOCOL}/designModule"
_ARMS = f"{_PROTOCOL}/armsInterventionsModule"


def registry_study(study: wire.Study, source: Source) -> RegistryStudy:
    """The record of one study. Raises `LoadError` where it has no NCT number.

    >>> import msgspec
    >>> raw = b'{"protocolSection": {"identificationModule": {"nctId": "NCT02649361"}}}'
    >>> source = Source(file="NCT02649361.json", format="ctgov-v2", position=1, sha256="")
    >>> found = registry_study(msgspec.json.decode(raw, type=wire.Study), source)
    >>> found.nct_id.value, found.nct_id.evidence.path, found.arms
    ('NCT02649361', '/protocolSection/identificationModule/nctId', ())
    """
    problems: list[Problem] = []
    protocol = study.protocol_section or wire.Protocol()
    ident = protocol.identification_module or wire.Identification()
    nct = stated(ident.nct_id, f"{_ID}/nctId")
    if nct is None or not NCT_ID.fullmatch(nct.value):
        raise LoadError(f"no NCT number at {_ID}/nctId, found {ident.nct_id!r}")
    status = protocol.status_module or wire.Status()
    sponsors = protocol.sponsor_collaborators_module or wire.Sponsors()
    conditions = protocol.conditions_module or wire.Conditions()
    derived = study.derived_section or wire.Derived()
    references = protocol.references_module or wire.References()
    locations = protocol.contacts_locations_module or wire.Locations()
    dates = _dates(status, problems)
    design = _design(protocol.design_module)
    enrolment = _enrolment(protocol.design_module, problems)
    arms, interventions = _arms(protocol.arms_interventions_module or wire.ArmsInterventions(), problems)
    endpoints = _endpoints(protocol.outcomes_module or wire.Outcomes())
    read_groups = group_reader(
        arms,
        interventions,
        crossover=design.intervention_model is not None and design.intervention_model.value == "crossover",
        several_phases=len(design.phases) > 1,
        enrolled=enrolment.n if enrolment and enrolment.kind == "actual" else None,
    )
    results = study.results_section or wire.Results()
    return RegistryStudy(
        source=with_version(source, dates),
        nct_id=nct,
        nct_aliases=_all(ident.nct_id_aliases, f"{_ID}/nctIdAliases"),
        org_study_id=stated(
            ident.org_study_id_info and ident.org_study_id_info.id, f"{_ID}/orgStudyIdInfo/id"
        ),
        secondary_ids=tuple(
            SecondaryId(
                value=value,
                evidence=Field(path=f"{_ID}/secondaryIdInfos/{i}/id", quote=str(info.id)),
                kind=word_or_none(info.type),
                issuer=text(info.domain),
            )
            for i, info in enumerate(ident.secondary_id_infos or ())
            if (value := text(info.id))
        ),
        acronym=stated(ident.acronym, f"{_ID}/acronym"),
        brief_title=stated(ident.brief_title, f"{_ID}/briefTitle"),
        official_title=stated(ident.official_title, f"{_ID}/officialTitle"),
        status=stated_word(status.overall_status, f"{_STATUS}/overallStatus"),
        last_known_status=stated_word(status.last_known_status, f"{_STATUS}/lastKnownStatus"),
        why_stopped=stated(status.why_stopped, f"{_STATUS}/whyStopped"),
        dates=dates,
        sponsor=_organisation(sponsors.lead_sponsor, f"{_PROTOCOL}/sponsorCollaboratorsModule/leadSponsor"),
        collaborators=tuple(
            found
            for i, each in enumerate(sponsors.collaborators or ())
            if (found := _organisation(each, f"{_PROTOCOL}/sponsorCollaboratorsModule/collaborators/{i}"))
        ),
        design=design,
        enrolment=enrolment,
        arms=arms,
        interventions=interventions,
        conditions=_all(conditions.conditions, f"{_PROTOCOL}/conditionsModule/conditions"),
        keywords=_all(conditions.keywords, f"{_PROTOCOL}/conditionsModule/keywords"),
        condition_mesh=_mesh(derived.condition_browse_module, "conditionBrowseModule"),
        intervention_mesh=_mesh(derived.intervention_browse_module, "interventionBrowseModule"),
        countries=countries(
            (place.country, f"{_PROTOCOL}/contactsLocationsModule/locations/{i}/country")
            for i, place in enumerate(locations.locations or ())
        ),
        endpoints=endpoints,
        references=tuple(
            Reference(
                key=(at := f"{_PROTOCOL}/referencesModule/references/{i}"),
                kind=word_or_none(each.type),
                pmid=stated(each.pmid, f"{at}/pmid"),
                citation=text(each.citation),
            )
            for i, each in enumerate(references.references or ())
        ),
        has_results=study.has_results if isinstance(study.has_results, bool) else None,
        flow=flow(results.participant_flow_module, read_groups, problems),
        outcomes=outcomes(results.outcome_measures_module, endpoints, read_groups, problems),
        adverse_events=adverse_events(results.adverse_events_module, read_groups, problems),
        problems=tuple(problems),
    )


def _all(raw: tuple[object, ...] | None, path: str) -> tuple[Stated, ...]:
    found = (stated(each, f"{path}/{i}") for i, each in enumerate(raw or ()))
    return tuple(each for each in found if each is not None)


def _dates(status: wire.Status, problems: list[Problem]) -> StudyDates:
    def plain(raw: object, name: str) -> StudyDate | None:
        return study_date(raw, f"{_STATUS}/{name}", None, problems)

    def struct(raw: wire.DateStruct | None, name: str) -> StudyDate | None:
        if raw is None:
            return None
        return study_date(raw.date, f"{_STATUS}/{name}/date", raw.type, problems)

    return StudyDates(
        start=planned(struct(status.start_date_struct, "startDateStruct")),
        primary_completion=planned(
            struct(status.primary_completion_date_struct, "primaryCompletionDateStruct")
        ),
        completion=planned(struct(status.completion_date_struct, "completionDateStruct")),
        first_submitted=plain(status.study_first_submit_date, "studyFirstSubmitDate"),
        first_posted=struct(status.study_first_post_date_struct, "studyFirstPostDateStruct"),
        results_first_submitted=plain(status.results_first_submit_date, "resultsFirstSubmitDate"),
        results_first_posted=struct(status.results_first_post_date_struct, "resultsFirstPostDateStruct"),
        last_update_submitted=plain(status.last_update_submit_date, "lastUpdateSubmitDate"),
        last_update_posted=struct(status.last_update_post_date_struct, "lastUpdatePostDateStruct"),
        verified=plain(status.status_verified_date, "statusVerifiedDate"),
    )


def _design(module: wire.Design | None) -> Design:
    if module is None:
        return Design()
    info = module.design_info or wire.DesignInfo()
    masking = info.masking_info or wire.MaskingInfo()
    at = f"{_DESIGN}/designInfo"

    def words(raw: tuple[object, ...] | None, path: str) -> tuple[Stated, ...]:
        found = (stated_word(each, f"{path}/{i}") for i, each in enumerate(raw or ()))
        return tuple(each for each in found if each is not None)

    return Design(
        study_type=stated_word(module.study_type, f"{_DESIGN}/studyType"),
        phases=words(module.phases, f"{_DESIGN}/phases"),
        allocation=stated_word(info.allocation, f"{at}/allocation"),
        intervention_model=stated_word(info.intervention_model, f"{at}/interventionModel"),
        primary_purpose=stated_word(info.primary_purpose, f"{at}/primaryPurpose"),
        masking=stated_word(masking.masking, f"{at}/maskingInfo/masking"),
        masked=words(masking.who_masked, f"{at}/maskingInfo/whoMasked"),
        observational_model=stated_word(info.observational_model, f"{at}/observationalModel"),
        time_perspective=stated_word(info.time_perspective, f"{at}/timePerspective"),
    )


def _enrolment(module: wire.Design | None, problems: list[Problem]) -> Enrolment | None:
    info = module.enrollment_info if module else None
    if info is None or info.count is None:
        return None
    return enrolment(info.count, f"{_DESIGN}/enrollmentInfo/count", info.type, problems)


def _arms(
    module: wire.ArmsInterventions, problems: list[Problem]
) -> tuple[tuple[Arm, ...], tuple[Intervention, ...]]:
    interventions = tuple(
        Intervention(
            key=(at := f"{_ARMS}/interventions/{i}"),
            name=name,
            aliases=tuple(alias for other in each.other_names or () if (alias := text(other))),
            kind=word_or_none(each.type),
            evidence=Field(path=f"{at}/name", quote=str(each.name)),
        )
        for i, each in enumerate(module.interventions or ())
        if (name := text(each.name))
    )
    given: dict[str, dict[str, None]] = {}  # folded arm label -> keys of its interventions, in order
    described: dict[str, object] = {}
    for i, raw in enumerate(module.interventions or ()):
        key = f"{_ARMS}/interventions/{i}"
        described[key] = raw.description
        for label in raw.arm_group_labels or () if text(raw.name) else ():
            given.setdefault(fold(text(label) or ""), {})[key] = None
    named = {fold(f"{each.kind}: {each.name}"): each.key for each in interventions}
    arms, texts = [], []
    for i, group in enumerate(module.arm_groups or ()):
        at = f"{_ARMS}/armGroups/{i}"
        label = text(group.label)
        if label is None:
            problems.append(Problem(path=at, reason="an arm without a label"))
            continue
        keys = dict(given.get(fold(label), {}))
        for name in group.intervention_names or ():
            if meant := named.get(fold(text(name) or "")):
                keys[meant] = None
        arm = Arm(
            key=at,
            name=label,
            role=word_or_none(group.type),
            interventions=tuple(keys),
            evidence=Field(path=f"{at}/label", quote=str(group.label)),
        )
        arms.append(arm)
        texts += [(arm, group.label, f"{at}/label"), (arm, group.description, f"{at}/description")]
    return tuple(arms), dosed(interventions, described, texts)


def _organisation(raw: wire.Organisation | None, path: str) -> Organisation | None:
    if raw is None or (name := text(raw.name)) is None:
        return None
    return Organisation(
        name=name, evidence=Field(path=f"{path}/name", quote=str(raw.name)), kind=word_or_none(raw.class_)
    )


def _endpoints(module: wire.Outcomes) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(
            key=(at := f"{_PROTOCOL}/outcomesModule/{role}Outcomes/{i}"),
            name=name,
            role=role,
            time_frame=text(each.time_frame),
            evidence=Field(path=f"{at}/measure", quote=str(each.measure)),
        )
        for role, listed in (
            ("primary", module.primary_outcomes),
            ("secondary", module.secondary_outcomes),
            ("other", module.other_outcomes),
        )
        for i, each in enumerate(listed or ())
        if (name := text(each.measure))
    )


def _mesh(module: wire.Browse | None, name: str) -> tuple[MeshTerm, ...]:
    if module is None:
        return ()
    return tuple(
        MeshTerm(
            term=term,
            evidence=Field(path=f"/derivedSection/{name}/{listed}/{i}/term", quote=str(each.term)),
            ui=mesh_ui(each.id),
            ancestor=listed == "ancestors",
        )
        for listed, terms in (("meshes", module.meshes), ("ancestors", module.ancestors))
        for i, each in enumerate(terms or ())
        if (term := text(each.term))
    )
