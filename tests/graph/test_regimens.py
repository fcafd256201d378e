"""Doses that two interventions have from one place of the record stay two."""

from decimal import Decimal

from trialweave.graph.registry import study_quads
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import namespace
from trialweave.records import Field, Intervention, Regimen, RegistryStudy, Source, Stated

SCHEMA = namespace("schema")
TW = namespace("tw")


def test_doses_of_two_interventions_in_one_description() -> None:
    said = Field(path="/arm/0/description", quote="5 mg/kg of one, 1200 mg/m2 of the other")
    study = RegistryStudy(
        source=Source(file="a.json", format="ctgov-json", position=1, sha256="ab" * 32),
        nct_id=Stated(value="NCT90000901", evidence=Field(path="/id", quote="NCT90000901")),
        has_results=False,
        interventions=tuple(
            Intervention(
                key=f"/intervention/{place}",
                name=f"drug {place}",
                kind="drug",
                regimens=(Regimen(dose=Decimal(dose), unit=unit, evidence=said),),
            )
            for place, (dose, unit) in enumerate([("5", "mg/kg"), ("1200", "mg/m2")])
        ),
    )
    graph = Graph.in_memory(study_quads(study))
    doses = {
        quad.subject.value[-1]: [
            {q.object.value for q in graph.quads_of(subject=quad.object, predicate=SCHEMA[name])}
            for name in ("doseValue", "doseUnit")
        ]
        for quad in graph.quads_of(predicate=TW["hasRegimen"])
    }
    assert doses == {"0": [{"5"}, {"mg/kg"}], "1": [{"1200"}, {"mg/m2"}]}
