"""Time and memory of loading terminologies, beside other libraries on the same files in the same run.

    python benchmarks/terminology_load.py [FOLDER]

Each reading runs in a process of its own, one after another, and prints one row: what was read, how many
terms or triples came of it, seconds (of the wall, and of the processor), and how much the process grew.
Our reading makes every Term and, of RDF, every triple; the others fill their own structures. Files of OBO
are read by fastobo, pronto and obonet as well, RDF/XML by rdflib, owlready2, py-horned-owl; OWL/XML and
functional syntax are made from the largest RDF/XML by py-horned-owl. MeSH is read by rdflib, mappings by
sssom-pydantic.
"""

import gzip
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

DATA = Path(__file__).parents[1].parent / "shared/data/ontologies"
OBO = ("hp.obo.gz", "doid.obo.gz", "mondo.obo.gz", "chebi.obo.gz")
OWL = ("DO_cancer_slim.owl", "OAE_DINTO_subset_2015.owl", "new_OAE_terms_2022.owl")
OTHERS = (
    "ncit-disease-2018-06-08.json.gz",
    "desc-samples.xml",
    "supp-samples.xml",
    "CTCAE_v5.0_2017-11-27.xlsx",
    "drugbank_vocabulary.csv.gz",
    "oncotree/oncotree_2025_10_03.json",
)
MESH = "mesh-2024-core.nt.gz"
MAPPINGS = ("biomappings-predictions.sssom.tsv.gz", "mondo_exactmatch_mesh.sssom.tsv.gz")
LONGEST = 300
MODULES = {
    "trialweave": "trialweave.loaders",
    "py-horned-owl": "pyhornedowl",
    "rdflib (N-Triples)": "rdflib",
    "sssom-pydantic": "sssom_pydantic",
}


def ours(path: Path) -> str:
    from trialweave import loaders
    from trialweave.records import Mapping, Rejected, Statements, Term

    terms = triples = mappings = rejected = 0
    for item in loaders.read(path):
        terms += isinstance(item, Term)
        mappings += isinstance(item, Mapping)
        rejected += isinstance(item, Rejected)
        triples += item.lines.count(b"\n") if isinstance(item, Statements) else 0
    counts = {"terms": terms, "triples": triples, "mappings": mappings, "set aside": rejected}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def with_fastobo(path: Path) -> str:
    import fastobo

    with gzip.open(path) as file:
        return f"{len(fastobo.load(file)):,} frames"


def with_pronto(path: Path) -> str:
    import pronto

    return f"{len(pronto.Ontology(str(path), import_depth=0).terms()):,} terms"


def with_obonet(path: Path) -> str:
    import obonet

    return f"{len(obonet.read_obo(str(path), ignore_obsolete=False)):,} nodes"


def with_rdflib(path: Path) -> str:
    import rdflib

    graph = rdflib.Graph()
    graph.parse(path, format="xml")
    return f"{len(graph):,} triples"


def with_rdflib_nt(path: Path) -> str:
    import rdflib

    graph = rdflib.Graph()
    with gzip.open(path) as file:
        graph.parse(file, format="nt")
    return f"{len(graph):,} triples"


def with_sssom_pydantic(path: Path) -> str:
    import sssom_pydantic

    return f"{len(sssom_pydantic.read(path)[0]):,} mappings"


def with_owlready2(path: Path) -> str:
    import owlready2

    ontology = owlready2.World().get_ontology(f"file://{path}").load(only_local=True)
    return f"{len(list(ontology.classes())):,} classes"


def with_horned(path: Path) -> str:
    import pyhornedowl

    syntax = {".owl": "rdf"}.get(path.suffix, path.suffix[1:])
    return f"{len(pyhornedowl.open_ontology_from_file(str(path), syntax).get_components()):,} axioms"


READERS: dict[str, Callable[[Path], str]] = {
    "trialweave": ours,
    "fastobo": with_fastobo,
    "pronto": with_pronto,
    "obonet": with_obonet,
    "rdflib": with_rdflib,
    "rdflib (N-Triples)": with_rdflib_nt,
    "sssom-pydantic": with_sssom_pydantic,
    "owlready2": with_owlready2,
    "py-horned-owl": with_horned,
}


def measured(reader: str, path: Path) -> dict[str, object]:
    """Run in a process of its own; what a library takes to be imported is left out."""
    warnings.simplefilter("ignore")
    importlib.import_module(MODULES.get(reader, reader))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, processor = time.perf_counter(), time.process_time()
    try:
        found = READERS[reader](path)
    except Exception as error:  # noqa: BLE001 (whatever a library raises is its result)
        found = f"fails: {type(error).__name__}: {str(error).splitlines()[0][:60] if str(error) else ''}"
    return {
        "found": found,
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    }


def make(source: Path, path: Path) -> None:
    """Apart too: a process that grew hands its high-water mark on to those that it starts."""
    import pyhornedowl

    pyhornedowl.open_ontology_from_file(str(source)).save_to_file(str(path), path.suffix[1:])


def row(reader: str, path: Path) -> None:
    command = [sys.executable, __file__, "--one", reader, str(path)]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=LONGEST, check=True).stdout
        one = json.loads(answer.splitlines()[-1])
    except subprocess.TimeoutExpired:
        print(f"| {path.name} | {reader} | more than {LONGEST} s | | | |", flush=True)
        return
    print(
        f"| {path.name} | {reader} | {one['found']} | {one['wall']:.2f} | {one['processor']:.2f} "
        f"| {one['memory']:.0f} |",
        flush=True,
    )


def main(folder: Path) -> None:
    print("| file | read by | found | s | s (processor) | MB |\n|---|---|---|---|---|---|")
    for name in OBO:
        for reader in ("trialweave", "fastobo", "pronto", "obonet"):
            row(reader, folder / name)
    for name in OWL:
        for reader in ("trialweave", "rdflib", "owlready2", "py-horned-owl"):
            row(reader, folder / name)
    with tempfile.TemporaryDirectory() as made:
        for syntax in ("owx", "ofn"):
            path = Path(made, f"new_OAE_terms_2022.{syntax}")
            subprocess.run([sys.executable, __file__, "--make", str(folder / OWL[-1]), str(path)], check=True)
            for reader in ("trialweave", "rdflib", "owlready2", "py-horned-owl"):
                row(reader, path)
    for name in OTHERS:
        row("trialweave", folder / name)
    for name in MAPPINGS:
        for reader in ("trialweave", "sssom-pydantic"):
            row(reader, folder / "mappings" / name)
    for reader in ("trialweave", "rdflib (N-Triples)"):
        row(reader, folder / MESH)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2], Path(sys.argv[3]))))
    elif sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
