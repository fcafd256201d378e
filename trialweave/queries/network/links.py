"""Which drug goes with which toxicity, on what evidence: the table that a network is made of.

`links` is its only source. It reads the counts of a graph; links that are written down in a graph
(`tw:DrugToxicityLink`) would come in here, and nothing below would change.

A pair has a link if a source says that somebody given the drug had the event. A pair of which sources state
only zeros is a link of 0 trials, and a pair of which no source tells is none: missing is not zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from trialweave.errors import QueryError
from trialweave.queries.network import facts as said
from trialweave.queries.network.classes import Thing, things
from trialweave.queries.synthesis import trials
from trialweave.queries.synthesis.comparisons import (
    Row,
    Seriousness,
    as_counts,
    choose,
    contradiction,
    counted_as,
    outside,
    rank,
    study_name,
)
from trialweave.queries.synthesis.pooling import pool_any
from trialweave.queries.synthesis.study import Counts, Model
from trialweave.records import Record

if TYPE_CHECKING:
    from trialweave.queries.source import Source

Level = OneOf["drug", "class"]

MODEL = Model(measure="rr", method="mh")
"""How the trials of a pair are pooled: Mantel-Haenszel's common risk ratio, for which no zero is filled."""


class Link(Record, frozen=True):
    """A drug and a toxicity, and what sources say of the two. None: not stated, or not to be estimated."""

    drug: str
    toxicity: str
    trials: int
    """Trials in which somebody given the drug had it; 0 where sources state zeros only."""

    trials_alone: int = 0
    """Of those, trials in which an arm had it that was given no other known drug."""

    trials_counted: int = 0
    """Trials that `people` and `at_risk` come from."""

    people: int | None = None
    """People given the drug who had it, and below how many were given it, in groups that may be added."""

    at_risk: int | None = None
    trials_compared: int = 0
    """Randomised trials with a control arm, of which the risk ratio is pooled."""

    control_people: int | None = None
    control_at_risk: int | None = None
    log_rr: float | None = None
    se: float | None = None
    no_rr_because: str | None = None
    first: str | None = None
    """When the first of the trials started, as precise as stated."""

    drug_iri: str | None = None
    toxicity_iri: str | None = None
    evidence: tuple[str, ...] = ()
    """IRIs of the facts that say so."""


class _Pair:
    """What is gathered of one pair, trial by trial."""

    def __init__(self) -> None:
        self.trials: set[str] = set()
        self.alone: set[str] = set()
        self.counted: list[tuple[int, int]] = []
        self.compared: list[Counts] = []
        self.evidence: list[str] = []


def links(
    source: Source,
    *,
    level: Level = "drug",
    min_grade: int | None = None,
    seriousness: Seriousness = "other",
    classes: Collection[str] = ("mesh",),
) -> list[Link]:
    """The links of all drugs and toxicities, or of classes of both, by name.

    Classes are taken from the terminologies named, by prefix (see `classes.things`).
    `trials` counts whatever a source tells; people and risk ratios come from the tables of the given
    seriousness and grade, one a trial, as `pool` takes them (see `synthesis.comparisons`).
    Raises QueryError where the graph counts no event under any drug.
    """
    names, contain = said.names(source), said.within(source)
    drugs, untold = said.given(source)
    drugs = {arm: {drug for drug in given if said.is_drug(names[drug])} for arm, given in drugs.items()}
    labels = said.class_labels(source) if level == "class" else {}
    used = {drug for given in drugs.values() for drug in given}
    of_drug = things({drug: names[drug] for drug in used}, contain, labels, level=level, classes=classes)
    pairs: dict[tuple[Thing, Thing], _Pair] = defaultdict(_Pair)
    all_facts = list(said.facts(source))
    of_event = things(
        {fact.event: names[fact.event] for of_trial in all_facts for fact in of_trial},
        contain,
        labels,
        level=level,
        classes=classes,
    )
    about = trials.about(source, [of_trial[0].trial for of_trial in all_facts])
    for of_trial in all_facts:
        here = _Arms(of_trial, drugs, untold, contain, of_drug, names)
        comparable = trials.not_comparable(about[of_trial[0].trial]) is None
        by_event: dict[Thing, list[said.Fact]] = defaultdict(list)
        for fact in of_trial:
            for event in of_event[fact.event]:
                by_event[event].append(fact)
        for drug in here.drugs:
            roles = here.roles(drug)
            for event, found in by_event.items():
                if any(fact.arm is not None and roles[fact.arm] == "exposed" for fact in found):
                    _gather(pairs[drug, event], found, drug, event, here, comparable, min_grade, seriousness)
    if not pairs:
        raise QueryError("this graph counts no adverse event in an arm that is shown to be given a drug")
    dates = said.start_dates(source)
    made = [_link(drug, event, pair, dates) for (drug, event), pair in pairs.items()]
    return sorted(made, key=lambda link: (link.drug, link.toxicity))


