"""Where the time of a build goes: parse, read the abstract, map, hash, store; each apart, in one run.

    python benchmarks/build_stages.py SOURCE…

Prints seconds of processor time, records a second and quads a second of each stage. Records are taken in
chunks, so that memory stays flat; nothing is derived.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from trialweave import loaders
from trialweave.graph.publication import publication_quads
from trialweave.graph.quads import content_hash
from trialweave.graph.registry import study_quads
from trialweave.graph.store import Graph, next_generation
from trialweave.loaders.abstract.report import with_trial
from trialweave.records import Publication, RegistryStudy

CHUNK = 200


class Clock:
    """Adds up the processor time between marks, by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.process_time()

    def mark(self, stage: str) -> None:
        now = time.process_time()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


def chunks(sources: list[str]) -> Iterator[list[Publication | RegistryStudy]]:
    items = (item for item in loaders.read(*sources) if isinstance(item, Publication | RegistryStudy))
    while chunk := list(islice(items, CHUNK)):
        yield chunk


def main(sources: list[str]) -> None:
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        with next_generation(Path(folder) / "store") as (graph, _):
            clock.mark("start")
            records, quads = load(sources, graph, clock)
        clock.mark("store")
    print(f"{records:,} records, {quads:,} quads")
    for stage, seconds in clock.seconds.items():
        if stage != "start" and seconds:
            rates = f"{records / seconds:12,.0f} records/s{quads / seconds:12,.0f} quads/s"
            print(f"{stage:<16}{seconds:8.1f} s{rates}")


def load(sources: list[str], graph: Graph, clock: Clock) -> tuple[int, int]:
    """Take all records through the stages; how many records and quads there were."""
    records = quads = 0
    for chunk in chunks(sources):
        clock.mark("parse")
        read = [with_trial(item) if isinstance(item, Publication) else item for item in chunk]
        clock.mark("read abstracts")
        mapped = [
            list(publication_quads(item) if isinstance(item, Publication) else study_quads(item))
            for item in read
        ]
        clock.mark("map")
        for each in mapped:
            content_hash(each)
        clock.mark("hash")
        graph.extend(quad for each in mapped for quad in each)
        clock.mark("store")
        records += len(chunk)
        quads += sum(map(len, mapped))
    return records, quads


if __name__ == "__main__":
    main(sys.argv[1:])
