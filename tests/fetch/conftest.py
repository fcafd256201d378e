"""ClinicalTrials.gov and NCBI on this machine: a server that does what theirs are documented to do.

Sources: the OpenAPI document of API v2; E-utilities Help (NBK25499, NBK25497); answers that users of both
have reported (the 400 of efetch without a known id, bare line ends in esearch errors, the cap at 9,999).
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from trialweave.fetch import FetchReport, Timing, fetch


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.seconds += seconds

    def timing(self, chance: float = 0.5) -> Timing:
        return Timing(
            clock=lambda: self.seconds,
            sleep=self.sleep,
            random=lambda: chance,
            now=lambda: datetime(2025, 3, 1, tzinfo=UTC) + timedelta(seconds=self.seconds),
        )


class Fault:
    """What happens to one request in place of an answer."""

    def __init__(
        self,
        status: int | None = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        cut: bool = False,
        wait: float = 0.0,
        only: str = "",
    ) -> None:
        self.status, self.body, self.headers = status, body, headers or {}
        self.cut, self.wait, self.only = cut, wait, only


def study(
    nct_id: str, *, version: str = "2024-01-01", title: str = "a trial", aliases: tuple[str, ...] = ()
) -> bytes:
    identification: dict[str, Any] = {"nctId": nct_id, "briefTitle": title}
    if aliases:
        identification["nctIdAliases"] = list(aliases)
    status = {
        "lastUpdateSubmitDate": version,
        "lastUpdatePostDateStruct": {"date": version, "type": "ACTUAL"},
    }
    whole = {
        "protocolSection": {"identificationModule": identification, "statusModule": status},
        "hasResults": False,
    }
    return json.dumps(whole, indent=2).encode()


def article(pmid: str, *, version: str = "2024-05-06", title: str = "A paper.") -> bytes:
    year, month, day = version.split("-")
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>
<DateRevised><Year>{year}</Year><Month>{month}</Month><Day>{day}</Day></DateRevised>
<Article PubModel="Print"><Journal><Title>J Try</Title></Journal><ArticleTitle>{title}</ArticleTitle>
</Article></MedlineCitation></PubmedArticle>
""".encode()


