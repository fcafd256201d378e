"""Push: make a SPARQL store elsewhere hold the graphs of this one, and know that it does.

The other store keeps a graph of ours, `…/graph/pushed`, with the content hash of every graph that was
written there whole. From it follows what is to be done: a graph with another hash is written again, one
that we wrote and no longer have is removed, and nothing else is touched. A graph's entry is taken away
before it is written and comes back after, so that a push that is cut off leaves no entry for a graph that
is half there; the next one goes on from that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal as OneOf

from trialweave.errors import RemoteError
from trialweave.graph.endpoint import Endpoint
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.push.presets import Preset, Route
from trialweave.graph.push.verify import differences, paged, unfit
from trialweave.graph.quads import Literal, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

TW = namespace("tw")

PUSHED = TWGRAPH["pushed"]
"""The graph in the other store that tells what was written there."""

_TOGETHER = 100
"""Graphs whose entries are written together: so many are sent again after a cut, at most."""

Action = OneOf["write", "rewrite", "remove"]


class Step(Record, frozen=True):
    """One graph that has to be written, written anew, or removed."""

    graph: str
    action: Action
    triples: int


class Plan(Record, frozen=True):
    """What is to be done, in order, and how many graphs are there already; the hashes of all of ours."""

    steps: tuple[Step, ...]
    unchanged: int
    hashes: dict[str, str]
    sizes: dict[str, int]

    def count(self, action: Action) -> int:
        """How many graphs are to be treated so."""
        return sum(step.action == action for step in self.steps)


Progress = Callable[[Iterator[Step]], Iterator[Step]]


def plan(graph: Graph, endpoint: Endpoint, preset: Preset) -> Plan:
    """What a push would do. Nothing is changed.

    Raises RemoteError where the other store cannot hold a term of ours as it is, saying which.
    """
    hashes, sizes = {}, {}
    for name in graph.graph_names():
        lines = graph.ntriples(name).splitlines()
        if problem := unfit(lines, preset):
            raise RemoteError(f"{endpoint}: cannot hold {name}: {problem}; nothing was sent")
        hashes[name] = hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()
        sizes[name] = len(lines)
    there = _entries(endpoint)
    steps = [
        Step(graph=name, action="rewrite" if name in there else "write", triples=sizes[name])
        for name, digest in hashes.items()
        if there.get(name) != digest
    ]
    gone = [Step(graph=name, action="remove", triples=0) for name in sorted(there.keys() - hashes.keys())]
    unchanged = len(hashes.keys() & there.keys()) - sum(step.action == "rewrite" for step in steps)
    return Plan(steps=(*steps, *gone), unchanged=unchanged, hashes=hashes, sizes=sizes)


def push(
    graph: Graph,
    endpoint: Endpoint,
    preset: Preset,
    *,
    route: Route | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Make the other store hold the graphs of this one; what was done.

    Raises RemoteError where the other store does not do what is asked, and where in the end it does not
    hold what was sent: every graph's number of triples is compared, and a sample of graphs term by term.
    """
    made = plan(graph, endpoint, preset)
    way = route or preset.route
    steps = iter(made.steps)
    done = 0
    try:
        for together in _in_groups(progress(steps) if progress is not None else steps):
            _forget(endpoint, [step.graph for step in together if step.action != "write"])
            for step in together:
                if step.action == "remove":
                    _remove(endpoint, step.graph, way)
                else:
                    _write(endpoint, graph.ntriples(step.graph), step.graph, preset, way)
            written = [step.graph for step in together if step.action != "remove"]
            _remember(endpoint, {name: made.hashes[name] for name in written})
            done += len(together)
    except (RemoteError, SyntaxError) as error:
        raise RemoteError(
            f"{error}\n{done:,} of {len(made.steps):,} graphs are there; the same command goes on from there"
        ) from error
    if problems := differences(graph, endpoint, made.sizes, preset):
        raise RemoteError(
            f"{endpoint}: does not hold what was sent:\n" + "\n".join(problems[:10])
            + (f"\n… and {len(problems) - 10} more" if len(problems) > 10 else "")
        )  # fmt: skip
    return made


def _in_groups(steps: Iterator[Step]) -> Iterator[list[Step]]:
    group: list[Step] = []
    for step in steps:
        group.append(step)
        if len(group) == _TOGETHER:
            yield group
            group = []
    if group:
        yield group


# ── entries ──────────────────────────────────────────────────────────────────────────────


def _entries(endpoint: Endpoint) -> dict[str, str]:
    """Graph -> hash, of what was written there whole."""
    query = f"SELECT ?graph ?hash WHERE {{ GRAPH <{PUSHED}> {{ ?graph <{TW['contentHash']}> ?hash }} }}"
    return {row["graph"].value: row["hash"].value for row in paged(endpoint, query, by="?graph")}


def _forget(endpoint: Endpoint, names: Sequence[str]) -> None:
    if names:
        listed = " ".join(str(NamedNode(name)) for name in names)
        entry = f"?graph <{TW['contentHash']}> ?hash"
        endpoint.update(
            f"DELETE {{ GRAPH <{PUSHED}> {{ {entry} }} }}\n"
            f"WHERE {{ VALUES ?graph {{ {listed} }} GRAPH <{PUSHED}> {{ {entry} }} }}"
        )


def _remember(endpoint: Endpoint, hashes: Mapping[str, str]) -> None:
    if hashes:
        lines = "\n".join(
            f"{NamedNode(name)} <{TW['contentHash']}> {Literal(digest)} ." for name, digest in hashes.items()
        )
        endpoint.update(f"INSERT DATA {{ GRAPH <{PUSHED}> {{\n{lines}\n}} }}")


# ── graphs ───────────────────────────────────────────────────────────────────────────────


def _write(endpoint: Endpoint, ntriples: bytes, name: str, preset: Preset, route: Route) -> None:
    """Make the graph there hold these lines; a long one goes in parts, the first of which replaces it."""
    lines = ntriples.splitlines(keepends=True)
    if route == "graphs":
        for number, part in enumerate(_parts(lines, preset.bytes, len(lines) or 1)):
            endpoint.put_graph(name, part, add=number > 0)
        return
    endpoint.update(f"DROP SILENT GRAPH {NamedNode(name)}")
    for part in _parts(lines, preset.bytes, preset.triples):
        endpoint.update(f"INSERT DATA {{ GRAPH {NamedNode(name)} {{\n{part.decode()}}} }}")


def _remove(endpoint: Endpoint, name: str, route: Route) -> None:
    if route == "graphs":
        endpoint.drop_graph(name)
    else:
        endpoint.update(f"DROP SILENT GRAPH {NamedNode(name)}")


def _parts(lines: list[bytes], size: int, count: int) -> Iterator[bytes]:
    """Lines in parts of at most `size` bytes (or one line) and `count` lines.

    >>> list(_parts([b"aa", b"bb", b"c"], 4, 9)), list(_parts([b"aa", b"bb", b"c"], 9, 1))
    ([b'aabb', b'c'], [b'aa', b'bb', b'c'])
    """
    part: list[bytes] = []
    held = 0
    for line in lines:
        if part and (held + len(line) > size or len(part) == count):
            yield b"".join(part)
            part, held = [], 0
        part.append(line)
        held += len(line)
    if part:
        yield b"".join(part)
