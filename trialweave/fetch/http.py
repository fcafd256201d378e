"""The only door to other servers: one connection, a measured pace, patience, and an end to it.

```
pace        requests start at least `interval` seconds apart, repeated ones too
patience    429, 408, 5xx, a cut connection, silence, an answer that cannot be what was asked for: waited out
            with doubling pauses and jitter, and never less than Retry-After asks (RFC 9110 section 10.2.3)
an end      after `TRIES` requests, or where Retry-After asks for more than `LONGEST_WAIT`: RemoteError
redirects   of a question none is followed: the address, and a key sent to it, would no longer be the one
            that was given; of a file they are followed, as persistent addresses are made of them
```
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import httpx

from trialweave._version import __version__
from trialweave.errors import RemoteError

TRIES = 7
FIRST_WAIT = 1.0  # seconds, doubled at each try
LONGEST_WAIT = 300.0
LONGEST_ANSWER = 600.0  # seconds for one whole answer, however it trickles
LARGEST_ANSWER = 1 << 29  # bytes
MOST_REDIRECTS = 10

_GO_ON = "what was fetched is kept, and the same command goes on from there"

Read = TypeVar("Read")


class Timing(NamedTuple):
    """The clock in seconds, the pause, chance in [0, 1) and the calendar; tests put their own in place."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def stamp(self) -> str:
        """This second in UTC, ISO 8601."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Answer(NamedTuple):
    """What a server sent, whole."""

    url: str
    status: int
    body: bytes


class Downloaded(NamedTuple):
    """Where a file came from in the end, and the day on which it was last changed there."""

    url: str
    modified: str | None


class TryAgain(Exception):
    """This answer is of no use, and a later one may be; `after` is how long the server asks to wait."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Client:
    """One connection to one server. `identity` (who asks, a key) goes with each request, and into no record.

    `interval` and `timeout` are in seconds; the timeout is that of a silence.
    """

    def __init__(
        self,
        *,
        interval: float,
        timing: Timing,
        timeout: float,
        identity: Mapping[str, str | None] | None = None,
    ) -> None:
        self.timing = timing
        self.requests = 0
        self._interval = interval
        self._next = timing.clock()
        self._timeout = timeout
        self._identity = {name: value for name, value in (identity or {}).items() if value}
        self._http = httpx.Client(
            timeout=timeout,
            limits=httpx.Limits(max_connections=1),
            follow_redirects=False,
            headers={"User-Agent": f"trialweave/{__version__}"},
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def ask(
        self,
        url: str,
        params: Mapping[str, str],
        *,
        read: Callable[[Answer], Read],
        post: bool = False,
        accept: Collection[int] = (),
    ) -> Read:
        """What `read` makes of the answer; it raises TryAgain if the answer cannot be the right one.

        Statuses other than 200 and those of `accept` never reach it. With `post`, parameters go into the
        body. Raises RemoteError with status, address and the way out.
        """
        return self._patiently(
            lambda: read(self._send(url, params, post=post, accept=accept)), _shown(url, params, post)
        )

    def download(self, url: str, part: Path) -> Downloaded:
        """A file, written to `part`; what an earlier try left there of the same file is gone on with.

        Redirects are followed, but never from https to http. Beside `part`, `….json` tells which file it
        is of. Raises RemoteError with status, address and the way out.
        """
        return self._patiently(lambda: self._receive(url, part), url)

    def _patiently(self, attempt: Callable[[], Read], shown: str) -> Read:
        tries = 0
        while True:
            tries += 1
            try:
                return attempt()
            except TryAgain as failure:
                reason = self._quotable(str(failure))
                if failure.after is not None and failure.after > LONGEST_WAIT:
                    raise RemoteError(
                        f"{shown}: {reason}; the server asks to come back in "
                        f"{failure.after / 60:.0f} minutes: {_GO_ON}"
                    ) from failure
                if tries == TRIES:
                    raise RemoteError(
                        f"{shown}: {reason}, {TRIES} times over; try later: {_GO_ON}"
                    ) from failure
                # half of the pause is chance: clients that fell together do not return together
                pause = FIRST_WAIT * 2 ** (tries - 1) * (1 + self.timing.random()) / 2
                self.timing.sleep(max(pause, failure.after or 0.0))

    def _receive(self, url: str, part: Path) -> Downloaded:
        mark = part.with_name(f"{part.name}.json")
        known = _known_part(part, mark, url)
        headers = {"Accept-Encoding": "identity"}
        if known is not None:
            headers |= {"Range": f"bytes={part.stat().st_size}-", "If-Range": known}
        try:
            target = httpx.URL(url)
            for _ in range(MOST_REDIRECTS + 1):
                self._keep_pace()
                with self._http.stream("GET", target, headers=headers) as response:
                    if response.status_code not in (301, 302, 303, 307, 308):
                        return self._written(response, url, part, mark)
                    target = _moved(target, response.headers.get("Location", ""))
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise RemoteError(f"{url}: {error}; give an address that begins with https://") from error
        except httpx.TimeoutException as error:
            raise TryAgain(f"no answer within {self._timeout:g} s") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise TryAgain(f"the connection failed ({error or type(error).__name__})") from error
        raise RemoteError(f"{url}: redirected more than {MOST_REDIRECTS} times; check the address")

    def _written(self, response: httpx.Response, url: str, part: Path, mark: Path) -> Downloaded:
        """Write the body behind what is there, if that is what the server sends, else anew."""
        status, headers = response.status_code, response.headers
        if status == 416:  # the part is longer than the file has become
            mark.unlink(missing_ok=True)
            raise TryAgain("the file has changed while it was fetched")
        if status not in (200, 206):
            reason = f"{status} {httpx.codes.get_reason_phrase(status)}"
            if status in (408, 429) or status >= 500:
                raise TryAgain(reason, _retry_after(headers, self.timing.now()))
            raise RemoteError(f"{url}: {reason} at {response.url}; check the address: {_GO_ON}")
        if status == 200:
            part.unlink(missing_ok=True)
            validator = headers.get("ETag", "") or headers.get("Last-Modified", "")
            mark.write_text(json.dumps({"url": url, "validator": validator}), encoding="utf-8")
        elif not headers.get("Content-Range", "").startswith(f"bytes {part.stat().st_size}-"):
            mark.unlink(missing_ok=True)
            raise TryAgain("the server sent another part of the file than it was asked for")
        with part.open("ab") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
        return Downloaded(str(response.url), _day(headers.get("Last-Modified", "")))

    def _send(self, url: str, params: Mapping[str, str], *, post: bool, accept: Collection[int]) -> Answer:
        self._keep_pace()
        everything = {**params, **self._identity}
        method, query, form = ("POST", None, everything) if post else ("GET", everything, None)
        try:
            with self._http.stream(method, url, params=query, data=form) as response:
                answer = Answer(url, response.status_code, self._body(response))
                headers = response.headers
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise RemoteError(f"{url}: {error}; give an address that begins with https://") from error
        except httpx.TimeoutException as error:
            raise TryAgain(f"no answer within {self._timeout:g} s") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise TryAgain(f"the connection failed ({error or type(error).__name__})") from error
        if answer.status == 200 or answer.status in accept:
            return answer
        reason = f"{answer.status} {httpx.codes.get_reason_phrase(answer.status)}{said(answer.body)}"
        if answer.status in (408, 429) or answer.status >= 500:
            raise TryAgain(reason, _retry_after(headers, self.timing.now()))
        if 300 <= answer.status < 400:
            reason = f"{answer.status}, moved to {headers.get('Location', 'nowhere')}"
            raise RemoteError(
                f"{_shown(url, params, post)}: {self._quotable(reason)}; redirects are not followed: "
                "if you trust that place, give its address as the server's"
            )
        raise RemoteError(
            f"{_shown(url, params, post)}: {self._quotable(reason)}; check query and address: {_GO_ON}"
        )

    def _keep_pace(self) -> None:
        wait = self._next - self.timing.clock()
        if wait > 0:
            self.timing.sleep(wait)
        self._next = self.timing.clock() + self._interval
        self.requests += 1

    def _body(self, response: httpx.Response) -> bytes:
        end = self.timing.clock() + LONGEST_ANSWER
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise TryAgain(f"an answer of more than {LARGEST_ANSWER:,} bytes")
            if self.timing.clock() > end:
                raise TryAgain(f"an answer that takes more than {LONGEST_ANSWER:g} s")
        return bytes(body)

    def _quotable(self, text: str) -> str:
        """What a server said, without the key that it may repeat."""
        key = self._identity.get("api_key")
        return text.replace(key, "…") if key else text


def _known_part(part: Path, mark: Path, url: str) -> str | None:
    """What tells the server which file a part is of; None where there is no part that can be gone on with."""
    try:
        told = json.loads(mark.read_text(encoding="utf-8"))
        size = part.stat().st_size
    except (OSError, ValueError):
        return None
    validator = str(told.get("validator", ""))
    if told.get("url") != url or not size or not validator or validator.startswith("W/"):
        return None
    return validator


def _moved(here: httpx.URL, location: str) -> httpx.URL:
    target = here.join(location)
    if not location or target.scheme not in ("http", "https"):
        raise RemoteError(f"{here}: moved to {location or 'nowhere'}; check the address")
    if here.scheme == "https" and target.scheme == "http":
        raise RemoteError(f"{here}: moved to {target}, which is not safe on the way; give another address")
    return target


def _day(http_date: str) -> str | None:
    date = _http_date(http_date)
    return date.date().isoformat() if date is not None else None


def _shown(url: str, params: Mapping[str, str], post: bool) -> str:
    if post:
        return url
    shown = str(httpx.URL(url, params=dict(params)))
    return shown if len(shown) <= 300 else f"{shown[:300]}…"


def said(body: bytes) -> str:
    """The beginning of what a server says of a failure, as a clause.

    >>> said(b'{"error":"API rate limit exceeded","api-key":"1.2.3.4","count":"4","limit":"3"}')
    ' (API rate limit exceeded)'
    >>> said(b"<html><title>Bad  Gateway</title></html>"), said(b"")
    (' (Bad Gateway)', '')
    """
    text = body[:2000].decode("utf-8", errors="replace")
    try:
        stated = json.loads(text)
    except ValueError:
        stated = None
    if isinstance(stated, dict):
        text = str(stated.get("error") or stated.get("message") or "")
    words = " ".join(re.sub(r"<[^>]*>?", " ", text).split())
    return f" ({words[:200]})" if words else ""


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that Retry-After asks for, given in seconds or as a date; None where it says nothing.

    A date is counted from the server's own Date, so that a wrong clock on either side does no harm.

    >>> _retry_after({"Retry-After": "120"}, datetime(2025, 1, 1, tzinfo=UTC))
    120.0
    >>> dates = {"Retry-After": "Wed, 01 Jan 2025 00:00:30 GMT", "Date": "Wed, 01 Jan 2025 00:00:00 GMT"}
    >>> _retry_after(dates, datetime(1970, 1, 1, tzinfo=UTC))
    30.0
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    until = _http_date(value)
    if until is None:
        return None
    return max((until - (_http_date(headers.get("Date", "")) or now)).total_seconds(), 0.0)


def _http_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
