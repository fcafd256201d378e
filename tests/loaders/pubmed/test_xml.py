import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders.pubmed import xml as pubmed_xml
from trialweave.records import Field, Publication, Rejected

ARTICLE = """<PubmedArticle><MedlineCitation><PMID Version="2">101</PMID>
<DateRevised><Year>2022</Year><Month>01</Month><Day>09</Day></DateRevised>
<Article><Journal><JournalIssue><Volume>10</Volume><Issue>5</Issue><PubDate><Year>2021</Year><Month>Mar</Month>
</PubDate></JournalIssue><ISOAbbreviation>J. Try.</ISOAbbreviation></Journal>
<ArticleTitle>Water (H<sub>2</sub>O) against <i>placebo</i>.</ArticleTitle>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/other</ELocationID>
<Abstract><AbstractText Label="METHODS" NlmCategory="METHODS">We drew
   lots (NCT00000001).</AbstractText><AbstractText Label="RESULTS">Few &amp; small: p&lt;0.05.</AbstractText>
<CopyrightInformation>Ours.</CopyrightInformation></Abstract>
<AuthorList><Author><LastName>Doe</LastName><Initials>JA</Initials><Suffix>Jr</Suffix></Author>
<Author><CollectiveName>Try Group</CollectiveName></Author></AuthorList><Language>eng</Language>
<DataBankList><DataBank><DataBankName>GENBANK</DataBankName><AccessionNumberList>
<AccessionNumber>AB000001</AccessionNumber></AccessionNumberList></DataBank><DataBank>
<DataBankName>ISRCTN</DataBankName><AccessionNumberList><AccessionNumber>ISRCTN12345678</AccessionNumber>
</AccessionNumberList></DataBank></DataBankList>
<PublicationTypeList><PublicationType UI="D016449">Randomized Controlled Trial</PublicationType>
</PublicationTypeList></Article>
<MedlineJournalInfo><MedlineTA>J Try</MedlineTA></MedlineJournalInfo>
<ChemicalList><Chemical><RegistryNumber>0</RegistryNumber>
<NameOfSubstance UI="D007211">Indoles</NameOfSubstance>
</Chemical><Chemical><RegistryNumber>059QF0KO0R</RegistryNumber>
<NameOfSubstance UI="D014867">Water</NameOfSubstance>
</Chemical></ChemicalList>
<SupplMeshList><SupplMeshName Type="Protocol" UI="C1">ABC protocol</SupplMeshName></SupplMeshList>
<MeshHeadingList><MeshHeading><DescriptorName UI="D007211" MajorTopicYN="N">Indoles</DescriptorName>
<QualifierName UI="Q000009" MajorTopicYN="N">adverse effects</QualifierName>
<QualifierName UI="Q000627" MajorTopicYN="Y">therapeutic use</QualifierName></MeshHeading>
</MeshHeadingList>
<OtherAbstract Type="plain-language-summary"><AbstractText>Other words.</AbstractText></OtherAbstract>
<KeywordList Owner="NOTNLM"><Keyword>water</Keyword></KeywordList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="doi">10.1000/one</ArticleId>
<ArticleId IdType="pmc">PMC7</ArticleId>
</ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/cited</ArticleId>
</ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>"""


def load(xml: str | bytes) -> list[Publication | Rejected]:
    data = xml.encode() if isinstance(xml, str) else xml
    return list(pubmed_xml.read(io.BytesIO(data), file="x.xml"))


def minimal(pmid: int, title: str = "A trial.") -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle>"
    )


def one(xml: str | bytes) -> Publication:
    [record] = load(xml)
    assert isinstance(record, Publication), record
    return record


def reason(xml: str | bytes) -> str:
    [rejected] = load(xml)
    assert isinstance(rejected, Rejected)
    return rejected.reason


