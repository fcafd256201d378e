"""Facts in words."""

from decimal import Decimal
from typing import Any

import pytest

from trialweave.loaders.explain.wording import GROUPS, group, in_words, printable, read_from
from trialweave.records import Cue, Fact

D = Decimal


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"kind": "median_time", "endpoint": "PFS", "arm": "A", "value": D("3.0"), "unit": "months"},
            "median time: PFS | A | 3.0 months",
        ),
        (
            {
                "kind": "median_time",
                "endpoint": "PFS",
                "arm": "A",
                "value": "NR",
                "ci_low": D("2.1"),
                "ci_high": "NR",
            },
            "median time: PFS | A | not reached, bounds 2.1 to not reached",
        ),
        (
            {"kind": "rate", "endpoint": "OS", "arm": "A", "value": D(54), "unit": "%", "n": 26, "denom": 48},
            "rate: OS | A | 26 of 48 (54%)",
        ),
        (
            {"kind": "rate", "value": D(54), "unit": "%", "denom": 48, "timepoint": "2 years"},
            "rate: no endpoint, time 2 years | no arm | 54% of 48",
        ),
        (
            {"kind": "ae_count", "endpoint": "Serious harms", "arm": "A", "n": 0, "seriousness": "serious"},
            "adverse event: Serious harms | A | 0",
        ),
        (
            {
                "kind": "ae_count",
                "endpoint": "rash",
                "arm": "A",
                "n": 4,
                "seriousness": "serious",
                "grade": ">=3",
            },
            "adverse event: rash, grade >=3, serious | A | 4",
        ),
        (
            {"kind": "ae_count", "endpoint": "rash", "arm": "A", "value": D(1), "value_op": "<", "unit": "%"},
            "adverse event: rash | A | < 1%",
        ),
        (
            {"kind": "hazard_ratio", "endpoint": "OS", "value": D("0.5"), "p": "=0.02", "p_sided": "one"},
            "hazard ratio: OS | no arms | 0.5, p = 0.02, one-sided",
        ),
        (
            {"kind": "p_value", "endpoint": "OS", "arm": "A vs B", "value": D("0.02"), "p": "<0.02"},
            "p-value: OS | A vs B | < 0.02",
        ),
        (
            {
                "kind": "mean",
                "endpoint": "pain",
                "arm": "A",
                "value": D(4),
                "sd": D(2),
                "population": "treated",
            },
            "mean: pain, population treated | A | 4, SD 2",
        ),
        (
            {"kind": "mean", "endpoint": "pain", "arm": "A", "value": D(4), "se": D(2)},
            "mean: pain | A | 4, SE 2",
        ),
        (
            {"kind": "total_n", "value": D(165), "unit": "patients", "population": "randomised"},
            "people in all: randomised | 165 patients",
        ),
        (
            {"kind": "dose", "arm": "A", "value": D(10), "high": D(12), "unit": "mg", "schedule": "daily"},
            "dose | A | 10 to 12 mg, daily",
        ),
        (
            {
                "kind": "follow_up",
                "endpoint": "follow-up",
                "value": D(7),
                "unit": "years",
                "ci_low": D(4),
                "ci_high": D(9),
                "interval": "IQR",
            },
            "follow-up | 7 years, IQR 4 to 9",
        ),
        (
            {
                "kind": "odds_ratio",
                "endpoint": "OS",
                "arm": "A vs B",
                "value": D(2),
                "ci_low": D(1),
                "ci_high": D(4),
                "ci_level": D("97.50"),
                "interval": "CI",
            },
            "odds ratio: OS | A vs B | 2, 97.5% CI 1 to 4",
        ),
        (
            {
                "kind": "odds_ratio",
                "endpoint": "OS",
                "arm": "A vs B",
                "value": D(2),
                "ci_low": D(1),
                "ci_high": D(4),
                "ci_level": D(90),
                "interval": "CI",
            },
            "odds ratio: OS | A vs B | 2, 90% CI 1 to 4",
        ),
    ],
)
def test_what_is_said_and_what_is_missing(fields: dict[str, Any], words: str) -> None:
    kind, about = in_words(Fact(start=0, end=0, quote="", rule="", **fields))
    assert kind + about == words


def test_every_kind_is_in_one_group() -> None:
    kinds = [kind for kinds in GROUPS.values() for kind in kinds]
    assert len(kinds) == len(set(kinds))
    assert {group(kind) for kind in kinds} == set(GROUPS)
    assert group("a kind of tomorrow") == "other"


def test_words_that_stand_elsewhere_are_said_to() -> None:
    cues = tuple(
        Cue(role=role, start=start, end=start + 2, quote=quote)
        for role, start, quote in (
            ("arm", 9, "A\nB"),
            ("endpoint", 10, "OS"),
            ("grade", 29, "g"),
            ("event", 30, "x"),
        )
    )
    fact = Fact(kind="rate", start=20, end=23, quote="16 %", rule="r:s", cues=cues)
    assert read_from(fact, quoted=False, beside=(10, 30)) == (
        'arm from "A B" above; endpoint from "OS"; grade from "g"; event from "x" below; rule r:s'
    )
    assert read_from(fact, quoted=True, beside=(0, 99)).startswith('words "16 %"; arm from "A B"; ')


def test_nothing_can_drive_the_terminal() -> None:
    assert printable("a\x1b[2J\x9b\u202eb\x00\r\n\tc\u2009d") == "a\ufffd[2J\ufffd\ufffdb\ufffd c d"
