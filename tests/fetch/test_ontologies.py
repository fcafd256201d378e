"""Terminologies fetched whole: redirects, parts that are gone on with, hashes, and no half file anywhere."""

import hashlib
import threading
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trialweave.errors import LoadError, RemoteError
from trialweave.fetch.ontologies import Address, addresses, fetch_ontologies
from trialweave.loaders.files import find_files

OBO = b"format-version: 1.2\ndata-version: hp/releases/2025-01-16\n" + b"! a comment\n" * 20_000
LAST_MODIFIED = "Tue, 06 May 2025 07:08:09 GMT"


class Publisher:
    """A publisher's server on this machine: files, places that moved, and answers that break off."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.cut_after: deque[int] = deque()
        self.statuses: deque[int] = deque()
        self.asked: list[tuple[str, str | None]] = []
        self.etag = '"one"'
        self.ranges = True
        self.url = ""

    def address(self, key: str, path: str) -> Address:
        return Address(key, f"{key}.obo", f"{self.url}{path}")


def handler(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            publisher.asked.append((self.path, wanted))
            if publisher.statuses:
                self._head(publisher.statuses.popleft(), b"")
            elif self.path in publisher.moved:
                self._head(302, b"", Location=publisher.moved[self.path])
            elif self.path not in publisher.files:
                self._head(404, b"")
            else:
                self._file(publisher.files[self.path], wanted)

        def _file(self, data: bytes, wanted: str | None) -> None:
            facts = {"ETag": publisher.etag, "Last-Modified": LAST_MODIFIED}
            start = 0
            if wanted and publisher.ranges and self.headers.get("If-Range") == publisher.etag:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                facts["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._head(206 if start else 200, data[start:], **facts)

        def _head(self, status: int, body: bytes, **facts: str) -> None:
            self.send_response(status)
            for name, value in facts.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status in (200, 206) and publisher.cut_after:
                self.wfile.write(body[: publisher.cut_after.popleft()])
                self.close_connection = True
            else:
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    one = Publisher()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(one)) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        one.url = f"http://127.0.0.1:{http.server_address[1]}"
        yield one
        http.shutdown()
        thread.join()


def manifest(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / ".fetch" / "manifest.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line) for line in lines]


def run(publisher: Publisher, folder: Path, fake: Any, *rows: Address, **options: Any) -> list[Any]:
    keys = list(dict.fromkeys(row.key for row in rows))
    return list(fetch_ontologies(folder, keys, table=rows, timing=fake.timing(), timeout=5.0, **options))


def test_a_persistent_address_is_followed_to_where_the_file_is(
    publisher: Publisher, fake: Any, tmp_path: Path
) -> None:
    publisher.moved = {"/obo/hp.obo": "/second", "/second": "/files/hp.obo"}
    publisher.files["/files/hp.obo"] = OBO
    [done] = run(publisher, tmp_path, fake, publisher.address("hp", "/obo/hp.obo"))
    assert (done.key, done.file, done.outcome, done.bytes) == ("hp", "ontologies/hp.obo", "new", len(OBO))
    assert (tmp_path / "ontologies" / "hp.obo").read_bytes() == OBO
    assert done.sha256 == hashlib.sha256(OBO).hexdigest()
    [line] = manifest(tmp_path)
    [saved] = line["files"]
    assert saved["sha256"] == done.sha256
    assert saved["versions"] == {"hp.obo": "hp/releases/2025-01-16"}
    assert line["url"].endswith("/obo/hp.obo")
    assert line["params"]["redirected"].endswith("/files/hp.obo")
    assert [name for name, _ in find_files(tmp_path)] == ["ontologies/hp.obo"]


def test_what_says_no_version_has_the_day_of_its_last_change(
    publisher: Publisher, fake: Any, tmp_path: Path
) -> None:
    publisher.files["/a"] = b"no version"
    [done] = run(publisher, tmp_path, fake, publisher.address("a", "/a"))
    assert done.version == "2025-05-06"


def test_a_file_that_breaks_off_is_gone_on_with(publisher: Publisher, fake: Any, tmp_path: Path) -> None:
    publisher.files["/hp"] = OBO
    publisher.cut_after.extend([100_000, 50_000])
    [done] = run(publisher, tmp_path, fake, publisher.address("hp", "/hp"))
    assert done.sha256 == hashlib.sha256(OBO).hexdigest()
    ranges = [wanted for _, wanted in publisher.asked]
    assert ranges[0] is None
    starts = [int((wanted or "").strip("bytes=-")) for wanted in ranges[1:]]
    assert len(starts) == 2
    assert 0 < starts[0] < starts[1] < len(OBO)


@pytest.mark.parametrize("what", ["changed", "no ranges"])
def test_a_part_of_another_file_is_begun_anew(
    publisher: Publisher, fake: Any, tmp_path: Path, what: str
) -> None:
    publisher.files["/hp"] = OBO
    publisher.cut_after.extend([100_000, *[0] * 6])
    with pytest.raises(RemoteError, match="7 times over"):
        run(publisher, tmp_path, fake, publisher.address("hp", "/hp"))
    assert list((tmp_path / "ontologies").glob("*") if (tmp_path / "ontologies").exists() else []) == []
    assert manifest(tmp_path) == [] if (tmp_path / ".fetch" / "manifest.jsonl").exists() else True
    if what == "changed":
        publisher.files["/hp"], publisher.etag = OBO.replace(b"comment", b"COMMENT"), '"two"'
    else:
        publisher.ranges = False
    publisher.cut_after.clear()
    [done] = run(publisher, tmp_path, fake, publisher.address("hp", "/hp"))
    assert done.sha256 == hashlib.sha256(publisher.files["/hp"]).hexdigest()


def test_the_next_run_goes_on_where_the_last_one_stopped(
    publisher: Publisher, fake: Any, tmp_path: Path
) -> None:
    publisher.files["/hp"] = OBO
    publisher.cut_after.append(150_000)
    publisher.cut_after.extend([0] * 6)
    with pytest.raises(RemoteError):
        run(publisher, tmp_path, fake, publisher.address("hp", "/hp"))
    publisher.asked.clear()
    [done] = run(publisher, tmp_path, fake, publisher.address("hp", "/hp"))
    assert done.bytes == len(OBO)
    assert [wanted is not None for _, wanted in publisher.asked] == [True]
    assert sorted(path.name for path in (tmp_path / ".fetch").iterdir()) == ["lock", "manifest.jsonl"]


def test_what_is_here_is_not_fetched_again_unless_asked_or_damaged(
    publisher: Publisher, fake: Any, tmp_path: Path
) -> None:
    row = publisher.address("hp", "/hp")
    publisher.files["/hp"] = OBO
    outcomes = [run(publisher, tmp_path, fake, row)[0].outcome for _ in range(2)]
    assert outcomes == ["new", "held"]
    assert run(publisher, tmp_path, fake, row, refresh=True)[0].outcome == "unchanged"
    publisher.files["/hp"] = OBO + b"\n"
    assert run(publisher, tmp_path, fake, row, refresh=True)[0].outcome == "replaced"
    (tmp_path / "ontologies" / "hp.obo").write_bytes(b"damaged")
    run(publisher, tmp_path, fake, row)
    assert (tmp_path / "ontologies" / "hp.obo").read_bytes() == OBO + b"\n"
    assert len(manifest(tmp_path)) == 1


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ("/hp", "redirected more than 10 times"),
        ("ftp://example.org/hp", "moved to ftp"),
        ("", "moved to nowhere"),
    ],
)
def test_redirects_come_to_an_end(
    publisher: Publisher, fake: Any, tmp_path: Path, moved: str, said: str
) -> None:
    publisher.moved["/hp"] = moved
    with pytest.raises(RemoteError, match=said):
        run(publisher, tmp_path, fake, publisher.address("hp", "/hp"))


def test_a_file_that_is_gone_is_said_with_its_address(
    publisher: Publisher, fake: Any, tmp_path: Path
) -> None:
    publisher.files["/first"] = OBO
    rows = publisher.address("first", "/first"), publisher.address("hp", "/gone")
    with pytest.raises(RemoteError, match=r"/gone: 404 Not Found"):
        run(publisher, tmp_path, fake, *rows)
    assert (tmp_path / "ontologies" / "first.obo").read_bytes() == OBO  # what came before is kept


def test_a_busy_server_is_waited_for(publisher: Publisher, fake: Any, tmp_path: Path) -> None:
    publisher.files["/hp"] = OBO
    publisher.statuses.extend([503, 429])
    [done] = run(publisher, tmp_path, fake, publisher.address("hp", "/hp"))
    assert done.outcome == "new"


def test_the_year_stands_in_names_that_have_it(publisher: Publisher, fake: Any, tmp_path: Path) -> None:
    publisher.files["/desc2025.gz"] = OBO  # the calendar of these tests says 2025
    row = Address("mesh-xml", "desc{year}.gz", f"{publisher.url}/desc{{year}}.gz")
    [done] = run(publisher, tmp_path, fake, row)
    assert done.file == "ontologies/desc2025.gz"


def test_the_table_knows_who_publishes_what() -> None:
    rows = addresses()
    assert {"mesh", "mondo", "hp", "chebi", "ncit", "doid", "ctcae", "oncotree", "drugbank"} <= {
        row.key for row in rows
    }
    assert len({row.file for row in rows}) == len(rows)
    assert all(row.url.startswith(("https://", "http://purl.obolibrary.org/")) for row in rows)


@pytest.mark.parametrize(
    "table", ["", "key\turl\n", "key\tfile\turl\nhp\thp.obo\n", "key\tfile\turl\nhp\t../x\ty\n"]
)
def test_a_table_with_a_wrong_line_is_refused(table: str) -> None:
    with pytest.raises(LoadError, match="table of addresses"):
        addresses(table)


def test_records_of_other_sources_stay_in_the_folder(
    publisher: Publisher, server: Any, fake: Any, tmp_path: Path
) -> None:
    server.fetch(tmp_path, fake, pmid=[server.put_article(1)])
    publisher.files["/hp"] = OBO
    run(publisher, tmp_path, fake, publisher.address("hp", "/hp"))
    server.fetch(tmp_path, fake, pmid=["1"])
    names = [name for name, _ in find_files(tmp_path)]
    assert len(names) == 2
    assert names[0] == "ontologies/hp.obo"
