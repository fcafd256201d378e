"""Every record of the real PubMed files is loaded, counted against an independent count."""

import gzip
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from trialweave.loaders import read
from trialweave.loaders.pubmed import xml as pubmed_xml
from trialweave.records import Evidence, Field, MeshHeading, Publication, Rejected, Span

PUBMED = Path(__file__).parents[4] / "shared" / "data" / "pubmed"
pytestmark = pytest.mark.skipif(not PUBMED.exists(), reason="the shared data are not beside the project")


def members(archive: str) -> dict[str, bytes]:
    with zipfile.ZipFile(PUBMED / archive) as opened:
        contents = {info.filename: opened.read(info) for info in opened.infolist()}
    return {name: gzip.decompress(data) if name.endswith(".gz") else data for name, data in contents.items()}


@pytest.mark.parametrize(
    ("archive", "record"),
    [
        ("pubmed-xml.zip", rb"</PubmedArticle>|</PubmedBookArticle>"),
        ("pubmed-medline-text.zip", rb"(?m)^PMID- \d"),
        ("pubmed-abstract-text.zip", rb"(?m)^PMID: *\d"),
    ],
)
def test_as_many_records_load_as_the_file_has(archive: str, record: bytes) -> None:
    expected = {name: len(re.findall(record, data)) for name, data in members(archive).items()}
    results = list(read(PUBMED / archive))
    assert [one for one in results if isinstance(one, Rejected)] == []
    loaded = Counter(one.source.member for one in results if isinstance(one, Publication))
    assert loaded == expected
    assert sum(expected.values()) > 1000


def test_pmids_are_those_of_the_files() -> None:
    texts = {
        name: re.findall(rb"(?m)^PMID: *(\d+)", data)
        for name, data in members("pubmed-abstract-text.zip").items()
    }
    loaded: dict[str, list[bytes]] = {name: [] for name in texts}
    for result in read(PUBMED / "pubmed-abstract-text.zip"):
        assert isinstance(result, Publication)
        assert result.pmid is not None
        loaded[result.source.member or ""].append(result.pmid.value.encode())
    assert loaded == texts


@pytest.mark.parametrize(
    ("archive", "words"),
    [("pubmed-summary-text-to-reject.zip", "Summary (text)"), ("malformed.zip", "JSON string")],
)
def test_lookalikes_are_refused_by_name(archive: str, words: str) -> None:
    results = list(read(PUBMED / archive))
    assert results
    for result in results:
        assert isinstance(result, Rejected)
        assert result.position == 0
        assert words in result.reason


def evidence_of(one: Publication) -> Iterator[Evidence]:
    for stated in (one.pmid, one.doi, one.pmcid, *one.publication_types, *one.keywords, *one.registry_ids):
        if stated is not None:
            yield stated.evidence
    for heading in one.headings:
        if isinstance(heading, MeshHeading) and heading.evidence is not None:
            yield heading.evidence
        yield from (qualifier.evidence for qualifier in heading.qualifiers)
    yield from (substance.evidence for substance in one.substances)


def test_every_span_of_every_record_holds() -> None:
    spans = 0
    for one in read(PUBMED):
        if isinstance(one, Rejected):
            continue
        if one.source.format != "pubmed-abstract":
            assert one.text[slice(*one.title_span or (0, 0))] == one.title
        assert one.abstract_span is None or one.text[slice(*one.abstract_span)].strip()
        for evidence in evidence_of(one):
            if isinstance(evidence, Span):
                assert one.text[evidence.start : evidence.end] == evidence.quote
                spans += 1
    assert spans > 3000


def test_every_path_leads_to_its_value_in_the_xml() -> None:
    paths = 0
    for name, data in members("pubmed-xml.zip").items():
        elements = etree.fromstring(data).iter("PubmedArticle", "PubmedBookArticle")
        for element, one in zip(elements, pubmed_xml.read(io.BytesIO(data), file=name), strict=True):
            assert isinstance(one, Publication)
            for evidence in evidence_of(one):
                if isinstance(evidence, Field):
                    found = element.xpath(evidence.path)
                    assert isinstance(found, list)
                    [target] = found
                    assert isinstance(target, etree._Element)
                    assert (
                        re.sub(r"[ \t\r\n]+", " ", "".join(map(str, target.itertext()))).strip(" ")
                        == evidence.quote
                    )
                    paths += 1
    assert paths > 20_000


def test_the_same_records_read_the_same_in_every_order_of_reading() -> None:
    archive = PUBMED / "pubmed-medline-text.zip"
    assert list(read(archive)) == list(read(archive))
