"""A SPARQL store elsewhere, spoken to by the SPARQL 1.1 Protocol and the Graph Store Protocol.

An `Endpoint` answers `query` and `select` as an opened store does, in the same RDF terms, so that what
asks does not see the difference. It never follows a redirect: the credentials would go to an address
that nobody named.

Protocols: https://www.w3.org/TR/sparql11-protocol/, https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
import pyoxigraph

from trialweave.errors import RemoteError
from trialweave.graph.connection import TIMEOUT, Connection, Credentials, address_of, good

__all__ = ["LONGEST_GET", "Credentials", "Endpoint"]

LONGEST_GET = 2_000
"""Characters of an address; longer queries go in the body of a POST."""


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
        address = address_of(url)
        who = credentials or Credentials()
        if address.userinfo:
            who = Credentials(user=address.username, password=address.password, scheme=who.scheme)
        self.url = _without_userinfo(url)
        self.update_url = update_url and _without_userinfo(update_url)
        self.graphs_url = graphs_url and _without_userinfo(graphs_url)
        self._connection = Connection(who, timeout=timeout)

    def __str__(self) -> str:
        return self.url

    def close(self) -> None:
        """Close the connection; a `with` block does it at its end."""
        self._connection.close()

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
            answer = self._connection.send(
                "GET", self.url, headers=headers, params={"query": sparql}, repeat=True
            )
            if answer.status_code != 414:
                return good(answer)
        return good(
            self._connection.send("POST", self.url, headers=headers, data={"query": sparql}, repeat=True)
        )

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
        good(self._connection.send("POST", address, data={"update": sparql}, repeat=False))

    def put_graph(self, name: str, ntriples: bytes, *, add: bool = False) -> None:
        """Make the named graph hold these N-Triples there, or `add` them (Graph Store Protocol)."""
        method = "POST" if add else "PUT"
        headers = {"Content-Type": "application/n-triples"}
        good(self._graphs(method, name, headers=headers, content=ntriples, repeat=not add))

    def drop_graph(self, name: str) -> None:
        """Remove the named graph there, if it is there (Graph Store Protocol)."""
        answer = self._graphs("DELETE", name, repeat=True)
        if answer.status_code != 404:
            good(answer)

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
        return self._connection.send(
            method, self.graphs_url, headers=headers, params=params, content=content, repeat=repeat
        )


def _without_userinfo(url: str) -> str:
    return str(address_of(url).copy_with(username=None, password=None))


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
