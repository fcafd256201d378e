"""What a label may be looked up as: itself first, then with less and less of it, each by a named rule."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["drug", "condition", "event"]
"""What a label names: the kinds of local concepts."""

Sense = Literal["exact", "broad"]


class Form(NamedTuple):
    """A text to look up, by which rules it came from the label, and what it then means.

    `sense` is "exact" where the form means what the label means, "broad" where it means more.
    """

    text: str
    rules: tuple[str, ...] = ()
    sense: Sense = "exact"


class Reading(NamedTuple):
    """All forms of a label, in order of trust; or else the readings of the parts that it is made of.

    `parts` is filled where the label may name several drugs that are given together.
    """

    forms: tuple[Form, ...] = ()
    parts: tuple[tuple[Form, ...], ...] = ()


def distinct(forms: list[Form]) -> tuple[Form, ...]:
    """The forms, each text in each sense once, the first one kept; a broad form that is exact too is not."""
    kept: dict[str, Form] = {}
    for form in forms:
        text = " ".join(form.text.split()).strip(" ,;:-/.")
        if text:
            kept.setdefault(text, form._replace(text=text))
    return tuple(kept.values())
