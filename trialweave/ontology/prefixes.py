"""Prefixes and the names made of them: `tw:Trial` to its IRI, and back.

The declarations stand in `prefixes.ttl` and nowhere else, in SHACL's form (`sh:declare`, SHACL
section 5.2.1), so that shapes and saved queries can be held against the same file. They are read
line by line: an RDF parser would cost more time than the rest of a short command (a test compares
the two readings).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from trialweave.errors import LinkError

_DECLARATION = re.compile(
    r'^\s*sh:declare \[ sh:prefix "(\w+)"\s*; sh:namespace "([^"]+)"\^\^xsd:anyURI \]', re.MULTILINE
)
# What SPARQL and Turtle read after the colon without an escape (the ASCII part of PN_LOCAL).
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")

_SPELLING = re.compile(r'^\s*rdfs:seeAlso \[ sh:prefix "(\w+)"\s*; void:uriSpace "([^"]+)" \]', re.MULTILINE)
_TEXT = files(__package__).joinpath("prefixes.ttl").read_text("utf-8")

PREFIXES: Mapping[str, str] = MappingProxyType(dict(_DECLARATION.findall(_TEXT)))
"""Every prefix and its namespace, in the order of `prefixes.ttl`."""

SPELLINGS: Mapping[str, str] = MappingProxyType({space: prefix for prefix, space in _SPELLING.findall(_TEXT)})
"""Namespaces that some files use for what has one of ours, each with our prefix."""


class Namespace:
    """A namespace that gives the IRIs of its names.

    >>> TW = namespace("tw")
    >>> TW["ofGroup"]
    'https://w3id.org/trialweave/ontology#ofGroup'
    """

    __slots__ = ("iri",)

    def __init__(self, iri: str) -> None:
        self.iri = iri

    def __getitem__(self, name: str) -> str:
        """The IRI of `name` in this namespace."""
        return self.iri + name

    def __repr__(self) -> str:
        return f"Namespace({self.iri!r})"


def namespace(prefix: str) -> Namespace:
    """The namespace that `prefix` stands for.

    Raises LinkError where the prefix is not declared.

    >>> namespace("nct")["NCT02649361"]
    'https://clinicaltrials.gov/study/NCT02649361'
    """
    if prefix not in PREFIXES:
        raise LinkError(f"{prefix}: is not a known prefix; the known ones are {', '.join(sorted(PREFIXES))}")
    return Namespace(PREFIXES[prefix])


def expand(curie: str) -> str:
    """The IRI of a CURIE.

    Raises LinkError where there is no colon, nothing after it, or an undeclared prefix before it.

    >>> expand("mesh:D020533")
    'http://id.nlm.nih.gov/mesh/D020533'
    >>> expand("drug:1")
    Traceback (most recent call last):
        ...
    trialweave.errors.LinkError: drug: is not a known prefix; the known ones are CHEBI, DOID, ...
    """
    prefix, colon, name = curie.partition(":")
    if not colon or not name:
        raise LinkError(f"{curie!r} is not a CURIE; write prefix:name, such as mesh:D020533")
    return namespace(prefix)[name]


def compact(iri: str) -> str:
    """The CURIE of an IRI, or the IRI itself where no CURIE of it can be pasted into SPARQL.

    The longest namespace wins. `expand(compact(iri))` gives the IRI back whenever the answer is
    a CURIE.

    >>> compact("http://id.nlm.nih.gov/mesh/vocab#Descriptor")
    'meshv:Descriptor'
    >>> compact("https://doi.org/10.1002/cam4.3771")
    'https://doi.org/10.1002/cam4.3771'
    """
    best = max((p for p, base in PREFIXES.items() if iri.startswith(base)), key=_length, default=None)
    if best is None:
        return iri
    name = iri[len(PREFIXES[best]) :]
    return f"{best}:{name}" if _LOCAL.fullmatch(name) else iri


def canonical(iri: str) -> str:
    """The IRI in the namespace that we use, where it stands in another spelling of one.

    >>> canonical("http://identifiers.org/mesh/D020533"), canonical("https://example.org/D020533")
    ('http://id.nlm.nih.gov/mesh/D020533', 'https://example.org/D020533')
    """
    for space, prefix in SPELLINGS.items():
        if iri.startswith(space):
            return PREFIXES[prefix] + iri[len(space) :]
    return iri


def _length(prefix: str) -> int:
    return len(PREFIXES[prefix])
