"""trialweave: the knowledge graph of clinical trial evidence."""
