"""The product without its interface: a song in, a film out, every stage cached."""
