"""DrugBank's vocabulary: every row of the real file, and rows that are wrong."""

import csv
import gzip
import io
from pathlib import Path

import pytest

from trialweave.loaders.terminology import drugbank
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Rejected, Term, Terminology

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "ontologies" / "drugbank_vocabulary.csv.gz"

needs_real = pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data/ontologies")

HEADER = "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key\n"


def read(text: str) -> list[Terminology | Term | Rejected]:
    return list(drugbank.read(io.BytesIO((HEADER + text).encode()), file="drugbank vocabulary.csv"))


@needs_real
def test_every_row_is_a_term_with_what_its_cells_say() -> None:
    with gzip.open(REAL) as stream:
        header, *terms = drugbank.read(stream, file=REAL.name)
    assert isinstance(header, Terminology)
    assert (header.key, header.version, header.redistributable) == ("drugbank", None, True)
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(terms) == len(rows) == 19_842
    for row, term in zip(rows, terms, strict=True):
        assert isinstance(term, Term), term
        assert term.iri == PREFIXES["drugbank"] + row["DrugBank ID"]
        assert term.label == row["Common name"]
        listed = {name.strip() for name in row["Synonyms"].split(" | ")} - {""}
        assert {s.text for s in term.synonyms} == listed - {term.label}
        assert term.label not in {s.text for s in term.synonyms}
        assert len(term.xrefs) == sum(bool(row[name]) for name in ("CAS", "UNII", "Standard InChI Key"))
        assert term.alternative_ids == tuple(filter(None, row["Accession Numbers"].split(" | ")))


@needs_real
def test_a_drug_of_the_seed_trials_family() -> None:
    with gzip.open(REAL) as stream:
        [term] = [
            t for t in drugbank.read(stream, file="x") if isinstance(t, Term) and t.label == "Sunitinib"
        ]
    assert term.notations == ("DB01268",)
    assert "CAS:557795-19-4" in term.xrefs


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("X1,,Purpurine,,,,", 'DrugBank ID is "X1"'),
        ("DB90001,,,,,,", "has no common name"),
        ("DB90001,,Purpurine", "3 cells"),
        ("DB90000,,Purpurine,,,,", "earlier row"),
        ('DB90001,,"Purpurine,,,,', "not closed"),
    ],
)
def test_a_bad_row_is_set_aside(row: str, words: str) -> None:
    _, first, rejected, last = read(f"DB90000,,Violettine,,,,\n{row}\nDB90002,,Mauvine,,,,\n")
    assert isinstance(first, Term)
    assert isinstance(rejected, Rejected)
    assert words in rejected.reason
    assert rejected.position == 3
    assert isinstance(last, Term)


@pytest.mark.parametrize("head", ["", "drug,name\n", "PMID,Title\n"])
def test_other_tables_are_not_taken_for_it(head: str) -> None:
    assert drugbank.matches(head) is False
