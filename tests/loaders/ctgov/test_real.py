"""The loaders on every registry record that we have, beside a second reading that shares no code."""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.loaders.ctgov import xml as ctgov_xml
from trialweave.loaders.ctgov.places import places, value_at
from trialweave.loaders.ctgov.values import text
from trialweave.records import RegistryStudy, Rejected

DATA = Path(__file__).parents[3].parent / "shared/data"
REGISTRY = DATA / "registry"

pytestmark = pytest.mark.skipif(
    not REGISTRY.is_dir(), reason="the registry's records (../shared/data/registry) are not here"
)

ARCHIVES = {
    "ctgov-v2-studies.json.zip": 1532,
    "ctgov-v2-containers.zip": 869,
    "ctgov-v2-pages.zip": 8,
    "ctgov-api-v1.zip": 16,
    "ctgov-legacy-xml-a.zip": 5110,
    "ctgov-legacy-xml-b.zip": 213,
    "ctgov-legacy-xml-aact-fixtures.zip": 70,
}
UNDATED = 2  # two of the fixtures are cut down to less than their dates


def members(archive: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(REGISTRY / archive) as opened:
        for name in opened.namelist():
            yield name, opened.read(name)


def load(name: str, raw: bytes) -> Iterator[RegistryStudy | Rejected]:
    read = ctgov_xml.read if name.endswith(".xml") else ctgov_json.read
    return read(io.BytesIO(raw), file=name.rpartition("/")[2])


@cache
def antiangiogenic() -> tuple[tuple[Path, RegistryStudy], ...]:
    found = []
    for path in sorted((REGISTRY / "antiangiogenic").rglob("NCT*")):
        [study] = load(path.name, path.read_bytes())
        assert isinstance(study, RegistryStudy)
        found.append((path, study))
    return tuple(found)


@cache
def v2_with_results() -> tuple[tuple[dict[str, Any], RegistryStudy], ...]:
    """Each v2 study with results, as decoded by the standard library and as loaded."""
    found = []
    for name, raw in members("ctgov-v2-studies.json.zip"):
        if b'"resultsSection"' in raw:
            [study] = load(name, raw)
            assert isinstance(study, RegistryStudy)
            found.append((json.loads(raw), study))
    return tuple(found)


@pytest.mark.parametrize(("archive", "count"), ARCHIVES.items(), ids=ARCHIVES)
def test_every_study_loads(archive: str, count: int):
    loaded = dated = 0
    for name, raw in members(archive):
        for study in load(name, raw):
            assert isinstance(study, RegistryStudy), study
            assert study.source.version or study.dates.last_update_submitted is None
            loaded += 1
            dated += study.source.version is not None
    assert loaded == count
    assert dated == count - (UNDATED if archive == "ctgov-api-v1.zip" else 0)


def test_the_antiangiogenic_trials_and_the_seed_load():
    assert len(antiangiogenic()) == 31
    [seed] = load("NCT02649361.xml", (DATA / "seed/NCT02649361.xml").read_bytes())
    assert isinstance(seed, RegistryStudy)
    assert seed.enrolment is not None
    assert (seed.enrolment.n, seed.enrolment.kind) == (144, "anticipated")
    assert seed.status is not None
    assert seed.status.value == "recruiting"


def test_hypertension_by_group_is_the_reference_row_for_row():
    found = []
    for path, study in antiangiogenic():
        if study.adverse_events is None:
            continue
        titles = {group.key: group.title for group in study.adverse_events.groups}
        found += [
            {
                "nct": study.nct_id.value,
                "format": path.parent.name,
                "event_set": "serious" if event.serious else "other",
                "term": event.term,
                "group_title": titles[count.group or ""],
                "affected": str(count.affected),
                "at_risk": str(count.at_risk),
            }
            for event in study.adverse_events.events
            if event.term.lower().startswith("hypertensi")
            for count in event.counts
        ]
    with (DATA / "reference/hypertension-by-arm-registry.tsv").open(newline="") as table:
        reference = list(csv.DictReader(table, delimiter="\t"))
    in_order = sorted(found, key=lambda row: row["format"], reverse=True)  # the reference has XML first
    assert in_order == reference


def test_all_affected_and_at_risk_numbers_equal_a_naive_reading():
    total = 0
    for record, study in v2_with_results():
        module = record["resultsSection"].get("adverseEventsModule", {})
        titles = {group["id"]: group["title"] for group in module.get("eventGroups", [])}
        naive = Counter(
            (
                listed,
                " ".join(event["term"].split()),
                " ".join(titles[stat["groupId"]].split()),
                stat.get("numAffected"),
                stat.get("numAtRisk"),
                stat.get("numEvents"),
            )
            for listed in ("seriousEvents", "otherEvents")
            for event in module.get(listed, [])
            for stat in event["stats"]
        )
        events = study.adverse_events
        names = {group.key: group.title for group in events.groups} if events else {}
        loaded = Counter(
            (
                "seriousEvents" if event.serious else "otherEvents",
                event.term,
                names[count.group or ""],
                count.affected,
                count.at_risk,
                count.events,
            )
            for event in (events.events if events else ())
            for count in event.counts
        )
        assert loaded == naive, study.nct_id.value
        total += loaded.total()
    assert total == 143_498


def test_all_measurements_equal_a_naive_reading():
    total = 0
    for record, study in v2_with_results():
        listed = record["resultsSection"].get("outcomeMeasuresModule", {}).get("outcomeMeasures", [])
        naive = [
            (cell.get("value"), cell.get("spread"), cell.get("lowerLimit"), cell.get("upperLimit"))
            for outcome in listed
            for each in outcome.get("classes", [])
            for category in each.get("categories", [])
            for cell in category.get("measurements", [])
        ]
        loaded = [
            tuple(number and number.reported for number in (m.value, m.spread, m.lower, m.upper))
            for outcome in study.outcomes
            for m in outcome.measurements
        ]
        assert loaded == naive, study.nct_id.value
        total += len(loaded)
    assert total == 67_199


def test_the_same_event_groups_match_an_arm_by_title_as_in_a_naive_reading():
    groups = matched = 0
    for record, study in v2_with_results():
        arms = [
            re.sub("[^a-z0-9]", "", arm["label"].lower())
            for arm in record["protocolSection"]["armsInterventionsModule"].get("armGroups", [])
        ]
        for group in study.adverse_events.groups if study.adverse_events else ():
            naive = arms.count(re.sub("[^a-z0-9]", "", (group.title or "").lower())) == 1
            assert (group.match == "same title") == naive, (study.nct_id.value, group.title)
            groups += 1
            matched += naive
    assert (groups, matched) == (1048, 446)


# ── every place resolves ─────────────────────────────────────────────────────────────────


def agree(quote: str, there: str) -> bool:
    """A number must be all that stands there; words may be a part of it (a dose, a kind of masking)."""
    if quote == there or text(quote) == text(there):
        return True
    if re.fullmatch(r"[0-9]+", quote):
        return there.replace(",", "").partition(".")[0] == quote
    return re.search("[A-Za-z]", quote) is not None and quote in there


def assert_places(study: RegistryStudy, record: Any) -> int:
    found = list(places(study))
    for place, quote in found:
        there = value_at(record, place)
        assert agree(quote, there), (study.nct_id.value, place, quote, there)
    return len(found)


def test_every_place_resolves_in_v2_studies():
    checked = sum(assert_places(study, record) for record, study in v2_with_results()[::3])
    assert checked > 150_000


@pytest.mark.parametrize("archive", ["ctgov-v2-containers.zip", "ctgov-v2-pages.zip", "ctgov-api-v1.zip"])
def test_every_place_resolves_in_containers_and_older_forms(archive: str):
    for name, raw in members(archive):
        decoded = json.loads(raw)
        if isinstance(decoded, dict):
            pages = decoded.get("FullStudiesResponse", decoded)
            decoded = pages.get("studies") or pages.get("FullStudies") or [decoded.get("study") or decoded]
        for record, study in zip(decoded, load(name, raw), strict=True):
            assert isinstance(study, RegistryStudy)
            assert_places(study, record.get("Study", record))


def test_every_place_resolves_in_legacy_xml():
    parser = etree.XMLParser(remove_comments=True)
    for name, raw in list(members("ctgov-legacy-xml-aact-fixtures.zip"))[::2]:
        [study] = load(name, raw)
        assert isinstance(study, RegistryStudy)
        assert_places(study, etree.fromstring(raw, parser))


# ── the oddities, each on a real record ──────────────────────────────────────────────────


def test_at_risk_zero_and_affected_missing_stay_as_they_are():
    counts = [
        count
        for _, study in v2_with_results()
        if study.adverse_events
        for event in study.adverse_events.events
        for count in event.counts
    ]
    assert sum(count.at_risk == 0 for count in counts) > 2000
    assert sum(count.affected is None for count in counts) > 2000
    assert sum(count.affected == 0 for count in counts) > 10_000


def test_an_absent_table_is_no_table_of_zeros():
    alone = [
        study
        for record, study in v2_with_results()
        if "seriousEvents" not in record["resultsSection"].get("adverseEventsModule", {"seriousEvents": []})
    ]
    assert alone
    assert not any(event.serious for study in alone for event in study.adverse_events.events)  # type: ignore[union-attr]
    missing = [
        study for record, study in v2_with_results() if "adverseEventsModule" not in record["resultsSection"]
    ]
    assert missing
    assert all(study.adverse_events is None for study in missing)


def test_na_is_reported_and_has_no_value():
    cells = [m for _, study in v2_with_results() for outcome in study.outcomes for m in outcome.measurements]
    unstated = [m.value for m in cells if m.value and m.value.reported == "NA"]
    assert len(unstated) == 686
    assert all(number.value is None for number in unstated)
    bare = [m.value for m in cells if m.value and m.value.reported.startswith(".")]
    assert bare
    assert all(number.value == Decimal("0" + number.reported) for number in bare)


def test_thresholds():
    found = Counter(
        study.adverse_events.threshold.value
        for _, study in v2_with_results()
        if study.adverse_events and study.adverse_events.threshold
    )
    assert found[Decimal(5)] == 151
    assert found[Decimal("0.05")] == 1


def test_p_values_keep_their_operator():
    found = Counter(
        analysis.estimate.p
        for _, study in v2_with_results()
        for outcome in study.outcomes
        for analysis in outcome.analyses
        if analysis.estimate and analysis.estimate.p
    )
    assert found["<0.0001"] == 84  # 81 written "<0.0001", 3 with a space
    assert found["<.0001"] == 5
    assert sum(found.values()) == 2699


def test_the_legacy_total_is_no_event_and_its_sums_are_kept():
    for path, study in antiangiogenic():
        events = study.adverse_events
        if path.suffix == ".xml" and events is not None:
            assert not any(event.organ_system == "Total" for event in events.events)
            stated = re.findall(r"<sub_title>Total, [^<]*</sub_title>", path.read_text())
            assert len({total.kind for total in events.totals}) == len(stated) > 0


def test_a_sections_vocabulary_holds_for_terms_without_their_own():
    found = Counter(
        event.vocabulary_from
        for path, study in antiangiogenic()
        if path.suffix == ".xml" and study.adverse_events
        for event in study.adverse_events.events
    )
    assert found["section"] > 1000
    for path, study in antiangiogenic():
        if path.suffix == ".xml" and "<default_vocab>" not in path.read_text() and study.adverse_events:
            assert not any(event.vocabulary_from == "section" for event in study.adverse_events.events)


def test_a_file_named_after_another_study_is_loaded_and_says_so():
    found = [
        problem.reason
        for name, raw in members("ctgov-legacy-xml-aact-fixtures.zip")
        for study in load(name, raw)
        if isinstance(study, RegistryStudy)
        for problem in study.problems
    ]
    assert found == ["the file is named NCT00980226, the record says NCT00081588"] * 2


def test_the_older_json_and_the_xml_of_one_study_agree():
    """Another vintage of the same study: who was counted by term has not changed."""
    [old] = (s for n, raw in members("ctgov-api-v1.zip") if n == "NCT00023673.json" for s in load(n, raw))
    [xml] = (
        s
        for n, raw in members("ctgov-legacy-xml-aact-fixtures.zip")
        if n == "NCT00023673.xml"
        for s in load(n, raw)
    )
    assert isinstance(old, RegistryStudy)
    assert isinstance(xml, RegistryStudy)

    def rows(study: RegistryStudy) -> Counter[tuple[Any, ...]]:
        assert study.adverse_events is not None
        return Counter(
            (
                event.serious,
                event.term,
                event.organ_system,
                tuple((c.affected, c.at_risk) for c in event.counts),
            )
            for event in study.adverse_events.events
        )

    assert rows(old) == rows(xml)
    for one, other in zip(old.outcomes, xml.outcomes, strict=True):
        assert one.endpoint.name == other.endpoint.name
        assert (one.param, one.dispersion, one.unit) == (other.param, other.dispersion, other.unit)
        assert [m.value for m in one.measurements] == [m.value for m in other.measurements]
    assert [g.match for g in old.adverse_events.groups] == [g.match for g in xml.adverse_events.groups]  # type: ignore[union-attr]
    assert old.design.phases[0].value == xml.design.phases[0].value
