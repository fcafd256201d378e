"""Stage 1: one plain spelling of a text with offsets kept, its sections and sentences, its words."""
