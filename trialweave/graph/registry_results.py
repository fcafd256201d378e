"""Posted results as quads: groups, participant flow, outcomes with analyses, adverse events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from trialweave.graph.iris import concept_iri
from trialweave.graph.quads import NamedNode
from trialweave.graph.trial import MEASURES, camel, split_p
from trialweave.ontology.prefixes import namespace
from trialweave.records import (
    AdverseEvents,
    Analysis,
    EventCount,
    Measurement,
    Number,
    ParticipantFlow,
    PostedOutcome,
    ResultGroup,
)

if TYPE_CHECKING:
    from trialweave.graph.registry import StudyWriter

RDFS = namespace("rdfs")
TW = namespace("tw")

_STATISTIC = {
    "mean": "Mean",
    "least squares mean": "Mean",
    "median": "Median",
    "count of participants": "Count",
}


def write_groups(groups: Iterable[ResultGroup], writer: StudyWriter) -> None:
    """The columns of one results table, with the arm that each was shown to be, and who may overlap."""
    graph = writer.graph
    for group in groups:
        node = writer.place(group.key)
        graph.add(node, TW["ofTrial"], writer.trial)
        graph.add(node, RDFS["label"], group.title or group.id)
        graph.add(node, TW["groupKind"], group.kind)
        if group.arm is not None:
            graph.add(node, TW["isArm"], writer.place(group.arm))
            graph.add(node, TW["matchBasis"], group.match)
        for overlap in group.overlaps:
            graph.add(node, TW["mayOverlap"], writer.place(overlap.group))
            graph.add(node, TW["overlapReason"], overlap.reason)


def write_flow(flow: ParticipantFlow, writer: StudyWriter) -> None:
    """Who started and who completed each period; other milestones and reasons to leave by name."""
    write_groups(flow.groups, writer)
    graph = writer.graph
    for period in flow.periods:
        for row in period.milestones:
            for count in row.counts:
                node = writer.typed(count.path, "ParticipantCount")
                _of_group(node, count.group, writer)
                graph.add(node, TW["count"], count.n)
                graph.add(node, TW["population"], row.name.lower())
                graph.add(node, TW["period"], period.title)


def _of_group(node: NamedNode, group: str | None, writer: StudyWriter) -> None:
    """Each fact hangs on its group; one whose group is not in the record hangs on the trial."""
    if group is not None:
        writer.graph.add(node, TW["ofGroup"], writer.place(group))
    else:
        writer.graph.add(node, TW["ofTrial"], writer.trial)


# ── outcomes ─────────────────────────────────────────────────────────────────────────────


def write_outcomes(outcomes: Iterable[PostedOutcome], writer: StudyWriter) -> None:
    """Outcomes with their measurements and analyses."""
    from trialweave.graph.registry import write_endpoint

    graph = writer.graph
    for outcome in outcomes:
        write_groups(outcome.groups, writer)
        node = write_endpoint(outcome.endpoint, writer)
        if outcome.registered is not None:
            graph.add(node, TW["registeredAs"], writer.place(outcome.registered))
        graph.add(node, TW["reportedStatistic"], outcome.param)
        graph.add(node, TW["dispersion"], outcome.dispersion)
        graph.add(node, TW["unit"], outcome.unit)
        for measurement in outcome.measurements:
            _write_measurement(measurement, outcome, node, writer)
        for analysis in outcome.analyses:
            _write_analysis(analysis, node, writer)


def _write_measurement(
    measurement: Measurement, outcome: PostedOutcome, endpoint: NamedNode, writer: StudyWriter
) -> None:
    graph = writer.graph
    node = writer.place(measurement.path)
    _of_group(node, measurement.group, writer)
    graph.add(node, TW["ofEndpoint"], endpoint)
    statistic = _STATISTIC.get(outcome.param or "")
    if statistic is not None:
        graph.add(node, TW["statistic"], NamedNode(TW[statistic]))
    _write_number(node, "value", measurement.value, writer)
    interval = outcome.dispersion == "confidence interval"
    _write_number(node, "ciLow" if interval else "low", measurement.lower, writer)
    _write_number(node, "ciHigh" if interval else "high", measurement.upper, writer)
    if interval:
        graph.add(node, TW["ciLevel"], outcome.ci_level)
    _write_number(
        node, "sd" if outcome.dispersion == "standard deviation" else "spread", measurement.spread, writer
    )
    if measurement.analysed is not None:
        graph.add(node, TW["denominator"], measurement.analysed.n)
    graph.add(node, TW["classTitle"], measurement.class_title)
    graph.add(node, TW["category"], measurement.category)


def _write_number(node: NamedNode, predicate: str, number: Number | None, writer: StudyWriter) -> None:
    """A number; what is none ("NA") keeps its words, and a bound ("<0.1") its operator with them."""
    if number is None:
        return
    if number.value is None or number.operator is not None:
        if predicate == "value":
            writer.graph.add(node, TW["reportedValue"], number.reported)
        return
    writer.graph.add(node, TW[predicate], number.value)


def _write_analysis(analysis: Analysis, endpoint: NamedNode, writer: StudyWriter) -> None:
    graph, estimate = writer.graph, analysis.estimate
    if estimate is None:
        return
    node = writer.typed(analysis.key, "EffectEstimate")
    graph.add(node, TW["ofTrial"], writer.trial)
    graph.add(node, TW["ofEndpoint"], endpoint)
    graph.add_all(node, TW["comparesGroup"], (writer.place(group) for group in analysis.groups))
    measure = "significance_test" if estimate.measure == "p_value" else estimate.measure
    if measure in MEASURES:
        graph.add(node, TW["measure"], NamedNode(TW[camel(measure)]))
    else:
        graph.add(node, TW["reportedMeasure"], estimate.measure)
    for predicate, value in (
        ("value", estimate.value),
        ("ciLow", estimate.ci_low),
        ("ciHigh", estimate.ci_high),
        ("ciLevel", estimate.ci_level),
    ):
        graph.add(node, TW[predicate], value)
    graph.add(node, TW["unit"], estimate.unit)
    graph.add(node, TW["method"], analysis.method)
    graph.add(node, TW["hypothesis"], analysis.hypothesis)
    graph.add(node, TW["reportedP"], estimate.p)
    if estimate.p is not None and (parts := split_p(estimate.p)):
        graph.add(node, TW["pOperator"], parts[0])
        graph.add(node, TW["pValue"], parts[1])


# ── adverse events ───────────────────────────────────────────────────────────────────────


def write_events(events: AdverseEvents, writer: StudyWriter) -> None:
    """Event groups, the table's own totals, and a count for each event and group.

    The at-risk number stands on the group where all its counts agree, else on each count.
    """
    graph = writer.graph
    write_groups(events.groups, writer)
    at_risk: dict[str, set[int | None]] = defaultdict(set)
    for row in events.events:
        for count in row.counts:
            if count.group is not None:
                at_risk[count.group].add(count.at_risk)
    shared = {group: next(iter(found)) for group, found in at_risk.items() if len(found) == 1}
    for group in events.groups:
        node = writer.place(group.key)
        graph.add(node, TW["atRisk"], shared.get(group.key))
        if events.threshold is not None:
            graph.add(node, TW["reportingThreshold"], events.threshold.value)
        graph.add(node, TW["timeFrame"], events.time_frame.value if events.time_frame else None)
    for total in events.totals:
        path = total.affected_path or total.at_risk_path
        if path is not None:
            node = writer.typed(path, "EventTotal")
            _of_group(node, total.group, writer)
            graph.add(node, TW["totalOf"], total.kind)
            graph.add(node, TW["affected"], total.affected)
            graph.add(node, TW["atRisk"], total.at_risk)
    for row in events.events:
        event = NamedNode(concept_iri("event", row.term))
        seriousness = "serious" if row.serious else "other"
        for count in row.counts:
            _write_count(count, event, seriousness, shared, writer)


def _write_count(
    count: EventCount, event: NamedNode, seriousness: str, shared: dict[str, int | None], writer: StudyWriter
) -> None:
    graph = writer.graph
    node = writer.place(count.path)
    _of_group(node, count.group, writer)
    graph.add(node, TW["event"], event)
    graph.add(node, TW["affected"], count.affected)
    graph.add(node, TW["seriousness"], seriousness)
    graph.add(node, TW["events"], count.events)
    if count.group is None or count.group not in shared:
        graph.add(node, TW["atRisk"], count.at_risk)
