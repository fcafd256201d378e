"""Characters that some formats cannot hold."""

from pathlib import Path

import pyoxigraph
import pytest

from trialweave.errors import StoreError
from trialweave.graph.export import export
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph


def graph(text: str) -> Graph:
    writer = GraphWriter("http://example.org/g")
    writer.add(NamedNode("http://example.org/s"), "http://example.org/p", text)
    return Graph.in_memory(writer.quads())


def test_a_character_that_xml_cannot_hold_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"example.org/s.*U\+000C.*\.ttl"):
        export(graph("a\fb"), tmp_path / "g.rdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["nq", "trig", "jsonld", "nt", "ttl"])
def test_the_other_formats_hold_it(tmp_path: Path, ending: str) -> None:
    export(graph("a\fb"), tmp_path / f"g.{ending}")
    [quad] = pyoxigraph.parse(path=str(tmp_path / f"g.{ending}"))
    assert quad.object == pyoxigraph.Literal("a\fb")


@pytest.mark.parametrize("text", ["a\tb\nc", "a\r\nb", " é Ω 𝛼 ", "<&>\"'"])
def test_rdf_xml_gives_back_what_it_holds(tmp_path: Path, text: str) -> None:
    export(graph(text), tmp_path / "g.rdf")
    [quad] = pyoxigraph.parse(path=str(tmp_path / "g.rdf"))
    assert quad.object == pyoxigraph.Literal(text)
