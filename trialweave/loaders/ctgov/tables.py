"""What the results tables of all formats share: groups, counts, numbers, estimates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from trialweave.loaders.ctgov.groups import Column
from trialweave.loaders.ctgov.values import measure, number, p_value, text, whole, word_or_none
from trialweave.records import EffectEstimate, Evidence, Field, GroupCount, Number, Problem, ResultGroup

ReadGroups = Callable[[Sequence[Column]], tuple[ResultGroup, ...]]


def columns(
    raw: Iterable[tuple[str, object, object, int | None]], problems: list[Problem]
) -> tuple[list[Column], dict[object, str]]:
    """The columns of a table from (place, id, title, people), and their keys by id."""
    found: list[Column] = []
    keys: dict[object, str] = {}
    for key, written, title, people in raw:
        name = text(written)
        if name is None or name in keys:
            reason = "a group without an id" if name is None else f"two groups have the id {name!r}"
            problems.append(Problem(path=key, reason=reason))
            continue
        keys[name] = key
        found.append(Column(key, name, text(title), people))
    return found, keys


def group_of(raw: object, keys: Mapping[object, str], path: str, problems: list[Problem]) -> str | None:
    """The key of the group with this id; an id that the table does not have is a problem."""
    key = keys.get(raw) if isinstance(raw, str) else keys.get(text(raw))
    if key is None:
        problems.append(Problem(path=path, reason=f"no group of this table has the id {raw!r}"))
    return key


def count(raw: object, path: str, problems: list[Problem]) -> int | None:
    """A number of people or events; what is there and is none is a problem."""
    if type(raw) is int and raw >= 0:
        return raw
    if raw is None or raw == "":
        return None
    n = whole(raw)
    if n is None:
        problems.append(Problem(path=path, reason=f"not a count: {raw!r}"))
    return n


def measured(raw: object, path: str, problems: list[Problem], *, counted: bool = False) -> Number | None:
    """A number of an outcome table; one that can be read in two ways is a problem."""
    if raw is None:
        return None
    found = number(raw, counted=counted)
    if found is not None and found.value is None and found.reported.upper() not in ("NA", "N/A"):
        problems.append(Problem(path=path, reason=f"not one number: {found.reported!r}"))
    return found


def role_of(raw: object) -> str | None:
    """The role of an outcome as `Endpoint.role` names it.

    >>> role_of("OTHER_PRE_SPECIFIED"), role_of("Post-Hoc"), role_of("PRIMARY")
    ('other', 'post hoc', 'primary')
    """
    return word_or_none(raw)


def denominator_by_group(analysed: Iterable[GroupCount]) -> dict[str | None, GroupCount]:
    """For each group the first denominator, which is of participants where there are several."""
    found: dict[str | None, GroupCount] = {}
    for each in analysed:
        people = (each.units or "").lower() == "participants"
        if each.group not in found or (people and (found[each.group].units or "").lower() != "participants"):
            found[each.group] = each
    return found


def yes_or_no(raw: object) -> bool | None:
    """A yes or a no in any of the registry's spellings.

    >>> yes_or_no(True), yes_or_no("No"), yes_or_no("true"), yes_or_no(None)
    (True, False, True, None)
    """
    if isinstance(raw, bool):
        return raw
    return {"yes": True, "true": True, "no": False, "false": False}.get((text(raw) or "").lower())


def estimate(
    *,
    endpoint: str,
    param: object,
    method: object,
    value: tuple[object, str],
    ci_level: tuple[object, str],
    ci_low: tuple[object, str],
    ci_high: tuple[object, str],
    p: tuple[object, str],
    problems: list[Problem],
) -> EffectEstimate | None:
    """The estimate of an analysis from its raw numbers and their places, if it has any."""
    evidence: list[Evidence] = []
    values: list[Decimal | None] = []
    for raw, path in (value, ci_low, ci_high, ci_level):
        found = measured(raw, path, problems)
        values.append(found.value if found else None)
        if found is not None:
            evidence.append(Field(path=path, quote=str(raw)))
    test = p_value(p[0])
    if text(p[0]) is not None:
        evidence.append(Field(path=p[1], quote=str(p[0])))
        if test is None:
            problems.append(Problem(path=p[1], reason=f"not a p-value: {p[0]!r}"))
    if not evidence:
        return None
    words = text(param)
    sided = re.search(r"\b([12])[- ]sided\b", text(method) or "")
    return EffectEstimate(
        measure=measure(words) if words else "p_value" if values[0] is None else "not stated",
        evidence=tuple(evidence),
        endpoint=endpoint,
        value=values[0],
        ci_low=values[1],
        ci_high=values[2],
        ci_level=values[3],
        p=test,
        p_sided=sided and f"{'one' if sided[1] == '1' else 'two'}-sided",
    )
