"""From what a person types to an RDF term: ids, CURIEs, IRIs, labels, numbers."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from trialweave.errors import LinkError, QueryError
from trialweave.graph.quads import Literal, NamedNode, Term, to_term
from trialweave.ontology.prefixes import namespace
from trialweave.queries.catalogue import Parameter
from trialweave.queries.concepts import CURIE, iri_of, listed, resolve_concept

if TYPE_CHECKING:
    from trialweave.queries.source import Source

MESH = namespace("mesh")
PRISM = namespace("prism")
RDFS = namespace("rdfs")
SKOS = namespace("skos")
TW = namespace("tw")

_NCT = re.compile(r"NCT\d{8}", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid:?\s*)?(\d{1,8})", re.IGNORECASE)
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S(?:.*\S)?)", re.IGNORECASE)


def parse_value(name: str, parameter: Parameter, given: str, source: Source) -> Term:
    """The RDF term that `given` stands for, by the parameter's type.

    Raises QueryError: what was expected, and (for a label) the candidates.
    """
    kind = parameter.type
    try:
        if kind == "concept":
            return resolve_concept(source, given)
        if kind == "trial":
            return resolve_trial(source, given)
        if kind == "publication":
            return resolve_publication(source, given)
        if kind == "fact":
            return iri_of(given)
        if kind == "integer":
            return to_term(int(given))
        if kind == "decimal":
            return to_term(_decimal(given))
    except (ValueError, LinkError) as error:
        raise QueryError(f"{name}={given}: expected {_EXPECTED[kind]} ({error})") from error
    if kind == "grade":
        if given not in ("1", "2", "3", "4", "5"):
            raise QueryError(f"{name}={given}: expected a CTCAE grade, 1 to 5")
        return to_term(int(given))
    if kind == "choice" and given not in parameter.choices:
        raise QueryError(f"{name}={given}: expected one of {', '.join(parameter.choices)}")
    return Literal(given)


_EXPECTED = {
    "concept": "a label, a CURIE such as mesh:D006973, or an IRI",
    "trial": "a registry id such as NCT02649361, or the PMID or DOI of its publication, or an IRI",
    "publication": "a PMID, a DOI or an IRI",
    "fact": "the IRI of a fact, as the other questions give it",
    "integer": "a whole number",
    "decimal": "a number",
}


def _decimal(given: str) -> Decimal:
    try:
        value = Decimal(given)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not value.is_finite():
        raise ValueError("not a finite number")
    return value


def resolve_publication(source: Source, given: str) -> NamedNode:
    """A publication by PMID, DOI or IRI. Raises QueryError if this graph does not have it."""
    given = given.strip()
    if match := _PMID.fullmatch(given):
        candidates = [NamedNode(namespace("pubmed")[match[1]])]
    elif match := _DOI.fullmatch(given):
        candidates = _publications_with_doi(source, match[1])
    else:
        candidates = [iri_of(given)]
    for candidate in candidates:
        if _holds(source, f"{candidate} ?p ?o"):
            return candidate
    raise QueryError(f"there is no publication {given} in this graph")


def _publications_with_doi(source: Source, doi: str) -> list[NamedNode]:
    query = f"""
    SELECT ?publication WHERE {{
      VALUES ?wanted {{ {Literal(doi.lower())} }}
      ?publication <{PRISM["doi"]}> ?doi . FILTER(LCASE(?doi) = ?wanted)
    }} ORDER BY ?publication
    """
    return [NamedNode(row["publication"].value) for row in source.select(query)]


def resolve_trial(source: Source, given: str) -> NamedNode:
    """A trial by registry id, by IRI, or by the PMID, DOI or IRI of the publication that reports it.

    Raises QueryError if this graph does not have it, or if several trials bear the id.
    """
    given = given.strip()
    if _NCT.fullmatch(given) and _is_trial(source, trial := NamedNode(namespace("nct")[given.upper()])):
        return trial
    if found := _trials_with_id(source, given):
        return _the_one(given, found)
    if _PMID.fullmatch(given) or _DOI.fullmatch(given):
        publication = resolve_publication(source, given)
        if reported := _trials_reported(source, publication):
            return reported[0]
        raise QueryError(f"publication {given} reports no trial in this graph")
    if not _NCT.fullmatch(given):
        if CURIE.fullmatch(given.removeprefix("<").removesuffix(">")) is None:
            raise QueryError(f"{given!r} is {_NO_TRIAL}")
        iri = iri_of(given.removesuffix("/"))
        if _is_trial(source, iri):
            return iri
        if reported := _trials_reported(source, iri):
            return reported[0]
    raise QueryError(f"there is no trial {given} in this graph; `trialweave ask STORE trials` lists them")


_NO_TRIAL = (
    "no registry id in this graph, no PMID, DOI or IRI; `trialweave ask STORE trials` lists the trials"
)


def _is_trial(source: Source, iri: NamedNode) -> bool:
    return _holds(source, f"{iri} a <{TW['Trial']}>")


def _holds(source: Source, pattern: str) -> bool:
    return bool(source.query(f"ASK {{ {pattern} }}"))


def _the_one(given: str, found: list[NamedNode]) -> NamedNode:
    """The trial of an id. What several registered trials report together is none of them alone."""
    own = [trial for trial in found if not trial.value.endswith("/trial")]
    if len(own) == 1:
        return own[0]
    if own:
        raise QueryError(f"{given!r} is the id of several trials: {listed(t.value for t in own)}; give one")
    raise QueryError(
        f"there is no trial {given} in this graph; it is one of several that are reported together as "
        f"{listed(trial.value for trial in found)}, which can be asked for by that name"
    )


def _trials_reported(source: Source, publication: NamedNode) -> list[NamedNode]:
    """The trial that a publication reports, under the registry's name where it has two."""
    query = f"""
    SELECT DISTINCT ?trial WHERE {{
      {publication} <{TW["reportsTrial"]}> ?trial
      FILTER NOT EXISTS {{ ?trial <{TW["sameTrial"]}> ?registered }}
    }} ORDER BY ?trial
    """
    return [row["trial"] for row in source.select(query)]


def _trials_with_id(source: Source, given: str) -> list[NamedNode]:
    query = f"""
    SELECT DISTINCT ?trial WHERE {{
      VALUES ?wanted {{ {Literal(given.lower())} }}
      ?trial <{TW["registryId"]}> ?id ; a <{TW["Trial"]}> . FILTER(LCASE(?id) = ?wanted)
    }} ORDER BY ?trial
    """
    return [NamedNode(row["trial"].value) for row in source.select(query)]
