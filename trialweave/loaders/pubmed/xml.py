"""PubMed XML: `PubmedArticleSet` files as efetch, the web site and the baseline write them.

Elements: https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/. The file is cut into its records by their tags
(`xml_records`), so a record's path, hash and fate are its own: a broken record costs one record, and
several documents in one file, no root element, or a foreign root all load. Each record is parsed alone,
with no DTD, no entity and no network.

`text` is the title, an empty line, and the abstract, one `LABEL: words` line a section. Mark-up is
flattened to its words, as PubMed's own text formats do (10<sup>5</sup> reads 105).

Left out: other abstracts and the vernacular title, supplementary concepts other than chemicals
(SupplMeshList: diseases, protocols, organisms), accession numbers of data banks that are no trial
registry, references, grants, and investigators. A `DeleteCitation` is set aside, with its PMIDs in the
reason: nothing is deleted by it here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec
from lxml import etree

from trialweave.errors import LoadError
from trialweave.loaders.dates import iso_date
from trialweave.loaders.decoding import Piece, utf8_chunks, utf8_text
from trialweave.loaders.pubmed.xml_records import xml_records
from trialweave.loaders.registry_ids import as_registry_id, find_registry_ids, first_mentions
from trialweave.loaders.set_aside import load_each
from trialweave.records import Field, MeshHeading, Publication, Qualifier, Rejected, Source, Stated, Substance

FORMAT = "pubmed-xml"
RECORDS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation")

_HEAD = re.compile(
    rf"<(?:PubmedArticleSet|PubmedBookArticleSet|MedlineCitationSet|{'|'.join(RECORDS)})[\s/>]"
)
_PMID = re.compile(rb"<PMID[^>]*>\s*(\d+)\s*<")
_SPACE = re.compile(r"[ \t\r\n]+")


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is PubMed XML."""
    return head.lstrip().startswith("<") and _HEAD.search(head) is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[Publication | Rejected]:
    """The records of one PubMed XML stream, in file order.

    >>> import io
    >>> xml = b'''<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">1</PMID>
    ... <Article><ArticleTitle>A trial of H<sub>2</sub>O.</ArticleTitle></Article>
    ... </MedlineCitation></PubmedArticle></PubmedArticleSet>'''
    >>> [record] = read(io.BytesIO(xml), file="one.xml")
    >>> record.title, record.pmid.evidence.path
    ('A trial of H2O.', 'MedlineCitation/PMID')
    """
    yield from load_each(
        xml_records(utf8_chunks(stream), names=RECORDS),
        _publication,
        file=file,
        member=member,
        format_name=FORMAT,
        pmid=_first_pmid,
    )


def _first_pmid(data: bytes) -> str | None:
    found = _PMID.search(data)
    return found[1].decode("ascii") if found else None


def _publication(piece: Piece, source: Source) -> Publication:
    root = _parsed(piece)
    if root.tag == "DeleteCitation":
        pmids = [_words(element) for _, element in _each(root, "PMID[]")]
        raise LoadError(
            f"DeleteCitation: NLM withdraws {len(pmids)} PMIDs ({', '.join(pmids)}); "
            "delete these records yourself"
        )
    if root.tag == "PubmedBookArticle":
        base = article = "BookDocument/"
        journal, data, issued = "BookDocument/", "PubmedBookData/", "BookDocument/Book/PubDate"
    else:
        base = "MedlineCitation/" if root.tag == "PubmedArticle" else ""
        article, data = f"{base}Article/", "PubmedData/"
        journal, issued = f"{article}Journal/", f"{article}Journal/JournalIssue/PubDate"
    title = _value(root, f"{article}ArticleTitle")
    if title is None and root.tag == "PubmedBookArticle":
        title = _value(root, "BookDocument/Book/BookTitle")
    if title is None:
        raise LoadError("the record has no title (ArticleTitle is absent or empty)")
    abstract = _abstract(root, article)
    text = f"{title}\n\n{abstract}" if abstract else title
    date_words = _date_words(root, issued)
    doi = _article_id(root, data, base, "doi") or _doi_of_location(root, article)
    pmid = _stated(root, f"{base}PMID")
    return Publication(
        source=msgspec.structs.replace(
            source, version=iso_date(_date_words(root, f"{base}DateRevised") or "")
        ),
        text=text,
        title=title,
        title_span=(0, len(title)),
        abstract_span=(len(title) + 2, len(text)) if abstract else None,
        pmid=pmid,
        pmid_version=_pmid_version(root, f"{base}PMID"),
        doi=doi,
        pmcid=_article_id(root, data, base, "pmc"),
        journal=_journal(root, base, journal),
        citation=_citation(root, base, article, date_words, doi),
        date=iso_date(date_words) if date_words else None,
        language=_values(root, f"{article}Language[]"),
        authors=_authors(root, article),
        publication_types=_all_stated(root, f"{article}PublicationTypeList/PublicationType[]")
        + _all_stated(root, f"{article}PublicationType[]"),
        keywords=_all_stated(root, f"{base}KeywordList[]/Keyword[]"),
        headings=_headings(root, base),
        substances=_substances(root, base),
        registry_ids=first_mentions((*_banked_ids(root, article), *find_registry_ids(text))),
    )


