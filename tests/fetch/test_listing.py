"""The registry's pages: tokens that are refused or run in circles, studies that come twice."""

import re
from pathlib import Path
from typing import Any

import pytest

from trialweave.errors import RemoteError
from trialweave.loaders.files import find_files


def listings(server: Any) -> list[dict[str, str]]:
    return [params for params in server.asked("/v2/studies") if "query.term" in params]


def test_pages_repeat_the_first_ones_parameters(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page = 2
    for number in range(1, 8):
        server.put_study(number)
    assert server.fetch(tmp_path, fake, query="trial", sources=["ctgov"]).sources[0].new == 7
    first, *rest = listings(server)
    assert len(rest) == 3
    for params in rest:
        assert {name: value for name, value in params.items() if name != "pageToken"} == first


@pytest.mark.parametrize("at", [2, 3, 4])
def test_a_refused_token_begins_the_listing_anew(server: Any, fake: Any, tmp_path: Path, at: int) -> None:
    server.page = 2
    for number in range(1, 8):
        server.put_study(number)
    server.at = {at: lambda: setattr(server, "epoch", 2)}
    report = server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    assert (report.sources[0].new, report.sources[0].notes) == (7, ())
    assert len(listings(server)) == at + 4
    assert len(find_files(tmp_path)) == 7
    manifest = (tmp_path / ".fetch" / "manifest.jsonl").read_text()
    assert len(re.findall('"kind":"listed"', manifest)) == 1


def test_a_token_that_expired_between_two_runs(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page = 2
    for number in range(1, 8):
        server.put_study(number)
    server.at = {3: lambda: server.fail(*[500] * 7)}
    with pytest.raises(RemoteError):
        server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    server.at, server.epoch = {}, 2
    server.put_study(8)
    server.log.clear()
    report = server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    assert ["pageToken" in params for params in listings(server)] == [True, False, True, True, True]
    assert (report.sources[0].new, report.sources[0].notes) == (8, ())


def test_a_listing_goes_on_behind_its_last_page(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page = 2
    for number in range(1, 8):
        server.put_study(number)
    server.at = {3: lambda: server.fail(*[500] * 7)}
    with pytest.raises(RemoteError):
        server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    server.at = {}
    server.log.clear()
    assert server.fetch(tmp_path, fake, query="trial", sources=["ctgov"]).sources[0].new == 7
    assert len(listings(server)) == 2


def test_tokens_that_are_always_refused(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page = 2
    for number in range(1, 8):
        server.put_study(number)
    server.at = {at: lambda at=at: setattr(server, "epoch", at) for at in range(2, 20, 2)}
    with pytest.raises(RemoteError, match="refused its own page tokens 4 times"):
        server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])


def test_a_token_that_leads_back_to_itself(server: Any, fake: Any, tmp_path: Path) -> None:
    page = b'{"studies": [], "nextPageToken": "x"}'
    server.fail(*[200] * 5, body=page)
    with pytest.raises(RemoteError, match="'x' leads back to itself"):
        server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    assert len(server.log) == 2


def test_a_query_that_the_registry_cannot_read(server: Any, fake: Any, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match=r"400 Bad Request \(Essie expression cannot be parsed"):
        server.fetch(tmp_path, fake, query="((", sources=["ctgov"])
    assert len(server.log) == 1


def test_studies_that_come_on_two_pages_are_one(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page, server.repeat = 3, 1
    for number in range(1, 11):
        server.put_study(number)
    report = server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    assert (report.sources[0].new, report.sources[0].notes) == (10, ())
    assert len(find_files(tmp_path)) == 10


def test_a_listing_that_falls_short_is_told(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page = 3
    for number in range(1, 8):
        server.put_study(number)
    server.at = {3: lambda: server.studies.pop("NCT00000007")}
    report = server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    assert report.sources[0].new == 6
    assert report.sources[0].notes == ("the registry counts 7 studies for this query and listed 6",)


def test_a_page_without_studies_is_no_end(server: Any, fake: Any, tmp_path: Path) -> None:
    for number in range(1, 4):
        server.put_study(number)
    server.empty = 2
    assert server.fetch(tmp_path, fake, query="trial", sources=["ctgov"]).sources[0].new == 3
    assert len(listings(server)) == 3


def test_a_refresh_goes_on_behind_its_last_page(server: Any, fake: Any, tmp_path: Path) -> None:
    server.page = 2
    for number in range(1, 8):
        server.put_study(number)
    server.fetch(tmp_path, fake, query="trial", sources=["ctgov"])
    server.at = {len(server.log) + 3: lambda: server.fail(*[500] * 7)}
    with pytest.raises(RemoteError):
        server.fetch(tmp_path, fake, query="trial", sources=["ctgov"], refresh=True)
    server.at = {}
    server.log.clear()
    assert server.fetch(tmp_path, fake, query="trial", sources=["ctgov"], refresh=True).sources[0].held == 7
    assert ["pageToken" in params for params in listings(server)] == [True, True]


def test_a_torn_line_does_no_harm_to_the_next(server: Any, fake: Any, tmp_path: Path) -> None:
    ids = [server.put_study(number) for number in range(1, 81)]
    server.fetch(tmp_path, fake, nct=ids[:1])
    manifest = tmp_path / ".fetch" / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-9])
    server.at = {3: lambda: server.fail(*[500] * 7)}
    with pytest.raises(RemoteError):
        server.fetch(tmp_path, fake, nct=ids)
    server.at = {}
    assert server.fetch(tmp_path, fake, nct=ids).sources[0].held == 50
