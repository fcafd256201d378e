"""Files and folders that appear whole or not at all."""

from pathlib import Path

import pytest

from trialweave.errors import StoreError
from trialweave.graph.export.whole import whole_file, whole_folder


class Stopped(Exception):
    pass


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def fill(folder: Path, text: str) -> None:
    with whole_folder(folder) as part:
        (part / "a.txt").write_text(text)


def test_what_is_stopped_leaves_what_was(tmp_path: Path) -> None:
    (tmp_path / "x.nq").write_text("old")
    fill(tmp_path / "out", "old")
    before = names(tmp_path)
    with pytest.raises(Stopped), whole_file(tmp_path / "x.nq") as file:
        file.write(b"new")
        raise Stopped
    with pytest.raises(Stopped), whole_folder(tmp_path / "out") as part:
        (part / "b.txt").write_text("new")
        raise Stopped
    assert names(tmp_path) == before
    assert (tmp_path / "x.nq").read_text() == "old"
    assert (tmp_path / "out" / "a.txt").read_text() == "old"


def test_an_earlier_export_is_replaced_whole(tmp_path: Path) -> None:
    fill(tmp_path / "out", "old")
    with whole_folder(tmp_path / "out") as part:
        (part / "b.txt").write_text("new")
    assert names(tmp_path) == ["out/.trialweave-export", "out/b.txt"]


def test_one_killed_between_its_last_two_steps_loses_nothing(tmp_path: Path) -> None:
    fill(tmp_path / "out", "old")
    (tmp_path / "out").replace(tmp_path / ".out.old")
    with pytest.raises(Stopped), whole_folder(tmp_path / "out"):
        raise Stopped
    assert (tmp_path / "out" / "a.txt").read_text() == "old"


@pytest.mark.parametrize("name", ["thesis.txt", ".hidden"])
def test_a_folder_of_others_is_not_touched(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(StoreError, match="no earlier export"):
        fill(tmp_path, "new")
    assert names(tmp_path) == [name]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("precious")
    with pytest.raises(StoreError, match="out: is there"):
        fill(tmp_path / "out", "new")
    with pytest.raises(StoreError, match="cannot be written"), whole_file(tmp_path / "no" / "x.nq"):
        pass
