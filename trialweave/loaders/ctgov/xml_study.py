"""A legacy `clinical_study` element becomes a `RegistryStudy`; its results are read beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import cast

from trialweave.errors import LoadError
from trialweave.loaders.ctgov.doses import dosed
from trialweave.loaders.ctgov.fields import (
    NCT_ID,
    countries,
    enrolment,
    planned,
    stated,
    stated_word,
    study_date,
    with_version,
)
from trialweave.loaders.ctgov.groups import fold, group_reader
from trialweave.loaders.ctgov.values import text, word
from trialweave.loaders.ctgov.xml_events import adverse_events
from trialweave.loaders.ctgov.xml_lists import Element
from trialweave.loaders.ctgov.xml_results import flow, outcomes
from trialweave.records import (
    Arm,
    CountrySites,
    Design,
    Endpoint,
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


def registry_study(study: Element, source: Source) -> RegistryStudy:
    """The record of one `clinical_study`. Raises `LoadError` where it has no NCT number."""
    problems: list[Problem] = []
    nct = stated(study.findtext("id_info/nct_id"), "id_info/nct_id")
    if nct is None or not NCT_ID.fullmatch(nct.value):
        raise LoadError(f"no NCT number at id_info/nct_id, found {study.findtext('id_info/nct_id')!r}")
    named = NCT_ID.match(PurePosixPath(source.member or source.file).name)
    if named is not None and named[0] != nct.value:
        reason = f"the file is named {named[0]}, the record says {nct.value}"
        problems.append(Problem(path="id_info/nct_id", reason=reason))
    dates = _dates(study, problems)
    design = _design(study)
    people = study.find("enrollment")
    enrolled = (
        enrolment(people.text, "enrollment", people.get("type"), problems)
        if people is not None and text(people.text)
        else None
    )
    arms, interventions = _arms(study, problems)
    endpoints = tuple(_endpoints(study))
    read_groups = group_reader(
        arms,
        interventions,
        crossover=design.intervention_model is not None and design.intervention_model.value == "crossover",
        several_phases=len(design.phases) > 1,
        enrolled=enrolled.n if enrolled and enrolled.kind == "actual" else None,
    )
    return RegistryStudy(
        source=with_version(source, dates),
        nct_id=nct,
        nct_aliases=_all(study, "id_info/nct_alias"),
        org_study_id=_stated(study, "id_info/org_study_id"),
        secondary_ids=tuple(
            SecondaryId(value=each.value, evidence=cast(Field, each.evidence))
            for each in _all(study, "id_info/secondary_id")
        ),
        acronym=_stated(study, "acronym"),
        brief_title=_stated(study, "brief_title"),
        official_title=_stated(study, "official_title"),
        status=_stated_word(study, "overall_status"),
        last_known_status=_stated_word(study, "last_known_status"),
        why_stopped=_stated(study, "why_stopped"),
        dates=dates,
        sponsor=next(_organisations(study, "sponsors/lead_sponsor"), None),
        collaborators=tuple(_organisations(study, "sponsors/collaborator")),
        design=design,
        enrolment=enrolled,
        arms=arms,
        interventions=interventions,
        conditions=_all(study, "condition"),
        keywords=_all(study, "keyword"),
        condition_mesh=_mesh(study, "condition_browse/mesh_term"),
        intervention_mesh=_mesh(study, "intervention_browse/mesh_term"),
        countries=_countries(study),
        endpoints=endpoints,
        references=tuple(_references(study)),
        flow=flow(study.find("clinical_results/participant_flow"), read_groups, problems),
        outcomes=outcomes(study.find("clinical_results/outcome_list"), endpoints, read_groups, problems),
        adverse_events=adverse_events(study.find("clinical_results/reported_events"), read_groups, problems),
        problems=tuple(problems),
    )


def _stated(study: Element, path: str) -> Stated | None:
    return stated(study.findtext(path), path)


def _stated_word(study: Element, path: str) -> Stated | None:
    return stated_word(study.findtext(path), path)


def _all(study: Element, path: str) -> tuple[Stated, ...]:
    found = (stated(each.text, f"{path}[{i}]") for i, each in enumerate(study.iterfind(path), 1))
    return tuple(each for each in found if each is not None)


def _dates(study: Element, problems: list[Problem]) -> StudyDates:
    def first(*names: str) -> StudyDate | None:
        for name in names:
            found = study.find(name)
            if found is not None and text(found.text):
                return study_date(found.text, name, found.get("type"), problems)
        return None

    return StudyDates(
        start=planned(first("start_date")),
        primary_completion=planned(first("primary_completion_date")),
        completion=planned(first("completion_date")),
        first_submitted=first("study_first_submitted", "firstreceived_date"),
        first_posted=first("study_first_posted"),
        results_first_submitted=first("results_first_submitted", "firstreceived_results_date"),
        results_first_posted=first("results_first_posted"),
        last_update_submitted=first("last_update_submitted", "lastchanged_date"),
        last_update_posted=first("last_update_posted"),
        verified=first("verification_date"),
    )


def _design(study: Element) -> Design:
    parts = {
        name: (found, f"study_design_info/{name}")
        for name in (
            *("allocation", "intervention_model", "primary_purpose", "masking"),
            *("observational_model", "time_perspective"),
        )
        if (found := study.findtext(f"study_design_info/{name}"))
    }
    # before 2016 all of it stood in one line: "Allocation: Randomized, Masking: Open Label, …"
    for part in re.split(r",\s*(?=[A-Z][A-Za-z ]+:)", study.findtext("study_design") or ""):
        name, colon, value = part.partition(":")
        if colon:
            parts.setdefault(name.strip().lower().replace(" ", "_"), (value.strip(), "study_design"))

    def part_word(name: str) -> Stated | None:
        return stated_word(*parts[name]) if name in parts else None

    masking, path = parts.get("masking", ("", ""))
    degree, _, who = masking.partition("(")
    phase = study.findtext("phase") or ""
    return Design(
        study_type=_stated_word(study, "study_type"),
        phases=tuple(
            Stated(value=word(each), evidence=Field(path="phase", quote=each))
            for each in (phase.split("/") if phase != "N/A" else [phase])
            if each.strip()
        ),
        allocation=part_word("allocation"),
        intervention_model=part_word("intervention_model"),
        primary_purpose=part_word("primary_purpose"),
        masking=stated_word(degree.strip(), path) if masking else None,
        masked=tuple(
            Stated(value=word(each), evidence=Field(path=path, quote=each))
            for each in (name.strip() for name in who.rstrip(") ").split(","))
            if each and each.lower() != "open label"
        ),
        observational_model=part_word("observational_model"),
        time_perspective=part_word("time_perspective"),
    )


def _arms(study: Element, problems: list[Problem]) -> tuple[tuple[Arm, ...], tuple[Intervention, ...]]:
    given: dict[str, dict[str, None]] = {}
    interventions, described = [], {}
    for i, each in enumerate(study.iterfind("intervention"), 1):
        at = f"intervention[{i}]"
        if (name := text(each.findtext("intervention_name"))) is None:
            problems.append(Problem(path=at, reason="an intervention without a name"))
            continue
        kind = text(each.findtext("intervention_type"))
        described[at] = each.findtext("description")
        written = each.findtext("intervention_name") or ""
        interventions.append(
            Intervention(
                key=at,
                name=name,
                aliases=tuple(alias for other in each.iterfind("other_name") if (alias := text(other.text))),
                kind=word(kind) if kind else None,
                evidence=Field(path=f"{at}/intervention_name", quote=written),
            )
        )
        for label in each.iterfind("arm_group_label"):
            given.setdefault(fold(label.text or ""), {})[at] = None
    arms, texts = [], []
    for i, each in enumerate(study.iterfind("arm_group"), 1):
        at = f"arm_group[{i}]"
        raw = each.findtext("arm_group_label")
        if (label_text := text(raw)) is None:
            problems.append(Problem(path=at, reason="an arm without a label"))
            continue
        role = text(each.findtext("arm_group_type"))
        arm = Arm(
            key=at,
            name=label_text,
            role=word(role) if role else None,
            interventions=tuple(given.get(fold(label_text), {})),
            evidence=Field(path=f"{at}/arm_group_label", quote=raw or ""),
        )
        arms.append(arm)
        texts += [
            (arm, raw, f"{at}/arm_group_label"),
            (arm, each.findtext("description"), f"{at}/description"),
        ]
    return tuple(arms), dosed(interventions, described, texts)


def _organisations(study: Element, path: str) -> Iterator[Organisation]:
    for i, each in enumerate(study.iterfind(path), 1):
        raw = each.findtext("agency")
        if (name := text(raw)) is not None:
            kind = text(each.findtext("agency_class"))
            yield Organisation(
                name=name,
                evidence=Field(path=f"{path}[{i}]/agency", quote=raw or ""),
                kind=word(kind) if kind else None,
            )


def _mesh(study: Element, path: str) -> tuple[MeshTerm, ...]:
    return tuple(MeshTerm(term=each.value, evidence=cast(Field, each.evidence)) for each in _all(study, path))


def _countries(study: Element) -> tuple[CountrySites, ...]:
    sites = countries(
        (each.findtext("facility/address/country"), f"location[{i}]/facility/address/country")
        for i, each in enumerate(study.iterfind("location"), 1)
    )
    return sites or tuple(
        CountrySites(country=each.value, evidence=cast(Field, each.evidence))
        for each in _all(study, "location_countries/country")
    )


def _endpoints(study: Element) -> Iterator[Endpoint]:
    for role in ("primary", "secondary", "other"):
        for i, each in enumerate(study.iterfind(f"{role}_outcome"), 1):
            raw = each.findtext("measure")
            if (name := text(raw)) is not None:
                at = f"{role}_outcome[{i}]"
                yield Endpoint(
                    key=at,
                    name=name,
                    role=role,
                    time_frame=text(each.findtext("time_frame")),
                    evidence=Field(path=f"{at}/measure", quote=raw or ""),
                )


def _references(study: Element) -> Iterator[Reference]:
    for name, kind in (("reference", None), ("results_reference", "result")):
        for i, each in enumerate(study.iterfind(name), 1):
            at = f"{name}[{i}]"
            yield Reference(
                key=at,
                kind=kind,
                pmid=stated(each.findtext("PMID"), f"{at}/PMID"),
                citation=text(each.findtext("citation")),
            )
