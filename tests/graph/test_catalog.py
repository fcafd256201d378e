import pytest

from trialweave.graph.catalog import CATALOG, Entry, entry_quads, judge, read_entries
from trialweave.graph.store import Graph
from trialweave.records import Source


def entry(content: str, *, version: str | None = None, sha: str = "a", file: str = "a.xml") -> Entry:
    source = Source(
        file=file, member="in/zip.xml", format="pubmed-xml", position=3, sha256=sha, version=version
    )
    return Entry(
        graph="http://e.org/graph/pubmed/1", topic="http://e.org/1", source=source, content_hash=content
    )


@pytest.mark.parametrize(
    ("held", "offered", "met", "verdict"),
    [
        (None, entry("x"), False, "new"),
        (entry("x"), entry("x", file="b.xml", sha="b"), True, "same"),
        (entry("x", version="2020-01-01"), entry("y", version="2021-01-01"), True, "replace"),
        (entry("x", version="2021-01-01"), entry("y", version="2020-01-01"), False, "older"),
        (entry("x", version="2021-01-01"), entry("y"), False, "older"),
        (entry("x"), entry("y", version="2021-01-01"), True, "replace"),
        (entry("x"), entry("y"), True, "duplicate"),
        (entry("x"), entry("y", sha="b", file="b.xml"), False, "replace"),
        (entry("x", version="2021"), entry("y", version="2021", sha="b", file="b.xml"), False, "duplicate"),
        (entry("x", version="2021"), entry("y", version="2021"), False, "replace"),
    ],
)
def test_which_of_two_records_counts(held: Entry | None, offered: Entry, met: bool, verdict: str) -> None:
    assert judge(held, offered, met=met) == verdict


@pytest.mark.parametrize("version", [None, "2021", "2021-03", "2021-03-04", "2021 Spring"])
def test_an_entry_is_read_back_as_it_was_written(version: str | None) -> None:
    written = entry("x", version=version)
    assert read_entries(Graph.in_memory(entry_quads(written))) == {written.graph: written}
    assert {quad.graph_name.value for quad in entry_quads(written)} == {CATALOG}
