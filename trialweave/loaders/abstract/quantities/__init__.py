"""Stage 2: the numbers of a sentence, each with what is written beside it: unit, count, interval, p-value."""
