"""The sea: a glittering path, islands, waves."""

from __future__ import annotations

import numpy as np

from pipeline.render.noise import fbm, ridge, smooth_ridge
from pipeline.render.palette import mix
from pipeline.render.places.canvas import Canvas, Layers, mist, sky
from pipeline.render.sheet import Layer


def sea(canvas: Canvas) -> Layers:
    """Water to the horizon under the light, waves that roll with the music."""
    yield from sky(canvas, 0.75)
    yield _islands(canvas)
    yield _water(canvas)
    for number in range(2):
        yield _glitter(canvas, number)
    yield mist(canvas, 0.2, canvas.horizon, 0.45)
    for number in range(1 if canvas.spec.figures else 3):
        yield _wave(canvas, number)
    if canvas.spec.figures:
        yield _beach(canvas)


def _beach(canvas: Canvas) -> Layer | None:
    """Sand to stand on, dark where the water has just been."""
    sheet = canvas.sheet()
    line = smooth_ridge(canvas.width, canvas.seed(79), 3)
    heights = (canvas.horizon + canvas.unit * (0.13 + 0.05 * line)).astype(np.float32)
    sand = mix(mix(canvas.colours.mass, canvas.colours.haze, 0.45), (96.0, 130.0, 160.0), 0.25)
    sheet.ground(heights, sand)
    below = np.arange(canvas.height, dtype=np.float32)[:, None] - heights[None, :]
    foam = np.exp(-((below / (canvas.unit * 0.006)) ** 2)) * 0.7
    sheet.wash(canvas.colours.light, np.asarray(foam, np.float32))
    wet = np.exp(-below.clip(0) / (canvas.unit * 0.05)) * 0.3
    sheet.wash(canvas.colours.shade, np.asarray(wet, np.float32))
    sheet.fade_down(canvas.colours.shade, canvas.horizon + canvas.unit * 0.1, canvas.height, 0.75)
    grain = fbm((canvas.width, canvas.height), canvas.seed(78), (1.6, 0.4))
    sheet.wash(canvas.colours.haze, np.clip(grain - 0.5, 0, 1) * 0.35)
    return sheet.layer(0.95)


def _islands(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    line = ridge(canvas.width, canvas.seed(70), 0.5, 6)
    heights = canvas.horizon + canvas.unit * 0.03 - np.clip(line - 0.5, 0, 1) * canvas.unit * 0.42
    sheet.ground(heights.astype(np.float32), canvas.distant(0.4))
    sheet.fade_down(canvas.colours.haze, canvas.horizon - canvas.unit * 0.1, canvas.horizon, 0.6)
    return sheet.layer(0.12)


def _water(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    deep = mix(canvas.colours.mass, canvas.colours.sky, 0.35)
    sheet.ground(np.full(canvas.width, canvas.horizon, np.float32), deep)
    sheet.fade_down(canvas.colours.haze, canvas.horizon + canvas.unit * 0.25, canvas.horizon, 0.75)
    sheet.fade_down(canvas.colours.shade, canvas.horizon, canvas.height, 0.75)
    ripples = fbm((canvas.width, canvas.height), canvas.seed(71), (3.5, 0.35))
    sheet.wash(canvas.colours.haze, np.clip((ripples - 0.52) * 2, 0, 1) * 0.4)
    return sheet.layer(0.3)


def _glitter(canvas: Canvas, number: int) -> Layer | None:
    """Sparks of light under the sun; two sheets that slide past each other with the bar."""
    sheet = canvas.sheet()
    white = mix(canvas.colours.light, (255.0, 255.0, 255.0), 0.35)
    sheet.lay(np.full((canvas.height, canvas.width, 3), white, np.float32))
    rows = np.arange(canvas.height, dtype=np.float32)[:, None] - canvas.horizon
    columns = np.arange(canvas.width, dtype=np.float32)[None, :] - canvas.sun[0]
    spread = canvas.unit * 0.05 + np.clip(rows, 0, None) * 0.45
    path = np.exp(-((columns / spread) ** 2)) * (rows > 0)
    sparks = fbm((canvas.width, canvas.height), canvas.seed(72 + number), (0.55, 0.09))
    sheet.opacity = np.asarray(path * np.clip((sparks - 0.5) * 7, 0, 1) * 0.85, np.float32)
    reach = canvas.unit * (0.014 if number else -0.014)
    return sheet.layer(0.32 + 0.02 * number, base=0.55, pulse=0.45, sway=reach)


def _wave(canvas: Canvas, number: int) -> Layer | None:
    sheet = canvas.sheet()
    rng = canvas.rng(75 + number)
    x = np.arange(canvas.width, dtype=np.float32) / canvas.unit
    level = canvas.horizon + canvas.unit * (0.2 + 0.14 * number)
    turn = rng.uniform(0, 6.28)
    swell = np.sin(x * (5 - number) + turn) * 0.012 + np.sin(x * 11 + turn * 2) * 0.005
    heights = (level + swell * canvas.unit * (1 + number)).astype(np.float32)
    sheet.ground(heights, mix(canvas.colours.mass, canvas.colours.shade, 0.3 + 0.3 * number))
    crest = np.arange(canvas.height, dtype=np.float32)[:, None] - heights[None, :]
    foam = np.exp(-((crest / (canvas.unit * 0.008)) ** 2))
    sheet.wash(canvas.colours.light, foam * 0.35)
    fade = np.clip(1 - crest / (canvas.unit * 0.2), 0.0, 1) if number < 2 else 1.0
    sheet.opacity *= fade
    return sheet.layer(0.5 + 0.25 * number, sway=canvas.unit * 0.02 * (1 + number))
