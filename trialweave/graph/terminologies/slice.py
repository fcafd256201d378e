"""The part of the terminologies of a store that its records need, as one file: see `slice_terminologies`."""

from __future__ import annotations

import gzip
import io
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from trialweave.errors import StoreError
from trialweave.graph.derive.labels import local_concepts
from trialweave.graph.derive.terminology import MESH_GRAPH, SUBJECT_TERMS
from trialweave.graph.quads import NamedNode, Quad, words
from trialweave.graph.store import Graph
from trialweave.graph.terminologies import NAMES, PARENTS, names
from trialweave.graph.terminologies.catalog import Held, held_quads, read_held
from trialweave.ontology.linking.spelling import bag
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

DCTERMS = namespace("dcterms")
MESHV = namespace("meshv")
OBO = namespace("obo")
OWL = namespace("owl")
RDF = namespace("rdf")
SKOS = namespace("skos")
SSSOM = namespace("sssom")
TW = namespace("tw")

UPWARD = (
    *PARENTS,
    OBO["RO_0000087"],
    *(MESHV[name] for name in ("pharmacologicalAction", "preferredMappedTo", "mappedTo")),
    *(MESHV[name] for name in ("treeNumber", "parentTreeNumber")),
)
"""Predicates from a term to what it lies within, each of which is kept as well."""

KEPT = (RDF["type"], *NAMES, *UPWARD, SKOS["notation"], OWL["deprecated"])
"""What is kept of a term: nothing in sentences."""

NAMING = (*SUBJECT_TERMS, TW["mentionsSubstance"], TW["conditionTerm"], TW["interventionTerm"])
LINKS = (
    SKOS["exactMatch"],
    SKOS["closeMatch"],
    SKOS["broadMatch"],
    DCTERMS["hasPart"],
    TW["linkCandidate"],
)
"""From the concept of a label to the terms that it is linked to, and to those that it might mean."""


class SliceReport(Record, frozen=True):
    """What was cut: terms by the key of their terminology, mappings by that of their set."""

    terms: dict[str, int]
    mappings: dict[str, int]
    statements: int
    bytes: int
    file: str


def slice_terminologies(graph: Graph, file: Path, *, without: Collection[str] = ()) -> SliceReport:
    """Cut what the records of a store need of its terminologies into one file, N-Quads and gzip.

    Kept are the terms that records name or are linked to; those that a concept has the name of; what an
    exact mapping that holds leads to from these; all that these lie within; every other term that shares a
    name with one of them, in whatever order or spelling of its words, so that what is ambiguous in the whole
    is ambiguous in the part; and the mappings between terms that are kept. Of a term: type, names, what it
    lies within, codes. The file is sorted, the same for the same store, and describes its graphs as the
    catalog does, with licence and notice; beside it, `NOTICE.txt` says the same for people. `without` names
    keys that are left out; a terminology that may not be passed on always is.

    Raises StoreError where the store holds no terminology to cut from, or the file cannot be written.
    """
    held = [one for one in read_held(graph).values() if not one.starter and one.key not in without]
    held = [one for one in held if one.redistributable is not False and one.key != "user"]
    terminologies = [one for one in held if one.kind == "terminology"]
    sets = [one for one in held if one.kind == "mappings"]
    if not terminologies:
        raise StoreError("the store holds no terminology to cut from; build it with some first")
    wanted = _named_or_linked(graph)
    labels = {bag(label) for _, _, label in local_concepts(graph)}
    bearers = {one.key: _bearers(graph, one) for one in terminologies}
    for terms in bearers.values():
        wanted.update(iri for name in labels & terms.keys() for iri in terms[name])
    wanted |= _same_elsewhere(graph, sets, wanted)
    kept = {one.key: _kept(graph, one, wanted, bearers[one.key]) for one in terminologies}
    everything = set().union(*kept.values()) | _bundled(graph) | wanted
    lines: list[str] = []
    parts: list[Held] = []
    for one in terminologies:
        _cut(parts, lines, one, _statements(graph, one, kept[one.key]))
    mappings = {}
    for one in sets:
        nodes = _mappings_between(graph, one, everything)
        _cut(parts, lines, one, _mapping_statements(graph, one, nodes))
        mappings[one.key] = len(nodes)
    lines += (f"{quad} .\n" for part in parts for quad in held_quads(part))
    packed = _packed(sorted(set(lines)))
    _write(file, packed)
    _write(file.with_name("NOTICE.txt"), _notices(parts).encode())
    return SliceReport(
        terms={one.key: len(kept[one.key]) for one in terminologies if kept[one.key]},
        mappings={key: count for key, count in mappings.items() if count},
        statements=len(lines),
        bytes=len(packed),
        file=str(file),
    )


