import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.loaders.ctgov.places import places, value_at
from trialweave.records import RegistryStudy, Rejected

INVENTED = Path(__file__).parent.parent.parent / "data/registry/invented.json"
CROSSOVER = INVENTED.with_name("invented-crossover.json")


def read(raw: bytes, name: str = "file.json") -> list[RegistryStudy | Rejected]:
    return list(ctgov_json.read(io.BytesIO(raw), file=name))


def one(path: Path) -> RegistryStudy:
    [study] = read(path.read_bytes(), path.name)
    assert isinstance(study, RegistryStudy)
    return study


STUDY = one(INVENTED)


def test_identification_and_version():
    assert STUDY.nct_id.value == "NCT90000001"
    assert [alias.value for alias in STUDY.nct_aliases] == ["NCT90000009"]
    assert [(i.value, i.kind) for i in STUDY.secondary_ids] == [
        ("2015-000001-11", "eudract number"),
        ("4711", "a type of 2031"),
    ]
    assert STUDY.source.version == "2018-05-04"
    assert STUDY.source.format == "ctgov-v2"


def test_words_are_folded_and_new_ones_kept():
    assert STUDY.status is not None
    assert STUDY.status.value == "on the moon"
    assert STUDY.status.evidence.quote == "ON_THE_MOON"
    assert [phase.value for phase in STUDY.design.phases] == ["phase 2", "phase 3"]
    assert STUDY.design.masking is not None
    assert STUDY.design.masking.value == "double"
    assert [who.value for who in STUDY.design.masked] == ["participant", "investigator"]


def test_dates_are_as_precise_as_given_and_impossible_ones_are_problems():
    start, completion = STUDY.dates.start, STUDY.dates.primary_completion
    assert start is not None
    assert completion is not None
    assert (start.date, start.kind) == ("2015-03", "actual")
    assert (completion.date, completion.kind) == ("2017-06-30", "anticipated")
    assert STUDY.dates.completion is None
    assert "/protocolSection/statusModule/completionDateStruct/date" in {p.path for p in STUDY.problems}
    posted = STUDY.dates.last_update_posted
    assert posted is not None
    assert posted.kind == "estimated"


def test_enrolment_sent_as_a_string():
    assert STUDY.enrolment is not None
    assert (STUDY.enrolment.n, STUDY.enrolment.kind) == (144, "anticipated")


def test_arms_know_their_interventions_and_doses():
    drug = STUDY.interventions[0]
    assert STUDY.arms[0].interventions == (drug.key,)
    assert STUDY.arms[0].role == "experimental"
    [regimen] = drug.regimens
    assert (regimen.dose, regimen.unit, regimen.route, regimen.schedule) == (
        Decimal(12),
        "mg",
        "orally",
        "once daily",
    )
    assert regimen.arm == STUDY.arms[0].key
    assert STUDY.interventions[1].regimens == ()


def test_sites_references_mesh():
    assert [(c.country, c.sites) for c in STUDY.countries] == [("China", 2), ("France", 1)]
    assert [(r.kind, r.pmid and r.pmid.value) for r in STUDY.references] == [
        ("result", "12345678"),
        ("background", None),
    ]
    assert [(m.ui, m.ancestor) for m in STUDY.condition_mesh] == [("D000077277", False), ("D002294", True)]


def test_flow():
    assert STUDY.flow is not None
    [period] = STUDY.flow.periods
    started, completed = period.milestones
    assert [(c.group, c.n) for c in started.counts] == [
        (STUDY.flow.groups[0].key, 96),
        (STUDY.flow.groups[1].key, 48),
    ]
    assert [c.n for c in completed.counts] == [1090, 0]
    [deaths] = period.dropouts
    assert [c.group for c in deaths.counts] == [STUDY.flow.groups[0].key, None]
    assert any("FG009" in problem.reason for problem in STUDY.problems)


def test_outcome_groups_are_matched_only_on_evidence():
    first, second = STUDY.outcomes[0].groups
    assert (first.arm, first.match) == (STUDY.arms[0].key, "same title")
    assert (second.arm, second.match) == (None, None)  # "control" is not a word of the arm
    assert STUDY.outcomes[0].registered == STUDY.endpoints[0].key


