"""Evidence synthesis: one number from many trials, and how far they agree on it.

- `study`: what goes in (`Counts`, `Estimate`) and what comes out (`Pooled`)
- `table_file`: a person's own table becomes studies; `comparisons`: a graph's arms become studies
- `effects`: a 2x2 table becomes an effect with its variance; zero cells
- `heterogeneity`: Q, I², and tau² by three methods; `common_effect`: Mantel-Haenszel and Peto
- `pooling`: all of it together; leave-one-out and subgroups
- `report`: the answer as a page; `document`: as rows and JSON; `forest`, `funnel`: as pictures

statsmodels, scipy and matplotlib come with the extra `evidence`.
"""
