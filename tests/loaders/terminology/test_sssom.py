"""Sets of mappings: what sssom-pydantic reads of the real ones, and rows that are wrong."""

import csv
import gzip
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import sssom_pydantic
from hypothesis import given
from hypothesis import strategies as st

from trialweave.loaders import read as read_files
from trialweave.loaders.terminology import sssom
from trialweave.ontology.prefixes import PREFIXES, canonical
from trialweave.records import Mapping, MappingSet, Rejected

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "ontologies" / "mappings"

needs_sets = pytest.mark.skipif(not FOLDER.exists(), reason="needs ../shared/data/ontologies/mappings")

COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification"
ROW = "HP:0000822\tskos:exactMatch\tmesh:D006973\tsemapv:ManualMappingCuration"


def real(name: str) -> list[MappingSet | Mapping | Rejected]:
    with gzip.open(FOLDER / name) as stream:
        return list(sssom.read(stream, file=name))


def loaded(text: str, *, metadata: bytes | None = None) -> list[MappingSet | Mapping | Rejected]:
    return list(sssom.read(io.BytesIO(text.encode()), file="set.sssom.tsv", metadata=metadata))


def mapping(*, columns: str = COLUMNS, row: str = ROW) -> Mapping:
    _, found = loaded(f"{columns}\n{row}\n")
    assert isinstance(found, Mapping), found
    return found


def reason(*, columns: str = COLUMNS, row: str = ROW) -> str:
    _, found = loaded(f"{columns}\n{row}\n")
    assert isinstance(found, Rejected)
    return found.reason


# ── the real sets ────────────────────────────────────────────────────────────────────────


@needs_sets
@pytest.mark.parametrize(
    "name",
    [
        "biomappings-negative.sssom.tsv.gz",
        "biomappings-unsure.sssom.tsv.gz",
        "mondo_exactmatch_mesh.sssom.tsv.gz",
        "mondo_hasdbxref_icdo.sssom.tsv.gz",
        "mondo_narrowmatch_sctid.sssom.tsv.gz",
        "mondo_relatedmatch_ncit.sssom.tsv.gz",
    ],
)
def test_the_mappings_are_those_that_sssom_pydantic_reads(name: str) -> None:
    theirs, converter, _ = sssom_pydantic.read(FOLDER / name)
    header, *ours = real(name)
    assert isinstance(header, MappingSet)
    assert theirs

    def iri(curie: str) -> str:
        return canonical(converter.expand(curie, strict=True))

    expected = Counter(
        (
            iri(one.subject.curie),
            iri(one.predicate.curie),
            iri(one.object.curie),
            PREFIXES["semapv"] + one.justification.identifier,
            one.predicate_modifier == "Not",
            one.confidence,
            one.reviewer_agreement,
        )
        for one in theirs
    )
    found: Counter[tuple[object, ...]] = Counter()
    for one in ours:
        assert isinstance(one, Mapping), one
        numbers = [None if n is None else float(n) for n in (one.confidence, one.reviewer_agreement)]
        found[(one.subject, one.predicate, one.object, one.justification, one.negated, *numbers)] += 1
    assert found == expected


@needs_sets
def test_every_row_of_every_set_is_a_mapping_with_the_labels_and_numbers_of_its_cells() -> None:
    total = 0
    for path in sorted(FOLDER.iterdir()):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            table = [line for line in stream.read().splitlines() if not line.startswith("#")]
        cells = list(csv.DictReader(table, delimiter="\t"))
        _, *found = real(path.name)
        assert len(found) == len(cells), path.name
        for row, one in zip(cells, found, strict=True):
            assert isinstance(one, Mapping), one
            assert (one.subject_label or "", one.object_label or "") == (
                row["subject_label"],
                row.get("object_label") or "",
            )
            assert str(one.confidence or "") == (row.get("confidence") or "")
            assert one.negated is (row.get("predicate_modifier") == "Not")
            assert one.subject.endswith(row["subject_id"].partition(":")[2])
        total += len(found)
    assert total == 165_724


@needs_sets
def test_mesh_is_in_nlms_namespace_whatever_way_a_set_spells_it() -> None:
    for name in ("mondo_exactmatch_mesh.sssom.tsv.gz", "biomappings-unsure.sssom.tsv.gz"):
        spelt = {one.object for one in real(name) if isinstance(one, Mapping) and "mesh" in one.object}
        assert spelt
        assert all(iri.startswith(PREFIXES["mesh"]) for iri in spelt)


@needs_sets
def test_negative_and_unsure_rows_are_told_apart_from_the_curated() -> None:
    _, *negative = real("biomappings-negative.sssom.tsv.gz")
    assert all(isinstance(one, Mapping) and one.negated for one in negative)
    _, *unsure = real("biomappings-unsure.sssom.tsv.gz")
    assert {one.reviewer_agreement for one in unsure if isinstance(one, Mapping)} == {Decimal("0.0")}


@needs_sets
def test_the_header_says_what_the_set_says() -> None:
    header, *_ = real("mondo_exactmatch_mesh.sssom.tsv.gz")
    assert isinstance(header, MappingSet)
    assert header.key == "obo-mondo-mappings-mondo_exactmatch_mesh"
    assert header.licence == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert header.iri is not None
    assert "/releases/2026-08-04/" in (header.version or "")
    keys = set()
    for path in FOLDER.iterdir():
        one = real(path.name)[0]
        assert isinstance(one, MappingSet)
        assert one.licence, path.name
        keys.add(one.key)
    assert len(keys) == 30


# ── rows ─────────────────────────────────────────────────────────────────────────────────


