"""Pace, patience and its end, and answers that are not what they claim to be."""

import json
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

from trialweave.errors import RemoteError
from trialweave.fetch import fetch
from trialweave.loaders.files import find_files


def times(server: Any) -> list[float]:
    return [at for at, _, _, _ in server.log]


def gaps(server: Any) -> list[float]:
    at = times(server)
    return [later - earlier for earlier, later in pairwise(at)]


@pytest.mark.parametrize(("key", "limit", "least"), [(None, 3, 1 / 3), ("secret-key", 10, 1 / 10)])
def test_ncbi_is_asked_no_faster_than_it_allows(
    server: Any, fake: Any, tmp_path: Path, key: str | None, limit: int, least: float
) -> None:
    server.limit = limit
    pmids = [server.put_article(number) for number in range(1, 6001)]
    server.fetch(tmp_path, fake, pmid=pmids, api_key=key, email="someone@example.org")
    at = times(server)
    assert len(at) == 30
    assert {status for _, _, _, status in server.log} == {200}
    assert min(gaps(server)) > least
    assert max(sum(1 for one in at if start <= one < start + 1) for start in at) <= limit
    assert at[-1] < 30 * least * 1.1  # and not much slower
    assert {params["email"] for _, _, params, _ in server.log} == {"someone@example.org"}
    assert {params.get("api_key") for _, _, params, _ in server.log} == {key}


def test_the_registry_is_asked_fifty_times_a_minute_at_most(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 301)]
    server.fetch(tmp_path, fake, nct=ids)
    assert len(server.log) == 6
    assert min(gaps(server)) >= 1.2 - 1e-9


def test_repeated_requests_keep_the_pace_too(server: Any, fake: Any, tmp_path: Path) -> None:
    pmid = server.put_article(1)
    server.fail(*[500] * 3, headers={"Retry-After": "0"})
    server.fetch(tmp_path, fake, pmid=[pmid], timing=fake.timing(chance=0.0))
    assert gaps(server) == pytest.approx([0.5, 1.0, 2.0])


@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_pauses_double_and_jitter(server: Any, fake: Any, tmp_path: Path, chance: float) -> None:
    pmid = server.put_article(1)
    server.fail(500, 502, 503, 504, 500, 503)
    report = server.fetch(tmp_path, fake, pmid=[pmid], timing=fake.timing(chance))
    assert gaps(server) == pytest.approx([2**n * (1 + chance) / 2 for n in range(6)])
    assert report.sources[0].requests == 7
    assert report.sources[0].new == 1


def test_one_connection_for_each_server(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 201)]
    pmids = [server.put_article(number) for number in range(1, 601)]
    server.fetch(tmp_path, fake, nct=ids, pmid=pmids)
    assert len(server.log) == 4 + 3
    assert server.connections == 2


def test_an_answer_that_trickles_is_given_up(server: Any, fake: Any, tmp_path: Path) -> None:
    nct_id = server.put_study(1)
    clock = count(0, 601)
    timing = fake.timing()._replace(clock=lambda: float(next(clock)), sleep=lambda seconds: None)
    with pytest.raises(RemoteError, match="takes more than 600 s, 7 times over"):
        server.fetch(tmp_path, fake, nct=[nct_id], timing=timing)


