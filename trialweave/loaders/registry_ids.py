"""Registry identifiers of trials, as authors write them.

One pattern for each registry of the WHO's primary list, and ClinicalTrials.gov, EudraCT, CTIS and the
Universal Trial Number. See https://www.who.int/tools/clinical-trials-registry-platform/network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from trialweave.records import Span, Stated

_PATTERN = re.compile(
    r"""(?<![A-Za-z0-9])(?:
      NCT[ ]?[0-9]{8}                              # ClinicalTrials.gov
    | ISRCTN[ ]?[0-9]{8}
    | ACTRN[ ]?[0-9]{14}                           # Australia and New Zealand
    | ChiCTR(?:-[A-Z]{2,5})?-?[0-9]{8,10}          # China
    | CTRI/[0-9]{4}/[0-9]{2,3}/[0-9]{6}            # India
    | DRKS[ ]?[0-9]{8}                             # Germany
    | IRCT[0-9]{8,18}(?:N[0-9]{1,3})?              # Iran
    | JPRN-[A-Za-z]+-?[0-9]{6,10} | jRCTs?[0-9]{9,10}
    | UMIN(?:-CTR[ ]?)?[0-9]{9} | JapicCTI-?[0-9]{6} | JMA-IIA[0-9]{5}
    | KCT[0-9]{7}                                  # Korea
    | NTR[ ]?[0-9]{3,5} | NL-OMON[0-9]{3,6}        # the Netherlands
    | PACTR[0-9]{15,16}                            # Africa
    | RBR-[0-9a-z]{5,9} | RPCEC[0-9]{8} | PER-[0-9]{3}-[0-9]{2}
    | SLCTR/[0-9]{4}/[0-9]{3} | TCTR[0-9]{11} | HKUCTR-[0-9]{2,5}
    | U1111-[0-9]{4}-[0-9]{4}                      # Universal Trial Number
    | (?:19|20)[0-9]{2}-5[0-9]{5}-[0-9]{2}-[0-9]{2}  # CTIS
    | (?:19|20)[0-9]{2}-[0-9]{6}-[0-9]{2}          # EudraCT
    )(?![0-9A-Za-z]|-[0-9])""",
    re.VERBOSE | re.IGNORECASE,
)


def find_registry_ids(text: str, *, start: int = 0, end: int | None = None) -> list[Stated]:
    """Every mention of a registry id in `text[start:end]`, in order; the span says where it stands.

    The value is the id in its registry's own form (without a space; prefix in the registry's case).

    >>> [(found.value, found.evidence.quote) for found in find_registry_ids("See NCT 02649361.")]
    [('NCT02649361', 'NCT 02649361')]
    """
    stop = len(text) if end is None else end
    return [
        Stated(value=_canonical(found[0]), evidence=Span.of(text, *found.span()))
        for found in _PATTERN.finditer(text, _begin(text, start, stop), stop)
    ]


_LONG_NUMBER = re.compile("[0-9]{5}")
_WITHOUT_ONE = ("slctr/", "hkuctr-", "u1111-", "nl-omon", "rbr-", "jprn-")
_NETHERLANDS, _PERU = re.compile("ntr ?[0-9]"), re.compile("per-[0-9]")


def _begin(text: str, start: int, stop: int) -> int:
    """Where the first id can begin: a little before the first long number, which most of them have."""
    low = text[start:stop].lower()
    if any(prefix in low for prefix in _WITHOUT_ONE) or _NETHERLANDS.search(low) or _PERU.search(low):
        return start
    number = _LONG_NUMBER.search(text, start, stop)
    return max(start, number.start() - 24) if number else stop


def as_registry_id(value: str) -> str | None:
    """`value` as a trial registry's id, or None if it is none (a GenBank accession, a DOI).

    >>> as_registry_id("ISRCTN12345678"), as_registry_id("GSE116122")
    ('ISRCTN12345678', None)
    """
    found = _PATTERN.fullmatch(value.strip())
    return _canonical(found[0]) if found else None


def first_mentions(stated: Iterable[Stated]) -> tuple[Stated, ...]:
    """Each id once, with the first place that states it.

    >>> ids = find_registry_ids("NCT02649361, again NCT02649361")
    >>> [found.evidence.start for found in first_mentions(ids)]
    [0]
    """
    first: dict[str, Stated] = {}
    for one in stated:
        first.setdefault(one.value, one)
    return tuple(first.values())


_PREFIXES = (
    "NCT", "ISRCTN", "ACTRN", "ChiCTR", "CTRI", "DRKS", "IRCT", "JPRN", "jRCTs", "jRCT", "UMIN", "JapicCTI",
    "JMA-IIA", "KCT", "NTR", "NL-OMON", "PACTR", "RBR", "RPCEC", "PER", "SLCTR", "TCTR", "HKUCTR", "U1111",
)  # fmt: skip


def _canonical(words: str) -> str:
    joined = words.replace(" ", "")
    for prefix in _PREFIXES:
        if joined.lower().startswith(prefix.lower()):
            return prefix + joined[len(prefix) :]
    return joined
