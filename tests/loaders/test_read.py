import gzip
import io
import zipfile
from pathlib import Path

import pytest

from trialweave.errors import LoadError
from trialweave.loaders import files, read
from trialweave.records import Publication, Rejected


def medline(pmid: int) -> bytes:
    return f"PMID- {pmid}\nTI  - Trial {pmid}.\n".encode()


def zipped(members: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return whole.getvalue()


def pmids(*sources: Path | str) -> list[str]:
    return [one.pmid.value for one in read(*sources) if isinstance(one, Publication) and one.pmid]


def reasons(*sources: Path | str) -> list[str]:
    return [one.reason for one in read(*sources) if isinstance(one, Rejected)]


def test_a_folder_is_read_in_order_with_all_below_and_without_hidden_files(tmp_path: Path) -> None:
    for name, pmid in (("b.txt", 3), ("a/z.txt", 1), ("a.txt", 2), (".hidden", 9), (".git/x.txt", 8)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(medline(pmid))
    (tmp_path / "README").write_text("Notes of mine.")
    records = list(read(tmp_path))
    assert [(one.source.file, one.source.position) for one in records if isinstance(one, Publication)] == [
        ("a.txt", 1), ("a/z.txt", 1), ("b.txt", 1),
    ]  # fmt: skip
    [rejected] = [one for one in records if isinstance(one, Rejected)]
    assert (rejected.file, rejected.position) == ("README", 0)
    assert pmids(str(tmp_path / "*.txt")) == ["2", "3"]
    assert pmids(str(tmp_path / "**" / "*.txt")) == ["2", "1", "3"]


def test_archives_and_what_is_inside_them(tmp_path: Path) -> None:
    inner = zipped({"deep.txt": medline(4)})
    (tmp_path / "x").write_bytes(
        zipped(
            {
                "b.gz": gzip.compress(medline(3)),
                "a/a.txt": medline(2),
                "c.zip": inner,
                "__MACOSX/a.txt": medline(9),
                ".DS_Store": b"\0\0",
                "d.png": b"\x89PNG....",
            }
        )
    )
    (tmp_path / "y").write_bytes(gzip.compress(medline(5)) + gzip.compress(b"\n" + medline(6)))
    records = list(read(tmp_path / "x", tmp_path / "y"))
    assert [
        (one.source.member, one.pmid and one.pmid.value) for one in records if isinstance(one, Publication)
    ] == [("a/a.txt", "2"), ("b.gz", "3"), ("c.zip/deep.txt", "4"), (None, "5"), (None, "6")]
    [rejected] = [one for one in records if isinstance(one, Rejected)]
    assert (rejected.member, rejected.position) == ("d.png", 0)
    assert "PNG image" in rejected.reason


def test_a_source_that_does_not_exist_raises_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(medline(1))
    with pytest.raises(LoadError, match="no such file"):
        read(tmp_path / "a.txt", tmp_path / "b.txt")
    with pytest.raises(LoadError, match="no such file"):
        read(str(tmp_path / "*.xml"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(LoadError, match="holds no file"):
        read(tmp_path / "empty")


def test_of_a_gz_that_breaks_off_what_came_before_loads(tmp_path: Path) -> None:
    xml = "".join(
        f"<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article><ArticleTitle>Trial {number * 7919}"
        "</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
        for number in range(1, 5001)
    )
    for text, name in ((f"<PubmedArticleSet>{xml}</PubmedArticleSet>".encode(), "xml"),
                       (b"\n".join(medline(n) for n in range(1, 5001)), "text")):  # fmt: skip
        whole = gzip.compress(text)
        path = tmp_path / f"{name}.gz"
        path.write_bytes(whole[: len(whole) * 2 // 3])
        *loaded, rest = list(read(path))
        assert len(loaded) > 2000
        assert all(isinstance(one, Publication) for one in loaded)
        assert isinstance(rest, Rejected)
        assert rest.position == len(loaded) + 1
        assert "break off" in rest.reason


def test_a_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ALWAYS_FINE", 1 << 20)
    bomb = gzip.compress(medline(1) + b"\n" + b" " * (1 << 24))
    (tmp_path / "bomb.gz").write_bytes(bomb)
    (tmp_path / "bomb.zip").write_bytes(zipped({"a.txt": medline(1) + b"\n" + b" " * (1 << 24)}))
    (tmp_path / "fine.txt").write_bytes(medline(2))
    assert pmids(tmp_path) == ["1", "1", "2"]
    assert [("times its size" in reason) for reason in reasons(tmp_path)] == [True, True]


def test_damaged_and_foreign_archives_are_said(tmp_path: Path) -> None:
    good = zipped({"a.txt": medline(1)})
    (tmp_path / "cut.zip").write_bytes(good[:40])
    (tmp_path / "letter.docx").write_bytes(
        zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    )
    (tmp_path / "none.zip").write_bytes(zipped({}))
    found = reasons(tmp_path)
    assert ["damaged zip" in found[0], "Office document" in found[1], "empty zip" in found[2]] == [True] * 3


def test_a_workbook_is_one_document_and_one_that_is_not_known_is_refused(tmp_path: Path) -> None:
    workbook = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
    (tmp_path / "book.xlsx").write_bytes(workbook)
    (tmp_path / "books.zip").write_bytes(zipped({"inner.xlsx": workbook}))
    assert ["the workbook cannot be read" in reason for reason in reasons(tmp_path)] == [True, True]
    for name in ("book.xlsx", "books.zip"):
        for document in files.documents(name, tmp_path / name):  # open until the next is asked for
            assert document.stream is not None
            assert zipfile.ZipFile(document.stream).namelist() == ["[Content_Types].xml", "xl/workbook.xml"]


def test_a_workbook_that_unpacks_without_bound_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ALWAYS_FINE", 1 << 20)
    (tmp_path / "book.xlsx").write_bytes(zipped({"xl/workbook.xml": b" " * (1 << 24)}))
    [document] = files.documents("book.xlsx", tmp_path / "book.xlsx")
    assert document.stream is None
    assert "times its size" in (document.problem or "")


@pytest.mark.parametrize("layers", [1, 2])
def test_gz_in_gz(tmp_path: Path, layers: int) -> None:
    data = medline(1)
    for _ in range(layers):
        data = gzip.compress(data)
    (tmp_path / "a").write_bytes(data)
    assert pmids(tmp_path / "a") == ["1"]


@pytest.mark.parametrize(
    "data",
    [
        b"<PubmedArticleSet>" + b"< <PubmedArticle " * 40_000,
        b"OWN - x\n" * 40_000,
        b"A trial\n\nJ Try. 2021;1:1.\n\nYes.\n\nMeSH terms\n" + b"* Hope / x\n" * 40_000,
        b"PMID- 1\nTI  - A\nAB  - " + b"word\n      " * 40_000,
    ],
    ids=["open tags", "owners", "headings", "continuations"],
)
def test_long_runs_of_beginnings_are_one_item(tmp_path: Path, data: bytes) -> None:
    """Each of these took a time that grew with the square of the size, once."""
    (tmp_path / "a").write_bytes(data)
    assert len(list(read(tmp_path / "a"))) == 1
