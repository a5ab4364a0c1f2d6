"""A small picture out of a film or clip, for pages.

In: a stored video, a time, a width. Out: a JPEG in the store. Unit of work: one picture.
"""

from __future__ import annotations

from pydantic import Field

from pipeline.media.video_poster import poster
from pipeline.model import Blob, Clip, Frozen, Seconds
from pipeline.stage import Stage, Workbench
from pipeline.timebase import tidy_s


class PosterInputs(Frozen):
    blob: Blob
    at_s: Seconds = 0.5
    width: int = Field(default=320, ge=32, le=1920)


class Poster(Frozen):
    blob: Blob


def poster_of(clip: Clip) -> PosterInputs:
    """The picture that stands for a clip: its middle frame."""
    return PosterInputs(blob=clip.blob, at_s=tidy_s(clip.duration_s / 2))


def make(inputs: PosterInputs, bench: Workbench) -> Poster:
    """Decode one frame and keep it as JPEG."""
    data = poster(bench.path(inputs.blob), inputs.at_s, inputs.width)
    return Poster(blob=bench.keep_bytes(data, ".jpg"))


POSTER: Stage[PosterInputs, Poster] = Stage("poster", 1, PosterInputs, Poster, make)
