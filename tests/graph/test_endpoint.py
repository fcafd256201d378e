"""A SPARQL endpoint elsewhere: the same answers as a store here, and an error in words for each refusal."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from trialweave.errors import QueryError, RemoteError
from trialweave.graph import connection
from trialweave.graph.build import build
from trialweave.graph.endpoint import LONGEST_GET, Credentials, Endpoint
from trialweave.graph.store import open_store
from trialweave.queries import catalogue
from trialweave.queries.run import ask, select

CORPUS = Path(__file__).parents[2] / "trialweave/demo/corpus"

ONE_ROW = b'{"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "typed-literal", '
ONE_ROW += b'"datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": "3"}}]}}'


Connect = Callable[..., Endpoint]


class Reply(NamedTuple):
    status: int = 200
    body: bytes = ONE_ROW
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/sparql-results+json"),)


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    authorization: str | None


class Server:
    """Answers with the replies that wait, then with one row; keeps what it was asked."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.requests: list[Request] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                where = urlsplit(self.path)
                server.requests.append(
                    Request(
                        self.command,
                        where.path,
                        parse_qs(where.query),
                        parse_qs(body),
                        self.headers.get("Authorization"),
                    )
                )
                reply = server.replies.popleft() if server.replies else Reply()
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = do_DELETE = reply  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/sparql"


@pytest.fixture
def connect() -> Iterator[Callable[..., Endpoint]]:
    """Makes endpoints that are closed at the end."""
    made: list[Endpoint] = []

    def make(url: str, **options: Any) -> Endpoint:
        made.append(Endpoint(url, **options))
        return made[-1]

    yield make
    for endpoint in made:
        endpoint.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(connection, "FIRST_WAIT", 0.001)
    server = Server()
    threading.Thread(target=server.http.serve_forever, daemon=True).start()
    yield server
    server.http.shutdown()
    server.http.server_close()


def test_the_demo_answers_alike_here_and_on_a_server(
    tmp_path: Path, oxigraph_server: str, connect: Connect
) -> None:
    build(tmp_path / "store", [CORPUS])
    graph = open_store(tmp_path / "store")
    far = connect(f"{oxigraph_server}/query", graphs_url=f"{oxigraph_server}/store")
    for name in graph.graph_names():
        lines = b"".join(
            f"{quad.subject} {quad.predicate} {quad.object} .\n".encode() for quad in graph.quads(name)
        )
        far.put_graph(name, lines)
    for name, question in catalogue.questions().items():
        given = {
            parameter: "NCT00492752"
            for parameter, its in question.parameters.items()
            if its.type == "trial" and not its.optional and its.default is None
        }
        here, there = ask(graph, question, given), ask(far, question, given)
        assert here.columns == there.columns
        assert Counter(here.rows) == Counter(there.rows), name
    described = "DESCRIBE <https://clinicaltrials.gov/study/NCT00492752>"
    assert Counter(select(graph, described).rows) == Counter(select(far, described).rows)


def test_graphs_come_and_go(oxigraph_server: str, connect: Connect) -> None:
    far = connect(
        f"{oxigraph_server}/query",
        update_url=f"{oxigraph_server}/update",
        graphs_url=f"{oxigraph_server}/store",
    )
    name = "http://example.org/g"
    count = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH <http://example.org/g> { ?s ?p ?o } }"
    far.put_graph(name, b"<a:a> <a:b> <a:c> .\n")
    far.put_graph(name, b"<a:a> <a:b> <a:d> .\n", add=True)
    assert select(far, count).records() == [{"n": 2}]
    far.put_graph(name, b"<a:a> <a:b> <a:e> .\n")
    assert select(far, count).records() == [{"n": 1}]
    far.update("DELETE DATA { GRAPH <http://example.org/g> { <a:a> <a:b> <a:e> } }")
    far.drop_graph(name)
    far.drop_graph(name)
    assert select(far, count).records() == [{"n": 0}]
    with pytest.raises(QueryError, match="not SPARQL"):
        select(far, "SELECT nonsense")


def test_a_long_query_goes_in_the_body(server: Server, connect: Connect) -> None:
    far = connect(server.url)
    short, long = "SELECT ?n WHERE {}", f"SELECT ?n WHERE {{}} # {'x' * LONGEST_GET}"
    for query in (short, long):
        assert select(far, query).records() == [{"n": 3}]
    assert [(request.method, request.query or request.form) for request in server.requests] == [
        ("GET", {"query": [short]}),
        ("POST", {"query": [long]}),
    ]
    server.replies.append(Reply(414, b""))
    assert select(far, short).records() == [{"n": 3}]
    assert server.requests[-1].method == "POST"


def test_parameters_of_the_address_stay(server: Server, connect: Connect) -> None:
    select(connect(f"{server.url}?default-graph-uri=urn:x-arq:UnionGraph"), "SELECT ?n WHERE {}")
    assert server.requests[0].query == {
        "default-graph-uri": ["urn:x-arq:UnionGraph"],
        "query": ["SELECT ?n WHERE {}"],
    }


