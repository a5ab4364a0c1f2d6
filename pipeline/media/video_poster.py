"""Single pictures out of films and clips: posters and contact sheets."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import av
from PIL import Image

from pipeline.media.video_read import frames_at

JPEG_QUALITY = 82


def poster(path: Path, at_s: float, width: int) -> bytes:
    """The frame shown at a time as JPEG.

    Args:
        path: A film or clip.
        at_s: Seconds from its first frame; past the end the last frame is taken.
        width: Width of the picture in pixels; the height follows.

    Raises:
        OutputUnusable: The file does not decode.
    """
    return _jpeg(_small(next(frames_at(path, [at_s])), width))


def contact_sheet(path: Path, times_s: Sequence[float], columns: int, width: int) -> bytes:
    """Frames at rising times side by side as one JPEG, each ``width`` pixels wide."""
    tiles = [_small(frame, width) for frame in frames_at(path, times_s)]
    height = tiles[0].height
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height))
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (index % columns * width, index // columns * height))
    return _jpeg(sheet)


def _small(frame: av.VideoFrame, width: int) -> Image.Image:
    picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
    if frame.rotation % 360:
        picture = picture.rotate(frame.rotation, expand=True)
    height = max(2, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.BILINEAR)


def _jpeg(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return buffer.getvalue()
