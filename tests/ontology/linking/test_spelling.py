"""Spellings of one name share a key; names of different things do not."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.ontology.linking.spelling import STEPS, bag, key, steps_between


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oesophageal haemorrhage", "esophageal hemorrhage"),
        ("Non-Small-Cell Lung Cancer", "nonsmall cell lung cancers"),
        ("Localised oedema", "localized edema"),
        ("Sjögren’s syndrome", "Sjogren syndrome"),
        ("Neurofibromatosis type II", "Neurofibromatosis Type 2"),
        ("interferon alfa-2b", "Interferon α-2b"),
        ("Muscle aches", "muscle ache"),
        ("bone metastases", "Bone metastasis"),
        ("Brain tumours", "brain neoplasm"),
    ],
)
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert key(one) == key(other)
    assert steps_between(one, other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("apatinib", "lapatinib"),
        ("(-)-salbutamol", "salbutamol"),
        ("HPV 16 18", "HPV 1618"),
        ("hypertension", "hypotension"),
        ("Blood urine", "Blood in urine"),
        ("AIDS", "aid"),
    ],
)
def test_different_names_do_not(one: str, other: str) -> None:
    assert key(one) != key(other)
    assert bag(one) != bag(other)


def test_words_in_another_order_share_the_bag_only() -> None:
    assert key("Carcinoma, Renal Cell") != key("renal cell carcinoma")
    assert bag("Carcinoma, Renal Cell") == bag("renal cell carcinoma")
    assert steps_between("Carcinoma, Renal Cell", "renal cell carcinoma") == (
        "case",
        "punctuation",
        "word order",
    )


@given(st.text(alphabet=string.ascii_letters + " -,'()éüαβ0123456789", max_size=40))
def test_a_key_is_its_own_key_and_the_steps_agree_with_it(name: str) -> None:
    assert steps_between(name, name) == ()
    assert key(name.upper()) == key(name.lower())
    assert {step.name for step in STEPS} >= set(steps_between(name, name.upper()) or ())
