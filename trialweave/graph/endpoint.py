"""A SPARQL store elsewhere, spoken to by the SPARQL 1.1 Protocol and the Graph Store Protocol.

An `Endpoint` answers `query` and `select` as an opened store does, in the same RDF terms, so that what
asks does not see the difference. It never follows a redirect: the credentials would go to an address
that nobody named.

Protocols: https://www.w3.org/TR/sparql11-protocol/, https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Literal as OneOf

import httpx
import pyoxigraph

from trialweave._version import __version__
from trialweave.errors import RemoteError
from trialweave.records import Record

LONGEST_GET = 2_000
"""Characters of an address; longer queries go in the body of a POST."""

TRIES = 4
FIRST_WAIT = 0.5  # seconds, doubled at each try
LONGEST_WAIT = 60.0
TIMEOUT = 300.0

Scheme = OneOf["basic", "digest"]

_AGAIN = {408, 429, 502, 503, 504}

_WAY_OUT = {
    401: "give credentials that it knows in TRIALWEAVE_USER and TRIALWEAVE_PASSWORD, or TRIALWEAVE_TOKEN",
    403: "these credentials may not do this there; ask its administrator for the right to",
    404: "there is no such service at this address; check the path (/sparql, /query, /ds/sparql …)",
    405: "the address takes other methods; it may be the read-only one of two",
    406: "it cannot answer in SPARQL JSON or N-Triples; it may be a page for people, not the service",
    413: "it takes less at a time; lower its batch size, or raise the server's limit",
    415: "it does not take this content type; it may be an older protocol",
    429: "it is asked too often; wait, and run the same command again",
    500: "the server failed at it; its log says more",
    507: "the server has no room left; nothing here is lost: run the same command again when it has",
}


class Credentials(Record, frozen=True):
    """Who asks: a user with a password, or a bearer token. Never shown in any message.

    >>> Credentials(user="u", password="secret")
    Credentials(user='u', scheme='basic')
    """

    user: str | None = None
    password: str | None = None
    token: str | None = None
    scheme: Scheme = "basic"

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, scheme={self.scheme!r})"

    __str__ = __repr__

    @classmethod
    def of(cls, environment: Mapping[str, str], *, scheme: Scheme = "basic") -> Credentials:
        """Those of TRIALWEAVE_USER and TRIALWEAVE_PASSWORD, or of TRIALWEAVE_TOKEN."""
        return cls(
            user=environment.get("TRIALWEAVE_USER"),
            password=environment.get("TRIALWEAVE_PASSWORD"),
            token=environment.get("TRIALWEAVE_TOKEN"),
            scheme=scheme,
        )


class Endpoint:
    """A store that answers SPARQL at `url`; `update_url` takes updates, `graphs_url` whole graphs.

    `timeout` is in seconds, of a silence. Nothing is sent before the first question.
    """

    def __init__(
        self,
        url: str,
        *,
        credentials: Credentials | None = None,
        update_url: str | None = None,
        graphs_url: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        address = _address(url)
        who = credentials or Credentials()
        if address.userinfo:
            who = Credentials(user=address.username, password=address.password, scheme=who.scheme)
            address = address.copy_with(username=None, password=None)
        self.url = str(address)
        self.update_url = update_url and str(_address(update_url))
        self.graphs_url = graphs_url and str(_address(graphs_url))
        headers = {"User-Agent": f"trialweave/{__version__}"}
        if who.token:
            headers["Authorization"] = f"Bearer {who.token}"
        self._http = httpx.Client(
            auth=_auth(who), headers=headers, timeout=timeout, follow_redirects=False, trust_env=False
        )

    def __str__(self) -> str:
        return self.url

    def close(self) -> None:
        """Close the connection; a `with` block does it at its end."""
        self._http.close()

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ── questions ────────────────────────────────────────────────────────────────────────

    def query(
        self, sparql: str
    ) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples:
        """Run a SPARQL query there.

        Raises SyntaxError, in the server's words, where it does not take the query for SPARQL, and
        RemoteError where it does not answer, or not in full.
        """
        graph = _answers_with_triples(sparql)
        accept = "application/n-triples" if graph else "application/sparql-results+json"
        answer = self._ask(sparql, accept)
        if graph:
            return self._triples(answer)
        try:
            found = pyoxigraph.parse_query_results(answer.content, pyoxigraph.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise RemoteError(
                f"{self.url}: its answer is no SPARQL result ({error}); the address may be a page for people"
            ) from error
        _refuse_a_part(self.url, answer)
        return found

    def select(self, sparql: str) -> pyoxigraph.QuerySolutions:
        """Run a SELECT query of ours."""
        solutions = self.query(sparql)
        if not isinstance(solutions, pyoxigraph.QuerySolutions):
            raise RemoteError(f"{self.url}: answered a SELECT with something else")
        return solutions

    def _ask(self, sparql: str, accept: str) -> httpx.Response:
        length = len(str(httpx.URL(self.url).copy_merge_params({"query": sparql})))
        headers = {"Accept": accept}
        if length <= LONGEST_GET:
            answer = self._send("GET", self.url, headers=headers, params={"query": sparql}, repeat=True)
            if answer.status_code != 414:
                return self._good(answer)
        return self._good(self._send("POST", self.url, headers=headers, data={"query": sparql}, repeat=True))

    def _triples(self, answer: httpx.Response) -> pyoxigraph.QueryTriples:
        """The triples of an answer, once each, as an engine gives them."""
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        form = pyoxigraph.RdfFormat.from_media_type(kind) or pyoxigraph.RdfFormat.N_TRIPLES
        store = pyoxigraph.Store()
        try:
            store.bulk_load(answer.content, form)
        except (SyntaxError, ValueError) as error:
            raise RemoteError(f"{self.url}: its answer is no RDF ({error})") from error
        _refuse_a_part(self.url, answer)
        found = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        if not isinstance(found, pyoxigraph.QueryTriples):
            raise TypeError("a CONSTRUCT gives triples")
        return found

    # ── changes ──────────────────────────────────────────────────────────────────────────

    def update(self, sparql: str) -> None:
        """Run a SPARQL update there. It is sent once: whether a cut one took place, nobody knows."""
        address = self.update_url or self.url
        self._good(self._send("POST", address, data={"update": sparql}, repeat=False))

    def put_graph(self, name: str, ntriples: bytes, *, add: bool = False) -> None:
        """Make the named graph hold these N-Triples there, or `add` them (Graph Store Protocol)."""
        method = "POST" if add else "PUT"
        headers = {"Content-Type": "application/n-triples"}
        self._good(self._graphs(method, name, headers=headers, content=ntriples, repeat=not add))

    def drop_graph(self, name: str) -> None:
        """Remove the named graph there, if it is there (Graph Store Protocol)."""
        answer = self._graphs("DELETE", name, repeat=True)
        if answer.status_code != 404:
            self._good(answer)

    def _graphs(
        self,
        method: str,
        name: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        repeat: bool,
    ) -> httpx.Response:
        if self.graphs_url is None:
            raise RemoteError(f"{self.url}: no address for whole graphs is known; load by updates")
        params = {"graph": name}
        return self._send(
            method, self.graphs_url, headers=headers, params=params, content=content, repeat=repeat
        )

    # ── one request ──────────────────────────────────────────────────────────────────────

    def _send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
        repeat: bool,
    ) -> httpx.Response:
        """Send until there is an answer; what must not happen twice is sent once."""
        address = httpx.URL(url).copy_merge_params(params or {})
        wait = FIRST_WAIT
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES or not repeat
            try:
                answer = self._http.request(method, address, headers=headers, data=data, content=content)
            except httpx.TransportError as error:
                if last:
                    raise RemoteError(f"{url}: {_words(error)}; check that the server runs") from error
            else:
                if answer.status_code not in _AGAIN or last:
                    return answer
                wait = max(wait, _asked_to_wait(answer))
            time.sleep(min(wait, LONGEST_WAIT))
            wait *= 2
        raise AssertionError("unreachable: the last try returns or raises")

    def _good(self, answer: httpx.Response) -> httpx.Response:
        """The answer, if the server did what was asked."""
        status = answer.status_code
        if 200 <= status < 300:
            return answer
        url = str(answer.request.url.copy_with(query=None))
        if 300 <= status < 400:
            to = answer.headers.get("Location", "an address that it does not give")
            raise RemoteError(f"{url}: moved ({status}) to {to}; give that address if you trust it")
        words = " ".join(answer.text.split())[:300]
        if status == 400:
            raise SyntaxError(words or f"{url}: refused the query ({status})")
        way_out = _WAY_OUT.get(status, "its log says more")
        said = f"{status} {answer.reason_phrase}: {words or 'no reason given'}"
        raise RemoteError(f"{url}: answered {said}; {way_out}")


def _address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise RemoteError(f"{url!r} is no address of an endpoint ({error})") from error
    if address.scheme not in ("http", "https") or not address.host:
        raise RemoteError(f"{url!r} is no address of an endpoint; it begins with http:// or https://")
    return address


def _auth(who: Credentials) -> httpx.Auth | None:
    if who.token or who.user is None:
        return None
    password = who.password or ""
    if who.scheme == "digest":
        return httpx.DigestAuth(who.user, password)
    return httpx.BasicAuth(who.user, password)


_COMMENT_OR_IRI = re.compile(r"<[^<>\"{}|^`\\\s]*>|\#[^\r\n]*")
_FORM = re.compile(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)


def _answers_with_triples(sparql: str) -> bool:
    """Whether a query's form is CONSTRUCT or DESCRIBE; its first keyword tells, outside IRIs and comments.

    >>> _answers_with_triples("PREFIX a: <http://e.org/select#> # ask\\nCONSTRUCT WHERE { ?s ?p ?o }")
    True
    """
    bare = _COMMENT_OR_IRI.sub(lambda match: "<>" if match[0].startswith("<") else " ", sparql)
    bare = re.sub(r"\bPREFIX\s+\S*?:", " ", bare, flags=re.IGNORECASE)
    form = _FORM.search(bare)
    return form is not None and form[1].upper() in ("CONSTRUCT", "DESCRIBE")


def _refuse_a_part(url: str, answer: httpx.Response) -> None:
    """Raise where the server's headers say that the answer was cut: Virtuoso answers 200 all the same."""
    if (cap := answer.headers.get("X-SPARQL-MaxRows")) is not None:
        raise RemoteError(
            f"{url}: stopped at {cap} rows, its own limit; ask for less, or raise ResultSetMaxRows there"
        )
    if answer.headers.get("X-SQL-State") is not None:
        words = answer.headers.get("X-SQL-Message", "no reason given")
        raise RemoteError(f"{url}: answered in part only ({words}); give it more time, or ask for less")


def _asked_to_wait(answer: httpx.Response) -> float:
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else 0.0


def _words(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({error})"
    return f"the connection was cut ({error})"
