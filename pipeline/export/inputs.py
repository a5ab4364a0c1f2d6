"""What leaves the studio: the film's plan with the words a person will look for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.model import Frozen, Lyrics, Name, Text
from pipeline.stages.compose import ComposeInputs

Format = Literal["otio", "edl", "fcpxml", "xml", "srt", "vtt", "lrc", "zip"]


class ExportShot(Frozen):
    """Words about one slot; ``label`` becomes the clip's name in the editing program."""

    slot_id: str
    label: Text = ""
    lyric: Text = ""


class ExportInputs(Frozen):
    """A film to hand over. ``shots`` follows the film's slots; markers are in song time."""

    title: Name
    film: ComposeInputs
    shots: tuple[ExportShot, ...]
    lyrics: Lyrics = Lyrics()
    downbeats_s: tuple[float, ...] = Field(default=())
