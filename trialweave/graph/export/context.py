"""The JSON-LD context of trial documents: readable keys, each of which leads to one property.

Names of our vocabulary stand as they are (`@vocab`); those of others get a short name below. A key that
ends a document's nesting backwards (`facts` of a group: all that say `tw:ofGroup`) is a reverse property.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from trialweave.ontology.prefixes import PREFIXES, expand

Context = dict[str, str | float | dict[str, str]]

NAMES = {
    "label": "rdfs:label",
    "title": "dcterms:title",
    "citation": "dcterms:bibliographicCitation",
    "issued": "dcterms:issued",
    "language": "dcterms:language",
    "creator": "dcterms:creator",
    "journal": "prism:publicationName",
    "doi": "prism:doi",
    "pubmedId": "fabio:hasPubMedId",
    "pubmedCentralId": "fabio:hasPubMedCentralId",
    "primarySubject": "fabio:hasPrimarySubjectTerm",
    "subjectTerm": "fabio:hasSubjectTerm",
    "doseValue": "schema:doseValue",
    "doseUnit": "schema:doseUnit",
    "prefLabel": "skos:prefLabel",
    "exactMatch": "skos:exactMatch",
    "closeMatch": "skos:closeMatch",
    "broadMatch": "skos:broadMatch",
    "hasPart": "dcterms:hasPart",
    "hasSource": "oa:hasSource",
    "hasSelector": "oa:hasSelector",
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "start": "oa:start",
    "end": "oa:end",
    "statementSubject": "rdf:subject",
    "statementPredicate": "rdf:predicate",
    "statementObject": "rdf:object",
}
"""Short names of properties of other vocabularies."""

_LINKS = {
    "primarySubject",
    "subjectTerm",
    "exactMatch",
    "closeMatch",
    "broadMatch",
    "hasPart",
    "hasSource",
    "hasSelector",
    "statementSubject",
    "statementPredicate",
}
"""Those whose values are always nodes; `statementObject` may be either, so it is not among them."""

REVERSE = {
    "results": "tw:ofEndpoint",
    "facts": "tw:ofGroup",
    "groupsAndFacts": "tw:ofTrial",
    "findings": "tw:about",
    "statements": "rdf:subject",
    "drugToxicityLinks": "tw:inPublication",
    "differences": "tw:comparedTrial",
    "publications": "tw:reportsTrial",
    "alsoNamed": "tw:sameTrial",
}
"""Keys under which a node holds the nodes that point to it, in the order in which a node chooses one."""

_TERM = re.compile(r"^tw:(\w+) a ([^;]*);(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


@cache
def ranges() -> dict[str, str]:
    """The coercion of each property of ours that has one: `@id` for a link, else the datatype's CURIE.

    >>> ranges()["ofGroup"], ranges()["ciLow"], "affected" in ranges()
    ('@id', 'xsd:decimal', False)
    """
    text = files("trialweave.ontology").joinpath("trialweave.ttl").read_text("utf-8")
    found = {}
    for name, classes, rest in _TERM.findall(text):
        if "owl:ObjectProperty" in classes:
            found[name] = "@id"
        elif "owl:DatatypeProperty" in classes and "rdfs:range xsd:decimal" in rest:
            found[name] = "xsd:decimal"
    return found | dict.fromkeys(_LINKS, "@id") | {"doseValue": "xsd:decimal"}


@cache
def context() -> Context:
    """The context, the same in every document."""
    made: Context = {"@version": 1.1, "@vocab": PREFIXES["tw"], "id": "@id", "type": "@type"}
    made |= {prefix: iri for prefix, iri in PREFIXES.items() if iri[-1] in "/#"}
    of = ranges()
    for name, curie in sorted(NAMES.items()):
        made[name] = {"@id": curie, "@type": of[name]} if name in of else curie
    for name, kind in sorted(of.items()):
        if name not in NAMES:
            made[name] = {"@id": f"tw:{name}", "@type": kind}
    for name, curie in REVERSE.items():
        made[name] = {"@reverse": curie}
    return made


@cache
def keys() -> dict[str, str]:
    """The key of each property's IRI that has a short name."""
    return {expand(curie): name for name, curie in NAMES.items()}
