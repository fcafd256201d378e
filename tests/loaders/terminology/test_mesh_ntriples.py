"""MeSH in N-Triples: every published triple as it stands, every name on its record, bad lines set aside."""

import gzip
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pytest
import rdflib

from trialweave.loaders.terminology import mesh_ntriples
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Rejected, Statements, Terminology

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "ontologies"
FULL = FOLDER / "mesh-2024-core.nt.gz"
SAMPLES = FOLDER / "meshrdf_samples.nt"

needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs ../shared/data/ontologies")
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="needs ../shared/data/ontologies")

ALT = f"<{PREFIXES['skos']}altLabel>"


def read(data: bytes, file: str = "mesh.nt") -> list[Terminology | Statements | Rejected]:
    return list(mesh_ntriples.read(io.BytesIO(data), file=file))


def triple(subject: str, predicate: str, target: str) -> str:
    target = target if target.startswith('"') else f"<{PREFIXES['mesh']}{target}>"
    return f"<{PREFIXES['mesh']}{subject}> <{PREFIXES['meshv']}{predicate}> {target} .\n"


class Read(NamedTuple):
    header: Terminology
    published: int
    names: dict[str, set[str]]
    rejected: list[Rejected]


@pytest.fixture(scope="module")
def full() -> Read:
    with gzip.open(FULL) as stream:
        items = mesh_ntriples.read(stream, file=FULL.name)
        header = next(items)
        assert isinstance(header, Terminology)
        published, names, rejected = 0, defaultdict(set), []
        name = re.compile(
            rf'^<{re.escape(PREFIXES["mesh"])}(\w+)> {re.escape(ALT)} "(.*)"@en \.$', re.MULTILINE
        )
        for item in items:
            if isinstance(item, Rejected):
                rejected.append(item)
                continue
            assert isinstance(item, Statements)
            if ALT.encode() in item.lines:
                found = name.findall(item.lines.decode())
                assert len(found) == item.lines.count(b"\n")
                for ui, text in found:
                    names[ui].add(text.replace('\\"', '"').replace("\\\\", "\\"))
            else:
                published += item.lines.count(b"\n")
    return Read(header, published, names, rejected)


@needs_full
def test_all_triples_of_the_full_mesh_are_handed_on_but_those_with_no_iri(full: Read) -> None:
    with gzip.open(FULL) as stream:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
    assert lines == 4_366_949
    # headings that the table's maker could not map: their "IRIs" hold spaces
    assert len(full.rejected) == 12
    assert all("mesh/" in (one.excerpt or "") and "no N-Triples" in one.reason for one in full.rejected)
    assert full.published == lines - 12
    assert full.header.version == "2024"
    assert full.header.partial is False
    assert full.header.redistributable is True


@needs_full
def test_each_record_of_the_full_mesh_has_the_names_that_the_packaged_tables_give_it(full: Read) -> None:
    """The tables are cut by another program, with another parser."""
    for table, column in (("mesh_descriptors.tsv.gz", 4), ("mesh_substances.tsv.gz", 4)):
        packed = files("trialweave.ontology").joinpath(table).read_bytes()
        for line in gzip.decompress(packed).decode().splitlines()[1:]:
            cells = line.split("\t")
            expected = set(cells[column].split("|")) - {""}
            assert full.names.get(cells[0], set()) - {cells[1]} == expected, cells[0]


@needs_samples
def test_nlms_own_samples_come_through_byte_for_byte() -> None:
    data = SAMPLES.read_bytes()
    header, *items = read(data, SAMPLES.name)
    assert isinstance(header, Terminology)
    assert header.version is None
    assert header.partial is True  # its trees have gaps: it is no full MeSH
    statements = [item.lines for item in items if isinstance(item, Statements)]
    assert len(statements) == len(items)
    assert b"".join(lines for lines in statements if ALT.encode() not in lines) == data


@needs_samples
def test_the_names_of_the_samples_are_those_that_a_path_finds() -> None:
    """NLM's layout in full: permuted forms, several concepts, a record's own link to its term."""
    graph = rdflib.Graph().parse(str(SAMPLES), format="nt")
    rows = graph.query(
        """PREFIX m: <http://id.nlm.nih.gov/mesh/vocab#>
        SELECT ?record ?name WHERE {
          ?record (m:preferredConcept|m:concept)/(m:preferredTerm|m:term)/(m:prefLabel|m:altLabel) ?name
          FILTER NOT EXISTS { ?record rdfs:label ?name }
        }"""
    )
    expected = {(str(row[0]), str(row[1])) for row in rows}  # type: ignore[index]
    added = b"".join(
        i.lines for i in read(SAMPLES.read_bytes()) if isinstance(i, Statements) and ALT.encode() in i.lines
    )
    found = rdflib.Graph().parse(data=added, format="nt")
    assert {(str(s), str(o)) for s, _, o in found} == expected
    assert len(expected) > 250


