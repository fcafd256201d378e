"""What can be asked: one question, one file, and the code that binds, runs and shows it."""
