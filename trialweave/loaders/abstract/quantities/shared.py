"""What the members of a row share: the unit of the last one, the kind of bounds, the named deviation."""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.loaders.abstract.quantities.beside import Quantity

ROW = re.compile(
    r"(?:,|;)?(?: ?(?:vs\.?|versus)| (?:v|and|or|to|compared (?:with|to)|as compared (?:with|to)|than"
    r"|against|/))?,? ?(?:only |in |about |just )?(?:P ?)?$"
)


_VERSUS = re.compile(r"[\])]*,? (?:v|vs\.?|versus) ")
_SPREAD_BEFORE = re.compile(
    r"\b[Mm]edians?\b[^.;0-9]{0,40}"
    r"[\[(](?:(?P<quartiles>IQR|inter-?quartile range)|(?:full )?range)[\])][^.0-9]{0,100}"
)


def share_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give "6.9 v 4.3 months" and "2.8, 3.5, and 8.5 months" their unit, and unnamed bounds their kind."""
    shared = list(found)
    for here in range(len(shared) - 2, -1, -1):
        quantity, after = shared[here], shared[here + 1]
        if after.shape not in ("time", "percent", "mean", "measure", "points") or after.unit is None:
            continue
        gap = text[quantity.end : after.start]
        if (
            quantity.shape == "count"
            and quantity.denom is None
            and quantity.value is None
            and not quantity.in_words
            and ROW.fullmatch(gap)
            and gap.strip()
        ):
            value = Decimal(quantity.n or 0)
        elif (
            quantity.shape == "bare"
            and isinstance(quantity.value, Decimal)
            and ROW.fullmatch(gap)
            and gap.strip()
        ):
            value = quantity.value
        else:
            continue
        shared[here] = quantity._replace(shape=after.shape, value=value, n=None, unit=after.unit)
    for here in range(1, len(shared)):
        before, quantity = shared[here - 1], shared[here]
        if (
            before.shape == "time"
            and quantity.shape == "bare"
            and quantity.low is not None
            and _VERSUS.fullmatch(text, before.end, quantity.start)
        ):
            shared[here] = quantity._replace(shape="time", unit=before.unit)
    shared = _share_deviations(text, shared)
    last: dict[str, Quantity] = {}
    for here, quantity in enumerate(shared):
        if quantity.low is not None and quantity.interval is None:
            model = last.get(quantity.shape) or (last.get("") if quantity.shape != "time" else None)
            if model is None and quantity.shape == "ratio":
                shared[here] = quantity._replace(interval="CI")
            elif model is None:
                named = _SPREAD_BEFORE.search(text, max(0, found[0].start - 160), quantity.start)
                if named and quantity.shape in ("bare", "time", "measure"):
                    shared[here] = quantity._replace(interval="IQR" if named["quartiles"] else "range")
            else:
                shared[here] = quantity._replace(interval=model.interval, level=model.level)
        if quantity.interval:
            last[quantity.shape] = quantity
            if quantity.interval == "CI":
                last[""] = quantity
    return shared


def _share_deviations(text: str, found: list[Quantity]) -> list[Quantity]:
    """Read "6.0 (SD 2.6) and 4.7 (3.0)": a lone number in brackets is what the last named one was."""
    kept: list[Quantity] = []
    named: str | None = None
    for quantity in found:
        before = kept[-1] if kept else None
        alone = text[quantity.start - 1 : quantity.start] in ("(", "[") and text[
            quantity.end : quantity.end + 1
        ] in (")", "]")
        value = (
            quantity.value
            if isinstance(quantity.value, Decimal)
            else Decimal(quantity.n)
            if quantity.n is not None
            else None
        )
        plain = (
            quantity.shape in ("bare", "count")
            and quantity.denom is None
            and quantity.low is None
            and value is not None
        )
        if (
            before
            and named
            and alone
            and plain
            and quantity.start - before.end == 2
            and before.sd is None
            and before.se is None
        ):
            wider = before._replace(end=quantity.end + 1)
            kept[-1] = wider._replace(sd=value) if named == "sd" else wider._replace(se=value)
            continue
        named = "sd" if quantity.sd is not None else "se" if quantity.se is not None else named
        kept.append(quantity)
    return kept
