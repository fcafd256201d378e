import contextlib
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialweave.errors import LoadError
from trialweave.loaders.ctgov.json_split import records

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='ab"\\{}[]:,é\n studies', max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(alphabet='ab"{[\\', max_size=4), VALUES, max_size=4)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(OBJECTS, max_size=5),
    st.integers(1, 60),
    st.sampled_from([None, 1]),
    st.sampled_from(["array", "page", "deep page", "values"]),
)
def test_splitting_loses_and_adds_nothing(
    objects: list[dict[str, Any]], chunk: int, indent: int | None, container: str
):
    wrapped = {
        "array": objects,
        "page": {"count": 3, "studies": objects, "token": "studies"},
        "deep page": {"Response": {"version": "1", "studies": objects, "n": [1]}},
    }
    if container == "values":
        objects = [each or {"a": 1} for each in objects]  # "{}" alone on a line would begin JSON lines
        text = "\n".join(json.dumps(each, indent=indent) for each in objects)
    else:
        text = json.dumps(wrapped[container], indent=indent)
    found = list(records(io.BytesIO(text.encode()), under=["studies"], chunk=chunk))
    assert [json.loads(each) for each in found] == objects


@given(st.binary(max_size=60), st.integers(1, 10))
def test_any_bytes_are_handed_out_or_refused(raw: bytes, chunk: int):
    with contextlib.suppress(LoadError):
        assert all(isinstance(each, bytes) for each in records(io.BytesIO(raw), chunk=chunk))


def test_a_broken_line_costs_only_itself():
    raw = b'{"a": 1}\n{"b": [}\n\n{"c": 3}'
    assert list(records(io.BytesIO(raw), chunk=20)) == [b'{"a": 1}', b'{"b": [}', b'{"c": 3}']


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b'[{"a": 1}', "ends before"), (b'[{"a": 1}]]', "never opened"), (b'["' + b"x" * 99, "longer than")],
)
def test_refusals(raw: bytes, words: str):
    with pytest.raises(LoadError, match=words):
        list(records(io.BytesIO(raw), chunk=16, limit=64))
