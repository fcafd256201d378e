"""Read abstracts from JSON lines of {"id", "text"} and write their facts, one JSON object a line.

usage: python benchmarks/extraction/predict.py IN.jsonl[.gz] OUT.jsonl
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from trialweave.loaders.abstract import read


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file of JSON lines, plain or gzipped."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield msgspec.json.decode(line)


def predict(source: Path, target: Path) -> int:
    """Write the facts of every abstract of `source` to `target`; the number of abstracts."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    count = 0
    with target.open("wb") as out:
        for record in records(source):
            out.write(encoder.encode({"id": record["id"], "facts": read(record["text"]).facts}) + b"\n")
            count += 1
    return count


if __name__ == "__main__":
    predict(Path(sys.argv[1]), Path(sys.argv[2]))
