"""MeSH in NLM's XML: descriptors, supplementary records, qualifiers, pharmacological actions.

https://www.nlm.nih.gov/mesh/xmlmesh.html. Each record becomes the triples that NLM's own RDF has for it
(https://hhs.github.io/meshrdf/), and each of its names is a `skos:altLabel` of the record itself, as in
`mesh_ntriples`. What stands above a descriptor is read from tree numbers, when the file has been read.

The four files are parts of one terminology, each in a graph of its own: `mesh-descriptors`,
`mesh-supplementary`, `mesh-qualifiers`, `mesh-actions`. NLM's file of actions also lists some that stand
above the action that a substance states. Left out: `RunningHead`, `RecordOriginator` and what NLM's RDF
leaves out too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from lxml import etree

from trialweave.errors import LoadError
from trialweave.loaders.decoding import Piece, utf8_chunks, utf8_text
from trialweave.loaders.pubmed.xml_records import xml_records
from trialweave.loaders.terminology.laid_out import laid_out
from trialweave.loaders.terminology.mesh import MESH, MESHV, edition, header
from trialweave.ontology.prefixes import namespace
from trialweave.records import Rejected, Source, Statements, Terminology

FORMAT = "mesh-xml"

RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
XSD = namespace("xsd")

_HEAD = re.compile(
    r"<(?P<set>DescriptorRecordSet|SupplementalRecordSet|QualifierRecordSet|PharmacologicalActionSet)[\s>]"
)
_KEYS = {
    "DescriptorRecordSet": ("mesh-descriptors", "DescriptorRecord"),
    "SupplementalRecordSet": ("mesh-supplementary", "SupplementalRecord"),
    "QualifierRecordSet": ("mesh-qualifiers", "QualifierRecord"),
    "PharmacologicalActionSet": ("mesh-actions", "PharmacologicalAction"),
}
_UI = re.compile(r"\*?([CDQ]\d{6,9})")
_BATCH = 1 << 20

_DESCRIPTORS = {
    "1": "TopicalDescriptor",
    "2": "PublicationType",
    "3": "CheckTag",
    "4": "GeographicalDescriptor",
}
_SUPPLEMENTARY = {
    "1": "SCR_Chemical",
    "2": "SCR_Protocol",
    "3": "SCR_Disease",
    "4": "SCR_Organism",
    "5": "SCR_Population",
    "6": "SCR_Anatomy",
}
_RELATIONS = {"NRW": "narrowerConcept", "BRD": "broaderConcept", "REL": "relatedConcept"}

# element -> property; words in English, codes without a language
_RECORD_WORDS = {
    "Annotation": "annotation",
    "ConsiderAlso": "considerAlso",
    "HistoryNote": "historyNote",
    "Note": "note",
    "OnlineNote": "onlineNote",
    "PublicMeSHNote": "publicMeSHNote",
    "PreviousIndexingList/PreviousIndexing": "previousIndexing",
    "SourceList/Source": "source",
}
_RECORD_CODES = {
    "NLMClassificationNumber": "nlmClassificationNumber",
    "NLMClassificationNumberList/NLMClassificationNumber": "nlmClassificationNumber",
}
_DATES = {"DateCreated": "dateCreated", "DateRevised": "dateRevised", "DateEstablished": "dateEstablished"}
_CONCEPT_WORDS = {"CASN1Name": "casn1_label", "ScopeNote": "scopeNote", "TranslatorsScopeNote": "scopeNote"}
_CONCEPT_CODES = {
    "RegistryNumber": "registryNumber",
    "RegistryNumberList/RegistryNumber": "registryNumber",
    "RelatedRegistryNumberList/RelatedRegistryNumber": "relatedRegistryNumber",
}
_TERM_WORDS = {
    "Abbreviation": "abbreviation",
    "EntryVersion": "entryVersion",
    "SortVersion": "sortVersion",
    "ThesaurusIDlist/ThesaurusID": "thesaurusID",
}


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is one of NLM's MeSH files in XML.

    >>> matches('<?xml version="1.0"?><!DOCTYPE QualifierRecordSet><QualifierRecordSet LanguageCode="eng">')
    True
    """
    return head.lstrip().startswith("<") and _HEAD.search(head) is not None