class _Arms:
    """The arms of one trial: what each was given, seen from one drug at a time."""

    def __init__(
        self,
        of_trial: Iterable[said.Fact],
        drugs: Mapping[str, set[str]],
        untold: Mapping[str, str],
        contain: Mapping[str, set[str]],
        of_drug: Mapping[str, tuple[Thing, ...]],
        names: Mapping[str, said.Name],
    ) -> None:
        self.arms = sorted({fact.arm for fact in of_trial if fact.arm is not None})
        self.given = {arm: drugs.get(arm, set()) for arm in self.arms}
        self.untold, self.contain, self.of_drug, self.names = untold, contain, of_drug, names
        concepts = sorted(set().union(*self.given.values()))
        self.drugs = sorted({thing for concept in concepts for thing in of_drug[concept]})
        self._roles: dict[Thing, dict[str, str]] = {}
        self._given: dict[tuple[str, str, Thing], trials.Given] = {}

    def roles(self, drug: Thing) -> Mapping[str, str]:
        """Exposed: given the drug. Control: given nothing within it. Unknown: not to be told."""
        if drug not in self._roles:
            self._roles[drug] = {arm: self._role(arm, drug) for arm in self.arms}
        return self._roles[drug]

    def _role(self, arm: str, drug: Thing) -> str:
        if any(drug in self.of_drug[one] for one in self.given[arm]):
            return "exposed"
        narrower = any(drug.iri in self.contain.get(one, ()) for one in self.given[arm])
        return "unknown" if narrower or arm in self.untold else "control"

    def seen_from(self, fact: said.Fact, arm: str, drug: Thing) -> trials.Given:
        """What the people of a count were given, of the drug and besides."""
        key = fact.record, arm, drug
        if key not in self._given:
            inside = {one for one in self.given[arm] if drug in self.of_drug[one]}
            self._given[key] = trials.Given(
                record=fact.record,
                arm=arm,
                of_class=frozenset(self.names[one].label for one in inside),
                others=frozenset(self.names[one].label for one in self.given[arm] - inside),
            )
        return self._given[key]


def _gather(
    pair: _Pair,
    found: Sequence[said.Fact],
    drug: Thing,
    event: Thing,
    here: _Arms,
    comparable: bool,
    min_grade: int | None,
    seriousness: Seriousness,
) -> None:
    """Add what one trial says of a drug and an event."""
    rows, given = [], {}
    roles = here.roles(drug)
    for fact in found:
        role = "unknown" if fact.arm is None else roles[fact.arm]
        if fact.arm is not None:
            given[fact.fact] = here.seen_from(fact, fact.arm, drug)
            if role == "exposed" and fact.seen:
                pair.trials.add(fact.trial)
                pair.evidence.append(fact.fact)
                if not given[fact.fact].others and fact.arm not in here.untold:
                    pair.alone.add(fact.trial)
        rows.append(_row(fact, role))
    wanted = {event.label.casefold()}
    exposed = _exposed(rows, given, wanted, min_grade, seriousness)
    if exposed:
        pair.counted.append(
            (sum(row.affected or 0 for row in exposed), sum(row.at_risk or 0 for row in exposed))
        )
    if comparable and "control" in roles.values():
        name = study_name(rows[0].trial)
        chosen, _ = choose(name, rows, wanted, min_grade, seriousness, given)
        if chosen:
            pair.compared.append(as_counts(name, chosen, given, None))


def _row(fact: said.Fact, role: str) -> Row:
    barrier = fact.barrier
    if barrier is None and role == "unknown":
        barrier = "not to be told whether it was given the drug"
    if barrier is None and not fact.at_risk:
        barrier = "nobody stated to be at risk"
    return Row(
        trial=fact.trial,
        source=fact.source,
        arm=fact.arm_label,
        role=role,
        event=fact.event_label,
        seriousness=fact.seriousness,
        grade=fact.grade,
        attribution=fact.attribution,
        affected=fact.affected,
        at_risk=fact.at_risk,
        left_out_because=barrier,
        evidence=fact.fact,
    )


def _exposed(
    rows: Iterable[Row],
    given: Mapping[str, trials.Given],
    wanted: set[str],
    min_grade: int | None,
    seriousness: Seriousness,
) -> list[Row]:
    """The counts of one table whose people were given the drug and share nobody; none if there is none."""
    tables: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row.role == "exposed" and not (
            row.left_out_because or outside(row, min_grade, seriousness) or contradiction(row)
        ):
            tables[counted_as(row, given[row.evidence])].append(row)
    whole = [
        table for table in tables.values() if len({given[row.evidence].arm for row in table}) == len(table)
    ]
    return min(whole, key=lambda table: rank(table, wanted), default=[])


def _link(drug: Thing, event: Thing, pair: _Pair, dates: Mapping[str, str]) -> Link:
    effect, se, because = _risk_ratio(pair.compared)
    return Link(
        drug=drug.label,
        toxicity=event.label,
        trials=len(pair.trials),
        trials_alone=len(pair.alone),
        trials_counted=len(pair.counted),
        people=sum(people for people, _ in pair.counted) if pair.counted else None,
        at_risk=sum(under for _, under in pair.counted) if pair.counted else None,
        trials_compared=len(pair.compared),
        control_people=sum(one.events_control for one in pair.compared) if pair.compared else None,
        control_at_risk=sum(one.n_control for one in pair.compared) if pair.compared else None,
        log_rr=effect,
        se=se,
        no_rr_because=because,
        first=min((dates[trial] for trial in pair.trials if trial in dates), default=None),
        drug_iri=drug.iri,
        toxicity_iri=event.iri,
        evidence=tuple(sorted(pair.evidence)),
    )


def _risk_ratio(compared: Sequence[Counts]) -> tuple[float | None, float | None, str | None]:
    if not compared:
        return None, None, "no randomised trial compares the drug with a control without it"
    try:
        pooled = pool_any(compared, MODEL)
    except QueryError as error:
        return None, None, str(error)
    return pooled.effect, pooled.se, None
