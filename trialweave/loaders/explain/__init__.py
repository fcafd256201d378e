"""The text of a record with its facts marked, for a reviewer who checks each against its words.

`marks` says what is marked and where the text is broken, `wording` puts a fact into words, `page`
prints. Nothing is told by colour alone: every mark has brackets and a number.
"""

from __future__ import annotations

from trialweave.loaders.explain.page import show

__all__ = ["show"]
