"""Trim ClinicalTrials.gov records to the figures and terms that the bundled corpus carries.

    python scripts/trim_registry.py SOURCE… OUT_DIR

reads every study of the sources (files, folders or zips of API v2 JSON, v1 JSON or legacy XML) with
the loaders of the package, and writes each as `OUT_DIR/NCT….json` in the layout of API v2: ids, words
of closed lists, dates, people, names of arms and interventions and groups, MeSH terms, counts and
numbers. What is prose stays behind: official title, summary, descriptions, eligibility, comments,
notes, reasons, the text of citations (a reference keeps its type and PMID); so do sites but for
their country, baseline tables, and time frames longer than `LONGEST_TIME_FRAME` characters. No
outcome table and no event is left out.

The same sources give the same bytes: fields stand in the order of the code, studies in their own
files, and no time is written. Standard output is the table of `trialweave/demo/README.md`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from trialweave.errors import LoadError, TrialweaveError
from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.loaders.ctgov import xml as ctgov_xml
from trialweave.loaders.ctgov.values import word
from trialweave.loaders.files import documents, find_files
from trialweave.records import (
    AdverseEvents,
    Analysis,
    Enrolment,
    Field,
    FlowRow,
    GroupCount,
    MeshTerm,
    Number,
    Organisation,
    ParticipantFlow,
    PostedOutcome,
    RegistryStudy,
    Rejected,
    ResultGroup,
    Stated,
    StudyDate,
)

LONGEST_TIME_FRAME = 120
WIDEST = 160

Json = dict[str, Any]

_WORDS = {
    "not applicable": "NA",
    "interquartile range": "INTER_QUARTILE_RANGE",
    "systematic": "SYSTEMATIC_ASSESSMENT",
    "non-systematic": "NON_SYSTEMATIC_ASSESSMENT",
}


def v2_word(folded: str | None) -> str | None:
    """A word of a closed list as API v2 writes it; `ctgov.values.word` folds it back.

    >>> v2_word("active not recruiting"), v2_word("phase 2"), v2_word("non-randomized")
    ('ACTIVE_NOT_RECRUITING', 'PHASE2', 'NON_RANDOMIZED')
    """
    if folded is None:
        return None
    plain = re.sub(r"\b(phase) (?=\d)", r"\1", folded)
    found = _WORDS.get(folded) or re.sub(r"[ -]", "_", plain).upper()
    if word(found) != folded:
        raise LoadError(f"{folded!r} has no form in API v2 that we know; add it to the words of this script")
    return found


def stated(value: Json) -> Json:
    """The members of an object that say something."""
    return {name: each for name, each in value.items() if each is not None and each not in ("", [], {})}


def text_of(raw: Stated | None) -> str | None:
    """What is stated, if anything is."""
    return raw.value if raw else None


def word_of(raw: Stated | None) -> str | None:
    """The word that is stated, as API v2 writes it."""
    return v2_word(raw.value) if raw else None


def kind_of(raw: StudyDate | Enrolment) -> str | None:
    """The type of a date or of a number of people: what is anticipated is "ESTIMATED" in API v2."""
    return "ESTIMATED" if raw.kind == "anticipated" else v2_word(raw.kind)


def time_frame(raw: str | None) -> str | None:
    """A time frame, unless it is long enough to be prose."""
    return raw if raw is None or len(raw) <= LONGEST_TIME_FRAME else None


def written(raw: Number | None) -> str | None:
    """A number as the source writes it."""
    return raw.reported if raw else None


# ── protocol section ─────────────────────────────────────────────────────────────────────


def protocol_section(study: RegistryStudy) -> Json:
    """Who, what, when, where, of how many; without results."""
    design = study.design
    return stated(
        {
            "identificationModule": stated(
                {
                    "nctId": study.nct_id.value,
                    "nctIdAliases": [each.value for each in study.nct_aliases],
                    "orgStudyIdInfo": stated({"id": text_of(study.org_study_id)}),
                    "secondaryIdInfos": [
                        stated({"id": each.value, "type": v2_word(each.kind), "domain": each.issuer})
                        for each in study.secondary_ids
                    ],
                    "briefTitle": text_of(study.brief_title),
                    "acronym": text_of(study.acronym),
                }
            ),
            "statusModule": status_module(study),
            "sponsorCollaboratorsModule": stated(
                {
                    "leadSponsor": organisation(study.sponsor) if study.sponsor else None,
                    "collaborators": [organisation(each) for each in study.collaborators],
                }
            ),
            "conditionsModule": stated(
                {
                    "conditions": [each.value for each in study.conditions],
                    "keywords": [each.value for each in study.keywords],
                }
            ),
            "designModule": stated(
                {
                    "studyType": word_of(design.study_type),
                    "phases": [word_of(each) for each in design.phases],
                    "designInfo": stated(
                        {
                            "allocation": word_of(design.allocation),
                            "interventionModel": word_of(design.intervention_model),
                            "primaryPurpose": word_of(design.primary_purpose),
                            "observationalModel": word_of(design.observational_model),
                            "timePerspective": word_of(design.time_perspective),
                            "maskingInfo": stated(
                                {
                                    "masking": word_of(design.masking),
                                    "whoMasked": [word_of(each) for each in design.masked],
                                }
                            ),
                        }
                    ),
                    "enrollmentInfo": stated({"count": study.enrolment.n, "type": kind_of(study.enrolment)})
                    if study.enrolment
                    else None,
                }
            ),
            "armsInterventionsModule": arms_module(study),
            "outcomesModule": stated(
                {
                    f"{role}Outcomes": [
                        stated({"measure": each.name, "timeFrame": time_frame(each.time_frame)})
                        for each in study.endpoints
                        if each.role == role
                    ]
                    for role in ("primary", "secondary", "other")
                }
            ),
            "contactsLocationsModule": stated({"locations": locations(study)}),
            "referencesModule": stated(
                {
                    "references": [
                        stated({"pmid": each.pmid.value, "type": v2_word(each.kind)})
                        for each in study.references
                        if each.pmid
                    ]
                }
            ),
        }
    )


def status_module(study: RegistryStudy) -> Json:
    """The status and all dates."""
    dates = study.dates

    def struct(raw: StudyDate | None) -> Json | None:
        return stated({"date": raw.date, "type": kind_of(raw)}) if raw else None

    def day(raw: StudyDate | None) -> str | None:
        return raw.date if raw else None

    return stated(
        {
            "overallStatus": word_of(study.status),
            "lastKnownStatus": word_of(study.last_known_status),
            "statusVerifiedDate": day(dates.verified),
            "startDateStruct": struct(dates.start),
            "primaryCompletionDateStruct": struct(dates.primary_completion),
            "completionDateStruct": struct(dates.completion),
            "studyFirstSubmitDate": day(dates.first_submitted),
            "studyFirstPostDateStruct": struct(dates.first_posted),
            "resultsFirstSubmitDate": day(dates.results_first_submitted),
            "resultsFirstPostDateStruct": struct(dates.results_first_posted),
            "lastUpdateSubmitDate": day(dates.last_update_submitted),
            "lastUpdatePostDateStruct": struct(dates.last_update_posted),
        }
    )


def organisation(raw: Organisation) -> Json:
    """A sponsor or collaborator with its class."""
    return stated({"name": raw.name, "class": v2_word(raw.kind)})


def arms_module(study: RegistryStudy) -> Json:
    """Arms and interventions by name; which belongs to which stands on both sides, as in API v2."""
    labels = {
        each.key: f"{each.kind.title()}: {each.name}" if each.kind else each.name
        for each in study.interventions
    }
    return stated(
        {
            "armGroups": [
                stated(
                    {
                        "label": arm.name,
                        "type": v2_word(arm.role),
                        "interventionNames": [labels[key] for key in arm.interventions],
                    }
                )
                for arm in study.arms
            ],
            "interventions": [
                stated(
                    {
                        "type": v2_word(each.kind),
                        "name": each.name,
                        "armGroupLabels": [arm.name for arm in study.arms if each.key in arm.interventions],
                        "otherNames": list(each.aliases),
                    }
                )
                for each in study.interventions
            ],
        }
    )


def locations(study: RegistryStudy) -> list[Json]:
    """One entry for each site, of which only the country is kept."""
    return [{"country": each.country} for each in study.countries for _ in range(each.sites or 0)]


# ── results section ──────────────────────────────────────────────────────────────────────


def results_section(study: RegistryStudy) -> Json:
    """Participant flow, outcomes, events."""
    return stated(
        {
            "participantFlowModule": flow_module(study.flow) if study.flow else None,
            "outcomeMeasuresModule": stated({"outcomeMeasures": [outcome(each) for each in study.outcomes]}),
            "adverseEventsModule": events_module(study.adverse_events) if study.adverse_events else None,
        }
    )


def ids(groups: Iterable[ResultGroup]) -> dict[str | None, str]:
    """The ids of a table's groups, by their keys."""
    return {each.key: each.id for each in groups}


