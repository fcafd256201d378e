"""MedDRA's ASCII tables, all invented: of the real one not a name may stand here."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders import read as read_files
from trialweave.loaders.terminology import meddra
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Rejected, Term, Terminology

TABLES = {
    "soc.asc": "90000001$Colours of limbs$Limb$$$$$$$\n90000002$Colours of heads$Head$$$$$$$\n",
    "hlgt.asc": "90000011$Warm colours$$$$$$$$\n",
    "hlt.asc": "90000021$Reds$$$$$$$$\n90000022$Purples$$$$$$$$\n",
    "pt.asc": "90000031$Purple thumb$$90000001$$$$$$$$\n",
    "llt.asc": (
        "90000031$Purple thumb$90000031$$$$$$$Y$$\n"
        "90000041$Thumb gone purple$90000031$$$$$$$Y$$\n"
        "90000042$Thumb, purple (old)$90000031$$$$$$$N$$\n"
    ),
    "soc_hlgt.asc": "90000001$90000011$$\n90000002$90000011$$\n",
    "hlgt_hlt.asc": "90000011$90000021$$\n90000011$90000022$$\n",
    "hlt_pt.asc": "90000021$90000031$$\n90000022$90000031$$\n",
    "meddra_release.asc": "99.1$English$$$$\n",
}


def read(**changed: str) -> list[Terminology | Term | Rejected]:
    tables = TABLES | {name.replace("__", "."): text for name, text in changed.items()}
    data = {name: text.encode() for name, text in tables.items()}
    return list(meddra.read_tables(data, file="MedDRA.zip", member="MedAscii"))


def iris(*codes: int) -> tuple[str, ...]:
    return tuple(f"{PREFIXES['meddra']}{code}" for code in codes)


def test_all_levels_stand_below_each_other() -> None:
    header, *terms = read()
    assert isinstance(header, Terminology)
    assert (header.key, header.version, header.redistributable) == ("meddra", "99.1", False)
    assert "MedDRA" in (header.notice or "")
    assert [(t.label, t.notes[0].text, t.parents, t.deprecated) for t in terms if isinstance(t, Term)] == [
        ("Colours of limbs", "system organ class", (), False),
        ("Colours of heads", "system organ class", (), False),
        ("Warm colours", "high level group term", iris(90000001, 90000002), False),
        ("Reds", "high level term", iris(90000011), False),
        ("Purples", "high level term", iris(90000011), False),
        ("Purple thumb", "preferred term", iris(90000021, 90000022), False),
        ("Thumb gone purple", "lowest level term", iris(90000031), False),
        ("Thumb, purple (old)", "lowest level term", iris(90000031), True),
    ]


def test_the_hash_is_that_of_all_tables() -> None:
    one, other = read()[0], read(llt__asc=TABLES["llt.asc"].replace("purple", "violet"))[0]
    assert isinstance(one, Terminology)
    assert isinstance(other, Terminology)
    assert one.source.sha256 != other.source.sha256
    again = read()[0]
    assert isinstance(again, Terminology)
    assert one.source.sha256 == again.source.sha256


@pytest.mark.parametrize(
    ("table", "row", "words"),
    [
        ("pt.asc", "9000003$Short$$", "expected 1 codes of eight digits"),
        ("pt.asc", "90000039$$$", "has no name"),
        ("pt.asc", "90000031$Again$$", "earlier row"),
        ("llt.asc", "90000049$Lost$90000099$$$$$$$Y$$", "stands below 90000099, which no row names"),
        ("llt.asc", "90000049$Lost", "which no row names"),
        ("hlt_pt.asc", "90000021$", "expected 2 codes of eight digits"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_table_and_line(table: str, row: str, words: str) -> None:
    lines = TABLES[table].count("\n")
    items = read(**{table.replace(".", "__"): TABLES[table] + row + "\n"})
    [rejected] = [item for item in items if isinstance(item, Rejected)]
    assert words in rejected.reason
    assert f"{table}, line {lines + 1}" in rejected.reason
    assert (rejected.member, rejected.position) == (f"MedAscii/{table}", lines + 1)
    assert sum(isinstance(item, Term) for item in items) == 8


def test_a_row_that_is_not_utf8_is_set_aside() -> None:
    data = {name: text.encode() for name, text in TABLES.items()}
    data["llt.asc"] += b"90000049$Caf\xe9$90000031$$$$$$$Y$$\n"
    items = list(meddra.read_tables(data, file="x"))
    [rejected] = [item for item in items if isinstance(item, Rejected)]
    assert "is not UTF-8" in rejected.reason


def test_a_missing_table_is_said() -> None:
    data = {name: text.encode() for name, text in TABLES.items() if name not in ("pt.asc", "hlt_pt.asc")}
    [rejected] = meddra.read_tables(data, file="x")
    assert isinstance(rejected, Rejected)
    assert "pt.asc, hlt_pt.asc" in rejected.reason
    assert "MedAscii" in rejected.reason


NAME = st.text(
    st.characters(codec="utf-8", exclude_characters="$\r\n\0", exclude_categories=("Z", "C")), min_size=1
)


@given(st.lists(NAME, max_size=8))
def test_names_of_every_kind_come_back(names: list[str]) -> None:
    rows = [f"{91000000 + n}${name}$90000031$$$$$$$Y$$\n" for n, name in enumerate(names)]
    found = [item for item in read(llt__asc="".join(rows)) if isinstance(item, Term)]
    assert [term.label for term in found[6:]] == names


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_and_a_zip_are_read_as_one_terminology(tmp_path: Path, packed: bool) -> None:
    source = tmp_path / "MedDRA_99_1_English.zip"
    if packed:
        with zipfile.ZipFile(source, "w") as archive:
            for name, text in TABLES.items():
                archive.writestr(f"MedAscii/{name}", text)
            archive.writestr("MedAscii/smq_list.asc", "90000001$Not read$1$\n")
    else:
        source = tmp_path / "release"
        (source / "MedAscii").mkdir(parents=True)
        for name, text in (TABLES | {"smq_list.asc": "90000001$Not read$1$\n"}).items():
            (source / "MedAscii" / name).write_text(text)
    rejected, header, *terms = read_files(source)
    assert isinstance(rejected, Rejected)
    assert "a table of MedDRA that is not read" in rejected.reason
    assert isinstance(header, Terminology)
    assert header.source.file == ("MedDRA_99_1_English.zip" if packed else "MedAscii")
    assert len(terms) == 8
