import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.pubmed import abstract_text as pubmed_abstract
from trialweave.records import Publication, Rejected

FULL = """1. J Try. 2021 Mar 5;10(5):1-9. doi: 10.1000/one. Epub
2021 Feb 1.

A trial of one drug
against another.

[Article in Japanese]

Doe J(1)(2), van der Moe MA(3), Roe K Jr(1); Try Group.

Collaborators: Poe A, Zoe B.

Author information:
(1)Department of Trying, Somewhere.
(3)Elsewhere. Electronic address: moe@example.org.

Comment in
    J Try. 2021 Apr;10(6):10.

Erratum in
    J Try. 2022;11:3. Moe MA [added].

BACKGROUND: Nobody knew (NCT00000001).
METHODS: We did two things:
1. We drew lots.
2. We waited.

Plain Language Summary: In other words.

Copyright © 2021 Try Press. All rights reserved.

DOI: 10.1000/one
PMCID: PMC7
PMID: 101  [Indexed for MEDLINE]

Conflict of interest statement: None.
"""


def load(text: str | bytes) -> list[Publication | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return list(pubmed_abstract.read(io.BytesIO(data), file="x.txt"))


def one(text: str | bytes) -> Publication:
    [record] = load(text)
    assert isinstance(record, Publication), record
    return record


def abstract(record: Publication) -> str | None:
    return record.text[slice(*record.abstract_span)] if record.abstract_span else None


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_full_record(ending: str) -> None:
    written = FULL.replace("\n", ending)
    record = one(written)
    assert record.text == written.rstrip()
    assert record.title == "A trial of one drug against another."
    assert record.title_span is not None
    assert record.text[slice(*record.title_span)] == f"A trial of one drug{ending}against another."
    assert abstract(record) == written[written.index("BACKGROUND") : written.index("waited.") + 7]
    assert record.authors == ("Doe J", "van der Moe MA", "Roe K Jr", "Try Group")
    assert (record.journal, record.date) == ("J Try", "2021-03-05")
    assert record.citation == "J Try. 2021 Mar 5;10(5):1-9. doi: 10.1000/one. Epub 2021 Feb 1."
    for stated, value in ((record.pmid, "101"), (record.pmcid, "PMC7"), (record.doi, "10.1000/one")):
        assert stated is not None
        assert stated.value == value
        assert stated.evidence.quote == value
    assert [stated.value for stated in record.registry_ids] == ["NCT00000001"]


def test_the_colon_layout_and_an_unlabelled_address() -> None:
    record = one(
        "1: J Try. 2008 Mar;1(1):1-9.\n\nA trial.\n\nDoe J, Moe M.\n\n"
        "Department of Trying, University of Somewhere. doe@example.org\n\nIt worked.\n\n"
        "PMID: 7 [PubMed - indexed for MEDLINE]\n"
    )
    assert abstract(record) == "It worked."
    assert record.authors == ("Doe J", "Moe M")


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        ("[No authors listed]\n\nIt worked.\n\n", "It worked."),
        ("Doe J.\n\n", None),
        ("Doe J.\n\n© 2021 Try Press.\n\n", None),
        ("Try Study Group.\n\nIt worked.\n\n", "It worked."),
        ("OBJECTIVE: To try. RESULTS: It worked.\n\n", "OBJECTIVE: To try. RESULTS: It worked."),
        (
            "Doe J.\n\nAIM: One.\n\nMETHODS: Two.\n\nThieme. All rights reserved.\n\n",
            "AIM: One.\n\nMETHODS: Two.",
        ),
        ("Doe J.\n\nIt worked.\n\nPublisher: Другими словами.\n\n", "It worked."),
    ],
)
def test_where_the_abstract_is(middle: str, expected: str | None) -> None:
    assert abstract(one(f"1. J Try. 2021;1:1.\n\nA trial.\n\n{middle}PMID: 7\n")) == expected


