"""Stage 5: which arm a quantity belongs to, what it is about, and which arms an estimate compares."""
