"""The error family: every message says what, where, and the way out.

```
TrialweaveError
├── LoadError      a source cannot be read as what it claims to be
├── LinkError      a name cannot be resolved to one term
├── StoreError     a store cannot be opened, written or switched
├── QueryError     a question, its parameters or its SPARQL is wrong
├── CheckError     a check could not be run (its findings are data, not errors)
└── RemoteError    another server did not do what was asked
```
"""


class TrialweaveError(Exception):
    """Anything that trialweave refuses to do; the message is meant for the person at the keyboard."""


class LoadError(TrialweaveError):
    """A source cannot be read as what it claims to be."""


class LinkError(TrialweaveError):
    """A name cannot be resolved to exactly one term."""


class StoreError(TrialweaveError):
    """A store cannot be opened, written or switched to its next generation."""


class QueryError(TrialweaveError):
    """A question, one of its parameters, or its SPARQL is wrong."""


class CheckError(TrialweaveError):
    """A check could not be run at all."""


class RemoteError(TrialweaveError):
    """A remote server did not do what was asked of it."""
