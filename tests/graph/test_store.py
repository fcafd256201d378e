from pathlib import Path

import pytest

from trialweave.errors import StoreError
from trialweave.graph.quads import GraphWriter
from trialweave.graph.store import NothingChanged, current_generation, next_generation, open_store

G = "http://example.org/g"


def quads(number: int, graph: str = G) -> GraphWriter:
    writer = GraphWriter(graph)
    node = writer.node("http://example.org/s")
    for i in range(number):
        writer.add(node, "http://example.org/p", i)
    return writer


def test_a_build_appears_whole_and_readers_see_the_old_state_until_then(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with next_generation(store) as (graph, _):
        graph.extend(quads(3).quads())
    assert len(open_store(store)) == 3
    with next_generation(store) as (graph, _):
        graph.extend(quads(5).quads())
        assert len(open_store(store)) == 3
    assert len(open_store(store)) == 5


def test_a_build_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with next_generation(store) as (graph, _):
        graph.extend(quads(3).quads())
    before = current_generation(store)
    with pytest.raises(KeyboardInterrupt), next_generation(store) as (graph, _):
        graph.remove_graph(G)
        raise KeyboardInterrupt
    assert current_generation(store) == before
    assert len(open_store(store)) == 3


def test_a_first_build_that_fails_leaves_no_store(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with pytest.raises(ZeroDivisionError), next_generation(store) as (graph, _):
        graph.extend(quads(3).quads())
        raise ZeroDivisionError
    assert not store.exists()


def test_nothing_changed_keeps_the_generation(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with next_generation(store) as (graph, _):
        graph.extend(quads(3).quads())
    before = current_generation(store)
    with next_generation(store):
        raise NothingChanged
    assert current_generation(store) == before


def test_old_generations_are_forgotten_but_for_one(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for number in range(5):
        with next_generation(store) as (graph, _):
            graph.extend(quads(number).quads())
    assert sorted(path.name for path in (store / "generations").iterdir()) == ["000004", "000005"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with (
        next_generation(store),
        pytest.raises(StoreError, match="another build is writing"),
        next_generation(store),
    ):
        pass


def test_a_folder_of_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("precious")
    with pytest.raises(StoreError, match="holds other files"), next_generation(tmp_path):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.docx"]


def test_a_lock_alone_is_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()  # all that a build killed in its first moment leaves
    with next_generation(tmp_path) as (graph, _):
        graph.extend(quads(1).quads())
    (tmp_path / "generations" / ".DS_Store").touch()
    with next_generation(tmp_path) as (graph, _):
        graph.extend(quads(2).quads())
    assert len(open_store(tmp_path)) == 2


def test_no_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="trialweave build"):
        open_store(tmp_path / "nowhere")


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is a file"), next_generation(tmp_path / "file"):
        pass
    with pytest.raises(StoreError):
        open_store(tmp_path / "file")


def test_a_reader_may_come_the_moment_after_the_switch(tmp_path: Path) -> None:
    """The writer's files must be at rest by then: once, a reader found some of them gone."""
    store = tmp_path / "store"
    for number in range(8):
        with next_generation(store) as (graph, _):
            graph.extend(quads(500 * (number + 1), f"{G}{number}").quads())
        assert len(open_store(store)) == sum(500 * (n + 1) for n in range(number + 1))