def test_without_a_curie_map_our_prefixes_hold_in_whatever_case() -> None:
    found = mapping(row="hp:0000822\tskos:exactMatch\tMESH:D006973\tsemapv:LexicalMatching")
    assert found.subject == PREFIXES["HP"] + "0000822"
    assert found.object == PREFIXES["mesh"] + "D006973"
    assert found.confidence is None


def test_the_files_own_curie_map_comes_first() -> None:
    _, found = loaded(f'#curie_map: {{HP: "https://example.org/own/"}}\n{COLUMNS}\n{ROW}\n')
    assert isinstance(found, Mapping)
    assert found.subject == "https://example.org/own/0000822"


def test_a_full_iri_is_taken_as_it_is_or_in_our_spelling() -> None:
    found = mapping(row=ROW.replace("mesh:D006973", "http://identifiers.org/mesh/D006973"))
    assert found.object == PREFIXES["mesh"] + "D006973"


def test_what_the_set_says_of_its_tool_holds_for_a_row_that_says_nothing() -> None:
    _, one, other = loaded(
        f"#mapping_tool: a matcher\n{COLUMNS}\tmapping_tool\n{ROW}\t\n{ROW}\tanother\n", metadata=None
    )
    assert [row.tool for row in (one, other) if isinstance(row, Mapping)] == ["a matcher", "another"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW.replace("mesh:", "brand:"), 'declares the prefix "brand"'),
        (ROW.replace("mesh:D006973", "D006973"), "is no CURIE"),
        (ROW.replace("mesh:D006973", "mesh:D00 6973"), "is no IRI"),
        (ROW.replace("mesh:D006973", "sssom:NoTermFound"), "no term was found"),
        (ROW.replace("HP:0000822", ""), "the row has no subject_id"),
        (ROW.rpartition("\t")[0], "the row has no mapping_justification"),
        (ROW + "\tmore", "5 cells"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(row: str, words: str) -> None:
    assert words in reason(row=row)


@pytest.mark.parametrize("number", ["1.01", "-0.1", "high", "NaN", "Infinity"])
def test_a_confidence_is_a_number_from_0_to_1(number: str) -> None:
    assert "confidence is" in reason(columns=f"{COLUMNS}\tconfidence", row=f"{ROW}\t{number}")


@pytest.mark.parametrize(("number", "fine"), [("-1", True), ("0.0", True), ("-1.5", False)])
def test_a_reviewer_agrees_from_minus_1_to_1(number: str, fine: bool) -> None:
    columns, row = f"{COLUMNS}\treviewer_agreement", f"{ROW}\t{number}"
    _, found = loaded(f"{columns}\n{row}\n")
    assert isinstance(found, Mapping) is fine


def test_an_unknown_modifier_is_not_taken_for_none() -> None:
    assert "predicate_modifier" in reason(columns=f"{COLUMNS}\tpredicate_modifier", row=f"{ROW}\tInverse")


def test_a_bad_row_costs_one_row_and_says_its_line() -> None:
    header, *rows = loaded(f"#mapping_set_id: https://example.org/a\n{COLUMNS}\n{ROW}\nx\n{ROW}\n")
    assert isinstance(header, MappingSet)
    assert [type(row) for row in rows] == [Mapping, Rejected, Mapping]
    assert isinstance(rows[1], Rejected)
    assert rows[1].position == 4
    assert isinstance(rows[2], Mapping)
    assert rows[2].path == "line 5"


def test_a_quotation_mark_left_open_costs_one_row() -> None:
    _, *rows = loaded(f'{COLUMNS}\tcomment\n{ROW}\t"left open\n' + f"{ROW}\tfine\n" * 150)
    assert [type(row) for row in rows] == [Rejected] + [Mapping] * 150


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#curie_map: [\n" + COLUMNS + "\n", "no YAML"),
        ("#curie_map: 3\n" + COLUMNS + "\n", "curie_map"),
        ("#mapping_set_id: x\n", "no table"),
        (COLUMNS.rpartition("\t")[0] + "\n", "no column mapping_justification"),
        ("#- 1\n" + COLUMNS + "\n", "no YAML mapping"),
    ],
)
def test_a_file_that_is_no_set_is_refused_with_the_reason(text: str, words: str) -> None:
    assert words in next(item.reason for item in loaded(text) if isinstance(item, Rejected))


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1)


@given(labels=st.lists(st.tuples(CELL, CELL), max_size=5), line_end=st.sampled_from(["\n", "\r\n"]))
def test_labels_of_any_kind_come_back_as_csv_quotes_them(
    labels: list[tuple[str, str]], line_end: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator=line_end)
    writer.writerow([*COLUMNS.split("\t"), "subject_label", "comment"])
    for label, comment in labels:
        writer.writerow([*ROW.split("\t"), label, comment])
    _, *found = loaded(text.getvalue())
    assert [(row.subject_label, row.comment) for row in found if isinstance(row, Mapping)] == labels


# ── metadata beside the table ────────────────────────────────────────────────────────────


def test_metadata_may_stand_in_a_file_beside_the_table(tmp_path: Path) -> None:
    (tmp_path / "brands.sssom.tsv").write_text(f"{COLUMNS}\n{ROW.replace('mesh:D006973', 'brand:1')}\n")
    (tmp_path / "brands.sssom.yml").write_text(
        "curie_map:\n  brand: https://example.org/brand/\nmapping_set_id: https://example.org/brands\n"
        "license: https://creativecommons.org/publicdomain/zero/1.0/\n"
    )
    header, found = read_files(tmp_path)
    assert isinstance(header, MappingSet)
    assert isinstance(found, Mapping)
    assert (header.key, found.object) == ("brands", "https://example.org/brand/1")
    assert header.licence is not None
    # the table alone finds them too
    assert [type(item) for item in read_files(tmp_path / "brands.sssom.tsv")] == [MappingSet, Mapping]
