"""Facts of sentences of our own, placed by their quotes, and what the audit says of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from trialweave.loaders.audit import audit
from trialweave.records import Arm, Fact, Finding

NUMBERS = {"value", "ci_low", "ci_high", "ci_level", "high"}


def place(text: str, kind: str, quote: str, **fields: Any) -> Fact:
    """The fact that stands at the first place of its quote."""
    start = text.index(quote)
    numbers = {
        key: Decimal(value) if key in NUMBERS and value != "NR" else value for key, value in fields.items()
    }
    numbers.setdefault("rule", "test")
    return Fact(kind=kind, start=start, end=start + len(quote), quote=quote, **numbers)


@pytest.fixture
def findings() -> Callable[..., list[Finding]]:
    """`findings(text, (kind, quote, fields), …, arms=[names])`: all findings, in the order of the facts."""

    def audited(text: str, *facts: tuple[str, str, dict[str, Any]], arms: list[str] | None = None) -> Any:
        named = [Arm(key=name, name=name) for name in arms or []]
        placed = [place(text, kind, quote, **fields) for kind, quote, fields in facts]
        return [finding for fact in audit(placed, named, text) for finding in fact.findings]

    return audited


@pytest.fixture
def said(findings: Callable[..., list[Finding]]) -> Callable[..., list[tuple[str, str | None, str]]]:
    """The same, as (check, computed, sure)."""

    def listed(*arguments: Any, **options: Any) -> list[tuple[str, str | None, str]]:
        return [(one.check, one.computed, one.sure) for one in findings(*arguments, **options)]

    return listed
