"""How fast registry records load, and in how much memory.

    python benchmarks/registry_load.py ../shared/data/registry/ctgov-v2-studies.json.zip

Reading (unzipping) is timed apart from parsing with making the records. Peak memory is the process's.
"""

from __future__ import annotations

import io
import resource
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.loaders.ctgov import xml as ctgov_xml
from trialweave.records import RegistryStudy


def main(path: Path) -> None:
    reading = loading = 0.0
    studies = rejected = counts = measurements = size = 0
    for name, raw, seconds in members(path):
        reading += seconds
        size += len(raw)
        start = time.perf_counter()
        read = ctgov_xml.read if name.endswith(".xml") else ctgov_json.read
        for study in read(io.BytesIO(raw), file=path.name, member=name):
            if isinstance(study, RegistryStudy):
                studies += 1
                events = study.adverse_events.events if study.adverse_events else ()
                counts += sum(len(event.counts) for event in events)
                measurements += sum(len(outcome.measurements) for outcome in study.outcomes)
            else:
                rejected += 1
        loading += time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{path.name}: {studies} studies, {rejected} set aside, {size / 1e6:.0f} MB")
    print(f"  {counts} event counts, {measurements} measurements")
    print(
        f"  read {reading:.1f} s; parse and record {loading:.1f} s, {studies / loading:.0f} studies a second"
    )
    print(f"  peak memory {peak:.0f} MB")


def members(path: Path) -> Iterator[tuple[str, bytes, float]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            start = time.perf_counter()
            raw = archive.read(name)
            yield name, raw, time.perf_counter() - start


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        main(Path(argument))
