"""Extraction on its own: what is a source, what is set aside, and that the rest goes on."""

import gzip
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from trialweave.errors import LoadError
from trialweave.loaders.extract import LONGEST, Extracted, encode, extract, extract_lines, extract_texts
from trialweave.records import Rejected

GOOD = {"id": "a", "text": "Of 20 patients, 3 died."}


def ids(items) -> list[object]:
    """Ids of what was read, positions of what was set aside (negative)."""
    return [-item.position if isinstance(item, Rejected) else item.id for item in items]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"id": "x"}', "missing required field `text`"),
        (b'{"text": "x"}', "missing required field `id`"),
        (b'{"id": null, "text": "x"}', "at `$.id`"),
        (b'{"id": 1.5, "text": "x"}', "at `$.id`"),
        (b'{"id": true, "text": "x"}', "at `$.id`"),
        (b'{"id": "x", "text": 3}', "at `$.text`"),
        (b'["x", "y"]', "Expected `object`"),
        (b"not JSON", "malformed"),
        (b'{"id": "x", "text": "\\ud800 and more"}', "surrogate"),
        (b'{"id": "x", "text": "\xff"}', "not UTF-8"),
        (json.dumps({"id": "x", "text": "a " * LONGEST}).encode(), "no abstract"),
    ],
)
def test_a_bad_line_is_set_aside_wherever_it_stands(tmp_path: Path, line: bytes, said: str) -> None:
    good = json.dumps(GOOD).encode()
    path = tmp_path / "lines"
    for lines, expected in (([good, line, good], ["a", -2, "a"]), ([line, good], [-1, "a"])):
        if len(line) > LONGEST and lines[0] is line:
            continue  # so long that no line of the file's beginning is whole
        path.write_bytes(b"\n".join(lines))
        items = list(extract([path]))
        assert ids(items) == expected
        [rejected] = [item for item in items if isinstance(item, Rejected)]
        assert said in rejected.reason
        assert rejected.file == "lines"


def test_ids_come_back_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        "\ufeff" + "\n\n".join(json.dumps({**GOOD, "id": one}) for one in ("a", 7, "", "é")) + "\r\n"
    )
    assert [json.loads(line)["id"] for line in map(str, extract_lines([path]))] == ["a", 7, "", "é"]


def test_a_line_without_text_has_no_facts(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": ""}')
    assert list(extract_lines([tmp_path / "a.jsonl"])) == ['{"id":1,"facts":[]}']


def test_other_keys_may_stand_first(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"doi": "10.1/x", **GOOD}))
    assert ids(extract([tmp_path / "a.jsonl"])) == ["a"]


def test_lines_in_gz_zip_folder_and_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps(GOOD).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(line))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x.jsonl", line)
        archive.writestr("y.jsonl", b"junk")
    items = list(extract([tmp_path]))
    assert ids(items) == ["a", "a", 0]
    assert items[2].member == "y.jsonl"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(line))))
    [piped] = extract(["-"])
    assert piped == items[0]


def test_a_long_line_may_come_first(tmp_path: Path) -> None:
    long = json.dumps({"id": "long", "text": "All were glad. " * 10_000})
    (tmp_path / "a.jsonl").write_text(long + "\n" + json.dumps(GOOD))
    assert ids(extract([tmp_path / "a.jsonl"])) == ["long", "a"]


def test_a_line_too_long_to_hold_is_set_aside_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialweave.loaders.extract._LONGEST_LINE", 50)
    for size in (20, 26, 27, 60, 99, 100, 101, 200):
        spoilt = '{"id": "b", "text": "' + "x" * size
        (tmp_path / "a.jsonl").write_text(json.dumps(GOOD) + "\n" + spoilt + "\n" + json.dumps(GOOD))
        assert ids(extract([tmp_path / "a.jsonl"])) == ["a", -2, "a"], size


def test_plain_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("\ufeffOf 20 patients, 3 died.", encoding="utf-8")
    [record] = extract_texts([tmp_path / "a.txt"])
    assert isinstance(record, Extracted)
    assert (record.id, record.text, record.spans) == ("a.txt", GOOD["text"], ((0, 23),))
    assert [fact.quote for fact in record.facts] == ["3"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(record.text.encode())))
    [piped] = extract_texts(["-"])
    assert (piped.id, piped.facts) == ("stdin", record.facts)
    assert encode(piped).startswith('{"id":"stdin","facts":[{"kind":"deaths"')


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        ("Of 20 patients, 3 died.".encode("utf-16"), "not UTF-8"),
        ("né".encode("latin-1"), "not UTF-8 text (byte 1)"),
        (b"a" * (LONGEST + 1), "no abstract"),
    ],
)
def test_a_file_that_is_no_text_is_set_aside(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    (tmp_path / "b.txt").write_text(GOOD["text"])
    first, second = extract_texts([tmp_path])
    assert isinstance(first, Rejected)
    assert (said in first.reason, first.file) == (True, "a.txt")
    assert second.id == "b.txt"


def test_what_is_neither_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD["text"])
    [rejected] = extract([tmp_path / "a.txt"])
    assert "--text" in rejected.reason


def test_a_source_that_is_not_there_is_told_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD["text"])
    for function in (extract, extract_texts):
        with pytest.raises(LoadError, match=r"nowhere\.txt"):
            function([tmp_path / "a.txt", tmp_path / "nowhere.txt"])
