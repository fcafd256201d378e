"""One stanza of an OBO file: its clauses, tag by tag, into a term.

What holds only for some of a term (a `gci_relation`, cardinality 0, `all_only`) is neither parent nor
relation. The genus of a logical definition (`intersection_of`) is a parent, and what sets the term apart
from it a relation: both follow from the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

from trialweave.errors import LoadError
from trialweave.loaders.terminology import obo_lines as lines
from trialweave.loaders.terminology.obo_ids import MATCHES
from trialweave.loaders.terminology.obo_lines import Clause, Stanza
from trialweave.ontology.prefixes import namespace
from trialweave.records import Relation, Scope, Synonym, Term

OBO = namespace("obo")
OIO = namespace("oio")
OWL = namespace("owl")

STANZAS = {"Term": OWL["Class"], "Typedef": OWL["ObjectProperty"], "Instance": OWL["NamedIndividual"]}
"""The names of stanzas, and what they declare."""

_RELATED = {
    "consider": OIO["consider"],
    "disjoint_from": OWL["disjointWith"],
    "equivalent_to": OWL["equivalentClass"],
}
_REPLACED_BY = OBO["IAO_0100001"]
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_ONLY_SOME = {"gci_relation", "gci_filler", "all_only"}
_NONE = {"cardinality": "0", "max_cardinality": "0", "maxCardinality": "0"}


class Names(NamedTuple):
    """What the rest of the file says of names: identifiers to IRIs, synonym types to scopes."""

    iri: Callable[[str], str]
    scopes: Mapping[str, Scope]


class _Draft:
    """A term while its clauses are read."""

    def __init__(self, kind: str, names: Names) -> None:
        self.names = names
        self.types = [kind]
        self.id: str | None = None
        self.label: str | None = None
        self.definition: str | None = None
        self.obsolete: bool | None = None
        self.synonyms: list[Synonym] = []
        self.parents: list[str] = []
        self.relations: list[Relation] = []
        self.xrefs: list[str] = []
        self.alternative_ids: list[str] = []
        self.replaced_by: list[str] = []

    def relate(self, predicate: str, target: str) -> None:
        self.relations.append(Relation(predicate=predicate, target=target))


def term(stanza: Stanza, names: Names) -> Term:
    r"""The term of a stanza.

    Raises LoadError that names the line and what is wrong with it.

    >>> found = term(Stanza("Term", 5, b"[Term]\nid: A:1\nis_a: A:2 ! two\n"), Names("x#{}".format, {}))
    >>> found.iri, found.path, found.parents
    ('x#A:1', 'line 5', ('x#A:2',))
    """
    draft = _Draft(STANZAS[stanza.name or ""], names)
    for clause in lines.clauses(stanza):
        take = _TAGS.get(clause.tag)
        if take is None:
            continue
        try:
            take(draft, clause)
        except LoadError as error:
            reason = str(error)
            raise LoadError(
                reason if reason.startswith("line ") else f"line {clause.line}: {reason}"
            ) from None
    if draft.id is None:
        raise LoadError(f"line {stanza.line}: the stanza has no id")
    return Term(
        iri=draft.id,
        path=f"line {stanza.line}",
        label=draft.label,
        types=tuple(draft.types),
        definition=draft.definition,
        synonyms=tuple(dict.fromkeys(draft.synonyms)),
        parents=tuple(dict.fromkeys(draft.parents)),
        relations=tuple(dict.fromkeys(draft.relations)),
        xrefs=tuple(dict.fromkeys(draft.xrefs)),
        alternative_ids=tuple(dict.fromkeys(draft.alternative_ids)),
        deprecated=draft.obsolete is True,
        replaced_by=tuple(dict.fromkeys(draft.replaced_by)),
    )


def identifier(stanza: Stanza) -> str | None:
    """The id of a stanza as written, if it can be read at all."""
    try:
        return next((lines.names(one).first for one in lines.clauses(stanza) if one.tag == "id"), None)
    except LoadError:
        return None


def _once(held: object, clause: Clause) -> None:
    if held is not None:
        raise LoadError(f"a second {clause.tag} in one stanza")


def _id(draft: _Draft, clause: Clause) -> None:
    _once(draft.id, clause)
    draft.id = draft.names.iri(lines.names(clause).first)


def _name(draft: _Draft, clause: Clause) -> None:
    _once(draft.label, clause)
    draft.label = lines.free_text(clause) or None


def _definition(draft: _Draft, clause: Clause) -> None:
    _once(draft.definition, clause)
    draft.definition = lines.quoted(clause) or None


def _obsolete(draft: _Draft, clause: Clause) -> None:
    _once(draft.obsolete, clause)
    word = lines.names(clause).first
    if word not in _BOOLEANS:
        raise LoadError(f"is_obsolete is {word!r}, expected true or false")
    draft.obsolete = _BOOLEANS[word]


def _synonym(draft: _Draft, clause: Clause) -> None:
    found = lines.synonym(clause)
    # OBO 1.4, section 4.4: without a scope, that of the type, else related
    scope = found.scope or draft.names.scopes.get(found.kind or "", "related")
    draft.synonyms.append(Synonym(text=found.text, scope=cast(Scope, scope), kind=found.kind))


def _old_synonym(draft: _Draft, clause: Clause) -> None:
    scope = clause.tag.partition("_")[0]
    draft.synonyms.append(Synonym(text=lines.synonym(clause).text, scope=cast(Scope, scope)))


def _parent(draft: _Draft, clause: Clause) -> None:
    found = lines.names(clause)
    if not _holds_for_some(found):
        draft.parents.append(draft.names.iri(found.first))


def _relationship(draft: _Draft, clause: Clause) -> None:
    found = lines.names(clause)
    if found.second is None and clause.tag == "relationship":
        raise LoadError("a relationship without a target")
    if _holds_for_some(found):
        return
    if found.second is None:
        draft.parents.append(draft.names.iri(found.first))
    else:
        draft.relate(draft.names.iri(found.first), draft.names.iri(found.second))


def _holds_for_some(found: lines.Names) -> bool:
    said = found.qualifiers
    if not said:
        return False
    return not _ONLY_SOME.isdisjoint(said) or any(said.get(one) == zero for one, zero in _NONE.items())


def _related(draft: _Draft, clause: Clause) -> None:
    draft.relate(_RELATED[clause.tag], draft.names.iri(lines.names(clause).first))


def _replaced_by(draft: _Draft, clause: Clause) -> None:
    draft.replaced_by.append(draft.names.iri(lines.names(clause).first))


def _alternative(draft: _Draft, clause: Clause) -> None:
    draft.alternative_ids.append(lines.names(clause).first)


def _instance_of(draft: _Draft, clause: Clause) -> None:
    draft.types.append(draft.names.iri(lines.names(clause).first))


def _annotates(draft: _Draft, clause: Clause) -> None:
    if lines.names(clause).first == "true":
        draft.types[0] = OWL["AnnotationProperty"]


def _xref(draft: _Draft, clause: Clause) -> None:
    draft.xrefs.append(lines.xref(clause))


def _property(draft: _Draft, clause: Clause) -> None:
    """Only what leads to another term: notes, dates and authors are not kept."""
    found = lines.property_value(clause)
    predicate = draft.names.iri(found.predicate)
    if predicate == _REPLACED_BY:
        draft.replaced_by.append(draft.names.iri(found.id or found.text or ""))
    elif found.id is not None and predicate in MATCHES:
        draft.relate(predicate, draft.names.iri(found.id))


_TAGS: dict[str, Callable[[_Draft, Clause], None]] = {
    "id": _id,
    "name": _name,
    "def": _definition,
    "is_obsolete": _obsolete,
    "synonym": _synonym,
    **dict.fromkeys(("exact_synonym", "narrow_synonym", "broad_synonym", "related_synonym"), _old_synonym),
    "is_a": _parent,
    **dict.fromkeys(("relationship", "intersection_of"), _relationship),
    **dict.fromkeys(_RELATED, _related),
    **dict.fromkeys(("replaced_by", "use_term"), _replaced_by),
    "alt_id": _alternative,
    "instance_of": _instance_of,
    "is_metadata_tag": _annotates,
    **dict.fromkeys(("xref", "xref_analog", "xref_unknown"), _xref),
    "property_value": _property,
}
