"""The local renderer: moving pictures for any shot, free, offline and deterministic."""
