"""The command line: each command opens, calls one library function, prints.

Answers go to stdout, everything else to stderr. Exit status: 0 fine, 1 error, 2 usage,
3 done, with records set aside.
"""

from __future__ import annotations

import sys

from trialweave.cli import asking, building, checking, exporting, linking, networking, pooling
from trialweave.cli.app import app, say
from trialweave.errors import TrialweaveError

__all__ = ["app", "asking", "building", "checking", "exporting", "linking", "main", "networking", "pooling"]


def main() -> None:
    """Run the command line; our errors become one message and exit status 1."""
    try:
        app()
    except TrialweaveError as error:
        say(f"trialweave: {error}")
        sys.exit(1)
