"""Stage 3: the arms of a trial, however an abstract names them, and where a sentence speaks of them."""
