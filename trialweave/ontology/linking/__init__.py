"""Labels of drugs, conditions and events linked to terms: over names and mappings, without a store."""

from trialweave.ontology.linking.decide import asked, link
from trialweave.ontology.linking.decision import Candidate, Decision, Link
from trialweave.ontology.linking.forms import Kind
from trialweave.ontology.linking.index import Index, Name, index
from trialweave.ontology.linking.mappings import Mappings, mappings

__all__ = [
    "Candidate",
    "Decision",
    "Index",
    "Kind",
    "Link",
    "Mappings",
    "Name",
    "asked",
    "index",
    "link",
    "mappings",
]