def read(
    stream: BinaryIO, *, file: str, member: str | None = None
) -> Iterator[Terminology | Statements | Rejected]:
    """The header, then the triples of the records; a record that cannot be read is set aside.

    >>> import io
    >>> xml = b'''<QualifierRecordSet><QualifierRecord><QualifierUI>Q000009</QualifierUI><QualifierName>
    ... <String>adverse effects</String></QualifierName></QualifierRecord></QualifierRecordSet>'''
    >>> header, statements = read(io.BytesIO(xml), file="qual2024.xml")
    >>> header.key, header.version, statements.lines.count(b"\\n")
    ('mesh-qualifiers', '2024', 3)
    """
    with laid_out(stream) as whole:
        head = whole.data.read(1 << 16).decode("utf-8", "replace")
        whole.data.seek(0)
        found = _HEAD.search(head)
        if found is None:
            reason = "no set of MeSH records (descriptors, supplementary records, qualifiers, actions)"
            yield Rejected(file=file, member=member, position=0, reason=reason)
            return
        key, name = _KEYS[found["set"]]
        source = Source(
            file=file,
            format=FORMAT,
            position=1,
            sha256=whole.sha256,
            member=member,
            version=edition(file, member),
        )
        yield header(key, source, partial=True)
        graph = _Triples()
        position = 0
        pieces = xml_records(utf8_chunks(whole.data), names=(name,))
        while True:
            try:
                piece = next(pieces, None)
                if piece is None:
                    break
                position += 1
                graph.ui = None
                lines = graph.of(_parsed(piece), _READ[name])
            except LoadError as error:
                yield Rejected(file=file, member=member, position=position, reason=str(error), id=graph.ui)
                continue
            if lines:
                yield Statements(lines=lines)
        if lines := graph.rest():
            yield Statements(lines=lines)
        if whole.problem is not None:
            yield Rejected(file=file, member=member, position=position + 1, reason=whole.problem)


def _parsed(piece: Piece) -> etree._Element:
    text = utf8_text(piece.data, offset=piece.offset)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as wrong:
        raise LoadError(
            f"the record that begins at byte {piece.offset} is not well-formed: {wrong.msg}"
        ) from wrong


# ── triples ──────────────────────────────────────────────────────────────────────────────


class _Triples:
    """The lines of the records read, handed out in batches; a record that fails leaves none."""

    def __init__(self) -> None:
        self.ui: str | None = None  # of the record being read
        self._record: list[str] = []
        self._batch: list[str] = []
        self._size = 0
        self._numbers: dict[str, str] = {}

    def of(self, record: etree._Element, read_record: Callable[[_Triples, etree._Element], None]) -> bytes:
        """Take up a record; gives the batch when it is full."""
        self._record = []
        read_record(self, record)
        lines = dict.fromkeys(self._record)
        self._batch += lines
        self._size += sum(map(len, lines))
        return self.rest(trees=False) if self._size > _BATCH else b""

    def rest(self, *, trees: bool = True) -> bytes:
        """What has not been handed out, with what tree numbers say when all are known."""
        batch = self._batch
        if trees:
            for number, ui in self._numbers.items():
                above = self._numbers.get(number.rpartition(".")[0])
                if above is not None:
                    name = "broaderQualifier" if ui.startswith("Q") else "broaderDescriptor"
                    batch.append(f"<{MESH[ui]}> <{MESHV[name]}> <{MESH[above]}> .\n")
            batch = list(dict.fromkeys(batch))
        self._batch, self._size = [], 0
        return "".join(batch).encode("utf-8")

    def link(self, subject: str, predicate: str, target: str) -> None:
        self._record.append(f"<{MESH[subject]}> <{predicate}> <{target}> .\n")

    def words(self, subject: str, predicate: str, text: str, suffix: str = "@en") -> None:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        self._record.append(f'<{MESH[subject]}> <{predicate}> "{escaped}"{suffix} .\n')

    def tree_number(self, ui: str, number: str) -> None:
        self.link(ui, MESHV["treeNumber"], MESH[number])
        self.link(number, RDF["type"], MESHV["TreeNumber"])
        self.words(number, RDFS["label"], number)
        if "." in number:
            self.link(number, MESHV["parentTreeNumber"], MESH[number.rpartition(".")[0]])

    def placed(self, ui: str, number: str) -> None:
        self._numbers[number] = ui


def _texts(element: etree._Element, path: str) -> Iterator[str]:
    for found in element.iterfind(path):
        if words := " ".join("".join(map(str, found.itertext())).split()):
            yield words


def _text(element: etree._Element, path: str) -> str | None:
    return next(_texts(element, path), None)


def _required(element: etree._Element, path: str) -> str:
    words = _text(element, path)
    if words is None:
        raise LoadError(f"{element.tag} has no {path}")
    return words


