"""A smaller copy of a film for the player of a share.

In: a film. Out: an MP4 in the store. Unit of work: one copy. What can fail: the disk.

A page hands its player the whole file from memory, several times over; a copy of a tenth of the
size keeps a host with little memory alive, and the download is the film itself.
"""

from __future__ import annotations

from pydantic import Field

from pipeline.media.smaller import write_smaller
from pipeline.model import Blob, Film, Frozen
from pipeline.stage import Stage, Workbench

COPY_HEIGHT = 360
LARGE_BYTES = 40_000_000


class CopyInputs(Frozen):
    blob: Blob
    height: int = Field(default=COPY_HEIGHT, ge=144, le=1080)


class ViewingCopy(Frozen):
    blob: Blob


def copy_of(film: Film) -> CopyInputs:
    """The copy that stands for a film in a player."""
    return CopyInputs(blob=film.blob)


def make(inputs: CopyInputs, bench: Workbench) -> ViewingCopy:
    """Encode it small."""
    out = bench.scratch(".mp4")

    def report(fraction: float) -> None:
        bench.progress(fraction, "a smaller copy for the player")

    write_smaller(bench.path(inputs.blob), out, inputs.height, bench.threads, report)
    return ViewingCopy(blob=bench.keep_file(out, ".mp4"))


VIEWING_COPY: Stage[CopyInputs, ViewingCopy] = Stage(
    "viewing-copy", 1, CopyInputs, ViewingCopy, make
)
