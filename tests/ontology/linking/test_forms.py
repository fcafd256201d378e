"""What is taken off a label, by which rule, and what is never taken off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.ontology.linking import drugs, findings


@pytest.mark.parametrize(
    ("label", "text", "rule"),
    [
        ("Examplinib 50 mg tablet, oral", "Examplinib", "without dose, route and form"),
        ("Examplinib malate", "Examplinib", "without salt"),
        ("Examplinib hydrochloride 2.5 mg/kg IV every 3 weeks", "Examplinib", "without salt"),
        ("Brandex (examplinib)", "examplinib", "generic name in brackets"),
        ("Examplinib (Brandex®)", "Examplinib", "without brackets"),
        ("Extended-release examplinib", "examplinib", "without dose, route and form"),
        ("recombinant examplinib", "examplinib", "recombinant"),
    ],
)
def test_words_that_name_no_drug_come_off(label: str, text: str, rule: str) -> None:
    form = next(form for form in drugs.reading(label).forms if form.text == text)
    assert rule in form.rules
    assert form.sense == "exact"


@pytest.mark.parametrize("salt", ["Sodium chloride", "Magnesium citrate", "Zinc sulfate", "Lithium chloride"])
def test_an_inorganic_salt_keeps_its_acid(salt: str) -> None:
    assert [form.text for form in drugs.reading(salt).forms] == [salt]


@pytest.mark.parametrize("label", ["Treatment D", "5 mg tablet", "Oral solution", "chemotherapy alone"])
def test_nothing_is_left_where_no_name_is(label: str) -> None:
    assert [form.text for form in drugs.reading(label).forms] == [label]


def test_a_formulation_is_narrower_than_its_drug() -> None:
    forms = drugs.reading("Liposomal examplinib").forms
    assert [(form.text, form.sense) for form in forms] == [
        ("Liposomal examplinib", "exact"),
        ("examplinib", "broad"),
    ]


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("FOLFOX + bevacizumab", ["FOLFOX", "bevacizumab"]),
        ("Examplinib and testumab", ["Examplinib", "testumab"]),
        ("Examplinib/testumab", ["Examplinib", "testumab"]),
        ("Immunotherapy (examplinib and testumab)", ["examplinib", "testumab"]),
        ("Examplinib 50 mg tablet, oral", []),
        ("Examplinib (Brandex)", []),
        ("Examplinib or testumab", []),
        ("Examplinib vs. testumab", []),
    ],
)
def test_a_regimen_falls_apart_into_its_drugs(label: str, parts: list[str]) -> None:
    assert [part[0].text for part in drugs.reading(label).parts] == parts


@pytest.mark.parametrize("label", ["Placebo", "Placebo to examplinib", "Examplinib-matching placebo", "Sham"])
def test_a_placebo_has_no_reading(label: str) -> None:
    assert drugs.reading(label) == drugs.Reading()


@pytest.mark.parametrize(
    ("label", "text", "sense"),
    [
        ("Recurrent Ovarian Carcinoma", "Ovarian Carcinoma", "broad"),
        ("Stage IIIB Breast Cancer AJCC v7", "Breast Cancer", "broad"),
        ("Locally advanced or metastatic melanoma", "melanoma", "broad"),
        ("Rash NOS", "Rash", "exact"),
        ("Overactive bladder syndrome (OABS)", "Overactive bladder syndrome", "exact"),
        ("HCC - Hepatocellular Carcinoma", "Hepatocellular Carcinoma", "exact"),
        ("Fatigue secondary to dexamethasone", "Fatigue", "broad"),
        ("Candida sepsis", "sepsis", "broad"),
        ("Pain: Extremity-limb", "Pain", "broad"),
    ],
)
def test_words_that_narrow_a_condition_make_it_broader(label: str, text: str, sense: str) -> None:
    assert (text, sense) in [(form.text, form.sense) for form in findings.forms(label)]


@pytest.mark.parametrize(
    "label", ["Non-metastatic cancer", "History of breast cancer", "No severe infection"]
)
def test_what_is_denied_or_past_stays_whole(label: str) -> None:
    assert [form.text for form in findings.forms(label)] == [label]


@pytest.mark.parametrize(
    "label", ["Quality of life in cancer", "Brain and spinal tumors", "Cancer screening"]
)
def test_the_last_noun_is_not_the_head_where_a_joint_stands_before_it(label: str) -> None:
    assert not [form for form in findings.forms(label) if findings.HEAD in form.rules]


@given(st.text(max_size=60))
def test_any_text_has_forms_and_the_first_is_the_text_itself(text: str) -> None:
    said = " ".join(text.split()).strip(" ,;:-/.")
    for forms in (findings.forms(text), drugs.reading(text).forms):
        assert all(form.text for form in forms)
        if said and forms:
            assert forms[0].text == said
