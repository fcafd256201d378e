"""What a terminology says: its terms, and the mappings between the terms of two.

A file of terms gives one `Terminology`, then its `Term`s, and where it is RDF, its `Statements`; a file of
mappings one `MappingSet`, then its `Mapping`s. Everything that names something is an IRI.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from trialweave.records.trial import Record, Source

Scope = Literal["exact", "narrow", "broad", "related"]
"""How a synonym relates to its term: `narrow` means less than the term, `broad` more."""


class Terminology(Record, frozen=True):
    """One version of an ontology, thesaurus or classification, as its file describes it.

    `key` is its short name in lower case ("mesh", "mondo", "ctcae"), which names its graph together
    with `version`. `source.sha256` is the hash of the whole file. `partial` tells that the file holds a
    part of the terminology only; `notice` is what must stand beside the data wherever they go.
    """

    key: str
    source: Source
    version: str | None = None
    iri: str | None = None
    title: str | None = None
    licence: str | None = None
    notice: str | None = None
    homepage: str | None = None
    redistributable: bool | None = None
    partial: bool = False


class Synonym(Record, frozen=True):
    """Another name of a term; `kind` is what the source calls it ("abbreviation", "brand")."""

    text: str
    scope: Scope = "exact"
    kind: str | None = None
    language: str | None = None


class Note(Record, frozen=True):
    """Words about a term that are neither name nor definition; `kind` is what the source calls them."""

    text: str
    kind: str | None = None


class Relation(Record, frozen=True):
    """A relation of a term to another, other than being below it: `predicate` and `target` are IRIs."""

    predicate: str
    target: str


class Term(Record, frozen=True):
    """One term: names, what stands right above it, and what else it is related to.

    `parents` are the terms right above it (`is_a`, `rdfs:subClassOf` a named class, `skos:broader`,
    MeSH's broader descriptor). `notations` are codes that are no IRI (tree numbers, ATC codes). `xrefs`
    stand as published: they may mean anything from "the same" to "see also" and are no mappings;
    `alternative_ids` stand as published too. `path` is the place in the file (a line, a JSON Pointer);
    in RDF, where a term has no one place, it is the term's IRI.
    """

    iri: str
    path: str
    label: str | None = None
    types: tuple[str, ...] = ()
    definition: str | None = None
    synonyms: tuple[Synonym, ...] = ()
    parents: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    notations: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    xrefs: tuple[str, ...] = ()
    alternative_ids: tuple[str, ...] = ()
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()


class Statements(Record, frozen=True):
    """Some of the triples of a file in RDF, all of which the file states: N-Triples in UTF-8, whole lines.

    Where a file gives Statements, they are what its graph holds, and its Terms are only what questions
    need of them. Blank nodes have names that the whole file shares and that the same bytes give again.
    """

    lines: bytes


class MappingSet(Record, frozen=True):
    """A set of mappings in SSSOM's form, as its file describes it; `key` names its graph."""

    key: str
    source: Source
    iri: str | None = None
    version: str | None = None
    title: str | None = None
    licence: str | None = None


class Mapping(Record, frozen=True):
    """One mapping (SSSOM): `predicate` is an IRI such as that of `skos:exactMatch`.

    `negated` says that the mapping does *not* hold (SSSOM's `predicate_modifier` "Not").
    `justification` is an IRI of SEMAPV; `confidence` lies between 0 and 1; `reviewer_agreement` between
    -1 (a reviewer says that it is wrong) and 1, 0 where the reviewer is unsure.
    """

    subject: str
    predicate: str
    object: str
    path: str
    justification: str
    negated: bool = False
    confidence: Decimal | None = None
    reviewer_agreement: Decimal | None = None
    subject_label: str | None = None
    object_label: str | None = None
    author: str | None = None
    tool: str | None = None
    comment: str | None = None
