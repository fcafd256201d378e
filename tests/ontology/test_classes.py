"""The curated table of drug classes: its terms exist, its rows are whole, a wrong file is refused."""

from pathlib import Path

import pytest

from trialweave.errors import LoadError
from trialweave.ontology import classes, mesh

HEADER = "\t".join(classes.DrugClass.__struct_fields__)
ROW = "anlotinib\tC000625192\tAngiogenesis Inhibitors\tD020533\tVEGFR\tinhibits\tpmid:33586360\t2026-11-22"

# The antiangiogenic drugs that the data names, and those that MeSH gives no action.
EXPECTED = {
    "aflibercept", "anlotinib", "apatinib", "axitinib", "bevacizumab", "cabozantinib", "cediranib",
    "fruquintinib", "lenvatinib", "nintedanib", "pazopanib", "ramucirumab", "regorafenib", "sorafenib",
    "sunitinib", "tivozanib", "vandetanib",
}  # fmt: skip


@pytest.mark.parametrize("row", classes.rows(), ids=lambda row: row.drug)
def test_each_row_names_terms_of_mesh_by_their_own_labels(row: classes.DrugClass) -> None:
    assert mesh.label(row.class_ui) == row.class_label
    label = mesh.label(row.mesh_ui)
    assert label is not None
    # MeSH 2024 still calls fruquintinib by its code.
    assert label.casefold() == {"fruquintinib": "hmpl-013"}.get(row.drug, row.drug)


def test_the_table_is_complete_sorted_and_says_everything_once() -> None:
    drugs = [row.drug for row in classes.rows()]
    assert set(drugs) == EXPECTED
    assert drugs == sorted(drugs)
    assert len({(row.mesh_ui, row.class_ui) for row in classes.rows()}) == len(drugs)


def test_the_table_adds_to_what_mesh_states() -> None:
    """Else it would not be needed: of the 17 drugs MeSH 2024 gives the class to three."""
    stated = {
        row.drug
        for row in classes.rows()
        if row.class_ui in {member.ui for member in mesh.within(row.mesh_ui)}
    }
    assert stated == {"aflibercept", "bevacizumab", "sunitinib"}


def test_a_users_file_of_the_same_form_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.tsv"
    file.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    (row,) = classes.read(file)
    assert (row.drug, row.citation) == ("anlotinib", "pmid:33586360")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the first line must name the columns drug, mesh_ui"),
        (ROW, "the first line must name the columns"),
        (f"{HEADER}\n{ROW}\nanlotinib\tC000625192", "line 3: expected 8 filled cells"),
        (f"{HEADER}\n{ROW.replace('VEGFR', ' ')}", "line 2: expected 8 filled cells"),
        (f"{HEADER}\n{ROW.replace('C000625192', 'anlotinib')}", "line 2: 'anlotinib' is not the UI"),
        (f"{HEADER}\n{ROW.replace('pmid:33586360', 'everybody knows')}", "cite anlotinib by pmid"),
        (f"{HEADER}\n{ROW.replace('2026-11-22', '22.11.2026')}", "'22.11.2026' is not a date"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LoadError, match=message):
        classes.read(file)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.tsv"
    with pytest.raises(LoadError, match="cannot be read as a table of drug classes"):
        classes.read(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LoadError, match="cannot be read as a table of drug classes"):
        classes.read(file)
