"""What a transcriber and an aligner are: a song in, words with their times out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Word

Pcm = NDArray[np.int16]


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


@dataclass(frozen=True)
class Spoken:
    """Where one of the given words was found, in seconds of the sound."""

    start_s: float
    end_s: float


class Aligner(Protocol):
    """Finds words that are known in a sound; it hears none by itself."""

    rate_hz: int

    def knows(self, word: str) -> bool:
        """Whether a word is in its dictionary; others are sounded out by rule."""

    def align(
        self, sound: Pcm, words: Sequence[str], tell: Callable[[float], None]
    ) -> tuple[Spoken | None, ...]:
        """Where each word is, in order; None for a word that cannot be sounded out.

        Args:
            sound: One channel at ``rate_hz``, shape (n,).
            words: Words in the order in which they are sung.
            tell: Called with the share that is done; what it raises stops the work.

        Returns:
            One entry a word; empty where the words cannot be laid over the sound at all.
        """
