"""Where the film is cut: the partition of a song, its slots, and edits made by a person."""
