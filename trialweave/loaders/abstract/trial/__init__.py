"""Last stage: the trial that a publication reports: design, arms, interventions, endpoints, results."""
