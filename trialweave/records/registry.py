"""What one record of a trial registry says: `RegistryStudy` and its parts.

**A page for whoever maps these records.** One `RegistryStudy` is one study of ClinicalTrials.gov,
read from API v2 JSON, the older v1 JSON, or legacy XML; the three forms give the same record, but
for the paths. Nothing is computed; absent means "not stated", never 0.

*Places.* Each thing has a place inside its study record: a JSON Pointer (`/resultsSection/…`), or
an XPath relative to `clinical_study` (`clinical_results/…/counts[2]`). A `key` is such a place, used
as the identity of the thing within this version of the record; every reference from one record to
another (`group`, `arm`, `endpoint`, `Arm.interventions`) is a key. A `path` is the place of a
number:

- `GroupCount`, `Enrolment`, `EventTotal`: the very field or attribute that holds the number;
- `EventCount` and `Measurement`, of which there are tens of millions: the object (element) whose
  members are the numbers. `trialweave.loaders.ctgov.places.member(path, "affected")` gives the place
  of each, `places(study)` all places of a study, `value_at(record, place)` what stands there;
- all else: a `Field` with the place and the words as read.

*Words* of closed lists (status, phase, masking, roles, kinds of estimate …) are folded to lower
case with spaces, the same for all formats ("active not recruiting", "phase 2", "non-randomized",
"not applicable"); a word that is new to us is folded the same way and kept. The `Field` beside it
has the word as the source writes it.

*People.* `ResultGroup` is a column of a results table. `arm` is the key of the arm that it was
matched to, only on evidence, which `match` words; without it the group stands alone. `kind` says
what the column is: `arm`, `period`, `cohort`, `crossover`, `second course`, `total`; absent where
nothing tells. `overlaps` names the columns of the same table that may hold the same people, with
the reason: never add those up.

*Events.* `AdverseEvents.events` are rows (`ReportedEvent`: term, organ system, vocabulary), each
with one `EventCount` a group. `affected` 0 is a stated zero, absent is not stated; `at_risk` 0
occurs and is kept. Rows of `serious=False` are listed only above `threshold` percent in any group.
`EventTotal` is the table's own total of people with any serious event, any other event above the
threshold, or death; it is never a row.

*Results.* `PostedOutcome.measurements` hold `Number`s; what `lower`, `upper` and `spread` mean is
said once, by `PostedOutcome.dispersion` ("confidence interval" with `ci_level`, "standard
deviation", "interquartile range", …) and `param` ("mean", "median", "count of participants").
`Analysis.estimate` is the `EffectEstimate` that publications give too; its `arm` and `comparator`
stay absent because the registry does not state a direction, only the `groups` compared.

*What is not here*: baseline characteristics, eligibility, summaries and other prose, contacts,
documents. `RegistryStudy.problems` names each value that could not be read, and why.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from trialweave.records.trial import (
    Arm,
    EffectEstimate,
    Endpoint,
    Field,
    Intervention,
    Record,
    Source,
    Stated,
)

GroupKind = Literal["arm", "period", "cohort", "crossover", "second course", "total"]


class Problem(Record, frozen=True):
    """A value of the record that could not be read, or that contradicts the rest."""

    path: str
    reason: str


class Number(Record, frozen=True, gc=False):
    """A number as the source writes it; `value` is absent where it is none ("NA").

    `operator` is "<", "<=", ">", ">=" or absent.
    """

    reported: str
    value: Decimal | None = None
    operator: str | None = None


class StudyDate(Record, frozen=True):
    """A date as precise as the source gives it ("2015", "2015-03", "2015-03-04").

    `kind` is "actual", "anticipated" (a plan) or "estimated" (when a version was posted, where the
    registry only estimates it), or absent.
    """

    date: str
    evidence: Field
    kind: str | None = None


class StudyDates(Record, frozen=True):
    """The dates of the study and of its record."""

    start: StudyDate | None = None
    primary_completion: StudyDate | None = None
    completion: StudyDate | None = None
    first_submitted: StudyDate | None = None
    first_posted: StudyDate | None = None
    results_first_submitted: StudyDate | None = None
    results_first_posted: StudyDate | None = None
    last_update_submitted: StudyDate | None = None
    last_update_posted: StudyDate | None = None
    verified: StudyDate | None = None


class SecondaryId(Record, frozen=True):
    """Another id of the study: `kind` as the registry types it, `issuer` who gave it."""

    value: str
    evidence: Field
    kind: str | None = None
    issuer: str | None = None


class Design(Record, frozen=True):
    """How the study is built. `masked` names who does not know the assignment."""

    study_type: Stated | None = None
    phases: tuple[Stated, ...] = ()
    allocation: Stated | None = None
    intervention_model: Stated | None = None
    primary_purpose: Stated | None = None
    masking: Stated | None = None
    masked: tuple[Stated, ...] = ()
    observational_model: Stated | None = None
    time_perspective: Stated | None = None


class Enrolment(Record, frozen=True):
    """How many people take part: "actual" or "anticipated", or not stated which."""

    n: int
    path: str
    kind: str | None = None


class Organisation(Record, frozen=True):
    """A sponsor or collaborator; `kind` is the registry's class ("industry", "nih", "other")."""

    name: str
    evidence: Field
    kind: str | None = None