def test_ids_right_under_another_paragraph_are_ids() -> None:
    record = one("1. J Try. 2021;1:1.\n\nA trial.\n\nDoe J.\n\nIt worked.\nDOI: 10.1000/x\nPMID: 7\n")
    assert abstract(record) == "It worked."
    assert record.pmid is not None
    assert record.pmid.value == "7"


def test_a_chapter_takes_its_title_from_the_first_line() -> None:
    record = one(
        "4. A Syndrome.\n\nDoe J(1).\n\nIn: Moe M, editor. \nBook [Internet]. Town (TS): Press; \n1999.\n\n"
        "Author information:\n(1)Somewhere.\n\nIt is rare.\n\nPMID: 7\n"
    )
    assert (record.title, record.date, abstract(record)) == ("A Syndrome.", "1999", "It is rare.")
    assert record.authors == ("Doe J",)


def record_text(number: int, pmid: int | None = 1, body: str = "It worked.") -> str:
    ids = f"PMID: {pmid}\n\n\n" if pmid is not None else "\n"
    return f"{number}. J Try. 2021 Mar;1(1):{number}.\n\nTrial {number}.\n\nDoe J.\n\n{body}\n\n{ids}"


@pytest.mark.parametrize(
    ("numbers", "pmids"),
    [
        ((1, 2, 3), (11, 12, 13)),
        ((1, 2, 5, 6), (11, 12, 15, 16)),
        ((1, 2, 1, 2), (11, 12, 13, 14)),
        ((1, 2, 3), (11, None, 13)),
        ((41, 42), (11, 12)),
    ],
    ids=["in order", "some cut out", "two exports joined", "one without ids", "from the middle"],
)
def test_where_records_begin(numbers: tuple[int, ...], pmids: tuple[int | None, ...]) -> None:
    text = "".join(record_text(number, pmid) for number, pmid in zip(numbers, pmids, strict=True))
    records = [record for record in load(text) if isinstance(record, Publication)]
    assert [record.title for record in records] == [f"Trial {number}." for number in numbers]
    assert [record.pmid and record.pmid.value for record in records] == [pmid and str(pmid) for pmid in pmids]


def test_a_numbered_list_in_an_abstract_begins_no_record() -> None:
    body = (
        "AIMS: Three.\n1. One, in 2021.\n2. Two.\n\n2. J Try. 2021;1:1 is a citation like another.\n\n2. Two."
    )
    first, second = load(record_text(1, 1, body) + record_text(2, 2))
    assert isinstance(first, Publication)
    assert isinstance(second, Publication)
    assert body in first.text
    assert second.title == "Trial 2."


def test_what_stands_before_the_first_record_is_set_aside() -> None:
    rejected, record = load("My search of today\n\n\n" + record_text(1))
    assert isinstance(rejected, Rejected)
    assert "no record begins here" in rejected.reason
    assert isinstance(record, Publication)


words = (
    st.text("abcdefg hijkl", min_size=3, max_size=60).map(lambda text: " ".join(text.split())).filter(bool)
)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read(records: list[tuple[str, str]], ending: str) -> None:
    text = "".join(
        f"{number}. J Try. 2021 Mar;1(1):{number}.\n\nA {title}.\n\nDoe J(1).\n\n"
        f"Author information:\n(1)Town.\n\n"
        f"We {body}.\n\nPMID: {number}\n\n\n"
        for number, (title, body) in enumerate(records, 1)
    )
    for record, (title, body) in zip(load(text.replace("\n", ending)), records, strict=True):
        assert isinstance(record, Publication)
        assert (record.title, abstract(record)) == (f"A {title}.", f"We {body}.")


@given(st.data())
def test_no_change_of_bytes_crashes(data: st.DataObject) -> None:
    mutated = bytearray(FULL.encode())
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    for record in load(bytes(mutated)):
        assert isinstance(record, Publication | Rejected)
