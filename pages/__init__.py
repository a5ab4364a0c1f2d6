"""One file per thing a person does: it opens the project, draws, and calls the studio."""