def _parsed(piece: Piece) -> etree._Element:
    text = utf8_text(piece.data, offset=piece.offset)
    # without huge_tree, libxml2 refuses texts of over 10 MB and depths over 256: no record is like that
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as wrong:
        raise LoadError(
            f"the record that begins at byte {piece.offset} is not well-formed: {wrong.msg}"
        ) from wrong


# ── finding elements, with their paths ───────────────────────────────────────────────────────


def _each(element: etree._Element, path: str, prefix: str = "") -> Iterator[tuple[str, etree._Element]]:
    """The elements at `path` with their XPaths; a step that ends in `[]` stands for all its siblings."""
    step, _, rest = path.partition("/")
    name = step.removesuffix("[]")
    for number, child in enumerate(element.iterchildren(name), 1):
        here = f"{prefix}{name}[{number}]" if step.endswith("[]") else f"{prefix}{name}"
        if rest:
            yield from _each(child, rest, f"{here}/")
        else:
            yield here, child
        if not step.endswith("[]"):
            return


def _words(element: etree._Element) -> str:
    """The words of an element, mark-up taken off: a raised 5 stays raised, so 10⁵ never becomes 105."""
    return _SPACE.sub(" ", "".join(_pieces(element))).strip(" ")


def _pieces(element: etree._Element) -> Iterator[str]:
    raised = element.tag == "sup"
    for piece in (element.text, *(part for child in element for part in (*_pieces(child), child.tail))):
        if piece:
            yield _raise(piece) if raised else piece


def _raise(words: str) -> str:
    """Digits and signs in their raised form; words that have none stay as they are."""
    raised = words.strip().translate(_RAISED)
    return raised if all(character in _HIGH for character in raised) else words


_HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ"
_RAISED = str.maketrans("0123456789+-−=()n", _HIGH)


def _all_stated(root: etree._Element, path: str) -> tuple[Stated, ...]:
    read_values = ((where, _words(element)) for where, element in _each(root, path))
    return tuple(
        Stated(value=words, evidence=Field(path=where, quote=words)) for where, words in read_values if words
    )


def _stated(root: etree._Element, path: str) -> Stated | None:
    return next(iter(_all_stated(root, path)), None)


def _values(root: etree._Element, path: str) -> tuple[str, ...]:
    return tuple(words for _, element in _each(root, path) if (words := _words(element)))


def _value(root: etree._Element, path: str) -> str | None:
    return next(iter(_values(root, path)), None)


# ── the parts of a record ────────────────────────────────────────────────────────────────────


def _abstract(root: etree._Element, article: str) -> str:
    sections = []
    for _, element in _each(root, f"{article}Abstract/AbstractText[]"):
        words, label = _words(element), element.get("Label")
        if words:
            sections.append(f"{label}: {words}" if label else words)
    return "\n".join(sections)


def _pmid_version(root: etree._Element, path: str) -> int | None:
    version = next((element.get("Version") for _, element in _each(root, path)), None)
    return int(version) if version is not None and version.isascii() and version.isdigit() else None


def _article_id(root: etree._Element, data: str, base: str, kind: str) -> Stated | None:
    for place in (f"{data}ArticleIdList/ArticleId[]", f"{base}ArticleIdList/ArticleId[]"):
        for where, element in _each(root, place):
            words = _words(element)
            if element.get("IdType") == kind and words:
                return Stated(value=words, evidence=Field(path=where, quote=words))
    return None


