"""What a source says: frozen records, in the field's own terms.

Absent (`None`, or an empty tuple) means that the source does not say. Nothing here is
computed, filled in or cut. Numbers are `Decimal`, so that 3.02 stays 3.02; sequences are tuples.

Three layers, from the source upwards:

- where it stands: `Span`, `Field`, `Source`, `Rejected`
- what was read as it stands: `Fact`, the flat form that `trialweave extract` prints
- what it says of a trial: `Publication`, `Trial` and their parts
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all records: immutable, compared by content, built by keyword."""


# ── where it stands ──────────────────────────────────────────────────────────────────────


class Span(Record, frozen=True, tag="span"):
    """Words in a text: `quote == text[start:end]`, offsets in Unicode code points.

    >>> text = "median PFS was 3.02 months"
    >>> Span.of(text, 15, 19).quote
    '3.02'
    """

    start: int
    end: int
    quote: str
    section: str | None = None

    @classmethod
    def of(cls, text: str, start: int, end: int, section: str | None = None) -> Span:
        """The span of `text[start:end]`."""
        return cls(start=start, end=end, quote=text[start:end], section=section)


class Field(Record, frozen=True, tag="field"):
    """A field of a structured record: a path inside the record, and its value as read.

    `path` is a JSON Pointer (RFC 6901) for JSON, an XPath relative to the record's element for
    XML (`MedlineCitation/MeshHeadingList/MeshHeading[2]`), tag and ordinal for MEDLINE (`MH[2]`).
    """

    path: str
    quote: str


Evidence = Span | Field


class Source(Record, frozen=True):
    """Where one record was read.

    `file` is the file's own name, `member` the path inside an archive, `position` the record's
    ordinal in it from 1, `sha256` the hash of the record's own bytes, `version` the record's own
    revision date as the source gives it (ISO 8601), the only thing that decides which is newer.
    """

    file: str
    format: str
    position: int
    sha256: str
    member: str | None = None
    version: str | None = None


class Rejected(Record, frozen=True):
    """A record set aside: where it stands, why, and how it begins."""

    file: str
    position: int
    reason: str
    member: str | None = None
    id: str | None = None
    excerpt: str | None = None


# ── what was read, as it stands ──────────────────────────────────────────────────────────


class Finding(Record, frozen=True):
    """What the number audit says of a fact. The fact itself is never changed.

    `check` names the check, `computed` the value that the check arrived at, `sure` how far it
    can be trusted: `certain` (arithmetic leaves no other reading) or `likely`.
    """

    check: str
    message: str
    computed: str | None = None
    sure: Literal["certain", "likely"] = "certain"


class Cue(Record, frozen=True):
    """Words elsewhere in the text that a fact's arm, endpoint, event or grade was read from."""

    role: str
    start: int
    end: int
    quote: str


class Fact(Record, frozen=True):
    """One number (or stated zero) of an abstract, flat, as `trialweave extract` prints it.

    `kind` is one of the extraction contract's kinds (`hazard_ratio`, `ae_count`, …); `arm` names
    an arm, or `A vs B`; `p` keeps its operator ("<0.001"); `grade` is a band ("3-4", ">=3", "5");
    `rule` names the rule that made the fact.
    """

    kind: str
    start: int
    end: int
    quote: str
    rule: str
    section: str | None = None
    endpoint: str | None = None
    arm: str | None = None
    value: Decimal | str | None = None
    value_op: str | None = None
    high: Decimal | None = None
    unit: str | None = None
    ci_low: Decimal | str | None = None
    ci_high: Decimal | str | None = None
    ci_level: Decimal | None = None
    interval: str | None = None
    sd: Decimal | None = None
    se: Decimal | None = None
    p: str | None = None
    p_sided: str | None = None
    n: int | None = None
    denom: int | None = None
    grade: str | None = None
    attribution: str | None = None
    seriousness: str | None = None
    population: str | None = None
    timepoint: str | None = None
    schedule: str | None = None
    cues: tuple[Cue, ...] = ()
    findings: tuple[Finding, ...] = ()


# ── what it says of a trial ──────────────────────────────────────────────────────────────


class Stated(Record, frozen=True):
    """A word or value that the source states, and where it states it."""

    value: str
    evidence: Evidence


class Regimen(Record, frozen=True):
    """How much of a drug, how often: dose (with `high` for a range), unit as reported.

    `arm` is the key of the arm whose text states it; absent where it holds for the intervention.
    `context` is where drug and schedule stand, when they are words apart from the dose.
    """

    evidence: Evidence
    context: tuple[Evidence, ...] = ()
    dose: Decimal | None = None
    high: Decimal | None = None
    unit: str | None = None
    schedule: str | None = None
    route: str | None = None
    arm: str | None = None


