"""Read random and mutated texts: no crash, every quote in its place, no pattern that blows up.

usage: python benchmarks/extraction/fuzz.py [--texts 100000] [--seed 1] [--corpus pool_dev.jsonl.gz]

Mutations start from our own sentences, or from the abstracts of a corpus. A text that takes longer
than the bound per kilobyte is read again; if it is slow twice, the run stops and shows it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from predict import records

from trialweave.loaders.abstract import read

SECONDS_PER_KB = 0.25
SEEDS = (
    "METHODS: We randomly assigned 165 adults (2:1) to abcnib 12 mg on days 1-14 or placebo."
    " RESULTS: Median PFS "
    "was 3.02 months (95% CI 2.63-3.65) with abcnib and 1.41 months (1.38-1.41) with placebo"
    " (HR 0.46; p < 0.001).",
    "RESULTS: Grade 3 or 4 rash (17 [16%] vs two [4%]), fatigue (5 of 110 [5%] vs none), and"
    " no deaths in either arm.",
    "Pain fell by 2.3 ± 1.1 points in arm A (n = 30), 1.9 (SD 0.9) in arm B, and 0.4 in arm"
    " C, respectively (P = .03).",
)
PIECES = [
    *"0123456789.,;:()[]%<>=±-–·/ \n\t+",
    " vs ",
    " and ",
    " or ",
    " of ",
    "95% CI ",
    "n = ",
    "P = .",
    " months",
    " patients",
    " respectively",
    "grade 3",
    "arm A",
    "not reached",
    "HR ",
    "mg/m(2)",
    " to ",
    "median ",
    "no deaths ",
    "two hundred and ",
    "\u2009",
    "\u00a0",
    "é",
    "漢",
    "\U0001f600",
    "\x00",
]


def mutate(text: str, rng: random.Random) -> str:
    """The text with a few pieces put in, taken out, doubled or swapped."""
    for _ in range(rng.randint(1, 12)):
        at, width = rng.randrange(len(text) + 1), rng.randint(0, 12)
        choice = rng.random()
        if choice < 0.5:
            text = text[:at] + rng.choice(PIECES) * rng.choice((1, 1, 1, 2, 40)) + text[at:]
        elif choice < 0.8:
            text = text[:at] + text[at + width :]
        else:
            text = text[:at] + text[at : at + width] * rng.randint(2, 6) + text[at + width :]
    return text


def noise(rng: random.Random) -> str:
    """Pieces in any order."""
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 400)))


def seconds_per_kb(text: str) -> float:
    """The time of one core to read a text, by its length (at least one kilobyte)."""
    begin = time.process_time()
    for fact in read(text).facts:
        if fact.quote != text[fact.start : fact.end]:
            raise AssertionError(f"a quote is not at its offsets: {fact!r} in {text!r}")
    return (time.process_time() - begin) / max(1.0, len(text) / 1000)


def main() -> int:
    """Run all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path)
    chosen = parser.parse_args()
    rng = random.Random(chosen.seed)
    seeds = [record["text"] for record in records(chosen.corpus)] if chosen.corpus else list(SEEDS)
    worst, kilobytes, begin = 0.0, 0.0, time.process_time()
    for number in range(chosen.texts):
        text = noise(rng) if number % 4 == 0 else mutate(rng.choice(seeds), rng)
        spent = seconds_per_kb(text)
        if spent > SECONDS_PER_KB:
            spent = min(spent, seconds_per_kb(text))
        if spent > SECONDS_PER_KB:
            print(f"text {number} takes {spent:.2f} s per kB: {text!r}", file=sys.stderr)
            return 1
        worst, kilobytes = max(worst, spent), kilobytes + len(text) / 1000
    total = time.process_time() - begin
    print(f"{chosen.texts} texts, {kilobytes:.0f} kB, {total:.0f} s; worst {1000 * worst:.1f} ms per kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
