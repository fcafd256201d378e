"""Push: the other store holds what this one holds, whatever happens on the way; the rest is left alone."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from trialweave.errors import RemoteError
from trialweave.graph.endpoint import Credentials, Endpoint
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.push import PUSHED, Step, plan, push
from trialweave.graph.push.presets import Preset, presets
from trialweave.graph.push.verify import held_sizes, unfit
from trialweave.graph.quads import BlankNode, GraphWriter, Literal, NamedNode, to_term
from trialweave.graph.store import Graph
from trialweave.queries.run import select

EXAMPLE = "http://example.org/"
FOREIGN = "http://example.org/somebody-elses"


def graph_of(**sizes: int) -> Graph:
    """Graphs of ours with so many triples each."""
    writers = []
    for name, size in sizes.items():
        writer = GraphWriter(TWGRAPH[f"test/{name}"])
        for number in range(size):
            writer.add(NamedNode(f"{EXAMPLE}{number}"), f"{EXAMPLE}p", f"{name} — “{number}”\n\\")
        writers.append(writer)
    return Graph.in_memory(quad for writer in writers for quad in writer.quads())


def sizes(endpoint: Endpoint) -> dict[str, int]:
    found = {name.removeprefix(TWGRAPH["test/"]): size for name, size in held_sizes(endpoint).items()}
    found.pop(PUSHED, None)
    return found


@pytest.fixture(params=["oxigraph", "virtuoso", "virtuoso by updates", "oxigraph by updates"])
def there(request: pytest.FixtureRequest) -> Iterator[tuple[Endpoint, Preset]]:
    """An endpoint of a store without a graph of ours, and with one of somebody else's."""
    kind, _, how = request.param.partition(" ")
    preset = presets()[kind]
    if how:
        preset = Preset(
            **{**{name: getattr(preset, name) for name in preset.__struct_fields__}, "route": "update"}
        )
    address = request.getfixturevalue(f"{kind}_server")
    url = address if kind == "virtuoso" else f"{address}/query"
    updates, graphs = preset.addresses(url)
    who = Credentials(user="app", password="app-pw", scheme=preset.scheme) if kind == "virtuoso" else None
    with Endpoint(url, credentials=who, update_url=updates, graphs_url=graphs) as endpoint:
        for name in held_sizes(endpoint):
            endpoint.update(f"DROP SILENT GRAPH <{name}>")
        endpoint.update(f"INSERT DATA {{ GRAPH <{FOREIGN}> {{ <a:a> <a:b> <a:c> }} }}")
        yield endpoint, preset


def test_only_what_changed_is_sent_and_only_ours_is_removed(there: tuple[Endpoint, Preset]) -> None:
    endpoint, preset = there
    made = push(graph_of(a=3, b=2_500, c=1), endpoint, preset)
    assert (made.count("write"), made.unchanged) == (3, 0)
    assert sizes(endpoint) == {"a": 3, "b": 2_500, "c": 1}
    assert push(graph_of(a=3, b=2_500, c=1), endpoint, preset).steps == ()
    changed = graph_of(a=3, b=4, d=2)
    assert plan(changed, endpoint, preset).steps == push(changed, endpoint, preset).steps
    assert sizes(endpoint) == {"a": 3, "b": 4, "d": 2}
    assert select(endpoint, f"ASK {{ GRAPH <{FOREIGN}> {{ ?s ?p ?o }} }}").records() == [{"answer": True}]


def test_a_large_graph_goes_in_parts(there: tuple[Endpoint, Preset]) -> None:
    endpoint, preset = there
    small = Preset(
        **{**{name: getattr(preset, name) for name in preset.__struct_fields__}, "bytes": 2_000, "triples": 7}
    )
    push(graph_of(a=100), endpoint, small)
    assert sizes(endpoint) == {"a": 100}


def test_a_push_that_was_cut_goes_on_to_the_same_end(there: tuple[Endpoint, Preset]) -> None:
    endpoint, preset = there
    push(graph_of(a=3, b=5), endpoint, preset)
    changed = graph_of(a=4, b=5, **{f"g{number}": 2 for number in range(150)})

    def cut(steps: Iterator[Step]) -> Iterator[Step]:
        for number, step in enumerate(steps):
            if number == 120:
                raise KeyboardInterrupt
            yield step

    with pytest.raises(KeyboardInterrupt):
        push(changed, endpoint, preset, progress=cut)
    assert 0 < len(sizes(endpoint)) < 152
    again = push(changed, endpoint, preset)
    assert 0 < len(again.steps) < 151
    assert sizes(endpoint) == {"a": 4, "b": 5} | {f"g{number}": 2 for number in range(150)}


def test_what_the_store_lost_is_told(there: tuple[Endpoint, Preset]) -> None:
    endpoint, preset = there
    push(graph_of(a=3), endpoint, preset)
    lost = f"<{EXAMPLE}0> <{EXAMPLE}p> ?text"
    endpoint.update(f"DELETE WHERE {{ GRAPH <{TWGRAPH['test/a']}> {{ {lost} }} }}")
    with pytest.raises(RemoteError, match=r"test/a: 2 triples there, 3 here"):
        push(graph_of(a=3), endpoint, preset)


