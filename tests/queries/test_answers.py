"""What the questions answer over a small graph: every fact once, none under a wrong name."""

from decimal import Decimal

import pytest

from trialweave.errors import QueryError
from trialweave.graph.publication import publication_quads
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.graph.store import Graph
from trialweave.ontology.prefixes import expand
from trialweave.queries.catalogue import question
from trialweave.queries.page import trial_page
from trialweave.queries.run import ask
from trialweave.queries.table import Python
from trialweave.records import ArmResult, Field, Publication, Source, Span, Stated, Trial

TEXT = (
    "A: mean 5.2 (SD 1.1). Median 7 (range 3 to 26). Survival was not reached (95% CI 44.4 to NR). "
    "1.5 per 100 person-years."
)


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span.of(TEXT, start, start + len(words), "RESULTS")


def registry_trial(nct: str, title: str) -> GraphWriter:
    """The little of a registry record that the tests here need."""
    writer = GraphWriter(expand(f"twgraph:ctgov/{nct}"))
    trial = writer.node(expand(f"nct:{nct}"), expand("tw:Trial"))
    writer.add(trial, expand("dcterms:title"), title)
    count = writer.node(expand(f"twid:ctgov/{nct}#/n"), expand("tw:ParticipantCount"))
    writer.add(count, expand("tw:ofTrial"), trial)
    writer.add(count, expand("tw:count"), 144)
    writer.add(count, expand("tw:population"), "enrolled")
    writer.add(count, expand("tw:planned"), True)
    return writer


@pytest.fixture(scope="module")
def graph() -> Graph:
    results = (
        ArmResult(kind="mean", value=Decimal("5.2"), sd=Decimal("1.1"), evidence=(span("mean 5.2"),)),
        ArmResult(
            kind="median",
            value=Decimal(7),
            ci_low=Decimal(3),
            ci_high=Decimal(26),
            interval="range",
            evidence=(span("Median 7"),),
        ),
        ArmResult(
            kind="median_time",
            not_reached=True,
            ci_low=Decimal("44.4"),
            ci_level=Decimal(95),
            evidence=(span("not reached"),),
        ),
        ArmResult(kind="incidence_rate", value=Decimal("1.5"), evidence=(span("1.5 per"),)),
    )
    publication = Publication(
        source=Source(file="made.xml", format="pubmed-xml", position=1, sha256="ab" * 32),
        text=TEXT,
        title="A publication",
        pmid=Stated(value="1", evidence=Field(path="PMID", quote="1")),
        trial=Trial(
            registry_ids=(Stated(value="NCT00000001", evidence=span("A")),),
            arm_results=results,
        ),
    )
    vocabulary = GraphWriter("http://example.org/vocabulary")
    for name in ("Mean", "Median", "MedianTime"):
        vocabulary.add(NamedNode(expand(f"tw:{name}")), expand("rdfs:label"), name.lower())
    return Graph.in_memory(
        [
            *publication_quads(publication),
            *registry_trial("NCT00000001", "A registered trial").quads(),
            *registry_trial("NCT00000002", "A trial that nobody has published").quads(),
            *vocabulary.quads(),
        ]
    )


def rows(graph: Graph, name: str, **given: str) -> list[dict[str, Python]]:
    return ask(graph, question(name), given).records()


def test_a_range_and_a_deviation_are_not_passed_off_as_an_interval(graph: Graph) -> None:
    found = {row["measure"]: row for row in rows(graph, "trial-results", trial="NCT00000001")}
    assert found["mean"]["sd"] == Decimal("1.1")
    assert found["median"]["interval"] == "range"
    assert found["mediantime"]["not_reached"] == "yes"
    assert found["mediantime"]["value"] is None


def test_a_statistic_without_a_label_is_still_a_result(graph: Graph) -> None:
    found = rows(graph, "trial-results", trial="NCT00000001")
    assert len(found) == 4
    assert [row["value"] for row in found if row["measure"] == "IncidenceRate"] == [Decimal("1.5")]


def test_the_page_says_what_limits_are_and_which_is_not_stated(graph: Graph) -> None:
    page = trial_page(graph, "NCT00000001")
    assert "5.2 SD 1.1" in page
    assert "7 (range 3 to 26)" in page
    assert "not reached (95 % CI 44.4 to not stated)" in page
    assert "None" not in page


@pytest.mark.parametrize("trial", ["http://a<b", "\udcff", "foo:<>", ""])
def test_no_page_of_what_is_no_name(graph: Graph, trial: str) -> None:
    with pytest.raises(QueryError):
        trial_page(graph, trial)


def test_a_plan_is_not_a_count(graph: Graph) -> None:
    found = rows(graph, "trial-summary", trial="NCT00000001")
    assert [row["item"] for row in found if row["value"] == 144] == ["planned participants (enrolled)"]


def test_a_trial_that_nobody_has_published_is_a_trial(graph: Graph) -> None:
    found = {row["trial"]: row for row in rows(graph, "trials")}
    assert set(found) == {expand("nct:NCT00000001"), expand("nct:NCT00000002")}
    assert len(rows(graph, "trials")) == 2
    assert found[expand("nct:NCT00000001")]["title"] == "A publication"
    assert found[expand("nct:NCT00000002")]["title"] == "A trial that nobody has published"
    assert found[expand("nct:NCT00000002")]["publication"] is None
    assert trial_page(graph, "NCT00000002").startswith("A trial that nobody has published\n")