def titles(groups: Iterable[ResultGroup]) -> list[Json]:
    """The groups of a table with nothing but id and title."""
    return [stated({"id": each.id, "title": each.title}) for each in groups]


def flow_module(flow: ParticipantFlow) -> Json:
    """Who started, who completed, who left and why."""
    group = ids(flow.groups)

    def rows(raw: Iterable[FlowRow], listed: str) -> list[Json]:
        return [
            stated(
                {
                    "type": row.name,
                    listed: [
                        stated({"groupId": group.get(each.group), "numSubjects": str(each.n)})
                        for each in row.counts
                    ],
                }
            )
            for row in raw
        ]

    return stated(
        {
            "groups": titles(flow.groups),
            "periods": [
                stated(
                    {
                        "title": each.title,
                        "milestones": rows(each.milestones, "achievements"),
                        "dropWithdraws": rows(each.dropouts, "reasons"),
                    }
                )
                for each in flow.periods
            ],
        }
    )


def outcome(raw: PostedOutcome) -> Json:
    """An outcome with its table and analyses."""
    group = ids(raw.groups)
    return stated(
        {
            "type": "OTHER_PRE_SPECIFIED" if raw.endpoint.role == "other" else v2_word(raw.endpoint.role),
            "title": raw.endpoint.name,
            "reportingStatus": v2_word(raw.reporting),
            "paramType": v2_word(raw.param),
            "dispersionType": f"{raw.ci_level}% {(raw.dispersion or '').title()}"
            if raw.ci_level is not None
            else v2_word(raw.dispersion),
            "unitOfMeasure": raw.unit,
            "timeFrame": time_frame(raw.endpoint.time_frame),
            "groups": titles(raw.groups),
            "denoms": denoms(raw.analysed, group),
            "classes": classes(raw, group),
            "analyses": [analysis(each, group) for each in raw.analyses],
        }
    )


