import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialweave.errors import QueryError
from trialweave.graph.quads import GraphWriter, Literal, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import expand
from trialweave.queries.catalogue import Parameter, questions
from trialweave.queries.concepts import resolve_concept
from trialweave.queries.run import bind, select
from trialweave.queries.values import parse_value, resolve_trial

RDFS_LABEL = expand("rdfs:label")
ALT_LABEL = expand("skos:altLabel")
PREF_LABEL = expand("skos:prefLabel")
RASH = "https://w3id.org/trialweave/id/concept/event/rash"


@pytest.fixture(scope="module")
def graph() -> Graph:
    writer = GraphWriter("http://example.org/g")
    for curie, predicate, label in (
        ("mesh:D006973", RDFS_LABEL, "Hypertension"),
        ("mesh:D006973", ALT_LABEL, "Blood Pressure, High"),
        ("mesh:D000001", RDFS_LABEL, "Twin"),
        ("mesh:D000002", RDFS_LABEL, "twin"),
        ("mesh:D005076", ALT_LABEL, "Rash"),
    ):
        writer.add(NamedNode(expand(curie)), predicate, label)
    writer.add(
        NamedNode("https://w3id.org/trialweave/id/concept/event/hypertension"), PREF_LABEL, "hypertension"
    )
    writer.add(NamedNode(RASH), PREF_LABEL, "itchy rash")
    publication = NamedNode(expand("pubmed:1"))
    writer.add(publication, expand("tw:reportsTrial"), NamedNode(expand("nct:NCT00000001")))
    writer.add(publication, expand("prism:doi"), "10.1000/ABC")
    writer.node(expand("nct:NCT00000001"), expand("tw:Trial"))
    writer.add(publication, expand("prism:doi"), "10.1000/a<b> c")
    for iri, ids in (
        ("twid:trial/ISRCTN00000001", ["ISRCTN00000001"]),
        ("twid:pubmed/2/trial", ["ISRCTN00000001", "NCT00000002", "NCT00000003"]),
    ):
        trial = writer.node(expand(iri), expand("tw:Trial"))
        writer.add_all(trial, expand("tw:registryId"), ids)
    return Graph.in_memory(writer.quads())


@pytest.mark.parametrize(
    ("given_label", "iri"),
    [
        ("hypertension", expand("mesh:D006973")),
        ("  HYPERtension ", expand("mesh:D006973")),
        ("blood pressure, high", expand("mesh:D006973")),
        ("rash", expand("mesh:D005076")),
        ("itchy rash", RASH),
        ("mesh:D999999", expand("mesh:D999999")),
        ("http://example.org/x", "http://example.org/x"),
        ("<http://example.org/x>", "http://example.org/x"),
    ],
)
def test_a_concept_by_label_curie_or_iri(graph: Graph, given_label: str, iri: str) -> None:
    assert resolve_concept(graph, given_label) == NamedNode(iri)


def test_an_ambiguous_label_lists_the_candidates(graph: Graph) -> None:
    with pytest.raises(QueryError, match=r"mesh:D000001, mesh:D000002"):
        resolve_concept(graph, "twin")


def test_an_unknown_label_suggests(graph: Graph) -> None:
    with pytest.raises(QueryError, match="did you mean Hypertension"):
        resolve_concept(graph, "hypertens")
    with pytest.raises(QueryError, match="give a CURIE"):
        resolve_concept(graph, "nothing like it")


@pytest.mark.parametrize(
    "text",
    [
        "NCT00000001",
        "nct00000001",
        "1",
        "pmid:1",
        "10.1000/abc",
        "10.1000/A<b> c",
        "nct:NCT00000001",
        "pubmed:1",
        "https://pubmed.ncbi.nlm.nih.gov/1/",
    ],
)
def test_a_trial_by_any_of_its_names(graph: Graph, text: str) -> None:
    found = parse_value("trial", Parameter(type="trial", label="t"), text, graph)
    assert found == NamedNode(expand("nct:NCT00000001"))


