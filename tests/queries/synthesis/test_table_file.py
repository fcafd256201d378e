"""A table of one's own: what is read, and what is refused with its line."""

import math
from pathlib import Path

import pytest

from trialweave.errors import LoadError
from trialweave.queries.synthesis.study import Counts, Estimate
from trialweave.queries.synthesis.table_file import read_table

HEAD = "study,events_treated,n_treated,events_control,n_control"


def write(folder: Path, *lines: str) -> Path:
    file = folder / "table.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_counts_with_a_subgroup(tmp_path: Path) -> None:
    file = write(
        tmp_path, f"\ufeff{HEAD},drug", '"Li, 2019",3,50,1.0,52,sunitinib', "", "Ma 2020,0,40,0,41,axitinib"
    )
    assert read_table(file, "rr", by="drug") == [
        Counts(
            study="Li, 2019",
            events_treated=3,
            n_treated=50,
            events_control=1,
            n_control=52,
            subgroup="sunitinib",
        ),
        Counts(
            study="Ma 2020",
            events_treated=0,
            n_treated=40,
            events_control=0,
            n_control=41,
            subgroup="axitinib",
        ),
    ]


def test_a_hazard_ratio_has_its_error_from_its_interval_and_level(tmp_path: Path) -> None:
    file = write(tmp_path, "study,estimate,ci_low,ci_high,ci_level", "A,0.5,0.25,1,", "B,0.5,0.25,1,90")
    first, second = read_table(file, "hr")
    assert isinstance(first, Estimate)
    assert isinstance(second, Estimate)
    assert first.effect == pytest.approx(math.log(0.5))
    assert first.se == pytest.approx(math.log(4) / (2 * 1.959964), rel=1e-6)
    assert second.se == pytest.approx(math.log(4) / (2 * 1.644854), rel=1e-6)


def test_differences_are_taken_as_they_are(tmp_path: Path) -> None:
    [one] = read_table(write(tmp_path, "study,estimate,ci_low,ci_high", "A,-0.1,-0.3,0.1"), "rd")
    assert one == Estimate(study="A", effect=-0.1, se=pytest.approx(0.4 / 3.919928))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,-1,10,2,10", "line 2: events_treated is '-1', expected a whole number"),
        ("A,1.5,10,2,10", "events_treated is '1.5'"),
        ("A,1,10,,10", "events_control is ''"),
        ("A,NA,10,2,10", "events_treated is 'NA'"),
        ("A,1e1,10,2,10", "events_treated is '1e1'"),
        ("A,11,10,2,10", "events_treated is 11, more than the 10"),
        ("A,1,10,12,10", "events_control is 12, more than the 10"),
        ("A,0,0,2,10", "n_treated is 0"),
        (",1,10,2,10", "study is empty"),
        ("A,1,10,2", "expected 5 cells"),
        ("A,1,10,2,10,7", "expected 5 cells"),
        ("A,1,10,2,10\nA,2,10,3,10", "line 3: study 'A' stands in line 2 already"),
    ],
)
def test_a_bad_row_stops_the_pool(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        read_table(write(tmp_path, HEAD, row, "Z,1,9,1,9"), "rr")
    assert said in str(caught.value)
    assert "table.csv" in str(caught.value)


def test_many_bad_rows_are_counted(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="and 3 more; correct or delete"):
        read_table(write(tmp_path, HEAD, *(f"S{i},x,1,1,1" for i in range(8))), "rr")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([HEAD], "holds no study"),
        ([""], "has no column study"),
        (["study,events_treated,n_treated,events_control", "A,1,2,3"], "has no column n_control"),
        ([f"{HEAD},n_control", "A,1,2,1,2,2"], "n_control twice"),
        ([HEAD.replace(",", ";"), "A;1;2;1;2"], "has no column study"),
        (["study,estimate,ci_low,ci_high", "A,2,3,4"], "does not lie within its interval"),
        (["study,estimate,ci_low,ci_high", "A,2,2,2"], "does not lie within its interval"),
        (["study,estimate,ci_low,ci_high", "A,0.5,-1,2"], "a ratio is above 0"),
        (["study,estimate,ci_low,ci_high", "A,nan,1,2"], "estimate is 'nan'"),
        (["study,estimate,ci_low,ci_high,ci_level", "A,1,0.5,2,0.95"], "expected percent"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(LoadError) as caught:
        read_table(write(tmp_path, *lines), "hr")
    assert said in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="cannot be read"):
        read_table(tmp_path / "none.csv", "rr")
    (tmp_path / "bytes.csv").write_bytes(b"study\xff\xfe")
    with pytest.raises(LoadError, match="no CSV in UTF-8"):
        read_table(tmp_path / "bytes.csv", "rr")


def test_a_subgroup_must_be_a_column_and_filled(tmp_path: Path) -> None:
    file = write(tmp_path, f"{HEAD},drug", "A,1,10,2,10,", "B,1,10,2,10,x")
    with pytest.raises(LoadError, match="no column 'dose' for by=dose; its columns: study"):
        read_table(file, "rr", by="dose")
    with pytest.raises(LoadError, match="line 2: drug is empty"):
        read_table(file, "rr", by="drug")
