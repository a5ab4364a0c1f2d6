"""Transcripts as the store keeps them: under the song's bytes, whoever bought or reads them."""

from __future__ import annotations

from typing import Any

from pipeline.model import Word


def transcript_key(song_digest: str) -> str:
    """Where the transcript of a song lies in the store."""
    return f"transcript/{song_digest}"


def words_of(record: dict[str, Any]) -> tuple[Word, ...]:
    """The words of a stored transcript."""
    return tuple(Word.model_validate(word) for word in record["words"])
