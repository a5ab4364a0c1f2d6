"""Lyrics: reading what people have, and giving every word a time and a place in one slot."""

from pipeline.lyrics.words import words_in

__all__ = ["words_in"]
