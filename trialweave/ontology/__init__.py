"""What words mean: our vocabulary, the terminologies, and the names people use for their terms."""
