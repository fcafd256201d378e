"""What one record says of one trial, as quads below that record."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.graph.evidence import EvidenceWriter
from trialweave.graph.iris import TWID, concept_iri, fact_iri, slug, trial_iri
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace
from trialweave.records import (
    AdverseEventCount,
    Arm,
    ArmResult,
    EffectEstimate,
    Endpoint,
    Finding,
    Intervention,
    ParticipantCount,
    Trial,
)

RDFS = namespace("rdfs")
SCHEMA = namespace("schema")
TW = namespace("tw")

PLACEBO = re.compile(r"\b(placebo|sham|vehicle)\b", re.IGNORECASE)
"""Words that name what is given in place of the drug."""

_P_VALUE = re.compile(r"\s*(<=|>=|[<>=≤≥])?\s*([0-9.]+(?:[eE][-+]?\d+)?)\s*")

PHASE_CLASS = {
    "1": "Phase1Trial",
    "1/2": "Phase1And2Trial",
    "2": "Phase2Trial",
    "2/3": "Phase2And3Trial",
    "3": "Phase3Trial",
    "4": "Phase4Trial",
}

MEASURES = {
    "hazard_ratio",
    "odds_ratio",
    "risk_ratio",
    "rate_ratio",
    "mean_ratio",
    "risk_difference",
    "mean_difference",
    "median_difference",
    "regression_coefficient",
    "relative_reduction",
    "significance_test",
}
"""Kinds of effect that the vocabulary has a term for."""


def split_p(p: str) -> tuple[str, Decimal] | None:
    """Operator and number of a reported p-value; None where it is no number.

    >>> split_p("<0.001")
    ('<', Decimal('0.001'))
    >>> split_p("NS") is None
    True
    """
    match = _P_VALUE.fullmatch(p)
    if match is None:
        return None
    operator = {"≤": "<=", "≥": ">="}.get(match[1], match[1]) or "="
    return operator, Decimal(match[2])


def camel(kind: str) -> str:
    """The vocabulary's term of an extraction kind.

    >>> camel("hazard_ratio")
    'HazardRatio'
    """
    return "".join(word.capitalize() for word in kind.split("_"))


def names_a_drug(intervention: Intervention) -> bool:
    """Whether what is given is a drug: the source says so, or states a dose, or MeSH knows a chemical.

    A placebo is none; a dose of radiation makes none.

    >>> [names_a_drug(Intervention(key="a", name=name)) for name in ("Bevacizumab", "yoga", "placebo")]
    [True, False, False]
    """
    if PLACEBO.search(intervention.name):
        return False
    if intervention.kind is not None:
        return intervention.kind in ("drug", "biological")
    if any(
        regimen.dose is not None and "Gy" not in (regimen.unit or "Gy") for regimen in intervention.regimens
    ):
        return True
    return any(
        ui.startswith("C") or any(number.startswith("D") for number in mesh.tree_numbers(ui))
        for ui in mesh.find(intervention.name)
    )


def write_trial(trial: Trial, evidence: EvidenceWriter, audit: GraphWriter) -> NamedNode:
    """Write the trial into its record's graph, what the audit found into `audit`; its node."""
    return _TrialWriter(trial, evidence, audit).write()


