"""Third stage: the quantities of a sentence, each with what is written beside it.

A quantity is a number with its unit, count, denominator, interval, deviation and p-value, but not
yet with what it belongs to. Its `shape` says how it is written: "percent", "points", "count",
"time", "mean", "measure", "ratio" and "difference" (an effect estimate; `label` names it), "bare".
"""

from __future__ import annotations

import re
from decimal import Decimal

from trialweave.loaders.abstract.beside import (
    OF,
    PEOPLE,
    PEOPLE_AFTER,
    TIME,
    TIME_NAMES,
    Quantity,
    read_on,
    whole,
)
from trialweave.loaders.abstract.cued import holds
from trialweave.loaders.abstract.estimates import Label
from trialweave.loaders.abstract.intervals import NOT_REACHED, PValue, confidence_interval
from trialweave.loaders.abstract.numbers import NUMBER, Number, decimal, numbers

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


_COUNT_PERCENT = re.compile(
    rf"(?P<noun>(?: [a-z][\w'/-]*){{0,3}}?|(?: [a-z-]+){{0,3}} {PEOPLE}[^0-9()\[\];:.]{{0,90}}?| (?:in"
    rf"|on|of those|receiving|given) [^0-9()\[\];:.]{{1,70}}?) ?[\[(](?:(?:[<>≤≥]|<="
    rf"|>=) ?)?(?:{NUMBER}) ?(?:%|percent)"
)


_PERCENT_AFTER = re.compile(
    rf"(?P<noun>[^0-9()\[\];:.]{{0,80}}) ?[\[(](?:(?:[<>≤≥]|<=|>=) ?)?(?:{NUMBER}) ?(?:%|percent)"
)


_OVER = re.compile(rf" ?/ ?(?P<n>{NUMBER})(?![\w%/]|\.[0-9])")


_NOT_REACHED_HEAD = re.compile(rf"(?<![\w-])(?:{NOT_REACHED})", re.IGNORECASE)
_OPEN_SHORT = re.compile(r"[Nn](?<![\w-].)[RrEeAa]\b")
_OPEN_LONG = tuple(
    f"not {word}" for word in "yet|been|reach|estim|eval|calc|avail|attain|appli|assess|determ".split("|")
)


def _may_be_open(text: str, start: int, end: int) -> bool:
    """True if a median can be "not reached" there."""
    low = text[start:end].lower()
    return (
        holds(low, _OPEN_LONG) or holds(low, ("∞", "infinity")) or bool(_OPEN_SHORT.search(text, start, end))
    )


_INCIDENCE = re.compile(
    r"(?: events?| cases?| deaths?)? per (?:10\([0-9]\)|10[0-9]|1,?000,000|100,?000|10,?000"
    r"|1,?000|100)(?![0-9])"
    r"(?: (?:person|patient|woman|women|participant|population|subject)s?(?:[- ]?(?:years?|months?"
    r"|days?))?)?(?: of follow-up)?(?![\w.])"
)


_VARIATION = re.compile(r"(?:coefficients? of variation|CV),? ?(?:of |= ?)?$")


_MASK = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? [0-9]{1,2}(?:, ?[0-9]{4})?(?![0-9])"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*,? (?:of )?(?:19|20)[0-9]{2}\b"
    r"|\b(?:in|from|between|since|until|through|to|and|during|before|after|by) (?:19"
    r"|20)[0-9]{2}(?:-(?:19|20)[0-9]{2})?(?![0-9.%,-]| ?(?:patients|women|men|participants))"
    r"|(?:≥|>=|> or = ?)? ?\b[Gg]rades? ?(?:≥|>=|>|<=|≤|<|> or = ?)? ?[0-5](?:(?: ?[-/,] ?| to | or "
    r"| and )[0-5](?![0-9.%]))*(?![0-9.]|%)"
    r"|\b(?:[Pp]hase|[Ss]tages?|[Dd]ays?|[Ww]eeks?|[Cc]ycles?|[Vv]ersion|[Aa]rms?|[Gg]roups?"
    r"|[Cc]ohorts?|[Tt]ype|[Pp]art|[Ll]evel|[Mm]onths?|[Yy]ears?|[Tt]rials?|[Ss]tudy"
    r"|[Qq]uartiles?) [0-9]{1,2}(?:(?: ?[-/,] ?| to | or | and )[0-9]{1,2}(?![0-9.%]))*(?![0-9.]|%"
    r"| [\[(][0-9.]+ ?%)"
    r"|\b[0-9]{1,2}(?: ?-| to )[0-9]{1,2} years (?:of age|old)"
    r"|\baged? (?:[<>≥≤] ?)?[0-9]{1,2}(?:(?: ?-| to )[0-9]{1,2})?(?: years)?"
    r"|[0-9]{1,2} years (?:of age|old)|\b[0-9] ?[x×] ?[0-9]\b(?!\.)"
)


