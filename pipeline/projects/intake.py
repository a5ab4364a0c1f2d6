"""Taking a song in: bounded copy, one full decode, a name that is safe to show.

The person's file name is never used as a path. Its suffix is kept only where it is one of the
known ones, since the decoder looks at the content alone.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import BinaryIO

from cache.blobs import writing
from pipeline.bench import StoreBench, storage_errors
from pipeline.errors import BadInput, NotAudio, OutOfBounds
from pipeline.model import Song
from pipeline.settings import Settings

CHUNK_BYTES = 1 << 20
TITLE_LENGTH = 80
KNOWN_SUFFIXES = frozenset(
    {".mp3", ".m4a", ".mp4", ".aac", ".alac", ".flac", ".ogg", ".oga", ".opus", ".wav", ".wave"}
    | {".webm", ".wma", ".aif", ".aiff", ".mka"}
)
# Bidirectional overrides and controls could make a title read as something else.
UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn")


def take_in(source: Path | BinaryIO, filename: str, bench: StoreBench, settings: Settings) -> Song:
    """Copy a song into the store and measure it.

    Args:
        source: A path, or an open binary file positioned at its start.
        filename: The name as the person gave it; only for the title and the kind.
        bench: Where it is kept.
        settings: Limits on size and length.

    Raises:
        BadInput: The path cannot be read.
        NotAudio: Nothing in it can be decoded as sound.
        OutOfBounds: Too large, too long or too short.
        StorageFailed: It could not be kept.
    """
    from pipeline.media.decode import facts

    suffix = Path(filename).suffix.lower()
    suffix = suffix if suffix in KNOWN_SUFFIXES else ".audio"
    scratch = bench.scratch(suffix)
    _copy(source, scratch, settings.max_upload_mb)
    try:
        heard = facts(scratch, settings.max_song_s, settings.min_song_s)
    except NotAudio as error:
        # The decoder knows only our own name for the copy.
        name = "".join(sign for sign in Path(filename).name if sign.isprintable())[:60]
        shown = error.message.replace(scratch.name, name)
        raise NotAudio(shown, error.way_out) from error
    return Song(
        blob=bench.keep_file(scratch, suffix),
        title=title_of(filename),
        duration_s=heard.duration_s,
        sample_rate_hz=heard.sample_rate_hz,
        channels=heard.channels,
        codec=heard.codec,
        warnings=heard.warnings,
    )


def title_of(filename: str) -> str:
    """A title from a file name: no path, no controls, bounded; "Untitled" when nothing is left."""
    name = re.split(r"[/\\]", filename)[-1]
    stem = name[: -len(Path(name).suffix)] if Path(name).suffix else name
    shown = "".join(
        sign
        for sign in unicodedata.normalize("NFC", stem)
        if unicodedata.category(sign) not in UNPRINTABLE
    )
    shown = re.sub(r"[\s_]+", " ", shown).strip(" .-")
    return shown[:TITLE_LENGTH].strip() or "Untitled"


def _copy(source: Path | BinaryIO, target: Path, max_mb: int) -> None:
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                _copy_bounded(file, target, max_mb)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its name is no path"
            raise BadInput(
                f"The song cannot be read: {reason}.", "Check the path and its permissions."
            ) from error
        return
    _copy_bounded(source, target, max_mb)


def _copy_bounded(source: BinaryIO, target: Path, max_mb: int) -> None:
    left = max_mb * 1_000_000
    with storage_errors(), writing(target), target.open("wb") as out:
        while chunk := source.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise OutOfBounds(
                    f"The file is larger than {max_mb} MB.",
                    "Use a compressed copy, or raise STUDIO_MAX_UPLOAD_MB on your own machine.",
                )
            out.write(chunk)
