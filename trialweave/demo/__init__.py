"""The bundled corpus, written by us from published facts and figures, and a tour of it."""
