import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from trialweave.loaders.ctgov import xml as ctgov_xml
from trialweave.loaders.ctgov.places import places, value_at
from trialweave.loaders.ctgov.values import text
from trialweave.records import RegistryStudy, Rejected

INVENTED = Path(__file__).parent.parent.parent / "data/registry/invented.xml"
RAW = INVENTED.read_bytes()


def read(raw: bytes, name: str = "file.xml") -> list[RegistryStudy | Rejected]:
    return list(ctgov_xml.read(io.BytesIO(raw), file=name))


def one(raw: bytes) -> RegistryStudy:
    [study] = read(raw)
    assert isinstance(study, RegistryStudy)
    return study


STUDY = one(RAW)


def test_identification_status_dates():
    assert STUDY.nct_id.value == "NCT90000001"
    assert STUDY.source.version == "2018-05-04"  # the older element, lastchanged_date
    assert STUDY.status is not None
    assert STUDY.status.value == "active not recruiting"
    start, completion = STUDY.dates.start, STUDY.dates.primary_completion
    assert start is not None
    assert completion is not None
    assert (start.date, start.kind) == ("2015-03", None)
    assert (completion.date, completion.kind) == ("2017-06-30", "anticipated")
    assert STUDY.enrolment is not None
    assert (STUDY.enrolment.n, STUDY.enrolment.kind) == (144, "anticipated")


def test_design_of_the_old_single_line():
    design = STUDY.design
    assert [phase.value for phase in design.phases] == ["phase 2", "phase 3"]
    assert design.allocation is not None
    assert design.allocation.value == "randomized"
    assert design.intervention_model is not None
    assert design.intervention_model.value == "parallel"
    assert design.masking is not None
    assert design.masking.value == "double"
    assert [who.value for who in design.masked] == ["participant", "investigator"]
    assert STUDY.sponsor is not None
    assert STUDY.sponsor.kind == "industry"
    assert [(c.country, c.sites) for c in STUDY.countries] == [("China", None)]


def test_doses_and_references():
    [regimen] = STUDY.interventions[0].regimens
    assert (regimen.dose, regimen.unit, regimen.arm) == (Decimal(12), "mg", "arm_group[1]")
    [reference] = STUDY.references
    assert reference.kind == "result"


def test_both_shapes_of_an_outcome():
    survival, weight = STUDY.outcomes
    [cell] = survival.measurements
    assert survival.ci_level == Decimal(95)
    assert cell.value is not None
    assert cell.value.value == Decimal("3.02")
    assert cell.upper is not None
    assert (cell.upper.reported, cell.upper.value) == ("NA", None)
    assert cell.analysed is not None
    assert cell.analysed.n == 96
    assert survival.registered == "primary_outcome[1]"
    [analysis] = survival.analyses
    assert analysis.estimate is not None
    assert (analysis.estimate.measure, analysis.estimate.p) == ("p_value", "<0.0001")
    assert analysis.hypothesis == "superiority or other legacy"
    [cell] = weight.measurements
    assert (weight.unit, weight.dispersion, cell.category) == ("kg", "standard deviation", "Week 8")
    assert cell.spread is not None
    assert cell.spread.value == Decimal("0.08")
    assert cell.analysed is not None
    assert cell.analysed.n == 90


def test_total_is_never_an_event_and_defaults_sit_on_the_section():
    events = STUDY.adverse_events
    assert events is not None
    assert [event.term for event in events.events] == ["Hypertension", "Thrombosis"]
    assert [(t.kind, t.affected, t.at_risk) for t in events.totals] == [("deaths", 2, 95), ("serious", 7, 95)]
    hypertension, thrombosis = events.events
    assert (hypertension.vocabulary, hypertension.vocabulary_from) == ("MedDRA 17.0", "section")
    assert (hypertension.assessment, hypertension.assessment_from) == ("systematic", "section")
    assert (thrombosis.vocabulary, thrombosis.vocabulary_from) == ("CTCAE v4", "term")
    assert (thrombosis.assessment, thrombosis.assessment_from) == ("non-systematic", "term")
    assert [(c.affected, c.at_risk) for c in thrombosis.counts] == [(None, 0)]
    assert events.threshold is None


def test_every_place_resolves():
    record = etree.fromstring(RAW, etree.XMLParser(remove_comments=True))
    found = list(places(STUDY))
    assert len(found) > 40
    for place, quote in found:
        assert (text(quote) or "") in (text(value_at(record, place)) or ""), place


def test_many_studies_in_one_file():
    inner = RAW.partition(b"?>")[2]
    found = read(b"<search_results><count>3</count>" + inner * 3 + b"</search_results>")
    assert [each.source.position for each in found if isinstance(each, RegistryStudy)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "not well-formed"),
        (b"<clinical_study>", "not well-formed"),
        (b"<PubmedArticleSet/>", "no clinical_study"),
        (b"<clinical_study><id_info/></clinical_study>", "no NCT number"),
    ],
)
def test_what_is_no_study_is_set_aside(raw: bytes, words: str):
    [found] = read(raw)
    assert isinstance(found, Rejected)
    assert words in found.reason


def test_entities_are_not_resolved(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("told")
    raw = (
        f'<!DOCTYPE clinical_study [<!ENTITY e SYSTEM "{secret.as_uri()}">]><clinical_study><id_info>'
        "<nct_id>NCT90000001</nct_id></id_info><brief_title>&e;</brief_title></clinical_study>"
    )
    assert "told" not in repr(read(raw.encode()))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(RAW) - 1),
            st.integers(0, 12),
            st.sampled_from([b"", b"x", b"-1", b"<", b"\0", b"\xff"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_mutated_bytes_never_crash(edits: list[tuple[int, int, bytes]]):
    raw = RAW
    for start, length, put in edits:
        raw = raw[:start] + put + raw[start + length :]
    for each in read(raw):
        assert isinstance(each, RegistryStudy | Rejected)
