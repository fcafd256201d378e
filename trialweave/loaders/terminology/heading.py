"""What the head of an ontology's file says of it: key, version, title, licence, and our notice beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from trialweave.loaders.terminology.laid_out import LaidOut
from trialweave.loaders.terminology.notices import NOTICES
from trialweave.ontology.prefixes import namespace
from trialweave.records import Source, Terminology

CC = namespace("cc")
DC = namespace("dc")
DCTERMS = namespace("dcterms")
FOAF = namespace("foaf")
OBO = namespace("obo")
OWL = namespace("owl")
RDFS = namespace("rdfs")

LICENCE = (DCTERMS["license"], DC["license"], CC["license"])
TITLE = (DCTERMS["title"], DC["title"], RDFS["label"])
HOMEPAGE = (FOAF["homepage"],)
VERSION = (OWL["versionInfo"], DCTERMS["hasVersion"])

_ENDINGS = re.compile(r"\.(?:owl|obo|json|ofn|owx|omn|rdf|ttl|nt|xml|gz|txt)$", re.IGNORECASE)
_RELEASE = re.compile(r"(?:^|/)releases/(?:v)?([^/]+)|/(\d{4}-\d{2}-\d{2})(?:/|$)")
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9_.-]+")


def terminology(
    whole: LaidOut,
    *,
    file: str,
    member: str | None,
    format_name: str,
    iri: str | None,
    version: str | None,
    stated: Mapping[str, Collection[str]],
) -> Terminology:
    """The header's record; `stated` holds what the file says of itself, by the IRI of the predicate.

    `version` is what the file gives as its version in its own syntax; without it, `owl:versionInfo`.
    """
    title = _first(stated, TITLE)
    found = version or _first(stated, VERSION)
    notice = NOTICES.get(_family(iri) or key(iri, file=file, member=member))
    return Terminology(
        key=key(iri, file=file, member=member),
        source=Source(
            file=file, member=member, format=format_name, position=1, sha256=whole.sha256, version=None
        ),
        version=None if found is None else release(found),
        iri=iri,
        title=title,
        licence=_first(stated, LICENCE),
        notice=None if notice is None else notice.text,
        homepage=_first(stated, HOMEPAGE),
        redistributable=None if notice is None else notice.redistributable,
        partial=whole.problem is not None or (iri is not None and "/subsets/" in iri),
    )


def key(iri: str | None, *, file: str, member: str | None) -> str:
    """The short name of an ontology: the last part of its IRI, or else the stem of its file.

    A product beside the main one keeps its own name, so that both can stand in one store.

    >>> key("http://purl.obolibrary.org/obo/hp.owl", file="any", member=None)
    'hp'
    >>> key("http://purl.obolibrary.org/obo/doid/subsets/DO_cancer_slim.owl", file="any", member=None)
    'do_cancer_slim'
    >>> key(None, file="mondo.obo.gz", member=None)
    'mondo'
    """
    for name in (iri, member, file):
        if name is None:
            continue
        last = PurePosixPath(name.rstrip("/#")).name
        while (shorter := _ENDINGS.sub("", last)) != last:
            last = shorter
        plain = _NOT_IN_A_KEY.sub("-", last.lower()).strip("-.")
        if plain:
            return plain
    return "terminology"


def release(version: str) -> str:
    """The version alone, where it stands inside the path or IRI of a release.

    >>> release("hp/releases/2025-01-16"), release("releases/v2.1"), release("4.0")
    ('2025-01-16', '2.1', '4.0')
    """
    found = _RELEASE.search(version)
    return version if found is None else found[1] or found[2]


def _family(iri: str | None) -> str | None:
    """The ontology that a file of the OBO Foundry is of, also where it is a product beside the main one."""
    if iri is None or not iri.startswith(OBO.iri):
        return None
    return _ENDINGS.sub("", iri.removeprefix(OBO.iri).partition("/")[0]).lower()


def _first(stated: Mapping[str, Collection[str]], predicates: Collection[str]) -> str | None:
    return next((value for one in predicates for value in stated.get(one, ()) if value.strip()), None)