def test_a_killed_process_leaves_no_entry_for_half_a_graph(tmp_path: Path, oxigraph_server: str) -> None:
    program = """
import os, signal, sys
from trialweave.graph import push as pushing
from trialweave.graph.endpoint import Endpoint
from trialweave.graph.push.presets import presets
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.graph.iris import TWGRAPH

writer = GraphWriter(TWGRAPH["test/a"])
for number in range(300):
    writer.add(NamedNode(f"http://example.org/{number}"), "http://example.org/p", number)
sent = 0

class Killed(Endpoint):
    def put_graph(self, *args, **options):
        global sent
        sent += 1
        if sent == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        super().put_graph(*args, **options)

import msgspec
preset = msgspec.structs.replace(presets()["oxigraph"], bytes=2_000)
far = Killed(sys.argv[1] + "/query", update_url=sys.argv[1] + "/update", graphs_url=sys.argv[1] + "/store")
pushing.push(Graph.in_memory(writer.quads()), far, preset)
"""
    killed = subprocess.run([sys.executable, "-c", program, oxigraph_server], check=False)
    assert killed.returncode == -signal.SIGKILL
    updates, graphs = presets()["oxigraph"].addresses(f"{oxigraph_server}/query")
    with Endpoint(f"{oxigraph_server}/query", update_url=updates, graphs_url=graphs) as endpoint:
        assert 0 < sizes(endpoint)["a"] < 300
        graph = graph_of(a=300)
        assert push(graph, endpoint, presets()["oxigraph"]).count("write") == 1
        assert sizes(endpoint) == {"a": 300}


def test_the_wrong_password_changes_nothing(virtuoso_server: str) -> None:
    preset = presets()["virtuoso"]
    updates, graphs = preset.addresses(virtuoso_server)
    who = Credentials(user="app", password="wrong", scheme="digest")
    with Endpoint(virtuoso_server, credentials=who, update_url=updates, graphs_url=graphs) as endpoint:
        with pytest.raises(RemoteError, match=r"401.*TRIALWEAVE_USER[^\0]*0 of "):
            push(graph_of(wrong=3), endpoint, preset)
        assert "wrong" not in sizes(endpoint)


def test_a_term_that_the_store_altered_is_told(virtuoso_server: str) -> None:
    preset = presets()["virtuoso"]
    updates, graphs = preset.addresses(virtuoso_server)
    who = Credentials(user="app", password="app-pw", scheme="digest")
    writer = GraphWriter(TWGRAPH["test/altered"])
    kept = [to_term(True), to_term(Decimal("2.5")), to_term(10**12), Literal("é\n", language="en-GB")]
    for term in kept:
        writer.add(NamedNode(f"{EXAMPLE}s"), f"{EXAMPLE}p", term)
    with Endpoint(virtuoso_server, credentials=who, update_url=updates, graphs_url=graphs) as endpoint:
        push(Graph.in_memory(writer.quads()), endpoint, preset)
        duration = NamedNode("http://www.w3.org/2001/XMLSchema#duration")
        writer.add(NamedNode(f"{EXAMPLE}s"), f"{EXAMPLE}p", Literal("P30D", datatype=duration))
        with pytest.raises(RemoteError, match=r"P30D.*is not there as it was sent"):
            push(Graph.in_memory(writer.quads()), endpoint, preset)
        endpoint.drop_graph(writer.name.value)


@pytest.mark.parametrize(
    ("subject", "value", "said"),
    [
        (f"{EXAMPLE}{'x' * 2_000}", Literal("v"), "an IRI of 2,0"),
        (f"{EXAMPLE}s", Literal("v" * 70_000), "a text of 70,000"),
        (f"{EXAMPLE}s", BlankNode("b"), "a blank node"),
    ],
)
def test_what_the_store_cannot_hold_is_told_before_anything_is_sent(
    subject: str, value: Literal | BlankNode, said: str, oxigraph_server: str
) -> None:
    writer = GraphWriter(TWGRAPH["test/a"])
    writer.add(NamedNode(subject), f"{EXAMPLE}p", value)
    refused = pytest.raises(RemoteError, match=f"{said}.*nothing was sent")
    with Endpoint(f"{oxigraph_server}/query") as endpoint, refused:
        push(Graph.in_memory(writer.quads()), endpoint, presets()["virtuoso"])


def test_a_text_with_the_look_of_a_blank_node_is_none() -> None:
    assert unfit([b'<a:a> <a:b> "see _:b1 there" .'], presets()["oxigraph"]) is None


def test_a_wrong_address_is_told_without_its_password() -> None:
    with pytest.raises(RemoteError, match=r"http://h:1/other: is no query address") as refused:
        presets()["virtuoso"].addresses("http://u:secret@h:1/other")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", sorted(presets()))
def test_each_preset_knows_where_to_write(name: str) -> None:
    preset = presets()[name]
    urls = {
        "virtuoso": "http://h:1/sparql",
        "fuseki": "http://h:1/ds/query",
        "graphdb": "http://h:1/repositories/r",
        "rdf4j": "http://h:1/rdf4j-server/repositories/r",
        "blazegraph": "http://h:1/blazegraph/namespace/kb/sparql",
    }
    updates, graphs = preset.addresses(
        urls.get(name, "http://h:1/sparql" if name == "neptune" else "http://h:1/query")
    )
    assert (updates is None) == (preset.route == "file")
    assert (graphs is not None) == (preset.route == "graphs")