class Intervention(Record, frozen=True):
    """What was given or done. `key` is unique within the record and stable under re-load."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str | None = None
    regimens: tuple[Regimen, ...] = ()
    evidence: Evidence | None = None


class Arm(Record, frozen=True):
    """A group of participants that was assigned one treatment.

    `role` is a CDISC/ClinicalTrials.gov arm type in lower case ("experimental", "active
    comparator", "placebo comparator", "no intervention"); `interventions` are keys.
    """

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    role: str | None = None
    interventions: tuple[str, ...] = ()
    evidence: Evidence | None = None


class ParticipantCount(Record, frozen=True):
    """People counted in an arm, or in the whole trial (`arm` absent).

    `population` says what was counted: "randomised", "treated", "analysed", "safety", …;
    `planned` is true for an anticipated number.
    """

    n: int
    evidence: Evidence
    arm: str | None = None
    population: str | None = None
    planned: bool = False
    findings: tuple[Finding, ...] = ()


class Endpoint(Record, frozen=True):
    """What was measured. `role` is "primary", "secondary", "other", or not stated."""

    key: str
    name: str
    role: str | None = None
    time_frame: str | None = None
    evidence: Evidence | None = None


class ArmResult(Record, frozen=True):
    """A value of an endpoint in one arm: a median, a mean, a rate.

    `kind` is the extraction contract's ("median_time", "rate", …). `value` is in `unit`; a value
    that was not reached is `not_reached`, never a number. `n` of `denom` where a rate gives them.
    """

    kind: str
    evidence: tuple[Evidence, ...]
    endpoint: str | None = None
    arm: str | None = None
    value: Decimal | None = None
    not_reached: bool = False
    unit: str | None = None
    ci_low: Decimal | None = None
    ci_high: Decimal | None = None
    ci_level: Decimal | None = None
    interval: str | None = None
    sd: Decimal | None = None
    n: int | None = None
    denom: int | None = None
    timepoint: str | None = None
    population: str | None = None
    p: str | None = None
    rule: str | None = None
    findings: tuple[Finding, ...] = ()


class EffectEstimate(Record, frozen=True):
    """A comparison of two arms: `measure` of `arm` against `comparator`, on `endpoint`.

    `measure` is "hazard_ratio", "odds_ratio", "risk_ratio", "risk_difference", …, or "p_value"
    where the source states nothing but a test; `p` keeps its operator ("<0.001").
    """

    measure: str
    evidence: tuple[Evidence, ...]
    endpoint: str | None = None
    arm: str | None = None
    comparator: str | None = None
    value: Decimal | None = None
    unit: str | None = None
    ci_low: Decimal | None = None
    ci_high: Decimal | None = None
    ci_level: Decimal | None = None
    p: str | None = None
    p_sided: str | None = None
    timepoint: str | None = None
    population: str | None = None
    rule: str | None = None
    findings: tuple[Finding, ...] = ()


class AdverseEventCount(Record, frozen=True):
    """People of one arm who had one adverse event, within a band of grades.

    `affected` 0 is a stated zero; `affected` absent means that only a percentage is stated.
    `at_risk` only where the source writes the denominator beside the count. Grades run 1 to 5;
    `grade_high` absent with `grade_low` present means "or worse".
    """

    event: str
    evidence: tuple[Evidence, ...]
    arm: str | None = None
    affected: int | None = None
    at_risk: int | None = None
    percent: Decimal | None = None
    grade_low: int | None = None
    grade_high: int | None = None
    attribution: str | None = None
    seriousness: str | None = None
    population: str | None = None
    timepoint: str | None = None
    rule: str | None = None
    findings: tuple[Finding, ...] = ()


class Trial(Record, frozen=True):
    """What one record says of one trial."""

    registry_ids: tuple[Stated, ...] = ()
    phase: Stated | None = None
    allocation: Stated | None = None
    allocation_ratio: Stated | None = None
    masking: Stated | None = None
    control: Stated | None = None
    site_count: Stated | None = None
    countries: tuple[Stated, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    arms: tuple[Arm, ...] = ()
    participants: tuple[ParticipantCount, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    arm_results: tuple[ArmResult, ...] = ()
    effect_estimates: tuple[EffectEstimate, ...] = ()
    event_counts: tuple[AdverseEventCount, ...] = ()


# ── the publication ──────────────────────────────────────────────────────────────────────


class Qualifier(Record, frozen=True):
    """A MeSH subheading. The star (major topic) belongs to it, not to its heading."""

    label: str
    evidence: Evidence
    ui: str | None = None
    major: bool = False


class MeshHeading(Record, frozen=True):
    """A MeSH descriptor with its qualifiers; `major` is its own star, without qualifier.

    `evidence` is absent where the heading stands in the source only with its qualifiers, each of
    which then has its own line.
    """

    label: str
    evidence: Evidence | None = None
    ui: str | None = None
    major: bool = False
    qualifiers: tuple[Qualifier, ...] = ()


class Substance(Record, frozen=True):
    """A chemical of the record's substance list; `registry_number` is CAS, EC or UNII as given."""

    label: str
    evidence: Evidence
    ui: str | None = None
    registry_number: str | None = None


class Publication(Record, frozen=True):
    """One bibliographic record.

    `text` is the text as read, in which every `Span` of the record holds; `title_span` and
    `abstract_span` are (start, end) in it, so that `text[slice(*title_span)]` is the title.
    `date` is as precise as the source (`2021`, `2021-03`, `2021-03-15`). `pmid_version` is PubMed's
    version of the record under its PMID, where the source states it.
    """

    source: Source
    text: str
    title: str
    title_span: tuple[int, int] | None = None
    abstract_span: tuple[int, int] | None = None
    pmid: Stated | None = None
    pmid_version: int | None = None
    doi: Stated | None = None
    pmcid: Stated | None = None
    journal: str | None = None
    citation: str | None = None
    date: str | None = None
    language: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    publication_types: tuple[Stated, ...] = ()
    keywords: tuple[Stated, ...] = ()
    headings: tuple[MeshHeading, ...] = ()
    substances: tuple[Substance, ...] = ()
    registry_ids: tuple[Stated, ...] = ()
    trial: Trial | None = None
    facts: tuple[Fact, ...] = ()
