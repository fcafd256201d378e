"""Stage 6: facts, each with the rule that made it: results, zeros, people, doses."""
