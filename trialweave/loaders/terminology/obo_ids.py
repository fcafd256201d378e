"""From an identifier of OBO to its IRI, as the translation of OBO to OWL has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from trialweave.errors import LoadError
from trialweave.ontology.prefixes import PREFIXES, namespace

OBO = namespace("obo")
SKOS = namespace("skos")

MATCHES = tuple(SKOS[f"{how}Match"] for how in ("exact", "close", "broad", "narrow", "related"))
"""SKOS's relations to terms of other terminologies."""

SHORT_NAMES: Mapping[str, str] = {
    "has_characteristic": OBO["RO_0000053"],
    "has_part": OBO["BFO_0000051"],
    "has_role": OBO["RO_0000087"],
    "part_of": OBO["BFO_0000050"],
}
"""Relations that the OBO Foundry shares: what their names mean where the file itself does not say it."""

_IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_WEB = ("http://", "https://", "urn:", "mailto:", "ftp://")
_SHARED = ("RO:", "BFO:", *_WEB)


def iri_of(
    key: str, *, spaces: Mapping[str, str], relations: Mapping[str, Iterable[str]]
) -> Callable[[str], str]:
    """What makes the IRIs of one file's identifiers: IRIs, `PREFIX:local`, or short names.

    `key` is the ontology's, `spaces` the prefixes that the file declares, `relations` the
    cross-references of its relations: one in RO or BFO says what a short name means.
    The function raises LoadError for what is no identifier.

    >>> iri = iri_of("hp", spaces={"terms": "http://purl.org/dc/terms/"}, relations={})
    >>> iri("CHEBI:76924"), iri("terms:license")
    ('http://purl.obolibrary.org/obo/CHEBI_76924', 'http://purl.org/dc/terms/license')
    >>> iri("has_role"), iri("is_near")
    ('http://purl.obolibrary.org/obo/RO_0000087', 'http://purl.obolibrary.org/obo/hp#is_near')
    """
    # a vocabulary's prefix is in lower case, that of an OBO Foundry ontology is not
    known = {prefix: base for prefix, base in PREFIXES.items() if prefix.islower()}
    known |= {"oboInOwl": PREFIXES["oio"]} | dict(spaces)
    short = dict(SHORT_NAMES)

    def iri(identifier: str) -> str:
        if identifier.startswith(_WEB):
            if _IRI.fullmatch(identifier) is None:
                raise LoadError(f"{identifier!r} is not an IRI")
            return identifier
        prefix, colon, local = identifier.partition(":")
        if not colon:
            return short.get(identifier) or OBO[f"{key}#{_safe(identifier)}"]
        if not prefix or not local:
            raise LoadError(f"{identifier!r} is not an identifier of the form PREFIX:number")
        base = known.get(prefix)
        if base is not None:
            return base + _safe(local)
        return OBO[f"{_safe(prefix)}{'#_' if '_' in local else '_'}{_safe(local)}"]

    for name, xrefs in relations.items():
        shared = next((xref for xref in xrefs if xref.startswith(_SHARED)), None)
        if shared is not None and ":" not in name:
            short[name] = iri(shared)
    return iri


def local_name(iri: str) -> str:
    """What an IRI ends in, after `#` or the last `/`.

    >>> local_name("http://purl.obolibrary.org/obo/hp#layperson")
    'layperson'
    """
    return iri.rpartition("#")[2].rpartition("/")[2]


def _safe(local: str) -> str:
    return local if local.isascii() and local.isalnum() else quote(local, safe="/#?=&;,.:@!$'()*+~-_")
