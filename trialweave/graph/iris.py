"""Where the name of each resource is made: IRIs that stay the same when a record is loaded again.

They come from the record's own ids or from its content, never from a counter of the load.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

import msgspec

from trialweave.ontology.prefixes import namespace
from trialweave.records import Publication, Record, Trial

TWID = namespace("twid")
TWGRAPH = namespace("twgraph")

_PATH_SAFE = "-._~!$'()*,=:@/"  # sub-delims that neither RDF syntaxes nor stores trip over


def slug(text: str) -> str:
    """Lower case, runs of other characters become one hyphen; letters of all scripts stay.

    >>> slug("Anlotinib 12 mg")
    'anlotinib-12-mg'
    """
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-") or "unnamed"


def record_key(publication: Publication) -> str:
    """The path below which everything of a publication's record is named.

    >>> from trialweave.records import Source
    >>> source = Source(file="a.txt", format="pubmed-page", position=1, sha256="ab" * 32)
    >>> record_key(Publication(source=source, text="T", title="T"))
    'publication/abababababababab'
    """
    if publication.pmid:
        return f"pubmed/{publication.pmid.value}"
    if publication.doi:
        return f"doi/{quote(publication.doi.value.lower(), safe=_PATH_SAFE)}"
    return f"publication/{publication.source.sha256[:16]}"


def publication_iri(publication: Publication) -> str:
    """PubMed's page by PMID; else the DOI's; else a name of ours from the record's hash."""
    if publication.pmid:
        return namespace("pubmed")[publication.pmid.value]
    if publication.doi:
        return namespace("doi")[quote(publication.doi.value.lower(), safe=_PATH_SAFE)]
    return TWID[record_key(publication)]


def trial_iri(trial: Trial, key: str) -> str:
    """The registry's page where the record names exactly one trial; else a name below the record.

    A record that names several trials (a pooled analysis) reports none of them alone.
    """
    ids = {stated.value for stated in trial.registry_ids}
    nct = {value for value in ids if value.startswith("NCT")}
    if len(nct) == 1:
        return namespace("nct")[nct.pop()]
    if len(ids) == 1:
        return TWID[f"trial/{quote(ids.pop(), safe='')}"]
    return TWID[f"{key}/trial"]


def concept_iri(kind: str, label: str) -> str:
    """The local concept of a distinct label: `kind` is "drug", "condition" or "event".

    The label can be read back from the IRI, so that concepts need no counter and no registry.

    >>> concept_iri("event", "decreased  appetite")
    'https://w3id.org/trialweave/id/concept/event/decreased%20appetite'
    """
    return TWID[f"concept/{kind}/{quote(' '.join(label.split()), safe='')}"]


def fact_iri(key: str, name: str, record: Record) -> str:
    """A fact below its record: its kind and a hash of its content.

    What the audit says of a fact is no part of its identity.
    """
    fields = msgspec.structs.asdict(record)
    for name_of_no_identity in ("findings", "rule"):
        fields.pop(name_of_no_identity, None)
    digest = hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()
    return TWID[f"{key}/{slug(name)}/{digest[:12]}"]


def audit_graph_name(record_graph: str) -> str:
    """The derived graph that holds what the number audit says of a record.

    >>> audit_graph_name("https://w3id.org/trialweave/graph/pubmed/1")
    'https://w3id.org/trialweave/graph/derived/audit/pubmed/1'
    """
    return TWGRAPH[f"derived/audit/{record_graph.removeprefix(TWGRAPH[''])}"]