class _TrialWriter:
    """Writes one trial; `base` is the path of the record, so that arms of two records stay apart."""

    def __init__(self, trial: Trial, evidence: EvidenceWriter, audit: GraphWriter) -> None:
        self.trial = trial
        self.evidence = evidence
        self.graph = evidence.graph
        self.audit = audit
        self.base = evidence.key
        self.node = NamedNode(trial_iri(trial, evidence.key))

    def write(self) -> NamedNode:
        self._design()
        for intervention in self.trial.interventions:
            self._intervention(intervention)
        for arm in self.trial.arms:
            self._arm(arm)
        for endpoint in self.trial.endpoints:
            self._endpoint(endpoint)
        for participants in self.trial.participants:
            self._participants(participants)
        for result in self.trial.arm_results:
            self._arm_result(result)
        for estimate in self.trial.effect_estimates:
            self._effect_estimate(estimate)
        for count in self.trial.event_counts:
            self._event_count(count)
        return self.node

    def _iri(self, what: str, key: str) -> NamedNode:
        return NamedNode(TWID[f"{self.base}/{what}/{slug(key)}"])

    def _design(self) -> None:
        trial, state = self.trial, self.evidence.state
        node = self.graph.node(self.node.value, TW["Trial"])
        for stated in trial.registry_ids:
            state(node, TW["registryId"], stated.value, stated.evidence)
        for predicate, one in (
            ("phase", trial.phase),
            ("allocation", trial.allocation),
            ("allocationRatio", trial.allocation_ratio),
            ("masking", trial.masking),
            ("control", trial.control),
        ):
            if one is not None:
                state(node, TW[predicate], one.value, one.evidence)
        if trial.site_count is not None:
            state(node, TW["siteCount"], int(trial.site_count.value), trial.site_count.evidence)
        for stated in trial.countries:
            state(node, TW["country"], stated.value, stated.evidence)
        for name in self._classes():
            self.graph.node(node.value, TW[name])

    def _classes(self) -> list[str]:
        """The trial classes that the stated design puts it in."""
        trial = self.trial
        names = []
        if trial.allocation and trial.allocation.value.lower().startswith("randomi"):
            names.append("RandomizedTrial")
        if trial.control and "placebo" in trial.control.value.lower():
            names.append("PlaceboControlledTrial")
        if trial.phase and (
            name := PHASE_CLASS.get(trial.phase.value.lower().removeprefix("phase ").strip())
        ):
            names.append(name)
        return names

    def _intervention(self, intervention: Intervention) -> None:
        graph = self.graph
        node = graph.node(self._iri("intervention", intervention.key).value, TW["Intervention"])
        graph.add(node, RDFS["label"], intervention.name)
        graph.add(node, TW["interventionKind"], intervention.kind)
        if names_a_drug(intervention):
            graph.add(node, TW["drug"], NamedNode(concept_iri("drug", intervention.name)))
        if intervention.evidence is not None:
            self.evidence.cite(node, [intervention.evidence])
        for regimen in intervention.regimens:
            one = graph.node(fact_iri(self.base, "regimen", regimen), TW["Regimen"])
            graph.add(node, TW["hasRegimen"], one)
            self._number(one, SCHEMA["doseValue"], regimen.dose)
            graph.add(one, TW["doseHigh"], regimen.high)
            graph.add(one, SCHEMA["doseUnit"], regimen.unit)
            graph.add(one, TW["schedule"], regimen.schedule)
            graph.add(one, TW["route"], regimen.route)
            self.evidence.cite(one, [regimen.evidence, *regimen.context])

    def _arm(self, arm: Arm) -> None:
        graph = self.graph
        node = graph.node(self._iri("arm", arm.key).value, TW["Arm"])
        graph.add(self.node, TW["hasArm"], node)
        graph.add(node, TW["ofTrial"], self.node)
        graph.add(node, RDFS["label"], arm.name)
        graph.add_all(node, TW["alias"], arm.aliases)
        graph.add(node, TW["armRole"], arm.role)
        for key in arm.interventions:
            graph.add(node, TW["hasIntervention"], self._iri("intervention", key))
        if arm.evidence is not None:
            self.evidence.cite(node, [arm.evidence])

    def _endpoint(self, endpoint: Endpoint) -> None:
        graph = self.graph
        node = graph.node(self._iri("endpoint", endpoint.key).value, TW["Endpoint"])
        graph.add(self.node, TW["hasEndpoint"], node)
        graph.add(node, RDFS["label"], endpoint.name)
        graph.add(node, TW["endpointRole"], endpoint.role)
        graph.add(node, TW["timeFrame"], endpoint.time_frame)
        if endpoint.evidence is not None:
            self.evidence.cite(node, [endpoint.evidence])

    def _fact(
        self, name: str, record: ParticipantCount | ArmResult | EffectEstimate | AdverseEventCount
    ) -> NamedNode:
        """What all facts share: type, trial, arm, evidence, and what the audit says."""
        node = self.graph.node(fact_iri(self.base, name, record), TW[camel(name.replace("-", "_"))])
        self.graph.add(node, TW["ofTrial"], self.node)
        if record.arm is not None:
            self.graph.add(node, TW["ofGroup"], self._iri("arm", record.arm))
        self.graph.add(node, TW["population"], record.population)
        evidence = record.evidence if isinstance(record.evidence, tuple) else (record.evidence,)
        self.evidence.cite(node, evidence)
        for finding in record.findings:
            self._finding(node, finding)
        return node

    def _finding(self, fact: NamedNode, finding: Finding) -> None:
        name = f"{fact.value.removeprefix(TWID[''])}/finding"
        node = self.audit.node(fact_iri(name, finding.check, finding), TW["Finding"])
        self.audit.add(node, TW["about"], fact)
        self.audit.add(node, TW["check"], finding.check)
        self.audit.add(node, TW["message"], finding.message)
        self.audit.add(node, TW["computed"], finding.computed)
        self.audit.add(node, TW["certainty"], finding.sure)

    def _participants(self, record: ParticipantCount) -> None:
        node = self._fact("participant-count", record)
        self.graph.add(node, TW["count"], record.n)
        if record.planned:
            self.graph.add(node, TW["planned"], True)

    def _arm_result(self, record: ArmResult) -> None:
        node = self._fact("arm-result", record)
        graph = self.graph
        graph.add(node, TW["statistic"], NamedNode(TW[camel(record.kind)]))
        self._measured(node, record)
        if record.not_reached:
            graph.add(node, TW["notReached"], True)
        graph.add(node, TW["interval"], record.interval)
        graph.add(node, TW["sd"], record.sd)
        graph.add(node, TW["n"], record.n)
        graph.add(node, TW["denominator"], record.denom)

    def _effect_estimate(self, record: EffectEstimate) -> None:
        node = self._fact("effect-estimate", record)
        measure = "significance_test" if record.measure == "p_value" else record.measure
        self.graph.add(node, TW["measure"], NamedNode(TW[camel(measure)]))
        self._measured(node, record)
        if record.comparator is not None:
            self.graph.add(node, TW["comparator"], self._iri("arm", record.comparator))
        self.graph.add(node, TW["pSided"], record.p_sided)

    def _measured(self, node: NamedNode, record: ArmResult | EffectEstimate) -> None:
        """Endpoint, value with unit, interval, time point and p-value."""
        graph = self.graph
        if record.endpoint is not None:
            graph.add(node, TW["ofEndpoint"], self._iri("endpoint", record.endpoint))
        self._number(node, TW["value"], record.value)
        graph.add(node, TW["unit"], record.unit)
        graph.add(node, TW["ciLow"], record.ci_low)
        graph.add(node, TW["ciHigh"], record.ci_high)
        graph.add(node, TW["ciLevel"], record.ci_level)
        graph.add(node, TW["timepoint"], record.timepoint)
        graph.add(node, TW["rule"], record.rule)
        if record.p is not None:
            graph.add(node, TW["reportedP"], record.p)
            if parts := split_p(record.p):
                graph.add(node, TW["pOperator"], parts[0])
                graph.add(node, TW["pValue"], parts[1])

    def _number(self, node: NamedNode, predicate: str, value: Decimal | None) -> None:
        """A decimal, and its reported form where a store would not keep it (0.50 becomes 0.5)."""
        self.graph.add(node, predicate, value)
        if value is not None and format(value, "f").rstrip("0") != format(value, "f") and "." in str(value):
            self.graph.add(node, TW["reportedValue"], str(value))

    def _event_count(self, record: AdverseEventCount) -> None:
        node = self._fact("adverse-event-count", record)
        graph = self.graph
        graph.add(node, TW["event"], NamedNode(concept_iri("event", record.event)))
        graph.add(node, TW["affected"], record.affected)
        graph.add(node, TW["atRisk"], record.at_risk)
        graph.add(node, TW["percent"], record.percent)
        graph.add(node, TW["gradeLow"], record.grade_low)
        graph.add(node, TW["gradeHigh"], record.grade_high)
        graph.add(node, TW["attribution"], record.attribution)
        graph.add(node, TW["seriousness"], record.seriousness)
        graph.add(node, TW["timepoint"], record.timepoint)
        graph.add(node, TW["rule"], record.rule)
