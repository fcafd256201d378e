"""What a build does with newer, older, repeated and broken records: nothing lost, nothing half-written."""

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trialweave.errors import LoadError
from trialweave.graph.build import build
from trialweave.graph.catalog import read_entries
from trialweave.graph.quads import NamedNode, words
from trialweave.graph.store import current_generation, open_store
from trialweave.ontology.prefixes import expand

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><PubmedArticleSet><PubmedArticle>&j;</PubmedArticle></PubmedArticleSet>"
)


def article(pmid: int, title: str = "A trial", *, revised: str = "2021-02-03") -> str:
    year, month, day = revised.split("-")
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><DateRevised><Year>{year}</Year>'
        f"<Month>{month}</Month><Day>{day}</Day></DateRevised><Article>"
        f"<ArticleTitle>{title}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    )


def xml(folder: Path, name: str, *articles: str) -> Path:
    path = folder / name
    path.write_text(f"<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>", encoding="utf-8")
    return path


def titles(store: Path) -> set[str]:
    """Titles in the record graphs."""
    graph = open_store(store)
    records = {NamedNode(name) for name in read_entries(graph)}
    return {
        words(q.object) for q in graph.quads_of(predicate=expand("dcterms:title")) if q.graph_name in records
    }


def test_a_newer_version_replaces_and_an_older_one_stays_outside(tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(store, [xml(tmp_path, "b.xml", article(1, "Second", revised="2022-01-01"))])
    report = build(store, [xml(tmp_path, "a.xml", article(1, "First", revised="2021-01-01"))])
    assert (report.new, report.replaced) == (0, 0)
    [reject] = report.rejected
    assert "2022-01-01" in reject.reason
    assert "b.xml" in reject.reason
    assert titles(store) == {"Second"}
    report = build(store, [xml(tmp_path, "c.xml", article(1, "Third", revised="2023-01-01"))])
    assert (report.new, report.replaced, report.rejected) == (0, 1, ())
    assert titles(store) == {"Third"}


def test_the_same_id_twice_without_a_newer_date(tmp_path: Path) -> None:
    both = xml(tmp_path, "a.xml", article(1, "One"), article(1, "Other"), article(1, "One"))
    report = build(tmp_path / "store", [both])
    assert (report.new, report.repeated) == (1, 1)
    [reject] = report.rejected
    assert (reject.position, reject.id) == (2, "1")
    assert "no version date says which is newer" in reject.reason
    assert titles(tmp_path / "store") == {"One"}


def test_a_record_that_comes_in_two_versions_is_one_record(tmp_path: Path) -> None:
    both = xml(tmp_path, "a.xml", article(1, "Old"), article(1, "New", revised="2022-01-01"))
    report = build(tmp_path / "store", [both])
    assert (report.records, report.new, report.replaced) == (1, 1, 0)
    held = build(tmp_path / "store", [xml(tmp_path, "b.xml", article(1, "New", revised="2022-01-01"))])
    assert (held.records, held.unchanged) == (1, 1)
    newer = xml(
        tmp_path, "c.xml", article(1, "New", revised="2022-01-01"), article(1, "Newest", revised="2023-01-01")
    )
    report = build(tmp_path / "store", [newer])
    assert (report.records, report.replaced, report.unchanged) == (1, 1, 0)
    assert titles(tmp_path / "store") == {"Newest"}


def test_a_record_corrected_at_home_replaces_its_former_self(tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(store, [xml(tmp_path, "a.xml", article(1, "Tpyo"))])
    assert build(store, [xml(tmp_path, "a.xml", article(1, "Typo"))]).replaced == 1
    assert titles(store) == {"Typo"}


def test_bad_records_are_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    xml(tmp_path, "good.xml", article(1), article(2, ""), article(3))
    whole = xml(tmp_path, "cut.xml", article(4), article(5)).read_bytes()
    (tmp_path / "cut.xml").write_bytes(whole[: len(whole) * 3 // 4])
    packed = gzip.compress(xml(tmp_path, "z.xml", article(6), article(7)).read_bytes())
    (tmp_path / "z.xml").unlink()
    (tmp_path / "cut.xml.gz").write_bytes(packed[:-20])
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "laughs.xml").write_bytes(LAUGHS)
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4\n\xe2\xe3")
    report = build(tmp_path / "store", [tmp_path])
    reasons: dict[str, list[str]] = {}
    for reject in report.rejected:
        reasons.setdefault(reject.file, []).append(reject.reason)
    assert set(reasons) == {"good.xml", "cut.xml", "cut.xml.gz", "empty.txt", "laughs.xml", "paper.pdf"}
    assert "title" in reasons["good.xml"][0]
    assert "empty" in reasons["empty.txt"][0]
    assert "PDF" in reasons["paper.pdf"][0]
    assert "ENTITY" in reasons["laughs.xml"][0] or "entit" in reasons["laughs.xml"][0]
    kept = {entry.topic.rpartition("/")[2] for entry in read_entries(open_store(tmp_path / "store")).values()}
    assert kept >= {"1", "3", "4"}
    assert "2" not in kept


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4\n", LAUGHS, b"<PubmedArticleSet><PubmedArticle>"])
def test_nothing_readable_leaves_the_store_as_it_was(tmp_path: Path, data: bytes) -> None:
    store = tmp_path / "store"
    (tmp_path / "bad").write_bytes(data)
    with pytest.raises(LoadError, match="not one record could be read\nbad: "):
        build(store, [tmp_path / "bad"])
    assert not store.exists()
    build(store, [xml(tmp_path, "good.xml", article(1))])
    before = current_generation(store)
    with pytest.raises(LoadError):
        build(store, [tmp_path / "bad"])
    assert current_generation(store) == before


def test_rejects_stand_until_their_file_is_loaded_again(tmp_path: Path) -> None:
    store = tmp_path / "store"
    bad = xml(tmp_path, "bad.xml", article(1), article(2, ""))

    def standing() -> list[str]:
        generation = current_generation(store)
        assert generation is not None
        return (generation / "rejected.jsonl").read_text().splitlines()

    build(store, [bad])
    assert len(standing()) == 1
    build(store, [xml(tmp_path, "other.xml", article(3))])
    assert len(standing()) == 1
    xml(tmp_path, "bad.xml", article(1), article(2, "Found"))
    build(store, [bad])
    assert standing() == []


def test_a_build_that_is_killed_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(store, [xml(tmp_path, "one.xml", article(1))])
    many = xml(tmp_path, "many.xml", *(article(number) for number in range(2, 40_000)))
    command = [sys.executable, "-m", "trialweave", "build", str(store), str(many)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while process.poll() is None and len(list((store / "generations").iterdir())) < 2:
        time.sleep(0.02)
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert titles(store) == {"A trial"}
    assert len(read_entries(open_store(store))) == 1
    build(store, [xml(tmp_path, "two.xml", article(2))])
    assert len(read_entries(open_store(store))) == 2
