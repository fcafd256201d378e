"""The tour's own sentences are as true as the answers that it prints."""

import io
from pathlib import Path

from trialweave.demo.tour import STOPS, tour
from trialweave.graph.store import open_store
from trialweave.ontology.prefixes import namespace
from trialweave.queries.run import select


def test_a_trial_with_two_records_is_one_trial(tmp_path: Path) -> None:
    out = io.StringIO()
    tour(tmp_path / "demo", out)
    first = out.getvalue().splitlines()[0]
    query = f"SELECT (COUNT(DISTINCT ?t) AS ?n) WHERE {{ ?t a <{namespace('tw')['Trial']}> }}"
    [counted] = select(open_store(tmp_path / "demo"), query).records()
    assert f": {counted['n']} trials," in first
    assert out.getvalue().count("$ trialweave ask") == len(STOPS)
