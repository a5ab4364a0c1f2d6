"""A small picture out of a film or clip, for pages.

In: a stored video, a time, a width. Out: a JPEG in the store. Unit of work: one picture.
"""

from __future__ import annotations

from pydantic import Field

from pipeline.media.video_poster import poster
from pipeline.model import Blob, Clip, Film, Frozen, Seconds
from pipeline.stage import Stage, Workbench
from pipeline.timebase import tidy_s

POSTER_WIDTH = 1280


class PosterInputs(Frozen):
    blob: Blob
    at_s: Seconds = 0.5
    width: int = Field(default=320, ge=32, le=1920)


class Poster(Frozen):
    blob: Blob


def poster_of(clip: Clip) -> PosterInputs:
    """The picture that stands for a clip: its middle frame."""
    return PosterInputs(blob=clip.blob, at_s=tidy_s(clip.duration_s / 2))


def poster_of_film(film: Film) -> PosterInputs:
    """The picture that stands for a film: the middle of the shot at a third of it.

    Films fade in, so their first frame says nothing.
    """
    edges = (*film.cut_frames, film.frames)
    shot = len(film.cut_frames) // 3
    at_s = (edges[shot] + edges[shot + 1]) / 2 / film.fps
    return PosterInputs(blob=film.blob, at_s=tidy_s(at_s), width=min(film.width, POSTER_WIDTH))


def make(inputs: PosterInputs, bench: Workbench) -> Poster:
    """Decode one frame and keep it as JPEG."""
    data = poster(bench.path(inputs.blob), inputs.at_s, inputs.width)
    return Poster(blob=bench.keep_bytes(data, ".jpg"))


POSTER: Stage[PosterInputs, Poster] = Stage("poster", 1, PosterInputs, Poster, make)
