"""One quantity: a number with the unit, interval and count that are written after it."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.loaders.abstract.quantities.beside import (
    PEOPLE,
    PEOPLE_AFTER,
    TIME,
    TIME_NAMES,
    Quantity,
    read_on,
    whole,
)
from trialweave.loaders.abstract.quantities.counts import is_no_share, read_count
from trialweave.loaders.abstract.quantities.estimates import Label
from trialweave.loaders.abstract.quantities.intervals import PValue
from trialweave.loaders.abstract.quantities.measures import inherited_label, listed_label, start_with_label
from trialweave.loaders.abstract.quantities.numbers import NUMBER, Number, decimal

_PERCENT = re.compile(r" ?%| (?:percent|per cent)\b")
_POINTS = re.compile(r"(?: ?%|-)? ?percentage[- ]points?")
_ADJECTIVE = re.compile(
    r"-(?:year|month|week|day|hour|minute|point|fold|arm|mg|item|cm|mm|kg|Gy|core|centre|center|group"
    r"|drug|line|stage|step|week|session|fraction|gene|dose|part)",
    re.IGNORECASE,
)
_DEVIATION = re.compile(rf" ?(?P<unit1>[A-Za-zμ%][\w/%²]{{0,8}})? ?(?:±|\+ ?/ ?-|\+-) ?(?P<sd>{NUMBER})")
_UNIT = re.compile(
    r" ?(?P<unit>(?:%|[μmnpk]?[gl]|[mnμ]?mol|mL|[mck]?m|mm ?Hg|mEq|IU|U|units?|points?|kcal|Gy"
    r"|[mk]?cal|beats|breaths|copies|cells|mSv|cGy|kPa|dB|T-score|QALYs?|events|episodes|log10)"
    r"(?:/(?:[A-Za-zμ]+|[0-9]+ ?[a-z]+|m2|m\(2\)))*(?: (?:per|/) (?:[a-zμ]+|100 [a-z-]+"
    r"|1,?000 [a-z-]+))*)(?![\w-])"
)
_INCIDENCE = re.compile(
    r"(?: events?| cases?| deaths?)? per (?:10\([0-9]\)|10[0-9]|1,?000,000|100,?000|10,?000"
    r"|1,?000|100)(?![0-9])"
    r"(?: (?:person|patient|woman|women|participant|population|subject)s?(?:[- ]?(?:years?|months?"
    r"|days?))?)?(?: of follow-up)?(?![\w.])"
)
_AND_SMALLER = re.compile(r",? (?:and )?[0-9]{1,2} (?:months?|weeks?|days?|hours?|minutes?|min)\b")
_MEAN_IS = ("M = ", "M=", " mean = ", " mean=")
_VARIATION = re.compile(r"(?:coefficients? of variation|CV),? ?(?:of |= ?)?$")
_COUNT_LATER = re.compile(
    rf" of [^0-9()\[\];:.,]{{3,80}}? ?[\[(](?P<n>{NUMBER}) ?(?:of|/) ?(?P<denom>{NUMBER})(?:"
    rf" {PEOPLE})?[\])]"
)


def read_quantity(
    text: str,
    stop: int,
    number: Number,
    label: Label | None,
    before: list[Quantity],
    ps: dict[int, PValue],
    last_label: Label | None,
) -> Quantity | None:
    """The quantity that begins with `number`; None where the number is part of a word ("2-year").

    `label` is the measure named before it, `before` are the quantities read so far, `ps` the p-values
    by their start, `last_label` the measure that the sentences before named.
    """
    at, pos = number.start, number.end
    base = Quantity(at, pos, at, "bare", number.value, op=number.op, in_words=number.in_words)
    if number.value.is_nan():
        return read_on(text, stop, base._replace(shape="time", value="NR", op=None), ps)
    if _ADJECTIVE.match(text, pos) or (text.startswith(("/", " /"), pos) and is_no_share(text, number)):
        return None
    if text.endswith(_MEAN_IS, 0, at):
        return read_on(text, stop, base._replace(shape="mean"), ps)
    if points := _POINTS.match(text, pos):
        shape = "difference" if label else "points"
        return read_on(
            text,
            stop,
            base._replace(shape=shape, end=points.end(), unit="percentage points", label=label),
            ps,
        )
    if incidence := _INCIDENCE.match(text, pos):
        return read_on(
            text,
            stop,
            base._replace(shape="incidence", end=incidence.end(), unit=incidence.group().strip()),
            ps,
        )
    if percent := _PERCENT.match(text, pos):
        later = _COUNT_LATER.match(text, percent.end(), stop)
        if later and not label:
            n, denom = whole(later["n"]), whole(later["denom"])
            share = 100 * Decimal(n) / denom if n is not None and denom else None
            if share is not None and isinstance(base.value, Decimal) and abs(share - base.value) <= 1:
                return base._replace(shape="percent", end=later.end(), unit="%", n=n, denom=denom)
        if _VARIATION.search(text, max(0, at - 30), at):
            return base._replace(end=percent.end())
        if _is_row_start(text, percent.end(), stop):
            label = None
        if label and label.kind != "difference":
            label = None
        shape = "difference" if label else "percent"
        return read_on(text, stop, base._replace(shape=shape, end=percent.end(), unit="%", label=label), ps)
    if spread_of := _DEVIATION.match(text, pos):
        quantity = base._replace(
            shape="mean", end=spread_of.end(), sd=decimal(spread_of["sd"]), unit=spread_of["unit1"]
        )
        if unit := _UNIT.match(text, quantity.end) or TIME.match(text, quantity.end):
            quantity = quantity._replace(end=unit.end(), unit=unit["unit"])
        return read_on(text, stop, quantity, ps)
    if time := TIME.match(text, pos):
        if longer := _AND_SMALLER.match(text, time.end()):
            return read_on(text, stop, base._replace(shape="time in two units", end=longer.end()), ps)
        unit_name = time["unit"].lower()
        shape = (
            "difference"
            if label and label.kind == "difference" and not _is_row_start(text, time.end(), stop)
            else "time"
        )
        quantity = base._replace(
            shape=shape,
            end=time.end(),
            unit=TIME_NAMES.get(unit_name, unit_name),
            label=label if shape == "difference" else None,
        )
        return read_on(text, stop, quantity, ps)
    integral = number.value == number.value.to_integral_value() and number.value >= 0
    if label and label.kind == "difference" and _is_row_start(text, pos, stop):
        label = None
    if integral and (count := read_count(text, stop, base, ps)):
        return count
    if number.in_words:
        people = PEOPLE_AFTER.match(text, pos)
        return base._replace(
            shape="count", n=int(number.value), value=None, end=people.end() if people else pos
        )
    if label and label.kind != "difference" and (not integral or number.value < 30):
        quantity = read_on(
            text, stop, base._replace(shape="ratio", label=label, start=start_with_label(label, at)), ps
        )
        if not integral or quantity.low is not None or quantity.p:
            return quantity
    if unit := _UNIT.match(text, pos):
        shape = "difference" if label and label.kind == "difference" else "measure"
        return read_on(
            text,
            stop,
            base._replace(
                shape=shape,
                end=unit.end(),
                unit=unit["unit"],
                label=label if shape == "difference" else None,
            ),
            ps,
        )
    quantity = read_on(text, stop, base, ps)
    if label and label.kind == "difference" and (quantity.low is not None or not integral):
        return read_on(text, stop, base._replace(shape="difference", label=label), ps)
    if quantity.low is not None and quantity.unit is None and quantity.interval != "range":
        inherited = inherited_label(text, before, quantity, last_label)
        if inherited:
            return read_on(text, stop, base._replace(shape="ratio", label=inherited), ps)
    if (
        not integral
        and quantity.low is None
        and label is None
        and (listed := listed_label(text, number.end, before))
    ):
        return read_on(text, stop, base._replace(shape="ratio", label=listed), ps)
    if integral and quantity.end == pos:
        people = PEOPLE_AFTER.match(text, pos)
        return base._replace(
            shape="count", n=int(number.value), value=None, end=people.end() if people else pos
        )
    return quantity


_ROW_NEXT = re.compile(
    r"(?: ?\([^)]{0,60}\)| ?\[[^\]]{0,60}\]| (?:with )?[A-Z][\w/+-]{0,15})?"
    r" (?:v|vs\.?|versus|and|compared with|to) [0-9.]"
)


def _is_row_start(text: str, pos: int, stop: int) -> bool:
    """True if another value follows at once: "45% v 41%" is two values, not a difference."""
    return bool(_ROW_NEXT.match(text, pos, stop))
