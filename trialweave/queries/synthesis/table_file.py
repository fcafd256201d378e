"""A person's own table of studies: 2x2 counts, or estimates with their intervals."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from trialweave.errors import LoadError
from trialweave.queries.synthesis.statistics import quantile
from trialweave.queries.synthesis.study import Counts, Estimate, Measure, Scale, Study

COUNTS = ("study", "events_treated", "n_treated", "events_control", "n_control")
ESTIMATES = ("study", "estimate", "ci_low", "ci_high")

_WHOLE = re.compile(r"\+?[0-9]+(?:\.0*)?")
_SHOWN = 5


def read_table(file: Path, measure: Measure, *, by: str | None = None) -> list[Study]:
    """The studies of a CSV file, in file order.

    Columns: study, events_treated, n_treated, events_control, n_control; or study, estimate, ci_low,
    ci_high and, where intervals are not of 95 %, ci_level (percent). Estimates are as people read them; the
    standard error is the width of the interval on the scale of pooling over twice its normal quantile. The
    column `by` gives the subgroup.
    Raises LoadError, with the line, for the first few bad rows: a pool without a row that was meant to be in
    it is a wrong number, so nothing is set aside.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            header = tuple(name.strip() for name in reader.fieldnames or ())
            reader.fieldnames = header
            lines = [(reader.line_num, row) for row in reader if any(row.values())]
    except OSError as error:
        raise LoadError(f"{file}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise LoadError(f"{file}: is no CSV in UTF-8 ({error})") from error
    read = _reader(file, header, measure, by)
    studies: list[Study] = []
    bad: list[str] = []
    seen: dict[str, int] = {}
    for line, row in lines:
        try:
            if None in row or None in row.values():
                raise ValueError(f"expected {len(header)} cells, got another number")
            study = read({name: cell.strip() for name, cell in row.items()})
            if study.study in seen:
                raise ValueError(f"study {study.study!r} stands in line {seen[study.study]} already")
            seen[study.study] = line
            studies.append(study)
        except ValueError as error:
            bad.append(f"line {line}: {error}")
    if bad:
        more = f"; and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
        raise LoadError(f"{file}: {'; '.join(bad[:_SHOWN])}{more}; correct or delete these lines")
    if not studies:
        raise LoadError(f"{file}: holds no study; write one a line under {', '.join(COUNTS)}")
    return studies


def _reader(
    file: Path, header: tuple[str, ...], measure: Measure, by: str | None
) -> Callable[[Mapping[str, str]], Study]:
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise LoadError(f"{file}: has the column {', '.join(twice)} twice")
    if by is not None and by not in header:
        raise LoadError(
            f"{file}: has no column {by!r} for by={by}; its columns: {', '.join(header) or 'none'}"
        )
    if set(COUNTS) <= set(header):
        return lambda row: _counts(row, by)
    if set(ESTIMATES) <= set(header):
        return lambda row: _estimate(row, measure, by)
    missing = [name for name in COUNTS if name not in header]
    raise LoadError(
        f"{file}: has no column {', '.join(missing)}; expected {', '.join(COUNTS)}, or {', '.join(ESTIMATES)}"
    )


def _counts(row: Mapping[str, str], by: str | None) -> Counts:
    events_treated, n_treated, events_control, n_control = (_whole(row, name) for name in COUNTS[1:])
    for events, n, side in (
        (events_treated, n_treated, "treated"),
        (events_control, n_control, "control"),
    ):
        if n == 0:
            raise ValueError(f"n_{side} is 0: there is nobody to count")
        if events > n:
            raise ValueError(f"events_{side} is {events}, more than the {n} of n_{side}")
    return Counts(
        study=_name(row),
        events_treated=events_treated,
        n_treated=n_treated,
        events_control=events_control,
        n_control=n_control,
        subgroup=_subgroup(row, by),
    )


def _estimate(row: Mapping[str, str], measure: Measure, by: str | None) -> Estimate:
    estimate, low, high = (_number(row, name) for name in ESTIMATES[1:])
    level = _number(row, "ci_level") if row.get("ci_level") else 95.0
    if not 50 <= level < 100:
        raise ValueError(f"ci_level is {level:g}, expected percent, such as 95")
    if not low <= estimate <= high or low == high:
        raise ValueError(f"estimate {estimate:g} does not lie within its interval {low:g} to {high:g}")
    if Scale(measure=measure).log:
        if low <= 0:
            raise ValueError(f"ci_low is {low:g}: a ratio is above 0; for differences, --measure rd")
        estimate, low, high = math.log(estimate), math.log(low), math.log(high)
    se = (high - low) / (2 * quantile((1 + level / 100) / 2))
    return Estimate(study=_name(row), effect=estimate, se=se, subgroup=_subgroup(row, by))


def _name(row: Mapping[str, str]) -> str:
    if not row["study"]:
        raise ValueError("study is empty")
    return row["study"]


def _subgroup(row: Mapping[str, str], by: str | None) -> str | None:
    if by is None:
        return None
    if not row[by]:
        raise ValueError(f"{by} is empty")
    return row[by]


def _whole(row: Mapping[str, str], name: str) -> int:
    cell = row[name]
    if not _WHOLE.fullmatch(cell):
        raise ValueError(f"{name} is {cell!r}, expected a whole number, 0 or more")
    return int(cell.partition(".")[0])


def _number(row: Mapping[str, str], name: str) -> float:
    try:
        number = float(row[name])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name} is {row[name]!r}, expected a number")
    return number
