"""The graph of one registry study while it is written, and the names of its places."""

from __future__ import annotations

from collections import Counter

from trialweave.graph.iris import TWGRAPH, TWID, fragment
from trialweave.graph.quads import GraphWriter, NamedNode
from trialweave.ontology.prefixes import namespace
from trialweave.records import Endpoint, RegistryStudy

NCT = namespace("nct")
RDFS = namespace("rdfs")
TW = namespace("tw")


def graph_name(study: RegistryStudy) -> str:
    """The named graph of a study's record."""
    return TWGRAPH[f"ctgov/{study.nct_id.value}"]


def trial_iri(study: RegistryStudy) -> str:
    """The trial: its page in the registry."""
    return NCT[study.nct_id.value]


class StudyWriter:
    """The graph of one study, and the names of its places."""

    def __init__(self, study: RegistryStudy) -> None:
        self.graph = GraphWriter(graph_name(study))
        self.base = TWID[f"ctgov/{study.nct_id.value}"]
        self.trial = NamedNode(trial_iri(study))
        self._met: Counter[str] = Counter()

    def place(self, path: str) -> NamedNode:
        """The node of what stands at a place of the record."""
        return NamedNode(f"{self.base}#{fragment(path)}")

    def nth_place(self, path: str) -> NamedNode:
        """The node of the next of several things that were read from one place, each with its number.

        An arm's description may hold the doses of two interventions.
        """
        number = self._met[path]
        self._met[path] += 1
        return self.place(f"{path}/{number}")

    def typed(self, path: str, name: str) -> NamedNode:
        """The node of a place, with its class."""
        return self.graph.node(self.place(path).value, TW[name])


def write_endpoint(endpoint: Endpoint, writer: StudyWriter) -> NamedNode:
    """An endpoint, registered or posted; its node."""
    graph = writer.graph
    node = writer.place(endpoint.key)
    graph.add(writer.trial, TW["hasEndpoint"], node)
    graph.add(node, RDFS["label"], endpoint.name)
    graph.add(node, TW["endpointRole"], endpoint.role)
    graph.add(node, TW["timeFrame"], endpoint.time_frame)
    return node
