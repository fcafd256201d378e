"""How sources become records: one file per format, each a generator from a file to records."""
