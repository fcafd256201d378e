"""trialweave: the knowledge graph of clinical trial evidence.

The library in one line each; every command of `trialweave` calls one of these.
"""

from trialweave._version import __version__
from trialweave.errors import (
    CheckError,
    LinkError,
    LoadError,
    QueryError,
    RemoteError,
    StoreError,
    TrialweaveError,
)

__all__ = [
    "CheckError",
    "LinkError",
    "LoadError",
    "QueryError",
    "RemoteError",
    "StoreError",
    "TrialweaveError",
    "__version__",
]
