"""ClinicalTrials.gov: its three forms of one study, and what they share."""
