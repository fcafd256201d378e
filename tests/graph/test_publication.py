"""Records to quads: every number with its evidence, nothing invented, the same names every time."""

from decimal import Decimal
from importlib.resources import files

import msgspec
import pyoxigraph
import rdflib

from trialweave.graph.iris import audit_graph_name
from trialweave.graph.publication import graph_name, publication_quads
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import PREFIXES, namespace
from trialweave.queries.run import select
from trialweave.records import AdverseEventCount, Publication

PREAMBLE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
TW = namespace("tw")


def test_two_graphs_and_no_other(publication: Publication) -> None:
    names = {quad.graph_name.value for quad in publication_quads(publication)}
    assert names == {graph_name(publication), audit_graph_name(graph_name(publication))}


def test_names_are_stable_and_do_not_depend_on_what_the_audit_says(publication: Publication) -> None:
    assert publication.trial is not None
    again = list(publication_quads(publication))
    assert again == list(publication_quads(publication))
    unaudited = tuple(msgspec.structs.replace(count, findings=()) for count in publication.trial.event_counts)
    bare = msgspec.structs.replace(
        publication, trial=msgspec.structs.replace(publication.trial, event_counts=unaudited)
    )
    record = graph_name(publication)
    assert [quad for quad in again if quad.graph_name.value == record] == list(publication_quads(bare))


def test_every_fact_has_evidence_whose_quote_is_its_text(publication: Publication) -> None:
    found = _records(
        publication, "?a tw:ofTrial ?t ; a ?type . FILTER(?type != tw:Arm) MINUS { ?a tw:evidence ?e }"
    )
    assert found == []
    quoted = _records(
        publication,
        "?a oa:hasSelector ?p , ?q . ?p oa:start ?start ; oa:end ?end ."
        " ?q oa:exact ?quote ; oa:prefix ?before ; oa:suffix ?behind",
    )
    assert len(quoted) > 8
    for found_span in quoted:
        start, end = found_span["start"], found_span["end"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert publication.text[start:end] == found_span["quote"]
        assert publication.text[:start].endswith(str(found_span["before"]))
        assert publication.text[end:].startswith(str(found_span["behind"]))


def test_a_stated_zero_is_zero_and_what_is_not_stated_is_absent(publication: Publication) -> None:
    table = {
        record["arm"]: (record["c"], record["percent"], record["at_risk"])
        for record in _records(
            publication,
            "?a tw:event ?event ; tw:ofGroup ?b . ?b rdfs:label ?arm . OPTIONAL { ?a tw:affected ?c }"
            " OPTIONAL { ?a tw:percent ?percent } OPTIONAL { ?a tw:atRisk ?at_risk }",
        )
    }
    assert table == {"drug A": (0, None, None), "placebo": (None, Decimal(12), None)}


def _records(publication: Publication, pattern: str) -> list[dict[str, object]]:
    graph = Graph.in_memory(publication_quads(publication))
    return list(select(graph, PREAMBLE + f"SELECT * WHERE {{ {pattern} }}").records())


def test_a_number_keeps_the_form_in_which_it_was_reported(publication: Publication) -> None:
    found = _records(publication, "?a tw:reportedValue ?reported ; tw:value|schema:doseValue ?value")
    assert {(record["reported"], record["value"]) for record in found} == {
        ("9.10", Decimal("9.1")),
        ("0.50", Decimal("0.5")),
    }


def test_p_values_keep_their_operator(publication: Publication) -> None:
    [found] = _records(publication, "?a tw:reportedP ?p ; tw:pOperator ?operator ; tw:pValue ?value")
    assert (found["p"], found["operator"], found["value"]) == ("<0.001", "<", Decimal("0.001"))


def test_the_star_belongs_to_its_own_qualifier(publication: Publication) -> None:
    primary = _records(publication, "?a fabio:hasPrimarySubjectTerm ?term")
    other = _records(publication, "?a fabio:hasSubjectTerm ?term")
    mesh = PREFIXES["mesh"]
    assert [record["term"] for record in primary] == [f"{mesh}D006973Q000473"]
    assert [record["term"] for record in other] == [f"{mesh}D006973Q000139"]


def test_an_unknown_heading_keeps_its_words(publication: Publication) -> None:
    [found] = _records(publication, "?a tw:unresolvedHeading ?words")
    assert found["words"] == "No Such Heading"


def test_a_label_alone_finds_its_substance(publication: Publication) -> None:
    [found] = _records(publication, "?a tw:mentionsSubstance ?substance")
    assert found["substance"] == f"{PREFIXES['mesh']}C000625192"


def test_the_path_of_a_field_is_the_fragment_of_its_statement(publication: Publication) -> None:
    found = _records(publication, "?statement rdf:object <http://id.nlm.nih.gov/mesh/D006973Q000139>")
    assert [str(record["statement"]).partition("#")[2] for record in found] == [
        "MedlineCitation/MeshHeadingList/MeshHeading%5B1%5D/QualifierName%5B1%5D"
    ]


def test_findings_are_data_beside_the_fact(publication: Publication) -> None:
    [found] = _records(
        publication,
        "GRAPH ?g { ?f a tw:Finding ; tw:about ?fact ; tw:check ?check } ?fact tw:percent ?percent",
    )
    assert found["g"] == audit_graph_name(graph_name(publication))
    assert (found["check"], found["percent"]) == ("denominators", Decimal(12))


def test_all_our_terms_are_in_the_vocabulary(publication: Publication) -> None:
    text = files("trialweave.ontology").joinpath("trialweave.ttl").read_text("utf-8")
    declared = {
        str(subject) for subject in rdflib.Graph().parse(data=text, format="turtle").subjects(unique=True)
    }
    used = {
        term.value
        for quad in publication_quads(publication)
        for term in (quad.predicate, quad.object)
        if isinstance(term, pyoxigraph.NamedNode) and term.value.startswith(TW[""])
    }
    assert used - declared == set()


def test_counts_of_the_same_event_in_one_arm_stay_apart(publication: Publication) -> None:
    assert publication.trial is not None
    [first, _] = publication.trial.event_counts
    other = AdverseEventCount(event="rash", arm="drug-a", affected=2, evidence=first.evidence)
    trial = msgspec.structs.replace(publication.trial, event_counts=(first, other))
    found = _records(msgspec.structs.replace(publication, trial=trial), "?a tw:affected ?n")
    assert sorted(str(record["n"]) for record in found) == ["0", "2"]
