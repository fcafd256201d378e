"""The bundled publications: the figures that must come out of our wording of them, and nothing else."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from trialweave import loaders
from trialweave.loaders import abstract
from trialweave.records import Fact, Publication

CORPUS = Path(__file__).parents[2] / "trialweave" / "demo" / "corpus"


class Said(NamedTuple):
    """A fact without its place; numbers as they stand, "low-high" for a confidence interval."""

    kind: str
    of: str | None
    arm: str | None = None
    value: str | None = None
    ci: str | None = None
    p: str | None = None
    n: int | None = None
    denom: int | None = None
    grade: str | None = None
    attribution: str | None = None


def said(fact: Fact) -> Said:
    about = fact.population if fact.kind in ("total_n", "arm_size") else (fact.endpoint or "").lower()
    return Said(
        kind=fact.kind,
        of=about or None,
        arm=fact.arm,
        value=None if fact.value is None else f"{fact.value}{f' {fact.unit}' if fact.unit else ''}",
        ci=f"{fact.ci_low}-{fact.ci_high}" if fact.ci_low is not None else None,
        p=fact.p,
        n=fact.n,
        denom=fact.denom,
        grade=fact.grade,
        attribution=fact.attribution,
    )


def size(arm: str, n: int) -> Said:
    return Said("arm_size", "randomised", arm, f"{n} patients")


def total(n: int, of: str = "randomised") -> Said:
    return Said("total_n", of, None, f"{n} patients")


def months(of: str, arm: str, value: str, ci: str) -> Said:
    return Said("follow_up" if of == "follow-up" else "median_time", of, arm, f"{value} months", ci)


def hazard(of: str, arm: str, value: str, ci: str, p: str) -> Said:
    return Said("hazard_ratio", of, f"{arm} vs placebo", value, ci, p)


def harm(
    of: str, arm: str, n: int, percent: str, *, grade: str | None = None, denom: int | None = None
) -> Said:
    return Said("ae_count", of, arm, f"{percent} %", n=n, denom=denom, grade=grade)


def related(harm: Said) -> Said:
    return harm._replace(attribution="treatment-related")


def died(arm: str, n: int) -> Said:
    return Said("deaths", "death", arm, n=n)


OS, PFS, SAE = "overall survival", "progression-free survival", "serious adverse events"

FACTS = {
    "10.1001/jama.2018.7855": {
        Said("registry_id", None, value="NCT02314819"),
        Said("randomisation_ratio", None, value="2:1"),
        Said("dose", "fruquintinib", "fruquintinib", "5 mg"),
        total(519, "screened"),
        total(416),
        size("fruquintinib", 278),
        size("placebo", 138),
        months(OS, "fruquintinib", "9.3", "8.2-10.5"),
        months(OS, "placebo", "6.6", "5.9-8.1"),
        hazard(OS, "fruquintinib", "0.65", "0.51-0.83", "<0.001"),
        months(PFS, "fruquintinib", "3.7", "3.7-4.6"),
        months(PFS, "placebo", "1.8", "1.8-1.8"),
        hazard(PFS, "fruquintinib", "0.26", "0.21-0.34", "<0.001"),
        harm("treatment-emergent adverse events", "fruquintinib", 170, "61.2", grade="3-4")._replace(
            attribution="treatment-emergent"
        ),
        harm("treatment-emergent adverse events", "placebo", 27, "19.7", grade="3-4")._replace(
            attribution="treatment-emergent"
        ),
        harm(SAE, "fruquintinib", 43, "15.5"),
        harm(SAE, "placebo", 8, "5.8"),
        harm("hospitalization", "fruquintinib", 40, "14.4"),
        harm("hospitalization", "placebo", 7, "5.1"),
    },
    "10.1001/jamaoncol.2018.3039": {
        Said("registry_id", None, value="NCT02388919"),
        Said("randomisation_ratio", None, value="2:1"),
        Said("dose", "anlotinib", "anlotinib", "12 mg/d"),
        total(440),  # the paper says 440 in its methods and 439 in its results
        total(439),
        size("anlotinib", 296),
        size("placebo", 143),
        months(OS, "anlotinib", "9.6", "8.2-10.6"),
        months(OS, "placebo", "6.3", "5.0-8.1"),
        hazard(OS, "anlotinib", "0.68", "0.54-0.87", "=0.002"),
        months(PFS, "anlotinib", "5.4", "4.4-5.6"),
        months(PFS, "placebo", "1.4", "1.1-1.5"),
        hazard(PFS, "anlotinib", "0.25", "0.19-0.31", "<0.001"),
    },
    "10.1016/S1470-2045(20)30493-9": {
        Said("registry_id", None, value="NCT02589821"),
        Said("randomisation_ratio", None, value="2:1"),
        Said("dose", "surufatinib", "surufatinib", "300 mg"),
        total(264, "screened"),
        total(172),
        size("surufatinib", 113),
        size("placebo", 59),
        months("follow-up", "surufatinib", "19.3", "9.3-19.4"),
        months("follow-up", "placebo", "11.1", "5.7-35.9"),
        months(PFS, "surufatinib", "10.9", "7.5-13.8"),
        months(PFS, "placebo", "3.7", "2.8-5.6"),
        hazard(PFS, "surufatinib", "0.49", "0.32-0.76", "=0.0011"),
        related(harm("hypertension", "surufatinib", 43, "38", grade=">=3", denom=113)),
        related(harm("hypertension", "placebo", 4, "7", grade=">=3", denom=59)),
        related(harm("proteinuria", "surufatinib", 11, "10", grade=">=3")),
        related(harm("proteinuria", "placebo", 1, "2", grade=">=3")),
        related(harm("hypertriglyceridaemia", "surufatinib", 8, "7", grade=">=3")),
        related(harm(SAE, "surufatinib", 25, "22")),
        related(harm(SAE, "placebo", 4, "7")),
        died("surufatinib", 3),
        died("placebo", 1),
    },
    "10.1016/S1470-2045(18)30791-5": {
        Said("registry_id", None, value="NCT02314117"),
        Said("randomisation_ratio", None, value="1:1"),
        Said("dose", "ramucirumab", "ramucirumab", "8 mg/kg"),
        total(645),
        size("ramucirumab", 326),
        size("placebo", 319),
        months(PFS, "ramucirumab", "5.7", "5.5-6.5"),
        months(PFS, "placebo", "5.4", "4.5-5.7"),
        hazard(PFS, "ramucirumab", "0.753", "0.607-0.935", "=0.0106"),
        hazard(PFS, "ramucirumab", "0.961", "0.768-1.203", "=0.74"),
        months(OS, "ramucirumab", "11.2", "9.9-11.9"),
        months(OS, "placebo", "10.7", "9.5-11.9"),
        hazard(OS, "ramucirumab", "0.962", "0.801-1.156", "=0.6757"),
        harm("neutropenia", "ramucirumab", 85, "26", grade="3-4", denom=323),
        harm("neutropenia", "placebo", 85, "27", grade="3-4", denom=315),
        harm("anaemia", "ramucirumab", 39, "12", grade="3-4"),
        harm("anaemia", "placebo", 44, "14", grade="3-4"),
        harm("hypertension", "ramucirumab", 32, "10", grade="3-4"),
        harm("hypertension", "placebo", 5, "2", grade="3-4"),
        harm(SAE, "ramucirumab", 160, "50", denom=323),
        harm(SAE, "placebo", 149, "47", denom=315),
        related(died("ramucirumab", 7)),
        related(died("placebo", 7)),
    },
}

ALSO_TRUE = {  # stated, and not read today
    "10.1016/S1470-2045(20)30493-9": {
        related(Said("ae_count", "hypertriglyceridaemia", "placebo", n=0, grade=">=3")),
    },
    "10.1016/S1470-2045(18)30791-5": {total(508), total(508, "analysed"), total(508, "intention-to-treat")},
}


def publications() -> dict[str, Publication]:
    found = {}
    for item in loaders.read(*sorted(path for path in CORPUS.iterdir() if path.is_file())):
        assert isinstance(item, Publication), item
        assert item.doi is not None
        found[item.doi.value] = item
    return found


def test_every_publication_has_its_facts_here():
    seed = "10.1002/cam4.3771"  # tests/test_seed.py asks more of it
    assert set(publications()) == {*FACTS, seed}


@pytest.mark.parametrize("doi", FACTS)
def test_what_must_come_out_and_nothing_else(doi: str):
    publication = publications()[doi]
    facts = abstract.read(
        publication.text, title=publication.title_span, abstract=publication.abstract_span or (0, 0)
    ).facts
    read = [said(fact) for fact in facts]
    assert len(read) == len(set(read))
    assert not FACTS[doi] - set(read)
    assert not set(read) - FACTS[doi] - ALSO_TRUE.get(doi, set())
    assert all(publication.text[fact.start : fact.end] == fact.quote for fact in facts)
    assert {fact.ci_level for fact in facts if fact.ci_low is not None} == {Decimal(95)}


def test_what_is_not_known_is_not_there():
    for doi, publication in publications().items():
        if doi in FACTS:
            assert publication.pmid is None
            assert not publication.headings
            assert not publication.substances
            assert publication.journal is not None
            assert publication.date is not None


def test_the_audit_finds_the_safety_set_of_fresco():
    publication = publications()["10.1001/jama.2018.7855"]
    facts = abstract.read(
        publication.text, title=publication.title_span, abstract=publication.abstract_span or (0, 0)
    ).facts
    found = [
        (fact.n, {*(finding.computed or "").split("-")})
        for fact in facts
        for finding in fact.findings
        if finding.check == "denominator"
    ]
    assert found == [(27, {"137"})]  # of 138 who were randomized
