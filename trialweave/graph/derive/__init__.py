"""What follows from the records, made anew after each build, in graphs of its own.

Nothing here changes what a source said. Each graph is replaced whole, in this order:

1. `labels`        one concept for each distinct label that facts point to
2. `starter`       the parts of ontologies that come with the package, where the whole is not loaded
3. `links`         local concepts to terms, as SSSOM mappings
4. `terminology`   our vocabulary, and the part of MeSH that the records reach
5. `names`         one name for each concept, for questions to put together what means the same
6. `closure`       `tw:within`: from each term and concept to every class that contains it
7. `publications`  which publication goes with which registry trial, and how
8. `subjects`      which drugs and conditions a trial studies, and on what basis
9. `arms`          why a role cannot be read off an arm, and why a group is not added to others
10. `told`         which counts of a publication the registry record of its trial lists too
11. `mesh_pairs`   drug-toxicity links that follow from the qualifiers of MeSH headings
12. `differences`  where a registry record and a publication of its trial agree, differ, or cannot be compared
"""

from trialweave.graph.derive import (
    arms,
    closure,
    differences,
    labels,
    links,
    mesh_pairs,
    names,
    publications,
    subjects,
    terminology,
    told,
)
from trialweave.graph.store import Graph
from trialweave.graph.terminologies import starter

__all__ = ["derive"]

STEPS = (
    labels.write,
    starter.install,
    links.write,
    terminology.write,
    names.write,
    closure.write,
    publications.write,
    subjects.write,
    arms.write,
    told.write,
    mesh_pairs.write,
    differences.write,
)


def derive(graph: Graph) -> None:
    """Make all derived graphs anew from the record graphs."""
    for step in STEPS:
        step(graph)