def _ui(element: etree._Element, path: str) -> str:
    words = _required(element, path)
    found = _UI.fullmatch(words)
    if found is None:
        raise LoadError(f'{element.tag}/{path} is "{words}", expected a unique identifier such as D006973')
    return found[1]


def _copied(
    graph: _Triples, subject: str, element: etree._Element, table: dict[str, str], suffix: str
) -> None:
    for path, name in table.items():
        for words in _texts(element, path):
            graph.words(subject, MESHV[name], words, suffix)


def _dated(graph: _Triples, subject: str, element: etree._Element) -> None:
    for path, name in _DATES.items():
        for date in element.iterfind(path):
            parts = [_text(date, part) or "" for part in ("Year", "Month", "Day")]
            if all(part.isdecimal() for part in parts):
                day = "-".join(part.zfill(2) for part in parts)
                graph.words(subject, MESHV[name], day, f"^^<{XSD['date']}>")


# ── records ──────────────────────────────────────────────────────────────────────────────


def _common(graph: _Triples, record: etree._Element, ui: str, name: str, kind: str) -> None:
    graph.link(ui, RDF["type"], MESHV[kind])
    graph.words(ui, RDFS["label"], name)
    graph.words(ui, MESHV["identifier"], ui, "")
    _copied(graph, ui, record, _RECORD_WORDS, "@en")
    _copied(graph, ui, record, _RECORD_CODES, "")
    _dated(graph, ui, record)
    for concept in record.iterfind("ConceptList/Concept"):
        _concept(graph, concept, ui, name)
    for action in record.iterfind("PharmacologicalActionList/PharmacologicalAction/DescriptorReferredTo"):
        graph.link(ui, MESHV["pharmacologicalAction"], MESH[_ui(action, "DescriptorUI")])


def _descriptor(graph: _Triples, record: etree._Element) -> None:
    graph.ui = ui = _ui(record, "DescriptorUI")
    name = _required(record, "DescriptorName/String")
    _common(graph, record, ui, name, _kind(record, "DescriptorClass", _DESCRIPTORS))
    numbers = list(_texts(record, "TreeNumberList/TreeNumber"))
    for number in numbers:
        graph.tree_number(ui, number)
    for allowed in record.iterfind("AllowableQualifiersList/AllowableQualifier/QualifierReferredTo"):
        qualifier = _ui(allowed, "QualifierUI")
        graph.link(ui, MESHV["allowableQualifier"], MESH[qualifier])
        pair = _pair(graph, "Allowed", ui, name, qualifier, _required(allowed, "QualifierName/String"))
    for entry in record.iterfind("EntryCombinationList/EntryCombination"):
        qualifier = _ui(entry, "ECIN/QualifierReferredTo/QualifierUI")
        of = _required(entry, "ECIN/QualifierReferredTo/QualifierName/String")
        pair = _pair(graph, "Disallowed", ui, name, qualifier, of)
        graph.link(pair, MESHV["useInstead"], MESH[_combined(entry.find("ECOUT"), "ECOUT")])
    for related in record.iterfind("SeeRelatedList/SeeRelatedDescriptor/DescriptorReferredTo"):
        graph.link(ui, MESHV["seeAlso"], MESH[_ui(related, "DescriptorUI")])
    for number in numbers:
        graph.placed(ui, number)


def _qualifier(graph: _Triples, record: etree._Element) -> None:
    graph.ui = ui = _ui(record, "QualifierUI")
    _common(graph, record, ui, _required(record, "QualifierName/String"), "Qualifier")
    numbers = list(_texts(record, "TreeNumberList/TreeNumber"))
    for number in numbers:
        graph.tree_number(ui, number)
    for number in numbers:
        graph.placed(ui, number)


def _supplementary(graph: _Triples, record: etree._Element) -> None:
    graph.ui = ui = _ui(record, "SupplementalRecordUI")
    name = _required(record, "SupplementalRecordName/String")
    _common(graph, record, ui, name, _kind(record, "SCRClass", _SUPPLEMENTARY))
    for count in _texts(record, "Frequency"):
        graph.words(ui, MESHV["frequency"], count, f"^^<{XSD['int']}>")
    for heading in record.iterfind("HeadingMappedToList/HeadingMappedTo"):
        # a star says that the record is indexed with the heading as a main point
        starred = any(str(words).startswith("*") for words in heading.itertext())
        link = "preferredMappedTo" if starred else "mappedTo"
        graph.link(ui, MESHV[link], MESH[_combined(heading, "HeadingMappedTo")])
    for also in record.iterfind("IndexingInformationList/IndexingInformation"):
        if any(child.tag in ("DescriptorReferredTo", "ECOUT") for child in also):
            graph.link(ui, MESHV["indexerConsiderAlso"], MESH[_combined(also, "IndexingInformation")])


