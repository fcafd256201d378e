"""The MeSH that comes with the package as RDF, in NLM's own layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialweave.ontology import mesh
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
MESHV = namespace("meshv")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")


def ntriples(uis: Iterable[str]) -> Iterator[str]:
    """The terms, and all that they lie within, as lines of N-Triples, sorted, each line once.

    NLM's own layout (type, label, tree numbers, broader descriptors, mapped headings, actions; for
    `D…Q…` its descriptor and qualifier), with the entry terms as `skos:altLabel` of the term
    itself. Raises LinkError for a UI that is not in this MeSH.

    >>> [line.split()[1].rpartition("#")[2] for line in ntriples(["Q000139"])]
    ['type>', 'label>']
    """
    wanted: set[str] = set()
    lines: set[str] = set()
    for ui in uis:
        head, qualifier_ui = mesh.split(ui)
        wanted.update(member.ui for member in mesh.within(head))
        if qualifier_ui is not None:
            wanted.add(qualifier_ui)
            lines.update(_pair_lines(ui, head, qualifier_ui))
    for ui in wanted:
        lines.update(_lines(ui))
    yield from sorted(lines)


_KINDS = {"C": "SCR_Chemical", "D": "TopicalDescriptor", "Q": "Qualifier"}


def _lines(ui: str) -> Iterator[str]:
    name = mesh.label(ui)
    if name is None:
        raise mesh.unknown(ui)
    yield _link(ui, RDF["type"], MESHV[_KINDS[ui[0]]])
    yield _text(ui, RDFS["label"], name)
    for other_name in mesh.entry_terms(ui):
        yield _text(ui, SKOS["altLabel"], other_name)
    for number in mesh.tree_numbers(ui):
        yield _link(ui, MESHV["treeNumber"], MESH[number])
        if "." in number:
            yield _link(number, MESHV["parentTreeNumber"], MESH[number.rpartition(".")[0]])
    for link, others in (
        ("broaderDescriptor", mesh.broader(ui)),
        ("preferredMappedTo", mesh.mapped_to(ui)),
        ("pharmacologicalAction", mesh.actions(ui)),
    ):
        for other in others:
            yield _link(ui, MESHV[link], MESH[other])


def _pair_lines(pair: str, descriptor_ui: str, qualifier_ui: str) -> Iterator[str]:
    name = mesh.label(pair)
    if name is None:
        raise mesh.unknown(qualifier_ui)
    yield _text(pair, RDFS["label"], name)
    yield _link(pair, MESHV["hasDescriptor"], MESH[descriptor_ui])
    yield _link(pair, MESHV["hasQualifier"], MESH[qualifier_ui])


def _link(subject: str, predicate: str, target: str) -> str:
    return f"<{MESH[subject]}> <{predicate}> <{target}> .\n"


def _text(subject: str, predicate: str, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'<{MESH[subject]}> <{predicate}> "{escaped}"@en .\n'
