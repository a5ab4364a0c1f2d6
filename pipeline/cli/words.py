"""Lyrics on the command line: a file in, and how well each line's time is known out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import BadInput, OutOfBounds
from pipeline.lyrics.parse import decoded, guessed_format
from pipeline.lyrics.words import joined
from pipeline.project import Brief, Project, changed

if TYPE_CHECKING:
    from pipeline.model import Lyrics, Word
    from pipeline.studio import Studio

KINDS = {".lrc", ".srt", ".vtt"}
LARGEST_FILE = 1_000_000
LONGEST_TEXT = 100_000


def use_lyrics(studio: Studio, project: Project, file: Path) -> Project:
    """Give a project the words of a file.

    Raises:
        BadInput: The file cannot be read, or holds more words than any song has.
    """
    text, suffix = _text(file), file.suffix.lower()
    kind = suffix.removeprefix(".") if suffix in KINDS else guessed_format(text)
    fields = {"lyrics": text, "lyrics_format": kind, "line_starts_s": {}}

    def edit(one: Project) -> Project:
        if one.brief.lyrics == text and one.brief.lyrics_format == kind:
            return one
        return changed(one, brief=Brief.model_validate({**dict(one.brief), **fields}))

    return studio.change(project.id, project.revision, "Change the lyrics", edit)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as source:
            text = decoded(source.read(LARGEST_FILE + 1))
    except OSError as error:
        raise BadInput(f"The lyrics cannot be read from {file}: {error.strerror}.") from error
    if len(text) > LONGEST_TEXT:
        raise OutOfBounds(
            f"The lyrics have more than {LONGEST_TEXT:,} characters.", "Leave out what is not sung."
        )
    return text


def described(lyrics: Lyrics) -> dict[str, Any]:
    """Each line with its time in song seconds and how well that is known, 0..1."""
    rows: dict[int, list[Word]] = {}
    for word in lyrics.words:
        rows.setdefault(word.line, []).append(word)
    return {
        "source": lyrics.source,
        "warnings": lyrics.warnings,
        "lines": [
            {
                "line": joined([word.text for word in words]),
                "start_s": words[0].start_s,
                "end_s": max(word.end_s for word in words),
                "quality": round(sum(word.quality for word in words) / len(words), 3),
                "words": [word.model_dump(include={"text", "start_s", "end_s"}) for word in words],
            }
            for _, words in sorted(rows.items())
        ],
    }