def test_a_trial_reported_with_others_is_not_taken_for_all_of_them(graph: Graph) -> None:
    one = NamedNode(expand("twid:trial/ISRCTN00000001"))
    assert resolve_trial(graph, "isrctn00000001") == one
    with pytest.raises(QueryError, match=r"several .*pubmed/2/trial"):
        resolve_trial(graph, "NCT00000002")
    assert resolve_trial(graph, expand("twid:pubmed/2/trial")) == NamedNode(expand("twid:pubmed/2/trial"))


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("trial", "some words", "no registry id"),
        ("trial", "http://example.org/<x>", "no IRI"),
        ("trial", "twid:concept/event/rash", "there is no trial"),
        ("trial", "NCT99999999", "there is no trial"),
        ("publication", "77", "there is no publication"),
        ("integer", "three", "a whole number"),
        ("decimal", "NaN", "a number"),
        ("grade", "6", "CTCAE grade"),
        ("choice", "maybe", "yes, no"),
        ("fact", "some words", "no IRI"),
        ("concept", "mesh:", "no term"),
    ],
)
def test_an_unfit_value_says_what_was_expected(graph: Graph, kind: str, text: str, said: str) -> None:
    parameter = Parameter(type=kind, label="x", choices=("yes", "no"))  # type: ignore[arg-type]
    with pytest.raises(QueryError, match=said):
        parse_value("x", parameter, text, graph)


NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("\"'\\{}<>#?;.@^\n\r\t `$&|"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=40,
)


@given(text=NASTY)
def test_text_goes_in_as_one_literal_whatever_it_holds(text: str) -> None:
    term = parse_value("x", Parameter(type="text", label="x"), text, Graph.in_memory())
    table = select(Graph.in_memory(), f"SELECT ?x WHERE {{ VALUES ?x {{ {term} }} }}")
    assert table.rows == ((Literal(text),),)


@given(text=NASTY, name=st.sampled_from(sorted(questions())))
def test_nothing_typed_breaks_out_of_its_place(graph: Graph, text: str, name: str) -> None:
    question = questions()[name]
    for parameter in question.parameters:
        try:
            sparql = bind(question, {parameter: text}, graph)
        except QueryError:
            continue
        select(graph, sparql)


@pytest.mark.parametrize(
    ("said", "preferred"),
    [
        ([("x:concept", "mesh:D1"), ("x:concept", "obo:CHEBI_1")], "mesh:D1"),
        ([("obo:CHEBI_1", "mesh:D1")], "mesh:D1"),
        ([("mesh:D1", "obo:CHEBI_1")], "mesh:D1"),
        ([("x:concept", "mesh:D1"), ("x:other", "obo:CHEBI_1")], "mesh:D1"),  # one of each terminology
        ([("x:concept", "mesh:D1"), ("x:concept", "mesh:D2")], "mesh:D1"),
        ([("x:concept", "mesh:D1"), ("x:other", "mesh:D2")], None),
    ],
)
def test_of_terms_that_mean_the_same_the_preferred_one_is_taken(
    said: list[tuple[str, str]], preferred: str | None
) -> None:
    def iri(name: str) -> NamedNode:
        return NamedNode(f"http://example.org/{name[2:]}" if name.startswith("x:") else expand(name))

    writer = GraphWriter("http://example.org/g")
    for term in {other for _, other in said} | {one for one, _ in said if one.startswith(("mesh:", "obo:"))}:
        writer.add(iri(term), RDFS_LABEL, "Sorafenib")
    for one, other in said:
        writer.add(iri(one), expand("skos:exactMatch"), iri(other))
    graph = Graph.in_memory(writer.quads())
    if preferred is None:
        with pytest.raises(QueryError, match="label of several terms"):
            resolve_concept(graph, "sorafenib")
    else:
        assert resolve_concept(graph, "sorafenib") == iri(preferred)


@pytest.mark.parametrize(
    ("preferred", "resolved"), [(["mesh:D2"], "mesh:D2"), (["mesh:D1", "mesh:D2"], None)]
)
def test_a_label_means_what_its_uses_in_the_sources_are_all_linked_to(
    preferred: list[str], resolved: str | None
) -> None:
    writer = GraphWriter("http://example.org/g")
    for term in ("mesh:D1", "mesh:D2"):
        writer.add(NamedNode(expand(term)), RDFS_LABEL, "Depression")
    for place, term in enumerate(preferred):
        concept = NamedNode(f"https://w3id.org/trialweave/id/concept/{place}/depression")
        writer.add(concept, PREF_LABEL, "depression")
        writer.add(concept, expand("tw:preferredTerm"), NamedNode(expand(term)))
    graph = Graph.in_memory(writer.quads())
    if resolved is None:
        with pytest.raises(QueryError, match="label of several terms"):
            resolve_concept(graph, "Depression")
    else:
        assert resolve_concept(graph, "Depression") == NamedNode(expand(resolved))