def test_measurements_na_point_08_and_doubtful_commas():
    [outcome] = STUDY.outcomes
    assert (outcome.param, outcome.dispersion, outcome.ci_level) == (
        "median",
        "confidence interval",
        Decimal(95),
    )
    first, second = outcome.measurements
    assert first.value is not None
    assert first.value.value == Decimal("3.02")
    assert first.upper is not None
    assert (first.upper.reported, first.upper.value) == ("NA", None)
    assert first.commented
    assert not second.commented
    assert first.analysed is not None
    assert first.analysed.n == 95  # the class's own denominator
    assert second.analysed is not None
    assert second.analysed.n == 48
    assert second.value is not None
    assert (second.value.reported, second.value.value) == (".08", Decimal("0.08"))
    assert second.lower is not None
    assert second.lower.value is None  # "1,553" may be 1553 or 1.553
    assert second.upper is not None
    assert second.upper.reported == "1.50"  # a JSON number keeps its digits


def test_analyses():
    first, second = STUDY.outcomes[0].analyses
    assert first.estimate is not None
    assert first.estimate.measure == "hazard_ratio"
    assert first.estimate.p == "<0.0001"
    assert first.estimate.p_sided == "two-sided"
    assert (first.estimate.value, first.estimate.ci_low, first.estimate.ci_high) == (
        Decimal("0.46"),
        Decimal("0.32"),
        Decimal("0.66"),
    )
    assert first.hypothesis == "superiority"
    assert first.commented == ("p",)
    assert first.groups == tuple(group.key for group in STUDY.outcomes[0].groups)
    assert second.estimate is not None
    assert second.estimate.p is None
    assert any("not done" in problem.reason for problem in STUDY.problems)


def test_events_absent_is_not_zero():
    events = STUDY.adverse_events
    assert events is not None
    hypertension, fatigue = events.events
    assert [(c.affected, c.at_risk, c.events) for c in hypertension.counts] == [(37, 95, 41), (None, 0, None)]
    assert [(c.affected, c.at_risk) for c in fatigue.counts] == [(0, 95), (None, 48)]
    assert (hypertension.vocabulary, hypertension.vocabulary_from) == ("MedDRA 17.0", "term")
    assert hypertension.assessment == "non-systematic"
    assert hypertension.noted
    assert not fatigue.noted
    assert not any(event.serious for event in events.events)  # the serious events are absent
    assert events.threshold is not None
    assert events.threshold.value == Decimal(5)
    assert {(t.kind, t.affected, t.at_risk) for t in events.totals} == {
        ("serious", 7, 95),
        ("other", 90, 95),
        ("deaths", 0, 48),
    }
    assert {p.reason for p in STUDY.problems} >= {"an event without a term", "not a count: 'many'"}


def test_a_crossover_group_is_never_added_to_its_arm():
    study = one(CROSSOVER)
    assert study.adverse_events is not None
    arm, control, crossed, second, everyone = study.adverse_events.groups
    assert [g.kind for g in study.adverse_events.groups] == [
        "arm",
        "arm",
        "crossover",
        "second course",
        "total",
    ]
    assert arm.arm == study.arms[0].key
    assert control.arm == study.arms[1].key
    assert crossed.arm is None
    assert {o.group: o.reason for o in control.overlaps} == {
        crossed.key: "'Control Crossed Over to Inventumab' holds people who changed treatment",
        second.key: "'Inventumab Second Course' holds people treated a second time",
        everyone.key: "'All Participants' is a total of the table's groups",
    }
    assert arm.key in {o.group for o in crossed.overlaps}
    assert control.key not in {o.group for o in arm.overlaps}


@pytest.mark.parametrize("path", [INVENTED, CROSSOVER], ids=lambda path: path.name)
def test_every_place_resolves(path: Path):
    record = json.loads(path.read_text())
    for place, quote in places(one(path)):
        found = value_at(record, place)
        assert quote in found or found.replace(",", "") == quote or float(found) == float(quote)


# ── containers ───────────────────────────────────────────────────────────────────────────


