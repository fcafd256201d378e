"""A graph as every format can hold it: numbers that are finite, texts that XML allows, nothing that is None.

What is absent is left out, and so is a number that is none (NaN, infinity), for no format agrees on it. An
edge whose weight is absent says so in words (`weight_is`), for readers such as Gephi take a missing
weight for 1.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import networkx as nx
import numpy as np

from trialweave.errors import QueryError

Value = bool | int | float | str | tuple[str, ...]

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def nodes_of(graph: nx.Graph) -> Iterator[tuple[str, dict[str, Value]]]:
    """Each node and what is known of it."""
    for node, facts in graph.nodes(data=True):
        yield text(str(node)), known(facts)


def edges_of(graph: nx.Graph) -> Iterator[tuple[str, str, dict[str, Value]]]:
    """Each edge, drug first, and what is known of it."""
    for one, two, facts in graph.edges(data=True):
        source, target = drug_first(graph, one, two)
        plain = known(facts)
        plain["weight_is"] = "known" if "weight" in plain else "not known"
        yield text(str(source)), text(str(target)), plain


def drug_first(graph: nx.Graph, one: str, two: str) -> tuple[str, str]:
    """The ends of an edge, the drug before the toxicity; of one side, as they stand."""
    sides = graph.nodes[one].get("bipartite", 0), graph.nodes[two].get("bipartite", 0)
    return (two, one) if sides == (1, 0) else (one, two)


def known(facts: Mapping[str, Any]) -> dict[str, Value]:
    """The attributes that have a value, by name.

    >>> known({"trials": 2, "weight": None, "se": float("nan"), "evidence": ("a", "b"), "first": ""})
    {'trials': 2, 'evidence': ('a', 'b'), 'first': ''}
    """
    plain = {name: _value(name, value) for name, value in facts.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _value(name: str, value: Any) -> Value | None:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        parts = sorted(value) if isinstance(value, set | frozenset) else value
        return tuple(text(str(part)) for part in parts)
    raise QueryError(
        f"attribute {name} is {type(value).__name__}; expected a number, a text or a list of texts"
    )


def text(words: str) -> str:
    """The words, with U+FFFD for characters that XML and UTF-8 do not allow.

    >>> text("dyspnœa\\x00")
    'dyspnœa�'
    """
    return _NO_XML.sub("\ufffd", words)


def as_json(value: Value) -> bool | int | float | str:
    """For formats without lists: a list as a JSON array.

    >>> as_json(("a", "b"))
    '["a", "b"]'
    """
    return json.dumps(list(value), ensure_ascii=False) if isinstance(value, tuple) else value


def kinds(found: Iterable[Mapping[str, Value]]) -> dict[str, type]:
    """The type of each attribute over all nodes or edges: float for int and float, text for other mixes."""
    seen: dict[str, set[type]] = {}
    for facts in found:
        for name, value in facts.items():
            seen.setdefault(name, set()).add(type(value))
    return {name: _common(types) for name, types in seen.items()}


def _common(types: set[type]) -> type:
    if len(types) == 1:
        return next(iter(types))
    return float if types == {int, float} else str


def cast(value: Value, kind: type) -> Value:
    """A value as its attribute's type."""
    if kind is float and not isinstance(value, tuple):
        return float(value)
    return str(as_json(value)) if kind is str and not isinstance(value, str) else value
