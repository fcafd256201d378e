"""Linking a store anew: its records and its terminologies stay as they are, all that is derived is redone."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from trialweave import loaders
from trialweave.errors import LoadError
from trialweave.graph.catalog import CATALOG, entry_quads, read_entries
from trialweave.graph.derive import derive
from trialweave.graph.drug_classes import replace_user_classes
from trialweave.graph.iris import TWGRAPH
from trialweave.graph.store import Graph, current_generation, next_generation, open_store
from trialweave.graph.terminologies.catalog import held_quads
from trialweave.graph.terminologies.intake import TerminologyIntake
from trialweave.ontology import classes as drug_classes
from trialweave.ontology.prefixes import namespace
from trialweave.records import Mapping, MappingSet, Record, Rejected

USER = "user"
"""The key of the set of mappings that a user states; its graph is `…/graph/mappings/user`."""

SSSOM = namespace("sssom")


class LinkReport(Record, frozen=True):
    """What was done: mappings of the user's that now hold, quads of the whole store."""

    overrides: int
    quads: int
    folder: str


def link(folder: Path, *, override: Path | None = None, classes: Path | None = None) -> LinkReport:
    """Link the labels of a store to its terminologies anew, and derive all that follows from it.

    `override` is a file of mappings (SSSOM) that go before every other: from a label's concept to a term
    (or, with the predicate modifier "Not", away from it). They are kept in the store and take the place of
    those of an earlier file; a file without one takes them away. `classes` is a table of drug classes
    (`ontology/classes`), a basis of its own beside ours, kept and replaced in the same way.
    Records are not read again, and
    nothing that they or the terminologies say changes. The new state appears whole or not at all.

    Raises StoreError where there is no store, and LoadError at the first mapping or row that is wrong.
    """
    open_store(folder)  # says so where there is none
    mappings = _read(override) if override is not None else None
    rows = drug_classes.read(classes) if classes is not None else None
    held = current_generation(folder)
    with next_generation(folder) as (graph, generation):
        if mappings is not None:
            _keep(graph, generation, mappings)
        if rows is not None:
            replace_user_classes(graph, rows)
        derive(graph)
        for path in sorted(held.iterdir()) if held is not None else ():
            if path.is_file():
                shutil.copyfile(path, generation / path.name)
        stated = sum(1 for _ in graph.quads_in(TWGRAPH[f"mappings/{USER}"], SSSOM["subject_id"]))
        return LinkReport(overrides=stated, quads=len(graph), folder=str(folder))


def _read(file: Path) -> tuple[MappingSet, list[Mapping]]:
    header: MappingSet | None = None
    mappings: list[Mapping] = []
    for item in loaders.read(file):
        if isinstance(item, Rejected):
            where = f", row {item.position}" if item.position else ""
            raise LoadError(f"{item.file}{where}: {item.reason}; nothing was linked anew")
        if isinstance(item, Mapping):
            mappings.append(item)
        elif isinstance(item, MappingSet) and header is None:
            header = msgspec.structs.replace(item, key=USER)
        else:
            raise LoadError(f"{file}: holds more than one set of mappings; give one file in SSSOM's form")
    if header is None:
        raise LoadError(f"{file}: holds no mappings; give a file in SSSOM's form")
    return header, mappings


def _keep(graph: Graph, generation: Path, given: tuple[MappingSet, list[Mapping]]) -> None:
    """Make the user's set hold these mappings."""
    header, mappings = given
    intake = TerminologyIntake(graph, generation / "waiting")
    intake.forget("mappings", USER)
    if mappings:
        intake.begin(header)
        for mapping in mappings:
            intake.add(mapping)
    intake.finish()
    for reject in intake.rejected:
        raise LoadError(f"{reject.file}: {reject.reason}; nothing was linked anew")
    records = [quad for entry in read_entries(graph).values() for quad in entry_quads(entry)]
    graph.replace_graph(CATALOG, [*records, *(quad for held in intake.held for quad in held_quads(held))])
