"""CTCAE's workbook: every term with its grades, nothing that is MedDRA's, and workbooks of another kind."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from trialweave.loaders.terminology import ctcae
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Rejected, Term, Terminology

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "ontologies" / "CTCAE_v5.0_2017-11-27.xlsx"

needs_real = pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data/ontologies")

NS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def read(data: bytes) -> list[Terminology | Term | Rejected]:
    return list(ctcae.read(io.BytesIO(data), file="ctcae.xlsx"))


def cells(path: Path) -> list[dict[str, str]]:
    """The rows by column letter, read from the workbook's own XML."""
    with zipfile.ZipFile(path) as book:
        shared = etree.fromstring(book.read("xl/sharedStrings.xml"))
        strings = ["".join(si.itertext("{*}t")) for si in shared.iterfind("s:si", NS)]  # type: ignore[arg-type]
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in sheet.iterfind("s:sheetData/s:row", NS):
        found = {}
        for cell in row.iterfind("s:c", NS):
            value = cell.findtext("s:v", namespaces=NS)
            if value is not None:
                text = strings[int(value)] if cell.get("t") == "s" else value
                found[re.sub(r"\d", "", str(cell.get("r")))] = " ".join(text.split())
        rows.append(found)
    return rows


@needs_real
def test_every_row_is_a_term_with_its_grades() -> None:
    header, *terms = read(REAL.read_bytes())
    rows = cells(REAL)[1:]
    assert isinstance(header, Terminology)
    assert (header.key, header.version, header.redistributable) == ("ctcae", "5.0", True)
    assert len(terms) == len(rows) == 837
    for row, term in zip(rows, terms, strict=True):
        assert isinstance(term, Term), term
        assert term.label == row["C"]
        grades = {f"grade {n}": row.get(column, "-") for n, column in enumerate("DEFGH", 1)}
        grades["navigational note"] = row.get("J", "-")
        assert {note.kind: note.text for note in term.notes} == {
            k: v for k, v in grades.items() if v not in "-"
        }
        assert term.definition == (None if row.get("I", "-") == "-" else row["I"])
    assert len({term.iri for term in terms if isinstance(term, Term)}) == 837


@needs_real
def test_nothing_of_meddra_is_read() -> None:
    _, *terms = read(REAL.read_bytes())
    said = repr(terms)
    for row in cells(REAL)[1:]:
        assert re.search(rf"(?<!\d){int(float(row['A']))}(?!\d)", said) is None
    assert all(not term.parents and not term.notations for term in terms if isinstance(term, Term))
    classes = {row["B"] for row in cells(REAL)[1:]}
    assert len(classes) == 26
    assert not classes & {term.label for term in terms if isinstance(term, Term)}


@needs_real
def test_a_term_by_its_iri() -> None:
    by_iri = {term.iri: term for term in read(REAL.read_bytes()) if isinstance(term, Term)}
    hypertension = by_iri[PREFIXES["ctcae"] + "hypertension"]
    assert hypertension.label == "Hypertension"
    assert [note.kind for note in hypertension.notes][:5] == [f"grade {n}" for n in range(1, 6)]
    # no grade 1, 2 and 5
    neutropenia = by_iri[PREFIXES["ctcae"] + "febrile-neutropenia"]
    assert [note.kind for note in neutropenia.notes] == ["grade 3", "grade 4", "grade 5"]


def workbook(rows: list[list[str]], sheet: str = "CTCAE v9.1") -> bytes:
    """The smallest workbook that holds these rows as inline strings."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    body = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    content = f"{package}/content-types"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{content}"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="{sheet}" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return out.getvalue()


HEADER = ["MedDRA Code", "MedDRA SOC", "CTCAE Term", "Grade 1 \u00a0", "Grade 5", "Definition"]


def test_bad_rows_are_set_aside_and_empty_ones_passed_over() -> None:
    rows = [
        HEADER,
        ["1", "s", "Purple thumb", "slightly", " -", "d"],
        ["", "", "", "", "", ""],
        ["2", "s", "", "slightly", "", ""],
        ["3", "s", "purple-thumb", "", "", ""],
        ["4", "s", "Violet thumb", "", "", ""],
    ]
    header, first, nameless, twin, last = read(workbook(rows))
    assert isinstance(header, Terminology)
    assert header.version == "9.1"
    assert isinstance(first, Term)
    assert [(note.kind, note.text) for note in first.notes] == [("grade 1", "slightly")]
    assert isinstance(nameless, Rejected)
    assert "row 4 has no CTCAE term" in nameless.reason
    assert isinstance(twin, Rejected)
    assert "gives no IRI" in twin.reason
    assert isinstance(last, Term)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (workbook([["Drug", "Dose"], ["x", "1"]]), "without a sheet of CTCAE terms"),
        (b"PK\x03\x04 broken", "cannot be read"),
    ],
)
def test_another_workbook_is_refused(data: bytes, words: str) -> None:
    [rejected] = read(data)
    assert isinstance(rejected, Rejected)
    assert words in rejected.reason
