"""The older API's form against API v2: the invented study, written under the old names."""

import io
import json
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.loaders.ctgov.places import places, value_at
from trialweave.loaders.ctgov.v1 import _STUDY, old_pointer, renamed
from trialweave.records import RegistryStudy, Rejected

INVENTED = json.loads((Path(__file__).parent.parent.parent / "data/registry/invented.json").read_text())


def old_names(value: Any, shape: Any) -> Any:
    """The inverse of `renamed`, written apart from it."""
    if isinstance(value, list):
        return [old_names(each, shape) for each in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if name in shape:
            old, below = shape[name]
            *above, last = old.split("/")
            at = found
            for step in above:
                at = at.setdefault(step, {})
            at[last] = old_names(inner, below)
    return found


OLD = old_names(INVENTED, _STUDY)


def read(record: dict[str, Any]) -> RegistryStudy:
    [found] = ctgov_json.read(io.BytesIO(json.dumps(record).encode()), file="study.json")
    assert isinstance(found, RegistryStudy)
    return found


def test_the_same_study_in_both_forms_gives_the_same_record_but_for_its_places():
    old, new = read(OLD), read(INVENTED)
    assert old.source.format == "ctgov-v1"

    def without_places(value: Any) -> Any:
        if isinstance(value, str):
            return old_pointer(value) if value.startswith(("/protocol", "/results", "/derived")) else value
        if isinstance(value, dict):
            dropped = ("source", "has_results")
            return {name: without_places(each) for name, each in value.items() if name not in dropped}
        return [without_places(each) for each in value] if isinstance(value, list | tuple) else value

    before, after = (without_places(msgspec.to_builtins(each)) for each in (old, new))
    assert before == after


def test_every_place_resolves_in_the_old_form():
    found = list(places(read(OLD)))
    assert len(found) > 60
    for place, quote in found:
        assert place.startswith(("/ProtocolSection/", "/ResultsSection/", "/DerivedSection/"))
        there = value_at(OLD, place)
        assert quote in there or there.replace(",", "") == quote or float(there) == float(quote)


def test_renaming_a_study_that_has_nothing():
    assert renamed({}) == {}
    assert renamed({"ProtocolSection": None}) == {}


def test_words_that_look_like_a_place_are_left_alone():
    record = json.loads(json.dumps(OLD))
    record["ProtocolSection"]["IdentificationModule"]["BriefTitle"] = "/protocolSection/of no module"
    title = read(record).brief_title
    assert title is not None
    assert title.value == "/protocolSection/of no module"


RAW = json.dumps(OLD).encode()
EDIT = st.tuples(st.integers(0, len(RAW) - 1), st.integers(0, 30), st.binary(max_size=6))


@settings(max_examples=200, deadline=None)
@given(st.lists(EDIT, min_size=1, max_size=4))
def test_mutated_bytes_never_crash(edits: list[tuple[int, int, bytes]]):
    raw = RAW
    for start, length, put in edits:
        raw = raw[:start] + put + raw[start + length :]
    for each in ctgov_json.read(io.BytesIO(raw), file="study.json"):
        assert isinstance(each, RegistryStudy | Rejected)
