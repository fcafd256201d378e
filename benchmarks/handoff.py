"""How fast answers are handed over and graphs are pushed, beside the plain ways, in one run.

    python benchmarks/handoff.py STORE [--endpoint URL --preset P] [--rows N]

Rows: every triple of the store as a DataFrame, by trialweave (here, and from the endpoint), by
SPARQLWrapper's JSON, and by rdflib. Triples: the same graphs pushed by trialweave, and by a loop of
rdflib's INSERT DATA, into the endpoint, which must hold nothing that is dear to you: graphs of ours there
are removed. Credentials as for `trialweave push`. Times are wall clock, the best of three.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from SPARQLWrapper import JSON, SPARQLWrapper

from trialweave.graph import push as pushing
from trialweave.graph.endpoint import Credentials, Endpoint
from trialweave.graph.push.presets import preset as preset_named
from trialweave.graph.push.verify import held_sizes
from trialweave.graph.store import Graph, open_store
from trialweave.queries.arrow import arrow_table, to_frame
from trialweave.queries.run import select

FEW = 2_000
"""Triples that the plain loop is given; it is too slow for more."""


def best_of_three(work: Callable[[], object]) -> float:
    """Seconds of the fastest of three runs."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def hand_over(store: Graph, there: Endpoint | None, rows: int) -> None:
    query = f"SELECT ?s ?p ?o WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT {rows}"
    ways: dict[str, Callable[[], int]] = {
        "store -> DataFrame, trialweave": lambda: len(to_frame(arrow_table(store, query))),
        "store -> records -> DataFrame": lambda: len(pd.DataFrame(select(store, query).records())),
    }
    if there is not None:
        wrapper = SPARQLWrapper(there.url)
        wrapper.setMethod("POST")
        wrapper.setQuery(query)
        wrapper.setReturnFormat(JSON)

        def plain() -> int:
            found = wrapper.query().convert()["results"]["bindings"]
            return len(pd.DataFrame([{name: cell["value"] for name, cell in row.items()} for row in found]))

        ways["endpoint -> DataFrame, trialweave"] = lambda: len(to_frame(arrow_table(there, query)))
        ways["endpoint -> DataFrame, SPARQLWrapper"] = plain
    print(f"{'rows a second':45} {'rows':>8} {'seconds':>8} {'rows/s':>9}")
    for name, way in ways.items():
        count = way()
        seconds = best_of_three(way)
        print(f"{name:45} {count:8,} {seconds:8.2f} {count / seconds:9,.0f}")


def write_there(store: Graph, there: Endpoint, preset_name: str) -> None:
    chosen = preset_named(preset_name)

    def clear() -> None:
        for name in held_sizes(there):
            there.update(f"DROP SILENT GRAPH <{name}>")

    clear()
    begun = time.perf_counter()
    made = pushing.push(store, there, chosen)
    seconds = time.perf_counter() - begun
    triples = sum(made.sizes.values())
    print(f"\n{'triples a second':45} {'triples':>8} {'seconds':>8} {'/s':>9}")
    print(f"{'push, verified':45} {triples:8,} {seconds:8.2f} {triples / seconds:9,.0f}")
    begun = time.perf_counter()
    pushing.push(store, there, chosen)
    print(f"{'push again, nothing changed, verified':45} {triples:8,} {time.perf_counter() - begun:8.2f}")
    clear()
    credentials = Credentials.of(os.environ)
    auth = (credentials.user, credentials.password) if credentials.user else None
    plain = SPARQLUpdateStore(there.url, there.update_url, auth=auth, autocommit=True)
    lines = max((store.ntriples(name) for name in store.graph_names()), key=len).splitlines()[:FEW]
    graph = rdflib.Graph()
    graph.parse(data=b"\n".join(lines), format="nt")
    begun = time.perf_counter()
    if chosen.scheme == "digest":
        print(f"{'rdflib, a loop of INSERT DATA':45} does not speak HTTP digest")
        return
    target = rdflib.Graph(plain, identifier=rdflib.URIRef("https://w3id.org/trialweave/graph/benchmark"))
    for triple in graph:
        target.add(triple)
    seconds = time.perf_counter() - begun
    print(f"{'rdflib, a loop of INSERT DATA':45} {len(graph):8,} {seconds:8.2f} {len(graph) / seconds:9,.0f}")
    clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--endpoint")
    parser.add_argument("--preset", default="oxigraph")
    parser.add_argument("--rows", type=int, default=500_000)
    options = parser.parse_args()
    store = open_store(options.store)
    there = None
    if options.endpoint:
        chosen = preset_named(options.preset)
        updates, graphs = chosen.addresses(options.endpoint)
        who = Credentials.of(os.environ, scheme=chosen.scheme)
        there = Endpoint(options.endpoint, credentials=who, update_url=updates, graphs_url=graphs)
        write_there(store, there, options.preset)
        pushing.push(store, there, chosen)
    hand_over(store, there, options.rows)


if __name__ == "__main__":
    main()
