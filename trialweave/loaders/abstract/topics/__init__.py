"""Stage 4: the endpoints and events that a sentence names, with grades, time points and populations."""
