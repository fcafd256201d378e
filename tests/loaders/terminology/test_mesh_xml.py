"""MeSH in XML: the same triples as NLM makes of the same records."""

import io
from pathlib import Path

import pytest

from trialweave.loaders.terminology import mesh_xml
from trialweave.ontology.prefixes import PREFIXES
from trialweave.records import Rejected, Statements, Terminology

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "ontologies"

needs_samples = pytest.mark.skipif(not FOLDER.exists(), reason="needs ../shared/data/ontologies")

MESH, MESHV = PREFIXES["mesh"], PREFIXES["meshv"]
ALT = f"<{PREFIXES['skos']}altLabel>"

# After NLM's DTDs (nlmqualifierrecordset, nlmpharmacologicalactionset).
QUALIFIERS = """<?xml version="1.0"?>
<!DOCTYPE QualifierRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmqualifierrecordset_20240101.dtd">
<QualifierRecordSet LanguageCode="eng">
  <QualifierRecord>
    <QualifierUI>Q999001</QualifierUI>
    <QualifierName><String>colour</String></QualifierName>
    <DateCreated><Year>1999</Year><Month>1</Month><Day>02</Day></DateCreated>
    <Annotation>for colours
    </Annotation>
    <TreeNumberList><TreeNumber>Y98</TreeNumber></TreeNumberList>
    <ConceptList>
      <Concept PreferredConceptYN="Y">
        <ConceptUI>M9990001</ConceptUI>
        <ConceptName><String>colour</String></ConceptName>
        <TermList>
          <Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="Y">
            <TermUI>T999001</TermUI><String>colour</String><Abbreviation>CO</Abbreviation>
          </Term>
          <Term ConceptPreferredTermYN="N" IsPermutedTermYN="N" LexicalTag="NON" RecordPreferredTermYN="N">
            <TermUI>T999002</TermUI><String>hue &amp; "tint"</String>
          </Term>
        </TermList>
      </Concept>
    </ConceptList>
  </QualifierRecord>
  <QualifierRecord>
    <QualifierUI>Q999002</QualifierUI>
    <QualifierName><String>purple colour</String></QualifierName>
    <TreeNumberList><TreeNumber>Y98.010</TreeNumber></TreeNumberList>
  </QualifierRecord>
</QualifierRecordSet>
"""

ACTIONS = """<?xml version="1.0"?>
<PharmacologicalActionSet LanguageCode="eng">
  <PharmacologicalAction>
    <DescriptorReferredTo>
      <DescriptorUI>D020533</DescriptorUI>
      <DescriptorName><String>Angiogenesis Inhibitors</String></DescriptorName>
    </DescriptorReferredTo>
    <PharmacologicalActionSubstanceList>
      <Substance><RecordUI>D000068258</RecordUI><RecordName><String>Bevacizumab</String></RecordName></Substance>
      <Substance><RecordUI>C531958</RecordUI><RecordName><String>lenvatinib</String></RecordName></Substance>
    </PharmacologicalActionSubstanceList>
  </PharmacologicalAction>
</PharmacologicalActionSet>
"""


def read(text: str, file: str = "mesh.xml") -> list[Terminology | Statements | Rejected]:
    return list(mesh_xml.read(io.BytesIO(text.encode()), file=file))


def triples(items: list[Terminology | Statements | Rejected]) -> list[str]:
    lines = [
        line for item in items if isinstance(item, Statements) for line in item.lines.decode().splitlines()
    ]
    assert len(set(lines)) == len(lines)
    return lines


@needs_samples
def test_nlms_samples_give_exactly_the_triples_of_nlms_own_rdf() -> None:
    ours: set[str] = set()
    for name in ("desc-samples.xml", "supp-samples.xml"):
        header, *items = read((FOLDER / name).read_text("utf-8"), name)
        assert isinstance(header, Terminology)
        assert header.partial
        assert not [item for item in items if isinstance(item, Rejected)]
        ours |= {line for line in triples([*items]) if ALT not in line}
    nlms = set((FOLDER / "meshrdf_samples.nt").read_text("utf-8").splitlines())
    assert len(nlms) == 7001
    assert ours == nlms