def denoms(counts: Iterable[GroupCount], group: dict[str | None, str]) -> list[Json]:
    """How many were analysed, by unit and group."""
    return [
        stated(
            {
                "units": units,
                "counts": [
                    stated({"groupId": group.get(each.group), "value": str(each.n)}) for each in listed
                ],
            }
        )
        for units, listed in groupby(counts, lambda each: each.units)
    ]


def above(path: str) -> str:
    """The place of the object in whose list something stands, in JSON and in XML alike."""
    return path.rsplit("/", 2)[0]


def classes(raw: PostedOutcome, group: dict[str | None, str]) -> list[Json]:
    """The table as rows of rows; a class has denominators only where the source gave it its own."""
    found = []
    for _, listed in groupby(raw.measurements, lambda each: above(above(each.path))):
        cells = list(listed)
        own = [each.analysed for each in cells if each.analysed and each.analysed not in raw.analysed]
        found.append(
            stated(
                {
                    "title": cells[0].class_title,
                    "denoms": denoms(dict.fromkeys(own), group),
                    "categories": [
                        stated(
                            {
                                "title": row[0].category,
                                "measurements": [
                                    stated(
                                        {
                                            "groupId": group.get(each.group),
                                            "value": written(each.value),
                                            "spread": written(each.spread),
                                            "lowerLimit": written(each.lower),
                                            "upperLimit": written(each.upper),
                                        }
                                    )
                                    for each in row
                                ],
                            }
                        )
                        for row in (list(each) for _, each in groupby(cells, lambda each: above(each.path)))
                    ],
                }
            )
        )
    return found


_NUMBERS = {
    "pValue": "p_value",
    "paramValue": "param_value",
    "ciPctValue": "ci_percent",
    "ciLowerLimit": "ci_lower_limit",
    "ciUpperLimit": "ci_upper_limit",
}


def analysis(raw: Analysis, group: dict[str | None, str]) -> Json:
    """A statistical test: its groups, its method, its numbers as the source writes them."""
    fields = [each for each in raw.estimate.evidence if isinstance(each, Field)] if raw.estimate else []
    quotes = {each.path.rsplit("/", 1)[1]: " ".join(each.quote.split()) for each in fields}
    numbers = {name: quotes.get(name, quotes.get(old)) for name, old in _NUMBERS.items()}
    return stated(
        {
            "groupIds": [group[each] for each in raw.groups],
            "testedNonInferiority": raw.tested_non_inferiority,
            "nonInferiorityType": v2_word(raw.hypothesis),
            "pValue": numbers["pValue"],
            "statisticalMethod": raw.method,
            "paramType": raw.param,
            "paramValue": numbers["paramValue"],
            "ciPctValue": numbers["ciPctValue"],
            "ciNumSides": v2_word(raw.ci_sides),
            "ciLowerLimit": numbers["ciLowerLimit"],
            "ciUpperLimit": numbers["ciUpperLimit"],
            "dispersionType": v2_word(raw.dispersion),
            "dispersionValue": written(raw.spread),
        }
    )