def minimal(number: int, **more: Any) -> dict[str, Any]:
    return {"protocolSection": {"identificationModule": {"nctId": f"NCT{number:08d}"}}, **more}


TWO = [minimal(1), minimal(2, hasResults=False)]
CONTAINERS = {
    "array": json.dumps(TWO),
    "page": json.dumps({"totalCount": 9, "studies": TWO, "nextPageToken": "x"}),
    "page, token first": json.dumps({"nextPageToken": "studies", "studies": TWO}),
    "json lines": "\n".join(json.dumps(each) for each in TWO),
    "json lines, indented array": json.dumps(TWO, indent=2),
    "older api": json.dumps(
        {
            "FullStudiesResponse": {
                "APIVrs": "1.01.05",
                "FullStudies": [
                    {
                        "Rank": n,
                        "Study": {"ProtocolSection": {"IdentificationModule": {"NCTId": f"NCT{n:08d}"}}},
                    }
                    for n in (1, 2)
                ],
            }
        }
    ),
}


@pytest.mark.parametrize("text", CONTAINERS.values(), ids=CONTAINERS)
def test_containers(text: str):
    for raw in (text.encode(), b"\xef\xbb\xbf" + text.encode() + b"\r\n"):
        found = read(raw)
        assert [each.nct_id.value for each in found if isinstance(each, RegistryStudy)] == [
            "NCT00000001",
            "NCT00000002",
        ]
        assert [each.source.position for each in found if isinstance(each, RegistryStudy)] == [1, 2]


def test_a_study_with_its_history_is_one_study_with_places_inside_it():
    raw = json.dumps({"study": minimal(7), "history": {"changes": [{"version": 0}]}}).encode()
    [study] = read(raw)
    assert isinstance(study, RegistryStudy)
    assert study.nct_id.evidence.path == "/protocolSection/identificationModule/nctId"  # type: ignore[union-attr]


def test_a_broken_record_does_not_cost_its_neighbours():
    raw = b'[%s, {"protocolSection": 3}, "NCT1", {"a": 1}, %s]' % tuple(json.dumps(s).encode() for s in TWO)
    found = read(raw)
    assert [type(each).__name__ for each in found] == [
        "RegistryStudy",
        *["Rejected"] * 3,
        "RegistryStudy",
    ]
    assert isinstance(found[1], Rejected)
    assert "$.protocolSection" in found[1].reason


def test_a_truncated_array_says_so():
    *_, last = read(json.dumps(TWO).encode()[:-10])
    assert isinstance(last, Rejected)
    assert "ends before" in last.reason


@pytest.mark.parametrize(
    "raw", [b"", b"  ", b"{}", b"[]", b"[1]", b"null", b"{", b"\xff\xfe{", b'{"studies": 1}']
)
def test_what_is_no_study_is_set_aside(raw: bytes):
    found = read(raw)
    assert found
    assert all(isinstance(each, Rejected) for each in found)


def test_a_file_named_after_another_study_is_loaded_with_a_problem():
    [study] = read(json.dumps(minimal(2)).encode(), "NCT00000001.json")
    assert isinstance(study, RegistryStudy)
    assert [p.reason for p in study.problems] == [
        "the file is named NCT00000001, the record says NCT00000002"
    ]


RAW = INVENTED.read_bytes()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(RAW) - 1), st.integers(0, 40), st.binary(max_size=8)),
        min_size=1,
        max_size=5,
    )
)
def test_mutated_bytes_never_crash(edits: list[tuple[int, int, bytes]]):
    raw = RAW
    for start, length, put in edits:
        raw = raw[:start] + put + raw[start + length :]
    for each in read(raw):
        assert isinstance(each, RegistryStudy | Rejected)


LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just([])
    | st.just({})
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_leaf_of_any_kind_costs_no_other_study(data: st.DataObject):
    """A field with a value of any type loads or is set aside; a leaf never costs the record."""
    record = json.loads(RAW)
    at: Any = record
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        inner = at[key]
        if inner == []:
            return
        if not isinstance(inner, dict | list):
            at[key] = data.draw(LEAF)
            break
        at = inner
    [found] = read(json.dumps(record).encode())
    if key != "nctId":
        assert isinstance(found, RegistryStudy)
