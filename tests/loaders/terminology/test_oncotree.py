"""OncoTree: the whole tree, its flat form, and nodes that are wrong."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from trialweave.loaders.terminology import oncotree
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Rejected, Term, Terminology

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "ontologies" / "oncotree"
REAL = FOLDER / "oncotree_2025_10_03.json"

needs_real = pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data/ontologies")


def read(content: object, file: str = "oncotree.json") -> list[Terminology | Term | Rejected]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(oncotree.read(io.BytesIO(data), file=file))


def flat(node: dict[str, Any]) -> list[dict[str, Any]]:
    own = {name: value for name, value in node.items() if name != "children"}
    return [own, *(inner for child in node["children"].values() for inner in flat(child))]


@needs_real
def test_every_node_of_the_tree_is_a_term_below_its_parent() -> None:
    tree = json.loads(REAL.read_text("utf-8"))
    nodes = flat(tree["TISSUE"])
    header, *terms = read(REAL.read_bytes(), REAL.name)
    assert isinstance(header, Terminology)
    assert (header.key, header.version) == ("oncotree", "2025-10-03")
    assert header.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert len(terms) == len(nodes) == 898
    base = PREFIXES["oncotree"]
    for node, term in zip(nodes, terms, strict=True):
        assert isinstance(term, Term), term
        assert (term.iri, term.label) == (base + node["code"], node["name"])
        assert term.parents == ((base + node["parent"],) if node["parent"] else ())
        assert list(term.alternative_ids) == node["history"]
        references = node["externalReferences"]
        assert list(term.xrefs) == [f"{source}:{one}" for source, ids in references.items() for one in ids]
        here: Any = tree
        for step in term.path.split("/")[1:]:
            here = here[step.replace("~1", "/").replace("~0", "~")]
        assert here["code"] == node["code"]


@needs_real
def test_the_flat_form_says_the_same_but_for_the_paths() -> None:
    nodes = flat(json.loads(REAL.read_text("utf-8"))["TISSUE"])
    one, other = read(nodes), read(REAL.read_bytes())

    def said(items: list[Terminology | Term | Rejected]) -> set[tuple[object, ...]]:
        return {(t.iri, t.label, t.parents, t.xrefs) for t in items if isinstance(t, Term)}

    assert said(one) == said(other)
    assert len(said(one)) == 898


def node(code: object, name: object, **more: object) -> dict[str, object]:
    return {"code": code, "name": name, "mainType": None, **more}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (node("A B", "x"), 'code is "A B"'),
        (node(None, "x"), "code is"),
        (node("PURP", ""), "has no name"),
        (node("PURP", "Purple", parent="ELSE"), 'names "ELSE" as its parent'),
        (node("ROOT", "again"), "stands in the tree before"),
        (7, "is no tumour type"),
    ],
)
def test_a_bad_node_is_set_aside_and_what_is_below_it_stays(bad: object, words: str) -> None:
    if isinstance(bad, dict):
        bad = {**bad, "children": {"LOW": node("LOW", "Low", parent="PURP")}}
    tree = {"ROOT": node("ROOT", "Root", children={"BAD": bad, "FINE": node("FINE", "Fine", parent="ROOT")})}
    _, *items = read(tree)
    [rejected] = [item for item in items if isinstance(item, Rejected)]
    assert words in rejected.reason
    assert rejected.id == "/ROOT/children/BAD"
    labels = [item.label for item in items if isinstance(item, Term)]
    assert labels == (["Root", "Low", "Fine"] if isinstance(bad, dict) else ["Root", "Fine"])


@pytest.mark.parametrize("data", [b"{", b"3", b'{"TISSUE":' + b"[" * 5000])
def test_what_is_no_tree_is_refused(data: bytes) -> None:
    [rejected] = read(data)
    assert isinstance(rejected, Rejected)
    assert rejected.position == 0


@pytest.mark.parametrize(
    "head", ["", '{"protocolSection": {"a": 1}}', '[{"name": "x"}]', "code name mainType"]
)
def test_other_json_is_not_taken_for_it(head: str) -> None:
    assert oncotree.matches(head) is False
