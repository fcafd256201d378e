"""The lists of a legacy `clinical_study`, each element with its XPath."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

Element = etree._Element


def each_of(element: Element, path: str, at: str) -> Iterator[tuple[Element, str]]:
    """The elements of a list under `element`, with their places."""
    for i, found in enumerate(element.iterfind(path), 1):
        yield found, f"{at}/{path}[{i}]"


def groups_of(element: Element, at: str) -> Iterator[tuple[str, object, object, int | None]]:
    """The columns of a results table: place, id, title, and no number of people."""
    for group, key in each_of(element, "group_list/group", at):
        yield key, group.get("group_id"), group.findtext("title"), None
