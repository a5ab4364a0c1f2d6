"""Single pictures of someone or somewhere, in the same hand as the moving previews."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.render.painter import Scene
from pipeline.render.spec import SceneSpec

JPEG_QUALITY = 90
STILL_FRAME = 6


def place_still(spec: SceneSpec, size: tuple[int, int]) -> bytes:
    """A location as JPEG."""
    return _jpeg(picture(Scene(spec, size, 24).planes(STILL_FRAME), size))


def character_still(spec: SceneSpec, size: tuple[int, int]) -> bytes:
    """A character as JPEG: the whole figure on the left, the face on the right."""
    half = (size[0] // 4 * 2, size[1])
    whole = Scene(spec.model_copy(update={"size": "MLS"}), half, 24, mark="")
    close = Scene(spec.model_copy(update={"size": "CU", "caption": ""}), half, 24)
    panels = [picture(scene.planes(STILL_FRAME), half) for scene in (whole, close)]
    return _jpeg(np.hstack(panels))


def picture(planes: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Planes of a bt709 frame as RGB of shape (height, width, 3)."""
    width, height = size
    luma = (planes[:height].astype(np.float32) - 16) * (255 / 219)
    u, v = planes[height:].reshape(2, height // 2, width // 2)
    blue = (cv2.resize(u, size).astype(np.float32) - 128) * (255 / 224)
    red = (cv2.resize(v, size).astype(np.float32) - 128) * (255 / 224)
    channels = (luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue)
    return np.dstack(channels).clip(0, 255).astype(np.uint8)


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
