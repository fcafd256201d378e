"""One 2x2 table a trial, from the arms of a graph: people with an event, given a drug against not given it.

What is counted comes from the saved question `adverse-event-rate-by-arm`. In each trial, one row of it for
each arm is used, and all else is listed with the reason:

1. A row with a reason not to be added up is left out, and so is a trial not stated to be randomised, a
   crossover trial, a trial without an arm that was given no drug of the class, and a treated arm that was
   given another drug that no control arm was. A control that was given more than the treated is noted.
2. The registry's counts come before a publication's. Neither the two nor two publications are ever added:
   they count the same people.
3. Serious and other events are not added, as one person may be in both: `seriousness` says which to take.
   Counts for which a source states neither go with `other`.
4. Without `min_grade`, counts of any grade; with it, from exactly that grade to 4 or 5, the widest band.
5. Of several terms of an event in a trial (hypertension, hypertensive crisis) one is taken, as one person may
   have both: the one that is called as the event asked for, else the one with most people in all its arms.
6. Several treated arms are added to one, and so are several control arms; they share nobody, by 1.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from trialweave.errors import QueryError
from trialweave.ontology.prefixes import compact
from trialweave.queries.catalogue import question
from trialweave.queries.concepts import resolve_concept
from trialweave.queries.run import ask
from trialweave.queries.synthesis import trials
from trialweave.queries.synthesis.study import Counts, LeftOut
from trialweave.records import Record

if TYPE_CHECKING:
    from trialweave.queries.source import Source

QUESTION = "adverse-event-rate-by-arm"

By = OneOf["drug", "disease", "phase"]
Seriousness = OneOf["other", "serious"]


class Row(Record, frozen=True):
    """What the saved question says of one count."""

    trial: str
    source: str
    arm: str | None
    role: str
    event: str
    seriousness: str | None
    grade: str | None
    attribution: str | None
    affected: int | None
    at_risk: int | None
    left_out_because: str | None
    evidence: str


def comparisons(
    source: Source,
    drug: str,
    event: str,
    *,
    min_grade: int | None = None,
    seriousness: Seriousness = "other",
    by: By | None = None,
) -> tuple[list[Counts], list[LeftOut]]:
    """The 2x2 tables of a drug (or class) and an event (or class), and whatever is not in them, with why."""
    asked = {"drug_class": drug, "event": event}
    if min_grade is not None:
        asked["min_grade"] = str(min_grade)
    records = ask(source, question(QUESTION), asked).records()
    told = (Row(**{name: record[name] for name in Row.__struct_fields__}) for record in records)  # type: ignore[arg-type]
    rows = list(dict.fromkeys(told))  # what else the question tells may make two rows of one count
    drug_term, event_term = resolve_concept(source, drug), resolve_concept(source, event)
    wanted = trials.labels(source, event_term) | {" ".join(event.split()).casefold()}
    about = trials.about(source, {row.trial for row in rows})
    given = trials.given(source, [row.evidence for row in rows], drug_term)
    counts: list[Counts] = []
    left_out: list[LeftOut] = []
    for trial, of_trial in _by_trial(rows).items():
        study = study_name(trial)
        chosen, others = choose(study, of_trial, wanted, min_grade, seriousness, given)
        left_out += others
        reason = trials.not_comparable(about[trial])
        if chosen and reason:
            left_out.append(LeftOut(study=study, because=reason, evidence=_evidence(chosen)))
        elif chosen:
            counts.append(as_counts(study, chosen, given, _subgroup(by, chosen, given, about[trial])))
    return counts, left_out


def _by_trial(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.trial].append(row)
    return found


def study_name(trial: str) -> str:
    """The registry number, or the shortest name of a trial that has none."""
    name = compact(trial)
    return name.removeprefix("nct:") if name != trial else trial


def _evidence(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(row.evidence for row in rows)


def choose(
    study: str,
    rows: Sequence[Row],
    wanted: set[str],
    min_grade: int | None,
    seriousness: Seriousness,
    given: Mapping[str, trials.Given],
) -> tuple[list[Row], list[LeftOut]]:
    """The rows that make the trial's 2x2 table, none if there is none; and the others, with the reason.

    `given` tells of each count's fact what its people were given; a fact without an arm is not in it.
    """
    left_out: list[LeftOut] = []
    tables: dict[tuple[object, ...], list[Row]] = defaultdict(list)

    def leave(rows: Iterable[Row], because: str) -> None:
        for row in rows:
            what = f"{row.arm or 'no arm named'}, {_table(row)}"
            left_out.append(LeftOut(study=study, because=because, what=what, evidence=(row.evidence,)))

    for row in rows:
        barrier = row.left_out_because or outside(row, min_grade, seriousness) or contradiction(row)
        if barrier is None and row.evidence not in given:
            barrier = "the count hangs on no arm"
        if barrier is None:
            tables[counted_as(row, given[row.evidence])].append(row)
        else:
            leave([row], barrier)
    whole: list[list[Row]] = []
    for table in tables.values():
        table, besides = _alike(table, given)
        for row, drugs in besides:
            leave([row], f"was also given {', '.join(drugs)}, which no control arm was")
        missing = _missing(table, given)
        if missing is None:
            whole.append(table)
        else:
            leave(table, missing)
    whole.sort(key=lambda table: rank(table, wanted))
    for table in whole[1:]:
        leave(table, f"the trial is counted by {_table(whole[0][0])}, and people may be in both")
    return (whole[0] if whole else []), left_out


def counted_as(row: Row, given: trials.Given) -> tuple[object, ...]:
    """Rows of one trial with the same of these are counts of one table."""
    return given.record, row.source, row.event.casefold(), row.seriousness, row.grade, row.attribution


def _table(row: Row) -> str:
    """Which counts a row is one of.

    >>> _table(Row(trial="", source="registry", arm="A", role="control", event="Hypertension",
    ...            seriousness="other", grade=None, attribution=None, affected=1, at_risk=9,
    ...            left_out_because=None, evidence=""))
    'Hypertension (registry, other)'
    """
    said = [row.source, row.seriousness, f"grade {row.grade}" if row.grade else None, row.attribution]
    return f"{row.event} ({', '.join(word for word in said if word)})"


_BAND = re.compile(r"(?P<open>>=|<=)?(?P<low>[1-5])(?:-(?P<high>[1-5]))?")


def _band(grade: str) -> tuple[int, int]:
    """A band of grades from its words.

    >>> _band("3-4"), _band(">=3"), _band("<=2"), _band("3")
    ((3, 4), (3, 5), (1, 2), (3, 3))
    """
    match = _BAND.fullmatch(grade)
    if match is None:
        raise QueryError(f"{grade!r} is no band of CTCAE grades")
    low = int(match["low"])
    if match["open"] == ">=":
        return low, 5
    return (1, low) if match["open"] == "<=" else (low, int(match["high"] or low))


def outside(row: Row, min_grade: int | None, seriousness: Seriousness) -> str | None:
    """Why a row counts something else than was asked for."""
    if row.seriousness is not None and row.seriousness != seriousness:
        return f"counts {row.seriousness} events; seriousness={row.seriousness} pools those"
    if seriousness == "serious" and row.seriousness is None:
        return "not stated to count serious events"
    if row.grade is None:
        return None
    low, high = _band(row.grade)
    if min_grade is None:
        return None if (low, high) in ((1, 5), (1, 4)) else "counts some grades only; see min_grade"
    if low != min_grade:
        return f"does not start at grade {min_grade}"
    return f"stops at grade {high}" if high < 4 else None


def contradiction(row: Row) -> str | None:
    """Why a row gives no count that can be used."""
    if row.affected is None or row.at_risk is None:
        return "number affected or at risk not stated"
    if not 0 <= row.affected <= row.at_risk:
        return f"{row.affected} affected of {row.at_risk} at risk"
    return None


def _alike(
    table: Sequence[Row], given: Mapping[str, trials.Given]
) -> tuple[list[Row], list[tuple[Row, list[str]]]]:
    """The rows without treated arms that were given more than the drug and the controls' drugs; and those."""
    control = [given[row.evidence].others for row in table if row.role == "control"]
    background = frozenset[str]().union(*control)
    kept, besides = [], []
    for row in table:
        more = given[row.evidence].others - background
        if control and row.role == "exposed" and more:
            besides.append((row, sorted(more)))
        else:
            kept.append(row)
    return kept, besides