def events_module(raw: AdverseEvents) -> Json:
    """The tables of serious and other events, whole, and the totals of their groups."""
    group = ids(raw.groups)
    totals: dict[str | None, Json] = {}
    for total in raw.totals:
        named = totals.setdefault(total.group, {})
        named[f"{total.kind}NumAffected"] = total.affected
        named[f"{total.kind}NumAtRisk"] = total.at_risk
    rows: dict[bool, list[Json]] = {True: [], False: []}
    for event in raw.events:
        rows[event.serious].append(
            stated(
                {
                    "term": event.term,
                    "organSystem": event.organ_system,
                    "sourceVocabulary": event.vocabulary,
                    "assessmentType": v2_word(event.assessment),
                    "stats": [
                        stated(
                            {
                                "groupId": group.get(each.group),
                                "numEvents": each.events,
                                "numAffected": each.affected,
                                "numAtRisk": each.at_risk,
                            }
                        )
                        for each in event.counts
                    ],
                }
            )
        )
    return stated(
        {
            "frequencyThreshold": written(raw.threshold),
            "timeFrame": time_frame(raw.time_frame.value) if raw.time_frame else None,
            "eventGroups": [
                stated({"id": each.id, "title": each.title, **totals.get(each.key, {})})
                for each in raw.groups
            ],
            "seriousEvents": rows[True],
            "otherEvents": rows[False],
        }
    )


# ── the whole ────────────────────────────────────────────────────────────────────────────


def browse(terms: Sequence[MeshTerm]) -> Json:
    """MeSH terms that the registry assigned, and those above them."""

    def listed(*, ancestor: bool) -> list[Json]:
        return [stated({"id": each.ui, "term": each.term}) for each in terms if each.ancestor == ancestor]

    return stated({"meshes": listed(ancestor=False), "ancestors": listed(ancestor=True)})


def trimmed(study: RegistryStudy) -> Json:
    """A study as a record of API v2."""
    results = results_section(study)
    return stated(
        {
            "protocolSection": protocol_section(study),
            "resultsSection": results,
            "derivedSection": stated(
                {
                    "conditionBrowseModule": browse(study.condition_mesh),
                    "interventionBrowseModule": browse(study.intervention_mesh),
                }
            ),
            "hasResults": bool(results),
        }
    )


def laid_out(value: Any, indent: str = "") -> str:
    """JSON on one line where that is not too wide, else with one member a line.

    >>> laid_out({"term": "Hypertension", "stats": [{"groupId": "EG000", "numAffected": 17}]})
    '{"term":"Hypertension","stats":[{"groupId":"EG000","numAffected":17}]}'
    """
    plain = msgspec.json.encode(value).decode()
    if len(plain) <= WIDEST or not isinstance(value, dict | list):
        return plain
    deeper = indent + " "
    if isinstance(value, list):
        brackets, members = "[]", [laid_out(each, deeper) for each in value]
    else:
        brackets = "{}"
        members = [f'"{name}":{laid_out(each, deeper)}' for name, each in value.items()]
    return f"{brackets[0]}\n{deeper}" + f",\n{deeper}".join(members) + f"\n{indent}{brackets[1]}"


def row(study: RegistryStudy) -> str:
    """The line of a study in the table of what the corpus holds."""
    title = study.brief_title.value if study.brief_title else ""
    people = f"{study.enrolment.n} {study.enrolment.kind or ''}".strip() if study.enrolment else ""
    events = len(study.adverse_events.events) if study.adverse_events else 0
    return f"| {study.nct_id.value} | {title} | {study.source.version} | {people} | {events} |"


def studies(sources: Iterable[str]) -> Iterator[RegistryStudy]:
    """The studies of the sources. Raises LoadError at the first that cannot be read."""
    for source in sources:
        for name, path in find_files(source):
            for document in documents(name, path):
                if document.stream is None:
                    raise LoadError(f"{document.file}: {document.problem}")
                head = document.stream.peek(4096).decode("utf-8", "replace")
                read = ctgov_xml.read if ctgov_xml.matches(head) else ctgov_json.read
                for found in read(document.stream, file=document.file, member=document.member):
                    if isinstance(found, Rejected):
                        raise LoadError(f"{found.member or found.file}: {found.reason}")
                    yield found


def main(sources: Sequence[str], folder: Path) -> None:
    """Write the trimmed studies of the sources into a folder, and a table of them to standard output."""
    found: dict[str, RegistryStudy] = {}
    for study in studies(sources):
        if found.setdefault(study.nct_id.value, study) is not study:
            raise LoadError(f"{study.nct_id.value} comes twice in the sources; give one version of it")
    folder.mkdir(parents=True, exist_ok=True)
    print("| study | title | last updated | participants | rows of events |\n|---|---|---|---|---|")
    for nct, study in sorted(found.items()):
        (folder / f"{nct}.json").write_text(laid_out(trimmed(study)) + "\n", encoding="utf-8")
        print(row(study))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python scripts/trim_registry.py SOURCE… OUT_DIR")
    try:
        main(sys.argv[1:-1], Path(sys.argv[-1]))
    except TrialweaveError as error:
        sys.exit(str(error))
