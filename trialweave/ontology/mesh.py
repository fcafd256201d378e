"""The MeSH that comes with the package: names to identifiers, and what contains what.

All descriptors and qualifiers of MeSH 2024, and those supplementary records that trials are likely
to name (`scripts/cut_mesh.py` says which). Identifiers are NLM's "unique identifiers", UIs: `D…` a
descriptor, `Q…` a qualifier, `C…` a supplementary record, `D…Q…` a descriptor with a qualifier.

The tables are read when first asked for. Courtesy of the U.S. National Library of Medicine; not
the most current version of its data (MESH-NOTICE.txt).
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from trialweave.errors import LinkError
from trialweave.ontology.prefixes import namespace

MESH = namespace("mesh")
MESHV = namespace("meshv")
RDF = namespace("rdf")
RDFS = namespace("rdfs")
SKOS = namespace("skos")

VERSION = "2024"
"""The year of this MeSH."""

Basis = Literal["self", "tree", "mapped", "action"]


class Membership(NamedTuple):
    """That a term lies within a class: on what basis, and by which path from the one to the other.

    `basis` is "self"; "tree": above the term in a tree of MeSH; "mapped": a heading that a
    supplementary record is mapped to, or above it; "action": a pharmacological action that the
    term states, or above it.
    """

    ui: str
    basis: Basis
    path: tuple[str, ...]


class _Term(NamedTuple):
    label: str
    tree_numbers: tuple[str, ...] = ()
    mapped_to: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    entry_terms: tuple[str, ...] = ()


# ── names to identifiers ─────────────────────────────────────────────────────────────────


def descriptor(label: str) -> str | None:
    """The UI of the descriptor whose preferred label this is, in whatever case.

    >>> descriptor("Feeding and Eating Disorders")
    'D001068'
    >>> descriptor("Feeding") is None
    True
    """
    return _by_label("D").get(_exact(label))


def qualifier(label: str) -> str | None:
    """The UI of the qualifier whose label this is, in whatever case.

    >>> qualifier("adverse effects")
    'Q000009'
    """
    return _by_label("Q").get(_exact(label))


def substance(label: str) -> str | None:
    """The UI of the term of a substance list: a descriptor, or else a supplementary record.

    >>> substance("Indoles"), substance("anlotinib")
    ('D007211', 'C000625192')
    """
    return descriptor(label) or _by_label("C").get(_exact(label))


def find(name: str) -> tuple[str, ...]:
    """All terms that have this name, preferred or not, sorted; never a part of a name.

    Case, accents, spaces, hyphens and other punctuation do not count, except between two digits.

    >>> find("antiangiogenic agents"), find("Drugs, Anti-Angiogenic"), find("VEGF-trap")
    (('D020533',), ('D020533',), ('C533178',))
    >>> find("inhibitor")
    ()
    """
    return _by_name().get(_fold(name), ())


# ── what MeSH says of a term ─────────────────────────────────────────────────────────────


def label(ui: str) -> str | None:
    """The preferred label; None for a UI that is not in this MeSH.

    >>> label("D020533"), label("D006973Q000139"), label("D999999")
    ('Angiogenesis Inhibitors', 'Hypertension/chemically induced', None)
    """
    head, qualifier_ui = _split(ui)
    term = _terms(head[:1]).get(head)
    if term is None or qualifier_ui is None:
        return term.label if term else None
    subheading = _terms("Q").get(qualifier_ui)
    return f"{term.label}/{subheading.label}" if subheading else None


def entry_terms(ui: str) -> tuple[str, ...]:
    """The other names of a term, sorted. Raises LinkError for a UI that is not in this MeSH.

    >>> entry_terms("D009272")
    ('Person',)
    """
    return _term(ui).entry_terms


def tree_numbers(ui: str) -> tuple[str, ...]:
    """Where a descriptor stands in the trees. Raises LinkError for a UI that is not in this MeSH.

    >>> tree_numbers("D006973")
    ('C14.907.489',)
    """
    return _term(ui).tree_numbers


def broader(ui: str) -> tuple[str, ...]:
    """The descriptors right above a descriptor. Raises LinkError for an unknown UI.

    >>> broader("D006973")
    ('D014652',)
    """
    above = {path[1] for path in _paths_up(ui) if len(path) == 2}
    return tuple(sorted(above))


def ancestors(ui: str) -> tuple[str, ...]:
    """The descriptors above a descriptor, at any height. Raises LinkError for an unknown UI.

    Read from tree numbers. To follow `broader` upwards would find too many: a term that stands in
    two trees need not have its narrower terms in both.

    >>> [label(ui) for ui in ancestors("D006973")]
    ['Cardiovascular Diseases', 'Vascular Diseases']
    """
    return tuple(sorted({path[-1] for path in _paths_up(ui)} - {ui}))


def actions(ui: str) -> tuple[str, ...]:
    """The pharmacological actions that a term states itself. Raises LinkError for an unknown UI.

    >>> [label(action) for action in actions("D000077210")]
    ['Antineoplastic Agents', 'Angiogenesis Inhibitors', 'Protein Kinase Inhibitors']
    """
    return _term(ui).actions


def mapped_to(ui: str) -> tuple[str, ...]:
    """The descriptors that a supplementary record is mapped to. Raises LinkError for an unknown UI.

    >>> [label(heading) for heading in mapped_to("C000625192")]
    ['Indoles', 'Quinolines']
    """
    return _term(ui).mapped_to


def is_disease(ui: str) -> bool:
    """Whether a descriptor stands in branch C (diseases) or F03 (mental disorders).

    Raises LinkError for a UI that is not in this MeSH.

    >>> is_disease("D006973"), is_disease("D007211")
    (True, False)
    """
    return any(number.startswith(("C", "F03")) for number in _term(ui).tree_numbers)


def is_specific_drug(ui: str) -> bool:
    """Whether a descriptor names one drug, not a class of drugs or a family of chemicals.

    MeSH does not say so; this is a reading of it. The descriptor stands in branch D (chemicals and
    drugs) and states an action of its own, and either nothing stands below it, or its label is one
    word in the singular (Doxorubicin, below which stand its derivatives; but not Salicylates).
    Raises LinkError for a UI that is not in this MeSH.

    >>> is_specific_drug("D000077210"), is_specific_drug("D007211"), is_specific_drug("D020533")
    (True, False, False)
    """
    term = _term(ui)
    if not term.actions or not any(number.startswith("D") for number in term.tree_numbers):
        return False
    leaf = not any(number in _with_narrower() for number in term.tree_numbers)
    return leaf or (term.label.isalpha() and not term.label.endswith("s"))


def within(ui: str) -> tuple[Membership, ...]:
    """Every term that contains a term, itself first, one membership for each basis.

    An action counts for the term that states it, not for what is mapped to or lies below that term:
    among the records mapped to polyethylene glycols few are solvents. The path is a shortest one.

    Raises LinkError for a UI that is not in this MeSH.

    >>> [m for m in within("D000077210") if m.ui == "D020533"]
    [Membership(ui='D020533', basis='action', path=('D000077210', 'D020533'))]
    >>> sorted({m.basis for m in within("C000625192")})
    ['mapped', 'self']
    """
    term = _term(ui)
    found: dict[tuple[str, Basis], tuple[str, ...]] = {(ui, "self"): (ui,)}
    starts: tuple[tuple[Basis, tuple[str, ...]], ...] = (("mapped", term.mapped_to), ("action", term.actions))
    paths: list[tuple[Basis, tuple[str, ...]]] = [("tree", path) for path in _paths_up(ui)]
    for basis, heads in starts:
        for head in heads:
            paths.append((basis, (ui, head)))
            paths.extend((basis, (ui, *path)) for path in _paths_up(head))
    for basis, path in sorted(paths, key=_shortest_first):
        if path[-1] != ui:
            found.setdefault((path[-1], basis), path)
    return tuple(Membership(to, basis, path) for (to, basis), path in found.items())


# ── as RDF ───────────────────────────────────────────────────────────────────────────────


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
        head, qualifier_ui = _split(ui)
        wanted.update(member.ui for member in within(head))
        if qualifier_ui is not None:
            wanted.add(qualifier_ui)
            lines.update(_pair_lines(ui, head, qualifier_ui))
    for ui in wanted:
        lines.update(_lines(ui))
    yield from sorted(lines)


_KINDS = {"C": "SCR_Chemical", "D": "TopicalDescriptor", "Q": "Qualifier"}


def _lines(ui: str) -> Iterator[str]:
    term = _term(ui)
    yield _link(ui, RDF["type"], MESHV[_KINDS[ui[0]]])
    yield _text(ui, RDFS["label"], term.label)
    for name in term.entry_terms:
        yield _text(ui, SKOS["altLabel"], name)
    for number in term.tree_numbers:
        yield _link(ui, MESHV["treeNumber"], MESH[number])
        if "." in number:
            yield _link(number, MESHV["parentTreeNumber"], MESH[number.rpartition(".")[0]])
    for name, others in (
        ("broaderDescriptor", broader(ui)),
        ("preferredMappedTo", term.mapped_to),
        ("pharmacologicalAction", term.actions),
    ):
        for other in others:
            yield _link(ui, MESHV[name], MESH[other])


def _pair_lines(pair: str, descriptor_ui: str, qualifier_ui: str) -> Iterator[str]:
    name = label(pair)
    if name is None:
        raise _unknown(qualifier_ui)
    yield _text(pair, RDFS["label"], name)
    yield _link(pair, MESHV["hasDescriptor"], MESH[descriptor_ui])
    yield _link(pair, MESHV["hasQualifier"], MESH[qualifier_ui])


def _link(subject: str, predicate: str, target: str) -> str:
    return f"<{MESH[subject]}> <{predicate}> <{target}> .\n"


def _text(subject: str, predicate: str, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'<{MESH[subject]}> <{predicate}> "{escaped}"@en .\n'


# ── the tables ───────────────────────────────────────────────────────────────────────────

_FILES = {"C": "mesh_substances.tsv.gz", "D": "mesh_descriptors.tsv.gz", "Q": "mesh_qualifiers.tsv.gz"}
_PAIR = re.compile(r"(D\d+)(Q\d+)")


@cache
def _terms(kind: str) -> dict[str, _Term]:
    """UI -> term of one table, in the order of its UIs; empty for a letter that is none of ours."""
    if kind not in _FILES:
        return {}
    packed = files(__package__).joinpath(_FILES[kind]).read_bytes()
    header, *lines = gzip.decompress(packed).decode().splitlines()
    columns = header.split("\t")[1:]
    separators = ["|" if column == "entry_terms" else " " for column in columns]
    terms = {}
    for line in lines:
        ui, *cells = line.split("\t")
        values = {
            column: tuple(cell.split(separator)) if cell else ()
            for column, cell, separator in zip(columns[1:], cells[1:], separators[1:], strict=True)
        }
        terms[ui] = _Term(cells[0], **values)
    return terms


def _term(ui: str) -> _Term:
    term = _terms(ui[:1]).get(ui)
    if term is None:
        raise _unknown(ui)
    return term


def _unknown(ui: str) -> LinkError:
    return LinkError(
        f"{ui}: is not in the MeSH {VERSION} that comes with the package; "
        "load a full MeSH, or ask for one of its descriptors (D…), qualifiers (Q…) or substances (C…)"
    )


def _split(ui: str) -> tuple[str, str | None]:
    """`D…Q…` into its two UIs; any other UI alone."""
    pair = _PAIR.fullmatch(ui)
    return (pair[1], pair[2]) if pair else (ui, None)


@cache
def _by_label(kind: str) -> dict[str, str]:
    return {_exact(term.label): ui for ui, term in _terms(kind).items()}


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for kind in "CD":
        for ui, term in _terms(kind).items():
            for name in {_fold(name) for name in (term.label, *term.entry_terms)}:
                index[name] = (*index.get(name, ()), ui)
    index.pop("", None)
    return index


@cache
def _by_tree_number() -> dict[str, str]:
    return {number: ui for ui, term in _terms("D").items() for number in term.tree_numbers}


@cache
def _with_narrower() -> frozenset[str]:
    """Tree numbers that have others below them."""
    return frozenset(number.rpartition(".")[0] for number in _by_tree_number())


def _paths_up(ui: str) -> Iterator[tuple[str, ...]]:
    """Every way up the trees: the term, and each descriptor on the way, up to every height."""
    for number in _term(ui).tree_numbers:
        path: tuple[str, ...] = (ui,)
        while "." in number:
            number = number.rpartition(".")[0]
            path = (*path, _by_tree_number()[number])
            yield path


def _shortest_first(found: tuple[Basis, tuple[str, ...]]) -> tuple[int, str, tuple[str, ...]]:
    basis, path = found
    return len(path), basis, path


def _exact(label: str) -> str:
    return unicodedata.normalize("NFC", label).casefold()


_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_OTHERS = re.compile(r"[^\w\0]+|_+")


def _fold(name: str) -> str:
    """The letters and digits of a name, in lower case without accents; numbers stay apart."""
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _OTHERS.sub("", _BETWEEN_DIGITS.sub("\0", name.casefold()))
