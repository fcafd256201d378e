"""From what a person types to one concept: an IRI, a CURIE, or a label that means one thing in the graph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from trialweave.errors import QueryError
from trialweave.graph.quads import Literal, NamedNode
from trialweave.graph.terminologies import preference, terminology_of
from trialweave.ontology import mesh
from trialweave.ontology.prefixes import PREFIXES, compact, expand, namespace

if TYPE_CHECKING:
    from trialweave.queries.source import Source

MESH = namespace("mesh")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")

CURIE = re.compile(r"([A-Za-z][\w-]*):(\S+)")
"""What looks like a CURIE or an IRI, and is no label."""


def iri_of(given: str) -> NamedNode:
    """An IRI or a CURIE of a known prefix; a label is refused."""
    given = given.removeprefix("<").removesuffix(">")
    match = CURIE.fullmatch(given)
    if match is None:
        raise QueryError(f"{given!r} is no IRI")
    curie = match[1] in PREFIXES and not match[2].startswith("//")
    try:
        return NamedNode(expand(given) if curie else given)
    except ValueError as error:
        raise QueryError(f"{given!r} is no IRI ({error})") from error


def resolve_concept(source: Source, given: str) -> NamedNode:
    """A term of a terminology, or a local concept: by IRI, by CURIE, by label.

    A preferred label wins over a synonym, a terminology's term over a label that only sources use, what
    is in the graph over what only the MeSH in the package knows. Of terms of several terminologies that
    the graph holds to be the same, by its links or by mappings, the preferred one is taken; else the one
    that the sources' own uses of the label are all linked to; else, where each terminology has one term
    of that name, MeSH's before the others.
    Raises QueryError if nothing or more than one thing bears the label.
    """
    bare = given.strip().removeprefix("<").removesuffix(">")
    match = CURIE.fullmatch(bare)
    if match and (match[1] in PREFIXES or match[2].startswith("//")):
        return iri_of(bare)
    for predicate, terminology in (
        (RDFS["label"], True),
        (SKOS["altLabel"], True),
        (SKOS["prefLabel"], False),
    ):
        found = _bearers(source, predicate, given, terminology=terminology)
        if len(found) == 1:
            return NamedNode(found[0])
        if len(found) > 1 and (
            meant := _the_same(source, found)
            or _meant(source, given)
            or (terminology and _one_of_each(found))
        ):
            return NamedNode(meant)
        if found:
            raise QueryError(
                f"{given!r} is the label of several terms: {listed(found)}; give one of these instead"
            )
    known = mesh.find(given)
    if len(known) == 1:
        return NamedNode(MESH[known[0]])
    if known:
        raise QueryError(
            f"{given!r} is a name of several MeSH terms: {listed(MESH[ui] for ui in known)}; give one"
        )
    near = _containing(source, given)
    hint = f"; did you mean {', '.join(near)}?" if near else "; give a CURIE such as mesh:D006973, or an IRI"
    raise QueryError(f"no term in this graph has the label {given!r}{hint}")


def _the_same(source: Source, terms: list[str]) -> str | None:
    """The preferred one of several terms that mean the same in this graph; None where they may not."""
    first = min(terms, key=preference)
    pairs = " ".join(f"({NamedNode(first)} {NamedNode(other)})" for other in terms if other != first)
    query = f"""
    SELECT DISTINCT ?other WHERE {{
      VALUES (?first ?other) {{ {pairs} }}
      {{ ?concept <{SKOS["exactMatch"]}> ?first , ?other . }}
      UNION {{ ?first <{SKOS["exactMatch"]}> ?other }}
      UNION {{ ?other <{SKOS["exactMatch"]}> ?first }}
    }}"""
    return first if len(list(source.select(query))) == len(terms) - 1 else None


def _meant(source: Source, label: str) -> str | None:
    """The one preferred term of the local concepts that bear a label; None where they have none, or two."""
    query = f"""
    SELECT DISTINCT ?term WHERE {{
      VALUES ?wanted {{ {Literal(" ".join(label.split()).lower())} }}
      ?concept <{SKOS["prefLabel"]}> ?label ; <{TW["preferredTerm"]}> ?term .
      FILTER(LCASE(STR(?label)) = ?wanted)
    }} ORDER BY ?term"""
    found = [row["term"].value for row in source.select(query)]
    return found[0] if len(found) == 1 else None


def _one_of_each(terms: list[str]) -> str | None:
    """The preferred one of terms that stand in a terminology each; None where one has two of them."""
    terminologies = {terminology_of(term) for term in terms}
    return min(terms, key=preference) if len(terminologies) == len(terms) else None


def listed(iris: Iterable[str]) -> str:
    """IRIs as people read them, with commas between."""
    return ", ".join(compact(iri) for iri in iris)


_BEARERS = """
SELECT DISTINCT ?term WHERE {{
  VALUES ?wanted {{ {wanted} }}
  ?term <{predicate}> ?label .
  FILTER(LCASE(STR(?label)) = ?wanted)
  {restriction}
}} ORDER BY ?term
"""

_TERMS = "FILTER(STRSTARTS(STR(?term), '{mesh}') || STRSTARTS(STR(?term), '{obo}'))".format(
    mesh=namespace("mesh").iri, obo=namespace("obo").iri
)


def _bearers(source: Source, predicate: str, label: str, *, terminology: bool) -> list[str]:
    wanted = Literal(" ".join(label.split()).lower())
    query = _BEARERS.format(wanted=wanted, predicate=predicate, restriction=_TERMS if terminology else "")
    return [row["term"].value for row in source.select(query)]


def _containing(source: Source, part: str, limit: int = 5) -> list[str]:
    wanted = Literal(" ".join(part.split()).lower())
    query = f"""
    SELECT DISTINCT ?label WHERE {{
      VALUES ?wanted {{ {wanted} }}
      ?term <{RDFS["label"]}>|<{SKOS["altLabel"]}>|<{SKOS["prefLabel"]}> ?label .
      FILTER(CONTAINS(LCASE(STR(?label)), ?wanted))
    }} ORDER BY STRLEN(STR(?label)) ?label LIMIT {limit}
    """
    return [row["label"].value for row in source.select(query)]
