"""Where an answer comes from: an opened store, or a SPARQL endpoint elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trialweave.graph.store import open_store

if TYPE_CHECKING:  # who asks a store need not wait for the HTTP library
    from trialweave.graph.endpoint import Endpoint
    from trialweave.graph.store import Graph

    Source = Graph | Endpoint


def open_source(name: str, *, environment: Mapping[str, str] = os.environ) -> Source:
    """The store in a folder, or the endpoint at an address that begins with http:// or https://.

    Credentials of an endpoint come from TRIALWEAVE_USER and TRIALWEAVE_PASSWORD, or TRIALWEAVE_TOKEN.
    Raises StoreError if there is no store, RemoteError if the address is none.

    >>> str(open_source("http://localhost:7878/query", environment={}))
    'http://localhost:7878/query'
    """
    if name.startswith(("http://", "https://")):
        from trialweave.graph.endpoint import Credentials, Endpoint

        return Endpoint(name, credentials=Credentials.of(environment))
    return open_store(Path(name))
