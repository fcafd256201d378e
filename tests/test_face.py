"""The face is one page: complete, sorted, documented."""

import ast
import inspect
from pathlib import Path

import trialweave


def test_the_list_is_complete_and_sorted() -> None:
    tree = ast.parse(Path(trialweave.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(trialweave.__all__) == imported
    assert trialweave.__all__ == sorted(trialweave.__all__)


def test_everything_on_it_is_documented() -> None:
    for name in trialweave.__all__:
        if not name.startswith("__"):
            assert inspect.getdoc(getattr(trialweave, name)), f"{name} has no docstring"


def test_no_error_escapes_the_family() -> None:
    errors = [getattr(trialweave, name) for name in trialweave.__all__ if name.endswith("Error")]
    assert all(issubclass(error, trialweave.TrialweaveError) for error in errors)