@needs_samples
def test_the_names_of_a_record_are_the_same_from_xml_and_from_rdf() -> None:
    from trialweave.loaders.terminology import mesh_ntriples

    data = (FOLDER / "meshrdf_samples.nt").read_bytes()
    rdf = {
        line
        for item in mesh_ntriples.read(io.BytesIO(data), file="x.nt")
        if isinstance(item, Statements)
        for line in item.lines.decode().splitlines()
        if ALT in line
    }
    xml = {
        line
        for name in ("desc-samples.xml", "supp-samples.xml")
        for line in triples(read((FOLDER / name).read_text("utf-8"), name))
        if ALT in line
    }
    assert xml == rdf
    assert len(xml) == 316


def test_qualifiers() -> None:
    header, *items = read(QUALIFIERS, "qual2024.xml")
    assert isinstance(header, Terminology)
    assert (header.key, header.version) == ("mesh-qualifiers", "2024")
    lines = triples([*items])
    assert f"<{MESH}Q999001> <{PREFIXES['rdf']}type> <{MESHV}Qualifier> ." in lines
    assert f'<{MESH}Q999001> {ALT} "hue & \\"tint\\""@en .' in lines
    assert f'<{MESH}Q999001> {ALT} "colour"@en .' not in lines
    assert f'<{MESH}Q999001> <{MESHV}annotation> "for colours"@en .' in lines
    assert f'<{MESH}T999001> <{MESHV}abbreviation> "CO"@en .' in lines
    assert f'<{MESH}Q999001> <{MESHV}dateCreated> "1999-01-02"^^<{PREFIXES["xsd"]}date> .' in lines
    assert f"<{MESH}Q999002> <{MESHV}broaderQualifier> <{MESH}Q999001> ." in lines


def test_actions() -> None:
    header, *items = read(ACTIONS, "pa2024.xml")
    assert isinstance(header, Terminology)
    assert header.key == "mesh-actions"
    assert triples([*items]) == [
        f"<{MESH}D000068258> <{MESHV}pharmacologicalAction> <{MESH}D020533> .",
        f"<{MESH}C531958> <{MESHV}pharmacologicalAction> <{MESH}D020533> .",
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<QualifierUI>Q999001</QualifierUI>", "", "has no QualifierUI"),
        ("Q999001", "999001", "expected a unique identifier"),
        ("<QualifierName><String>colour</String></QualifierName>", "", "has no QualifierName"),
        ("</ConceptList>", "</ConceptLists>", "not well-formed"),
        ("<TermUI>T999002</TermUI>", "", "has no TermUI"),
    ],
)
def test_a_bad_record_is_set_aside_and_leaves_no_triple(old: str, new: str, words: str) -> None:
    _, *items = read(QUALIFIERS.replace(old, new, 1))
    [rejected] = [item for item in items if isinstance(item, Rejected)]
    assert words in rejected.reason
    assert rejected.position == 1
    lines = triples([*items])
    assert lines
    assert not [line for line in lines if "999001>" in line]


def test_an_unknown_class_of_records_is_not_guessed() -> None:
    text = (
        '<SupplementalRecordSet><SupplementalRecord SCRClass="9"><SupplementalRecordUI>C999001'
        "</SupplementalRecordUI><SupplementalRecordName><String>x</String></SupplementalRecordName>"
        "</SupplementalRecord></SupplementalRecordSet>"
    )
    _, rejected = read(text)
    assert isinstance(rejected, Rejected)
    assert 'SCRClass is "9"' in rejected.reason
    assert rejected.id == "C999001"


def test_a_file_that_breaks_off_gives_what_came_before() -> None:
    _, *items = read(QUALIFIERS[: QUALIFIERS.rindex("</QualifierName>")])
    assert [type(item) for item in items] == [Rejected, Statements]
    assert isinstance(items[0], Rejected)
    assert "cut off" in items[0].reason
    assert any("Q999001" in line for line in triples([*items]))


def test_entities_of_its_own_are_refused() -> None:
    text = QUALIFIERS.replace("<QualifierRecordSet L", '<!ENTITY a "b"><QualifierRecordSet L')
    assert any(isinstance(item, Rejected) and "entities" in item.reason for item in read(text))
