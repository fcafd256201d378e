"""The whole closure of MeSH, ChEBI and MONDO: how long it takes and how large it is.

    python benchmarks/closure.py mesh-2024-core.nt.gz chebi.obo.gz mondo.obo.gz

Reads only what the closure needs: tree numbers, mapped headings and actions of MeSH, `is_a` and `has_role` of
OBO files. The rules are those of `graph/membership` within one terminology; nodes are numbers, so that no
time goes into comparing names. What is materialised in a store is the part of this that its records reach.
"""

from __future__ import annotations

import gzip
import re
import resource
import sys
import time
from collections import defaultdict
from pathlib import Path

from trialweave.ontology.hierarchy import closure
from trialweave.ontology.prefixes import namespace

MESHV = namespace("meshv")
_TRIPLE = re.compile(r"<([^>]+)> <([^>]+)> <([^>]+)> \.")


class Numbers(dict[str, int]):
    """A number for each name, in the order of asking."""

    def __missing__(self, name: str) -> int:
        self[name] = len(self)
        return self[name]


def mesh(path: Path, numbers: Numbers, edges: dict[int, list[int]], stands_for: dict[int, int]) -> list[int]:
    """Places in trees, descriptors at their places, mapped headings and actions; gives the terms."""
    kinds = ("treeNumber", "parentTreeNumber", "preferredMappedTo", "mappedTo", "pharmacologicalAction")
    wanted = {MESHV[kind]: kind for kind in kinds}
    terms: dict[int, None] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            found = _TRIPLE.match(line)
            if found is None or (kind := wanted.get(found[2])) is None:
                continue
            lower, upper = found[1], found[3]
            if kind == "parentTreeNumber":
                edges[numbers[lower]].append(numbers[upper])
                continue
            terms[numbers[lower]] = None
            if kind == "treeNumber":  # a term states its own actions; what is below or mapped to it does not
                edges[numbers[lower]].append(numbers[upper])
                edges[numbers["up " + lower]].append(numbers[upper])
                stands_for[numbers[upper]] = stands_for[numbers["up " + lower]] = numbers[lower]
            else:
                edges[numbers[lower]].append(numbers["up " + upper])
    return list(terms)


def obo(path: Path, numbers: Numbers, edges: dict[int, list[int]]) -> list[int]:
    """`is_a` and `has_role` of a file in OBO format; gives the terms."""
    terms = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            words = line.split()
            if line.startswith("id: "):
                terms.append(numbers[words[1]])
            elif line.startswith("is_a: "):
                edges[terms[-1]].append(numbers[words[1]])
            elif line.startswith("relationship: has_role "):
                edges[terms[-1]].append(numbers[words[2]])
    return terms


def main(files: list[str]) -> None:
    """Print time, size and memory for each file and for all."""
    total, pairs_of_all = 0.0, 0
    for name in map(Path, files):
        numbers, stands_for = Numbers(), dict[int, int]()
        edges: dict[int, list[int]] = defaultdict(list)
        began = time.perf_counter()
        is_obo = ".obo" in name.name
        terms = obo(name, numbers, edges) if is_obo else mesh(name, numbers, edges, stands_for)
        read = time.perf_counter()
        found = closure(terms, lambda node, edges=edges: edges.get(node, ()))
        done = time.perf_counter()
        pairs = sum(len({stands_for.get(node, node) for node in found[term]}) for term in terms)
        total, pairs_of_all = total + done - read, pairs_of_all + pairs
        print(
            f"{name.name}: {len(terms):,} terms, {pairs:,} pairs; read {read - began:.1f} s, "
            f"closure {done - read:.1f} s"
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"all: {pairs_of_all:,} pairs in {total:.1f} s; {memory:,.0f} MiB at most")


if __name__ == "__main__":
    main(sys.argv[1:])
