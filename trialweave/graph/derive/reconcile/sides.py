"""One record's graph as one side of a comparison, and what a comparison says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Literal as OneOf

from trialweave.graph.quads import Literal, NamedNode, Quad, words
from trialweave.ontology.prefixes import namespace
from trialweave.records import Record

RDF = namespace("rdf")
RDFS = namespace("rdfs")
TW = namespace("tw")

Verdict = OneOf["differs", "agrees", "not comparable"]


class Comparison(Record, frozen=True):
    """What two records say of one thing: each fact is an IRI, each value as its record has it.

    `item` names the thing (an arm, an endpoint, an event); `reason` says in plain words why the verdict
    is what it is. A value that a record does not state is absent.
    """

    kind: str
    verdict: Verdict
    reason: str
    item: str | None = None
    registry_fact: str | None = None
    publication_fact: str | None = None
    registry_value: str | None = None
    publication_value: str | None = None


class Side:
    """What one record says of one trial: its graph, by subject and predicate.

    `terms` leads from a local concept to the term that it is linked to.
    """

    def __init__(
        self,
        quads: Iterable[Quad],
        trial: str,
        *,
        terms: dict[str, str] | None = None,
        form: str = "",
        date: str | None = None,
    ) -> None:
        self.trial = trial
        self.form = form
        self.date = date
        self._terms = terms or {}
        self._values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._subjects: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for quad in sorted(quads, key=str):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                self._values[quad.subject.value][quad.predicate.value].append(words(quad.object))
                if isinstance(quad.object, NamedNode):
                    self._subjects[quad.predicate.value][quad.object.value].append(quad.subject.value)

    def all(self, subject: str, predicate: str) -> list[str]:
        """All values of a property."""
        return self._values[subject][predicate] if subject in self._values else []

    def one(self, subject: str, predicate: str) -> str | None:
        """The value of a property; absent where there is none, or more than one."""
        found = self.all(subject, predicate)
        return found[0] if len(found) == 1 else None

    def number(self, subject: str, predicate: str) -> Decimal | None:
        """The value of a property as a number."""
        found = self.one(subject, predicate)
        return None if found is None else Decimal(found)

    def having(self, predicate: str) -> list[str]:
        """Subjects that have a property, sorted."""
        return sorted(subject for subject, values in self._values.items() if predicate in values)

    def pointing(self, predicate: str, value: str) -> list[str]:
        """Subjects whose property has this value."""
        return self._subjects[predicate].get(value, [])

    def label(self, subject: str) -> str:
        """The name of a node."""
        return next(iter(self.all(subject, RDFS["label"])), "unnamed")

    def term(self, concept: str) -> str:
        """What a local concept means: the term that it is linked to, or itself."""
        return self._terms.get(concept, concept.casefold())

    def statement(self, predicate: str) -> str | None:
        """The statement that holds the evidence of a plain triple of the trial."""
        for node in self.pointing(RDF["predicate"], predicate):
            if self.one(node, RDF["subject"]) == self.trial:
                return node
        return None

    @cached_property
    def arms(self) -> list[str]:
        """The arms of the trial."""
        return sorted(self.all(self.trial, TW["hasArm"]))

    @cached_property
    def endpoints(self) -> list[str]:
        """The endpoints of the trial, each once: a posted one stands for the registered one of its name."""
        found = self.all(self.trial, TW["hasEndpoint"])
        posted = {self.one(endpoint, TW["registeredAs"]) for endpoint in found}
        return sorted(endpoint for endpoint in found if endpoint not in posted)

    def typed(self, name: str) -> list[str]:
        """The nodes of a class, sorted."""
        return sorted(set(self.pointing(RDF["type"], TW[name])))


def interval(side: Side, fact: str) -> str:
    """The value of a fact with its interval, as text.

    >>> from trialweave.graph.quads import GraphWriter
    >>> graph = GraphWriter("http://e.org/g")
    >>> fact = graph.node("http://e.org/f")
    >>> for name, value in (("value", "0.46"), ("ciLow", "0.32"), ("ciHigh", "0.66"), ("ciLevel", "95")):
    ...     graph.add(fact, TW[name], Decimal(value))
    >>> interval(Side(graph.quads(), "http://e.org/t"), "http://e.org/f")
    '0.46 (95 % CI 0.32 to 0.66)'
    """
    value = side.one(fact, TW["reportedValue"]) or side.one(fact, TW["value"]) or "no value"
    low, high, level = (side.one(fact, TW[name]) for name in ("ciLow", "ciHigh", "ciLevel"))
    unit = side.one(fact, TW["unit"])
    shown = f"{value} {unit}" if unit else value
    if low is None and high is None:
        return shown
    of_level = f"{level} % CI " if level else ""
    return f"{shown} ({of_level}{low or 'not stated'} to {high or 'not stated'})"
