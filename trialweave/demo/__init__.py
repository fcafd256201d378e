"""The bundled corpus (README.md says what is in it and how it was made), and a tour of it."""
