"""The records are one contract: all are imported from one place, frozen, and survive a round trip."""

import inspect
from typing import Any

import msgspec
import pytest

from trialweave import records
from trialweave.records import Record, registry, trial

DEFINED = [
    value
    for module in (trial, registry)
    for value in vars(module).values()
    if inspect.isclass(value) and issubclass(value, Record) and value.__module__ == module.__name__
]


def test_every_record_is_exported_and_every_export_exists():
    assert {record.__name__ for record in DEFINED} <= set(records.__all__)
    assert records.__all__ == sorted(records.__all__)
    assert all(hasattr(records, name) for name in records.__all__)


@pytest.mark.parametrize("record", DEFINED, ids=lambda record: record.__name__)
def test_every_record_is_frozen_documented_and_built_by_keyword(record: Any):
    assert record.__struct_config__.frozen
    assert record.__doc__
    with pytest.raises(TypeError):
        record(*[None] * (len(record.__struct_fields__) + 1))


def test_a_registry_study_survives_a_round_trip():
    study = registry.RegistryStudy(
        source=trial.Source(file="x", format="ctgov-v2", position=1, sha256=""),
        nct_id=trial.Stated(value="NCT00000001", evidence=trial.Field(path="/x", quote="NCT00000001")),
    )
    assert msgspec.json.decode(msgspec.json.encode(study), type=registry.RegistryStudy) == study