class CountrySites(Record, frozen=True):
    """The entries of the list of sites that lie in one country.

    `sites` is absent where the record only names the country. `evidence` is the first of them.
    """

    country: str
    evidence: Field
    sites: int | None = None


class MeshTerm(Record, frozen=True):
    """A MeSH term that the registry's browse module assigns; `ancestor` for one above it."""

    term: str
    evidence: Field
    ui: str | None = None
    ancestor: bool = False


class Reference(Record, frozen=True):
    """A publication that the record cites.

    `kind` is "background", "result" or "derived" (found by the registry itself). Legacy XML has
    one element for background and derived ones; there the kind is absent.
    """

    key: str
    kind: str | None = None
    pmid: Stated | None = None
    citation: str | None = None


class Overlap(Record, frozen=True):
    """Another group of the same table that may hold some of the same people, and why."""

    group: str
    reason: str


class ResultGroup(Record, frozen=True):
    """A column of a results table: see the module's page."""

    key: str
    id: str
    title: str | None = None
    kind: GroupKind | None = None
    arm: str | None = None
    match: str | None = None
    overlaps: tuple[Overlap, ...] = ()


class GroupCount(Record, frozen=True, gc=False):
    """A number of people (or of `units`) in one group."""

    n: int
    path: str
    group: str | None = None
    units: str | None = None


class FlowRow(Record, frozen=True):
    """A milestone reached, or a reason to leave, with its people by group."""

    key: str
    name: str
    counts: tuple[GroupCount, ...] = ()


class FlowPeriod(Record, frozen=True):
    """A period of the participant flow; milestones hold at least "STARTED" and "COMPLETED"."""

    key: str
    title: str | None = None
    milestones: tuple[FlowRow, ...] = ()
    dropouts: tuple[FlowRow, ...] = ()


class ParticipantFlow(Record, frozen=True):
    """Who came, who stayed."""

    groups: tuple[ResultGroup, ...] = ()
    periods: tuple[FlowPeriod, ...] = ()


class Measurement(Record, frozen=True):
    """A cell of an outcome table; `path` is its object, the numbers are members of it.

    `analysed` is the denominator that holds for it: its class's own, else the outcome's.
    """

    path: str
    group: str | None = None
    value: Number | None = None
    spread: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    class_title: str | None = None
    category: str | None = None
    analysed: GroupCount | None = None
    commented: bool = False