def _named_or_linked(graph: Graph) -> set[str]:
    """Terms that records name, that concepts are linked to, and those that concepts might mean."""
    found: set[str] = set()
    for predicate in NAMING:
        found.update(words(quad.object) for quad in graph.quads_of(predicate=predicate))
    for iri, _, _ in local_concepts(graph):
        for predicate in LINKS:
            links = graph.quads_of(subject=NamedNode(iri), predicate=predicate)
            found.update(words(quad.object) for quad in links)
    return found


def _bearers(graph: Graph, one: Held) -> dict[str, set[str]]:
    """The terms that bear each name of one terminology, the order and the spelling of its words forgiven."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names(graph, one.graph):
        found[bag(name.text)].add(name.iri)
    return dict(found)


def _same_elsewhere(graph: Graph, sets: Iterable[Held], terms: set[str]) -> set[str]:
    found: set[str] = set()
    for one in sets:
        for quad in graph.quads_in(one.graph, SKOS["exactMatch"]):
            ends = words(quad.subject), words(quad.object)
            if ends[0] in terms or ends[1] in terms:
                found.update(ends)
    return found


def _kept(graph: Graph, one: Held, wanted: set[str], bearers: dict[str, set[str]]) -> set[str]:
    """The wanted terms of one terminology, those that share a name with them, all that these lie within."""
    upper: dict[str, list[str]] = defaultdict(list)
    for predicate in UPWARD:
        for quad in graph.quads_in(one.graph, predicate):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                upper[quad.subject.value].append(quad.object.value)
    alike: dict[str, set[str]] = defaultdict(set)
    known: set[str] = set()
    for iris in bearers.values():
        known |= iris
        if len(iris) > 1:
            for iri in iris:
                alike[iri] |= iris
    kept: set[str] = set()
    waiting = sorted(wanted & known)
    while waiting:
        term = waiting.pop()
        if term not in kept:
            kept.add(term)
            waiting += [*upper[term], *alike[term]]
    return kept


def _bundled(graph: Graph) -> set[str]:
    """Terms of the bundled MeSH that the records reach."""
    return {words(quad.subject) for quad in graph.quads(MESH_GRAPH)}


def _statements(graph: Graph, one: Held, kept: set[str]) -> Iterable[Quad]:
    for predicate in KEPT:
        for quad in graph.quads_in(one.graph, predicate):
            is_iri = isinstance(quad.object, NamedNode)
            if words(quad.subject) in kept and (
                predicate == RDF["type"] or not is_iri or words(quad.object) in kept
            ):
                yield quad


def _mappings_between(graph: Graph, one: Held, terms: set[str]) -> set[NamedNode]:
    ends: dict[NamedNode, list[bool]] = defaultdict(list)
    for end in (SSSOM["subject_id"], SSSOM["object_id"]):
        for quad in graph.quads_in(one.graph, end):
            if isinstance(quad.subject, NamedNode):
                ends[quad.subject].append(words(quad.object) in terms)
    return {node for node, found in ends.items() if len(found) == 2 and all(found)}


def _mapping_statements(graph: Graph, one: Held, nodes: set[NamedNode]) -> Iterable[Quad]:
    place = NamedNode(one.graph)
    for node in nodes:
        said = {
            quad.predicate.value: quad for quad in graph.quads_of(subject=node) if quad.graph_name == place
        }
        yield from said.values()
        if SSSOM["predicate_modifier"] not in said:
            subject, predicate, target = (
                said[SSSOM[name]].object for name in ("subject_id", "predicate_id", "object_id")
            )
            if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode):
                yield Quad(subject, predicate, target, place)


def _cut(parts: list[Held], lines: list[str], one: Held, quads: Iterable[Quad]) -> None:
    """Note one part and its lines, if it has any."""
    name = NamedNode(f"{one.graph}-starter")
    mine = {f"{Quad(quad.subject, quad.predicate, quad.object, name)} .\n" for quad in quads}
    if mine:
        lines += mine
        parts.append(
            msgspec.structs.replace(one, graph=name.value, statements=len(mine), partial=True, starter=True)
        )


def _packed(lines: list[str]) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, compresslevel=9) as stream:
        stream.writelines(line.encode() for line in lines)
    return packed.getvalue()


def _notices(parts: Iterable[Held]) -> str:
    """What must stand beside the data, one paragraph a part, sorted."""
    paragraphs = [
        "Parts of terminologies and sets of mappings, each as its publisher has it but for what was left "
        "out: terms that the records at hand do not need, definitions, comments and references."
    ]
    for part in sorted(parts, key=lambda part: (part.kind, part.key)):
        named = f"{part.title or part.key}" + (f", version {part.version}" if part.version else "")
        told = [f"{named} ({part.key}, from {part.file})"]
        told += [f"Licence: {part.licence}"] if part.licence else []
        told += [part.notice] if part.notice else []
        paragraphs.append("\n".join(told))
    return "\n\n".join(paragraphs) + "\n"


def _write(file: Path, data: bytes) -> None:
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(data)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"{file}: cannot be written ({error.strerror}); name another file") from error
