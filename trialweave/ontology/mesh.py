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
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from trialweave.errors import LinkError

VERSION = "2024"
"""The year of this MeSH."""

BIOSIMILARS = "D059451"
"""Biosimilar Pharmaceuticals: a record mapped to it and to a drug is that drug from another maker."""

Basis = Literal["self", "tree", "mapped", "action", "mapped action"]


class Membership(NamedTuple):
    """That a term lies within a class: on what basis, and by which path from the one to the other.

    `basis` is "self"; "tree": above the term in a tree of MeSH; "mapped": a heading that a
    supplementary record is mapped to, or above it; "action": a pharmacological action that the
    term states, or above it; "mapped action": an action of the one drug that the term is mapped to as
    its biosimilar, or above it.
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


def uis() -> Iterator[str]:
    """The UIs of all descriptors and supplementary records, in that order.

    >>> next(uis())
    'D000001'
    """
    yield from _terms("D")
    yield from _terms("C")


# ── what MeSH says of a term ─────────────────────────────────────────────────────────────


def label(ui: str) -> str | None:
    """The preferred label; None for a UI that is not in this MeSH.

    >>> label("D020533"), label("D006973Q000139"), label("D999999")
    ('Angiogenesis Inhibitors', 'Hypertension/chemically induced', None)
    """
    head, qualifier_ui = split(ui)
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


def original(ui: str) -> str | None:
    """The drug that a supplementary record is a biosimilar of, None for all else.

    It is mapped to Biosimilar Pharmaceuticals and to one specific drug. Raises LinkError for a UI that is
    not in this MeSH.

    >>> label("C000631275"), label(original("C000631275"))
    ('Ontruzant', 'Trastuzumab')
    """
    heads = mapped_to(ui)
    drugs = [head for head in heads if is_specific_drug(head)]
    return drugs[0] if BIOSIMILARS in heads and len(drugs) == 1 else None


def within(ui: str) -> tuple[Membership, ...]:
    """Every term that contains a term, itself first, one membership for each basis.

    An action counts for the term that states it, not for what is mapped to or lies below that term:
    zileuton is mapped to hydroxyurea and is no antineoplastic, atosiban to vasotocin and is the contrary
    of an oxytocic. Only a biosimilar has the actions of the drug that it is mapped to. The path is a
    shortest one.

    Raises LinkError for a UI that is not in this MeSH.

    >>> [m for m in within("D000077210") if m.ui == "D020533"]
    [Membership(ui='D020533', basis='action', path=('D000077210', 'D020533'))]
    >>> [m.path for m in within("C000631275") if m.basis == "mapped action"][0]
    ('C000631275', 'D000068878', 'D000074322')
    >>> sorted({m.basis for m in within("C000625192")})
    ['mapped', 'self']
    """
    term = _term(ui)
    found: dict[tuple[str, Basis], tuple[str, ...]] = {(ui, "self"): (ui,)}
    drug = original(ui)
    starts: list[tuple[Basis, tuple[str, ...]]] = [("mapped", (ui, head)) for head in term.mapped_to]
    starts += [("action", (ui, action)) for action in term.actions]
    if drug is not None:
        starts += [("mapped action", (ui, drug, action)) for action in actions(drug)]
    paths: list[tuple[Basis, tuple[str, ...]]] = [("tree", path) for path in _paths_up(ui)]
    for basis, start in starts:
        paths.append((basis, start))
        paths.extend((basis, (*start[:-1], *path)) for path in _paths_up(start[-1]))
    for basis, path in sorted(paths, key=_shortest_first):
        if path[-1] != ui:
            found.setdefault((path[-1], basis), path)
    return tuple(Membership(to, basis, path) for (to, basis), path in found.items())


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
        raise unknown(ui)
    return term


def unknown(ui: str) -> LinkError:
    """The error that says that a UI is not in this MeSH."""
    return LinkError(
        f"{ui}: is not in the MeSH {VERSION} that comes with the package; "
        "load a full MeSH, or ask for one of its descriptors (D…), qualifiers (Q…) or substances (C…)"
    )


def split(ui: str) -> tuple[str, str | None]:
    """`D…Q…` into its two UIs; any other UI alone.

    >>> split("D006973Q000139"), split("D006973")
    (('D006973', 'Q000139'), ('D006973', None))
    """
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
