"""Links as a networkx graph with typed attributes, and as a sparse matrix for what takes long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trialweave.errors import QueryError
from trialweave.queries.network.links import Link

Weight = Literal["trials", "people", "log-rr"]
Side = Literal["drugs", "toxicities"]
KINDS: dict[Side, str] = {"drugs": "drug", "toxicities": "toxicity"}

_EDGE = tuple(name for name in Link.__struct_fields__ if name not in ("drug", "toxicity"))
_NODE_IRIS = ("drug_iri", "toxicity_iri")


def bipartite(links: Iterable[Link], *, weight: Weight = "trials", min_trials: int = 1) -> nx.Graph:
    """The graph of drugs and toxicities.

    Nodes are `drug:NAME` and `toxicity:NAME`, with `label`, `kind`, `bipartite` (0 drugs, 1 toxicities) and
    `iri`. Edges hold the fields of `Link` and `weight`: the number of trials, of people given the drug who
    had it, or the pooled log risk ratio. A weight of None is an edge whose weight no source gives; networkx
    takes a weight that is missing altogether for 1, so it is never left out.
    With `min_trials=0`, pairs of which sources state only zeros are edges too, of weight 0.

    >>> rash, pain = (Link(drug="a", toxicity=name, trials=n) for name, n in (("rash", 2), ("pain", 0)))
    >>> graph = bipartite([rash, pain])
    >>> graph.edges["drug:a", "toxicity:rash"]["weight"], graph.number_of_edges()
    (2, 1)
    """
    graph = nx.Graph(weight=weight, min_trials=min_trials)
    for link in sorted(links, key=lambda one: (one.drug, one.toxicity)):
        if link.trials < min_trials:
            continue
        ends = f"drug:{link.drug}", f"toxicity:{link.toxicity}"
        if graph.has_edge(*ends):
            raise QueryError(f"{link.drug} and {link.toxicity} are linked twice; a pair has one link")
        for side, (node, label, iri) in enumerate(
            zip(ends, (link.drug, link.toxicity), (link.drug_iri, link.toxicity_iri), strict=True)
        ):
            kind = ("drug", "toxicity")[side]
            graph.add_node(node, label=label, kind=kind, bipartite=side, iri=iri)
        facts: dict[str, Any] = {name: getattr(link, name) for name in _EDGE if name not in _NODE_IRIS}
        graph.add_edge(*ends, weight=weight_of(link, weight), **facts)
    return graph


def weight_of(link: Link, weight: Weight) -> float | None:
    """The weight of a link; None where no source gives it."""
    values: dict[Weight, float | None] = {
        "trials": link.trials,
        "people": link.people,
        "log-rr": link.log_rr,
    }
    if weight not in values:
        raise QueryError(f"weight {weight}: expected one of {', '.join(values)}")
    return values[weight]


class Matrix(NamedTuple):
    """A bipartite graph as matrices, drugs by toxicities, each by name."""

    drugs: tuple[str, ...]
    toxicities: tuple[str, ...]
    present: sparse.csr_array
    """1.0 where there is an edge."""

    weights: sparse.csr_array
    """The weight where it is above 0: no tie is made of a risk ratio of 1 or less, of 0, or of None."""

    def seen_from(self, side: Side) -> tuple[tuple[str, ...], sparse.csr_array, sparse.csr_array]:
        """The nodes of a side, and both matrices with that side as rows."""
        if side == "drugs":
            return self.drugs, self.present, self.weights
        return self.toxicities, self.present.T.tocsr(), self.weights.T.tocsr()


def matrix(graph: nx.Graph) -> Matrix:
    """The matrices of a bipartite graph.

    Raises QueryError for an edge within a side, and for a weight that is no finite number.

    >>> matrix(bipartite([Link(drug="a", toxicity="rash", trials=2)])).weights.toarray()
    array([[2.]])
    """
    drugs = tuple(sorted(node for node, side in graph.nodes(data="bipartite") if side == 0))
    toxicities = tuple(sorted(node for node, side in graph.nodes(data="bipartite") if side == 1))
    rows = {node: place for place, node in enumerate(drugs)}
    columns = {node: place for place, node in enumerate(toxicities)}
    count = graph.number_of_edges()
    at: NDArray[np.int64] = np.empty((2, count), dtype=np.int64)
    weights = np.zeros(count)
    for place, (one, two, weight) in enumerate(graph.edges(data="weight")):
        drug, toxicity = (one, two) if one in rows else (two, one)
        if drug not in rows or toxicity not in columns:
            raise QueryError(f"{one} and {two} are of one side; an edge joins a drug and a toxicity")
        at[:, place] = rows[drug], columns[toxicity]
        weights[place] = 0.0 if weight is None else weight
    if not np.all(np.isfinite(weights)):
        raise QueryError("a weight is no finite number; None stands for one that is not known")
    shape = len(drugs), len(toxicities)
    ties = weights > 0
    return Matrix(
        drugs=drugs,
        toxicities=toxicities,
        present=sparse.csr_array((np.ones(count), (at[0], at[1])), shape=shape),
        weights=sparse.csr_array((weights[ties], (at[0][ties], at[1][ties])), shape=shape),
    )


def tied(graph: nx.Graph) -> nx.Graph:
    """All nodes, with the edges whose weight is above 0: what weighted measures may be taken of."""
    made = nx.Graph()
    made.add_nodes_from(graph.nodes(data=True))
    made.add_edges_from(
        (one, two, facts)
        for one, two, facts in graph.edges(data=True)
        if facts["weight"] is not None and facts["weight"] > 0
    )
    return made
