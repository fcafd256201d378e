import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.pubmed import medline
from trialweave.records import Field, Publication, Rejected

RECORD = """PMID- 101
OWN - NLM
LR  - 20220109
DP  - 2021 Mar-Apr
TI  - A trial of one drug
      against another.
LID - 10.1000/other [doi]
AB  - METHODS: We drew lots
      (NCT00000001). RESULTS: Few.
AU  - Doe J
CN  - Try Group
LA  - eng
SI  - ClinicalTrials.gov/NCT00000002
SI  - GENBANK/AB000001
PT  - Randomized Controlled Trial
TA  - J Try
PMC - PMC7
RN  - 0 (Indoles)
RN  - EC 2.7.10.1 (Receptors (one, two))
RN  - 059QF0KO0R (Water)
MH  - *Hope
MH  - Indoles/adverse effects/*therapeutic use
OT  - *water
AID - S1(21)1 [pii]
AID - 10.1000/one [doi]
SO  - J Try. 2021 Mar-Apr;10(5).
"""


def load(text: str | bytes) -> list[Publication | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return list(medline.read(io.BytesIO(data), file="x.nbib"))


def one(text: str | bytes) -> Publication:
    [record] = load(text)
    assert isinstance(record, Publication), record
    return record


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_full_record(ending: str) -> None:
    record = one(RECORD.replace("\n", ending))
    assert record.title == "A trial of one drug against another."
    assert record.text == f"{record.title}\n\nMETHODS: We drew lots (NCT00000001). RESULTS: Few."
    assert (record.date, record.source.version, record.journal) == ("2021", "2022-01-09", "J Try")
    assert record.doi is not None
    assert record.doi.value == "10.1000/one"
    assert record.doi.evidence == Field(path="AID[2]", quote="10.1000/one [doi]")
    assert [stated.value for stated in record.registry_ids] == ["NCT00000002", "NCT00000001"]
    assert [(s.label, s.registry_number) for s in record.substances] == [
        ("Indoles", None),
        ("Receptors (one, two)", "EC 2.7.10.1"),
        ("Water", "059QF0KO0R"),
    ]
    hope, indoles = record.headings
    assert (hope.label, hope.major, hope.qualifiers) == ("Hope", True, ())
    assert (indoles.label, indoles.major, indoles.ui) == ("Indoles", False, None)
    assert [(q.label, q.major) for q in indoles.qualifiers] == [
        ("adverse effects", False),
        ("therapeutic use", True),
    ]
    assert indoles.qualifiers[1].evidence == Field(path="MH[2]/2", quote="*therapeutic use")
    assert record.authors == ("Doe J", "Try Group")
    assert [stated.value for stated in record.keywords] == ["water"]
    assert record.citation == "J Try. 2021 Mar-Apr;10(5)."


def test_records_part_at_a_pmid_or_an_empty_line() -> None:
    first, second, third = load("PMID- 1\nTI  - A\nPMID- 2\nTI  - B\n\nOWN - NLM\nTI  - C\n")
    for record, title in zip((first, second, third), "ABC", strict=True):
        assert isinstance(record, Publication)
        assert record.title == title


def test_what_is_no_tag_is_said_with_its_line() -> None:
    first, rejected = load("PMID- 1\nTI  - A\n\nPMID- 2\nTI  - B\nlost indent\n")
    assert isinstance(first, Publication)
    assert isinstance(rejected, Rejected)
    assert rejected.id == "2"
    assert "line 3" in rejected.reason
    assert "lost indent" in rejected.reason


def test_a_byte_that_is_not_utf8_costs_its_record_and_is_named() -> None:
    data = "PMID- 1\nTI  - Café\n\nPMID- 2\nTI  - B\n".encode("latin-1")
    rejected, second = load(data)
    assert isinstance(rejected, Rejected)
    assert f"byte {data.index(0xE9)} (0xe9)" in rejected.reason
    assert isinstance(second, Publication)


def test_utf16_with_its_mark_loads() -> None:
    assert one("PMID- 1\nTI  - Café\n".encode("utf-16")).title == "Café"


words = st.text("abcdefg µ≥é-", min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool)


@given(st.lists(st.tuples(words, words, st.booleans()), min_size=1, max_size=5))
def test_what_is_written_is_read(records: list[tuple[str, str, bool]]) -> None:
    written = "\n".join(
        f"PMID- {number}\nTI  - {title.replace(' ', chr(10) + '      ', 1)}\nAB  - {abstract}\n"
        f"MH  - Hope/{'*' if star else ''}drug therapy\n"
        for number, (title, abstract, star) in enumerate(records, 1)
    )
    for record, (title, abstract, star) in zip(load(written), records, strict=True):
        assert isinstance(record, Publication)
        assert (record.title, record.text) == (title, f"{title}\n\n{abstract}")
        assert record.headings[0].qualifiers[0].major == star


@given(st.data())
def test_no_change_of_bytes_crashes(data: st.DataObject) -> None:
    mutated = bytearray(RECORD.encode())
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    for record in load(bytes(mutated)):
        assert isinstance(record, Publication | Rejected)