def test_a_full_record() -> None:
    record = one(f"<PubmedArticleSet>{ARTICLE}</PubmedArticleSet>")
    assert record.title == "Water (H2O) against placebo."
    assert record.abstract_span is not None
    assert record.text[slice(*record.abstract_span)] == (
        "METHODS: We drew lots (NCT00000001).\nRESULTS: Few & small: p<0.05."
    )
    assert record.text.startswith(record.title + "\n\nMETHODS")
    assert record.pmid is not None
    assert (record.pmid.value, record.pmid_version) == ("101", 2)
    assert record.doi is not None
    assert record.doi.value == "10.1000/one"
    assert record.pmcid is not None
    assert record.pmcid.value == "PMC7"
    assert (record.journal, record.date, record.source.version) == ("J Try", "2021-03", "2022-01-09")
    assert record.citation == "J Try. 2021 Mar;10(5). doi: 10.1000/one."
    assert record.authors == ("Doe JA Jr", "Try Group")
    assert record.language == ("eng",)
    assert [stated.value for stated in record.registry_ids] == ["ISRCTN12345678", "NCT00000001"]
    assert [(s.label, s.registry_number, s.ui) for s in record.substances] == [
        ("Indoles", None, "D007211"),
        ("Water", "059QF0KO0R", "D014867"),
    ]
    [heading] = record.headings
    assert (heading.label, heading.ui, heading.major) == ("Indoles", "D007211", False)
    assert [(q.label, q.ui, q.major) for q in heading.qualifiers] == [
        ("adverse effects", "Q000009", False),
        ("therapeutic use", "Q000627", True),
    ]
    assert heading.qualifiers[1].evidence == Field(
        path="MedlineCitation/MeshHeadingList/MeshHeading[1]/QualifierName[2]", quote="therapeutic use"
    )
    assert "Other words" not in record.text
    assert record.facts == ()
    assert record.trial is None


def test_where_the_doi_has_no_article_id_its_location_counts() -> None:
    record = one(ARTICLE.replace('<ArticleId IdType="doi">10.1000/one</ArticleId>', ""))
    assert record.doi is not None
    assert record.doi.value == "10.1000/other"


@pytest.mark.parametrize(
    "xml",
    [
        f"<PubmedArticleSet>{minimal(1)}{minimal(2)}</PubmedArticleSet>",
        minimal(1) + minimal(2),
        f'<?xml version="1.0"?><RAW_DATA>{minimal(1)}\n{minimal(2)}</RAW_DATA>',
        "".join(f'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet><s>{minimal(n)}</s>\n' for n in (1, 2)),
        f"<s><!-- {minimal(9)} -->{minimal(1)}<x><![CDATA[{minimal(8)}]]></x>{minimal(2)}</s>",
        f'<?xml version="1.0" encoding="utf-16"?><s>{minimal(1)}{minimal(2)}</s>'.encode("utf-16"),
        "\ufeff" + minimal(1) + minimal(2),
    ],
    ids=["set", "no root", "foreign root", "joined documents", "comments", "utf-16", "byte order mark"],
)
def test_whatever_stands_around_the_records(xml: str | bytes) -> None:
    pmids = [record.pmid and record.pmid.value for record in load(xml) if isinstance(record, Publication)]
    assert pmids == ["1", "2"]


def test_what_comes_before_the_cut_loads() -> None:
    cut = f"<PubmedArticleSet>{minimal(1)}{minimal(2)}{minimal(3)[:60]}"
    first, second, rest = load(cut)
    assert isinstance(first, Publication)
    assert isinstance(second, Publication)
    assert isinstance(rest, Rejected)
    assert rest.position == 3
    assert "cut off" in rest.reason


def test_a_broken_record_costs_one_record() -> None:
    broken = minimal(2).replace("</Article>", "</Artikel>")
    first, rejected, third = load(f"<s>{minimal(1)}{broken}{minimal(3)}</s>")
    assert isinstance(first, Publication)
    assert isinstance(rejected, Rejected)
    assert (rejected.position, rejected.id) == (2, "2")
    assert "not well-formed" in rejected.reason
    assert isinstance(third, Publication)
    assert third.source.position == 3


