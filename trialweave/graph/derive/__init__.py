"""What follows from the records, made anew after each build, in graphs of its own.

Nothing here changes what a source said. Each graph is replaced whole, in this order:

1. `labels`        one concept for each distinct label that facts point to
2. `terminology`   our vocabulary, and the part of MeSH that the records reach
3. `links`         local concepts to terms, as SSSOM mappings
4. `closure`       `tw:within`: from each term and concept to every class that contains it
5. `subjects`      which drugs and conditions a trial studies, and on what basis
6. `arms`          why a role cannot be read off an arm, and why a group is not added to others
7. `mesh_pairs`    drug-toxicity links that follow from the qualifiers of MeSH headings
"""

from trialweave.graph.derive import arms, closure, labels, links, mesh_pairs, subjects, terminology
from trialweave.graph.store import Graph

__all__ = ["derive"]

STEPS = (
    labels.write,
    links.write,
    terminology.write,
    closure.write,
    subjects.write,
    arms.write,
    mesh_pairs.write,
)


def derive(graph: Graph) -> None:
    """Make all derived graphs anew from the record graphs."""
    for step in STEPS:
        step(graph)
