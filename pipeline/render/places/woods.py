"""The forest: firs in mist, shafts of light, dark trunks before the lens."""

from __future__ import annotations

import numpy as np

from pipeline.render.noise import smooth_ridge
from pipeline.render.palette import scaled
from pipeline.render.places.canvas import Canvas, Layers, beam, ground, mist, sky
from pipeline.render.sheet import Layer, Sheet

TREES = ((0.25, 0.25, 0.30, 26), (0.45, 0.55, 0.50, 18), (0.7, 0.85, 0.85, 10))


def forest(canvas: Canvas) -> Layers:
    """Rows of firs in mist, shafts of light, dark trunks close by."""
    yield from sky(canvas, 0.3)
    for number, (depth, nearness, tall, count) in enumerate(TREES):
        yield _firs(canvas, number, (depth, nearness, tall, count))
        yield mist(canvas, depth + 0.05, canvas.horizon + canvas.unit * 0.04 * number, 0.55)
    yield ground(canvas, 0.85, 0.8)
    yield _shafts(canvas)
    yield _trunks(canvas)


def _firs(canvas: Canvas, number: int, row: tuple[float, float, float, int]) -> Layer | None:
    depth, nearness, tall, count = row
    sheet = canvas.sheet()
    rng = canvas.rng(20 + number)
    foot = canvas.horizon + canvas.unit * (0.02 + 0.05 * number)
    colour = canvas.distant(nearness)
    sheet.ground(
        foot - smooth_ridge(canvas.width, canvas.seed(21 + number)) * canvas.unit * 0.04, colour
    )
    for _ in range(count):
        x = rng.uniform(-0.05, 1.05) * canvas.width
        height = canvas.unit * tall * rng.uniform(0.55, 1.1)
        _fir(sheet, (x, foot + 4), height, scaled(colour, rng.uniform(0.85, 1.1)))
    return sheet.layer(depth)


def _fir(
    sheet: Sheet, foot: tuple[float, float], height: float, colour: tuple[float, float, float]
) -> None:
    x, y = foot
    outline = [(x - height * 0.015, y)]
    tiers = 7
    for side in (-1, 1):
        steps = range(tiers) if side < 0 else range(tiers - 1, -1, -1)
        for tier in steps:
            reach = height * 0.19 * (1 - tier / tiers) ** 0.9
            low = y - height * (0.1 + 0.9 * tier / tiers)
            inner = (x + side * reach * 0.45, low - height * 0.1)
            outer = (x + side * reach, low)
            outline += [outer, inner] if side < 0 else [inner, outer]
        if side < 0:
            outline.append((x, y - height))
    outline.append((x + height * 0.015, y))
    sheet.polygon(outline, colour)


def _shafts(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    sheet.lay(np.full((canvas.height, canvas.width, 3), canvas.colours.light, np.float32))
    rng = canvas.rng(26)
    total = np.zeros_like(sheet.opacity)
    foot = (canvas.sun[0], -canvas.unit * 0.25)
    for _ in range(6):
        total += beam(canvas, foot, rng.uniform(-0.8, 0.8), rng.uniform(0.03, 0.09), 0.5)
    sheet.opacity = total.clip(0, 0.6)
    return sheet.layer(0.82, base=0.45, pulse=0.4)


def _trunks(canvas: Canvas) -> Layer | None:
    """Dark trunks that frame the picture."""
    sheet = canvas.sheet()
    rng = canvas.rng(27)
    for x in (0.1, 0.2, 0.82, 0.93):
        middle = canvas.width * (x + rng.uniform(-0.03, 0.03))
        wide = canvas.unit * rng.uniform(0.025, 0.06)
        lean = rng.uniform(-0.04, 0.04) * canvas.unit
        points = [(middle - wide, canvas.height), (middle - wide * 0.6 + lean, 0),
                  (middle + wide * 0.6 + lean, 0), (middle + wide, canvas.height)]  # fmt: skip
        sheet.polygon(points, canvas.colours.shade)
        for _ in range(4):
            y = canvas.unit * rng.uniform(0.05, 0.8)
            reach = rng.choice([-1, 1]) * canvas.unit * rng.uniform(0.08, 0.2)
            tip = (middle + reach, y - abs(reach) * 0.5)
            sheet.polygon([(middle, y), tip, (middle, y + wide * 0.5)], canvas.colours.shade)
    sheet.blur(canvas.unit * 0.004)
    return sheet.layer(1.35)
