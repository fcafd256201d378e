"""A network as a page, as rows and as JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from trialweave.graph.quads import Term, to_term
from trialweave.queries.network.analysis import Analysis, numbers
from trialweave.queries.network.communities import Communities
from trialweave.queries.network.plain import drug_first
from trialweave.queries.network.prediction import Prediction
from trialweave.queries.network.significance import Significance
from trialweave.queries.table import Table

COLUMNS = (
    "kind",
    "name",
    "degree",
    "strength",
    "betweenness",
    "closeness",
    "pagerank",
    "community",
    "stability",
    "bridging",
    "bridging_p",
    "bridging_adjusted_p",
    "iri",
)


def rows(found: Analysis) -> Table:
    """One row for each node: drugs first, those with most edges first. Empty: no such number."""
    of_node = numbers(found)
    facts = [
        {"kind": facts["kind"], "name": facts["label"], "iri": facts["iri"], **of_node[node]}
        for node, facts in found.network.nodes(data=True)
    ]
    facts.sort(key=lambda row: (row["kind"], -row["degree"], row["name"]))
    return Table(
        columns=COLUMNS, rows=tuple(tuple(_term(row.get(name)) for name in COLUMNS) for row in facts)
    )


def _term(value: object) -> Term | None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return to_term(Decimal(repr(round(value, 6)))) if isinstance(value, float) else to_term(value)  # type: ignore[arg-type]


def document(found: Analysis) -> str:
    """Everything, as JSON: what was asked, nodes, edges with their evidence, communities, tests."""
    network = found.network
    told = {
        "asked": found.asked,
        "pairs_stated_zero": found.stated_zero,
        "nodes": [
            {"id": node, "kind": facts["kind"], "label": facts["label"], "iri": facts["iri"], **of_node}
            for (node, facts), of_node in zip(network.nodes(data=True), numbers(found).values(), strict=True)
        ],
        "edges": [
            dict(zip(("source", "target"), drug_first(network, one, two), strict=True)) | facts
            for one, two, facts in network.edges(data=True)
        ],
        "communities": {
            "members": found.communities.members,
            "runs": found.communities.runs,
            "modularity": found.communities.modularity,
            "adjusted_rand": found.communities.rand,
            "mutual_information": found.communities.mutual_information,
        },
        "significance": found.significance,
        "prediction": found.prediction,
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode() + "\n"


def page(found: Analysis) -> str:
    """The network on a page: how large, how it falls apart, what bridges it, what chance makes of it."""
    return "\n".join([*_size(found), "", *_communities(found), *_bridges(found), *_tests(found)]) + "\n"


def _size(found: Analysis) -> Iterator[str]:
    network, asked = found.network, found.asked
    kinds = Counter(kind for _, kind in network.nodes(data="kind"))
    counted = ", ".join(f"{count:,} {plural(kind)}" for kind, count in sorted(kinds.items()))
    yield f"{counted}; {network.number_of_edges():,} edges, by {WEIGHTS[asked.weight]}"
    known = sum(weight is not None for _, _, weight in network.edges(data="weight"))
    if known < network.number_of_edges():
        unknown = network.number_of_edges() - known
        yield f"{unknown:,} edges have no such weight in any source: kept, and no tie in what goes by weight"
    if found.stated_zero and asked.min_trials > 0:
        yield f"{found.stated_zero:,} pairs with stated zeros only are no edges; --min-trials 0 has them"


WEIGHTS = {
    "trials": "number of trials",
    "people": "people given the drug who had it",
    "log-rr": "log risk ratio against control (Mantel-Haenszel)",
}


def plural(kind: str) -> str:
    """More than one of a kind.

    >>> plural("drug"), plural("toxicity")
    ('drugs', 'toxicities')
    """
    return "toxicities" if kind == "toxicity" else f"{kind}s"


_SHOWN = 6


def _communities(found: Analysis) -> Iterator[str]:
    groups = found.communities
    of_many = [members for members in groups.members if len(members) > 1]
    yield f"{len(of_many)} communities of two or more, modularity {groups.modularity:.3f}{_agreement(groups)}"
    by_degree = found.centralities
    for number, members in enumerate(of_many):
        ordered = sorted(members, key=lambda node: (-by_degree[node].degree, node))
        drugs = [node for node in ordered if found.network.nodes[node]["kind"] == "drug"]
        others = [node for node in ordered if found.network.nodes[node]["kind"] != "drug"]
        yield f"  {number}: " + "; ".join(
            part for part in (_some(found, drugs, "drug"), _some(found, others, "toxicity")) if part
        )


def _agreement(groups: Communities) -> str:
    if groups.rand is None:
        return "; one run: nothing is known of its stability"
    return f"; {groups.runs} runs agree by {groups.rand:.2f} (adjusted Rand)"


def _some(found: Analysis, nodes: list[str], kind: str) -> str:
    if not nodes:
        return ""
    names = ", ".join(found.network.nodes[node]["label"] for node in nodes[:_SHOWN])
    more = f", and {len(nodes) - _SHOWN} more" if len(nodes) > _SHOWN else ""
    return f"{len(nodes)} {kind if len(nodes) == 1 else plural(kind)}: {names}{more}"


def _bridges(found: Analysis) -> Iterator[str]:
    best = sorted(found.bridging.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    best = [(node, value) for node, value in best if value > 0]
    if best:
        names = ", ".join(f"{found.network.nodes[node]['label']} {value:.2f}" for node, value in best)
        yield f"bridging toxicities (participation in the drugs' communities): {names}"


def _tests(found: Analysis) -> Iterator[str]:
    if found.significance is not None:
        yield from _significance(found, found.significance)
    if found.prediction is not None:
        yield from _prediction(found.prediction)


LEVEL = 0.05


def _significance(found: Analysis, tested: Significance) -> Iterator[str]:
    yield (
        f"against {tested.draws} random graphs with the same degrees, edges counting 1: modularity "
        f"{tested.modularity:.3f}, expected {tested.modularity_expected:.3f}, p {tested.modularity_p:.3g}"
    )
    communities = sum(p <= LEVEL for p in tested.community_p)
    bridges = [node for node, p in tested.bridge_adjusted_p.items() if p <= LEVEL]
    yield (
        f"  communities that stand out: {communities} of {len(tested.community_p)}; bridging toxicities that "
        f"do: {len(bridges)} of {len(tested.bridge)} (p adjusted for all of them, {LEVEL:.0%})"
    )
    if bridges:
        yield f"  {_some(found, sorted(bridges), 'toxicity')}"


def _prediction(told: Prediction) -> Iterator[str]:
    if told.too_few is not None:
        yield f"prediction by time: too few ({told.too_few})"
        return
    yield (
        f"prediction by time: {told.later:,} links from {told.cutoff} on, among {told.pairs:,} pairs open "
        f"before; chance would give an average precision of {told.later / told.pairs:.3f}"
    )
    for score in told.scores:
        yield f"  {score.name}: AUC {score.auc:.3f}, average precision {score.average_precision:.3f}"
