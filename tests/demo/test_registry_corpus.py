"""The bundled registry records: the same figures as the registry's own, and no prose."""

import doctest
import importlib.util
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from trialweave import loaders
from trialweave.loaders.ctgov import json as ctgov_json
from trialweave.records import Publication, RegistryStudy, ResultGroup

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "trialweave" / "demo" / "corpus" / "registry"
README = ROOT / "trialweave" / "demo" / "README.md"
DATA = ROOT.parent / "shared" / "data"
ORIGINALS = (DATA / "registry" / "antiangiogenic", DATA / "seed" / "NCT02649361.xml")

FILES = sorted(CORPUS.glob("NCT*.json"))

needs_originals = pytest.mark.skipif(
    not all(path.exists() for path in ORIGINALS),
    reason="the registry's own records (../shared/data) are not here",
)


@cache
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("trim_registry", ROOT / "scripts" / "trim_registry.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(path: Path) -> RegistryStudy:
    with path.open("rb") as stream:
        [study] = ctgov_json.read(stream, file=path.name)
    assert isinstance(study, RegistryStudy), study
    return study


@cache
def originals() -> dict[str, RegistryStudy]:
    return {study.nct_id.value: study for study in script().studies(map(str, ORIGINALS))}


def test_the_corpus_is_what_it_says():
    studies = [load(path) for path in FILES]
    assert len(studies) == 32
    assert not [problem for study in studies for problem in study.problems]
    assert sum(study.adverse_events is not None for study in studies) == 30
    assert sum(path.stat().st_size for path in FILES) < 3_000_000
    rows = [script().row(study) for study in studies]
    table = [line for line in README.read_text("utf-8").splitlines() if line.startswith("| NCT")]
    assert table == rows


def test_nothing_in_the_corpus_is_set_aside():
    found = Counter(type(item) for item in loaders.read(CORPUS.parent))
    assert found == {RegistryStudy: 32, Publication: 5}


def test_the_seed_is_the_record_of_2018():
    seed = load(CORPUS / "NCT02649361.json")
    assert seed.enrolment is not None
    assert (seed.enrolment.n, seed.enrolment.kind) == (144, "anticipated")
    assert seed.status is not None
    assert seed.status.value == "recruiting"
    assert seed.source.version == "2017-12-27"


PROSE = {
    *("officialTitle", "briefSummary", "detailedDescription", "description", "eligibilityCriteria"),
    *("whyStopped", "comment", "notes", "citation", "populationDescription", "groupDescription"),
    *("preAssignmentDetails", "recruitmentDetails", "otherAnalysisDescription", "estimateComment"),
}


def members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name, each
            yield from members(each)
    elif isinstance(value, list):
        for each in value:
            yield from members(each)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_prose(path: Path):
    found = list(members(json.loads(path.read_text("utf-8"))))
    assert not PROSE & {name for name, _ in found}
    longest = {"briefTitle": 300, "measure": 210, "title": 210}  # titles of studies and of measures
    assert not [each for name, each in found if isinstance(each, str) and len(each) > longest.get(name, 120)]


def test_the_words_of_the_script():
    assert doctest.testmod(script()).failed == 0


@needs_originals
def test_the_script_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    script().main([str(path) for path in ORIGINALS], tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in FILES}, (
        "make the corpus again: python scripts/trim_registry.py RECORDS… trialweave/demo/corpus/registry"
    )
    assert capsys.readouterr().out in README.read_text("utf-8")


@needs_originals
def test_every_original_is_there():
    assert sorted(originals()) == [path.stem for path in FILES]


# ── the same content, wherever it stands in the record ───────────────────────────────────


def protocol(study: RegistryStudy) -> dict[str, Any]:
    names = {each.key: each.name for each in study.interventions}
    design = study.design
    dates = study.dates
    return {
        "ids": [
            *(each.value for each in (*study.nct_aliases, *study.secondary_ids)),
            *(each.value for each in (study.org_study_id, study.acronym, study.brief_title) if each),
        ],
        "version": study.source.version,
        "status": [each and each.value for each in (study.status, study.last_known_status)],
        "dates": {
            name: (found.date, found.kind)
            for name in dates.__struct_fields__
            if (found := getattr(dates, name))
        },
        "design": {
            name: [each.value for each in found] if isinstance(found, tuple) else found and found.value
            for name in design.__struct_fields__
            for found in [getattr(design, name)]
        },
        "enrolment": study.enrolment and (study.enrolment.n, study.enrolment.kind),
        "arms": [(arm.name, arm.role, [names[key] for key in arm.interventions]) for arm in study.arms],
        "interventions": [(each.name, each.aliases, each.kind) for each in study.interventions],
        "terms": [each.value for each in (*study.conditions, *study.keywords)],
        "mesh": [(e.term, e.ui, e.ancestor) for e in (*study.condition_mesh, *study.intervention_mesh)],
        "people": [(each.name, each.kind) for each in (study.sponsor, *study.collaborators) if each],
        "countries": [(each.country, each.sites) for each in study.countries],
        "endpoints": [(each.role, each.name) for each in study.endpoints],
        "references": [(each.kind, each.pmid.value) for each in study.references if each.pmid],
    }


def columns(study: RegistryStudy, groups: Iterable[ResultGroup]) -> dict[str | None, tuple[Any, ...]]:
    """By the group's key: what it is called, what it is, which arm's, and whom it may share people with."""
    groups = tuple(groups)
    arms = {arm.key: arm.name for arm in study.arms}
    ids = {each.key: each.id for each in groups}
    return {
        each.key: (
            *(each.id, each.title, each.kind, each.arm and arms[each.arm], each.match),
            tuple((ids[shared.group], shared.reason) for shared in each.overlaps),
        )
        for each in groups
    }


def events(study: RegistryStudy) -> Any:
    module = study.adverse_events
    if module is None:
        return None
    group = columns(study, module.groups)
    return (
        list(group.values()),
        module.threshold,
        Counter((each.kind, group[each.group], each.affected, each.at_risk) for each in module.totals),
        Counter(
            (
                *(row.serious, row.term, row.organ_system, row.vocabulary, row.assessment),
                *(group[count.group], count.affected, count.at_risk, count.events),
            )
            for row in module.events
            for count in row.counts
        ),
    )


def flow(study: RegistryStudy) -> Any:
    if study.flow is None:
        return None
    group = columns(study, study.flow.groups)
    return list(group.values()), [
        (period.title, kind, row.name, [(group[count.group], count.n) for count in row.counts])
        for period in study.flow.periods
        for kind, listed in (("milestone", period.milestones), ("left", period.dropouts))
        for row in listed
    ]


def outcomes(study: RegistryStudy) -> Any:
    registered = {each.key: each.name for each in study.endpoints}
    return [
        (
            *(each.endpoint.role, each.endpoint.name, each.registered and registered[each.registered]),
            *(each.reporting, each.param, each.dispersion, each.ci_level, each.unit),
            list(group.values()),
            [(group[count.group], count.n, count.units) for count in each.analysed],
            [
                (
                    *(group[cell.group], cell.value, cell.spread, cell.lower, cell.upper),
                    *(cell.class_title, cell.category),
                    cell.analysed and (cell.analysed.n, cell.analysed.units),
                )
                for cell in each.measurements
            ],
            [
                (
                    *([group[key] for key in test.groups], test.hypothesis, test.tested_non_inferiority),
                    *(test.method, test.param, test.ci_sides, test.dispersion, test.spread),
                    test.estimate
                    and (
                        *(test.estimate.measure, test.estimate.value, test.estimate.ci_low),
                        *(test.estimate.ci_high, test.estimate.ci_level, test.estimate.p),
                    ),
                )
                for test in each.analyses
            ],
        )
        for each in study.outcomes
        for group in [columns(study, each.groups)]
    ]


@needs_originals
@pytest.mark.parametrize("part", [protocol, events, flow, outcomes], ids=lambda part: part.__name__)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_trimmed_record_says_what_the_original_says(path: Path, part: Any):
    assert part(load(path)) == part(originals()[path.stem])
