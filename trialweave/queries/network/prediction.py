"""Whether the links of earlier trials tell which links come later: an honest hold-out by time.

The graph of links first seen before a date is all that a score may look at. The links first seen from that
date on, between a drug and a toxicity that the earlier graph knows both, are to be told from all other pairs
of the two that are not linked. Scores: resource allocation and preferential attachment
(both as for bipartite graphs: Daminelli et al. 2015, New J Phys 17:113037), and profiles of similar drugs.
A link that no trial has looked for counts as none: a high score there may be right.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import rankdata

from trialweave.errors import QueryError
from trialweave.queries.network.bipartite import matrix
from trialweave.records import Record

Floats = NDArray[np.float64]

SCORES = {
    "similar-drugs": "sum over drugs with the toxicity of the cosine of both drugs' toxicities",
    "resource-allocation": "paths drug - toxicity - drug - toxicity, each over the degrees on its way",
    "three-step-paths": "paths drug - toxicity - drug - toxicity",
    "preferential-attachment": "degree of the drug times degree of the toxicity (baseline)",
    "toxicity-degree": "number of drugs with the toxicity (baseline)",
}

FEWEST = 20


class Score(Record, frozen=True):
    """How well a score tells later links from pairs that stay without one."""

    name: str
    auc: float
    """The chance that a later link scores above a pair without one, ties one half."""

    average_precision: float
    """Mean over later links of the precision at their score, all of a tie taken together."""


class Prediction(Record, frozen=True):
    """A hold-out by time. Without scores, there was too little to tell, for the reason given."""

    cutoff: str | None
    earlier: int
    """Links before the date, and below those after it, between nodes known before it."""

    later: int
    later_of_unknown: int
    """Links after the date of a drug or toxicity that no earlier trial has: they are not predicted."""

    undated: int
    pairs: int
    """Pairs that are ranked, later links among them; `later` of these is what chance would give."""

    scores: tuple[Score, ...]
    too_few: str | None


def predict(graph: nx.Graph, *, cutoff: str | None = None, share: float = 0.8) -> Prediction:
    """Hold out the links first seen from `cutoff` on: a year, month or day.

    Without it, the date that leaves about `share` of the dated links before it. Edges without a date
    (`first`) are in neither part, and their pairs are not ranked; edges of 0 trials are no links.
    """
    edges = [(one, two, facts) for one, two, facts in graph.edges(data=True) if facts.get("trials", 1) > 0]
    dated = [facts["first"] for _, _, facts in edges if facts.get("first")]
    undated = len(edges) - len(dated)
    if cutoff is None:
        cutoff = _cutoff(dated, share)
    if cutoff is None:
        because = "links of fewer than two dates: there is no earlier and later"
        return _nothing(None, 0, 0, 0, undated, because)
    earlier = nx.Graph()
    earlier.add_edges_from(
        (one, two, facts) for one, two, facts in edges if facts.get("first") and facts["first"] < cutoff
    )
    earlier.add_nodes_from((node, graph.nodes[node]) for node in list(earlier))
    after = [(one, two) for one, two, facts in edges if facts.get("first") and facts["first"] >= cutoff]
    later = [(one, two) for one, two in after if one in earlier and two in earlier]
    unknown = len(after) - len(later)
    if min(len(later), earlier.number_of_edges()) < FEWEST:
        because = (
            f"{earlier.number_of_edges()} links before {cutoff} and {len(later)} after it between what was "
            f"known before: fewer than {FEWEST} tell nothing"
        )
        return _nothing(cutoff, earlier.number_of_edges(), len(later), unknown, undated, because)
    return _scored(graph, earlier, later, cutoff, unknown, undated)


def _cutoff(dates: list[str], share: float) -> str | None:
    if not 0 < share < 1:
        raise QueryError(f"share {share}: expected between 0 and 1")
    ordered = sorted(dates)
    if not ordered or ordered[0] == ordered[-1]:
        return None
    wanted = ordered[min(int(share * len(ordered)), len(ordered) - 1)]
    return wanted if wanted > ordered[0] else next(date for date in ordered if date > ordered[0])


def _nothing(
    cutoff: str | None, earlier: int, later: int, unknown: int, undated: int, because: str
) -> Prediction:
    return Prediction(
        cutoff=cutoff,
        earlier=earlier,
        later=later,
        later_of_unknown=unknown,
        undated=undated,
        pairs=0,
        scores=(),
        too_few=because,
    )


def _scored(
    graph: nx.Graph, earlier: nx.Graph, later: list[tuple[str, str]], cutoff: str, unknown: int, undated: int
) -> Prediction:
    known = matrix(_plain(earlier))
    rows = {node: place for place, node in enumerate(known.drugs)}
    columns = {node: place for place, node in enumerate(known.toxicities)}
    open_ = known.present.toarray() == 0
    truth = np.zeros(open_.shape, dtype=bool)
    held = {frozenset(pair) for pair in later}
    for one, two in graph.edges:
        drug, toxicity = (one, two) if one in rows else (two, one)
        if drug not in rows or toxicity not in columns or not open_[rows[drug], columns[toxicity]]:
            continue
        if frozenset((one, two)) in held:
            truth[rows[drug], columns[toxicity]] = True
        else:
            open_[rows[drug], columns[toxicity]] = False  # neither a later link nor none: no date, or zeros
    labels = truth[open_]
    scores = tuple(
        Score(
            name=name,
            auc=auc(labels, values[open_]),
            average_precision=average_precision(labels, values[open_]),
        )
        for name, values in _values(known.present).items()
    )
    return Prediction(
        cutoff=cutoff,
        earlier=earlier.number_of_edges(),
        later=len(later),
        later_of_unknown=unknown,
        undated=undated,
        pairs=int(open_.sum()),
        scores=scores,
        too_few=None,
    )


def _plain(graph: nx.Graph) -> nx.Graph:
    made = nx.Graph()
    made.add_nodes_from(graph.nodes(data=True))
    made.add_edges_from(graph.edges, weight=1.0)
    return made


def _values(present: sparse.csr_array) -> dict[str, Floats]:
    of_drug = np.asarray(present.sum(axis=1)).ravel()
    of_toxicity = np.asarray(present.sum(axis=0)).ravel()
    shared = (present @ present.T).toarray()
    cosine = shared / np.sqrt(np.outer(of_drug, of_drug))
    allocated = (present @ sparse.diags_array(1 / of_toxicity) @ present.T).toarray() / of_drug
    dense = present.toarray()
    return {
        "similar-drugs": cosine @ dense,
        "resource-allocation": allocated @ dense,
        "three-step-paths": shared @ dense,
        "preferential-attachment": np.outer(of_drug, of_toxicity),
        "toxicity-degree": np.tile(of_toxicity, (len(of_drug), 1)),
    }


def auc(truth: NDArray[np.bool_], score: Floats) -> float:
    """The area under the ROC curve, by ranks; ties count one half (Mann and Whitney).

    >>> auc(np.array([True, False, False]), np.array([2.0, 1.0, 2.0]))
    0.75
    """
    right = int(truth.sum())
    wrong = len(truth) - right
    if right == 0 or wrong == 0:
        raise QueryError("an AUC takes at least one pair of each kind")
    return float((rankdata(score)[truth].sum() - right * (right + 1) / 2) / (right * wrong))


def average_precision(truth: NDArray[np.bool_], score: Floats) -> float:
    """The mean precision at each true pair, from the highest score down; ties come all at once.

    >>> round(average_precision(np.array([True, False, True]), np.array([3.0, 2.0, 1.0])), 4)
    0.8333
    """
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    hits = np.cumsum(truth[order])[last]
    gained = np.diff(hits, prepend=0)
    return float(np.sum(gained * hits / (last + 1)) / truth.sum())
