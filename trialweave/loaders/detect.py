"""What a file is, by its content; never by its name.

`FORMATS` and `BINARY` are the tables of what can be read: a further format is one more row.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, Protocol

from trialweave.errors import LoadError
from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.loaders.ctgov import xml as ctgov_xml
from trialweave.loaders.decoding import declared_encoding
from trialweave.loaders.pubmed import abstract_text as pubmed_abstract
from trialweave.loaders.pubmed import medline
from trialweave.loaders.pubmed import page as pubmed_page
from trialweave.loaders.pubmed import xml as pubmed_xml
from trialweave.loaders.terminology import (
    TerminologyItem,
    atc,
    ctcae,
    drugbank,
    mesh_ntriples,
    mesh_xml,
    obo,
    obo_graph,
    oncotree,
    owl_functional,
    owl_xml,
    rdf_xml,
    sssom,
    turtle,
)
from trialweave.records import Publication, RegistryStudy, Rejected

Item = Publication | RegistryStudy | TerminologyItem | Rejected
"""What a file may give: records of trials, terminologies and mappings, and what was set aside."""


class Reader(Protocol):
    """Reads one stream of its format."""

    def __call__(self, stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[Item]:
        """The stream's records in order, loaded or set aside."""


class Format(NamedTuple):
    """A format that can be read; `matches` is asked with the beginning of the file as text."""

    name: str
    matches: Callable[[str], bool]
    read: Reader


class BinaryFormat(NamedTuple):
    """A format that is no text; `matches` is asked with the file's first bytes.

    Its stream can seek where the file is a workbook.
    """

    name: str
    matches: Callable[[bytes], bool]
    read: Reader


FORMATS = (
    Format(pubmed_xml.FORMAT, pubmed_xml.matches, pubmed_xml.read),
    Format(ctgov_json.FORMAT, ctgov_json.matches, ctgov_json.read),
    Format(ctgov_xml.FORMAT, ctgov_xml.matches, ctgov_xml.read),
    Format(medline.FORMAT, medline.matches, medline.read),
    Format(pubmed_abstract.FORMAT, pubmed_abstract.matches, pubmed_abstract.read),
    Format(pubmed_page.FORMAT, pubmed_page.matches, pubmed_page.read),
    Format(obo.FORMAT, obo.matches, obo.read),
    Format(mesh_ntriples.FORMAT, mesh_ntriples.matches, mesh_ntriples.read),
    Format(mesh_xml.FORMAT, mesh_xml.matches, mesh_xml.read),
    Format(sssom.FORMAT, sssom.matches, sssom.read),
    Format(oncotree.FORMAT, oncotree.matches, oncotree.read),
    Format(drugbank.FORMAT, drugbank.matches, drugbank.read),
    Format(atc.FORMAT, atc.matches, atc.read),
    Format(obo_graph.FORMAT, obo_graph.matches, obo_graph.read),
    Format(rdf_xml.FORMAT, rdf_xml.matches, rdf_xml.read),
    Format(owl_xml.FORMAT, owl_xml.matches, owl_xml.read),
    Format(owl_functional.FORMAT, owl_functional.matches, owl_functional.read),
    Format(turtle.FORMAT, turtle.matches, turtle.read),  # any other form of Turtle stands before it
)

BINARY = (BinaryFormat(ctcae.FORMAT, ctcae.matches, ctcae.read),)

_CHOOSE = 'on PubMed choose Save, Format "PubMed" (MEDLINE) or "Abstract (text)", or fetch XML with efetch'

# Bytes that open a file of another kind.
_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"BZh", "a bzip2 file (unpack it)"),
    (b"\xfd7zXZ", "an xz file (unpack it)"),
    (b"7z\xbc\xaf", "a 7z archive (unpack it)"),
    (b"PK\x03\x04", "an Office workbook that we do not know"),
    (b"SQLite format 3", "an SQLite database"),
)


