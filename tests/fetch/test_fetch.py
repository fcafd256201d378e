"""What a run leaves in its folder, and what it does not ask for twice."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from trialweave import loaders
from trialweave.errors import LoadError, RemoteError, StoreError
from trialweave.fetch import Step, fetch
from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.loaders.files import find_files
from trialweave.records import Publication, RegistryStudy

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT.parent / "shared" / "data"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the lock, with the times of the manifest left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "lock":
            data = path.read_bytes()
            if path.name == "manifest.jsonl":
                lines = [json.loads(line) for line in data.splitlines()]
                data = json.dumps([line | {"time": None} for line in lines]).encode()
            found[path.relative_to(folder).as_posix()] = data
    return found


def manifest(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / ".fetch" / "manifest.jsonl").read_bytes().splitlines()]


def test_studies_by_id_are_kept_in_the_registrys_bytes(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number, version=f"2024-01-{number:02}") for number in range(1, 8)]
    report = server.fetch(tmp_path, fake, nct=[ids[3].lower(), ids[0]])
    assert report.sources[0].new == 2
    assert report.not_found == ()
    assert {name: path.read_bytes() for name, path in find_files(tmp_path)} == {
        f"ctgov/{one}.json": server.studies[one] for one in (ids[0], ids[3])
    }
    [line] = manifest(tmp_path)
    assert line["url"] == f"{server.url}/v2/studies"
    assert line["params"]["filter.ids"] == f"{ids[0]},{ids[3]}"
    assert line["time"] == "2025-03-01T00:00:00Z"
    assert line["status"] == 200
    assert line["files"][0] == {
        "file": f"ctgov/{ids[0]}.json",
        "sha256": hashlib.sha256(server.studies[ids[0]]).hexdigest(),
        "bytes": len(server.studies[ids[0]]),
        "versions": {ids[0]: "2024-01-01"},
    }


def test_batches_are_of_fifty_studies_and_two_hundred_papers(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 121)]
    pmids = [server.put_article(number) for number in range(1, 402)]
    report = server.fetch(tmp_path, fake, nct=ids, pmid=pmids)
    assert [len(params["filter.ids"].split(",")) for params in server.asked("/v2/studies")] == [50, 50, 20]
    assert [len(params["id"].split(",")) for params in server.asked("/eutils/efetch.fcgi")] == [200, 200, 1]
    assert [(one.new, one.requests) for one in report.sources] == [(120, 3), (401, 3)]
    assert len(find_files(tmp_path)) == 123


def test_the_folder_is_a_source_as_it_stands(server: Any, fake: Any, tmp_path: Path) -> None:
    pmids = [server.put_article(number) for number in range(1, 251)]
    server.fetch(tmp_path, fake, pmid=pmids)
    records = list(loaders.read(tmp_path))
    assert all(isinstance(one, Publication) for one in records)
    assert len(records) == 250


def test_a_query_goes_to_both_sources(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page = 3
    for number in range(1, 11):
        server.put_study(number, title="anlotinib" if number != 5 else "other")
        server.put_article(number, title="anlotinib" if number < 4 else "other")
    report = server.fetch(tmp_path, fake, query="anlotinib")
    assert [(one.source, one.new) for one in report.sources] == [("ctgov", 9), ("pubmed", 3)]
    listings = [params for params in server.asked("/v2/studies") if "query.term" in params]
    assert len(listings) == 3
    assert {params["fields"] for params in listings} == {
        "NCTId|NCTIdAlias|LastUpdateSubmitDate|LastUpdatePostDate"
    }
    listed = {(line["source"], line["part"]): line for line in manifest(tmp_path) if line["kind"] == "listed"}
    assert listed.keys() == {("ctgov", "whole"), ("pubmed", "whole")}
    assert listed["ctgov", "whole"]["total"] == 9


@pytest.mark.parametrize("source", ["ctgov", "pubmed"])
def test_a_query_can_go_to_one_source(server: Any, fake: Any, tmp_path: Path, source: str) -> None:
    server.put_study(1)
    pmid = server.put_article(1)
    report = server.fetch(tmp_path, fake, query="a", sources=[source], pmid=[pmid])
    assert [one.source for one in report.sources] == (
        ["pubmed"] if source == "pubmed" else ["ctgov", "pubmed"]
    )
    assert ("/eutils/esearch.fcgi" in {path for _, path, _, _ in server.log}) == (source == "pubmed")


def test_what_is_here_is_not_fetched_again(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 6)]
    pmids = [server.put_article(number) for number in range(1, 6)]
    server.fetch(tmp_path, fake, query="a", nct=ids[:2], pmid=pmids[:2])
    before, asked = contents(tmp_path), len(server.log)
    report = server.fetch(tmp_path, fake, query="a", nct=ids[:2], pmid=pmids[:2])
    assert len(server.log) == asked
    assert [(one.held, one.new, one.requests) for one in report.sources] == [(5, 0, 0), (5, 0, 0)]
    listed_at = "what matches the query was listed at 2025-03-01T00:00:00Z; a refresh lists it again"
    assert report.sources[0].notes == (listed_at,)
    assert contents(tmp_path) == before


def test_only_the_rest_is_fetched(server: Any, fake: Any, tmp_path: Path) -> None:
    pmids = [server.put_article(number) for number in range(1, 6)]
    server.fetch(tmp_path, fake, pmid=pmids[:3])
    report = server.fetch(tmp_path, fake, pmid=pmids)
    assert server.asked("/eutils/efetch.fcgi")[-1]["id"] == "4,5"
    assert (report.sources[0].held, report.sources[0].new) == (3, 2)


def test_a_file_that_was_changed_is_fetched_again(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 4)]
    pmids = [server.put_article(number) for number in range(1, 4)]
    server.fetch(tmp_path, fake, nct=ids, pmid=pmids)
    before = contents(tmp_path)
    (tmp_path / f"ctgov/{ids[1]}.json").write_bytes(b"{}")
    [paper] = (tmp_path / "pubmed").iterdir()
    paper.unlink()
    report = server.fetch(tmp_path, fake, nct=ids, pmid=pmids[:1])
    assert server.asked("/v2/studies")[-1]["filter.ids"] == ids[1]
    assert [(one.held, one.unchanged) for one in report.sources] == [(2, 1), (0, 1)]
    after = contents(tmp_path)
    assert {name: after[name] for name in after if "manifest" not in name} == {
        name: before[name] for name in before if "manifest" not in name
    }


def test_refresh_takes_only_studies_with_a_newer_update(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 6)]
    server.fetch(tmp_path, fake, query="a", sources=["ctgov"])
    server.put_study(2, version="2024-07-01")
    server.put_study(9)
    report = server.fetch(tmp_path, fake, query="a", sources=["ctgov"], refresh=True)
    assert server.asked("/v2/studies")[-1]["filter.ids"] == f"{ids[1]},NCT00000009"
    [one] = report.sources
    assert (one.new, one.replaced, one.unchanged, one.held) == (1, 1, 0, 4)
    assert (tmp_path / f"ctgov/{ids[1]}.json").read_bytes() == server.studies[ids[1]]


def test_refresh_leaves_no_paper_in_two_files(server: Any, fake: Any, tmp_path: Path) -> None:
    for number in range(1, 251):
        server.put_article(number)
    server.fetch(tmp_path, fake, query="a", sources=["pubmed"])
    server.put_article(7, version="2025-01-01")
    server.put_article(1000)
    del server.articles["250"]
    report = server.fetch(tmp_path, fake, query="a", sources=["pubmed"], pmid=["250"], refresh=True)
    [one] = report.sources
    assert (one.new, one.replaced, one.unchanged, one.not_found) == (1, 1, 248, ("250",))
    records = [one for one in loaders.read(tmp_path) if isinstance(one, Publication)]
    assert sorted(int(one.pmid.value) for one in records if one.pmid) == [*range(1, 250), 1000]
    named = {saved["file"] for line in manifest(tmp_path) for saved in line.get("files", ())}
    assert named == {name for name, _ in find_files(tmp_path)}


def test_a_study_that_the_registry_no_longer_has_stays_here(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 4)]
    server.fetch(tmp_path, fake, nct=ids)
    raw = server.studies.pop(ids[1])
    for options in ({"refresh": True}, {}):
        [one] = server.fetch(tmp_path, fake, nct=ids, **options).sources
        assert (one.not_found, one.unchanged + one.held) == ((ids[1],), 2)
        assert (tmp_path / f"ctgov/{ids[1]}.json").read_bytes() == raw
    assert len(server.log) == 2
    server.studies[ids[1]] = raw
    [one] = server.fetch(tmp_path, fake, nct=ids, refresh=True).sources
    assert (one.not_found, one.unchanged) == ((), 3)


def test_unknown_ids_are_reported_and_the_rest_is_kept(server: Any, fake: Any, tmp_path: Path) -> None:
    known, pmid = server.put_study(1), server.put_article(1)
    asked = {"nct": [known, "NCT99999999"], "pmid": [pmid, "99999999"]}
    report = server.fetch(tmp_path, fake, **asked)
    assert report.not_found == ("NCT99999999", "99999999")
    assert len(find_files(tmp_path)) == 2
    requests = len(server.log)
    assert server.fetch(tmp_path, fake, **asked).not_found == report.not_found
    assert len(server.log) == requests  # known to be missing
    server.put_study(99999999)
    assert server.fetch(tmp_path, fake, **asked, refresh=True).not_found == ("99999999",)


def test_none_of_the_ids_known(server: Any, fake: Any, tmp_path: Path) -> None:
    report = server.fetch(tmp_path, fake, nct=["NCT99999999"], pmid=["99999998", "99999999"])
    assert report.not_found == ("NCT99999999", "99999998", "99999999")
    assert [one.new for one in report.sources] == [0, 0]


def test_a_former_id_gives_the_study_that_it_became(server: Any, fake: Any, tmp_path: Path) -> None:
    now = server.put_study(114530, aliases=("NCT00472277", "NCT00545038"))
    report = server.fetch(tmp_path, fake, nct=["NCT00472277"])
    assert report.not_found == ()
    assert report.sources[0].notes == ("NCT00472277 is now NCT00114530",)
    assert [name for name, _ in find_files(tmp_path)] == [f"ctgov/{now}.json"]
    requests = len(server.log)
    assert server.fetch(tmp_path, fake, nct=["NCT00472277", now]).sources[0].held == 2
    assert len(server.log) == requests
    assert server.fetch(tmp_path, fake, nct=["NCT00472277"], refresh=True).sources[0].unchanged == 1


# ── broken off, and gone on with ──


class KilledError(BaseException):
    pass


def broken_off(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """The process is no more at the `at`-th time that it makes sure of what it wrote."""
    synced = 0
    real = os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal synced
        synced += 1
        if synced == at:
            raise KilledError
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


def some(server: Any) -> dict[str, Any]:
    server.page = 4
    for number in range(1, 11):
        server.put_study(number, title="anlotinib")
        server.put_article(number, title="anlotinib")
    return {"query": "anlotinib", "nct": ["NCT00000077"], "pmid": ["3", "77"]}


def test_broken_off_at_any_write_it_ends_as_if_undisturbed(
    server: Any, fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = some(server)
    server.limit = 1000  # whoever goes on at once does not know how lately the last one asked
    report = server.fetch(tmp_path / "whole", fake, **asked)
    requests = len(server.log)
    assert report.not_found == ("NCT00000077", "77")
    expected = contents(tmp_path / "whole")
    breaks = 0
    while True:
        folder = tmp_path / f"broken-{breaks}"
        before = len(server.log)
        with monkeypatch.context() as patch:
            broken_off(patch, breaks + 1)
            try:
                server.fetch(folder, fake, **asked)
            except KilledError:
                breaks += 1
            else:
                break
        resumed = server.fetch(folder, fake, **asked)
        assert contents(folder) == expected
        assert resumed.not_found == report.not_found
        assert len(server.log) - before <= requests + 2  # the request that was lost, and its second look
    assert breaks >= 15


def test_broken_off_within_a_line_of_the_manifest(server: Any, fake: Any, tmp_path: Path) -> None:
    asked = some(server)
    server.fetch(tmp_path / "whole", fake, **asked)
    expected = contents(tmp_path / "whole")
    data = (tmp_path / "whole" / ".fetch" / "manifest.jsonl").read_bytes()
    for length in range(0, len(data), 211):
        folder = tmp_path / f"cut-{length}"
        shutil.copytree(tmp_path / "whole", folder)
        (folder / ".fetch" / "manifest.jsonl").write_bytes(data[:length])
        server.fetch(folder, fake, **asked)
        assert contents(folder) == expected


def test_killed_by_the_system_and_gone_on_with(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page, server.limit = 40, 1000
    for number in range(1, 161):
        server.put_study(number)
        server.put_article(number)
    options = {"query": "a", "ctgov_url": f"{server.url}/v2", "eutils_url": f"{server.url}/eutils"}
    script = (
        "from trialweave.fetch import Timing, fetch\n"
        f"fetch({str(tmp_path / 'killed')!r}, timing=Timing(sleep=lambda seconds: None), **{options!r})\n"
    )
    server.fetch(tmp_path / "whole", fake, query="a")
    requests = len(server.log)
    started: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        started[-1].kill()
        started[-1].wait()

    for stop in (3, 6, 8, 10):  # in a listing, in a batch of studies, in the last one, in PubMed
        server.log.clear()
        server.at = {stop: kill}
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        started.append(subprocess.Popen([sys.executable, "-c", script], env=environment))
        assert started[-1].wait(timeout=60) == -signal.SIGKILL
        server.at = {}
        server.fetch(tmp_path / "killed", fake, query="a")
        assert len(server.log) == requests + 1  # the one whose answer was lost
        assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
        shutil.rmtree(tmp_path / "killed")


def test_a_server_that_fails_for_good_leaves_what_was_fetched(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 81)]
    server.at = {2: lambda: server.fail(*[503] * 7)}
    with pytest.raises(RemoteError, match=r"/v2/studies\?.*503 Service Unavailable, 7 times over.*goes on"):
        server.fetch(tmp_path, fake, nct=ids)
    assert len(find_files(tmp_path)) == 50
    server.at = {}
    report = server.fetch(tmp_path, fake, nct=ids)
    assert (report.sources[0].held, report.sources[0].new) == (50, 30)


def test_two_runs_do_not_write_into_one_folder(server: Any, fake: Any, tmp_path: Path) -> None:
    nct_id = server.put_study(1)
    refused: list[str] = []

    def second() -> None:
        with pytest.raises(StoreError, match="another run") as caught:
            fetch(tmp_path, nct=[nct_id], ctgov_url=f"{server.url}/v2")
        refused.append(str(caught.value))

    server.at = {1: second}
    server.fetch(tmp_path, fake, nct=[nct_id])
    assert refused


def test_a_damaged_manifest_is_told(server: Any, fake: Any, tmp_path: Path) -> None:
    nct_id = server.put_study(1)
    server.fetch(tmp_path, fake, nct=[nct_id])
    path = tmp_path / ".fetch" / "manifest.jsonl"
    path.write_bytes(b"nonsense\n" + path.read_bytes())
    with pytest.raises(LoadError, match=r"manifest\.jsonl, line 1: not a line"):
        server.fetch(tmp_path, fake, nct=[nct_id])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"nct": ["NCT1"]}, "NCT and eight digits"),
        ({"nct": ["../../etc/passwd"]}, "NCT and eight digits"),
        ({"nct": ["NCT00000000"]}, "NCT and eight digits"),
        ({"pmid": ["PMC123"]}, "no PMID"),
        ({"pmid": ["0"]}, "no PMID"),
        ({"query": "  "}, "query is empty"),
        ({}, "nothing to fetch"),
        ({"query": "x", "sources": []}, "nothing to fetch"),
    ],
)
def test_bad_requests_are_refused_before_anything_is_asked(
    server: Any, fake: Any, tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(LoadError, match=said):
        server.fetch(tmp_path / "new", fake, **asked)
    assert server.log == []
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file(server: Any, fake: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        server.fetch(tmp_path / "file", fake, pmid=["1"])


def test_progress_sees_every_batch(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 61)]
    steps: list[Step] = []

    def watch(given: Iterator[Step]) -> Iterator[Step]:
        for step in given:
            steps.append(step)
            yield step

    server.fetch(tmp_path, fake, nct=ids, progress=watch)
    assert [(step.done, step.wanted) for step in steps] == [(0, 60), (50, 60), (60, 60)]


def test_real_studies_come_through_byte_for_byte_and_load(server: Any, fake: Any, tmp_path: Path) -> None:
    path = DATA / "registry" / "ctgov-v2-studies.json.zip"
    if not path.exists():
        pytest.skip(f"real records are not here: {path}")
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".json"))[:120]
        server.studies = {Path(name).stem: archive.read(name).strip() for name in names}
    report = server.fetch(tmp_path, fake, nct=server.studies)
    assert report.sources[0].new == len(names) == 120
    for nct_id, raw in server.studies.items():
        assert (tmp_path / f"ctgov/{nct_id}.json").read_bytes() == raw
    versions = {
        one: version
        for line in manifest(tmp_path)
        for saved in line["files"]
        for one, version in saved["versions"].items()
    }
    for nct_id in server.studies:
        with (tmp_path / f"ctgov/{nct_id}.json").open("rb") as stream:
            [record] = ctgov_json.read(stream, file=f"{nct_id}.json")
        assert isinstance(record, RegistryStudy)
        assert (record.nct_id.value, record.source.version) == (nct_id, versions[nct_id])


def test_real_papers_have_the_versions_that_the_loader_reads(server: Any, fake: Any, tmp_path: Path) -> None:
    path = DATA / "pubmed" / "pubmed-xml.zip"
    if not path.exists():
        pytest.skip(f"real records are not here: {path}")
    whole = re.compile(rb"<(Pubmed(?:Book)?Article)>.*?</\1>", re.DOTALL)
    own_pmid = re.compile(rb"<PMID[^>]*>([0-9]+)</PMID>")
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            for found in whole.finditer(archive.read(name)):
                pmid = own_pmid.search(found[0])
                if pmid is not None:
                    server.articles[pmid[1].decode()] = found[0]
    report = server.fetch(tmp_path, fake, pmid=server.articles)
    assert report.sources[0].new == len(server.articles) > 1000
    assert report.not_found == ()
    records = [one for one in loaders.read(tmp_path) if isinstance(one, Publication) and one.pmid]
    assert len(records) > 0.99 * len(server.articles)
    versions = dict(
        pair for line in manifest(tmp_path) for saved in line["files"] for pair in saved["versions"].items()
    )
    assert {one.pmid.value: one.source.version for one in records if one.pmid}.items() <= versions.items()


def test_a_listing_longer_than_esearch_gives_is_cut_by_dates(server: Any, fake: Any, tmp_path: Path) -> None:
    for number in range(1, 25_001):
        entered = date(1781, 1, 1) if number < 300 else date(2000, 1, 1) + timedelta(days=number % 9000)
        server.articles[str(number)] = b"a"
        server.entered[str(number)] = entered
    from trialweave.fetch import pubmed
    from trialweave.fetch.http import Client
    from trialweave.fetch.manifest import open_manifest

    client = Client(interval=0.35, timing=fake.timing(), timeout=20.0, identity={"tool": "trialweave"})
    with open_manifest(tmp_path) as kept:
        whole = pubmed.list_ids(client, f"{server.url}/eutils", "a", kept)
    client.close()
    assert whole.total == 25_000
    assert list(whole.versions) == [str(number) for number in range(1, 25_001)]
    assert whole.notes == ()
    assert len(server.log) < 20


def test_a_day_with_more_papers_than_esearch_gives_is_an_error(
    server: Any, fake: Any, tmp_path: Path
) -> None:
    for number in range(1, 10_001):
        server.articles[str(number)] = b"a"
        server.entered[str(number)] = date(2020, 2, 2)
    with pytest.raises(RemoteError, match=r"10,000 records of the query 'a' entered PubMed on 2020-02-02"):
        server.fetch(tmp_path, fake, query="a", sources=["pubmed"])


def test_papers_without_a_date_of_entry_are_not_lost_without_a_word(
    server: Any, fake: Any, tmp_path: Path
) -> None:
    for number in range(1, 10_001):
        server.articles[str(number)] = b"a"
        server.entered[str(number)] = date(1600, 1, 1) if number < 4 else date(2020, 1, 1 + number % 28)
    from trialweave.fetch import pubmed
    from trialweave.fetch.http import Client
    from trialweave.fetch.manifest import open_manifest

    client = Client(interval=0.35, timing=fake.timing(), timeout=20.0, identity={"tool": "trialweave"})
    with open_manifest(tmp_path) as kept:
        whole = pubmed.list_ids(client, f"{server.url}/eutils", "a", kept)
    client.close()
    assert whole.notes == ("PubMed counts 10,000 records for this query and listed 9,997",)
