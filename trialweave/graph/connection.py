"""Requests to a SPARQL store: who asks, patience, and each refusal in words. The address stays the one given.

No redirect is followed: the credentials would go to an address that nobody named. They are in no message.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal as OneOf

import httpx

from trialweave._version import __version__
from trialweave.errors import RemoteError
from trialweave.records import Record

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


class Connection:
    """A connection for whoever has these credentials. `timeout` is in seconds, of a silence."""

    def __init__(self, who: Credentials, *, timeout: float) -> None:
        headers = {"User-Agent": f"trialweave/{__version__}"}
        if who.token:
            headers["Authorization"] = f"Bearer {who.token}"
        self._http = httpx.Client(
            auth=_auth(who), headers=headers, timeout=timeout, follow_redirects=False, trust_env=False
        )

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def send(
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


def good(answer: httpx.Response) -> httpx.Response:
    """The answer, if the server did what was asked.

    Raises SyntaxError for what it does not take for a query or an update, RemoteError for the rest.
    """
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


def address_of(url: str) -> httpx.URL:
    """An address of a store. Raises RemoteError where it is none."""
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


def _asked_to_wait(answer: httpx.Response) -> float:
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else 0.0


def _words(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({error})"
    return f"the connection was cut ({error})"