class Analysis(Record, frozen=True):
    """A statistical test over groups of one outcome.

    `hypothesis` is "superiority", "non-inferiority", "equivalence", "superiority or other", …;
    `commented` names the parts that the record comments on in prose, which is not kept.
    """

    key: str
    groups: tuple[str, ...] = ()
    hypothesis: str | None = None
    tested_non_inferiority: bool | None = None
    method: str | None = None
    param: str | None = None
    ci_sides: str | None = None
    dispersion: str | None = None
    spread: Number | None = None
    estimate: EffectEstimate | None = None
    commented: tuple[str, ...] = ()


class PostedOutcome(Record, frozen=True):
    """An outcome with posted results; `registered` is the registered endpoint of the same name."""

    endpoint: Endpoint
    registered: str | None = None
    reporting: str | None = None
    param: str | None = None
    dispersion: str | None = None
    ci_level: Decimal | None = None
    unit: str | None = None
    groups: tuple[ResultGroup, ...] = ()
    analysed: tuple[GroupCount, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    analyses: tuple[Analysis, ...] = ()


class EventCount(Record, frozen=True, gc=False):
    """People of one group who had the event of the row; `path` is the object of its numbers."""

    path: str
    group: str | None = None
    affected: int | None = None
    at_risk: int | None = None
    events: int | None = None


class EventTotal(Record, frozen=True, gc=False):
    """The table's own total for a group: people with any such event, or who died."""

    kind: Literal["serious", "other", "deaths"]
    group: str | None = None
    affected: int | None = None
    at_risk: int | None = None
    affected_path: str | None = None
    at_risk_path: str | None = None


class ReportedEvent(Record, frozen=True):
    """A row of the serious or the other events table.

    `vocabulary` and `assessment` are the term's own, or the default of its section: the
    `…_from` beside it says which. `noted` is true where the row has a note.
    """

    key: str
    term: str
    serious: bool
    organ_system: str | None = None
    vocabulary: str | None = None
    vocabulary_from: Literal["term", "section"] | None = None
    assessment: str | None = None
    assessment_from: Literal["term", "section"] | None = None
    noted: bool = False
    counts: tuple[EventCount, ...] = ()


class AdverseEvents(Record, frozen=True):
    """The adverse events module: `threshold` is in percent, and bounds the other events only."""

    groups: tuple[ResultGroup, ...] = ()
    time_frame: Stated | None = None
    threshold: Number | None = None
    threshold_path: str | None = None
    totals: tuple[EventTotal, ...] = ()
    events: tuple[ReportedEvent, ...] = ()


class RegistryStudy(Record, frozen=True):
    """One study as one version of its registry record tells it.

    `source.version` is the day on which this version was submitted (last update submitted; where
    it is not given, last update posted). It alone decides which of two versions is newer.
    """

    source: Source
    nct_id: Stated
    nct_aliases: tuple[Stated, ...] = ()
    org_study_id: Stated | None = None
    secondary_ids: tuple[SecondaryId, ...] = ()
    acronym: Stated | None = None
    brief_title: Stated | None = None
    official_title: Stated | None = None
    status: Stated | None = None
    last_known_status: Stated | None = None
    why_stopped: Stated | None = None
    dates: StudyDates = StudyDates()
    sponsor: Organisation | None = None
    collaborators: tuple[Organisation, ...] = ()
    design: Design = Design()
    enrolment: Enrolment | None = None
    arms: tuple[Arm, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    conditions: tuple[Stated, ...] = ()
    keywords: tuple[Stated, ...] = ()
    condition_mesh: tuple[MeshTerm, ...] = ()
    intervention_mesh: tuple[MeshTerm, ...] = ()
    countries: tuple[CountrySites, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    references: tuple[Reference, ...] = ()
    has_results: bool | None = None
    flow: ParticipantFlow | None = None
    outcomes: tuple[PostedOutcome, ...] = ()
    adverse_events: AdverseEvents | None = None
    problems: tuple[Problem, ...] = ()
