"""What some quads say, by subject and property: for walks over one record at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from trialweave.graph.quads import Quad, words


class Described:
    """The quads of a record, read once.

    >>> from trialweave.graph.quads import GraphWriter
    >>> writer = GraphWriter("http://example.org/g")
    >>> writer.add(writer.node("http://example.org/arm"), "http://example.org/size", 110)
    >>> told = Described(writer.quads())
    >>> told.one("http://example.org/arm", "http://example.org/size")
    '110'
    """

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._told: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for quad in quads:
            self._told[words(quad.subject)][quad.predicate.value].add(words(quad.object))

    def all(self, subject: str, predicate: str) -> tuple[str, ...]:
        """The values of a property, sorted; IRIs and texts alike as strings."""
        return tuple(sorted(self._told.get(subject, {}).get(predicate, ())))

    def one(self, subject: str, predicate: str) -> str | None:
        """The value of a property, the first where there are several; None where there is none."""
        return min(self._told.get(subject, {}).get(predicate, ()), default=None)

    def pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """Each subject with each value of a property, sorted."""
        for subject in sorted(self._told):
            for value in sorted(self._told[subject].get(predicate, ())):
                yield subject, value