_MASKED_WORDS = (
    *("rade", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"),
    *("Nov", "Dec", "of age", " old"),
)
_MASKED_BEFORE = tuple(
    f"{word} "
    for word in (
        "hase|tage|tages|ay|ays|eek|eeks|ycle|ycles|ersion|rm|rms|roup|roups|ohort|ohorts|ype|art|evel|onth"
        "|onths|ear|ears|rial|rials|tudy|uartile|uartiles"
    ).split("|")
)
_MASKED_ELSE = re.compile(
    r"[x×a12](?:(?<=[x×])(?<=[0-9 ].) ?[0-9]|(?<!\w.)(?:(?<=a)ged? |(?<= [12])[90][0-9]{2}))"
)


def masked(text: str, start: int, end: int, heads: list[Number]) -> list[tuple[int, int]]:
    """The spans whose numbers are no quantities; `heads` are the numbers of `text[start:end]`.

    >>> text = "In 2009, 30 patients had grade 3 or 4 rash"
    >>> [text[a:b] for a, b in masked(text, 0, len(text), numbers(text, 0, len(text)))]
    ['grade 3 or 4']
    """
    if not _may_mask(text, start, end, heads):
        return []
    return [hit.span() for hit in _MASK.finditer(text, start, end)]


def _may_mask(text: str, start: int, end: int, heads: list[Number]) -> bool:
    """True if something stands there that a number can be part of; most sentences hold no such thing."""
    return (
        holds(text[start:end], _MASKED_WORDS)
        or any(text.endswith(_MASKED_BEFORE, start, head.start) for head in heads)
        or bool(_MASKED_ELSE.search(text, start, end))
    )


_VERSUS_NEXT = re.compile(r"[\])]* (?:v|vs\.?|versus) ")


_VERSUS_LAST = re.compile(r" (?:v|vs\.?|versus) $")


_COUNT_LATER = re.compile(
    rf" of [^0-9()\[\];:.,]{{3,80}}? ?[\[(](?P<n>{NUMBER}) ?(?:of|/) ?(?P<denom>{NUMBER})(?:"
    rf" {PEOPLE})?[\])]"
)
_FOR = re.compile(r" for (?:[a-zA-Z]|the )")


ROW = re.compile(
    r"(?:,|;)?(?: ?(?:vs\.?|versus)| (?:v|and|or|to|compared (?:with|to)|as compared (?:with|to)|than"
    r"|against|/))?,? ?(?:only |in |about |just )?(?:P ?)?$"
)


def quantities(
    text: str,
    start: int,
    end: int,
    labels: list[Label],
    ps: list[PValue],
    *,
    found_numbers: list[Number] | None = None,
    last_label: Label | None = None,
) -> list[Quantity]:
    """The quantities of the sentence `text[start:end]`, in order; p-values are attached to estimates only.

    `last_label` is the effect measure that the sentences before named, for "(0.64, 0.46 to 0.91)".

    >>> text = "OS was 34% (26.9-41.0) versus 25% (95% CI 18.4-31.6)"
    >>> [(q.shape, q.value, q.low) for q in quantities(text, 0, len(text), [], [])]
    [('percent', Decimal('34'), Decimal('26.9')), ('percent', Decimal('25'), Decimal('18.4'))]
    """
    by_start = {p.start: p for p in ps}
    taken = start
    found: list[Quantity] = []
    heads = _heads(text, start, end, found_numbers)
    masks = masked(text, start, end, heads)
    for number in heads:
        if (
            number.start < taken
            or (masks and any(a <= number.start < b for a, b in masks))
            or (ps and any(p.start <= number.start < p.end for p in ps))
        ):
            continue
        stray = _interval_without_value(text, number.start)
        if stray > number.start:
            taken = stray
            continue
        label = _label_of(text, number, labels)
        quantity = _read(text, end, number, label, found, by_start, last_label)
        if quantity is None:
            continue
        taken = quantity.end
        found.append(quantity)
    return _share_units(text, found)


def _heads(text: str, start: int, end: int, found: list[Number] | None) -> list[Number]:
    heads = list(found) if found is not None else numbers(text, start, end)
    for hit in _NOT_REACHED_HEAD.finditer(text, start, end) if _may_be_open(text, start, end) else ():
        heads.append(Number(hit.start(), hit.end(), Decimal("NaN"), None, False))
    return sorted(heads, key=lambda head: head.start)


_STRAY = re.compile(
    r"(?:(?:[0-9]{2}(?:\.[0-9]+)?)(?: ?%|[- ]percent) ?-? ?)(?:two-sided |one-sided )?(?:(?:upper"
    r"|lower) )?(?:CI|CrI|confidence|credible)(?: (?:limit|bound)s?,? -?[0-9.]+ ?%?)?",
    re.IGNORECASE,
)


def _interval_without_value(text: str, at: int) -> int:
    """Where an interval ends that stands without its value, so that its numbers are not read alone."""
    if _STRAY.match(text, at):
        interval = confidence_interval(text, at)
        stray = _STRAY.match(text, at)
        return interval.end if interval else max(at + 3, stray.end() if stray else 0)
    return at


_IN_GAP = re.compile(
    r"[0-9.]+ ?% ?(?:CI|C\.I|confidence|credible)|[0-9]+-[a-z]|[A-Za-z][A-Za-z-]*-?[0-9][\w/-]*"
    r"|(?:[<>≤≥]|>=|<=) ?[0-9.]+|grades? [0-9][^,;:]{0,12}|\barms? [0-9]|group [0-9]"
)


_DIGIT = re.compile(r"[0-9]")


def _label_of(text: str, number: Number, labels: list[Label]) -> Label | None:
    """The last effect-measure name before the number, if nothing but words stands between."""
    for label in reversed(labels):
        if label.end > number.start:
            continue
        gap = text[label.end : number.start]
        if len(gap) > 170 or _DIGIT.search(_IN_GAP.sub("", gap)):
            return None
        if label.kind == "difference" and (
            len(gap) > 110
            or ";" in gap
            or (":" in gap and " vs" not in gap)
            or "no " in text[max(0, label.start - 30) : label.start]
        ):
            return None
        return label
    return None


def _read(
    text: str,
    stop: int,
    number: Number,
    label: Label | None,
    before: list[Quantity],
    ps: dict[int, PValue],
    last_label: Label | None,
) -> Quantity | None:
    at, pos = number.start, number.end
    base = Quantity(at, pos, at, "bare", number.value, op=number.op, in_words=number.in_words)
    if number.value.is_nan():
        return read_on(text, stop, base._replace(shape="time", value="NR", op=None), ps)
    if _ADJECTIVE.match(text, pos):
        return None
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
    if integral and (count := _count(text, stop, base, ps)):
        return count
    if number.in_words:
        people = PEOPLE_AFTER.match(text, pos)
        return base._replace(
            shape="count", n=int(number.value), value=None, end=people.end() if people else pos
        )
    if label and label.kind != "difference" and (not integral or number.value < 30):
        quantity = read_on(
            text, stop, base._replace(shape="ratio", label=label, start=_with_label(label, at)), ps
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
        inherited = _inherited_label(text, before, quantity, last_label)
        if inherited:
            return read_on(text, stop, base._replace(shape="ratio", label=inherited), ps)
    if (
        not integral
        and quantity.low is None
        and label is None
        and (listed := _listed_label(text, number.end, before))
    ):
        return read_on(text, stop, base._replace(shape="ratio", label=listed), ps)
    if integral and quantity.end == pos:
        people = PEOPLE_AFTER.match(text, pos)
        return base._replace(
            shape="count", n=int(number.value), value=None, end=people.end() if people else pos
        )
    return quantity


def _inherited_label(
    text: str, before: list[Quantity], quantity: Quantity, last_label: Label | None
) -> Label | None:
    """The measure of an unnamed value with an interval: that of the last estimate before it."""
    if quantity.interval not in ("CI", None):
        return None
    last = next((q for q in reversed(before) if q.shape not in ("count", "bare")), None)
    in_row = _VERSUS_NEXT.match(text, quantity.end) or _VERSUS_LAST.search(
        text, max(0, quantity.start - 10), quantity.start
    )
    if in_row and not (last and last.shape == "ratio" and quantity.start - last.end < 8):
        return None
    if last and last.shape == "ratio":
        return last.label
    named = next((q for q in reversed(before) if q.shape == "ratio"), None)
    if named:
        return named.label
    return last_label if last is None and quantity.interval is None else None


def _listed_label(text: str, at: int, before: list[Quantity]) -> Label | None:
    """The measure of the next value in a list: "hazard ratios were 0.51 for A and 0.64 for B"."""
    last = next((q for q in reversed(before) if q.shape != "bare"), None)
    return last.label if last and last.shape == "ratio" and _FOR.match(text, at) else None


def _with_label(label: Label, at: int) -> int:
    return label.start if at - label.end <= 12 else at


_ROW_NEXT = re.compile(
    r"(?: ?\([^)]{0,60}\)| ?\[[^\]]{0,60}\])? (?:v|vs\.?|versus|and|compared with|to) [0-9.]"
)


def _is_row_start(text: str, pos: int, stop: int) -> bool:
    """True if another value follows at once: "45% v 41%" is two values, not a difference."""
    return bool(_ROW_NEXT.match(text, pos, stop))


def _count(text: str, stop: int, base: Quantity, ps: dict[int, PValue]) -> Quantity | None:
    """A count with its percentage or denominator, if there is one; "HPV 31 (79%)" is none."""
    if _NAME_BEFORE.search(text, max(0, base.start - 8), base.start):
        return None
    assert_n = int(base.value) if isinstance(base.value, Decimal) else None
    counted = base._replace(shape="count", value=None, op=None, n=assert_n)
    if of := OF.match(text, base.end):
        denom = whole(of["n"])
        after = text[of.end() : of.end() + 2]
        enough = denom is not None and denom >= max(assert_n or 0, 10 if base.in_words else 1)
        if enough and (
            of["noun"]
            or after[:1] in ",;.)]"
            or after[:2] in (" (", " [")
            or not base.in_words
            or _IN_ARM.match(text, of.end())
        ):
            counted = counted._replace(end=of.end(), denom=denom, noun=of["noun"])
            later = _PERCENT_AFTER.match(text, of.end(), stop)
            if later and not _STRAY.match(text, later.end("noun") + 2) and not _AWAY.search(later["noun"]):
                read = read_on(text, stop, counted._replace(end=later.end("noun")), ps)
                if read.value is not None:
                    return read
            return read_on(text, stop, counted, ps)
    if (over := _OVER.match(text, base.end)) and not base.in_words:
        return read_on(text, stop, counted._replace(end=over.end(), denom=int(decimal(over["n"]))), ps)
    percent = _COUNT_PERCENT.match(text, base.end, stop)
    if percent and not _STRAY.match(text, percent.end("noun") + 2) and not TIME.match(text, base.end):
        words = percent["noun"].split()
        long = len(words) >= 3 and words[0] in ("in", "on", "of") and base.n is None
        if (long or not any(word in _NOT_COUNTED for word in words[:1])) and not (
            {"versus", "vs", "v"} & set(words)
        ):
            counted = counted._replace(end=percent.end("noun"), noun=percent["noun"] or None)
            read = read_on(text, stop, counted, ps)
            return read if read.value is not None else None
    return None


_NAME_BEFORE = re.compile(r"(?<![\w])(?:HPV|CD|IL|PD|COX|HER|CA|FOXP)[- ]$")


_IN_ARM = re.compile(r" (?:in|with|on|who|receiving|given|of|non-|treated|from|assigned)\b")


_AWAY = re.compile(r"\b(?:versus|vs\.?|compared|and|while|than)\b")


_NOT_COUNTED = {
    "and",
    "or",
    "to",
    "vs",
    "v",
    "versus",
    "was",
    "were",
    "had",
    "than",
    "in",
    "of",
    "for",
    "at",
    "with",
    "mg",
    "by",
    "on",
    "positive",
    "x",
}


def _share_units(text: str, found: list[Quantity]) -> list[Quantity]:
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
    shared = _share_deviations(text, shared)
    last: dict[str, Quantity] = {}
    for here, quantity in enumerate(shared):
        if quantity.low is not None and quantity.interval is None:
            model = last.get(quantity.shape) or (last.get("") if quantity.shape != "time" else None)
            if model is None and quantity.shape == "ratio":
                shared[here] = quantity._replace(interval="CI")
            elif model is None:
                continue
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
