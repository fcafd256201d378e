"""Qualifiers that NLM does not allow with a heading, where the store's MeSH says which it allows."""

from pathlib import Path
from typing import Any

import pytest

from trialweave.graph.build import build
from trialweave.graph.check import check
from trialweave.graph.check_pairs import judged_pairs
from trialweave.graph.store import Graph, open_store
from trialweave.records import Publication

MESH = "http://id.nlm.nih.gov/mesh/"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def line(subject: str, name: str, target: str) -> str:
    return f"<{MESH}{subject}> <{MESH}vocab#{name}> <{MESH}{target}> .\n"


def named(ui: str, name: str, kind: str) -> str:
    return f'<{MESH}{ui}> <{LABEL}> "{name}"@en .\n<{MESH}{ui}> <{TYPE}> <{MESH}vocab#{kind}> .\n'


NAMES = (
    named("D006973", "Hypertension", "TopicalDescriptor")
    + named("D009369", "Neoplasms", "TopicalDescriptor")
    + named("Q000139", "chemically induced", "Qualifier")
    + named("Q000009", "adverse effects", "Qualifier")
    + line("D006973", "treeNumber", "C14")
    + line("D009369", "treeNumber", "C04")
    + line("C14.907", "parentTreeNumber", "C14")
    + line("D009369", "allowableQualifier", "Q000139")
)

ARTICLE = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">1</PMID>
<Article><ArticleTitle>One or another</ArticleTitle></Article><MeshHeadingList><MeshHeading>
<DescriptorName UI="D006973">Hypertension</DescriptorName>
<QualifierName UI="Q000139">chemically induced</QualifierName></MeshHeading></MeshHeadingList>
</MedlineCitation></PubmedArticle></PubmedArticleSet>"""


def store_with(folder: Path, mesh: str) -> Graph:
    (folder / "mesh2024.nt").write_text(mesh.replace(line("C14.907", "parentTreeNumber", "C14"), ""))
    (folder / "record.xml").write_text(ARTICLE)
    build(folder / "store", [folder / "mesh2024.nt", folder / "record.xml"])
    return open_store(folder / "store")


@pytest.mark.parametrize(
    ("mesh", "judged", "said"),
    [
        (NAMES + line("D006973", "allowableQualifier", "Q000139"), 1, None),
        (NAMES + line("D006973", "allowableQualifier", "Q000009"), 1, "does not allow this qualifier"),
        (NAMES.replace(line("D009369", "allowableQualifier", "Q000139"), ""), 0, None),
    ],
)
def test_a_pair_is_held_against_what_its_descriptor_lists(
    tmp_path: Path, mesh: str, judged: int, said: str | None
) -> None:
    graph = store_with(tmp_path, mesh)
    assert len(list(judged_pairs(graph))) == judged
    report = check(graph)
    messages = [issue.message for issue in report.issues if issue.check == "qualifier"]
    assert report.pairs == judged
    assert report.errors == 0
    assert len(messages) == (said is not None)
    assert all(
        said in message and "Hypertension/chemically induced" in message for message in messages if said
    )


def test_the_bundled_mesh_has_no_lists_and_nothing_is_said(weave: Any, publication: Publication) -> None:
    graph = weave.graph([], [publication])
    assert list(judged_pairs(graph)) == []
    assert "0 qualifiers against those that NLM allows" in check(graph).summary()
