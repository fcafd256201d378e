import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.errors import LoadError
from trialweave.loaders.detect import BINARY, FORMATS, detect


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\n", "white space"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"<!DOCTYPE html><html><body>PMID: 1</body></html>", "HTML page"),
        (b'"<?xml version=\\"1.0\\"?>\\n<PubmedArticleSet>"', "JSON string"),
        (b"<pre>&lt;PubmedArticle&gt;", "HTML text"),
        (b'<!DOCTYPE lolz [<!ENTITY lol "lol">]><lolz>&lol;</lolz>', "entities"),
        (b'<?xml version="1.0"?><eSummaryResult><DocSum>', "esummary"),
        (b'<?xml version="1.0"?><!DOCTYPE article><article article-type="x">', "JATS"),
        (b"<feed/>", "without a PubMed record"),
        (b'{"a": 1}', "JSON"),
        (b"@article{doe, title = {A}}", "BibTeX"),
        (b"TY  - JOUR\nTI  - A trial\n", "RIS"),
        (b"\n\nTY  - JOUR\nAU  - Doe\nTI  - A\nPT  - x\n", "RIS"),
        (b"PMID,Title,Authors,Citation\n1,A,B,C\n", '"CSV" export'),
        (b"a,b,c\n1,2,3\n", "a table"),
        (b"33586360\n33586361\n", '"PMID" export'),
        (b"1: Doe J. A trial. J Try. 2021 Mar;1(1):1. doi: 10.1/x. PMID: 7.\n\n2: Moe", "Summary (text)"),
        (b"1. Doe J. A trial.\nJ Try. 2021;1:1. PubMed\nPMID: 7.\n", "Summary (text)"),
        (b"# Project\n\nSee PubMed, 2021; it is good.\n", "no PubMed record"),
        ("PMID- 1\nTI  - A\n".encode("utf-16-le"), "UTF-16 without"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"x" * 257 + b"ustar" + b"\0" * 10, "tar archive"),
        (b'<?xml version="1.0" encoding="klingon"?><PubmedArticleSet>', "klingon"),
    ],
)
def test_what_a_file_is_and_what_to_do(head: bytes, words: str) -> None:
    with pytest.raises(LoadError) as refused:
        detect(head)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<PubmedArticle>", "pubmed-xml"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<RAW_DATA>\n <PubmedArticle>', "pubmed-xml"),
        (b"<DeleteCitation><PMID>1</PMID>", "pubmed-xml"),
        ("\n\nPMID- 1\n".encode("utf-16"), "medline"),
        (b"\r\nPMID- 1\r\nOWN - NLM\r\n", "medline"),
        (b"OWN - NLM\nSTAT- MEDLINE\nTI  - A\nDP  - 2021\n", "medline"),
        (b"1. J Try. 2021 Mar;1(1):1-9.\n\nA trial.\n\nPMID: 7\n", "pubmed-abstract"),
        (b"\n1: J Try. 2008;1:1.\n\nA trial.\n", "pubmed-abstract"),
        (b"A trial\n\nJ Try. 2021 Mar;1(1):1.\n\nYes.\n\nPublication types\n* Review\n", "pubmed-page"),
    ],
)
def test_what_can_be_read(head: bytes, name: str) -> None:
    assert detect(head).name == name


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_anything_else_is_refused_in_words(head: bytes) -> None:
    try:
        found = detect(head)
    except LoadError:
        return
    assert found in (*FORMATS, *BINARY)
