"""Registry records under check: what is ours, what the source posts, every number at its place."""

import json
import zipfile
from pathlib import Path

import pytest

from trialweave.errors import LoadError
from trialweave.graph import check_registry
from trialweave.graph.build import build
from trialweave.graph.check import check
from trialweave.graph.check_registry import RULES, offences
from trialweave.graph.check_sources import check_sources
from trialweave.graph.quads import Literal, NamedNode, Quad
from trialweave.graph.store import Graph, open_store
from trialweave.ontology.prefixes import namespace

DATA = Path(__file__).parents[1] / "data" / "registry"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "registry"
TW = namespace("tw")
XSD = namespace("xsd")
RECORD = "https://w3id.org/trialweave/id/ctgov/NCT00000001#"
INTEGER, DECIMAL = NamedNode(XSD["integer"]), NamedNode(XSD["decimal"])


def copy_of(store: Path) -> Graph:
    """A store's graph in memory, to be tampered with."""
    return Graph.in_memory(open_store(store))


def change(graph: Graph, predicate: str, old: str, new: str) -> str:
    """Write another number in place of the first that is `old`; the fact that it belongs to."""
    for quad in sorted(graph.quads_of(predicate=TW[predicate]), key=str):
        if isinstance(quad.object, Literal) and quad.object.value == old and "ctgov" in str(quad.subject):
            changed = Literal(new, datatype=quad.object.datatype)
            graph._store.remove(quad)
            graph.extend([Quad(quad.subject, quad.predicate, changed, quad.graph_name)])
            assert isinstance(quad.subject, NamedNode)
            return quad.subject.value
    raise AssertionError(f"no {predicate} {old}")


# ── set by set ───────────────────────────────────────────────────────────────────────────

GROUP, OTHER, FACT = (f"<{RECORD}{name}>" for name in ("group", "other", "fact"))
SOUND = f"""{GROUP} tw:ofTrial <http://e.org/t> ; tw:isArm <{RECORD}arm> ; tw:matchBasis "same title" .
<http://e.org/t> tw:hasArm <{RECORD}arm> .
{FACT} tw:event <http://e.org/rash> ; tw:ofGroup {GROUP} ; tw:affected 4 ; tw:atRisk 4 .
<{RECORD}low> tw:ofGroup {GROUP} ; tw:ofEndpoint <{RECORD}end> ; tw:value 2.0 ; tw:ciLow 1.0 ; tw:ciHigh 2.0 .
"""

BROKEN = {
    "affected-over-at-risk": SOUND.replace("tw:affected 4", "tw:affected 5"),
    "interval-limits": SOUND.replace("tw:ciLow 1.0", "tw:ciLow 2.5"),
    "estimate-outside-interval": SOUND.replace("tw:value 2.0", "tw:value 2.5"),
    "p-value": SOUND + f"{FACT} tw:pValue 1.5 .",
    "negative": SOUND.replace("tw:affected 4", "tw:affected -1"),
    "event-count": SOUND + f"<{RECORD}loose> tw:event <http://e.org/rash> ; tw:affected 1 .",
    "group-unknown": SOUND.replace(f"{GROUP} tw:ofTrial", f"{OTHER} tw:ofTrial"),
    "other-record": SOUND.replace(f"{FACT} tw:event", f"<{RECORD.replace('1#', '2#')}fact> tw:event"),
    "overlap-one-sided": SOUND + f"{GROUP} tw:mayOverlap {OTHER} . {OTHER} tw:ofTrial <http://e.org/t> .",
    "arm-unknown": SOUND.replace("tw:hasArm", "tw:hasEndpoint"),
    "match-without-basis": SOUND.replace("tw:matchBasis", "rdfs:label"),
    "value-without-endpoint": SOUND.replace(f"tw:ofEndpoint <{RECORD}end> ;", ""),
}


def graph_of(turtle: str) -> Graph:
    import pyoxigraph

    head = f"@prefix tw: <{TW['']}> . @prefix rdfs: <{namespace('rdfs')['']}> .\n"
    return Graph.in_memory(
        Quad(quad.subject, quad.predicate, quad.object, NamedNode("http://e.org/g"))
        for quad in pyoxigraph.parse(head + turtle, format=pyoxigraph.RdfFormat.TURTLE)
    )


def test_a_sound_record_breaks_no_rule() -> None:
    assert list(offences(graph_of(SOUND))) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_finds_what_it_is_for(rule: check_registry.Rule) -> None:
    found = [offence for offence in offences(graph_of(BROKEN[rule.name])) if offence.rule == rule]
    assert len(found) >= 1
    assert "{" not in found[0].message


def test_the_number_at_risk_of_the_group_counts_where_the_fact_has_none() -> None:
    shared = SOUND.replace(" ; tw:atRisk 4", "").replace("tw:matchBasis", "tw:atRisk 3 ; tw:matchBasis")
    [found] = offences(graph_of(shared))
    assert (found.rule.name, found.message) == ("affected-over-at-risk", "4 affected of 3 at risk, as posted")


def test_only_registry_records_are_looked_at() -> None:
    elsewhere = BROKEN["negative"].replace(RECORD, "https://w3id.org/trialweave/id/pubmed/1#")
    assert [found for found in offences(graph_of(elsewhere)) if found.rule.name == "negative"] == []


