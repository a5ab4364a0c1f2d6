"""Reference pictures from people: decoded, bounded, upright and without hidden data."""

from __future__ import annotations

import io
import warnings
from typing import BinaryIO

from pipeline.bench import StoreBench
from pipeline.errors import BadInput, OutOfBounds
from pipeline.model import Blob

MAX_BYTES = 25_000_000
MAX_PIXELS = 50_000_000
MIN_SIDE = 300
"""Video models refuse start frames with a shorter side."""
MAX_SIDE = 2048


def take_in_picture(file: BinaryIO, bench: StoreBench) -> Blob:
    """Store a picture as JPEG, at most 2048 pixels wide or high.

    It is decoded and encoded anew, so that nothing but its pixels is kept.

    Raises:
        BadInput: It is no picture, or a damaged one.
        OutOfBounds: Too large or too small.
    """
    from PIL import Image, ImageOps

    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OutOfBounds("The picture is larger than 25 MB.", "Use a smaller copy.")
    bombs = (Image.DecompressionBombWarning, Image.DecompressionBombError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as opened:
                _check_size(opened.size)
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, *bombs) as error:
        raise BadInput(
            "This file is not a picture that can be read.", "Use a JPEG, PNG or WebP file."
        ) from error
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=92)
    return bench.keep_bytes(out.getvalue(), ".jpg")


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise OutOfBounds("The picture has more than 50 million pixels.", "Use a smaller copy.")
    if min(size) < MIN_SIDE:
        raise OutOfBounds(
            f"The picture is {size[0]} by {size[1]} pixels.",
            f"Video models need at least {MIN_SIDE} on each side.",
        )