def _means(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return lambda head: compiled.match(head) is not None


# Texts that look like a PubMed export and are none, most telling first. `match` begins after white space.
_TAGS = r"(?:<[?!][^>]*>\s*)*<"  # declarations, then the first element
_LOOKALIKES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (
        _means(r'"\s*(?:<\?xml|<!DOCTYPE|<Pubmed|\\n)'),
        "XML written as a JSON string (its quotes and line ends are escaped); decode it with a JSON reader, "
        "or fetch the XML itself with efetch",
    ),
    (
        _means(r"(?:<\?xml[^>]*>\s*)?<!DOCTYPE[^>\[]*\[.*?<!ENTITY"),
        "XML that declares entities of its own, which may expand without bound; PubMed's exports have none: "
        "fetch the file again from PubMed",
    ),
    (
        _means(r"\d{8}\$"),
        "a table of MedDRA that is not read; give the folder or zip that holds llt.asc, pt.asc and the rest",
    ),
    (_means(_TAGS + r"html|<!doctype html"), f"an HTML page; {_CHOOSE}"),
    (
        _means(_TAGS + r"(?:pre>)?\s*&lt;"),
        "XML written as HTML text (its tags are escaped); use efetch, retmode=xml",
    ),
    (
        _means(_TAGS + r"(?:eSummaryResult|DocSum)"),
        "an esummary answer, without abstract; use efetch, retmode=xml",
    ),
    (
        _means(_TAGS + r"(?:eSearchResult|uilist|IdList)"),
        "an esearch answer, a list of ids; use efetch, retmode=xml",
    ),
    (
        _means(_TAGS + r"(?:article|pmc-articleset)[\s>]"),
        "PubMed Central full text (JATS); use efetch with db=pubmed",
    ),
    (_means(r"<"), "XML or HTML without a PubMed record; fetch PubMed XML with efetch, retmode=xml"),
    (_means(r"[\[{]"), f"JSON without a study of ClinicalTrials.gov in it; {_CHOOSE}"),
    (_means(r"(?:%[^\n]*\n\s*)*@\w+\s*[{(]"), f"a BibTeX export, without MeSH and substances; {_CHOOSE}"),
    (_means(r"(?:.*\n)??TY  - "), f"a RIS export, without MeSH qualifiers and substances; {_CHOOSE}"),
    (_means(r"%[0A-Z] \S"), f"an EndNote export; {_CHOOSE}"),
    (_means(r"FN (?:Clarivate|Thomson)"), f"a Web of Science export; {_CHOOSE}"),
    (_means(r'"?PMID"?[,\t]'), f'the "CSV" export, which has no abstract; {_CHOOSE}'),
    (
        _means(r"(?:PMID:? ?)?\d{1,9}(?:[\s,;]+(?:PMID:? ?)?\d{1,9})*[\s,;]*\Z"),
        f'the "PMID" export, a list of ids; {_CHOOSE}',
    ),
    (_means(r"[^\n,]*,[^\n]*,[^\n]*\n[^\n,]*,[^\n]*,"), f"a table (CSV), not a PubMed export; {_CHOOSE}"),
)

_NUMBERED = re.compile(r"^\d{1,7}[:.] ?\S(?:[^\n]|\n(?!\s*\n))*", re.MULTILINE)


def _is_summary(text: str) -> bool:
    """Whether the first paragraph is a numbered one that has it all, PMID included."""
    first = _NUMBERED.search(text)
    if first is None or "\n\n" in text[: first.start()] or text.startswith("<"):
        return False
    return re.search(r"PMID:\s*\d", first[0]) is not None


def detect(head: bytes) -> Format | BinaryFormat:
    """The format of a file that begins with `head` (the first 64 kB will do).

    Raises LoadError that says what the file is and what to export instead.

    >>> detect(b"PMID- 33586360\\nOWN - NLM\\n").name
    'medline'
    >>> detect(b"33586360\\n33586361\\n")
    Traceback (most recent call last):
    trialweave.errors.LoadError: this is the "PMID" export, a list of ids; ...
    """
    if not head:
        raise LoadError("the file is empty")
    for binary in BINARY:
        if binary.matches(head):
            return binary
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise LoadError(f"this is {kind}, not a PubMed export; {_CHOOSE}")
    if head[257:262] == b"ustar":
        raise LoadError("this is a tar archive; unpack it and give the folder")
    encoding = declared_encoding(head) or "utf-8"
    if b"\0" in head and encoding != "utf-16":
        if head[1::2].count(0) > len(head) // 4 or head[::2].count(0) > len(head) // 4:
            raise LoadError("this looks like UTF-16 without a byte order mark; save it as UTF-8")
        raise LoadError(f"this is a binary file, not a PubMed export; {_CHOOSE}")
    # only to tell the kind: whoever reads the file decodes it strictly
    text = (
        head.removeprefix(codecs.BOM_UTF8)
        .decode(encoding, errors="replace")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )
    text = text.lstrip()
    if not text:
        raise LoadError("the file is empty but for white space")
    if _is_summary(text) and not medline.matches(text):
        raise LoadError(f'this is the "Summary (text)" export, which has no abstract; {_CHOOSE}')
    for form in FORMATS:
        if form.matches(text):
            return form
    for is_meant, kind in _LOOKALIKES:
        if is_meant(text):
            raise LoadError(f"this is {kind}")
    raise LoadError(f"this is no PubMed record that we know; {_CHOOSE}")
