"""Count the audit's alarms on real abstracts, and show those that nobody has read yet.

usage: python benchmarks/extraction/alarms.py [--data ../shared/data] [--new] [--write]

Every alarm of these texts was read against its words; `alarms-read.tsv` beside this file says how it
was judged: `true` (the numbers contradict each other as they stand), `true (of another set)` (a pair
that is not of the size stated, most likely because a safety set was counted), `undecidable`, or
`false`. An alarm that is not in it is new: read it (`--new` shows its words), judge it, and add it
(`--write` adds all new ones with an empty judgement). Figures and ids only; the texts stay in the data
folder.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from trialweave.loaders.extract import Extracted, extract
from trialweave.records import Fact, Finding

HERE = Path(__file__).parent
READ = HERE / "alarms-read.tsv"
CORPORA = {
    "pool_dev": "extraction/pool_dev.jsonl.gz",
    "pico_breast_dev": "extraction/pico_breast_dev.jsonl.gz",
    "rct_art_dev": "extraction/rct_art_dev.jsonl.gz",
    "pubmed": "pubmed",
}
Alarm = tuple[str, str, str, str, str]


def alarms(corpus: str, record: Extracted) -> Iterator[tuple[Alarm, Fact, Finding]]:
    """The alarms of a record: corpus, id, check, what was computed, the figures of the quote."""
    for fact in record.facts:
        figures = "".join(one for one in fact.quote if one.isdigit() or one in ".·")
        for finding in fact.findings:
            key = (corpus, str(record.id), finding.check, finding.computed or "", figures)
            yield key, fact, finding


def main() -> int:
    """Read all corpora, and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--new", action="store_true", help="show the words of alarms not read yet")
    parser.add_argument("--write", action="store_true", help="add them to the file, not judged")
    chosen = parser.parse_args()
    with READ.open(encoding="utf-8", newline="") as file:
        judged = {tuple(row[:5]): row[5] for row in csv.reader(file, delimiter="\t")}
    fresh: list[Alarm] = []
    for corpus, place in CORPORA.items():
        if not (chosen.data / place).exists():
            print(f"{corpus}: left out, not in {chosen.data}", file=sys.stderr)
            continue
        counts: Counter[str] = Counter()
        seen: set[str] = set()
        for record in extract([chosen.data / place]):
            if not isinstance(record, Extracted) or str(record.id) in seen:
                continue
            seen.add(str(record.id))
            for key, fact, finding in alarms(corpus, record):
                counts[judged.get(key) or "not read"] += 1
                if key not in judged:
                    fresh.append(key)
                    if chosen.new:
                        words = record.text[max(0, fact.start - 200) : fact.end + 100]
                        print(f"{key}\n  {finding.sure}: {finding.message}\n  … {' '.join(words.split())} …")
        said = ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"
        print(f"{corpus}: {len(seen)} abstracts, {sum(counts.values())} alarms: {said}")
    if chosen.write:
        rows = sorted(chain(((*key, judged[key]) for key in judged), ((*key, "") for key in fresh)))
        with READ.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t", lineterminator="\n").writerows(rows)
    return 1 if fresh and not chosen.write else 0


if __name__ == "__main__":
    raise SystemExit(main())
