"""What a transcriber is: a song in, words with their times out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.model import Word


@dataclass(frozen=True)
class Transcript:
    """What was heard. ``seconds`` is the length that the service bills by."""

    words: tuple[Word, ...]
    language: str
    seconds: float
    model: str


class Transcriber(Protocol):
    """Anything that hears words: a service, or a program on this machine."""

    def transcribe(self, audio: Path, language: str = "") -> Transcript:
        """Words of a sound file in song time.

        Args:
            audio: An mp3, m4a, wav, flac, ogg or webm file.
            language: ISO 639-1 code when it is known.

        Raises:
            ProviderFailed: In one of its kinds.
            OutOfBounds: The file is larger than the service takes.
        """
