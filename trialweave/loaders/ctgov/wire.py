# ruff: noqa: D101 (the names are the format's own; a docstring each would only repeat them)
"""What is decoded of an API v2 study: its field names, and nothing that we do not use.

Source of the names: the data structure of ClinicalTrials.gov's API v2. Fields that are not listed
are skipped without being decoded. Leaves are `Any`: a number sent as a string, a string sent as a
number, or a new word must not cost the record; `ctgov.values` reads them. A JSON float arrives as
its digits (the decoder's `float_hook`), so that 2.50 stays 2.50.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Wire(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """Base of the decoded objects."""


# ── protocol section ─────────────────────────────────────────────────────────────────────


class SecondaryIdInfo(Wire, frozen=True, gc=False):
    id: Any = None
    type: Any = None
    domain: Any = None


class IdInfo(Wire, frozen=True, gc=False):
    id: Any = None


class Identification(Wire, frozen=True, gc=False):
    nct_id: Any = None
    nct_id_aliases: tuple[Any, ...] | None = None
    org_study_id_info: IdInfo | None = None
    secondary_id_infos: tuple[SecondaryIdInfo, ...] | None = None
    brief_title: Any = None
    official_title: Any = None
    acronym: Any = None


class DateStruct(Wire, frozen=True, gc=False):
    date: Any = None
    type: Any = None


class Status(Wire, frozen=True, gc=False):
    overall_status: Any = None
    last_known_status: Any = None
    why_stopped: Any = None
    status_verified_date: Any = None
    start_date_struct: DateStruct | None = None
    primary_completion_date_struct: DateStruct | None = None
    completion_date_struct: DateStruct | None = None
    study_first_submit_date: Any = None
    study_first_post_date_struct: DateStruct | None = None
    results_first_submit_date: Any = None
    results_first_post_date_struct: DateStruct | None = None
    last_update_submit_date: Any = None
    last_update_post_date_struct: DateStruct | None = None


class Organisation(Wire, frozen=True, gc=False):
    name: Any = None
    class_: Any = msgspec.field(name="class", default=None)


class Sponsors(Wire, frozen=True, gc=False):
    lead_sponsor: Organisation | None = None
    collaborators: tuple[Organisation, ...] | None = None


class Conditions(Wire, frozen=True, gc=False):
    conditions: tuple[Any, ...] | None = None
    keywords: tuple[Any, ...] | None = None


class MaskingInfo(Wire, frozen=True, gc=False):
    masking: Any = None
    who_masked: tuple[Any, ...] | None = None


class DesignInfo(Wire, frozen=True, gc=False):
    allocation: Any = None
    intervention_model: Any = None
    primary_purpose: Any = None
    observational_model: Any = None
    time_perspective: Any = None
    masking_info: MaskingInfo | None = None


class EnrollmentInfo(Wire, frozen=True, gc=False):
    count: Any = None
    type: Any = None


class Design(Wire, frozen=True, gc=False):
    study_type: Any = None
    phases: tuple[Any, ...] | None = None
    design_info: DesignInfo | None = None
    enrollment_info: EnrollmentInfo | None = None


class ArmGroup(Wire, frozen=True, gc=False):
    label: Any = None
    type: Any = None
    description: Any = None
    intervention_names: tuple[Any, ...] | None = None


class Intervention(Wire, frozen=True, gc=False):
    type: Any = None
    name: Any = None
    description: Any = None
    arm_group_labels: tuple[Any, ...] | None = None
    other_names: tuple[Any, ...] | None = None


class ArmsInterventions(Wire, frozen=True, gc=False):
    arm_groups: tuple[ArmGroup, ...] | None = None
    interventions: tuple[Intervention, ...] | None = None


class Outcome(Wire, frozen=True, gc=False):
    measure: Any = None
    time_frame: Any = None


class Outcomes(Wire, frozen=True, gc=False):
    primary_outcomes: tuple[Outcome, ...] | None = None
    secondary_outcomes: tuple[Outcome, ...] | None = None
    other_outcomes: tuple[Outcome, ...] | None = None


class Location(Wire, frozen=True, gc=False):
    country: Any = None


class Locations(Wire, frozen=True, gc=False):
    locations: tuple[Location, ...] | None = None


class Reference(Wire, frozen=True, gc=False):
    pmid: Any = None
    type: Any = None
    citation: Any = None


class References(Wire, frozen=True, gc=False):
    references: tuple[Reference, ...] | None = None


class Protocol(Wire, frozen=True, gc=False):
    identification_module: Identification | None = None
    status_module: Status | None = None
    sponsor_collaborators_module: Sponsors | None = None
    conditions_module: Conditions | None = None
    design_module: Design | None = None
    arms_interventions_module: ArmsInterventions | None = None
    outcomes_module: Outcomes | None = None
    contacts_locations_module: Locations | None = None
    references_module: References | None = None


# ── results section ──────────────────────────────────────────────────────────────────────


class Group(Wire, frozen=True, gc=False):
    id: Any = None
    title: Any = None
    description: Any = None


class EventGroup(Wire, frozen=True, gc=False):
    id: Any = None
    title: Any = None
    description: Any = None
    deaths_num_affected: Any = None
    deaths_num_at_risk: Any = None
    serious_num_affected: Any = None
    serious_num_at_risk: Any = None
    other_num_affected: Any = None
    other_num_at_risk: Any = None


class EventStats(Wire, frozen=True, gc=False):
    group_id: Any = None
    num_events: Any = None
    num_affected: Any = None
    num_at_risk: Any = None


class Event(Wire, frozen=True, gc=False):
    term: Any = None
    organ_system: Any = None
    source_vocabulary: Any = None
    assessment_type: Any = None
    notes: Any = None
    stats: tuple[EventStats, ...] | None = None


class AdverseEvents(Wire, frozen=True, gc=False):
    frequency_threshold: Any = None
    time_frame: Any = None
    event_groups: tuple[EventGroup, ...] | None = None
    serious_events: tuple[Event, ...] | None = None
    other_events: tuple[Event, ...] | None = None


class Achievement(Wire, frozen=True, gc=False):
    group_id: Any = None
    num_subjects: Any = None


class Milestone(Wire, frozen=True, gc=False):
    type: Any = None
    achievements: tuple[Achievement, ...] | None = None


class DropWithdraw(Wire, frozen=True, gc=False):
    type: Any = None
    reasons: tuple[Achievement, ...] | None = None


class Period(Wire, frozen=True, gc=False):
    title: Any = None
    milestones: tuple[Milestone, ...] | None = None
    drop_withdraws: tuple[DropWithdraw, ...] | None = None


class ParticipantFlow(Wire, frozen=True, gc=False):
    groups: tuple[Group, ...] | None = None
    periods: tuple[Period, ...] | None = None


class Count(Wire, frozen=True, gc=False):
    group_id: Any = None
    value: Any = None


class Denom(Wire, frozen=True, gc=False):
    units: Any = None
    counts: tuple[Count, ...] | None = None


class Measurement(Wire, frozen=True, gc=False):
    group_id: Any = None
    value: Any = None
    spread: Any = None
    lower_limit: Any = None
    upper_limit: Any = None
    comment: Any = None


class Category(Wire, frozen=True, gc=False):
    title: Any = None
    measurements: tuple[Measurement, ...] | None = None


class OutcomeClass(Wire, frozen=True, gc=False):
    title: Any = None
    denoms: tuple[Denom, ...] | None = None
    categories: tuple[Category, ...] | None = None


class Analysis(Wire, frozen=True, gc=False):
    group_ids: tuple[Any, ...] | None = None
    group_description: Any = None
    tested_non_inferiority: Any = None
    non_inferiority_type: Any = None
    non_inferiority_comment: Any = None
    p_value: Any = None
    p_value_comment: Any = None
    statistical_method: Any = None
    statistical_comment: Any = None
    param_type: Any = None
    param_value: Any = None
    ci_pct_value: Any = None
    ci_num_sides: Any = None
    ci_lower_limit: Any = None
    ci_upper_limit: Any = None
    ci_lower_limit_comment: Any = None
    ci_upper_limit_comment: Any = None
    dispersion_type: Any = None
    dispersion_value: Any = None
    estimate_comment: Any = None
    other_analysis_description: Any = None


class OutcomeMeasure(Wire, frozen=True, gc=False):
    type: Any = None
    title: Any = None
    time_frame: Any = None
    reporting_status: Any = None
    param_type: Any = None
    dispersion_type: Any = None
    unit_of_measure: Any = None
    groups: tuple[Group, ...] | None = None
    denoms: tuple[Denom, ...] | None = None
    classes: tuple[OutcomeClass, ...] | None = None
    analyses: tuple[Analysis, ...] | None = None


class OutcomeMeasures(Wire, frozen=True, gc=False):
    outcome_measures: tuple[OutcomeMeasure, ...] | None = None


class Results(Wire, frozen=True, gc=False):
    participant_flow_module: ParticipantFlow | None = None
    outcome_measures_module: OutcomeMeasures | None = None
    adverse_events_module: AdverseEvents | None = None


# ── derived section, study ───────────────────────────────────────────────────────────────


class Mesh(Wire, frozen=True, gc=False):
    id: Any = None
    term: Any = None


class Browse(Wire, frozen=True, gc=False):
    meshes: tuple[Mesh, ...] | None = None
    ancestors: tuple[Mesh, ...] | None = None


class Derived(Wire, frozen=True, gc=False):
    condition_browse_module: Browse | None = None
    intervention_browse_module: Browse | None = None


class Study(Wire, frozen=True, gc=False):
    """A study, as far as it is read."""

    protocol_section: Protocol | None = None
    results_section: Results | None = None
    derived_section: Derived | None = None
    has_results: Any = None
