"""What every location is painted on, and the sky, ground and light that many share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.render.noise import fbm
from pipeline.render.palette import Colour, Colours, mix, scaled
from pipeline.render.sheet import Layer, Sheet, glow_mask
from pipeline.render.spec import Hour, SceneSpec

Layers = Iterator[Layer | None]


VIEWS = 3
"""A location is seen from this many sides; more would make it another place."""


@dataclass(frozen=True)
class Canvas:
    """Size of the sheets in pixels and where things stand on them.

    ``unit`` is the height of the frame, ``horizon`` a row of the sheet, ``sun`` where the main
    light is.
    """

    spec: SceneSpec
    colours: Colours
    width: int
    height: int
    unit: float
    horizon: float
    sun: tuple[float, float]

    def sheet(self) -> Sheet:
        return Sheet(self.width, self.height)

    def rng(self, salt: int) -> np.random.Generator:
        """Random numbers of the location's own; each salt is another stream."""
        return np.random.default_rng((self.spec.place_seed, self.spec.seed % VIEWS, salt))

    def shot_rng(self, salt: int) -> np.random.Generator:
        """Random numbers of this shot's own."""
        return np.random.default_rng((self.spec.seed, salt))

    def seed(self, salt: int) -> int:
        view = self.spec.place_seed * VIEWS + self.spec.seed % VIEWS
        return (view * 31 + salt * 7919) % 2**31

    @property
    def dark(self) -> bool:
        return self.spec.hour == Hour.NIGHT

    def distant(self, nearness: float) -> Colour:
        """Colour of a mass: dark near by, lost in the haze far away."""
        return mix(self.colours.haze, self.colours.mass, nearness)


def sky(canvas: Canvas, clouds: float = 0.5, disc: bool = True) -> Layers:
    """The opaque sky with clouds, stars by night, and the light that beats with the music."""
    sheet = canvas.sheet()
    sheet.lay(_gradient(canvas))
    _clouds(canvas, sheet, clouds)
    if canvas.dark:
        _stars(canvas, sheet)
    size = (canvas.width, canvas.height)
    halo = glow_mask(size, canvas.sun, canvas.unit * 0.9, 2.2)
    sheet.wash(canvas.colours.light, halo * (0.45 if canvas.dark else 0.65))
    if disc:
        _disc(canvas, sheet)
    yield sheet.layer(0.04)
    yield beating_light(canvas, canvas.sun, 0.75)


def beating_light(
    canvas: Canvas, centre: tuple[float, float], radius: float, strength: float = 0.5
) -> Layer | None:
    """A soft light that swells on every beat; ``radius`` in frame heights."""
    sheet = canvas.sheet()
    sheet.lay(np.full((canvas.height, canvas.width, 3), canvas.colours.light, np.float32))
    size = (canvas.width, canvas.height)
    sheet.opacity = glow_mask(size, centre, canvas.unit * radius, 1.6) * strength
    return sheet.layer(0.06, base=0.25, pulse=0.75)


def ground(canvas: Canvas, nearness: float = 0.35, depth: float = 0.7) -> Layer | None:
    """Flat land from the horizon down, hazy far away and dark at the viewer's feet."""
    sheet = canvas.sheet()
    sheet.ground(np.full(canvas.width, canvas.horizon, np.float32), canvas.distant(nearness))
    sheet.fade_down(canvas.colours.shade, canvas.horizon, canvas.height, 0.9)
    grain = fbm((canvas.width, canvas.height), canvas.seed(3), (5.0, 0.7))
    sheet.wash(canvas.colours.haze, np.clip(grain - 0.5, 0, 1) * 0.35)
    return sheet.layer(depth)


def mist(canvas: Canvas, depth: float, row: float, strength: float = 0.5) -> Layer | None:
    """A band of haze around a row, drifting slowly."""
    sheet = canvas.sheet()
    sheet.lay(np.full((canvas.height, canvas.width, 3), canvas.colours.haze, np.float32))
    rows = np.arange(canvas.height, dtype=np.float32)
    band = np.exp(-(((rows - row) / (canvas.unit * 0.13)) ** 2))[:, None]
    cloud = fbm((canvas.width, canvas.height), canvas.seed(int(row)), (3.0, 1.0))
    sheet.opacity = np.asarray(band * (0.35 + 0.9 * cloud) * strength, np.float32).clip(0, 1)
    return sheet.layer(depth, drift=(canvas.unit * 0.012, 0.0))


