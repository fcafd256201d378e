"""Score the abstract reader on the labelled sets, and print one table.

usage: python benchmarks/extraction/run.py [--data ../shared/data/extraction] [--errors FOLDER]

`dev.jsonl` and the scorers are in the data folder. `labels-tuned.jsonl` and `labels-blind.jsonl`
beside this file hold labels only (ids, offsets, values); the texts are looked up in the data
folder's `pool_dev.jsonl.gz`, and a set whose texts are not there is left out, with a word about it.
Rules were written with dev and the tuned set in view, the blind set is for reporting.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from predict import predict, records

from trialweave.loaders.abstract import read

HERE = Path(__file__).parent
WIDTHS = (10, 8, 11, 7, 7, 9, 14)


def with_texts(labels: Path, texts: dict[str, str]) -> list[dict[str, Any]]:
    """The labelled abstracts whose texts are at hand, each label with its quote."""
    filled = []
    for record in records(labels):
        text = texts.get(record["id"])
        if text is not None:
            facts = [{**fact, "quote": text[fact["start"] : fact["end"]]} for fact in record["facts"]]
            filled.append({**record, "text": text, "facts": facts})
    return filled


def score(scorer: Path, gold: Path, folder: Path, errors: Path | None) -> dict[str, Any]:
    """What the scorer says of our reading of the abstracts of `gold`."""
    predicted = folder / f"{gold.stem}.predicted.jsonl"
    predict(gold, predicted)
    command = [sys.executable, str(scorer), str(gold), str(predicted), "--json"]
    if errors:
        command += ["--errors", str(errors / f"{gold.stem}.errors.jsonl")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    lines = done.stdout.strip().splitlines()
    result: dict[str, Any] = json.loads(lines[-1])["ALL (micro)"]
    result["note"] = next((line for line in lines if line.startswith("of numeric matches")), "")
    return result


def spans(scorer: Path, gold: Path, folder: Path) -> str:
    """The last line of the span scorer: recall of the human-annotated numbers."""
    plain = folder / gold.name.removesuffix(".gz")
    plain.write_text(
        "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records(gold)), "utf-8"
    )
    predicted = folder / f"{plain.stem}.predicted.jsonl"
    predict(plain, predicted)
    command = [sys.executable, str(scorer), str(plain), str(predicted)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return next(line for line in done.stdout.splitlines() if line.startswith("ALL"))


def speed(texts: list[str]) -> float:
    """Abstracts read in a second of one core's time."""
    for text in texts[:20]:
        read(text)
    begin = time.process_time()
    for text in texts:
        read(text)
    return len(texts) / (time.process_time() - begin)


def main() -> int:
    """Run all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=HERE.parents[2] / "shared" / "data" / "extraction")
    parser.add_argument("--errors", type=Path, help="a folder for the scorer's lists of errors")
    chosen = parser.parse_args()
    data: Path = chosen.data
    if not (data / "score.py").exists():
        print(f"no scorer in {data}: give the folder of the extraction data with --data", file=sys.stderr)
        return 1
    pool = data / "pool_dev.jsonl.gz"
    texts = {record["id"]: record["text"] for record in records(pool)} if pool.exists() else {}
    titles = ("abstracts", "labels", "numeric P", "R", "F1", "+arm F1", "+endpoint F1")
    print("set     " + "".join(f"{title:>{width}}" for title, width in zip(titles, WIDTHS, strict=True)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets = {"dev": list(records(data / "dev.jsonl"))}
        sets |= {kind: with_texts(HERE / f"labels-{kind}.jsonl", texts) for kind in ("tuned", "blind")}
        for kind, gold in sets.items():
            if not gold:
                print(f"{kind:8} left out: its texts are not in {pool}")
                continue
            path = folder / f"{kind}.jsonl"
            path.write_text(
                "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in gold), "utf-8"
            )
            found = score(data / "score.py", path, folder, chosen.errors if kind != "blind" else None)
            numeric = found["numeric"]
            print(
                f"{kind:8}{len(gold):10}{found['gold']:8}{numeric['p']:11.3f}{numeric['r']:7.3f}{numeric['f']:7.3f}"
                f"{found['arm']['f']:9.3f}{found['ep']['f']:14.3f}"
            )
            print(f"        {found['note']}")
        for corpus in ("pico_breast_dev", "rct_art_dev"):
            if (data / f"{corpus}.jsonl.gz").exists():
                print(f"{corpus}: {spans(data / 'score_spans.py', data / f'{corpus}.jsonl.gz', folder)}")
    if texts:
        print(
            f"speed: {speed(list(texts.values())):.0f} abstracts a second of one core's time "
            f"({len(texts)} read)"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