def test_after_seven_failures_it_ends(server: Any, fake: Any, tmp_path: Path) -> None:
    pmid = server.put_article(1)
    server.fail(*[502] * 7, body=b"<html><title>Bad\nGateway</title></html>")
    with pytest.raises(
        RemoteError, match=r"efetch\.fcgi: 502 Bad Gateway \(Bad Gateway\), 7 times over; try later"
    ):
        server.fetch(tmp_path, fake, pmid=[pmid])
    assert len(server.log) == 7


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17.0),
        ("Sat, 01 Mar 2025 00:30:42 GMT", 42.0),  # by the server's own Date
        ("Saturday, 01-Mar-25 00:30:42 GMT", 42.0),
        ("Fri, 28 Feb 2025 00:00:00 GMT", 0.5),  # already gone: the pause alone
        ("0", 0.5),
        ("soon", 0.5),
        ("-5", 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(
    server: Any, fake: Any, tmp_path: Path, value: str, seconds: float, status: int
) -> None:
    pmid = server.put_article(1)
    body = b'{"error":"API rate limit exceeded","api-key":"127.0.0.1","count":"4","limit":"3"}'
    server.fail(status, headers={"Retry-After": value}, body=body)
    server.fetch(tmp_path, fake, pmid=[pmid], timing=fake.timing(chance=0.0))
    assert gaps(server) == pytest.approx([seconds])


def test_a_server_that_asks_for_hours_is_not_waited_for(server: Any, fake: Any, tmp_path: Path) -> None:
    nct_id = server.put_study(1)
    server.fail(429, headers={"Retry-After": "7200"})
    with pytest.raises(
        RemoteError, match=r"429 Too Many Requests; the server asks to come back in 120 minutes"
    ):
        server.fetch(tmp_path, fake, nct=[nct_id])
    assert len(server.log) == 1


def test_a_cut_connection_is_tried_again(server: Any, fake: Any, tmp_path: Path) -> None:
    nct_id, pmid = server.put_study(1), server.put_article(1)
    server.fail(None, None, cut=True, only="studies")
    server.fail(None, cut=True, only="efetch")
    server.fetch(tmp_path, fake, nct=[nct_id], pmid=[pmid])
    assert len(server.log) == 3 + 2
    assert (tmp_path / f"ctgov/{nct_id}.json").read_bytes() == server.studies[nct_id]


def test_silence_is_not_waited_for_for_ever(server: Any, fake: Any, tmp_path: Path) -> None:
    nct_id = server.put_study(1)
    server.fail(None, wait=0.6)
    server.fetch(tmp_path, fake, nct=[nct_id], timeout=0.2)
    assert len(server.log) == 2
    server.fail(*[None] * 7, wait=0.3)
    with pytest.raises(RemoteError, match=r"no answer within 0\.1 s, 7 times over"):
        server.fetch(tmp_path, fake, nct=["NCT00000002"], timeout=0.1)


def test_nobody_there(fake: Any, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="the connection failed"):
        fetch(tmp_path, pmid=["1"], eutils_url="http://127.0.0.1:9", timing=fake.timing())


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/v2", "no address"])
def test_an_address_that_is_none(fake: Any, tmp_path: Path, url: str) -> None:
    with pytest.raises(RemoteError, match="https://"):
        fetch(tmp_path, nct=["NCT00000001"], ctgov_url=url, timing=fake.timing())


@pytest.mark.parametrize("place", ["https://elsewhere.example/v2/studies", "/v3/studies"])
def test_redirects_are_not_followed(server: Any, fake: Any, tmp_path: Path, place: str) -> None:
    nct_id = server.put_study(1)
    server.fail(301, headers={"Location": place})
    with pytest.raises(RemoteError, match=rf"301, moved to {place}; redirects are not followed"):
        server.fetch(tmp_path, fake, nct=[nct_id])
    assert len(server.log) == 1


def test_a_refusal_is_not_repeated(server: Any, fake: Any, tmp_path: Path) -> None:
    server.fail(403, body=b"Your address is blocked")
    with pytest.raises(RemoteError, match=r"403 Forbidden \(Your address is blocked\)"):
        server.fetch(tmp_path, fake, nct=["NCT00000001"])
    assert len(server.log) == 1


def test_the_key_is_in_no_file_and_no_message(server: Any, fake: Any, tmp_path: Path) -> None:
    pmid = server.put_article(1)
    server.fetch(tmp_path, fake, pmid=[pmid], query="a", sources=["pubmed"], api_key="secret-key")
    assert all(b"secret-key" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for status, body in [
        (403, b"blocked: secret-key"),
        (400, b'{"error":"API key invalid","api-key":"secret-key","type":"pass"}'),
    ]:
        server.fail(status, body=body)
        with pytest.raises(RemoteError, match=str(status)) as caught:
            server.fetch(tmp_path, fake, pmid=["2"], api_key="secret-key")
        assert "secret-key" not in str(caught.value)
    assert "API key invalid" in str(caught.value)


# ── answers of status 200 that are not what was asked for ──

WHOLE = b'<?xml version="1.0" ?>\n<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID>'


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<!DOCTYPE html><html><body>Error<br></body></html>", "an HTML page"),
        (200, b"<html><body>Error</body></html>", "<html>, status 200, not a PubmedArticleSet"),
        (200, WHOLE, "no whole XML"),
        (200, WHOLE + b"</MedlineCitation></PubmedArticle>", "no whole XML"),
        (200, b"", "no whole XML"),
        (200, b'<?xml version="1.0" encoding="no-such"?><PubmedArticleSet/>', "no whole XML"),
        (200, b'<?xml version="1.0" encoding="utf-7"?><PubmedArticleSet/>', "no whole XML"),
        (200, b'{"error":"API rate limit exceeded"}', "no whole XML"),
        (
            200,
            b"<PubmedArticleSet><PubmedArticle><MedlineCitation/></PubmedArticle></PubmedArticleSet>",
            "without a PMID",
        ),
        (200, b"<eFetchResult><ERROR>Empty result - nothing to do</ERROR></eFetchResult>", "nothing to do"),
        (400, b"<eFetchResult><ERROR>proxy_stream(): 502 Bad Gateway</ERROR></eFetchResult>", "proxy_stream"),
    ],
)
def test_what_is_no_set_of_articles_is_never_kept(
    server: Any, fake: Any, tmp_path: Path, status: int, body: bytes, said: str
) -> None:
    pmid = server.put_article(1)
    server.fail(*[status] * 7, body=body)
    with pytest.raises(RemoteError, match=said):
        server.fetch(tmp_path, fake, pmid=[pmid])
    assert not (tmp_path / "pubmed").exists()
    server.fail(status, body=body)
    assert server.fetch(tmp_path, fake, pmid=[pmid]).sources[0].new == 1


