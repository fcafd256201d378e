"""Where it is kept: records become quads, quads live in a store, and the store answers for them."""
