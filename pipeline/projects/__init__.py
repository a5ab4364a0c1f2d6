"""Projects and what belongs to them: where they lie, how they come in, travel and go."""
