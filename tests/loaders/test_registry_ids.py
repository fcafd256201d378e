import pytest

from trialweave.loaders.registry_ids import as_registry_id, find_registry_ids
from trialweave.records import Span


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NCT02649361", "NCT02649361"),
        ("nct 02649361", "NCT02649361"),
        ("ISRCTN12345678", "ISRCTN12345678"),
        ("2015-001234-56", "2015-001234-56"),
        ("2022-501234-12-00", "2022-501234-12-00"),
        ("ChiCTR2000029308", "ChiCTR2000029308"),
        ("CHICTR-TRC-12345678", "ChiCTR-TRC-12345678"),
        ("JPRN-UMIN000012345", "JPRN-UMIN000012345"),
        ("UMIN000012345", "UMIN000012345"),
        ("jRCT1031180123", "jRCT1031180123"),
        ("jRCTs031180123", "jRCTs031180123"),
        ("ACTRN12605000012345", "ACTRN12605000012345"),
        ("CTRI/2017/03/008228", "CTRI/2017/03/008228"),
        ("DRKS00012345", "DRKS00012345"),
        ("IRCT20180101038190N1", "IRCT20180101038190N1"),
        ("KCT0001234", "KCT0001234"),
        ("U1111-1234-1234", "U1111-1234-1234"),
    ],
)
def test_each_registry_has_its_form(written: str, value: str) -> None:
    text = f"Registered (#{written}), 2021."
    [found] = find_registry_ids(text)
    assert found.value == value
    assert isinstance(found.evidence, Span)
    assert text[found.evidence.start : found.evidence.end] == found.evidence.quote == written
    assert as_registry_id(written) == value


@pytest.mark.parametrize(
    "text",
    ["NCT0264936", "NCT026493611", "2015-00123-56", "doi 10.1/2015-001234-567", "GSE116122", "PMC2649361"],
)
def test_what_is_no_id(text: str) -> None:
    assert find_registry_ids(text) == []
