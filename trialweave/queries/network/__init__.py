"""The network of drugs and toxicities: which toxicities belong to a class, which to one drug, how sure.

- `links`: the table that it is made of, from the counts of a graph; `facts`, `classes`: what goes into it
- `bipartite`: that table as a networkx graph, and as a sparse matrix
- `projection`: drugs by the toxicities that they share, or toxicities by drugs; similarity; `backbone`
- `centrality`, `communities` (with their stability over seeds), `bridges`
- `null_model`: random graphs in which everything keeps its degree; `significance` against them
- `prediction`: whether earlier trials tell of links seen later
- `export`, `cytoscape`, `tables`: files for Gephi, Cytoscape and others; `picture`, `heat_map`
- `analysis`: all of it together; `report`: as a page, as rows and as JSON

It stands beside `synthesis`, above the graph: its links are answers to questions, not triples.
networkx, scipy and matplotlib come with the extra `evidence`.
"""

from trialweave.errors import QueryError

try:
    import networkx  # noqa: F401
    import scipy  # noqa: F401
except ImportError as error:
    raise QueryError("a network needs networkx and scipy: pip install 'trialweave[evidence]'") from error
