"""The benchmark's own labels: offsets inside their texts, figures where the labels say they are."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
POOL = ROOT.parent / "shared" / "data" / "extraction" / "pool_dev.jsonl.gz"


def labels(kind: str) -> list[dict[str, Any]]:
    path = ROOT / "benchmarks" / "extraction" / f"labels-{kind}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("kind", ["tuned", "blind"])
def test_labels_hold_no_text(kind: str) -> None:
    for record in labels(kind):
        assert set(record) == {"id", "arms", "facts"}
        for fact in record["facts"]:
            assert "quote" not in fact
            assert 0 <= fact["start"] < fact["end"]


@pytest.mark.parametrize("kind", ["tuned", "blind"])
def test_the_labelled_figures_stand_at_their_offsets(kind: str) -> None:
    if not POOL.exists():
        pytest.skip("the pool of abstracts is not beside this checkout")
    with gzip.open(POOL, "rt", encoding="utf-8") as lines:
        texts = {record["id"]: record["text"] for record in map(json.loads, lines)}
    for record in labels(kind):
        for fact in record["facts"]:
            quote = (
                texts[record["id"]][fact["start"] : fact["end"]]
                .replace("·", ".")
                .replace(",", "")
                .replace("\u2009", "")
            )
            value = fact.get("value")
            if (
                isinstance(value, int | float)
                and fact["kind"] not in ("total_n", "arm_size")
                and fact["kind"] != "p_value"
            ):
                assert str(value).rstrip("0").rstrip(".").removeprefix("0") in quote.replace(" ", ""), (
                    record["id"],
                    fact,
                )


def test_no_abstract_is_in_both_sets() -> None:
    assert not {record["id"] for record in labels("tuned")} & {record["id"] for record in labels("blind")}
