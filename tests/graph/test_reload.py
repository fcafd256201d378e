"""Registry records loaded again: the record's own date decides, and what is derived follows."""

import json
from pathlib import Path
from typing import Any

from trialweave.graph.build import build
from trialweave.graph.check import check
from trialweave.graph.export import export
from trialweave.graph.store import current_generation, open_store
from trialweave.queries.catalogue import question
from trialweave.queries.run import ask

PAPER = Path(__file__).parents[2] / "trialweave" / "demo" / "corpus" / "alter1102.txt"


def version(folder: Path, name: str, study: dict[str, Any], *, date: str, status: str, count: int) -> Path:
    """A version of the study, in a file of its own."""
    protocol = study["protocolSection"] | {
        "statusModule": {"overallStatus": status, "lastUpdateSubmitDate": date}
    }
    enrolled = {"count": count, "type": "ACTUAL" if status == "COMPLETED" else "ESTIMATED"}
    protocol["designModule"] = protocol["designModule"] | {"enrollmentInfo": enrolled}
    path = folder / name
    path.write_text(json.dumps(study | {"protocolSection": protocol}))
    return path


def told(store: Path) -> dict[str, tuple[object, object, object]]:
    rows = ask(open_store(store), question("registry-vs-publication")).records()
    return {
        str(row["kind"]): (row["registry_value"], row["verdict"], str(row["registry_version"]))
        for row in rows
        if row["kind"] in ("planned enrolment", "actual enrolment", "status")
    }


OLD = {
    "planned enrolment": ("144", "differs", "2018-05-04"),
    "status": ("recruiting", "differs", "2018-05-04"),
}
NEW = {
    "actual enrolment": ("165", "agrees", "2021-06-01"),
    "status": ("completed", "agrees", "2021-06-01"),
}


def test_a_newer_version_replaces_and_an_older_one_stays_outside(tmp_path: Path, weave: Any) -> None:
    store, study = tmp_path / "store", weave.study("NCT02649361")
    old = version(tmp_path, "old.json", study, date="2018-05-04", status="RECRUITING", count=144)
    new = version(tmp_path, "new.json", study, date="2021-06-01", status="COMPLETED", count=165)
    build(store, [PAPER, old])
    assert told(store) == OLD
    report = build(store, [new])
    assert (report.new, report.replaced, report.rejected) == (0, 1, ())
    assert told(store) == NEW, "derived graphs follow"
    report = build(store, [old])
    assert (report.new, report.replaced) == (0, 0)
    [reject] = report.rejected
    assert (reject.id, reject.file) == ("NCT02649361", "old.json")
    assert "2021-06-01" in reject.reason
    assert "2018-05-04" in reject.reason
    assert told(store) == NEW
    assert check(open_store(store), [new]).errors == 0


def test_the_order_of_the_files_does_not_matter(tmp_path: Path, weave: Any) -> None:
    study = weave.study("NCT02649361")
    old = version(tmp_path, "old.json", study, date="2018-05-04", status="RECRUITING", count=144)
    new = version(tmp_path, "new.json", study, date="2021-06-01", status="COMPLETED", count=165)
    exports = []
    for name, sources in (("one", [PAPER, old, new]), ("two", [new, old, PAPER]), ("three", [new, PAPER])):
        build(tmp_path / name, sources)
        assert told(tmp_path / name) == NEW
        export(open_store(tmp_path / name), tmp_path / f"{name}.nq")
        exports.append((tmp_path / f"{name}.nq").read_bytes())
    assert exports[0] == exports[1] == exports[2]


def test_a_study_that_has_not_changed_writes_nothing(tmp_path: Path, weave: Any) -> None:
    store = tmp_path / "store"
    only = version(tmp_path, "a.json", weave.study(), date="2018-05-04", status="RECRUITING", count=144)
    build(store, [only])
    export(open_store(store), tmp_path / "before.nq")
    generation = current_generation(store)
    report = build(store, [only])
    assert (report.new, report.replaced, report.unchanged) == (0, 0, 1)
    assert current_generation(store) == generation
    spaced = tmp_path / "b.json"
    spaced.write_text(json.dumps(json.loads(only.read_text()), indent=1))
    assert build(store, [spaced]).unchanged == 1
    assert current_generation(store) == generation, "other bytes, same statements"
    export(open_store(store), tmp_path / "after.nq")
    assert (tmp_path / "before.nq").read_bytes() == (tmp_path / "after.nq").read_bytes()


def test_a_version_without_a_date_does_not_replace_a_dated_one(tmp_path: Path, weave: Any) -> None:
    store, study = tmp_path / "store", weave.study()
    dated = version(tmp_path, "a.json", study, date="2018-05-04", status="RECRUITING", count=144)
    build(store, [dated])
    study["protocolSection"]["statusModule"] = {"overallStatus": "COMPLETED"}
    (tmp_path / "undated.json").write_text(json.dumps(study))
    report = build(store, [tmp_path / "undated.json"])
    assert report.replaced == 0
    [reject] = report.rejected
    assert "2018-05-04" in reject.reason