def test_a_record_that_another_interrupts_is_set_aside_alone() -> None:
    rejected, second = load(f"<s>{minimal(1)[:70]}{minimal(2)}</s>")
    assert isinstance(rejected, Rejected)
    assert isinstance(second, Publication)


def test_entities_are_refused_whole_and_at_once() -> None:
    laughs = '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><s>' + minimal(1, "&b;") + "</s>"
    assert "entities" in reason(laughs)
    assert "nope" in reason(f"<s>{minimal(1, '&nope;')}</s>")


def test_a_byte_that_is_not_utf8_is_named_and_never_replaced() -> None:
    data = minimal(1, "Café").encode("latin-1")
    assert f"byte {data.index(0xE9)} (0xe9)" in reason(data)
    declared = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + data
    assert one(declared).title == "Café"


def test_no_title_is_a_reason() -> None:
    assert "no title" in reason(minimal(1, " "))
    assert "withdraws 2 PMIDs (7, 8)" in reason(
        "<s><DeleteCitation><PMID>7</PMID><PMID>8</PMID></DeleteCitation></s>"
    )
    assert "no pubmed-xml record" in reason("<PubmedArticleSet></PubmedArticleSet>")


def test_a_book_loads_by_its_chapter_or_its_own_title() -> None:
    book = (
        "<PubmedBookArticle><BookDocument><PMID>5</PMID><Book><BookTitle>A book</BookTitle>"
        "<PubDate><Year>2002</Year>"
        "</PubDate></Book>{}</BookDocument></PubmedBookArticle>"
    )
    record = one(
        book.format("<ArticleTitle>A chapter</ArticleTitle><PublicationType>Review</PublicationType>")
    )
    assert (record.title, record.date) == ("A chapter", "2002")
    assert [stated.value for stated in record.publication_types] == ["Review"]
    assert one(book.format("")).title == "A book"


@given(st.lists(st.integers(1, 10**8), min_size=1, max_size=8), st.integers(1, 97))
def test_records_are_found_however_the_bytes_arrive(pmids: list[int], size: int) -> None:
    class Dripping(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            return super().read(size)

    data = "".join(map(minimal, pmids)).encode()
    records = list(pubmed_xml.read(Dripping(data), file="x"))
    assert [record.pmid and record.pmid.value for record in records if isinstance(record, Publication)] == [
        str(pmid) for pmid in pmids
    ]


@given(st.data())
def test_no_change_of_bytes_crashes(data: st.DataObject) -> None:
    mutated = bytearray(f"<PubmedArticleSet>{ARTICLE}</PubmedArticleSet>".encode())
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    for record in load(bytes(mutated)):
        assert isinstance(record, Publication | Rejected)


def test_hash_is_of_the_record_alone() -> None:
    alone = one(minimal(1)).source.sha256
    first, _ = load(gzip.decompress(gzip.compress(f"<s> {minimal(1)}{minimal(2)}</s>".encode())))
    assert isinstance(first, Publication)
    assert first.source.sha256 == alone


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("1.2 × 10<sup>5</sup> copies", "1.2 × 10⁵ copies"),
        ("10<sup>-3</sup>", "10⁻³"),
        ("75 mg/m<sup>2</sup> on day<sup>a</sup> 1", "75 mg/m² on daya 1"),
        ("<sup><i>90</i></sup>Y", "⁹⁰Y"),
    ],
)
def test_a_raised_number_never_joins_the_one_before_it(marked: str, read: str) -> None:
    article = ARTICLE.replace("Water (H<sub>2</sub>O) against <i>placebo</i>.", marked)
    assert one(f"<PubmedArticleSet>{article}</PubmedArticleSet>").title == read
