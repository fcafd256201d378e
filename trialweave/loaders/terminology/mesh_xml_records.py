"""What one record of MeSH's XML says, as the triples that NLM's own RDF has for it.

Element by element: https://www.nlm.nih.gov/mesh/xmlmesh.html; the properties: https://hhs.github.io/meshrdf/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from trialweave.errors import LoadError
from trialweave.loaders.terminology.mesh import MESH, MESHV
from trialweave.loaders.terminology.mesh_triples import Triples
from trialweave.ontology.prefixes import namespace

RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
XSD = namespace("xsd")

_UI = re.compile(r"\*?([CDQ]\d{6,9})")

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
    graph: Triples, subject: str, element: etree._Element, table: dict[str, str], suffix: str
) -> None:
    for path, name in table.items():
        for words in _texts(element, path):
            graph.words(subject, MESHV[name], words, suffix)


def _dated(graph: Triples, subject: str, element: etree._Element) -> None:
    for path, name in _DATES.items():
        for date in element.iterfind(path):
            parts = [_text(date, part) or "" for part in ("Year", "Month", "Day")]
            if all(part.isdecimal() for part in parts):
                day = "-".join(part.zfill(2) for part in parts)
                graph.words(subject, MESHV[name], day, f"^^<{XSD['date']}>")


# ── records ──────────────────────────────────────────────────────────────────────────────


def _common(graph: Triples, record: etree._Element, ui: str, name: str, kind: str) -> None:
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


def _descriptor(graph: Triples, record: etree._Element) -> None:
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


def _qualifier(graph: Triples, record: etree._Element) -> None:
    graph.ui = ui = _ui(record, "QualifierUI")
    _common(graph, record, ui, _required(record, "QualifierName/String"), "Qualifier")
    numbers = list(_texts(record, "TreeNumberList/TreeNumber"))
    for number in numbers:
        graph.tree_number(ui, number)
    for number in numbers:
        graph.placed(ui, number)


def _supplementary(graph: Triples, record: etree._Element) -> None:
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


def _action(graph: Triples, record: etree._Element) -> None:
    action = _ui(record, "DescriptorReferredTo/DescriptorUI")
    graph.ui = action
    for substance in record.iterfind("PharmacologicalActionSubstanceList/Substance"):
        graph.link(_ui(substance, "RecordUI"), MESHV["pharmacologicalAction"], MESH[action])


READ: dict[str, Callable[[Triples, etree._Element], None]] = {
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


def _pair(graph: Triples, kind: str, ui: str, name: str, qualifier: str, of: str) -> str:
    pair = ui + qualifier
    graph.link(pair, RDF["type"], MESHV[f"{kind}DescriptorQualifierPair"])
    graph.words(pair, RDFS["label"], f"{name}/{of}")
    graph.link(pair, MESHV["hasDescriptor"], MESH[ui])
    graph.link(pair, MESHV["hasQualifier"], MESH[qualifier])
    return pair


def _concept(graph: Triples, concept: etree._Element, record: str, label: str) -> None:
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


def _term(graph: Triples, term: etree._Element) -> str:
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