@pytest.mark.parametrize(
    ("credentials", "begins"),
    [
        (Credentials(user="u", password="secret"), "Basic dTpzZWNyZXQ="),
        (Credentials(token="secret"), "Bearer secret"),
        (None, None),
    ],
)
def test_credentials_go_with_the_request_and_into_no_message(
    server: Server, credentials: Credentials | None, begins: str | None, connect: Connect
) -> None:
    far = connect(server.url, credentials=credentials)
    select(far, "SELECT ?n WHERE {}")
    assert server.requests[0].authorization == begins
    server.replies.append(Reply(401, b"who are you"))
    with pytest.raises(RemoteError, match="TRIALWEAVE_USER") as refused:
        select(far, "SELECT ?n WHERE {}")
    assert "secret" not in f"{refused.value}{credentials}{far}"


def test_a_password_in_the_address_is_used_and_not_shown(server: Server, connect: Connect) -> None:
    far = connect(server.url.replace("//", "//u:secret@"))
    select(far, "SELECT ?n WHERE {}")
    assert server.requests[0].authorization == "Basic dTpzZWNyZXQ="
    assert "secret" not in str(far)


def test_a_password_in_the_other_addresses_is_not_shown_either(server: Server, connect: Connect) -> None:
    url = server.url.replace("//", "//u:secret@")
    far = connect(url, update_url=url, graphs_url=url)
    for change in (lambda: far.update("INSERT DATA {}"), lambda: far.drop_graph("http://example.org/g")):
        server.replies.append(Reply(403, b"no"))
        with pytest.raises(RemoteError, match="403") as refused:
            change()
        assert "secret" not in str(refused.value)
        assert server.requests[-1].authorization == "Basic dTpzZWNyZXQ="


def test_digest_answers_the_challenge(server: Server, connect: Connect) -> None:
    server.replies.append(Reply(401, b"", (("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'),)))
    far = connect(server.url, credentials=Credentials(user="u", password="p", scheme="digest"))
    assert len(select(far, "SELECT ?n WHERE {}")) == 1
    assert (server.requests[1].authorization or "").startswith('Digest username="u"')


@pytest.mark.parametrize("status", [401, 403, 404, 405, 406, 413, 415, 418, 500, 507])
def test_each_refusal_is_told_with_a_way_out(server: Server, status: int, connect: Connect) -> None:
    server.replies.append(Reply(status, b"the server's own words"))
    with pytest.raises(RemoteError, match=f"{status}.*the server's own words; ."):
        select(connect(server.url), "SELECT ?n WHERE {}")
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_waited_out_but_not_for_ever(server: Server, status: int, connect: Connect) -> None:
    far = connect(server.url)
    server.replies.extend([Reply(status, b"")] * 3)
    assert len(select(far, "SELECT ?n WHERE {}")) == 1
    server.replies.extend([Reply(status, b"")] * 4)
    with pytest.raises(RemoteError, match=str(status)):
        select(far, "SELECT ?n WHERE {}")


def test_an_update_is_never_sent_twice(server: Server, connect: Connect) -> None:
    server.replies.append(Reply(503, b""))
    with pytest.raises(RemoteError, match="503"):
        connect(server.url).update("INSERT DATA { <a:a> <a:b> <a:c> }")
    assert len(server.requests) == 1


def test_a_redirect_is_told_and_not_followed(server: Server, connect: Connect) -> None:
    server.replies.append(Reply(301, b"", (("Location", "http://example.org/elsewhere"),)))
    with pytest.raises(RemoteError, match=r"moved \(301\) to http://example.org/elsewhere"):
        select(connect(server.url, credentials=Credentials(token="t")), "SELECT ?n WHERE {}")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(headers=(("X-SPARQL-MaxRows", "1"),)), "stopped at 1 rows"),
        (Reply(headers=(("X-SQL-State", "S1TAT"), ("X-SQL-Message", "anytime"))), "in part only"),
        (Reply(body=b"<html>a page</html>"), "no SPARQL result"),
        (Reply(body=ONE_ROW[:-4]), "no SPARQL result"),
    ],
)
def test_a_part_of_an_answer_is_no_answer(server: Server, reply: Reply, said: str, connect: Connect) -> None:
    server.replies.append(reply)
    with pytest.raises(RemoteError, match=said):
        select(connect(server.url), "SELECT ?n WHERE {}")


def test_nobody_there(connect: Connect) -> None:
    with pytest.raises(RemoteError, match="check that the server runs"):
        select(connect("http://127.0.0.1:9/sparql", timeout=1), "ASK {}")
    for address in ("ftp://example.org", "http://", "http://a:port/"):
        with pytest.raises(RemoteError, match="is no address"):
            connect(address)