def _doi_of_location(root: etree._Element, article: str) -> Stated | None:
    for where, element in _each(root, f"{article}ELocationID[]"):
        words = _words(element)
        if element.get("EIdType") == "doi" and element.get("ValidYN") != "N" and words:
            return Stated(value=words, evidence=Field(path=where, quote=words))
    return None


def _journal(root: etree._Element, base: str, journal: str) -> str | None:
    return (
        _value(root, f"{base}MedlineJournalInfo/MedlineTA")
        or _value(root, f"{journal}ISOAbbreviation")
        or _value(root, f"{journal}Title")
    )


def _date_words(root: etree._Element, path: str) -> str | None:
    whole = _value(root, f"{path}/MedlineDate")
    if whole is not None:
        return whole
    year = _value(root, f"{path}/Year")
    if year is None:
        return None
    season = _value(root, f"{path}/Season")
    month = _value(root, f"{path}/Month")
    day = _value(root, f"{path}/Day") if month else None
    return " ".join(part for part in (year, month or season, day) if part)


def _citation(
    root: etree._Element, base: str, article: str, date_words: str | None, doi: Stated | None
) -> str | None:
    """The citation in PubMed's own form, from the parts that the record states."""
    journal = _journal(root, base, f"{article}Journal/")
    if journal is None or date_words is None or article == base:
        return None
    volume = _value(root, f"{article}Journal/JournalIssue/Volume") or ""
    issue = _value(root, f"{article}Journal/JournalIssue/Issue")
    pages = _value(root, f"{article}Pagination/MedlinePgn")
    place = volume + (f"({issue})" if issue else "")
    where = f";{place}" if place else ""
    cited = f"{journal}. {date_words}{where}{f':{pages}' if pages else ''}."
    return f"{cited} doi: {doi.value}." if doi else cited


def _authors(root: etree._Element, article: str) -> tuple[str, ...]:
    lists = [element for _, element in _each(root, f"{article}AuthorList[]")]
    chosen = next((one for one in lists if one.get("Type") != "editors"), None)
    if chosen is None:
        return ()
    names = []
    for author in chosen.iterchildren("Author"):
        if author.get("ValidYN") == "N":
            continue
        parts = (_value(author, part) for part in ("LastName", "Initials", "Suffix"))
        name = " ".join(part for part in parts if part) or _value(author, "CollectiveName")
        if name:
            names.append(name)
    return tuple(names)


def _headings(root: etree._Element, base: str) -> tuple[MeshHeading, ...]:
    headings = []
    for where, heading in _each(root, f"{base}MeshHeadingList/MeshHeading[]"):
        for path, descriptor in _each(heading, "DescriptorName", f"{where}/"):
            label = _words(descriptor)
            qualifiers = tuple(
                Qualifier(
                    label=_words(element),
                    evidence=Field(path=place, quote=_words(element)),
                    ui=element.get("UI"),
                    major=element.get("MajorTopicYN") == "Y",
                )
                for place, element in _each(heading, "QualifierName[]", f"{where}/")
                if _words(element)
            )
            if label:
                headings.append(
                    MeshHeading(
                        label=label,
                        evidence=Field(path=path, quote=label),
                        ui=descriptor.get("UI"),
                        major=descriptor.get("MajorTopicYN") == "Y",
                        qualifiers=qualifiers,
                    )
                )
    return tuple(headings)


def _substances(root: etree._Element, base: str) -> tuple[Substance, ...]:
    substances = []
    for where, chemical in _each(root, f"{base}ChemicalList/Chemical[]"):
        number = _value(chemical, "RegistryNumber")
        for path, name in _each(chemical, "NameOfSubstance", f"{where}/"):
            label = _words(name)
            if label:
                substances.append(
                    Substance(
                        label=label,
                        evidence=Field(path=path, quote=label),
                        ui=name.get("UI"),
                        registry_number=number if number != "0" else None,
                    )
                )
    return tuple(substances)


def _banked_ids(root: etree._Element, article: str) -> Iterator[Stated]:
    path = f"{article}DataBankList/DataBank[]/AccessionNumberList/AccessionNumber[]"
    for stated in _all_stated(root, path):
        value = as_registry_id(stated.value)
        if value is not None:
            yield Stated(value=value, evidence=stated.evidence)
