"""The store: a folder of generations, each a whole graph; `current` names the one that counts.

```
STORE/
  current                     the name of a generation: one line, replaced by one atomic rename
  lock                        held by whoever builds
  generations/000002/
    quads/                    the embedded triple store
    rejected.jsonl            records set aside, with reason and position
    build.json                counts of the build that made it
```

Readers open a generation read-only. A writer works on a copy (hard links, so it costs little) and
switches at the end, so a build that fails or is killed leaves everything as it was.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

import pyoxigraph

from trialweave.errors import StoreError
from trialweave.graph.quads import BlankNode, NamedNode, Quad, Term, Triple

Subject = NamedNode | BlankNode | Triple

_BULK = 5_000
"""Quads from which on a write goes in bulk."""

_LARGE = 50_000
"""Quads from which on graphs are removed by copying what stays."""

KEEP_GENERATIONS = 2
"""The current generation and the one before it, which a reader may still have open."""


class Graph:
    """One generation of a store, opened: quads in, quads and SPARQL answers out.

    Queries see the union of all named graphs unless they ask for `GRAPH`.
    """

    def __init__(self, quads: pyoxigraph.Store, folder: Path | None = None) -> None:
        self._store = quads
        self.folder = folder

    @classmethod
    def in_memory(cls, quads: Iterable[Quad] = ()) -> Graph:
        """A graph without a folder, for small things and tests.

        >>> len(Graph.in_memory())
        0
        """
        graph = cls(pyoxigraph.Store())
        graph.extend(quads)
        return graph

    def __len__(self) -> int:
        return len(self._store)

    def __iter__(self) -> Iterator[Quad]:
        return iter(self._store)

    def query(
        self, sparql: str
    ) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples:
        """Run a SPARQL query; raises SyntaxError on bad SPARQL (rooms above wrap it)."""
        return self._store.query(sparql, use_default_graph_as_union=True)

    def select(self, sparql: str) -> pyoxigraph.QuerySolutions:
        """Run a SELECT query of ours."""
        solutions = self.query(sparql)
        if not isinstance(solutions, pyoxigraph.QuerySolutions):
            raise StoreError("expected a SELECT query")
        return solutions

    def graph_names(self) -> list[str]:
        """The IRIs of all named graphs that hold quads, sorted."""
        names = (name.value for name in self._store.named_graphs() if isinstance(name, NamedNode))
        return sorted(name for name in names if self.holds(name))

    def holds(self, graph: str) -> bool:
        """Whether a named graph has at least one quad."""
        return next(iter(self.quads(graph)), None) is not None

    def quads(self, graph: str) -> Iterator[Quad]:
        """The quads of one named graph."""
        return self._store.quads_for_pattern(None, None, None, NamedNode(graph))

    def ntriples(self, graph: str) -> bytes:
        """One named graph as N-Triples, in no order."""
        return self._store.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=NamedNode(graph)) or b""

    def quads_in(self, graph: str, predicate: str) -> Iterator[Quad]:
        """The quads of one named graph with one predicate."""
        return self._store.quads_for_pattern(None, NamedNode(predicate), None, NamedNode(graph))

    def quads_of(
        self, *, subject: Subject | None = None, predicate: str | None = None, value: Term | None = None
    ) -> Iterator[Quad]:
        """The quads of all graphs with this subject, predicate and object (absent: any)."""
        node = NamedNode(predicate) if predicate is not None else None
        return self._store.quads_for_pattern(subject, node, value, None)

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads; many at once go in as sorted files, past the transaction log, several times as fast.

        That is safe here, as nobody reads a generation before it is switched to.
        """
        rest = iter(quads)
        few = list(islice(rest, _BULK))
        if len(few) < _BULK or self.folder is None:
            self._store.extend(few)
            self._store.extend(rest)
        else:
            self._store.bulk_extend(chain(few, rest))

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove these quads, those that are there."""
        for quad in quads:
            self._store.remove(quad)

    def remove_graph(self, graph: str) -> None:
        """Remove a named graph with all its quads, if it is there."""
        self._store.remove_graph(NamedNode(graph))

    def remove_graphs(self, graphs: Collection[str]) -> None:
        """Remove named graphs with all their quads.

        To remove a quad costs this store many times what it costs to write one, and memory for each until
        all are gone: a large graph goes by copying what stays.
        """
        names = {NamedNode(name) for name in graphs}
        stale = (quad for name in sorted(graphs) for quad in self.quads(name))
        few = len(list(islice(stale, _LARGE))) < _LARGE
        del stale  # what still reads keeps the files from being let go
        if few or self.folder is None:
            for name in graphs:
                self.remove_graph(name)
            return
        place = self.folder / "quads"
        fresh = pyoxigraph.Store(str(self.folder / "quads.new"))
        fresh.bulk_extend(quad for quad in self._store if quad.graph_name not in names)
        del fresh  # a store lets go of its files when it is forgotten
        del self._store
        shutil.rmtree(place)
        (self.folder / "quads.new").rename(place)
        self._store = pyoxigraph.Store(str(place))

    def load_lines(self, graph: str, path: Path) -> None:
        """Add the N-Triples of a file to a named graph, past Python's objects.

        Raises StoreError where a line is no N-Triples: whoever writes such files checks them before.
        """
        try:
            self._store.bulk_load(
                path=str(path), format=pyoxigraph.RdfFormat.N_TRIPLES, to_graph=NamedNode(graph)
            )
        except SyntaxError as error:
            raise StoreError(f"{path}: cannot be loaded: {error}") from error

    def replace_graph(self, graph: str, quads: Iterable[Quad]) -> None:
        """Make a named graph hold exactly these quads."""
        self.remove_graph(graph)
        self.extend(quads)

    def close(self) -> None:
        """Make everything written durable and let go of the files; the graph is of no use afterwards.

        The embedded store goes on tidying its files until it is closed, and a reader that opens them
        meanwhile finds some of them gone.
        """
        if self.folder is not None:
            self._store.flush()
        del self._store


def open_store(folder: Path) -> Graph:
    """Open the current generation of a store, for reading.

    Raises StoreError if there is no store, saying how to make one.
    """
    generation = current_generation(folder)
    if generation is None:
        raise StoreError(f"{folder}: no store here; make one with: trialweave build {folder} SOURCE…")
    try:
        return Graph(pyoxigraph.Store.read_only(str(generation / "quads")), generation)
    except (OSError, RuntimeError) as error:
        raise StoreError(
            f"{folder}: cannot be opened ({error}); build it anew from its sources into another folder"
        ) from error


def current_generation(folder: Path) -> Path | None:
    """The folder of the generation that counts; None if there is no store yet."""
    try:
        name = (folder / "current").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{folder}: cannot be read ({error.strerror})") from error
    generation = folder / "generations" / name
    if not generation.is_dir():
        raise StoreError(f"{folder}: `current` names generation {name!r}, which is not there; build it anew")
    return generation


@contextmanager
def next_generation(folder: Path) -> Iterator[tuple[Graph, Path]]:
    """A writable copy of the current generation; leaving the block without an error switches to it.

    An error, or `NothingChanged`, leaves the store as it was. Only one writer at a time: a second
    one gets a StoreError. Yields the graph and the folder of the new generation.
    """
    with _write_lock(folder):
        current = current_generation(folder)
        number = 1 + (int(current.name) if current is not None else 0)
        fresh = folder / "generations" / f"{number:06d}"
        shutil.rmtree(fresh, ignore_errors=True)  # what a killed build left behind
        fresh.mkdir(parents=True)
        try:
            if current is not None:
                pyoxigraph.Store.read_only(str(current / "quads")).backup(str(fresh / "quads"))
            graph = Graph(pyoxigraph.Store(str(fresh / "quads")), fresh)
            yield graph, fresh
            graph.close()
            _switch(folder, fresh)
        except NothingChanged:
            shutil.rmtree(fresh, ignore_errors=True)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            if current is None:
                _remove_if_empty(folder)
            raise
        _forget_old(folder, number)


class NothingChanged(Exception):
    """Raised inside `next_generation` when nothing has changed."""


@contextmanager
def _write_lock(folder: Path) -> Iterator[None]:
    existed = folder.exists()
    if existed and not folder.is_dir():
        raise StoreError(f"{folder}: is a file; a store is a folder")
    others = existed and any(path.name != "lock" for path in folder.iterdir())
    if others and not (folder / "generations").is_dir():
        raise StoreError(f"{folder}: holds other files and is no store; name an empty or a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / "lock").open("a")
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written ({error.strerror})") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{folder}: another build is writing this store; wait for it") from None
        yield


def _switch(folder: Path, generation: Path) -> None:
    pointer = folder / "current.new"
    with pointer.open("w", encoding="ascii") as file:
        file.write(generation.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(folder / "current")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forget_old(folder: Path, newest: int) -> None:
    for generation in (folder / "generations").iterdir():
        if generation.name.isdecimal() and int(generation.name) <= newest - KEEP_GENERATIONS:
            shutil.rmtree(generation, ignore_errors=True)


def _remove_if_empty(folder: Path) -> None:
    """Take away what a first build that failed has made."""
    try:
        (folder / "generations").rmdir()
        (folder / "lock").unlink()
        folder.rmdir()
    except OSError:
        return
