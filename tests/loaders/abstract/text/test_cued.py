"""Every cued pattern of the reader: no match without its literals, in it or right after it."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trialweave.loaders.abstract
from trialweave.loaders.abstract.text.cued import Cued
from trialweave.loaders.abstract.text.normal import normalise


def cued_patterns() -> Iterator[tuple[str, Cued]]:
    place = trialweave.loaders.abstract
    for module in pkgutil.walk_packages(place.__path__, f"{place.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Cued):
                yield f"{module.name.removeprefix(place.__name__)}{name}", value


CUED = dict(cued_patterns())


def test_there_are_cued_patterns() -> None:
    assert len(CUED) > 10


@pytest.mark.parametrize("name", CUED)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_no_match_without_a_literal(name: str, data: st.DataObject) -> None:
    cue = CUED[name]
    made = data.draw(st.from_regex(cue.pattern))
    text = normalise(made, 0, len(made)).text
    for hit in cue.pattern.finditer(text):
        assert cue.possible(text, hit.start(), len(text)), f"{hit.group()!r} holds none of the literals"
