"""A sheet of glass that is painted once a shot and moved for every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.render.palette import Colour, to_yuv

Points = Sequence[tuple[float, float]]
Mask = NDArray[np.uint8]
SHIFT = 4
"""Coordinates are drawn in sixteenths of a pixel."""


@dataclass(frozen=True)
class Layer:
    """Painted glass, ready to be moved: Y, U, V times opacity, and opacity.

    ``depth`` is 0 for the sky, 1 where the subject stands, more in front of it. ``pulse`` is how
    far the layer brightens with the beat, ``sway`` turns it about ``pivot`` with the music.
    ``left`` and ``top`` place the cropped art on the sheet. ``drift`` moves it by itself, in
    pixels a second.
    """

    art: NDArray[np.uint8]
    left: int
    top: int
    depth: float
    pulse: float = 0.0
    base: float = 1.0
    sway: float = 0.0
    sway_turn: float = 0.0
    bob: float = 0.0
    pivot: tuple[float, float] = (0.0, 0.0)
    drift: tuple[float, float] = (0.0, 0.0)
    solid: bool = False


class Sheet:
    """Paint and opacity of one layer; coordinates in pixels, the origin at the top left."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.paint = np.zeros((height, width, 3), np.float32)
        self.opacity = np.zeros((height, width), np.float32)

    def fill(self, mask: Mask, colour: Colour, strength: float = 1.0) -> None:
        """Lay one colour over what is there, where the mask says."""
        left, top, width, height = cv2.boundingRect(mask)
        area = np.s_[top : top + height, left : left + width]
        part = mask[area].astype(np.float32) * (strength / 255)
        paint, opacity = self.paint[area], self.opacity[area]
        opacity += (1 - opacity) * part
        # Divided by the new opacity: a soft edge on bare glass keeps the colour's full strength.
        share = part / np.maximum(opacity, 1e-6)
        paint += (np.array(colour, np.float32) - paint) * share[:, :, None]

    def wash(self, colour: Colour, strength: NDArray[np.float32]) -> None:
        """Tint what is painted, with a strength of 0..1 a pixel; opacity stays."""
        self.paint += (np.array(colour, np.float32) - self.paint) * strength[:, :, None]

    def lay(self, picture: NDArray[np.float32]) -> None:
        """Cover the sheet with an opaque picture of shape (height, width, 3)."""
        self.paint = picture.astype(np.float32)
        self.opacity[:] = 1.0

    def polygon(self, points: Points, colour: Colour, strength: float = 1.0) -> None:
        self.fill(self.polygon_mask(points), colour, strength)

    def polygon_mask(self, points: Points) -> Mask:
        mask = np.zeros((self.height, self.width), np.uint8)
        cv2.fillPoly(mask, [_fixed(points)], 255, cv2.LINE_AA, SHIFT)
        return mask

    def ellipse(
        self, centre: tuple[float, float], radii: tuple[float, float], colour: Colour,
        strength: float = 1.0,
    ) -> None:  # fmt: skip
        self.fill(self.ellipse_mask(centre, radii), colour, strength)

    def ellipse_mask(self, centre: tuple[float, float], radii: tuple[float, float]) -> Mask:
        mask = np.zeros((self.height, self.width), np.uint8)
        scale = 1 << SHIFT
        at = (round(centre[0] * scale), round(centre[1] * scale))
        axes = (max(1, round(radii[0] * scale)), max(1, round(radii[1] * scale)))
        cv2.ellipse(mask, at, axes, 0, 0, 360, 255, -1, cv2.LINE_AA, SHIFT)
        return mask

    def glow(
        self, centre: tuple[float, float], radius: float, colour: Colour, strength: float
    ) -> None:
        """A soft round light, nothing left of it at the radius."""
        soft = glow_mask((self.width, self.height), centre, radius, 1.8)
        self.fill((soft * 255).astype(np.uint8), colour, strength)

    def ground(self, heights: NDArray[np.float32], colour: Colour) -> None:
        """Everything below a line of y values, one a column."""
        rows = np.arange(self.height, dtype=np.float32)[:, None]
        mask = np.clip((rows - heights[None, :]) * 255, 0, 255).astype(np.uint8)
        self.fill(mask, colour)

    def fade_down(self, colour: Colour, top: float, bottom: float, most: float) -> None:
        """Tint towards a colour, nothing at ``top``, ``most`` at ``bottom``, either way up."""
        rows = np.arange(self.height, dtype=np.float32)
        share = np.clip((rows - top) / (bottom - top), 0, 1) * most
        self.wash(colour, np.repeat(share[:, None], self.width, axis=1))

    def blur(self, sigma: float) -> None:
        """Out of focus; paint and opacity together, so that edges stay clean."""
        if sigma < 0.4:
            return
        thick = self.paint * self.opacity[:, :, None]
        self.opacity = np.asarray(cv2.GaussianBlur(self.opacity, (0, 0), sigma), np.float32)
        thick = np.asarray(cv2.GaussianBlur(thick, (0, 0), sigma), np.float32)
        self.paint[:] = thick / np.maximum(self.opacity, 1e-3)[:, :, None]

    def layer(self, depth: float, **moves: object) -> Layer | None:
        """The painted part as a layer, or None when nothing is painted."""
        seen = self.opacity > 1 / 255
        columns = np.flatnonzero(seen.any(axis=0))
        rows = np.flatnonzero(seen.any(axis=1))
        if not len(columns):
            return None
        left, top = int(columns[0]), int(rows[0])
        area = np.s_[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
        opacity = self.opacity[area]
        yuv = to_yuv(np.clip(self.paint[area], 0, 255).astype(np.uint8))
        thick = yuv.astype(np.float32) * opacity[:, :, None]
        art = np.dstack([thick + 0.5, opacity * 255 + 0.5]).astype(np.uint8)
        solid = bool(opacity.min() > 0.998) and art.shape[:2] == (self.height, self.width)
        return Layer(art, left, top, depth, solid=solid, **moves)  # type: ignore[arg-type]


def _fixed(points: Points) -> NDArray[np.int32]:
    return np.round(np.array(points, np.float64) * (1 << SHIFT)).astype(np.int32)


def glow_mask(
    size: tuple[int, int], centre: tuple[float, float], radius: float, power: float = 2.0
) -> NDArray[np.float32]:
    """1 at the centre, falling smoothly to 0 at the radius."""
    x = np.arange(size[0], dtype=np.float32)[None, :] - centre[0]
    y = np.arange(size[1], dtype=np.float32)[:, None] - centre[1]
    distance = np.sqrt(x * x + y * y) / max(radius, 1.0)
    return np.asarray(np.clip(1 - distance, 0, 1) ** power, np.float32)
