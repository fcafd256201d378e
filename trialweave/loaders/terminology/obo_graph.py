"""OBO graphs (JSON): the nodes and edges of one or more ontologies in a file.

After the schema of `geneontology/obographs`. Each graph gives its ontology, then its terms. A node's edges
stand apart from it, so one graph is held in memory; a node that is malformed is set aside, the rest goes on.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple, TypeVar

import msgspec

from trialweave.errors import LoadError
from trialweave.loaders.terminology import TerminologyItem, heading
from trialweave.loaders.terminology.laid_out import LaidOut, laid_out
from trialweave.loaders.terminology.obo_ids import MATCHES, iri_of, local_name
from trialweave.ontology.prefixes import namespace
from trialweave.records import Rejected, Relation, Scope, Synonym, Term, Terminology

FORMAT = "obo-graph"

OBO = namespace("obo")
OIO = namespace("oio")
OWL = namespace("owl")
SKOS = namespace("skos")

_STARTS = re.compile(r'\{(?:\s*"(?:@context|meta)"\s*:.*?,)?\s*"graphs"\s*:\s*\[', re.DOTALL)
_SCOPES: dict[str, Scope] = {
    "hasExactSynonym": "exact",
    "hasNarrowSynonym": "narrow",
    "hasBroadSynonym": "broad",
    "hasRelatedSynonym": "related",
}
_TYPES = {"CLASS": OWL["Class"], "PROPERTY": OWL["ObjectProperty"], "INDIVIDUAL": OWL["NamedIndividual"]}
_PROPERTIES = {"ANNOTATION": OWL["AnnotationProperty"], "DATA": OWL["DatatypeProperty"]}
_ABOVE = ("is_a", "subPropertyOf")
_REPLACED_BY = OBO["IAO_0100001"]
_EXCERPT = 200


class _Value(msgspec.Struct):
    val: str


class _Synonym(msgspec.Struct):
    pred: str
    val: str
    synonymType: str | None = None  # noqa: N815 (the schema's own name)


class _PropertyValue(msgspec.Struct):
    pred: str
    val: str


class _Meta(msgspec.Struct):
    definition: _Value | None = None
    synonyms: tuple[_Synonym, ...] | None = None
    xrefs: tuple[_Value, ...] | None = None
    basicPropertyValues: tuple[_PropertyValue, ...] | None = None  # noqa: N815
    version: str | None = None
    deprecated: bool | None = None


class _Node(msgspec.Struct):
    id: str
    lbl: str | None = None
    type: str | None = None
    propertyType: str | None = None  # noqa: N815
    meta: _Meta | None = None


class _Edge(msgspec.Struct):
    sub: str
    pred: str
    obj: str


class _Restriction(msgspec.Struct):
    propertyId: str | None = None  # noqa: N815
    fillerId: str | None = None  # noqa: N815


class _Definition(msgspec.Struct):
    definedClassId: str  # noqa: N815
    genusIds: tuple[str, ...] = ()  # noqa: N815
    restrictions: tuple[_Restriction | None, ...] = ()


class _Graph(msgspec.Struct):
    id: str | None = None
    meta: _Meta | None = None
    nodes: tuple[msgspec.Raw, ...] = ()
    edges: tuple[msgspec.Raw, ...] = ()
    logicalDefinitionAxioms: tuple[msgspec.Raw, ...] = ()  # noqa: N815


class _File(msgspec.Struct):
    graphs: tuple[_Graph, ...]


class _Bad(NamedTuple):
    path: str
    reason: str
    raw: bytes


_Part = TypeVar("_Part", _Node, _Edge, _Definition)


def matches(head: str) -> bool:
    """Whether a file that begins with `head` is OBO-graph JSON.

    >>> matches('{"graphs": [ {"nodes": []'), matches('{"studies": [')
    (True, False)
    """
    return _STARTS.match(head) is not None


def read(stream: BinaryIO, *, file: str, member: str | None = None) -> Iterator[TerminologyItem]:
    """The ontologies of one file, each with its terms in file order.

    A node without type and name is only referred to, and no term.

    >>> import io
    >>> text = b'{"graphs": [{"id": "http://x/a.owl", "nodes": [{"id": "http://x/1", "lbl": "one"}]}]}'
    >>> ontology, term = read(io.BytesIO(text), file="a.json")
    >>> ontology.key, term.iri, term.path
    ('a', 'http://x/1', '/graphs/0/nodes/0')
    """
    with laid_out(stream) as whole:
        try:
            if whole.problem is not None:
                raise LoadError(whole.problem)
            found = msgspec.json.decode(whole.data.read().removeprefix(codecs.BOM_UTF8), type=_File)
        except (LoadError, msgspec.DecodeError, UnicodeDecodeError) as error:
            yield Rejected(file=file, member=member, position=0, reason=f"not an OBO graph: {error}")
            return
        for number, graph in enumerate(found.graphs):
            ontology = _ontology(graph, whole, file=file, member=member)
            yield ontology
            iri = iri_of(ontology.key, spaces={}, relations={})
            position = 0
            for item in _terms(graph, f"/graphs/{number}", iri):
                position += 1
                if isinstance(item, Term):
                    yield item
                    continue
                yield Rejected(
                    file=file,
                    member=member,
                    position=position,
                    reason=f"{item.path}: {item.reason}",
                    excerpt=item.raw[:_EXCERPT].decode("utf-8", errors="backslashreplace"),
                )


def _ontology(graph: _Graph, whole: LaidOut, *, file: str, member: str | None) -> Terminology:
    meta = graph.meta or _Meta()
    stated: dict[str, list[str]] = {}
    for one in meta.basicPropertyValues or ():
        stated.setdefault(one.pred, []).append(one.val)
    return heading.terminology(
        whole,
        file=file,
        member=member,
        format_name=FORMAT,
        iri=graph.id,
        version=meta.version,
        stated=stated,
    )


def _terms(graph: _Graph, path: str, iri: Callable[[str], str]) -> Iterator[Term | _Bad]:
    edges: dict[str, list[_Edge]] = {}
    bad: list[_Bad] = []
    for edge in _each(graph.edges, _Edge, f"{path}/edges"):
        if isinstance(edge, _Bad):
            bad.append(edge)
        else:
            edges.setdefault(edge.sub, []).append(edge)
    for definition in _each(graph.logicalDefinitionAxioms, _Definition, f"{path}/logicalDefinitionAxioms"):
        if isinstance(definition, _Bad):
            bad.append(definition)
            continue
        one = definition.definedClassId
        defined = edges.setdefault(one, [])
        defined += [_Edge(one, "is_a", genus) for genus in definition.genusIds]
        for part in definition.restrictions:
            if part is not None and part.propertyId is not None and part.fillerId is not None:
                defined.append(_Edge(one, part.propertyId, part.fillerId))
    for number, node in enumerate(_each(graph.nodes, _Node, f"{path}/nodes")):
        if isinstance(node, _Bad):
            yield node
        elif node.type is not None or node.lbl is not None:
            where = f"{path}/nodes/{number}"
            try:
                yield _term(node, where, edges.get(node.id, ()), iri)
            except LoadError as error:
                yield _Bad(where, str(error), bytes(graph.nodes[number]))
    yield from bad


def _each(raws: Sequence[msgspec.Raw], kind: type[_Part], path: str) -> Iterator[_Part | _Bad]:
    decoder = msgspec.json.Decoder(kind)
    for number, raw in enumerate(raws):
        try:
            yield decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield _Bad(f"{path}/{number}", str(error), bytes(raw))


def _term(node: _Node, path: str, edges: Sequence[_Edge], iri: Callable[[str], str]) -> Term:
    meta = node.meta or _Meta()
    types = [_PROPERTIES.get(node.propertyType or "") or _TYPES[node.type]] if node.type in _TYPES else []
    parents: list[str] = []
    relations: list[Relation] = []
    for edge in edges:
        if edge.pred in _ABOVE:
            parents.append(iri(edge.obj))
        elif edge.pred == "type":
            types.append(iri(edge.obj))
        elif edge.pred != "inverseOf":
            relations.append(Relation(predicate=iri(edge.pred), target=iri(edge.obj)))
    values: dict[str, list[str]] = {}
    for one in meta.basicPropertyValues or ():
        values.setdefault(iri(one.pred), []).append(one.val)
    relations += [
        Relation(predicate=predicate, target=iri(target))
        for predicate in MATCHES
        for target in values.get(predicate, ())
    ]
    return Term(
        iri=iri(node.id),
        path=path,
        label=node.lbl or None,
        types=tuple(types),
        definition=meta.definition.val or None if meta.definition else None,
        synonyms=tuple(dict.fromkeys(_synonym(one) for one in meta.synonyms or ())),
        parents=tuple(dict.fromkeys(parents)),
        relations=tuple(dict.fromkeys(relations)),
        notations=tuple(values.get(SKOS["notation"], ())),
        xrefs=tuple(dict.fromkeys(one.val for one in meta.xrefs or ())),
        alternative_ids=tuple(dict.fromkeys(values.get(OIO["hasAlternativeId"], ()))),
        deprecated=meta.deprecated is True,
        replaced_by=tuple(dict.fromkeys(iri(one) for one in values.get(_REPLACED_BY, ()))),
    )


def _synonym(said: _Synonym) -> Synonym:
    scope = _SCOPES.get(local_name(said.pred))
    if scope is None:
        raise LoadError(f"a synonym's pred is {said.pred!r}, expected one of {', '.join(_SCOPES)}")
    return Synonym(
        text=said.val, scope=scope, kind=local_name(said.synonymType) if said.synonymType else None
    )
