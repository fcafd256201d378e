"""A publication and its trial: the kind of link, its basis, and one trial under two names made one."""

from typing import Any

import msgspec
import pytest

from trialweave.graph.derive.publications import Link, Named, joined, links
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import PREFIXES, namespace
from trialweave.queries.catalogue import question
from trialweave.queries.run import ask, select
from trialweave.records import Field, Publication, Stated

PREAMBLE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
NCT = namespace("nct")
ONE, TWO = NCT["NCT00000001"], NCT["NCT00000002"]
OWN = "https://w3id.org/trialweave/id/pubmed/1/trial"


def named(**changes: Any) -> Named:
    stated = {"publication": "http://e.org/p", "ids": {}, "reports": None, "is_protocol": False} | changes
    return Named(**stated)


@pytest.mark.parametrize(
    ("known", "kinds"),
    [
        (named(ids={"NCT00000001": (ONE,)}, reports=ONE), {(ONE, "reports results of")}),
        (named(ids={"NCT00000001": (ONE,)}), {(ONE, "cites the registry id")}),
        (named(ids={"NCT00000001": (ONE,)}, is_protocol=True), {(ONE, "protocol")}),
        (named(results=(ONE,), reports=OWN), {(ONE, "reports results of")}),
        (
            named(ids={"NCT00000001": (ONE,), "NCT00000002": (TWO,)}, reports=OWN),
            {(ONE, "reports results of several"), (TWO, "reports results of several")},
        ),
        (
            named(ids={"NCT00000001": (ONE,)}, results=(TWO,), reports=ONE),
            {(ONE, "reports results of several"), (TWO, "reports results of several")},
        ),
        (named(ids={"2015-000001-11": (ONE, TWO)}, reports=OWN), set()),
        (named(reports=OWN), set()),
    ],
)
def test_kinds_of_link(known: Named, kinds: set[tuple[str, str]]) -> None:
    assert {(link.trial, link.kind) for link in links(known)} == kinds


def test_a_link_says_why() -> None:
    [link] = links(named(ids={"NCT00000001": (ONE,)}, results=(ONE,), reports=ONE))
    assert link == Link(
        publication="http://e.org/p",
        trial=ONE,
        kind="reports results of",
        basis="names NCT00000001; is a result reference of the registry's record",
    )


@pytest.mark.parametrize(
    ("known", "trial"),
    [
        (named(results=(ONE,), reports=OWN), ONE),
        (named(ids={"2015-000001-11": (ONE,)}, reports=OWN), ONE),
        (named(ids={"NCT00000001": (ONE,)}, reports=ONE), None),
        (named(results=(ONE, TWO), reports=OWN), None),
        (named(ids={"NCT00000002": (TWO,)}, results=(ONE,), reports=TWO), None),
        (named(results=(ONE,), reports=OWN, is_protocol=True), None),
        (named(results=(ONE,)), None),
    ],
)
def test_a_trial_is_joined_only_where_one_registry_trial_is_left(known: Named, trial: str | None) -> None:
    assert joined(known) == trial


def found(graph: Graph, pattern: str) -> list[dict[str, Any]]:
    return [dict(row) for row in select(graph, f"{PREAMBLE}SELECT DISTINCT * {{ {pattern} }}").records()]


def without_id(publication: Publication) -> Publication:
    assert publication.trial is not None
    return msgspec.structs.replace(
        publication, trial=msgspec.structs.replace(publication.trial, registry_ids=())
    )


def test_a_result_reference_joins_a_publication_that_names_no_number(
    weave: Any, publication: Publication
) -> None:
    cited = {"references": [{"pmid": "1", "type": "RESULT", "citation": "Invented."}]}
    graph = weave.graph([weave.study(referencesModule=cited)], [without_id(publication)])
    assert found(graph, "?own tw:sameTrial ?trial") == [{"own": OWN, "trial": ONE}]
    results = ask(graph, question("trial-results"), {"trial": "NCT00000001"}).records()
    assert sorted(str(row["value"]) for row in results) == ["0.5", "9.1"]
    assert results == ask(graph, question("trial-results"), {"trial": "1"}).records(), "asked by PMID"
    summary = ask(graph, question("trial-summary"), {"trial": "NCT00000001"}).records()
    assert {(row["item"], row["value"]) for row in summary} >= {("allocation", "randomised")}
    assert [row["trial"] for row in ask(graph, question("trials")).records()] == [ONE]
    audit = ask(graph, question("number-audit")).records()
    assert [row["trial"] for row in audit] == [ONE]
    [facts] = found(
        graph, "GRAPH ?g { ?f a tw:EffectEstimate ; tw:ofTrial ?t } FILTER(CONTAINS(STR(?g), '/pubmed/'))"
    )
    assert facts["t"] == OWN, "the record's own graph stays as it is"


def test_a_background_reference_joins_nothing(weave: Any, publication: Publication) -> None:
    cited = {"references": [{"pmid": "1", "type": "BACKGROUND"}, {"pmid": "1", "type": "DERIVED"}]}
    graph = weave.graph([weave.study(referencesModule=cited)], [without_id(publication)])
    assert found(graph, "?own tw:sameTrial ?trial") == []
    kinds = found(graph, "?s rdf:object nct:NCT00000001 ; tw:linkKind ?kind ; tw:basis ?basis")
    assert {row["kind"] for row in kinds} == {"background", "derived"}
    assert ask(graph, question("trial-results"), {"trial": "NCT00000001"}).rows == ()


def test_a_number_of_another_registry_joins_where_the_record_lists_it(
    weave: Any, publication: Publication
) -> None:
    other = Stated(value="2015-000001-11", evidence=Field(path="x", quote="2015-000001-11"))
    assert publication.trial is not None
    renamed = msgspec.structs.replace(
        publication,
        registry_ids=(other,),
        trial=msgspec.structs.replace(publication.trial, registry_ids=(other,)),
    )
    secondary = {"secondaryIdInfos": [{"id": "2015-000001-11", "type": "EUDRACT_NUMBER"}]}
    study = weave.study()
    study["protocolSection"]["identificationModule"] |= secondary
    graph = weave.graph([study], [renamed])
    assert [row["trial"] for row in found(graph, "?own tw:sameTrial ?trial")] == [ONE]
    two = weave.study("NCT00000002")
    two["protocolSection"]["identificationModule"] |= secondary
    assert found(weave.graph([study, two], [renamed]), "?own tw:sameTrial ?trial") == []


def test_deriving_again_changes_nothing(weave: Any, publication: Publication) -> None:
    from trialweave.graph.derive import derive

    cited = {"references": [{"pmid": "1", "type": "RESULT"}]}
    graph = weave.graph([weave.study(referencesModule=cited)], [without_id(publication)])
    before = sorted(map(str, graph))
    derive(graph)
    assert sorted(map(str, graph)) == before
