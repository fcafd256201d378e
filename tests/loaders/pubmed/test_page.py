import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.detect import detect
from trialweave.loaders.pubmed import page as pubmed_page
from trialweave.records import Publication, Rejected, Span

SEED = Path(__file__).parents[4] / "shared" / "data" / "seed" / "anlotinib-pubmed-page.txt"

SITE = """Skip to main page content
Randomized Controlled Trial
J Try
. 2021 Mar;10(5):1681-1689.
 doi: 10.1000/one. Epub 2021 Feb 14.
A trial of one drug
Jane Doe  1 , Max van der Moe  2   3
Affiliations collapse
Affiliations
1 Department of Trying, Somewhere.
2 Elsewhere.
PMID: 101 PMCID: PMC7 DOI: 10.1000/one
Free PMC article
Abstract

Background: Nobody knew.

Clinical trials registration: NCT00000001.

Keywords: drug; hope;
trial.

© 2021 Try Press.

Conflict of interest statement
None.

Figures
Figure 1 MeSH terms

Similar articles
Another trial. Roe K. J Try. 2019;1:1. PMID: 999 NCT00000009

Publication types
Randomized Controlled Trial
Actions
Search in PubMed

MeSH terms
Hope* / drug effects
Indoles / therapeutic use*
Humans

Substances
Indoles
anlotinib

Associated data
ClinicalTrials.gov/NCT00000002

LinkOut - more resources
Full Text Sources
Wiley
"""


