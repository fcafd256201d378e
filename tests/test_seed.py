"""The record that the project grew from, end to end: every figure of it, its words, its silence.

The same is asked of the record as PubMed shows it (where it is at hand) and of our own wording of it.
"""

from decimal import Decimal
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib.compare import to_canonical_graph

from trialweave import Graph, ask, build, check, export, open_store, question, select
from trialweave.ontology.prefixes import PREFIXES
from trialweave.queries.table import Python

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data" / "seed" / "anlotinib-pubmed-page.txt"
OURS = ROOT / "trialweave" / "demo" / "corpus" / "alter1102.txt"
PREAMBLE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())

Row = dict[str, Python]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            SHARED,
            id="pubmed",
            marks=pytest.mark.skipif(not SHARED.exists(), reason=f"real data is not at {SHARED}"),
        ),
        pytest.param(OURS, id="ours"),
    ],
)
def source(request: pytest.FixtureRequest) -> Path:
    path = request.param
    assert isinstance(path, Path)
    return path


@pytest.fixture(scope="module")
def store(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seed") / "store"
    report = build(folder, [source])
    assert (report.new, report.trials, report.rejected) == (1, 1, ())
    return folder


@pytest.fixture(scope="module")
def graph(store: Path) -> Graph:
    return open_store(store)


def rows(graph: Graph, name: str, **given: str) -> list[Row]:
    return ask(graph, question(name), given).records()


def found(graph: Graph, pattern: str) -> list[Row]:
    return select(graph, f"{PREAMBLE}SELECT DISTINCT * WHERE {{ {pattern} }}").records()


def test_design(graph: Graph) -> None:
    summary = {(row["item"], row["of"]): row["value"] for row in rows(graph, "trial-summary")}
    assert summary["registry id", None] == "NCT02649361"
    assert summary["phase", None] == "2"
    assert summary["allocation", None] == "randomised"
    assert summary["allocation ratio", None] == "2:1"
    assert summary["masking", None] == "double-blind"
    assert summary["sites", None] == 13
    assert summary["country", None] == "China"
    assert summary["participants (randomised)", None] == 165
    assert summary["participants (randomised)", "anlotinib"] == 110
    assert summary["participants (randomised)", "placebo"] == 55
    assert summary["arm role", "placebo"] == "placebo comparator"
    assert str(summary["primary endpoint", None]).lower() == "progression-free survival"


def test_dose(graph: Graph) -> None:
    [dose] = found(
        graph,
        "?arm rdfs:label 'anlotinib' ; tw:hasIntervention ?i . ?i tw:hasRegimen ?r ; tw:drug ?drug ."
        " ?r schema:doseValue ?value ; schema:doseUnit ?unit ; tw:schedule ?schedule",
    )
    assert (dose["value"], dose["unit"]) == (12, "mg")
    assert "days 1-14" in str(dose["schedule"])
    assert "21" in str(dose["schedule"])
    assert dose["drug"] == f"{PREFIXES['twid']}concept/drug/anlotinib"
    quotes = " ".join(str(row["quote"]) for row in rows(graph, "evidence-of", fact=str(dose["r"])))
    assert "12 mg" in quotes
    assert "days 1-14" in quotes


def test_results(graph: Graph) -> None:
    results = rows(graph, "trial-results")
    assert [
        (row["measure"], row["arm"], row["versus"], row["value"], row["unit"], row["ci_low"], row["ci_high"])
        for row in results
    ] == [
        ("median time", "anlotinib", None, Decimal("3.02"), "months", Decimal("2.63"), Decimal("3.65")),
        ("median time", "placebo", None, Decimal("1.41"), "months", Decimal("1.38"), Decimal("1.41")),
        ("hazard ratio", "anlotinib", "placebo", Decimal("0.46"), None, Decimal("0.32"), Decimal("0.66")),
    ]
    assert {str(row["endpoint"]).lower() for row in results} == {"progression-free survival"}
    assert {row["ci_level"] for row in results} == {Decimal(95)}
    assert [row["p"] for row in results] == [None, None, "<0.001"]


def test_adverse_events(graph: Graph) -> None:
    events = [
        (row["event"], row["arm"], row["grade"], row["attribution"], row["affected"], row["percent"])
        for row in rows(graph, "trial-adverse-events")
    ]
    related = "treatment-related"
    assert sorted(events, key=str) == sorted(
        [
            ("hypertension", "anlotinib", "3-4", related, 17, 16),
            ("decreased appetite", "anlotinib", "3-4", related, 6, 6),
            ("hyponatremia", "anlotinib", "3-4", related, 4, 4),
            ("decreased appetite", "placebo", "3-4", related, 2, 4),
            ("death", "anlotinib", None, related, 3, 3),
            ("death", "placebo", None, related, 0, None),
        ],
        key=str,
    )


def test_what_is_not_stated_is_not_there(graph: Graph) -> None:
    events = rows(graph, "trial-adverse-events")
    assert not [row for row in events if row["event"] == "hypertension" and row["arm"] == "placebo"]
    assert {row["at_risk"] for row in events} == {None}


def test_indexing(graph: Graph) -> None:
    terms = found(
        graph,
        "VALUES (?property ?star) { (fabio:hasPrimarySubjectTerm true) (fabio:hasSubjectTerm false) }"
        " ?p ?property ?term . OPTIONAL { ?term meshv:hasDescriptor ?d ; meshv:hasQualifier ?q }",
    )
    assert len(terms) == 23
    assert len({row["d"] or row["term"] for row in terms}) == 18
    assert len([row for row in terms if row["q"]]) == 15
    starred = {str(row["term"]).removeprefix(PREFIXES["mesh"]) for row in terms if row["star"]}
    assert starred == {
        "D020533Q000627",
        "D004938Q000188",
        "D000077277Q000188",
        "D007211Q000627",
        "D009364Q000188",
        "D011804Q000627",
    }
    assert {
        str(row["s"]).removeprefix(PREFIXES["mesh"]) for row in found(graph, "?p tw:mentionsSubstance ?s")
    } == {
        "D020533",
        "D007211",
        "D010919",
        "D011804",
        "C000625192",
    }
    assert len(found(graph, "?p tw:keyword ?k")) == 5
    assert len(found(graph, "?p tw:publicationType ?t")) == 4
    [publication] = found(graph, "?p prism:doi ?doi")
    assert publication["doi"] == "10.1002/cam4.3771"


def test_every_fact_and_every_statement_leads_to_its_words(source: Path, graph: Graph) -> None:
    text = source.read_bytes().decode("utf-8")
    evidence = rows(graph, "evidence-of")
    assert all(text[int(str(row["start"])) : int(str(row["end"]))] == row["quote"] for row in evidence)
    cited = {row["fact"] for row in evidence}
    facts = {
        row["fact"] for row in found(graph, "?fact tw:ofTrial ?t . FILTER NOT EXISTS { ?t tw:hasArm ?fact }")
    }
    statements = {
        row["s"] for row in found(graph, "GRAPH ?g { ?s a rdf:Statement . ?p a fabio:JournalArticle } ")
    }
    arms = {row["a"] for row in found(graph, "?t tw:hasArm ?a")}
    assert len(facts) == 3 + 3 + 6
    assert len(statements) > 23 + 5 + 5 + 4
    assert facts | statements | arms <= cited


def test_drug_toxicity_pairs(graph: Graph) -> None:
    pairs = {(row["drug"], row["toxicity"], row["trust"]) for row in rows(graph, "mesh-drug-toxicity-pairs")}
    harms = {"Feeding and Eating Disorders", "Hypertension", "Hyponatremia"}
    assert pairs == (
        {("anlotinib", harm, "substance") for harm in harms}
        | {("Angiogenesis Inhibitors", harm, "class") for harm in harms}
        | {(family, harm, "indexing-artefact") for family in ("Indoles", "Quinolines") for harm in harms}
    )


def test_the_audit(graph: Graph) -> None:
    denominators = {
        (row["quote"], row["computed"])
        for row in rows(graph, "number-audit")
        if row["check"] == "denominator"
    }
    assert all("[16%]" in str(quote) or "[6%]" in str(quote) for quote, _ in denominators)
    assert {computed for _, computed in denominators} == {"104-109"}
    assert len(denominators) == 2
    [bound] = [row for row in rows(graph, "number-audit") if row["check"] == "bound-equals-estimate"]
    assert bound["computed"] == "1.41"


def test_drug_and_condition(graph: Graph) -> None:
    drugs = rows(graph, "trials-of-drug", drug="angiogenesis inhibitors")
    assert {(row["drug_name"], row["membership"]) for row in drugs} == {("anlotinib", "curated")}
    assert "given in an arm" in {row["basis"] for row in drugs}
    conditions = rows(graph, "trials-of-condition", condition="esophageal neoplasm")
    assert {row["condition_name"] for row in conditions} >= {"Esophageal Squamous Cell Carcinoma"}


def test_check_finds_nothing_wrong(graph: Graph) -> None:
    report = check(graph)
    assert report.issues == ()
    assert report.quotes > 60


def test_loading_again_changes_nothing(source: Path, store: Path, tmp_path: Path) -> None:
    export(open_store(store), tmp_path / "before.nq")
    report = build(store, [source])
    assert (report.new, report.replaced, report.unchanged) == (0, 0, 1)
    export(open_store(store), tmp_path / "after.nq")
    build(tmp_path / "fresh", [source])
    export(open_store(tmp_path / "fresh"), tmp_path / "fresh.nq")
    before = (tmp_path / "before.nq").read_bytes()
    assert before == (tmp_path / "after.nq").read_bytes()
    assert before == (tmp_path / "fresh.nq").read_bytes()


DATASETS = {"nq": "nquads", "trig": "trig", "jsonld": "json-ld"}
GRAPHS = {"nt": "nt", "ttl": "turtle", "rdf": "xml"}


@pytest.mark.parametrize("ending", [*DATASETS, *GRAPHS])
def test_exports_read_back_the_same_elsewhere(graph: Graph, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"seed.{ending}"
    names = (name for name in graph.graph_names() if not name.endswith("-starter"))  # ten times the rest
    graph = Graph.in_memory(quad for name in names for quad in graph.quads(name))
    done = export(graph, path)
    form = pyoxigraph.RdfFormat.from_extension(ending)
    assert form is not None
    here = {quad.triple for quad in pyoxigraph.parse(path=str(path), format=form)}
    assert here == {quad.triple for quad in graph}
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(path, format=(DATASETS | GRAPHS)[ending])
    there = rdflib.Graph()
    there += ((s, p, o) for s, p, o, _ in dataset.quads())
    expected = rdflib.Graph().parse(
        data=pyoxigraph.serialize(here, format=pyoxigraph.RdfFormat.N_TRIPLES), format="nt"
    )
    assert set(to_canonical_graph(there)) == set(to_canonical_graph(expected))
    assert done.statements >= len(here)
