"""Reading and writing sound and pictures."""
