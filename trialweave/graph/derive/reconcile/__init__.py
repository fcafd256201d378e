"""A registry record beside a publication of the same trial: what can be compared, and what it says.

- `sides`      one record's graph, read into what is compared
- `matching`   which arm, group and endpoint of one is which of the other, only on evidence
- `design`     enrolment, arms, primary endpoint
- `status`     status, posted results, phase, allocation, masking
- `results`    effect estimates and medians
- `events`     counts of adverse events
"""