def test_names_do_not_hang_on_the_order_of_lines() -> None:
    lines = [
        triple("D1", "preferredConcept", "M1"),
        triple("D1", "concept", "M2"),
        triple("D1", "preferredTerm", "T1"),
        triple("M1", "preferredTerm", "T1"),
        triple("M2", "preferredTerm", "T2"),
        triple("T1", "prefLabel", '"Purple thumb"@en'),
        triple("T1", "altLabel", '"Thumb, purple"@en'),
        triple("T2", "prefLabel", '"Violet thumb"@en'),
    ]
    for ordered in (lines, lines[::-1]):
        *_, added = read("".join(ordered).encode())
        assert isinstance(added, Statements)
        names = {line.split(b'"')[1] for line in added.lines.splitlines()}
        assert names == {b"Thumb, purple", b"Violet thumb"}


@pytest.mark.parametrize(
    "bad",
    [
        b"<http://id.nlm.nih.gov/mesh/D 1> <http://id.nlm.nih.gov/mesh/vocab#concept> <urn:x> .",
        b"<http://id.nlm.nih.gov/mesh/D1> <http://id.nlm.nih.gov/mesh/vocab#concept> <M1> .",
        b"<http://id.nlm.nih.gov/mesh/D1> <http://id.nlm.nih.gov/mesh/vocab#concept> _:b .",
        b'<http://id.nlm.nih.gov/mesh/D1> <http://id.nlm.nih.gov/mesh/vocab#note> "a "quoted" word"@en .',
        b'<http://id.nlm.nih.gov/mesh/D1> <http://id.nlm.nih.gov/mesh/vocab#note> "no point"@en',
        b'<http://id.nlm.nih.gov/mesh/D1> <http://id.nlm.nih.gov/mesh/vocab#note> "\xff"@en .',
        b"words",
    ],
)
def test_a_bad_line_is_set_aside_with_its_number(bad: bytes) -> None:
    good = triple("D1", "note", '"fine \\"words\\" \\u00e9"@en').encode()
    comment = b"# a comment\n\n"
    _, statements, *rest = sorted(
        read(good + comment + bad + b"\n" + good.rstrip(b"\n")), key=lambda item: isinstance(item, Rejected)
    )
    assert isinstance(statements, Statements)
    assert statements.lines == good + comment + good
    [rejected] = rest
    assert isinstance(rejected, Rejected)
    assert rejected.position == 4
    assert "line 4" in rejected.reason


@pytest.mark.parametrize(
    "line",
    [
        '<http://id.nlm.nih.gov/mesh/D1>\t<http://id.nlm.nih.gov/mesh/vocab#frequency>  "1"^^'
        "<http://www.w3.org/2001/XMLSchema#int>.",
        '<http://id.nlm.nih.gov/mesh/D1> <http://id.nlm.nih.gov/mesh/vocab#note> "a\\\\"@en-US . # why',
        "<http://id.nlm.nih.gov/mesh/D1> <http://id.nlm.nih.gov/mesh/vocab#x> <urn:x\\u00e9> .",
    ],
)
def test_the_whole_grammar_is_read(line: str) -> None:
    assert len(rdflib.Graph().parse(data=line.replace(">.", "> .") + "\n", format="nt")) == 1
    assert [type(item) for item in read(f"{line}\r\n".encode())] == [Terminology, Statements]


def test_an_archive_of_one_year_is_refused_with_the_way_out() -> None:
    [rejected] = read(
        b"<http://id.nlm.nih.gov/mesh/2024/D1> <http://id.nlm.nih.gov/mesh/vocab#x> <urn:x> .\n"
    )
    assert isinstance(rejected, Rejected)
    assert "mesh.nt" in rejected.reason


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        (triple("D1", "concept", "M1"), True),
        ("# made by NLM\n\n" + triple("D1", "concept", "M1"), True),
        ("<http://example.org/a> <http://example.org/b> <http://example.org/c> .", False),
        ("<DescriptorRecordSet>", False),
        ("", False),
    ],
)
def test_it_is_known_by_its_first_statement(head: str, answer: bool) -> None:
    assert mesh_ntriples.matches(head) is answer


def chunks() -> Iterator[int]:
    yield from (1, 7, 1 << 20)


@needs_samples
@pytest.mark.parametrize("size", list(chunks()))
def test_it_does_not_matter_where_a_chunk_ends(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(SAMPLES.read_bytes().splitlines(keepends=True)[:300])
    whole = b"".join(sorted(i.lines for i in read(data) if isinstance(i, Statements)))
    monkeypatch.setattr(mesh_ntriples, "_CHUNK", size)
    pieces = b"".join(i.lines for i in read(data) if isinstance(i, Statements))
    assert sorted(pieces.splitlines()) == sorted(whole.splitlines())
