"""A trial from the facts of its abstract, where the publication reports one."""

from __future__ import annotations

import re

import msgspec

from trialweave.loaders.abstract import read
from trialweave.loaders.abstract.trial.assembled import trial_of
from trialweave.loaders.registry_ids import find_registry_ids
from trialweave.records import Publication

_REPORTS = re.compile(
    r"randomi[sz]ed controlled trial|controlled clinical trial|clinical trial, phase|\bclinical trial$"
    r"|equivalence trial|pragmatic clinical trial",
    re.IGNORECASE,
)
_NO_REPORT = re.compile(
    r"\breview\b|meta-analysis|practice guideline|^guideline|editorial|comment|news|letter|protocol"
    r"|case reports|erratum|retract",
    re.IGNORECASE,
)
_NO_REPORT_TITLE = re.compile(
    r"\b(?:meta-analys[ie]s|systematic review|(?:narrative|scoping|literature) review|a review\b"
    r"|study protocol|trial protocol|protocol (?:for|of) |rationale and design|design and rationale"
    r"|statistical analysis plan|pooled analysis|guidelines?\b|consensus)",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    r"\brandomly (?:assigned|allocated)|\brandomi[sz]ed\b|\bunderwent randomi[sz]ation|\brandomi[sz]ation\b",
    re.IGNORECASE,
)
_REVIEWED = re.compile(
    r"\b(?:we|were) (?:systematically )?(?:searched|reviewed|pooled)|\b(?:MEDLINE|Embase"
    r"|Cochrane Library)\b|randomi[sz]ed (?:controlled )?trials (?:were|that|comparing)",
    re.IGNORECASE,
)


def with_trial(publication: Publication) -> Publication:
    """The publication with `facts` and `trial` filled from its abstract, if it reports a trial.

    A report is told by its publication types, or by a registry id or results beside words of random
    assignment. Reviews, meta-analyses, protocols and comments give no trial and no facts.

    >>> from trialweave.records import Source
    >>> text = "We randomly assigned 30 adults to abcnib 12 mg or placebo. Median PFS was 3 v 1 months."
    >>> source = Source(file="a.txt", format="text", position=1, sha256="0")
    >>> publication = Publication(source=source, text=text, title="Abcnib.", abstract_span=(0, len(text)))
    >>> report = with_trial(publication)
    >>> [(arm.name, arm.interventions) for arm in report.trial.arms]
    [('abcnib', ('abcnib',)), ('placebo', ('placebo',))]
    """
    if publication.abstract_span is None or not reports_trial(publication):
        return msgspec.structs.replace(publication, facts=(), trial=None)
    reading = read(publication.text, title=publication.title_span, abstract=publication.abstract_span)
    if not reading.facts:
        return msgspec.structs.replace(publication, facts=(), trial=None)
    return msgspec.structs.replace(publication, facts=reading.facts, trial=trial_of(publication, reading))


def reports_trial(publication: Publication) -> bool:
    """True if the record is the report of a trial: by its types, or by what its abstract says."""
    types = [kind.value for kind in publication.publication_types]
    title = publication.title
    if any(_NO_REPORT.search(kind) for kind in types) or _NO_REPORT_TITLE.search(title):
        return False
    abstract = publication.text[slice(*publication.abstract_span)] if publication.abstract_span else ""
    if any(_REPORTS.search(kind) for kind in types):
        return True
    if _REVIEWED.search(abstract):
        return False
    registered = bool(publication.registry_ids) or bool(find_registry_ids(abstract))
    return bool(
        re.search(
            r"\brandomly (?:assigned|allocated)|\bwere randomi[sz]ed\b|underwent randomi[sz]ation",
            abstract,
            re.IGNORECASE,
        )
    ) or (registered and bool(_ASSIGNED.search(abstract) or _ASSIGNED.search(title)))
