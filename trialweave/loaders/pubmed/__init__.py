"""PubMed: its four forms of a bibliographic record, and what they share."""