class Server:
    """Both services under one address; `log` has (clock, path, parameters, status) of each request."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.studies: dict[str, bytes] = {}
        self.articles: dict[str, bytes] = {}
        self.entered: dict[str, date] = {}
        self.faults: deque[Fault] = deque()
        self.log: list[tuple[float, str, dict[str, str], int]] = []
        self.page = 1000
        self.epoch = 1
        self.limit = 3
        self.short = 0
        self.repeat = 0
        self.empty = 0
        self.connections = 0
        self.at: dict[int, Callable[[], None]] = {}
        self.url = ""

    def put_study(self, number: int, *, aliases: tuple[str, ...] = (), **words: str) -> str:
        nct_id = f"NCT{number:08}"
        self.studies[nct_id] = study(nct_id, aliases=aliases, **words)
        return nct_id

    def put_article(self, number: int, *, entered: date = date(2024, 1, 1), **words: str) -> str:
        self.articles[str(number)] = article(str(number), **words)
        self.entered[str(number)] = entered
        return str(number)

    def fail(self, *statuses: int | None, **how: Any) -> None:
        """The next requests (those with `only` in their path) fail so."""
        self.faults.extend(Fault(status, **how) for status in statuses)

    def fetch(self, folder: Path, fake: FakeTime, **options: Any) -> FetchReport:
        urls = {"ctgov_url": f"{self.url}/v2", "eutils_url": f"{self.url}/eutils/"}
        return fetch(folder, **{**urls, "timing": fake.timing(), "timeout": 5.0, **options})

    def asked(self, path: str) -> list[dict[str, str]]:
        return [params for _, asked, params, _ in self.log if asked == path]

    # ── API v2 ──

    def list_studies(self, params: dict[str, str]) -> tuple[int, bytes]:
        known = {"format", "query.term", "filter.ids", "fields", "countTotal", "pageSize", "pageToken"}
        if unknown := set(params) - known:
            return 400, f"`{unknown.pop()}` is unknown parameter".encode()
        same = json.dumps({k: params[k] for k in params if k not in ("countTotal", "pageSize", "pageToken")})
        start = 0
        if token := params.get("pageToken"):
            epoch, _, rest = token.partition(".")
            offset, _, given = rest.partition(".")
            if epoch != str(self.epoch) or given != str(sum(same.encode())):
                return 400, b"`pageToken` has incorrect format"
            start = int(offset)
        found = list(self.studies)
        if ids := params.get("filter.ids"):
            wanted = set(ids.replace("|", ",").split(","))
            found = [one for one in found if wanted & {one, *_aliases(self.studies[one])}]
        if term := params.get("query.term"):
            if term.count("(") != term.count(")"):
                return 400, b"Essie expression cannot be parsed: unbalanced parentheses"
            found = [one for one in found if term.encode() in self.studies[one]]
        size = min(int(params.get("pageSize", "10")), 1000)
        if "fields" in params:
            size = min(size, self.page)
        begin = max(start - (self.repeat if start else 0), 0)  # the ranking moved: some come twice
        end = start + size
        leading = ""
        if "fields" in params and self.empty:
            begin = end = start
            leading = "0" * self.empty  # each token is another
            self.empty -= 1
        shown = [self.studies[one] for one in found[begin:end]]
        if "fields" in params:
            shown = [_only_listed_fields(one) for one in shown]
        page = b'{"studies": [' + b",".join(shown) + b"]"
        if params.get("countTotal") == "true":
            page += f', "totalCount": {len(found)}'.encode()
        if end < len(found):
            page += f', "nextPageToken": "{self.epoch}.{leading}{end}.{sum(same.encode())}"'.encode()
        return 200, page + b"}"

    # ── E-utilities ──

    def esearch(self, params: dict[str, str]) -> tuple[int, bytes]:
        term = params["term"]
        result: dict[str, Any]
        if int(params.get("retstart", "0")) > 9998:
            return (
                200,
                b'{"esearchresult":{"ERROR":"Search Backend failed: Exception:\n\'retstart\' cannot be"}}',
            )
        found = [one for one in self.articles if term.encode() in self.articles[one]]
        if "mindate" in params:
            assert params["datetype"] == "edat"
            first, last = (
                datetime.strptime(params[name], "%Y/%m/%d").date() for name in ("mindate", "maxdate")
            )
            found = [one for one in found if first <= self.entered[one] <= last]
        most = min(int(params.get("retmax", "20")), 9999)
        result = {
            "count": str(len(found)),
            "retmax": str(most),
            "retstart": "0",
            "idlist": found[::-1][:most],
        }
        if not found and "mindate" not in params:
            result["errorlist"] = {"phrasesnotfound": [term], "fieldsnotfound": []}
        return 200, json.dumps({"header": {"type": "esearch"}, "esearchresult": result}).encode()

    def efetch(self, params: dict[str, str]) -> tuple[int, bytes]:
        assert params["db"] == "pubmed"
        assert params["retmode"] == "xml"
        ids = params["id"].split(",")
        assert len(ids) <= 200
        found = [self.articles[one] for one in ids if one in self.articles]
        if not found:
            error = b"<ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR>"
            return 400, b"<eFetchResult>" + error + b"</eFetchResult>"
        if self.short and len(ids) > self.short:
            found = found[: -self.short]
            self.short = 0
        doctype = b'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "u.dtd">\n'
        return 200, b'<?xml version="1.0" ?>\n' + doctype + b"<PubmedArticleSet>\n" + b"".join(
            found
        ) + b"</PubmedArticleSet>"

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        if path == "/v2/studies":
            return self.list_studies(params)
        assert params["tool"] == "trialweave"
        lately = [
            at for at, asked, _, _ in self.log if at > self.clock() - 1.0 and asked.startswith("/eutils")
        ]
        if len(lately) >= self.limit:
            said = {"error": "API rate limit exceeded", "api-key": params.get("api_key", "127.0.0.1")}
            return 429, json.dumps(said).encode()
        return self.esearch(params) if path.endswith("esearch.fcgi") else self.efetch(params)


def _aliases(raw: bytes) -> list[str]:
    aliases: list[str] = json.loads(raw)["protocolSection"]["identificationModule"].get("nctIdAliases", [])
    return aliases


def _only_listed_fields(raw: bytes) -> bytes:
    protocol = json.loads(raw)["protocolSection"]
    identification = {
        name: value
        for name, value in protocol["identificationModule"].items()
        if name in ("nctId", "nctIdAliases")
    }
    status = {
        name: value
        for name, value in protocol["statusModule"].items()
        if name in ("lastUpdateSubmitDate", "lastUpdatePostDateStruct")
    }
    return json.dumps(
        {"protocolSection": {"identificationModule": identification, "statusModule": status}}
    ).encode()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            server.connections += 1
            super().setup()

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            self._answer(split.path, dict(parse_qsl(split.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(urlsplit(self.path).path, dict(parse_qsl(body.decode())))

        def _answer(self, path: str, params: dict[str, str]) -> None:
            if event := server.at.get(len(server.log) + 1):
                event()
            fault = None
            if server.faults and server.faults[0].only in path:
                fault = server.faults.popleft()
            if fault is not None and fault.status is not None:
                status, body = fault.status, fault.body
            else:
                status, body = server.answer(path, params)
            server.log.append((server.clock(), path, params, status))
            if fault is not None and fault.wait:
                time.sleep(fault.wait)
            try:
                self.send_response(status)
                for name, value in (fault.headers if fault else {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if fault is not None and fault.cut:
                    self.wfile.write(body[: len(body) // 2])
                    self.close_connection = True
                    return
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

        def date_time_string(self, timestamp: float | None = None) -> str:
            return "Sat, 01 Mar 2025 00:30:00 GMT"  # half an hour ahead of our clock

    return Handler


@pytest.fixture
def fake() -> FakeTime:
    return FakeTime()


@pytest.fixture
def server(fake: FakeTime) -> Iterator[Server]:
    one = Server(lambda: fake.seconds)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(one)) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        one.url = f"http://127.0.0.1:{http.server_address[1]}"
        yield one
        http.shutdown()
        thread.join()
