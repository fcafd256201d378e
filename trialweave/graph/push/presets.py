"""How each kind of store is spoken to, as data: `presets.toml`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from trialweave.errors import RemoteError
from trialweave.records import Record

Route = Literal["graphs", "update", "file"]


class Preset(Record, frozen=True, forbid_unknown_fields=True):
    """One store's addresses, limits and habits; the fields are told in `presets.toml`."""

    query: str
    route: Route
    bulk: str
    basis: Literal["tested", "documentation"]
    update: str | None = None
    graphs: str | None = None
    scheme: Literal["basic", "digest"] = "basic"
    triples: int = 10_000
    bytes: int = 8_000_000
    union: str | None = None
    longest_iri: int | None = None
    longest_literal: int | None = None
    digits: int | None = None

    def addresses(self, url: str) -> tuple[str | None, str | None]:
        """Where updates and whole graphs go, of the store whose query address is `url`.

        Raises RemoteError where the address is not one of such a store.

        >>> presets()["virtuoso"].addresses("http://localhost:8890/sparql")
        ('http://localhost:8890/sparql-auth', 'http://localhost:8890/sparql-graph-crud-auth')
        """
        match = re.fullmatch(self.query, url.partition("?")[0])
        if match is None:
            shown = re.sub(r"//[^/@]*@", "//", url)  # a password in it is nobody's to see
            raise RemoteError(f"{shown}: is no query address of such a store; expected {self.query}")
        update, graphs = (
            form.format(*match.groups()) if form is not None else None for form in (self.update, self.graphs)
        )
        return update, graphs


@cache
def presets() -> dict[str, Preset]:
    """All presets, by name.

    >>> sorted(presets())
    ['blazegraph', 'fuseki', 'graphdb', 'neptune', 'oxigraph', 'qlever', 'rdf4j', 'virtuoso']
    """
    text = files(__package__).joinpath("presets.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, Preset])


def preset(name: str) -> Preset:
    """One preset. Raises RemoteError, listing those that there are."""
    if name not in presets():
        raise RemoteError(f"there is no preset {name!r}; there are: {', '.join(sorted(presets()))}")
    return presets()[name]
