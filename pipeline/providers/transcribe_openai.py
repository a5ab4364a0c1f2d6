"""Words with their times from OpenAI's transcription. Prices and ends of life: the catalogue.

Word times need ``verbose_json`` with word granularity. Another server that speaks the same language
(speaches, LocalAI, whisper.cpp's server) is reached by its address, with a model of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import (
    CredentialsRefused,
    OutOfBounds,
    OutputUnusable,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    RequestRefused,
)
from pipeline.lyrics.transcriber import Transcript
from pipeline.model import Word
from pipeline.providers.quiet import quiet
from pipeline.timebase import tidy_s

if TYPE_CHECKING:
    from openai import OpenAI

READ_S, CONNECT_S = 300.0, 10.0
MOST_WORDS = 20_000
LONGEST_WORD = 120
NEW_LINE_GAP_S, LINE_WORDS = 1.2, 12
HEARD_QUALITY = 0.85
LONGEST_ADVICE_S = 120.0
LONGEST_SONG_S = 1e6


def largest_file(model: str) -> int | None:
    """Bytes that a model takes; None for one that the studio does not know."""
    text = Path(__file__).with_name("transcription_limits.json").read_text(encoding="utf-8")
    known: dict[str, int] = json.loads(text)["max_bytes"]
    return known.get(model)


@dataclass(frozen=True)
class OpenAITranscriber:
    """OpenAI's transcription with one key. Nothing is sent before :meth:`transcribe`.

    Args:
        api_key: Kept out of every message and representation.
        model: A model that gives word times.
        base_url: Another server that speaks the same language.
    """

    api_key: str = field(repr=False)
    model: str = "whisper-1"
    base_url: str | None = None

    def transcribe(self, audio: Path, language: str = "") -> Transcript:
        """Words of a sound file in song time; one request, never repeated by itself.

        Raises:
            OutOfBounds: The file is larger than the service takes; nothing was sent.
            RequestRefused: The server refuses the request, as for a model without word times.
            ProviderFailed: In one of its other kinds.
        """
        self._check(audio)
        asked: dict[str, Any] = {"language": language} if language else {}
        with _translated(), audio.open("rb") as sound, self._client() as client:
            answer = client.audio.transcriptions.with_raw_response.create(
                file=(f"song{audio.suffix or '.mp3'}", sound),
                model=self.model,
                response_format="verbose_json",
                timestamp_granularities=["word"],
                **asked,
            )
            document = json.loads(answer.text)
        return _transcript(document, self.model)

    def _check(self, audio: Path) -> None:
        most = largest_file(self.model)
        if most is not None and audio.stat().st_size > most:
            raise OutOfBounds(
                f"Transcription takes files of up to {most >> 20} MB.",
                "Upload the song as mp3 or m4a, or paste lyrics with times.",
            )

    def _client(self) -> OpenAI:
        import httpx2
        from openai import OpenAI

        quiet()
        return OpenAI(
            api_key=self.api_key,
            base_url=self.base_url,
            max_retries=0,
            timeout=httpx2.Timeout(READ_S, connect=CONNECT_S),
        )


def _transcript(answer: object, model: str) -> Transcript:
    """The answer as words; entries that make no sense are left out."""
    document = answer if isinstance(answer, dict) else {}
    entries = document.get("words")
    if not isinstance(entries, list):
        raise OutputUnusable(
            "The transcription came without times of words.",
            "Choose another transcription model, or paste lyrics with times.",
        )
    words = tuple(_words(entries[:MOST_WORDS]))
    said_s = _seconds(document.get("duration"))
    length_s = said_s if said_s is not None else max((word.end_s for word in words), default=0.0)
    return Transcript(words, str(document.get("language") or "")[:40], length_s, model)


def _words(entries: list[Any]) -> Iterator[Word]:
    """Words in order; a pause or many words begin a new line."""
    line = in_line = 0
    last_s = 0.0
    for entry in entries:
        known = entry if isinstance(entry, dict) else {}
        text = known.get("word")
        start_s, end_s = _seconds(known.get("start")), _seconds(known.get("end"))
        if not isinstance(text, str) or not text.strip() or start_s is None or end_s is None:
            continue
        begins = max(last_s, start_s)
        if in_line and (begins - last_s > NEW_LINE_GAP_S or in_line >= LINE_WORDS):
            line, in_line = line + 1, 0
        last_s = max(begins, end_s)
        in_line += 1
        yield Word(
            text=text.strip()[:LONGEST_WORD],
            start_s=tidy_s(begins),
            end_s=tidy_s(last_s),
            line=line,
            quality=HEARD_QUALITY,
        )


def _seconds(value: Any) -> float | None:
    """A finite time that is not negative; the service sends strings in some versions."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if isfinite(seconds) and 0 <= seconds < LONGEST_SONG_S else None


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the client's errors into the studio's; the server's own words stay behind."""
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        raise _of_status(error) from error
    except openai.APIConnectionError as error:
        raise ProviderUnreachable(
            "The transcription service gave no answer.", "Try again, or paste lyrics with times."
        ) from error
    except (openai.OpenAIError, ValueError) as error:
        raise OutputUnusable(
            "The transcription service answered with something that is no transcript.",
            "Check the server's address, or paste lyrics with times.",
        ) from error


def _of_status(error: Any) -> ProviderFailed:
    status = int(error.status_code)
    if status in {401, 403}:
        return CredentialsRefused(
            "The transcription service does not accept the key.", "Check the key in the settings."
        )
    if status == 429:
        return ProviderBusy(
            "The transcription service asks to wait, or the account has no credit.",
            "Try again later.",
            _advice_s(error.response.headers.get("retry-after", "")),
        )
    if status == 413:
        return RequestRefused("The file is too large to be transcribed.", "Upload it as mp3.")
    if status >= 500:
        return ProviderUnreachable(
            f"The transcription service failed ({status}).", "Try again later."
        )
    return RequestRefused(
        f"The transcription service refused the request ({status}).",
        "Check the model in the settings: it may have been retired.",
    )


def _advice_s(said: str) -> float | None:
    seconds = _seconds(said)
    return None if seconds is None else min(seconds, LONGEST_ADVICE_S)