def beam(
    canvas: Canvas, foot: tuple[float, float], turn: float, spread: float, strength: float
) -> NDArray[np.float32]:
    """Opacity of a cone of light from a point; ``turn`` and ``spread`` in radians."""
    x = np.arange(canvas.width, dtype=np.float32)[None, :] - foot[0]
    y = np.arange(canvas.height, dtype=np.float32)[:, None] - foot[1]
    angle = np.arctan2(x, np.maximum(y, 1e-3)) - turn
    distance = np.sqrt(x * x + y * y) / canvas.unit
    inside = np.clip(1 - np.abs(angle) / spread, 0, 1) ** 1.3
    return np.asarray(inside * np.exp(-distance * 0.9) * strength * (y > 0), np.float32)


def reflection(canvas: Canvas, layers: list[Layer], strength: float) -> Layer | None:
    """What is above the horizon, upside down and smeared in wet ground."""
    above = canvas.sheet()
    for layer in layers:
        height, width = layer.art.shape[:2]
        area = np.s_[layer.top : layer.top + height, layer.left : layer.left + width]
        part = layer.art[:, :, 3:].astype(np.float32) / 255 * layer.base
        above.paint[area] = above.paint[area] * (1 - part) + layer.art[:, :, :3] * layer.base
    row = int(canvas.horizon)
    depth = min(canvas.height - row, row)
    if depth < 8:
        return None
    mirrored = above.paint[row - depth : row][::-1]
    smeared = cv2.GaussianBlur(mirrored, (0, 0), canvas.unit * 0.006, None, canvas.unit * 0.03)
    fade = (np.linspace(1.0, 0.25, depth, dtype=np.float32) * strength)[:, None, None]
    art = np.dstack([smeared * fade, np.repeat(fade * 255, canvas.width, axis=1)])
    return Layer(art.astype(np.uint8), 0, row, 0.7)


def _gradient(canvas: Canvas) -> NDArray[np.float32]:
    colours = canvas.colours
    rows = np.arange(canvas.height, dtype=np.float32)
    share = np.clip(rows / max(canvas.horizon, canvas.unit * 0.4), 0, 1.0)
    stops = np.array([colours.zenith, colours.sky, colours.haze], np.float32)
    places = np.array([0.0, 0.55, 1.0])
    column = np.stack([np.interp(share, places, stops[:, part]) for part in range(3)], axis=1)
    return np.asarray(np.repeat(column[:, None, :], canvas.width, axis=1), np.float32)


def _clouds(canvas: Canvas, sheet: Sheet, amount: float) -> None:
    cloud = fbm((canvas.width, canvas.height), canvas.seed(1), (2.6, 0.9))
    lit = np.clip((cloud - 0.5) * 2.4, 0, 1) * amount
    sheet.wash(mix(canvas.colours.haze, canvas.colours.light, 0.4), lit * 0.6)
    dark = np.clip((0.45 - cloud) * 2.2, 0, 1) * amount
    sheet.wash(scaled(canvas.colours.zenith, 0.7), dark * 0.5)


def _stars(canvas: Canvas, sheet: Sheet) -> None:
    rng = canvas.rng(2)
    count = 160
    x = rng.integers(0, canvas.width - 1, count)
    y = (rng.random(count) ** 1.4 * canvas.horizon * 0.9).astype(int).clip(0, canvas.height - 2)
    shine = (rng.random(count) ** 3 * 0.9 + 0.1)[:, None].astype(np.float32)
    sheet.paint[y, x] += (235 - sheet.paint[y, x]) * shine


def _disc(canvas: Canvas, sheet: Sheet) -> None:
    radius = canvas.unit * (0.055 if canvas.dark else 0.085)
    bright = mix(canvas.colours.light, (245.0, 252.0, 255.0), 0.6)
    sheet.ellipse(canvas.sun, (radius, radius), bright, 0.95)