def _missing(table: Sequence[Row], given: Mapping[str, trials.Given]) -> str | None:
    """Why the rows of one table make no comparison."""
    roles = {row.role for row in table}
    if "control" not in roles:
        return "no arm of the trial counted in the same way is shown to be a control: uncontrolled"
    if "exposed" not in roles:
        return "no arm of the trial counted in the same way is shown to be given the drug"
    if len({given[row.evidence].arm for row in table}) < len(table):
        return "an arm has two counts of the same kind, and people may be in both"
    return None


def rank(table: Sequence[Row], wanted: set[str]) -> tuple[object, ...]:
    """The order in which tables of one trial are taken: the least first (see the rules above)."""
    first = table[0]
    low, high = _band(first.grade) if first.grade else (0, 0)
    return (
        first.source != "registry",
        first.event.casefold() not in wanted,
        first.attribution is not None,
        low - high,
        -sum(row.affected or 0 for row in table),
        first.event.casefold(),
        first.grade or "",
        first.attribution or "",
    )


def as_counts(
    study: str, rows: Sequence[Row], given: Mapping[str, trials.Given], subgroup: str | None
) -> Counts:
    """The chosen rows of one trial as one 2x2 table: several arms of a side are added up."""
    treated = [row for row in rows if row.role == "exposed"]
    control = [row for row in rows if row.role == "control"]
    background = frozenset[str]().union(*(given[row.evidence].others for row in treated))
    active = frozenset[str]().union(*(given[row.evidence].others for row in control)) - background
    notes = [_table(rows[0])]
    notes += [
        f"{len(side)} {name} arms added"
        for name, side in (("treated", treated), ("control", control))
        if len(side) > 1
    ]
    notes += [f"only control was given {', '.join(sorted(active))}"] if active else []
    return Counts(
        study=study,
        events_treated=sum(row.affected or 0 for row in treated),
        n_treated=sum(row.at_risk or 0 for row in treated),
        events_control=sum(row.affected or 0 for row in control),
        n_control=sum(row.at_risk or 0 for row in control),
        subgroup=subgroup,
        evidence=_evidence([*treated, *control]),
        treated=" + ".join(row.arm or "?" for row in treated),
        control=" + ".join(row.arm or "?" for row in control),
        note="; ".join(notes),
    )


def _subgroup(
    by: By | None, rows: Sequence[Row], given: Mapping[str, trials.Given], about: trials.About
) -> str | None:
    """A trial is in one subgroup only; several drugs, diseases or phases make one of their own."""
    if by is None:
        return None
    if by == "drug":
        arms = [given[row.evidence].of_class for row in rows if row.role == "exposed"]
        return " | ".join(sorted({" + ".join(sorted(drugs)) for drugs in arms}))
    names = about.disease if by == "disease" else about.phase
    return "; ".join(sorted(names)) or "not stated"