def test_what_the_source_posts_is_no_error_of_ours(tmp_path: Path) -> None:
    study = json.loads((DATA / "invented.json").read_text())
    row = study["resultsSection"]["adverseEventsModule"]["otherEvents"][0]
    row["stats"][0]["numAffected"] = 97
    (tmp_path / "study.json").write_text(json.dumps(study))
    build(tmp_path / "store", [tmp_path / "study.json"])
    report = check(open_store(tmp_path / "store"), [tmp_path / "study.json"])
    posted = [issue for issue in report.issues if issue.severity == "source"]
    assert {"97 affected of 95 at risk, as posted"} <= {issue.message for issue in posted}
    assert report.errors == 0
    assert "contradictions as posted" in report.summary()


# ── every number at its place ────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check") / "store"
    build(folder, [DATA / "invented.json", DATA / "invented-crossover.json"])
    return folder


@pytest.fixture(scope="module")
def xml_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check") / "store"
    build(folder, [DATA / "invented.xml"])
    return folder


def test_every_number_stands_in_its_field(store: Path, xml_store: Path) -> None:
    done = check_sources(open_store(store), [DATA])
    assert (done.mismatches, done.opened, done.not_found) == ((), 2, 0)
    assert done.numbers > 40
    done = check_sources(open_store(xml_store), [DATA])
    assert (done.mismatches, done.opened, done.not_found) == ((), 1, 0)
    assert done.numbers > 10


@pytest.mark.parametrize(
    ("predicate", "old", "new"),
    [
        ("affected", "37", "38"),
        ("events", "41", "40"),
        ("affected", "7", "8"),  # the table's own total
        ("atRisk", "48", "47"),
        ("count", "144", "165"),  # enrolment
        ("count", "1090", "1091"),  # participant flow
        ("value", "3.02", "3.03"),
        ("ciLow", "2.6", "2.7"),
        ("denominator", "95", "96"),
        ("ciLevel", "95", "90"),
        ("value", "0.46", "0.47"),
        ("ciHigh", "0.66", "0.67"),
        ("pValue", "0.0001", "0.001"),
        ("reportingThreshold", "5", "4"),
    ],
)
def test_one_broken_number_is_an_error(store: Path, predicate: str, old: str, new: str) -> None:
    graph = copy_of(store)
    fact = change(graph, predicate, old, new)
    report = check(graph, [DATA])
    errors = [issue for issue in report.issues if issue.check == "field"]
    assert {issue.where for issue in errors} == {fact}
    assert all(new in issue.message for issue in errors)
    assert report.errors >= 1


def test_a_broken_number_of_xml_is_an_error(xml_store: Path) -> None:
    graph = copy_of(xml_store)
    fact = change(graph, "affected", "1", "2")
    [mismatch] = check_sources(graph, [DATA]).mismatches
    assert mismatch.fact == fact
    assert "'1' stands at clinical_results/" in mismatch.message


def test_the_shared_number_at_risk_is_looked_up_at_every_count_behind_it(xml_store: Path) -> None:
    graph = copy_of(xml_store)
    group = f"{RECORD.replace('NCT00000001', 'NCT90000001')}nowhere"
    name = NamedNode("https://w3id.org/trialweave/graph/ctgov/NCT90000001")
    graph.extend([Quad(NamedNode(group), NamedNode(TW["atRisk"]), Literal("9", datatype=INTEGER), name)])
    [mismatch] = check_sources(graph, [DATA]).mismatches
    assert "no count of the group stands behind it" in mismatch.message


def test_a_number_that_leads_to_no_field_is_an_error(store: Path) -> None:
    graph = copy_of(store)
    name = NamedNode("https://w3id.org/trialweave/graph/ctgov/NCT90000001")
    fact = NamedNode(f"{RECORD.replace('NCT00000001', 'NCT90000001')}/somewhere")
    graph.extend([Quad(fact, NamedNode(TW["percent"]), Literal("9", datatype=DECIMAL), name)])
    [mismatch] = check_sources(graph, [DATA]).mismatches
    assert mismatch.message == "percent 9 has no field to be checked against"


def test_records_are_found_by_their_bytes_in_any_container(tmp_path: Path) -> None:
    studies = [json.loads((DATA / name).read_text()) for name in ("invented.json", "invented-crossover.json")]
    lines = tmp_path / "lines.json"
    lines.write_text("\n".join(json.dumps(study) for study in studies))
    (tmp_path / "page.json").write_text(json.dumps({"studies": [{"study": study} for study in studies]}))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(lines, "deep/lines.json")
    build(tmp_path / "store", [lines])
    for source in ("lines.json", "page.json", "all.zip"):
        done = check_sources(open_store(tmp_path / "store"), [tmp_path / source])
        assert (done.opened, done.mismatches) == (2, ()), source


def test_records_that_are_not_in_the_sources_are_counted_and_said(store: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_bytes((DATA / "invented.json").read_bytes()[:500])
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4\n")
    report = check(open_store(store), [DATA / "invented.json", tmp_path])
    assert report.sources is not None
    assert (report.sources.opened, report.sources.not_found) == (1, 1)
    assert "(1 more are not in the sources given)" in report.summary()
    assert check(open_store(store)).sources is None
    with pytest.raises(LoadError, match=r"no-such\.json"):
        check(open_store(store), [tmp_path / "no-such.json"])


@pytest.mark.skipif(not SHARED.exists(), reason=f"real data is not at {SHARED}")
def test_every_number_of_real_records_stands_in_its_field(tmp_path: Path) -> None:
    sources = [SHARED / "antiangiogenic", SHARED / "ctgov-api-v1.zip"]
    build(tmp_path / "store", sources)
    done = check_sources(open_store(tmp_path / "store"), sources)
    assert done.mismatches == ()
    assert done.not_found == 0
    assert done.opened > 40
    assert done.numbers > 20_000