def _action(graph: _Triples, record: etree._Element) -> None:
    action = _ui(record, "DescriptorReferredTo/DescriptorUI")
    graph.ui = action
    for substance in record.iterfind("PharmacologicalActionSubstanceList/Substance"):
        graph.link(_ui(substance, "RecordUI"), MESHV["pharmacologicalAction"], MESH[action])


_READ: dict[str, Callable[[_Triples, etree._Element], None]] = {
    "DescriptorRecord": _descriptor,
    "SupplementalRecord": _supplementary,
    "QualifierRecord": _qualifier,
    "PharmacologicalAction": _action,
}


def _kind(record: etree._Element, attribute: str, kinds: dict[str, str]) -> str:
    stated = str(record.get(attribute, "1"))  # the DTD's default
    if stated not in kinds:
        raise LoadError(f'{attribute} is "{stated}", expected {", ".join(kinds)}')
    return kinds[stated]


def _combined(place: etree._Element | None, name: str) -> str:
    """`D…`, or `D…Q…` where a qualifier stands beside the descriptor."""
    if place is None:
        raise LoadError(f"the record has no {name}")
    descriptor = _ui(place, "DescriptorReferredTo/DescriptorUI")
    if place.find("QualifierReferredTo") is None:
        return descriptor
    return descriptor + _ui(place, "QualifierReferredTo/QualifierUI")


def _pair(graph: _Triples, kind: str, ui: str, name: str, qualifier: str, of: str) -> str:
    pair = ui + qualifier
    graph.link(pair, RDF["type"], MESHV[f"{kind}DescriptorQualifierPair"])
    graph.words(pair, RDFS["label"], f"{name}/{of}")
    graph.link(pair, MESHV["hasDescriptor"], MESH[ui])
    graph.link(pair, MESHV["hasQualifier"], MESH[qualifier])
    return pair


def _concept(graph: _Triples, concept: etree._Element, record: str, label: str) -> None:
    ui = _required(concept, "ConceptUI")
    preferred = concept.get("PreferredConceptYN") == "Y"
    graph.link(record, MESHV["preferredConcept" if preferred else "concept"], MESH[ui])
    graph.link(ui, RDF["type"], MESHV["Concept"])
    graph.words(ui, RDFS["label"], _required(concept, "ConceptName/String"))
    graph.words(ui, MESHV["identifier"], ui, "")
    _copied(graph, ui, concept, _CONCEPT_WORDS, "@en")
    _copied(graph, ui, concept, _CONCEPT_CODES, "")
    for relation in concept.iterfind("ConceptRelationList/ConceptRelation"):
        name = _RELATIONS.get(str(relation.get("RelationName")))
        if name is not None:
            first, second = _required(relation, "Concept1UI"), _required(relation, "Concept2UI")
            graph.link(first, MESHV[name], MESH[second])
    linked: set[str] = set()  # a permuted form has the id of its term, which comes first
    for term in concept.iterfind("TermList/Term"):
        named = _term(graph, term)
        if named not in linked:
            is_preferred = term.get("ConceptPreferredTermYN") == "Y"
            graph.link(ui, MESHV["preferredTerm" if is_preferred else "term"], MESH[named])
            linked.add(named)
        if term.get("RecordPreferredTermYN") == "Y":
            graph.link(record, MESHV["preferredTerm"], MESH[named])
        words = _required(term, "String")
        if words != label:
            graph.words(record, SKOS["altLabel"], words)


def _term(graph: _Triples, term: etree._Element) -> str:
    ui = _required(term, "TermUI")
    permuted = term.get("IsPermutedTermYN") == "Y"
    graph.link(ui, RDF["type"], MESHV["Term"])
    graph.words(ui, MESHV["identifier"], ui, "")
    graph.words(ui, MESHV["altLabel" if permuted else "prefLabel"], _required(term, "String"))
    if tag := term.get("LexicalTag"):
        graph.words(ui, MESHV["lexicalTag"], str(tag))
    _copied(graph, ui, term, _TERM_WORDS, "@en")
    _dated(graph, ui, term)
    return ui
