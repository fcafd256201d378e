from decimal import Decimal

import pytest

from trialweave.loaders.ctgov.doses import doses, named_dose, own_dose
from trialweave.records import Intervention

DRUGS = [
    Intervention(key="apatinib", name="Apatinib"),
    Intervention(key="lapatinib", name="Lapatinib (Tykerb)"),
    Intervention(key="bevacizumab", name="Bevacizumab", aliases=("Avastin",)),
]


def found(text: str) -> list[tuple[str, str, str, str | None]]:
    return [
        (key, str(r.dose) + (f"-{r.high}" if r.high else ""), r.unit or "", r.schedule)
        for key, r in doses(text, DRUGS, path="/x")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lapatinib 1,250 mg once daily", [("lapatinib", "1250", "mg", "once daily")]),
        ("apatinib (500 mg, orally, twice a day)", [("apatinib", "500", "mg", "twice a day")]),
        ("7.5 mg/kg of Avastin every 3 weeks", [("bevacizumab", "7.5", "mg/kg", None)]),
        ("Tykerb at a dose of 5-10 mg/m2 BID", [("lapatinib", "5-10", "mg/m2", "BID")]),
        (
            "Bevacizumab 15 mg/kg every 3 weeks and lapatinib 1000 mg daily",
            [("bevacizumab", "15", "mg/kg", "every 3 weeks"), ("lapatinib", "1000", "mg", "daily")],
        ),
        # no dose, or not clearly of one drug
        ("Lapatinib for 21 days, haemoglobin above 9 g/dL", []),
        ("Lapatinib, in people of 70 kg", []),
        ("solapatinib 50 mg", []),
        ("apatinib 50 mg lapatinib", []),
        ("placebo for lapatinib 50 mg", []),
        ("49/51 mg apatinib", []),
        ("12,5 mg apatinib", []),
        ("50 mg lapatinib-matching placebo", []),
        ("50 mg daily", []),
        ("Lapatinib 50 mmol", []),
        ("lapatinib 5 μg/mL", []),
        ("", []),
    ],
)
def test_doses(text: str, expected: list[tuple[str, str, str, str | None]]):
    assert found(text) == expected


def test_a_quote_stands_in_the_text():
    text = "First,\n  Apatinib   850 mg orally.\nThen 15 mg/kg   bevacizumab."
    regimens = [regimen for _, regimen in doses(text, DRUGS, path="/x")]
    assert [regimen.dose for regimen in regimens] == [Decimal(850), Decimal(15)]
    assert all(regimen.evidence.quote in text for regimen in regimens)


def test_the_own_description_of_a_drug():
    first = own_dose("12 mg once daily on days 1 to 14", path="/x")
    assert first is not None
    assert (first.dose, first.unit, first.schedule) == (Decimal(12), "mg", "once daily")
    assert own_dose("take 12 mg", path="/x") is None
    assert own_dose("12 mg, or 8 mg after toxicity", path="/x") is None


def test_the_dose_in_a_name():
    found = named_dose("Apatinib 500 mg tablet", path="/name")
    assert found is not None
    assert (found.dose, found.unit, found.evidence.path) == (Decimal(500), "mg", "/name")  # type: ignore[union-attr]
    assert named_dose("Sacubitril-Valsartan 49-51 mg", path="/name") is None
    assert named_dose("Apatinib plus lapatinib 500 mg", path="/name") is None