def load(text: str | bytes) -> list[Publication | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return list(pubmed_page.read(io.BytesIO(data), file="page.txt"))


def one(text: str | bytes) -> Publication:
    [record] = load(text)
    assert isinstance(record, Publication), record
    return record


def lines_of_headings(record: Publication) -> list[str]:
    spans = [heading.evidence for heading in record.headings]
    spans += [qualifier.evidence for heading in record.headings for qualifier in heading.qualifiers]
    held = [span for span in spans if isinstance(span, Span)]
    assert all(record.text[span.start : span.end] == span.quote for span in held)
    return [span.quote for span in sorted(held, key=lambda span: span.start)]


@pytest.mark.skipif(not SEED.exists(), reason="the shared data are not beside the project")
def test_the_seed() -> None:
    data = SEED.read_bytes()
    record = one(data)
    assert record.text == data.decode()
    assert len(lines_of_headings(record)) == 23
    assert len(record.headings) == 18
    qualifiers = [
        (heading.label, one.label, one.major) for heading in record.headings for one in heading.qualifiers
    ]
    assert len(qualifiers) == 15
    assert [(heading, qualifier) for heading, qualifier, major in qualifiers if major] == [
        ("Angiogenesis Inhibitors", "therapeutic use"),
        ("Esophageal Neoplasms", "drug therapy"),
        ("Esophageal Squamous Cell Carcinoma", "drug therapy"),
        ("Indoles", "therapeutic use"),
        ("Neoplasm Recurrence, Local", "drug therapy"),
        ("Quinolines", "therapeutic use"),
    ]
    assert not any(heading.major for heading in record.headings)
    assert [one.label for one in record.substances] == [
        "Angiogenesis Inhibitors", "Indoles", "Placebos", "Quinolines", "anlotinib",
    ]  # fmt: skip
    assert [one.value for one in record.publication_types] == [
        "Clinical Trial, Phase II", "Multicenter Study", "Randomized Controlled Trial",
        "Research Support, Non-U.S. Gov't",
    ]  # fmt: skip
    assert [one.value for one in record.keywords] == [
        "adverse events", "anlotinib", "esophageal squamous cell carcinoma", "metastatic",
        "progression-free survival",
    ]  # fmt: skip
    assert [one.value for one in record.registry_ids] == ["NCT02649361"]
    assert record.doi is not None
    assert record.doi.value == "10.1002/cam4.3771"
    assert (record.journal, record.date, record.pmid, record.authors) == ("Cancer Med", "2021-03", None, ())
    assert record.title_span == (0, len(record.title))
    assert record.abstract_span is not None
    start, end = record.abstract_span
    assert record.text[start:end].startswith("Background: ")
    assert record.text[start:end].endswith("(ALTER1102), NCT02649361.")
    assert detect(data).name == "pubmed-page"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_page_as_the_site_shows_it(ending: str) -> None:
    written = SITE.replace("\n", ending)
    record = one(written)
    assert detect(written.encode()).name == "pubmed-page"
    assert record.text == written
    assert record.title == "A trial of one drug"
    assert (record.journal, record.date) == ("J Try", "2021-03")
    assert record.authors == ("Jane Doe", "Max van der Moe")
    for stated, value in ((record.pmid, "101"), (record.pmcid, "PMC7"), (record.doi, "10.1000/one")):
        assert stated is not None
        assert stated.value == value
    assert record.abstract_span is not None
    abstract = written[slice(*record.abstract_span)]
    assert (abstract[:11], abstract[-12:]) == ("Background:", "NCT00000001.")
    assert [one.value for one in record.keywords] == ["drug", "hope", "trial"]
    assert [one.value for one in record.publication_types] == ["Randomized Controlled Trial"]
    assert lines_of_headings(record) == ["Hope* / drug effects", "Indoles / therapeutic use*", "Humans"]
    hope, indoles, humans = record.headings
    assert (hope.major, hope.qualifiers[0].major) == (True, False)
    assert (indoles.major, indoles.qualifiers[0].major) == (False, True)
    assert (humans.major, humans.qualifiers) == (False, ())
    assert [one.label for one in record.substances] == ["Indoles", "anlotinib"]
    assert [one.value for one in record.registry_ids] == ["NCT00000001", "NCT00000002"]


def test_title_above_with_authors_and_ids_but_no_abstract_heading() -> None:
    record = one(
        "A trial\nof one drug\n\nJ Try. 2021 Mar;1(1):1-9.\n\nDoe J, Moe M.\n\nPMID: 7\n\nIt worked.\n\n"
        "MeSH terms\n- Hope\n"
    )
    assert record.title == "A trial of one drug"
    assert record.authors == ("Doe J", "Moe M")
    assert record.abstract_span is not None
    assert record.text[slice(*record.abstract_span)] == "It worked."


def test_items_with_empty_lines_between_them_are_one_list() -> None:
    front = "A trial\n\nJ Try. 2021;1:1.\n\nYes.\n\n"
    text = front + "MeSH terms\n\n* One\n\n* Two\n\n* Three\n\n\n\n* A substance\n"
    record = one(text)
    assert [heading.label for heading in record.headings] == ["One", "Two", "Three"]
    assert [substance.label for substance in record.substances] == ["A substance"]


def test_the_navigation_of_the_site_is_no_content() -> None:
    navigation = (
        "Page navigation\nTitle & authors\nAbstract\nSimilar articles\nPublication types\nMeSH terms\n"
    )
    plain = one(SITE)
    for written in (navigation + SITE, SITE + navigation):
        record = one(written)
        assert (record.title, record.pmid and record.pmid.value) == (plain.title, "101")
        assert lines_of_headings(record) == lines_of_headings(plain)


def test_numbered_references_with_pmids_are_not_taken_for_a_summary() -> None:
    page = SITE.replace("LinkOut", "References\n\n1. Roe K. J Try. 2019;1:1. PMID: 999.\n\nLinkOut")
    assert detect(page.encode()).name == "pubmed-page"
    record = one(page)
    assert record.pmid is not None
    assert record.pmid.value == "101"


def test_several_pages_in_a_file_are_refused() -> None:
    page = "A trial\n\nJ Try. 2021;1:1.\n\nYes.\n\nMeSH terms\n* Hope\n\n"
    [rejected] = load(page + page)
    assert isinstance(rejected, Rejected)
    assert "several pages" in rejected.reason


def test_a_wrong_byte_is_named() -> None:
    [rejected] = load("A trial\n\nJ Try. 2021;1:1.\n\nCafé\n".encode("latin-1"))
    assert isinstance(rejected, Rejected)
    assert "0xe9" in rejected.reason


words = (
    st.text("abcdefg hijkl", min_size=2, max_size=40).map(lambda text: " ".join(text.split())).filter(bool)
)
terms = st.lists(words, min_size=1, max_size=6, unique=True)


@given(words, words, terms, terms, st.sampled_from(["  • ", "* ", "- "]), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read(
    title: str, body: str, headings: list[str], drugs: list[str], bullet: str, ending: str
) -> None:
    listed = "\n".join(f"{bullet}X{label} / drug therapy*" for label in headings)
    substances = "\n".join(bullet + "X" + drug for drug in drugs)
    page = (
        f"The {title}\n\nJ Try. 2021 Mar;1(1):1.\n\n\nAim: We {body}.\n\n"
        f"MeSH terms\n\n{listed}\n\n\n{substances}\n\n"
        "Associated data\n"
    )
    record = one(page.replace("\n", ending))
    assert record.title == f"The {title}"
    assert record.abstract_span is not None
    assert record.text[slice(*record.abstract_span)] == f"Aim: We {body}."
    assert [heading.label for heading in record.headings] == [f"X{label}" for label in headings]
    assert all(heading.qualifiers[0].major for heading in record.headings)
    assert [substance.label for substance in record.substances] == [f"X{drug}" for drug in drugs]


@given(st.data())
def test_no_change_of_bytes_crashes(data: st.DataObject) -> None:
    mutated = bytearray(SITE.encode())
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    for record in load(bytes(mutated)):
        assert isinstance(record, Publication | Rejected)