def test_an_answer_cut_anywhere_is_never_kept(server: Any, fake: Any, tmp_path: Path) -> None:
    nct_id, pmid = server.put_study(1), server.put_article(1)
    for path, params, body in [
        ("studies", {"nct": [nct_id]}, server.list_studies({"filter.ids": nct_id})[1]),
        ("efetch", {"pmid": [pmid]}, server.efetch({"db": "pubmed", "retmode": "xml", "id": pmid})[1]),
    ]:
        server.fetch(tmp_path / path, fake, **params)
        [(name, whole)] = find_files(tmp_path / path)
        for length in {*range(0, len(body), 41), len(body) - 1}:
            folder = tmp_path / f"{path}-{length}"
            server.fail(200, body=body[:length], only=path)
            assert server.fetch(folder, fake, **params).sources[0].requests == 2
            assert (folder / name).read_bytes() == whole.read_bytes()


def test_records_that_an_answer_leaves_out_are_asked_for_again(
    server: Any, fake: Any, tmp_path: Path
) -> None:
    pmids = [server.put_article(number) for number in range(1, 21)]
    server.short = 5
    report = server.fetch(tmp_path, fake, pmid=pmids)
    assert (report.sources[0].new, report.not_found) == (20, ())
    assert [len(params["id"].split(",")) for params in server.asked("/eutils/efetch.fcgi")] == [20, 5, 20]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>busy</html>", "no esearch result"),
        (
            b'{"header":{},"esearchresult":{"ERROR":"Search Backend failed:\n\'retstart\' cannot"}}',
            "Search Backend",
        ),
        (b'{"esearchresult":{"count":"3","idlist":["1"]}}', "1 of 3 ids"),
        (b'{"esearchresult":{"count":"1","idlist":["x"]}}', "no esearch result"),
        (b'{"error":"API rate limit exceeded"}', "no esearch result"),
    ],
)
def test_what_is_no_listing_of_papers(server: Any, fake: Any, tmp_path: Path, body: bytes, said: str) -> None:
    server.put_article(1)
    server.fail(*[200] * 7, body=body)
    with pytest.raises(RemoteError, match=said):
        server.fetch(tmp_path, fake, query="a", sources=["pubmed"])
    server.fail(200, body=body)
    assert server.fetch(tmp_path, fake, query="a", sources=["pubmed"]).sources[0].new == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>busy</html>", "no page of studies"),
        (b'{"studies": [', "no page of studies"),
        (b'{"studies": [{"protocolSection": {}}]}', "no page of studies"),
        (b'{"studies": [{"protocolSection": {"identificationModule": {"nctId": "../x"}}}]}', "of the id"),
        (
            b'{"studies": [{"protocolSection": {"identificationModule": {"nctId": "NCT00000002"}}}]}',
            "not asked for",
        ),
        (b'{"studies": [], "totalCount": 1}', "0 of 1 studies"),
    ],
)
def test_what_is_no_page_of_studies(server: Any, fake: Any, tmp_path: Path, body: bytes, said: str) -> None:
    nct_id = server.put_study(1)
    server.fail(*[200] * 7, body=body)
    with pytest.raises(RemoteError, match=said):
        server.fetch(tmp_path, fake, nct=[nct_id])
    assert find_files_or_none(tmp_path) == []
    server.fail(200, body=body)
    assert server.fetch(tmp_path, fake, nct=[nct_id]).sources[0].new == 1


def find_files_or_none(folder: Path) -> list[tuple[str, Path]]:
    return [] if not (folder / "ctgov").exists() else find_files(folder)


def test_a_listing_with_something_else_in_it_is_asked_for_again(
    server: Any, fake: Any, tmp_path: Path
) -> None:
    server.put_study(1)
    server.fail(200, body=b'{"studies": [{"protocolSection": {}}]}')
    report = server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    assert (report.sources[0].new, report.sources[0].requests) == (1, 3)


def test_a_quoted_phrase_that_pubmed_does_not_know_is_told(server: Any, fake: Any, tmp_path: Path) -> None:
    result = {"count": "0", "idlist": [], "warninglist": {"quotedphrasesnotfound": ['"a b"']}}
    server.fail(200, body=json.dumps({"esearchresult": result}).encode())
    report = server.fetch(tmp_path, fake, query='"a b"', sources=["pubmed"])
    assert report.sources[0].notes == ('PubMed does not know as one phrase: "a b"',)


def test_a_phrase_that_pubmed_does_not_know_is_told(server: Any, fake: Any, tmp_path: Path) -> None:
    server.put_article(1)
    report = server.fetch(tmp_path, fake, query="zzz", sources=["pubmed"])
    assert report.sources[0].notes == ("PubMed does not know the words: zzz",)
