"""The audit as a whole: whole sentences of our own, read and then audited; facts stay as they are."""

from decimal import Decimal

import msgspec
import pytest

from trialweave.loaders import abstract
from trialweave.loaders.audit import audit
from trialweave.records import Fact

TRIAL = (
    "Abcnib for cough.\n\nMETHODS: Adults were randomly assigned to "
    "abcnib (n=110) or placebo (n=55). RESULTS: "
)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Median PFS was 3.02 months (95% CI 2.63-3.65) with abcnib.", []),
        (
            "Median PFS was 1.41 months (95% CI 1.38-1.41) with placebo.",
            [("bound-equals-estimate", "1.41", "certain")],
        ),
        (
            "Median PFS was 3.92 months (95% CI 2.63-3.65) with abcnib.",
            [("estimate-outside-interval", "3.92", "certain")],
        ),
        ("PFS was longer (HR 0.46, 95% CI 0.32-0.66; P = .03).", []),
        (
            "PFS was longer (HR 0.46, 95% CI 0.32-0.66; P = .46).",
            [("interval-against-p", "2.7e-05", "likely")],
        ),
        ("PFS differed by sex (HR 0.46, 95% CI 0.32-0.66; P for interaction = .46).", []),
        ("PFS was longer (HR 0.46, 95% CI 0.23-0.92; one-sided P = .012).", []),
        ("Rash occurred in 17 (15%) of 110 patients with abcnib.", []),
        (
            "Rash occurred in 17 (16%) of 110 patients with abcnib.",
            [("percent-of-count", "15.45", "likely")],
        ),
        ("Rash occurred in 17 (15%) patients with abcnib and 3 (5%) with placebo.", []),
        (
            "Rash occurred in 17 (16%) patients with abcnib and 3 (5%) with placebo.",
            [("denominator", "104-109", "certain")],
        ),
    ],
)
def test_sentences(sentence: str, expected: list[tuple[str, str, str]]) -> None:
    facts = abstract.read(TRIAL + sentence).facts
    found = [(one.check, one.computed, one.sure) for fact in facts for one in fact.findings]
    assert found == expected


def test_facts_stay_as_they_are_and_keep_earlier_findings() -> None:
    wrong = {"n": 17, "denom": 110, "value": Decimal(19), "unit": "%"}
    fact = Fact(kind="ae_count", start=0, end=8, quote="17 [19%]", rule="", **wrong)
    [once] = audit([fact], (), "17 [19%]")
    assert len(once.findings) == 1
    assert msgspec.structs.replace(once, findings=()) == fact
    [twice] = audit([once], (), "17 [19%]")
    assert twice.findings == (*once.findings, *once.findings)
    assert audit([], (), "") == ()
